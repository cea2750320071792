"""A notice that names very many files: its page lists some at a time, and asks no more for a longer list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.model import Attachment
from archive.operate import health
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.web.pages import notices
from archive.web.serving.threads import threads_of
from tests.factory import attachment_document, capture, item, make_archive, page_document
from tests.web.conftest import Site

MANY = 25


def with_files(data: Path, count: int) -> Store:
    """The third notice names so many files; each was read, with two rows."""
    store = make_archive(data)
    crawl = store.begin_crawl("files", "live", "test/1", {})
    page = store.rows("SELECT * FROM documents WHERE notice_id = 3 AND kind = 'page'")[0]
    links = tuple(Attachment(f"名单{n}.docx", f"http://poverty.example/{n}.docx") for n in range(1, count + 1))
    capture(store, crawl, page["id"], page["url"], page_document("演示办的通知", "名单见附件。", links))
    for n, link in enumerate(links, 1):
        file = store.document(3, "attachment", link.url, name=link.name)
        rows = (item(1, "poverty-alleviation"), item(2, "poverty-alleviation"))
        capture(store, crawl, file, link.url, attachment_document(rows, title=f"名单{n}"))
    settle_all(store, crawl)
    store.end_crawl(crawl, {})
    return store


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("many") / "data"
    with_files(data, MANY).close()
    opened = Site(data)
    yield opened
    opened.close()


def listed(page: str) -> list[int]:
    """The files in the list of attachments."""
    attachments = page.partition('id="attachments"')[2].partition("</section>")[0]
    return [int(number) for number in re.findall(r'<p class="name"><a href="[^"]*">名单(\d+)\.docx', attachments)]


def versions(page: str) -> set[int]:
    return {int(number) for number in re.findall(r'<th scope="row">名单(\d+)\.docx', page)}


def test_all_files_of_an_ordinary_notice_stand_on_its_page(many: Site) -> None:
    page = many.get("/notices/poverty").text
    assert listed(page) == [*range(1, MANY + 1)]
    assert versions(page) == {*range(1, MANY + 1)}
    assert 'class="pager"' not in page


def test_very_many_files_are_listed_some_at_a_time_with_their_versions(
    many: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "FILES", 10)
    pages = [many.get(f"/notices/poverty?page={number}").text for number in (1, 2, 3)]
    assert [listed(page) for page in pages] == [[*range(1, 11)], [*range(11, 21)], [*range(21, 26)]]
    assert [versions(page) for page in pages] == [{*range(1, 11)}, {*range(11, 21)}, {*range(21, 26)}]
    assert many.get("/notices/poverty").text == pages[0]
    assert 'href="/notices/poverty?page=2"' in pages[0]
    assert all("演示办的通知" in page and 'id="timeline"' in page for page in pages)
    assert many.get("/notices/poverty?page=4").status_code == 404


def test_what_needs_a_look_is_shown_on_every_page_of_the_list(many: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store.open(many.data)) as store:
        last = store.rows("SELECT max(v.id) AS id FROM versions v")[0]["id"]
        store.db.execute("UPDATE grids SET flagged = 3 WHERE version_id = ?", [last])
    monkeypatch.setattr(notices, "FILES", 10)
    assert (
        f"名单{MANY}.docx" in many.get("/notices/poverty").text.partition('id="review"')[2].partition("</section>")[0]
    )


def asked(data: Path, path: str) -> int:
    """How many statements a page takes."""
    site = Site(data)
    told: list[str] = []
    threads = threads_of(site.datasette, data)
    site.loop.run_until_complete(threads.run("trace", lambda archive, _: archive.set_trace_callback(told.append)))
    assert site.get(path).status_code == 200
    site.close()
    return len(told)


def test_the_status_asks_as_often_for_many_files_as_for_few(tmp_path: Path) -> None:
    for count in (2, MANY):
        with_files(tmp_path / str(count), count).close()
    assert asked(tmp_path / "2", "/status") == asked(tmp_path / str(MANY), "/status")


def test_what_rests_on_files_in_trouble_is_counted_once_a_notice(tmp_path: Path) -> None:
    def troubled(count: int) -> int:
        with closing(with_files(tmp_path / str(count), count)) as store:
            store.db.execute("UPDATE documents SET state = 'unreadable' WHERE notice_id = 3 AND kind = 'attachment'")
            told: list[str] = []
            with closing(read_only(store.data)) as archive:
                archive.set_trace_callback(told.append)
                attention = health.status(store.data, archive)["attention"]
        stakes = [point["stake"] for point in attention if "无法读取" in point["what"]]
        assert stakes == ["1 个领域的 2 条现行事项以旧文为准，其间如有修订，不会收到提醒"] * count
        return len(told)

    assert troubled(3) == troubled(12)
