"""Figures over the rows in force are kept until other rows are: what else a crawl writes counts nothing again, and no
page shows what was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from archive.clock import iso, now
from archive.model import Capture, Verdict
from archive.record import in_force
from archive.record.laws import settle_laws
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.web.serving.threads import threads_of
from archive.web.visit import Kept, Memo
from tests.factory import attachment_document, capture, item, make_archive
from tests.web.conftest import Site

PAGES = (
    "/",
    "/catalogue",
    "/catalogue?level=township",
    "/catalogue?deadline=20个工作日",
    "/areas/social-assistance",
    "/laws",
)
COUNTS = re.compile(r"count\(.*(?:FROM|JOIN) (?:items|items_in_force|amended_bases)\b", re.DOTALL)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(make_archive(tmp_path / "data", items=9)) as opened:
        settle_all(opened, None)
        settle_laws(opened, None)
        yield opened


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    opened = Site(store.data)
    yield opened
    opened.close()


def asked(site: Site) -> list[str]:
    """The list to which every statement is added from now on; the pages of a test come from one thread."""
    told: list[str] = []
    threads = threads_of(site.datasette, site.data)
    site.loop.run_until_complete(threads.run("trace", lambda archive, _: archive.set_trace_callback(told.append)))
    return told


def file_of(store: Store) -> dict[str, object]:
    return store.rows("SELECT * FROM documents WHERE notice_id = 1 AND kind = 'attachment'")[0]


def revise(store: Store, rows: int) -> int:
    file = file_of(store)
    crawl = store.begin_crawl("later", "live", "test/1", {})
    reading = attachment_document(tuple(item(n) for n in range(1, rows + 1)))
    return capture(store, crawl, int(str(file["id"])), str(file["url"]), reading, iso(now()))


def listed(site: Site, path: str = "/catalogue") -> int:
    found = re.search(r"共 ([\d,]+) 条", site.get(path).text)
    assert found is not None
    return int(found[1])


def test_a_fetch_that_finds_nothing_new_counts_nothing_again(store: Store, site: Site) -> None:
    for path in PAGES:
        site.get(path)
    told = asked(site)
    file = file_of(store)
    crawl = store.begin_crawl("later", "live", "test/1", {})
    store.add_capture(
        crawl, Capture(int(str(file["id"])), str(file["url"]), iso(now()), Verdict.UNCHANGED, http_status=304)
    )
    settle_all(store, crawl)
    settle_laws(store, crawl)
    for path in PAGES:
        assert site.get(path).status_code == 200
    assert told
    assert [sql for sql in told if COUNTS.search(sql)] == []


def test_a_page_counts_what_is_in_force_at_that_moment(store: Store, site: Site) -> None:
    assert (listed(site), listed(site, "/catalogue?level=township")) == (18, 6)
    version = revise(store, 12)
    assert (listed(site), listed(site, "/catalogue?level=township")) == (21, 7)
    in_force.withdraw(store.db, version)
    assert (listed(site), listed(site, "/catalogue?level=township")) == (9, 3)
    settle_all(store, None)
    assert listed(site) == 21
    assert "社会救助" in site.get("/areas/social-assistance").text
    assert listed(site, "/areas/social-assistance") == 9


def test_a_revision_before_it_is_told_is_counted_on_the_home_page_and_among_the_laws(store: Store, site: Site) -> None:
    before = site.get("/laws").text
    assert '<td data-label="事项">18</td>' in before
    revise(store, 4)
    settle_all(store, None)
    settle_laws(store, None)
    assert '<td data-label="事项">13</td>' in site.get("/laws").text
    assert re.search(r"\b13\b", site.get("/").text)


def test_one_connection_finds_what_another_has_counted_in_the_same_state_only(store: Store) -> None:
    kept = Kept()
    with closing(read_only(store.data)) as one, closing(read_only(store.data)) as other:
        memos = [Memo(one, kept), Memo(other, kept)]
        turns = count()
        assert [memo.of_rows("rows", lambda: next(turns)) for memo in memos] == [0, 0]
        revise(store, 4)
        assert [memo.of_rows("rows", lambda: next(turns)) for memo in memos] == [1, 1]


def test_the_mark_stays_while_the_same_rows_are_in_force(store: Store) -> None:
    mark = in_force.mark(store.db.conn)
    assert mark
    in_force.keep(store.db, 1, [row["id"] for row in store.rows("SELECT id FROM versions")])
    settle_all(store, None)
    settle_laws(store, None)
    assert in_force.mark(store.db.conn) == mark
    in_force.keep(store.db, 1, [])
    assert in_force.mark(store.db.conn) != mark


def test_only_one_module_says_which_rows_are_in_force() -> None:
    top = Path(in_force.__file__).parents[1]
    says = {
        path.relative_to(top).as_posix()
        for path in top.rglob("*.py")
        if "migrations" not in path.parts
        and re.search(r"UPDATE items SET current|DELETE FROM items\b", path.read_text("utf-8"))
    }
    assert says == {"record/in_force.py"}
