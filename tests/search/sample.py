"""The notices and rows of the replica (tests/sites) in an archive, without a crawl."""

from __future__ import annotations

import json
from pathlib import Path

from archive.model import Area, Attachment, Item, Notice
from archive.record.declare import declare
from archive.record.store import Store
from archive.watched import Sources
from tests.factory import attachment_document, capture, page_document
from tests.sites.catalogues import HERE, Row, read_areas

KNOWN = json.loads((HERE / "known.json").read_text("utf-8"))
IN_ONE_CELL = "户籍管理"
"""The area whose table has both headings in one column."""


def replica_archive(data: Path) -> Store:
    """Every notice with one file, which holds the rows of its areas."""
    areas = read_areas()
    of_notice = {slug: _areas(known) for slug, known in KNOWN.items()}
    slugs = {name: f"area-{number}" for number, name in enumerate(areas)}
    notices = tuple(
        Notice(number, slug, known["title"], "演示部", known["url"], tuple(of_notice[slug]))
        for number, (slug, known) in enumerate(KNOWN.items(), 1)
    )
    store = Store.open(data)
    declare(store, Sources(notices, tuple(Area(slug, name) for name, slug in slugs.items())))
    crawl = store.begin_crawl("replica", "live", "test/1", {})
    for notice in notices:
        known = KNOWN[notice.slug]
        url = f"{notice.url}.docx"
        page = page_document(
            notice.title, "各有关单位：演示样本。", (Attachment("附件：标准目录", url),),
            document_number=known["document_number"],
        )  # fmt: skip
        capture(store, crawl, store.document(notice.number, "page", notice.url), notice.url, page)
        rows = [(slugs[name], row) for name in of_notice[notice.slug] for row in areas[name]]
        items = tuple(_item(position, slug, row) for position, (slug, row) in enumerate(rows, 1))
        file = store.document(notice.number, "attachment", url, name="附件：标准目录")
        capture(store, crawl, file, url, attachment_document(items))
        store.update("notices", notice.number, published_on=known.get("published_on", ""))
    store.end_crawl(crawl, {})
    return store


def _areas(known: dict) -> list[str]:  # type: ignore[type-arg]
    """The areas whose rows its files hold; of a page that holds the rows itself, the area that its title names."""
    named = [name for file in known["attachments"] for name in file.get("areas", {})]
    return list(dict.fromkeys(named)) or [name for name in read_areas() if name in known["title"]]


def _item(position: int, slug: str, row: Row) -> Item:
    levels = (row.level1, row.level2)
    if slug == f"area-{list(read_areas()).index(IN_ONE_CELL)}":
        levels = (f"{row.level1}—{row.level2}", "")
    return Item(
        position=position, serial=str(position), level1=levels[0], level2=levels[1], content=row.content,
        basis=row.basis, time_limit=row.time_limit, subject=row.subject, channels=row.channels,
        audience_all=row.everyone, proactive=row.proactive, on_request=not row.proactive, county=row.county,
        township=row.township, area=slug,
        more={"deadline": {"label": "20个工作日"}} if "20个工作日" in row.time_limit else {},
    )  # fmt: skip
