"""One crawl a visit, as an operator starts it, and what the product then says of each notice."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from tests.crawl.harness import environment
from tests.histories import files
from tests.histories.plan import DAYS, History
from tests.histories.server import Served, Server
from tests.histories.truth import File, Truth

TIMEOUT = 600
RECENT = 4
"""Visits after an edit at which the standing questions are read."""


@frozen
class Seen:
    """What the product said after one visit to one notice."""

    visit: int
    state: str
    verdict: str
    changes: tuple[Mapping[str, Any], ...]
    """Found by this crawl, with `quiet`."""
    attention: tuple[Mapping[str, Any], ...]
    wrong: str
    """'' when the archive's latest texts are the truth of that visit, else what is not."""
    served: tuple[Served, ...]
    texts: Mapping[str, str] = field(repr=False, factory=dict)
    """Latest text by the path of its document, '' the page; of a file without text the digest of its bytes."""
    reviews: tuple[str, ...] = field(repr=False, default=())
    """What `guidelines review N` shows of each question that stands; read only after an edit."""


def squeeze(text: str) -> str:
    """Text as it is compared: width and white space do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).split())


class Operator:
    """Runs the product's commands on one data folder at a given day."""

    def __init__(self, data: Path, server: Server, histories: Sequence[History]) -> None:
        self.data = data
        self.server = server
        self.histories = histories
        self._known: set[tuple[Any, ...]] = set()
        data.mkdir(exist_ok=True)
        (data / "sources.toml").write_text("\n".join(self._declared(n, h) for n, h in enumerate(histories, 1)), "utf-8")

    def _declared(self, number: int, history: History) -> str:
        first = history.visits[0]
        entry = f'[[notice]]\nnumber = {number}\nslug = "{history.slug}"\ntitle = "{first.truth.title}"\n'
        entry += f'url = "{self.server.address(history.seed)}{first.truth.path}"\n'
        return entry + (f'content = "{first.form.declared}"\n' if first.form.declared else "")

    def run(self, day: int, *arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(self.data), *arguments]
        env = environment(GUIDELINES_CLOCK_OFFSET=str(day * 86400))
        return subprocess.run(line, env=env, capture_output=True, text=True, timeout=TIMEOUT)

    def visit(self, visit: int) -> dict[int, Seen]:
        """Crawl everything on the day of a visit; by seed what came of it."""
        day = DAYS[visit]
        self.server.goto(visit)
        before = {host: len(site.log) for host, site in self.server.sites.items()}
        crawl = ("crawl", "--all", "--json", "--delay", "0", "--confirm-after", "0", "--timeout", "6")
        done = self.run(day, *crawl)
        if done.returncode not in (0, 3):
            raise AssertionError(f"crawl at visit {visit} ended with {done.returncode}: {done.stderr[-3000:]}")
        changes = self._changes(day)
        status = json.loads(self.run(day, "status", "--json").stdout)
        served = {site.history.seed: tuple(site.log[before[host] :]) for host, site in self.server.sites.items()}
        texts = self._texts()
        seen = {h.seed: _seen(h, visit, status, changes, texts.get(h.slug, {}), served[h.seed]) for h in self.histories}
        return {h.seed: self._reviewed(h, seen[h.seed], day) for h in self.histories}

    def _reviewed(self, history: History, seen: Seen, day: int) -> Seen:
        """With what its standing questions show, where an edit of these days may be part of it."""
        recent = history.visits[max(0, seen.visit - RECENT) : seen.visit + 1]
        if not any(visit.edits for visit in recent):
            return seen
        commands = (re.fullmatch(r"guidelines review (\d+)", entry.get("command") or "") for entry in seen.attention)
        return evolve(seen, reviews=tuple(self._question(day, found[1]) for found in commands if found))

    def _question(self, day: int, number: str) -> str:
        """The text in question and the facts beside it, squeezed."""
        shown = json.loads(self.run(day, "review", number, "--json").stdout)[0]
        text = "".join(part for op, part in shown["text"] if op != "delete")
        return squeeze(text + "\n".join(shown["facts"]))

    def _changes(self, day: int) -> list[dict[str, Any]]:
        """Those that are new since the last call, oldest first, from `guidelines changes --json`."""
        listed = json.loads(self.run(day, "changes", "--json").stdout)
        quiet = {row["id"]: bool(row["quiet"]) for row in self.rows("SELECT id, quiet FROM changes")}
        fresh = []
        for change in sorted(listed, key=lambda c: c["id"]):
            key = (change["id"], change["kind"], change["to_version"])
            if key not in self._known:
                self._known.add(key)
                fresh.append({"quiet": quiet.get(change["id"], False)} | change)
        return fresh

    def diff(self, change: int) -> dict[str, Any]:
        return dict(json.loads(self.run(DAYS[-1], "diff", str(change), "--json").stdout))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        connection = sqlite3.connect(self.data / "archive.db")
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()

    def _texts(self) -> dict[str, dict[str, str]]:
        """The latest text of every document that is in force, by slug and path ('' the page)."""
        found: dict[str, dict[str, str]] = {}
        for row in self.rows(
            """SELECT n.slug, d.kind, d.url, v.text FROM versions v JOIN documents d ON d.id = v.document_id
               JOIN notices n ON n.id = d.notice_id WHERE d.state = 'current' OR d.kind = 'page' ORDER BY v.id"""
        ):
            path = "" if row["kind"] == "page" else urlsplit(row["url"]).path
            found.setdefault(row["slug"], {})[path] = squeeze(row["text"])
        for row in self.rows(
            """SELECT n.slug, d.url, c.sha256 FROM documents d JOIN notices n ON n.id = d.notice_id
               JOIN last_good_captures c ON c.document_id = d.id WHERE d.state = 'unreadable' OR d.kind = 'picture'"""
        ):
            found.setdefault(row["slug"], {})[urlsplit(row["url"]).path] = row["sha256"]
        return found


