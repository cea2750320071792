"""Addresses that a site signs anew at each visit: one document for ever, its bytes kept once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.operate.verify import verify
from tests.crawl.harness import Archive, page
from tests.sites.server import SiteServer

TABLE = "".join(f"第{n}号征地公告,{n * 7919 % 8009}日\n" for n in range(2000)).encode()
"""Some 20 kB even when packed."""

SIGNED = [
    "/0.csv?OSSAccessKeyId=LTAI5t&Expires=MOMENT&Signature=SIGNATURE",
    "/1.csv?X-Amz-Date=20261124T000000Z&X-Amz-Credential=AK%2FMOMENT&X-Amz-Signature=SIGNATURE",
    "/2.csv?auth_key=MOMENT-0-0-SIGNATURE",
    "/3.csv?wsSecret=SIGNATURE&wsTime=MOMENT",
    "/4.csv?e=MOMENT&token=AK:SIGNATURE=",
    "/5.csv?id=3&sign=SIGNATURE&timestamp=MOMENT&nonce=SIGNATURE",
    "/6.csv;jsessionid=SIGNATURE",
    "/7.csv?vk=SIGNATURE",
    "/dl/SIGNATURE/8.csv",
]
NAMES = "甲乙丙丁戊己庚辛壬"


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[tuple[Archive, SiteServer]]:
    """A notice with nine files behind links of nine kinds that are other ones at every answer; crawled once."""
    archive = Archive(tmp_path / "data")
    links = "".join(f'<p><a href="{link}">附件：{NAMES[n]}类目录.csv</a></p>' for n, link in enumerate(SIGNED))
    with SiteServer() as server:
        url = server.put("a.example", "/t.html", page("land", links), etag=False)
        server.mode(url, "signed-anew")
        server.mode(server.host("a.example"), "any-query")
        for n in range(len(SIGNED)):
            server.put("a.example", f"/{n}.csv", file_of(n), "text/csv")
        archive.watch("land", url)
        archive.crawl()
        yield archive, server


def file_of(n: int, deadline: str = "20日") -> bytes:
    return f"事项,时限\n{NAMES[n]}类公告,{deadline}\n".encode() + TABLE


def test_links_signed_anew_at_each_visit_are_one_document_each_and_no_news(
    signed: tuple[Archive, SiteServer],
) -> None:
    archive, server = signed
    size = sum(path.stat().st_size for path in archive.warcs())
    for _ in range(2):
        archive.crawl()
    grown = sum(path.stat().st_size for path in archive.warcs()) - size
    assert len(archive.rows("SELECT id FROM documents WHERE kind = 'attachment'")) == len(SIGNED)
    assert archive.changes() == ["new"]
    assert len(archive.texts("land")) == 1
    answers = archive.rows("SELECT verdict, refers_to FROM captures WHERE crawl_id > 1 AND url LIKE '%.csv%'")
    assert len(answers) == 2 * len(SIGNED)
    assert {row["verdict"] for row in answers} == {"unchanged"}
    assert all(row["refers_to"] for row in answers), "no file is kept again"
    assert grown < 2 * len(SIGNED) * 2500
    # a name that says it is a signature is no other address: its validators hold, and no body comes
    statuses = archive.rows("SELECT DISTINCT http_status FROM captures WHERE crawl_id > 1 AND url LIKE '%Signature=%'")
    assert [row["http_status"] for row in statuses] == [304]
    assert verify(archive.data)["problems"] == [], "what a revisit refers to is found, whatever its signature was"
    asked = {seen.path for seen in server.requests("a.example") if seen.path.startswith("/0.csv")}
    assert len(asked) >= 3, "each visit asks with the signature of that visit"


def test_other_bytes_behind_links_signed_anew_are_told(signed: tuple[Archive, SiteServer]) -> None:
    archive, server = signed
    for n in (0, 7, 8):
        server.put("a.example", f"/{n}.csv", file_of(n, "7日"), "text/csv")
    archive.crawl()
    told = archive.rows("SELECT kind, quiet, summary FROM changes WHERE kind <> 'new' ORDER BY id")
    assert [(row["kind"], row["quiet"]) for row in told] == [("attachment-replaced", 0)] * 3
    assert all("7日" in row["summary"] for row in told)


def test_files_told_apart_by_an_id_alone_stay_two_and_another_id_is_another_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    links = '<p><a href="/d?id={}">附件1：目录.csv</a></p><p><a href="/d?id={}">附件2：名单.csv</a></p>'
    with SiteServer() as server:
        for id, deadline in ((3, "20日"), (4, "30日"), (5, "7日")):
            server.put("a.example", f"/d?id={id}", file_of(0, deadline), "text/csv")
        archive.watch("land", server.put("a.example", "/t.html", page("land", links.format(3, 4))))
        archive.crawl()
        assert len(archive.rows("SELECT id FROM documents WHERE kind = 'attachment'")) == 2
        server.put("a.example", "/t.html", page("land", links.format(5, 4)))
        archive.crawl()
    told = archive.rows("SELECT kind, quiet, summary FROM changes WHERE kind <> 'new'")
    assert [(row["kind"], row["quiet"]) for row in told] == [("attachment-replaced", 0)]
    assert "目录" in told[0]["summary"]
    assert "7日" in told[0]["summary"]


def test_two_links_whose_drawn_ids_were_exchanged_are_told_as_swapped(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    one, two = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    links = '<p><a href="/d?file={}">附件1：目录.csv</a></p><p><a href="/d?file={}">附件2：名单.csv</a></p>'
    with SiteServer() as server:
        server.put("a.example", f"/d?file={one}", file_of(0), "text/csv")
        server.put("a.example", f"/d?file={two}", file_of(1), "text/csv")
        archive.watch("land", server.put("a.example", "/t.html", page("land", links.format(one, two))))
        archive.crawl()
        server.put("a.example", "/t.html", page("land", links.format(two, one)))
        archive.crawl()
    assert len(archive.rows("SELECT id FROM documents WHERE kind = 'attachment'")) == 2
    told = archive.rows("SELECT quiet, summary FROM changes WHERE kind <> 'new'")
    assert [row["quiet"] for row in told] == [0]
    assert "互换" in told[0]["summary"]
