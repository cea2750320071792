"""An archive with something of everything that our pages show. All text is a sample of ours (演示样本)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from archive.model import Attachment, Capture, Grid, Place, TableReading, Verdict
from archive.record.store import Store
from tests.factory import NOTICES, attachment_document, capture, item, make_archive, page_document


def make_site(data: Path) -> Store:
    """Notice 1 was revised (text, rows), 2 is blocked with a suspect capture, 3 has a candidate and hostile names."""
    store = make_archive(data, items=60)
    crawl = store.begin_crawl("second", "live", "test/1", {})
    _revise(store, crawl)
    _suspect(store, crawl)
    _hostile(store, crawl)
    _mirror(store, crawl)
    store.end_crawl(crawl, {})
    return store


def _mirror(store: Store, crawl: int) -> None:
    mirror = store.document(2, "page", "http://mirror.example/2.html", mirror="政府网")
    reading = page_document("演示局的通知（转载）", "转载处的文字略有不同。")
    capture(store, crawl, mirror, "http://mirror.example/2.html", reading, "2026-11-22T17:36:00Z")


def _one(store: Store, sql: str, *parameters: object) -> dict:  # type: ignore[type-arg]
    row = store.row(sql, list(parameters))
    assert row is not None
    return row


def _revise(store: Store, crawl: int) -> None:
    page = _one(store, "SELECT d.* FROM documents d WHERE notice_id = 1 AND kind = 'page'")
    old = _one(store, "SELECT id FROM versions WHERE document_id = ?", page["id"])["id"]
    body = (
        "各有关单位：演示样本。现将修订后的标准指引印发给你们，请结合实际认真贯彻执行。\n"
        "征地补偿安置方案自批准之日起7个工作日内公开。\n"
        + "\n".join(f"第{n}条　本条内容没有变化，仅供演示。" for n in range(1, 30))
    )
    reading = page_document(
        NOTICES[0].title,
        body,
        (Attachment("附件：标准目录.docx", NOTICES[0].url.replace(".html", ".docx")),),
        document_number="演示发〔2026〕9号",
        issued_on="2026-11-01",
        in_force="有效",
        index_number="000014349/2026-00009",
    )
    new = capture(store, crawl, page["id"], page["url"], reading, "2026-11-22T17:30:00Z")
    change = _change(store, page, "revised", "正文修改 2 处：征地补偿安置方案的公开时限改为7个工作日", old, new, crawl)
    assert change

    file = _one(store, "SELECT * FROM documents WHERE notice_id = 1 AND kind = 'attachment'")
    before = _one(store, "SELECT id FROM versions WHERE document_id = ?", file["id"])["id"]
    rows = tuple(
        item(
            n,
            time_limit="自信息形成之日起7个工作日内" if n == 12 else "自信息形成之日起20个工作日内",
            review="主动、依申请两列都选中" if n == 5 else "",
            more={
                "deadline": {"label": "7个工作日" if n == 12 else "20个工作日"},
                "inferred": ["level1"],
                "original": {"channels": "■政府网站 □政府公报"},
                "place": {"table": 1, "page": 2, "sheet": ""},
            },
        )
        for n in range(1, 62)
    )
    grid = Grid((("序号", "公开事项", None), ("1", "征地", "<b>方案</b>"), ("共1项", None, None)), Place(1, page=2))
    document = attachment_document(
        rows,
        tables=(
            TableReading(
                grid, "catalogue", "land-expropriation", headers=1, items=1, flagged=1, review=("第3行不能归入目录",)
            ),
        ),
        review=("第 2 页是图像，用的是识别出的文字：文字识别，可能有误；请核对原件。",),
    )
    after = capture(store, crawl, file["id"], file["url"], document, "2026-11-22T17:31:00Z")
    id = _change(
        store,
        file,
        "attachment-replaced",
        "第12行“征地补偿安置方案12”公开时限由20个工作日改为7个工作日",
        before,
        after,
        crawl,
    )
    old_items = {
        r["position"]: r["id"] for r in store.rows("SELECT id, position FROM items WHERE version_id = ?", [before])
    }
    new_items = {
        r["position"]: r["id"] for r in store.rows("SELECT id, position FROM items WHERE version_id = ?", [after])
    }
    store.db.table("row_changes").insert_all(
        [
            {
                "change_id": id,
                "position": 1,
                "kind": "changed",
                "item_before": old_items[12],
                "item_after": new_items[12],
                "column": "公开时限",
                "before": "自信息形成之日起20个工作日内",
                "after": "自信息形成之日起7个工作日内",
            },
            {
                "change_id": id,
                "position": 2,
                "kind": "added",
                "item_before": None,
                "item_after": new_items[61],
                "column": "",
                "before": "",
                "after": "",
            },
        ]
    )


def _change(store: Store, document: dict, kind: str, summary: str, old: int, new: int, crawl: int) -> int:  # type: ignore[type-arg]
    row = {
        "notice_id": document["notice_id"],
        "document_id": document["id"],
        "crawl_id": crawl,
        "kind": kind,
        "from_version": old,
        "to_version": new,
        "detected_at": "2026-11-22T17:32:00Z",
        "updated_at": "2026-11-22T17:32:00Z",
        "summary": summary,
        "quiet": 0,
    }
    return store.db.table("changes").insert(row)


def _suspect(store: Store, crawl: int) -> None:
    page = _one(store, "SELECT * FROM documents WHERE notice_id = 2 AND kind = 'page'")
    store.add_capture(
        crawl,
        Capture(
            page["id"],
            page["url"],
            "2026-11-22T17:33:00Z",
            Verdict.SUSPECT,
            "challenge",
            "返回的是人机验证页（__tst_status）",
            http_status=200,
            sha256=hashlib.sha256(b"x").hexdigest(),
            bytes=1,
            warc_file="20261122-1.warc.gz",
            warc_offset=1234,
        ),
    )
    store.update(
        "notices",
        2,
        state="blocked",
        verdict="suspect",
        reason="challenge",
        trouble_since="2026-11-22T17:33:00Z",
        trouble_count=1,
    )


def _hostile(store: Store, crawl: int) -> None:
    document = store.document(3, "attachment", "javascript:alert(1)//x.pdf", name="<script>alert('名')</script>.pdf")
    store.add_capture(
        crawl,
        Capture(
            document, "javascript:alert(1)", "2026-11-22T17:34:00Z", Verdict.ERROR, "timeout", "超时没有应答，下次再试"
        ),
    )
    store.update(
        "documents", document, state="unreadable", reason="needs-ocr: 是扫描件，没有文字层；请用文字识别软件处理后另存"
    )
    store.db.table("candidates").insert(
        {
            "notice_id": 3,
            "url": "http://poverty.example/t2026.html",
            "title": "演示办关于印发扶贫领域标准指引（修订版）的通知",
            "document_number": "演示发〔2026〕3号",
            "published_on": "2026-11-01",
            "found_at": "2026-11-22T17:35:00Z",
            "state": "new",
            "evidence": json.dumps(
                ["标题含“扶贫”和“修订”", "文中写明《演示办关于印发扶贫领域…的通知》同时废止"], ensure_ascii=False
            ),
            "listing": "",
        }
    )
