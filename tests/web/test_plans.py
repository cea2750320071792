"""Whatever a page asks of the archive is found by an index: its time does not grow with what is in the large tables.

Counts over everything are kept between two crawls (archive/web/visit.py), so a page is asked for twice, and its second
answer looked at. What shows everything by its purpose (status, metrics, exports) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.record.look import look
from archive.web.serving import threads as threads_module
from archive.web.serving.threads import threads_of
from tests.web.conftest import Site

SMALL = {
    "pages",  # of one text, as a statement itself lists them
    "areas",
    "a",
    "notices",
    "n",
    "laws",
    "l",
    "locals",
    "crawls",
    "k",
    "listings",
    "candidates",
    "tasks",
    "origins",
    "o",
}
"""Tables, and what statements call them, that stay small: a row a field, a notice, a law, a crawl, a merged archive."""
FIRST = re.compile(r"ORDER BY (detected_at DESC, )?id (DESC )?LIMIT \d+( OFFSET 0)?$")
"""In the order of the table or of an index of it, and no further than the page."""
OF_VIEWS = (
    "FROM change_areas c JOIN areas a ON a.id = c.area_id WHERE c.change_id = ",
    "FROM version_origins WHERE version_id = ",
)
"""What is walked is what the view has of one change, of one version."""
PAGES = (
    "/",
    "/notices/land",
    "/notices/land?at=2026-11-21",
    "/areas/land-expropriation",
    "/areas/land-expropriation?level=township&deadline=20个工作日&channel=政府网站",
    "/catalogue",
    "/catalogue?area=land-expropriation&level=county",
    "/catalogue?deadline=20个工作日",
    "/catalogue?channel=政府网站&page=2",
    "/catalogue?review=1",
    "/catalogue?document={document}",
    "/changes",
    "/changes/{change}",
    "/changes.atom",
    "/compile",
    "/compile?areas=land-expropriation",
    "/compare/{document}?from=1&to=2",
    "/documents/{document}",
    "/documents/{document}?version=1",
    "/rows/{key}",
    "/items/{item}",
    "/laws",
    "/local",
    "/tasks",
    "/review",
    "/api",
    "/search?q=征地",
    "/search?q=补偿标准&area=land-expropriation&level=township",
)


@pytest.fixture(scope="module")
def named(site_data: Path) -> dict[str, object]:
    """What is revised in the sample."""
    with closing(look(site_data / "archive.db")) as archive:
        found = archive.execute(
            """SELECT c.id AS change, c.document_id AS document, i.id AS item, i.key FROM changes c
               JOIN items i ON i.document_id = c.document_id AND i.current = 1 WHERE c.from_version IS NOT NULL
               ORDER BY c.id LIMIT 1"""
        ).fetchone()
    return dict(found)


@pytest.fixture(scope="module")
def traced(site_data: Path) -> Iterator[tuple[Site, list[str]]]:
    """A site whose pages all come from one thread, and the statements that they ask."""
    told: list[str] = []
    opened = Site(site_data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads_module, "COUNT", 1)
        threads = threads_of(opened.datasette, site_data)
    opened.loop.run_until_complete(threads.run("trace", lambda archive, _: archive.set_trace_callback(told.append)))
    yield opened, told
    opened.close()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_reads_a_large_table_as_a_whole(
    traced: tuple[Site, list[str]], named: dict[str, object], path: str
) -> None:
    opened, told = traced
    opened.get(path.format(**named))
    told.clear()
    answer = opened.get(path.format(**named))
    assert answer.status_code == 200, answer.text
    asked = [sql for sql in dict.fromkeys(told) if sql.lstrip().startswith(("SELECT", "WITH"))]
    assert told
    with closing(look(opened.data / "archive.db")) as archive:
        found = {(step, sql) for sql in asked for *_, step in archive.execute(f"EXPLAIN QUERY PLAN {sql}")}
    assert [(step, sql) for step, sql in found if _scans(step, sql)] == []


@pytest.mark.parametrize("path", ["/areas/land-expropriation?level=county", "/catalogue", "/catalogue?level=township"])
def test_rows_of_an_area_are_not_sorted_for_each_page(traced: tuple[Site, list[str]], path: str) -> None:
    opened, told = traced
    told.clear()
    opened.get(path)
    rows = [sql for sql in told if "FROM items_in_force i" in sql and " LIMIT " in sql and "i.serial" in sql]
    assert rows
    with closing(look(opened.data / "archive.db")) as archive:
        steps = [step for sql in rows for *_, step in archive.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def _scans(step: str, sql: str) -> bool:
    scanned = re.match(r"SCAN (\S+)", step)
    if scanned is None or "VIRTUAL TABLE" in step or "CONSTANT" in step or "(subquery" in step:
        return False
    name, sql = scanned[1], " ".join(sql.split())
    return not (
        name in SMALL or name.endswith("_fts_config") or FIRST.search(sql) or any(one in sql for one in OF_VIEWS)
    )
