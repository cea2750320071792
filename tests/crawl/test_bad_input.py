"""Each nasty answer leaves a row with its reason, the crawl goes on, and nothing that was kept is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.harness import Archive, page
from tests.sites.server import SiteServer

REFUSED = "refused"
UNRESOLVED = "unresolved"
OUTCOMES = {
    # mode of the server: verdict and reason
    "status-403": ("error", "http-403"),
    "status-404": ("gone", "http-404"),
    "status-410": ("gone", "http-410"),
    "status-412": ("error", "http-412"),
    "status-429": ("error", "http-429"),
    "status-500": ("error", "http-500"),
    "status-521": ("error", "http-521"),
    "challenge-1": ("suspect", "challenge"),
    "challenge-2": ("suspect", "challenge"),
    "challenge-3": ("suspect", "challenge"),
    "soft-404-1": ("suspect", "soft-404"),
    "soft-404-2": ("suspect", "soft-404"),
    "soft-404-3": ("suspect", "soft-404"),
    "soft-404-4": ("suspect", "soft-404"),
    "soft-404-5": ("suspect", "soft-404"),
    "maintenance": ("suspect", "soft-404"),
    "empty-200": ("suspect", "empty"),
    "elsewhere": ("suspect", "elsewhere"),
    "garbled": ("suspect", "garbled"),
    "truncated": ("suspect", "truncated"),
    "truncated-chunked": ("suspect", "truncated"),
    "reset": ("error", "reset"),
    "silent": ("error", "timeout"),
    "slow-drip": ("error", "timeout"),
    "redirect-loop": ("error", "redirects"),
    "redirect-self": ("error", "redirects"),
    "redirect-private": ("error", "private"),
    "gzip-bomb": ("error", "too-large"),
    "huge-60mb": ("error", "too-large"),
    "huge-declared": ("error", "too-large"),
    REFUSED: ("error", "refused"),
    UNRESOLVED: ("error", "dns"),
}
SOUND = ("chunked-gzip", "redirect-self-cookie", "wrong-charset", "no-charset", "nul-bytes", "word-html")
AWAY = ("home", "login")
LIMITS = ("--timeout", "10", "--max-bytes", "4000000")
IMPATIENT = ("--timeout", "3", "--max-bytes", "4000000")
"""Where answers never end: each is waited for three times."""


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of sound pages that was crawled once more when every site had gone bad in its own way."""
    archive = Archive(tmp_path_factory.mktemp("nasty"))
    with SiteServer() as server:
        urls = {}
        for mode in (*OUTCOMES, *SOUND, *AWAY, "deep-html"):
            if mode == REFUSED:
                urls[mode] = server.unused() + "/t.html"
            elif mode == UNRESOLVED:
                urls[mode] = "http://no-such-host.invalid/t.html"
            else:
                urls[mode] = server.put(f"{mode}.example", "/t.html", page(mode, "<p>细则另发。</p>" * 40))
            archive.watch(mode, urls[mode])
        archive.crawl(*LIMITS)
        for mode in (*OUTCOMES, *SOUND, *AWAY, "deep-html"):
            if mode not in (REFUSED, UNRESOLVED):
                server.mode(urls[mode], mode)
        archive.crawl(*IMPATIENT)
        yield archive


@pytest.mark.parametrize("mode", OUTCOMES)
def test_a_nasty_answer_leaves_a_row_with_its_reason(nasty: Archive, mode: str) -> None:
    rows = nasty.captures(mode)
    assert (rows[-1]["verdict"], rows[-1]["reason"]) == OUTCOMES[mode]
    assert rows[-1]["detail"]
    assert len(rows) == 2


@pytest.mark.parametrize("mode", AWAY)
def test_a_redirect_to_a_home_page_or_login_is_not_the_notice(nasty: Archive, mode: str) -> None:
    assert nasty.captures(mode)[-1]["verdict"] == "suspect"
    assert nasty.captures(mode)[-1]["redirects"] != "[]"


@pytest.mark.parametrize("mode", SOUND)
def test_odd_bytes_are_still_the_notice(nasty: Archive, mode: str) -> None:
    assert nasty.captures(mode)[-1]["verdict"] in ("ok", "unchanged")
    assert "请认真贯彻执行" in nasty.texts(mode)[-1]


def test_very_deep_html_has_an_outcome(nasty: Archive) -> None:
    assert len(nasty.captures("deep-html")) == 2


def test_what_was_kept_is_untouched_and_no_revision_is_told(nasty: Archive) -> None:
    for mode in OUTCOMES:
        if mode not in (REFUSED, UNRESOLVED):
            assert nasty.captures(mode)[0]["verdict"] == "ok"
            assert len(nasty.texts(mode)) == 1
    told = nasty.rows("SELECT n.slug, c.kind FROM changes c JOIN notices n ON n.id = c.notice_id WHERE c.kind != 'new'")
    assert [row for row in told if row["slug"] in OUTCOMES] == []


def test_an_error_with_a_body_is_recorded_too(nasty: Archive) -> None:
    row = nasty.captures("status-500")[-1]
    record = next(r for r in nasty.records() if r.status == 500 and r.url == row["url"])
    assert b"500" in record.body


def test_every_hop_of_a_redirect_is_recorded(nasty: Archive) -> None:
    asked = nasty.captures("home")[-1]["asked"]
    assert any(record.status == 302 and record.url == asked for record in nasty.records())


def test_a_truncated_body_is_marked_in_its_record(nasty: Archive) -> None:
    row = nasty.captures("truncated")[-1]
    record = next(r for r in nasty.records() if r.offset == row["warc_offset"] and r.url == row["url"])
    assert record.headers["warc-truncated"] == "disconnect"


def test_an_address_that_is_none_leaves_a_row(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        links = '<p><a href="http://[bad/a.docx">附件：甲.docx</a></p><p><a href="http://a..b:x/b.docx">附件：乙.docx</a></p>'
        archive.watch("odd", server.put("odd.example", "/t.html", page("odd", links)))
        archive.crawl(*LIMITS)
    assert archive.verdicts("odd") == [("ok", "")]
    assert {verdict for verdict, _ in archive.verdicts("odd", "attachment")} <= {"error"}


def test_a_crawl_with_trouble_exits_with_3_and_one_without_with_0(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        url = server.put("fine.example", "/t.html", page("fine"))
        archive.watch("fine", url)
        archive.crawl(*LIMITS, code=0)
        server.mode(url, "status-500")
        archive.crawl(*LIMITS, code=3)
