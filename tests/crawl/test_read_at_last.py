"""Files that an older release could not read and today's reader can: nobody is told of a revision that is none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from archive.record.store import Store
from tests.crawl.harness import Archive, environment, page
from tests.crawl.test_same_files import told
from tests.formats.test_saved_by_word import web_archive, word_2003_xml
from tests.sites.server import SiteServer

FILES = {"/a.xml": ("application/xml", word_2003_xml()), "/b.mht": ("multipart/related", web_archive())}


class Old:
    """An archive of a release that could read none of the notice's files."""

    def __init__(self, server: SiteServer, data: Path) -> None:
        self.server = server
        self.archive = Archive(data)
        links = "".join(f'<p><a href="{path}">附件：{path[1:]}</a></p>' for path in FILES)
        self.archive.watch("land", server.put("a.example", "/t.html", page("land", links)))
        for path, (media_type, body) in FILES.items():
            server.put("a.example", path, body, media_type)
        self.archive.crawl(code=0)
        assert self.rows() == len(FILES) * 2
        with_old_reader(data)

    def rows(self) -> int:
        return int(self.archive.rows("SELECT count(*) AS n FROM items WHERE current")[0]["n"])


def with_old_reader(data: Path) -> None:
    """As an older release left it: bytes kept, no text, and the notice told with files that cannot be read."""
    store = Store.open(data)
    for statement in (
        "UPDATE documents SET state = 'unreadable', reason = 'unsupported: x', reader = 'old' WHERE kind != 'page'",
        "DELETE FROM citations",
        "DELETE FROM grids",
        "DELETE FROM items",
        "DELETE FROM versions WHERE document_id IN (SELECT id FROM documents WHERE kind = 'attachment')",
    ):
        store.db.execute(statement)
    edition = json.loads(store.rows("SELECT told FROM notices")[0]["told"])
    for file in edition["files"]:
        file.pop("problem")
        file |= {"version_id": None, "unread": True}
    store.update("notices", 1, told=json.dumps(edition))
    store.db.conn.commit()
    store.close()


@pytest.mark.parametrize("command", ["crawl", "reextract"])
def test_what_can_be_read_at_last_is_an_upgrade_and_tells_nobody(tmp_path: Path, command: str) -> None:
    with SiteServer() as server:
        old = Old(server, tmp_path / "data")
        if command == "crawl":
            old.archive.crawl(code=0)
        else:
            line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(old.archive.data)]
            subprocess.run([*line, "reextract"], env=environment(), check=True, capture_output=True)
        assert {(kind, quiet) for kind, quiet, _ in told(old.archive)} == {("upgrade", 1)}
        assert old.rows() == len(FILES) * 2
        before = len(told(old.archive))
        old.archive.crawl(code=0)
        assert len(told(old.archive)) == before


def test_a_file_that_was_replaced_just_then_is_told_with_its_words(tmp_path: Path) -> None:
    with SiteServer() as server:
        old = Old(server, tmp_path / "data")
        media_type, body = FILES["/a.xml"]
        server.put("a.example", "/a.xml", body.replace("20个工作日内".encode(), "7个工作日内".encode()), media_type)
        old.archive.crawl(code=0)
        ((kind, summary),) = [(kind, summary) for kind, quiet, summary in told(old.archive) if not quiet]
    assert kind == "attachment-replaced"
    assert "7个工作日" in summary
