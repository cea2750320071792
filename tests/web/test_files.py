"""Kept bytes: the very bytes of the record, as a download that can do nothing in the name of this site."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator

import pytest

from archive.model import Capture, Verdict
from archive.record.store import Store
from tests.factory import make_archive
from tests.web.conftest import Site
from tests.web.records import record

PAGE = b"<html><script>alert(1)</script></html>"
FILE = b"%PDF-1.4 sample"
MEMBER = b"a file in the archive file"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("files") / "data"
    store = make_archive(data)
    kept = record(store, 1, "http://land.example/t1.html", PAGE, "text/html; charset=gb2312")
    store.add_capture(
        1,
        Capture(
            1, "http://land.example/t1.html", "2026-11-23T00:00:00Z", Verdict.UNCHANGED, http_status=304, refers_to=kept
        ),
    )
    record(store, 2, "http://land.example/t1.docx", FILE, "application/pdf")
    store.update("documents", 2, name="附件：1/2 “目录”\r\n.pdf")
    record(store, 3, "http://welfare.example/t2.html", b"<svg onload=alert(1)>", "image/svg+xml")
    record(store, 4, "http://welfare.example/t2.docx", FILE, "application/pdf", sha256="11" * 32)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("../x", b"other")
        archive.writestr("目录.docx", MEMBER)
    holder = store.document(3, "attachment", "http://poverty.example/a.zip", name="附件.zip")
    record(store, holder, "http://poverty.example/a.zip", zipped.getvalue(), "application/zip")
    for name, body in (("目录.docx", MEMBER), ("没有的.docx", b"not there")):
        member = store.document(3, "member", f"http://poverty.example/a.zip#{name}", name=name, parent_id=holder)
        store.update("documents", member, sha256=hashlib.sha256(body).hexdigest())
    (store.data / "warc" / "torn.warc.gz").write_bytes(b"\x1f\x8b\x08 torn")
    torn = store.document(3, "attachment", "http://poverty.example/torn.pdf", name="torn.pdf")
    store.add_capture(
        1,
        Capture(
            torn,
            "http://poverty.example/torn.pdf",
            "2026-11-22T00:00:00Z",
            Verdict.OK,
            warc_file="torn.warc.gz",
            warc_offset=0,
        ),
    )
    store.close()
    opened = Site(data)
    yield opened
    opened.close()


def test_a_page_comes_as_its_own_bytes_sandboxed(files: Site) -> None:
    answer = files.get("/documents/1/file")  # the latest capture is a 304 that refers to the one with the bytes
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["content-disposition"].startswith('attachment; filename="t1.html"')
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_chinese_name_is_kept_and_cannot_break_the_header(files: Site) -> None:
    answer = files.get("/documents/2/file")
    assert answer.content == FILE
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="1_2__.pdf"; '
        "filename*=UTF-8''%E9%99%84%E4%BB%B6%EF%BC%9A1_2%20%E2%80%9C%E7%9B%AE%E5%BD%95%E2%80%9D_.pdf"
    )


def test_a_type_that_could_run_is_only_bytes(files: Site) -> None:
    assert files.get("/documents/3/file").headers["content-type"] == "application/octet-stream"


def test_bytes_that_do_not_match_their_digest_are_not_handed_out(files: Site) -> None:
    answer = files.get("/documents/4/file")
    assert answer.status_code == 404
    assert "SHA-256 不符" in answer.text


def test_a_file_inside_an_archive_file_comes_by_its_digest(files: Site) -> None:
    members = {"目录.docx": 200, "没有的.docx": 404}
    store = Store.open(files.data)
    for row in store.rows("SELECT id, name FROM documents WHERE kind = 'member'"):
        answer = files.get(f"/documents/{row['id']}/file")
        assert answer.status_code == members[row["name"]]
        assert answer.content == MEMBER or "请下载整个压缩包" in answer.text
    store.close()


def test_a_capture_without_a_record_says_so(files: Site, web: Site) -> None:
    assert "没有保存下来的原始字节" in web.get("/documents/2/file").text
    assert web.get("/documents/2/file").status_code == 404
    store = Store.open(files.data)
    torn = store.row("SELECT id FROM documents WHERE name = 'torn.pdf'")
    store.close()
    assert torn is not None
    answer = files.get(f"/documents/{torn['id']}/file")
    assert answer.status_code == 404
    assert "记录缺失或已损坏" in answer.text


def test_the_catalogue_comes_as_a_file_to_edit(web: Site) -> None:
    excel = web.get("/catalogue.xlsx?level=township")
    assert excel.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "filename*=UTF-8''%E4%B9%A1%E7%BA%A7" in excel.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(excel.content)) as opened:
        assert "xl/workbook.xml" in opened.namelist()
    csv = web.get("/catalogue.csv?area=social-assistance")
    assert csv.content.decode("utf-8-sig").count("征地补偿安置方案") == 60
