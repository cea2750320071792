"""The replica (tests/sites): its pages, files and WARC are ours, marked as samples, and say what known.json says."""

from __future__ import annotations

import http.client
import io
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.reading import read
from crawler.sources import load_sources
from tests.sites import DEMO, build
from tests.sites.build import Exchange
from tests.sites.catalogues import read_areas
from tests.sites.replica import Replica, vary

KNOWN: dict[str, Any] = json.loads((build.HERE / "known.json").read_text("utf-8"))
WARC = DEMO / "replica.warc.gz"
STORED = build.stored()
PAGES = [e for e in STORED if e.kind == "page"]
ATTACHMENTS = [e for e in STORED if e.kind == "attachment"]


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica() as running:
        yield running


def by_slug(exchange: Exchange) -> str:
    return exchange.slug


def fetch(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of one answer; redirects are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", url.split(parts.netloc, 1)[1], headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


# ---------------------------------------------------------------- what is committed


def test_the_replica_has_every_declared_notice() -> None:
    declared = load_sources(None).sources.notices
    assert {e.slug: e.url for e in PAGES} == {n.slug: n.url for n in declared}
    assert {slug: facts["title"] for slug, facts in KNOWN.items()} == {n.slug: n.title for n in declared}


@pytest.mark.parametrize("page", PAGES, ids=by_slug)
def test_a_page_is_readable_says_that_it_is_a_sample_and_holds_its_title(page: Exchange) -> None:
    declared = re.search(rb"charset=\"?([\w-]+)", page.body[:1000])
    assert declared
    text = page.body.decode({"gb2312": "gb18030"}.get(declared[1].decode().lower(), declared[1].decode()))
    assert "演示样本" in text
    assert KNOWN[page.slug]["title"] in text
    assert re.search(r"演示\w*〔20\d\d〕\d+号", re.sub("<[^>]+>", "", text))


def test_every_document_number_is_recognisable_as_a_sample() -> None:
    assert all(facts["document_number"].startswith("演示") for facts in KNOWN.values())


def test_catalogue_files_come_in_six_formats_and_hold_fifteen_to_ninety_rows() -> None:
    files = list(chain.from_iterable(facts["attachments"] for facts in KNOWN.values()))
    assert {file["kind"] for file in files} == {"doc", "docx", "xls", "xlsx", "pdf", "zip"}
    assert all(15 <= file["rows"] <= 90 for file in files)
    assert sum(1 for facts in KNOWN.values() if facts["attachments"]) >= 8


def test_building_again_gives_the_committed_files() -> None:
    built = build.build()
    assert build.to_json(built.index) == (build.HERE / "pages" / "index.json").read_text("utf-8")
    assert build.to_json(built.known) == (build.HERE / "known.json").read_text("utf-8")
    for now, then in zip(built.exchanges, STORED, strict=True):
        assert unpacked(now.body) == unpacked(then.body), now.file


def unpacked(data: bytes) -> object:
    """The members of a zip file: their compressed bytes depend on the machine's zlib."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data), metadata_encoding="gbk") as archive:
        return [(info.filename, info.date_time, unpacked(archive.read(info))) for info in archive.infolist()]


def test_the_warc_passes_the_check_and_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    options = type("Options", (), {"inputs": [str(WARC)], "verbose": False, "exit_value": 0})
    assert Checker(options).process_all() == 0
    with WARC.open("rb") as stream:
        info = next(iter(ArchiveIterator(stream)))
        said = info.content_stream().read().decode()
    assert info.rec_type == "warcinfo"
    assert "isPartOf: 演示样本" in said
    assert "description: 演示样本，非部委原文" in said


def test_the_warc_holds_the_same_bodies_under_the_real_addresses() -> None:
    with WARC.open("rb") as stream:
        held = [
            (
                r.rec_headers.get_header("WARC-Target-URI"),
                int(r.http_headers.get_statuscode()),
                r.content_stream().read(),
            )
            for r in ArchiveIterator(stream)
            if r.rec_type == "response"
        ]
    assert sorted(held) == sorted((build.target(e.url), e.status, e.body) for e in STORED)


def test_the_replica_is_small() -> None:
    assert sum(p.stat().st_size for p in build.HERE.rglob("*") if p.suffix != ".pyc" and p.is_file()) < 2_000_000


# ---------------------------------------------------------------- what our reader makes of it


@cache
def reading(exchange: Exchange, slug: str) -> Any:
    declared = load_sources(None)
    notice = next(n for n in declared.sources.notices if n.slug == slug)
    headers = {"content-type": exchange.content_type, "content-location": exchange.url}
    headers |= {name.lower(): value for name, value in exchange.headers}
    return read(exchange.body, headers, declared.rule_for(notice.url, notice))


@pytest.mark.parametrize("page", PAGES, ids=by_slug)
def test_the_reader_finds_title_metadata_attachments_and_rows_of_a_page(page: Exchange) -> None:
    document, facts = reading(page, page.slug), KNOWN[page.slug]
    assert document.problem == ""
    assert document.confidence == "high"
    assert facts["title"] in document.title
    for name in ("document_number", "index_number", "issued_on", "published_on"):
        if name in facts:
            assert document.metadata.get(name) == facts[name], name
    assert [(a.name, a.url) for a in document.attachments] == [(a["name"], a["url"]) for a in facts["attachments"]]
    assert len(document.items) == facts["rows"]
    assert "演示样本" in document.text
    for noise in ("100086", "8℃", "2026年11月20日", "分享到", "相关信息", "相关政策", "相关稿件", "相关阅读", "排行榜"):
        assert noise not in document.text


@pytest.mark.parametrize("file", ATTACHMENTS, ids=by_slug)
def test_the_reader_finds_every_row_of_an_attachment_in_its_area(file: Exchange) -> None:
    names = {a.slug: a.name for a in load_sources(None).sources.areas}
    counted: dict[str, int] = {}
    document = reading(file, file.slug)
    assert document.problem == ""
    parts = [document, *(reading_member(m, file) for m in document.members)]
    for item in chain.from_iterable(part.items for part in parts):
        assert item.review == "", (item.serial, item.review)
        counted[names[item.area]] = counted.get(names[item.area], 0) + 1
    assert counted == facts_of(file)["areas"]


@pytest.mark.parametrize("file", ATTACHMENTS, ids=by_slug)
def test_the_reader_gives_back_every_cell_of_a_row(file: Exchange) -> None:
    document = reading(file, file.slug)
    items = [*document.items, *chain.from_iterable(reading_member(m, file).items for m in document.members)]
    expected = chain.from_iterable(read_areas()[area] for area in facts_of(file)["areas"])
    for row, item in zip(expected, items, strict=True):
        assert bare(item.level1 + item.level2).endswith(bare(row.level2))
        assert bare(item.level1).startswith(bare(row.level1))
        for column in ("content", "basis", "time_limit", "subject"):
            assert bare(getattr(item, column)) == bare(getattr(row, column)), (item.serial, column)
        assert item.channels == row.channels, item.serial
        assert (item.audience_all, item.audience_specific) == (row.everyone, not row.everyone), item.serial
        assert (item.proactive, item.on_request) == (row.proactive, not row.proactive), item.serial
        assert item.county in (row.county, None)
        assert item.township in (row.township, None)


def bare(text: str) -> str:
    """Without blanks: a PDF breaks a cell's text into lines."""
    return re.sub(r"\s+", "", text)


def facts_of(file: Exchange) -> dict[str, Any]:
    found: dict[str, Any] = next(a for a in KNOWN[file.slug]["attachments"] if a["name"] == file.name)
    return found


def test_one_revised_row_of_a_file_is_one_changed_row() -> None:
    slug = "social-assistance-and-elderly-care"
    file = next(e for e in ATTACHMENTS if e.slug == slug)
    payload = build.revised(slug, "养老服务", 4, time_limit="自信息形成之日起5个工作日内")
    before, after = reading(file, slug).items, reading(evolve(file, body=payload), slug).items
    changed = [(old.level2, new.time_limit) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [(before[16 + 3].level2, "自信息形成之日起5个工作日内")]


def reading_member(member: Any, file: Exchange) -> Any:
    return reading(Exchange(f"{file.url}#{member.path}", "", member.payload, "application/octet-stream"), file.slug)


def test_a_replay_of_the_warc_gives_all_notices_with_their_metadata_files_and_rows(tmp_path: Path) -> None:
    guidelines = [sys.executable, "-c", "from archive.cli import main; main()", "--data", tmp_path]
    command = [*guidelines, "crawl", "--all", "--replay", WARC, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["verdicts"] == {"ok": 19}
    archive = sqlite3.connect(tmp_path / "archive.db")
    rows = dict(archive.execute("SELECT n.slug, count(i.id) FROM notices n LEFT JOIN documents d ON d.notice_id = n.id "
                                "LEFT JOIN items i ON i.document_id = d.id GROUP BY n.slug"))  # fmt: skip
    assert rows == {slug: f["rows"] + sum(a["rows"] for a in f["attachments"]) for slug, f in KNOWN.items()}
    files: dict[str, list[str]] = {slug: [] for slug in KNOWN}
    for slug, name in archive.execute(
        "SELECT n.slug, d.name FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.kind = 'attachment'"
    ):
        files[slug].append(name)
    assert files == {slug: [a["name"] for a in f["attachments"]] for slug, f in KNOWN.items()}
    numbers = dict(archive.execute("SELECT slug, document_number FROM notices"))
    assert numbers == {slug: f["document_number"] for slug, f in KNOWN.items()}


# ---------------------------------------------------------------- the server


def test_the_replica_serves_every_page_and_file_on_loopback_addresses_of_their_own(replica: Replica) -> None:
    hosts = set()
    for exchange in STORED:
        status, body, _ = fetch(build.target(replica.local(exchange.url)))
        assert status == exchange.status
        if exchange.kind == "attachment":
            assert body == exchange.body
        assert b"//www.gov.cn" not in body
        assert b"file.dongzhi.gov.cn" not in body
        hosts.add(replica.local(exchange.url).split("/")[2])
    assert len({host.split(":")[0] for host in hosts}) == 10
    assert len(hosts) == 11


def test_noise_changes_with_every_visit_and_the_text_does_not(replica: Replica) -> None:
    url = replica.url("urban-rural-planning")
    first, second = fetch(url)[1], fetch(url)[1]
    assert first != second
    assert "100103" in second.decode()
    rule = load_sources(None).rule_for("http://gi.mnr.gov.cn/")
    one, two = (read(body, {"content-type": "text/html", "content-location": url}, rule) for body in (first, second))
    assert one == two


def test_a_page_without_noise_answers_not_modified(replica: Replica) -> None:
    url = replica.url("ecological-environment")
    etag = fetch(url)[2]["etag"]
    assert fetch(url, If_None_Match=etag)[0] == 304
    replica.edit("ecological-environment", "7个工作日", "10个工作日")
    assert fetch(url, If_None_Match=etag)[0] == 200


def test_an_edit_keeps_the_charset_of_the_page(replica: Replica) -> None:
    replica.edit("housing-and-urban-services", "演示县㛃镇", "演示县䶮镇")
    assert "演示县䶮镇" in fetch(replica.url("housing-and-urban-services"))[1].decode("gb18030")
    with pytest.raises(ValueError, match="is not on the page"):
        replica.edit("housing-and-urban-services", "不在页面上的话", "")


def test_an_attachment_can_be_replaced_added_and_withdrawn(replica: Replica) -> None:
    slug = "poverty-alleviation"
    name = KNOWN[slug]["attachments"][0]["name"]
    replica.replace_attachment(slug, name, b"other bytes")
    assert fetch(replica.attachment_url(slug, name))[1] == b"other bytes"
    added = replica.add_attachment(slug, "附件2：补充目录.docx", "./b.docx", b"more")
    assert fetch(added)[1] == b"more"
    assert "补充目录" in replica.body(slug)
    gone = replica.attachment_url(slug, name)
    replica.remove_attachment(slug, name)
    assert fetch(gone)[0] == 404
    assert name not in replica.body(slug)


def test_a_moved_page_is_found_by_its_old_address_and_keeps_its_links(replica: Replica) -> None:
    old = replica.url("employment-and-social-insurance")
    new = replica.move("employment-and-social-insurance", "/xxgk2020/fdzdgknr/t1.html")
    status, _, headers = fetch(old)
    assert (status, headers["location"]) == (301, new)
    assert replica.attachment_url(
        "employment-and-social-insurance", KNOWN["employment-and-social-insurance"]["attachments"][0]["name"]
    ) in replica.body("employment-and-social-insurance")


def test_the_sources_of_the_replica_are_valid_and_carry_the_rules_of_the_real_sites(
    replica: Replica, tmp_path: Path
) -> None:
    declared = load_sources(replica.write_sources(tmp_path / "sources.toml"))
    built_in = load_sources(None)
    assert [n.slug for n in declared.sources.notices] == [n.slug for n in built_in.sources.notices]
    for notice, real in zip(declared.sources.notices, built_in.sources.notices, strict=True):
        assert notice.url == replica.url(notice.slug)
        assert declared.rule_for(notice.url).content == built_in.rule_for(real.url).content
    few = load_sources(replica.write_sources(tmp_path / "few.toml", "health", "poverty-alleviation"))
    assert [n.slug for n in few.sources.notices] == ["poverty-alleviation", "health"]


def test_a_visit_is_deterministic() -> None:
    page = PAGES[0].body
    assert vary(page, 0) == page
    assert vary(page, 3) == vary(page, 3) != page


@pytest.mark.parametrize("slug", ["urban-rural-planning", "ecological-environment"])
def test_a_mode_answers_instead_of_the_notice_until_it_is_ended(replica: Replica, slug: str) -> None:
    replica.mode(slug, "soft-404-1")
    assert KNOWN[slug]["title"] not in fetch(replica.url(slug))[1].decode()
    replica.mode(slug, "flipping")
    assert ["（另稿）" in fetch(replica.url(slug))[1].decode() for _ in range(3)] == [True, False, True]
    replica.mode(slug, "")
    assert KNOWN[slug]["title"] in fetch(replica.url(slug))[1].decode()


def test_list_pages_name_twenty_documents_and_the_notice(replica: Replica) -> None:
    for exchange in STORED:
        if exchange.kind == "listing":
            text = fetch(replica.local(exchange.url))[1].decode()
            assert len(re.findall(r"<a href=\"[^\"]+_\d+\.html?", text)) >= 20
            assert KNOWN[exchange.slug]["url"].split("/", 3)[3] in text
