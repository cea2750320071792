"""Small archives written by hand, for tests that need one without a crawl. All text is a sample of ours (演示样本)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from attrs import evolve

from archive.model import (
    Area,
    Attachment,
    Capture,
    Document,
    Grid,
    Item,
    Notice,
    Place,
    TableReading,
    Task,
    Verdict,
)
from archive.record.declare import declare
from archive.record.keep import keep
from archive.record.store import Store
from archive.watched import Sources

AREAS = (
    Area("land-expropriation", "农村集体土地征收", ("征地补偿",)),
    Area("social-assistance", "社会救助", ()),
    Area("elderly-care", "养老服务", ()),
    Area("poverty-alleviation", "扶贫", ("涉贫涉乡村振兴",)),
)
NOTICES = (
    Notice(
        1,
        "land",
        "演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知",
        "演示部办公厅",
        "http://land.example/t1.html",
        ("农村集体土地征收",),
    ),
    Notice(
        2,
        "welfare",
        "演示局关于印发社会救助和养老服务领域基层政务公开标准指引的通知",
        "演示局",
        "http://welfare.example/t2.html",
        ("社会救助", "养老服务"),
    ),
    Notice(
        3,
        "poverty",
        "演示办关于印发扶贫领域基层政务公开标准指引的通知",
        "演示办",
        "http://poverty.example/t3.html",
        ("扶贫",),
    ),
)
TASKS = (Task(1, "制定本单位工作方案。", "各乡（街道）、区政府各有关部门", "2020年8月底"),)


def item(position: int, area: str = "land-expropriation", **values: object) -> Item:
    """One plausible catalogue row."""
    base = Item(
        position=position,
        serial=str(position),
        level1="征地前期准备" if position % 2 else "征地审查报批",
        level2=f"征地补偿安置方案{position}",
        content="1.拟征收土地公告；2.补偿标准",
        basis="《中华人民共和国土地管理法》第四十七条",
        time_limit="自信息形成之日起20个工作日内",
        subject="县级自然资源部门",
        channels=("政府网站", "社区/企事业单位/村公示栏（电子屏）"),
        audience_all=True,
        audience_specific=False,
        proactive=True,
        on_request=False,
        county=True,
        township=position % 3 == 0,
        area=area,
        more={"deadline": {"count": 20, "unit": "工作日", "event": "信息形成", "label": "20个工作日"}},
    )
    return evolve(base, **values)


def attachment_document(items: tuple[Item, ...], **values: object) -> Document:
    """A reading of an attachment with one catalogue table of these items."""
    cells = tuple((i.serial, i.level1, i.level2, i.content, i.time_limit) for i in items)
    text = "附件 演示样本 标准目录\n" + "\n".join("┃" + "│".join(row) for row in cells)
    grid = Grid(cells=(("序号", "一级事项", "二级事项", "公开内容", "公开时限"), *cells), place=Place(1))
    return evolve(
        Document(
            text=text,
            title="演示样本标准目录",
            items=items,
            tables=(TableReading(grid, "catalogue", items[0].area if items else "", headers=1, items=len(items)),),
            reader="test/1",
        ),
        **values,
    )


def page_document(title: str, body: str, attachments: tuple[Attachment, ...] = (), **metadata: str) -> Document:
    return Document(
        text=f"{title}\n{body}",
        title=title,
        metadata=metadata,
        attachments=attachments,
        reader="test/1",
        headings=(title,),
    )


def make_archive(data: Path, items: int = 6) -> Store:
    """Three notices in force, the first two with one attachment of `items` rows each; one crawl, no WARC records."""
    store = Store.open(data)
    declare(store, Sources(NOTICES, AREAS, TASKS))
    crawl = store.begin_crawl("factory", "live", "test/1", {})
    for notice in NOTICES:
        row = store.row("SELECT id FROM notices WHERE slug = ?", [notice.slug])
        assert row is not None
        file = Attachment("附件：标准目录.docx", notice.url.replace(".html", ".docx"))
        attachments = (file,) if notice.number < 3 else ()
        page = store.document(row["id"], "page", notice.url)
        body = "各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。"
        body += "扶贫资金项目公告公示按国办发〔2019〕54号执行。"
        reading = page_document(
            notice.title, body, attachments, document_number=f"演示发〔2019〕{notice.number}号", issued_on="2019-07-31"
        )
        capture(store, crawl, page, notice.url, reading)
        if attachments:
            document = store.document(row["id"], "attachment", file.url, name=file.name)
            area = {1: "land-expropriation", 2: "social-assistance"}[notice.number]
            capture(
                store, crawl, document, file.url, attachment_document(tuple(item(n, area) for n in range(1, items + 1)))
            )
        store.update(
            "notices", row["id"], state="current", verdict="ok", checked_at="2026-11-20T01:00:00Z",
            last_success="2026-11-20T01:00:00Z", issued_on="2019-07-31",
            document_number=reading.metadata["document_number"],
        )  # fmt: skip
    store.end_crawl(crawl, {})
    return store


def capture(
    store: Store, crawl: int, document: int, url: str, reading: Document, at: str = "2026-11-20T01:00:00Z"
) -> int:
    """A good capture and its reading, kept as a crawl keeps it; returns the id of the document's latest version."""
    digest = hashlib.sha256(reading.text.encode()).hexdigest()
    capture_id = store.add_capture(
        crawl, Capture(document, url, at, Verdict.OK, http_status=200, sha256=digest, bytes=len(reading.text))
    )
    keep(store, document, capture_id, reading)
    latest = store.row("SELECT max(id) AS id FROM versions WHERE document_id = ?", [document])
    assert latest is not None
    return int(latest["id"])
