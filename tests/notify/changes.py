"""Changes in an archive made by hand: the ministry revises, and the archive settles it."""

from __future__ import annotations

import json

from attrs import evolve

from archive.record.store import Store
from tests.factory import attachment_document, capture, item, page_document


def record(store: Store, slug: str, kind: str, summary: str, **values: object) -> int:
    """A bare row of `changes`."""
    notice = store.row("SELECT id FROM notices WHERE slug = ?", [slug])
    assert notice is not None
    at = values.pop("detected_at", "2026-11-21T01:00:00Z")
    with store.db.atomic():
        return store.db.table("changes").insert(
            {"notice_id": notice["id"], "kind": kind, "summary": summary, "detected_at": at, "updated_at": at, **values}
        )


def revise_page(store: Store, slug: str = "land", detected_at: str = "2026-11-21T01:00:00Z", body: str = "") -> int:
    """The page's text has changed; returns the change."""
    page = document(store, slug, "page")
    before = store.current_version(page["id"])
    assert before is not None
    new = page_document(
        before["title"],
        body or before["text"].partition("\n")[2].replace("认真贯彻执行", "严格贯彻执行，并于2020年12月31日前报送"),
        **json.loads(before["metadata"]),
    )
    version = capture(store, 1, page["id"], page["url"], new, detected_at)
    return record(
        store, slug, "revised", "正文1处修改：“认真贯彻执行”改为“严格贯彻执行，并于2020年12月31日前报送”",
        document_id=page["id"], from_version=before["id"], to_version=version, detected_at=detected_at,
    )  # fmt: skip


def revise_row(store: Store, slug: str = "land", detected_at: str = "2026-11-21T01:00:00Z") -> int:
    """One cell of an attachment's table has changed; returns the change."""
    file = document(store, slug, "attachment")
    before = store.current_version(file["id"])
    assert before is not None
    old = store.load(before["id"]).items
    rows = tuple(item(i.position, i.area) for i in old)
    new = (rows[0], evolve(rows[1], time_limit="自信息形成之日起7个工作日内"), *rows[2:])
    version = capture(store, 1, file["id"], file["url"], attachment_document(new), detected_at)
    now = store.load(version).items
    change = record(
        store, slug, "revised", "第2行“征地补偿安置方案2”公开时限由20个工作日改为7个工作日",
        document_id=file["id"], from_version=before["id"], to_version=version, detected_at=detected_at,
    )  # fmt: skip
    with store.db.atomic():
        store.db.table("row_changes").insert(
            {"change_id": change, "position": 1, "kind": "changed", "item_before": old[1].id, "item_after": now[1].id,
             "column": "time_limit", "before": old[1].time_limit, "after": now[1].time_limit}
        )  # fmt: skip
    return change


def document(store: Store, slug: str, kind: str) -> dict:
    found = store.row(
        """SELECT d.* FROM documents d JOIN notices n ON n.id = d.notice_id
           WHERE n.slug = ? AND d.kind = ? ORDER BY d.id DESC""",
        [slug, kind],
    )
    assert found is not None
    return found
