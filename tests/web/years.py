"""An archive with three years behind it: a file of 社会救助 in six revisions, the last one under another link.

All text is a sample of ours (演示样本).
"""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from archive.model import Attachment, Change, Document, Item, Kind
from archive.record.changes import record_change
from archive.record.keep import keep
from archive.record.looks import propose
from archive.record.settle import settle_all
from archive.record.store import Store
from tests.factory import NOTICES, attachment_document, capture, item, make_archive, page_document
from tests.web.records import record

WELFARE = NOTICES[1]
ROW = "临时救助审批信息"
RENAMED = "临时救助审核确认信息"
BODY = (
    "各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。\n"
    + "\n".join(f"第{n}条　本条内容没有变化，仅供演示。" for n in range(1, 21))
    + "\n扶贫资金项目公告公示按国办发〔2019〕54号执行。"
)
SUCCESSOR, NEXT = "http://poverty.example/t2026.html", "演示办关于印发扶贫领域标准指引（修订版）的通知"
BYTES = tuple(f"original of version {n}".encode() for n in range(1, 7))


def rows() -> list[Item]:
    return [
        item(
            n,
            "social-assistance",
            level1="综合业务" if n < 7 else "低保特困",
            level2=ROW if n == 3 else f"社会救助事项{n}",
            content=f"第{n}项：1.事项名称；2.办理条件；3.申请材料；4.办理流程",
            subject="县级民政部门" if n % 2 else "乡镇人民政府（街道办事处）",
        )
        for n in range(1, 13)
    ]


def changed(table: list[Item], *edits: tuple[int, dict[str, object]]) -> list[Item]:
    """Rows counted from 1, each with other values."""
    done = list(table)
    for n, values in edits:
        done[n - 1] = evolve(done[n - 1], **values)
    return done


def numbered(table: list[Item]) -> list[Item]:
    return [evolve(row, position=n, serial=str(n)) for n, row in enumerate(table, 1)]


def make_years(data: Path) -> Store:
    store = make_archive(data, items=12)
    one = store.row("SELECT id, url FROM documents WHERE notice_id = 2 AND kind = 'page'")
    assert one
    known = {"document_number": "演示发〔2019〕2号", "issued_on": "2019-07-31"}
    first = Attachment("附件：标准目录.docx", WELFARE.url.replace(".html", ".docx"))
    capture(store, 1, one["id"], one["url"], page_document(WELFARE.title, BODY, (first,), **known))
    settle_all(store, 1)
    store.db.execute("UPDATE versions SET captured_at = '2024-05-20T01:00:00Z'")
    store.db.execute("UPDATE captures SET fetched_at = '2024-05-20T01:00:00Z'")
    store.db.execute("UPDATE changes SET detected_at = '2024-05-20T01:00:00Z', updated_at = detected_at")
    store.db.execute("DELETE FROM stories")
    store.db.conn.commit()
    url = WELFARE.url.replace(".html", ".docx")
    file = store.document(2, "attachment", url)
    table = rows()
    _settle(store, _file(store, file, url, table, 0, "2024-06-01T15:30:00Z"), "2024-06-01T15:31:00Z")
    table = changed(table, (3, {"time_limit": "7个工作日"}))
    _settle(store, _file(store, file, url, table, 1, "2024-09-10T01:00:00Z"), "2024-09-10T01:01:00Z")
    table = changed(table, (3, {"level2": RENAMED}))
    _settle(store, _file(store, file, url, table, 2, "2025-03-31T16:30:00Z"), "2025-03-31T16:31:00Z")
    eleven = [
        *((n, {"time_limit": "自信息形成之日起7个工作日内", "content": "办理条件；办理流程"}) for n in (1, 4, 5, 6)),
        *((n, {"basis": "《社会救助暂行办法》第十二条"}) for n in (3, 8)),
        (9, {"subject": "县级医疗保障部门"}),
    ]
    table = changed(table, *eleven)
    _settle(store, _file(store, file, url, table, 3, "2025-12-01T01:00:00Z"), "2025-12-01T01:01:00Z")
    new = item(0, "social-assistance", level1="综合业务", level2="救助热线", content="服务电话和地址", township=False)
    table = numbered([table[0], new, *table[1:]])
    _settle(store, _file(store, file, url, table, 4, "2026-06-15T01:00:00Z"), "2026-06-15T01:01:00Z")
    link = Attachment("社会救助领域标准目录（2026年版）.docx", "http://welfare.example/2026.docx")
    page = page_document(
        WELFARE.title,
        BODY.replace("认真", "严格"),
        (link,),
        document_number="演示发〔2019〕2号",
        issued_on="2019-07-31",
    )
    at = "2026-10-08T01:00:00Z"
    _keep(store, one["id"], one["url"], page, b"<html>page of 2026</html>", "text/html", at)
    other = store.document(2, "attachment", link.url)
    table = changed(table, (4, {"subject": "县级民政部门、乡镇人民政府（街道办事处）"}))
    _settle(store, _file(store, other, link.url, table, 5, at), "2026-10-08T01:01:00Z")
    _withdrawn_and_succeeded(store)
    return store


def _withdrawn_and_succeeded(store: Store) -> None:
    """The page of 农村集体土地征收 is gone, and 扶贫 may have a next edition."""
    page = store.row("SELECT id FROM documents WHERE notice_id = 1 AND kind = 'page'")
    assert page
    gone = Change(Kind.GONE, "原网址已多次无法打开，页面可能已被撤下", document_id=page["id"])
    record_change(store, 1, 1, gone)
    values = {"url": SUCCESSOR, "title": NEXT, "document_number": "", "published_on": "2026-11-01", "listing": ""}
    propose(store, 1, 3, values, ["标题含“修订”"])
    at = "2026-11-02T01:00:00Z"
    store.db.execute("UPDATE changes SET detected_at = ?, updated_at = ? WHERE detected_at > ?", [at, at, at])
    store.db.conn.commit()


def _file(store: Store, id: int, url: str, table: list[Item], number: int, at: str) -> int:
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    _keep(store, id, url, attachment_document(tuple(table)), BYTES[number], media_type, at)
    return id


def _keep(store: Store, id: int, url: str, reading: Document, body: bytes, media_type: str, at: str) -> None:
    keep(store, id, record(store, id, url, body, media_type, fetched_at=at), reading)


def _settle(store: Store, _: int, at: str) -> None:
    for change in settle_all(store, 1):
        store.update("changes", change, detected_at=at, updated_at=at)
