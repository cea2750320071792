"""Pages of the desk: weight and processor time of one request, over an archive that is filled directly.

    scripts/bench desk [--rows N | --data DIR]

DIR is the data folder of an archive that is there already; it is only read.

Processor time of the whole process around the call of the ASGI application, the least of five, so that the figure is
the page's and not the machine's.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from archive.model import Area, Attachment, Item, Notice
from archive.record.declare import declare
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.watched import Sources
from archive.web.app import site
from scripts.measuring import options, timed
from tests.factory import attachment_document, capture, item, page_document

NOTICES, AREAS, IN_A_FILE, REVISIONS = 19, 26, 93, 6
BODY = "\n".join(f"第{n}条　各单位应当按照标准目录公开有关信息，本条为演示样本。" for n in range(1, 80))


def main(arguments: Sequence[str]) -> int:
    chosen = options(__doc__, arguments, rows=465, data="")
    if chosen.data:
        asyncio.run(_measured(Path(chosen.data)))
        return 0
    rows = chosen.rows
    with tempfile.TemporaryDirectory() as folder:
        _, seconds = timed(_filled, Path(folder) / "data", rows)
        print(f"{rows} rows in force, one file in {REVISIONS} revisions, filled in {seconds:.0f} s")
        asyncio.run(_measured(Path(folder) / "data"))
    return 0


def _filled(data: Path, rows: int) -> None:
    store = Store.open(data)
    areas = [Area(f"area-{n}", f"第{n}领域") for n in range(1, AREAS + 1)]
    notices = [
        Notice(n, f"notice-{n}", f"演示部关于印发第{n}号基层政务公开标准指引的通知", "演示部", f"http://n{n}.example/t.html",
               tuple(area.name for area in areas[n - 1 :: NOTICES]))
        for n in range(1, NOTICES + 1)
    ]  # fmt: skip
    declare(store, Sources(tuple(notices), tuple(areas)))
    crawl = store.begin_crawl("bench", "live", "bench/1", {})
    files = max(1, rows // IN_A_FILE)
    for notice in notices:
        links = [
            Attachment(f"附件{n}：第{n}类标准目录.docx", f"http://n{notice.number}.example/{n}.docx")
            for n in range(files)
            if n % NOTICES == notice.number - 1
        ]
        reading = page_document(notice.title, BODY, tuple(links))
        capture(store, crawl, store.document(notice.number, "page", notice.url), notice.url, reading)
        area = f"area-{notice.number}"
        for link in links:
            capture(store, crawl, store.document(notice.number, "attachment", link.url), link.url,
                    attachment_document(_table(link.url, area)))  # fmt: skip
    settle_all(store, crawl)
    url = "http://n1.example/0.docx"
    document, table = store.document(1, "attachment", url), list(_table(url, "area-1"))
    for revision in range(REVISIONS):
        for n in range(11):
            table[n] = evolve(table[n], time_limit=f"自信息形成之日起{revision + n + 2}个工作日内")
        at = f"2026-11-{21 + revision}T01:00:00Z"
        capture(store, crawl, document, url, attachment_document(tuple(table)), at)
        settle_all(store, crawl)
    store.close()


def _table(url: str, area: str) -> tuple[Item, ...]:
    return tuple(item(n, area, level2=f"{url[-9:]} 第{n}项公开事项") for n in range(1, IN_A_FILE + 1))


async def _measured(data: Path) -> None:
    datasette = site(data)
    await datasette.invoke_startup()
    app = datasette.app()
    first = (
        await datasette.get_database("archive").execute(
            """SELECT i.key, i.document_id, n.slug, a.slug AS area, (SELECT max(id) FROM changes) AS change,
                      (SELECT max(number) FROM versions w WHERE w.document_id = i.document_id) AS last
               FROM items i JOIN versions v ON v.id = i.version_id JOIN documents d ON d.id = i.document_id
               JOIN notices n ON n.id = d.notice_id JOIN areas a ON a.id = i.area_id
               WHERE i.current = 1 ORDER BY v.number DESC, i.id LIMIT 1"""
        )
    ).first()
    key, document, notice, area, change, last = tuple(first)
    print(f"{'page':44} {'bytes':>8} {'ms':>6}")
    for path, query in (
        ("/", ""),
        ("/changes", ""),
        ("/changes", f"area={area}&level=township&since=2026-05-01"),
        (f"/changes/{change}", ""),
        (f"/rows/{key}", ""),
        (f"/notices/{notice}", ""),
        (f"/notices/{notice}", "at=2026-11-20"),
        (f"/documents/{document}", "version=1"),
        *([(f"/compare/{document}", f"from=1&to={last}")] if last > 1 else []),
    ):
        best, size = min([await _asked(app, path, query) for _ in range(6)])
        print(f"{path + ('?' + query if query else ''):44} {size:>8,} {best * 1000:>6.1f}")


async def _asked(app: Any, path: str, query: str) -> tuple[float, int]:
    """(processor seconds, bytes) of one request."""
    body = bytearray()
    status = 0

    async def send(event: dict[str, Any]) -> None:
        nonlocal status
        status = event.get("status", status)
        body.extend(event.get("body", b""))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "client": None,
        "raw_path": path.encode(), "query_string": query.encode(), "headers": [(b"host", b"bench")],
    }  # fmt: skip
    begin = time.process_time()
    await app(scope, receive, send)
    taken = time.process_time() - begin
    if status != 200:
        raise SystemExit(f"{path}?{query}: {status}")
    return taken, len(body)
