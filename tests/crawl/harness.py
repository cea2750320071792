"""Crawls as operators start them: a process of its own over real sockets, its outcome read from the archive."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import Factory, define

from archive.warc.check import check_file
from archive.warc.read import Record, records
from tests.sites.modes import html

ROOT = Path(__file__).parents[2]
SENTENCES = """<p>各有关单位：</p>
<p>演示样本。现将标准指引印发给你们，请认真贯彻执行。公开时限为20个工作日。</p>
<p>联系电话另行公布。</p>"""


def title_of(slug: str) -> str:
    return f"演示部办公厅关于印发{slug}领域基层政务公开标准指引的通知"


def page(slug: str, more: str = "", body: str = SENTENCES) -> bytes:
    """A small notice, as the declared title of `slug` asks for."""
    title = title_of(slug)
    return html(title, f'<h1>{title}</h1><div id="content">{body}{more}</div>')


def environment(**more: str) -> dict[str, str]:
    """This process's environment without proxies: tests speak to loopback only."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return plain | {"PYTHONPATH": str(ROOT)} | more


@define
class Archive:
    """A data folder and the notices that it watches."""

    data: Path
    notices: list[str] = Factory(list)

    def watch(self, slug: str, url: str, mirrors: Mapping[str, str] | None = None, title: str = "") -> None:
        number = len(self.notices) + 1
        entry = f'[[notice]]\nnumber = {number}\nslug = "{slug}"\ntitle = "{title or title_of(slug)}"\nurl = "{url}"\n'
        for label, address in (mirrors or {}).items():
            entry += f'[[notice.mirrors]]\nurl = "{address}"\nlabel = "{label}"\n'
        self.notices.append(entry)

    def command(self, *arguments: str) -> list[str]:
        self.data.mkdir(exist_ok=True)
        sources = self.data / "sources.toml"
        sources.write_text("\n".join(self.notices), "utf-8")
        command = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(self.data)]
        return [*command, "crawl", "--all", "--sources", str(sources), "--confirm-after", "0", *arguments]

    def crawl(
        self, *arguments: str, delay: str = "0", code: int | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        """Run `guidelines crawl`; returns what it said on stderr. `code`: the exit code it must have."""
        line = self.command("--delay", delay, *arguments)
        done = subprocess.run(line, env=environment(**(env or {})), capture_output=True, text=True, timeout=120)
        if code is not None:
            assert done.returncode == code, f"{done.returncode} {done.stderr[-3000:]}"
        self.check_warcs()
        return done.stderr

    # ------------------------------------------------------------ what came of it

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        connection = sqlite3.connect(self.data / "archive.db")
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, parameters)]
        finally:
            connection.close()

    def execute(self, sql: str) -> None:
        with sqlite3.connect(self.data / "archive.db") as connection:
            connection.execute(sql)
        connection.close()

    def captures(self, slug: str, kind: str = "page") -> list[dict[str, Any]]:
        """All captures of a notice's pages or attachments, oldest first, with the mirror's label."""
        return self.rows(
            """SELECT c.*, d.mirror, d.url AS asked, d.state FROM captures c JOIN documents d ON d.id = c.document_id
               JOIN notices n ON n.id = d.notice_id WHERE n.slug = ? AND d.kind = ? ORDER BY c.id""",
            [slug, kind],
        )

    def verdicts(self, slug: str, kind: str = "page") -> list[tuple[str, str]]:
        return [(row["verdict"], row["reason"]) for row in self.captures(slug, kind)]

    def texts(self, slug: str, kind: str = "page") -> list[str]:
        """Texts of the versions, oldest first."""
        found = self.rows(
            """SELECT v.text FROM versions v JOIN documents d ON d.id = v.document_id
               JOIN notices n ON n.id = d.notice_id WHERE n.slug = ? AND d.kind = ? ORDER BY v.id""",
            [slug, kind],
        )
        return [row["text"] for row in found]

    def changes(self) -> list[str]:
        return [row["kind"] for row in self.rows("SELECT kind FROM changes ORDER BY id")]

    def warcs(self) -> list[Path]:
        return sorted((self.data / "warc").glob("*.warc.gz"))

    def records(self) -> list[Record]:
        return [record for path in self.warcs() for record in records(path)]

    def check_warcs(self) -> None:
        """Every WARC file passes our check and warcio's, and every capture's record is in its place."""
        if not (self.data / "archive.db").exists():
            return  # the crawl ended before it began
        files = [str(path) for path in self.warcs()]
        if not (self.data / "archive.db").exists():
            assert files == []
            return
        assert [problem for path in self.warcs() for problem in check_file(path)] == []
        if files:
            subprocess.run([sys.executable, "-m", "warcio.cli", "check", *files], check=True, capture_output=True)
        places = {(path.name, record.offset): record for path in self.warcs() for record in records(path)}
        for row in self.rows("SELECT * FROM captures WHERE warc_file IS NOT NULL"):
            record = places[row["warc_file"], row["warc_offset"]]
            assert record.type in ("response", "resource") or row["refers_to"]
            assert record.status == row["http_status"]
