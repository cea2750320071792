"""A machine that cannot do its work ends the crawl with one sentence; nothing is said of any page or file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl.harness import ROOT, SENTENCES, Archive, page
from tests.formats.writers import grid, write_docx
from tests.sites.server import SiteServer

FILE = write_docx([grid([["序号", "事项"], ["1", "征地"]], "附件\n土地事项一览")])


def broken(tmp_path: Path, module: str, error: str = "ImportError('part of it is missing')") -> dict[str, str]:
    """The environment of an installation in which importing `module` fails."""
    folder = tmp_path / "broken"
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(f"raise {error}\n")
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


def watched(archive: Archive, server: SiteServer) -> str:
    link = '<p><a href="/f/1.docx">附件：一览.docx</a></p>'
    server.put("a.example", "/f/1.docx", FILE, "application/octet-stream")
    url = server.put("a.example", "/t.html", page("land", link))
    archive.watch("land", url)
    return url


def judged(archive: Archive) -> list[dict[str, object]]:
    return archive.rows("SELECT verdict, reason FROM captures")


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("lxml_html_clean", "ImportError('part of it is missing')"),
        ("trafilatura", "RuntimeError('part of it is missing')"),
        pytest.param("pdfplumber", "OSError('part of it is missing')", marks=pytest.mark.slow),
        pytest.param("ofdkit", "ImportError('part of it is missing')", marks=pytest.mark.slow),
    ],
)
def test_a_library_that_cannot_be_loaded_is_no_verdict_on_a_page(tmp_path: Path, module: str, error: str) -> None:
    """With pip 23 trafilatura could not be imported, and every page became `suspect empty`."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        watched(archive, server)
        said = archive.crawl(code=1, env=broken(tmp_path, module, error))
        assert server.requests() == []
        if (archive.data / "archive.db").exists():
            assert judged(archive) == []
            assert archive.rows("SELECT state FROM notices") == [{"state": "never-fetched"}]
        assert "part of it is missing" in said or f"project {module}" in said
        assert "guidelines doctor" in said
        assert "Traceback" not in said
        archive.crawl(code=0)
    assert judged(archive) == [{"verdict": "ok", "reason": ""}] * 2


def test_an_unchanged_crawl_starts_no_reader_and_another_release_tries_its_own_first(tmp_path: Path) -> None:
    """Where importing fails a reader cannot work, so a crawl that ends well has started none."""
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        watched(archive, server)
        archive.crawl(code=0)
        damaged = broken(tmp_path, "lxml_html_clean")
        archive.crawl(code=0, env=damaged)
        assert archive.verdicts("land")[-1] == ("unchanged", "")
        archive.execute("UPDATE archive_info SET value = 'another reader' WHERE key = 'reader_checked'")
        server.forget()
        archive.crawl(code=1, env=damaged)
        assert server.requests() == []
    assert len(archive.verdicts("land")) == 2


def test_a_page_that_is_changed_is_not_judged_by_a_reader_that_is_broken_since(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        watched(archive, server)
        archive.crawl(code=0)
        server.put("a.example", "/t.html", page("land", body=SENTENCES.replace("20", "7")))
        archive.crawl(code=1, env=broken(tmp_path, "lxml_html_clean"))
        assert archive.verdicts("land") == [("ok", "")]
        assert archive.rows("SELECT state FROM documents") == [{"state": "current"}] * 2
        archive.crawl()
    assert len(archive.texts("land")) == 2