def _seen(
    history: History,
    visit: int,
    status: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str],
    served: tuple[Served, ...],
) -> Seen:
    own = next(n for n in status["notices"] if n["slug"] == history.slug)
    attention = tuple(entry for entry in status["attention"] if entry["notice"] == history.slug)
    mine = tuple(change for change in changes if change["notice"] == history.slug)
    now = history.visits[visit].truth
    if visit in history.cut and not now.replaced:
        texts = {**texts, "": texts.get("", "") + texts.get(now.second, "")}
    wrong = _wrong(history, visit, own["state"], texts)
    return Seen(visit, own["state"], own["verdict"], mine, attention, wrong, served, texts)


def _wrong(history: History, visit: int, state: str, texts: Mapping[str, str]) -> str:
    now = history.visits[visit].truth
    if now.gone:
        return "" if state == "gone" else f"state is {state}, the page is gone"
    if state != "current":
        return f"state is {state}"
    missing = _missing_from_page(history, visit, texts.get("", ""))
    for file in () if now.replaced else (file for file in now.files if not file.lost):
        missing = missing or _missing_from_file(now, file, texts.get(file.path))
    return missing


def _missing_from_page(history: History, visit: int, text: str) -> str:
    now = history.visits[visit].truth
    for sentence in now.sentences():
        if squeeze(sentence) not in text:
            return f"the page's text lacks {sentence}"
    for edit in (edit for v in history.visits[: visit + 1] for edit in v.edits):
        if edit.old and not edit.file and squeeze(edit.old) in text:
            return f"the page's text still has {edit.old}"
    return ""


def _missing_from_file(now: Truth, file: File, text: str | None) -> str:
    if text is None:
        return f"no text of {file.path}"
    if file.print:
        true = hashlib.sha256(files.payload(file)).hexdigest()
        return "" if text == true else f"{file.path} is not the one of today"
    for row in file.rows:
        for cell in row.cells:
            if squeeze(cell) not in text:
                return f"{file.path} lacks {cell}"
    return ""
