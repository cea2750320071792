"""The three programs of scripts/bench peers: how each is installed, set up, run and asked what it found."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field
from lxml import html

from crawler.sources import load_sources
from scripts.measuring import TOP
from scripts.processes import Cost, run
from tests.sites import server
from tests.sites.replica import Replica, _charset

PLAIN = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


@define
class Peer(ABC):
    name: str
    folder: Path
    version: str = ""
    settings: dict[str, Any] = field(factory=dict)
    slug_of: dict[str, str] = field(factory=dict)
    """The notice of each watched address."""

    def watched(self, site: CountingReplica) -> list[tuple[str, str]]:
        """Each address that is to be watched, with the element that holds its text; '' of a file."""
        for slug in site.slugs:
            self.slug_of |= dict.fromkeys((site.url(slug), *site.files.get(slug, [])), slug)
        css = selectors(site, self.folder.parent)
        return [(url, css[slug] if url == site.url(slug) else "") for url, slug in self.slug_of.items()]

    @abstractmethod
    def prepare(self, site: CountingReplica) -> None:
        """Install the program where it is not, and have it watch the site."""

    @abstractmethod
    def cycle(self) -> tuple[Cost, set[str]]:
        """Look at everything once; (cost, notices about which it raised an alarm)."""


def selectors(site: CountingReplica, folder: Path) -> dict[str, str]:
    """By notice, the element that holds its text: the first of its site's rule that is on the page."""
    declared = load_sources(site.write_sources(folder / "sources.toml"))
    found = {}
    for slug in site.slugs:
        tree = html.fromstring(site.body(slug))
        rule = declared.rule_for(site.url(slug))
        found[slug] = next((css for css in rule.content if tree.cssselect(css)), "body")
    return found


def environment(folder: Path, package: str) -> Path:
    """A virtual environment with one package in it; made once."""
    place = folder / "environments" / package
    if not (place / "bin" / "python").exists():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(place)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(place / "bin/python"), package], check=True)
    return place / "bin"


def version_in(bin: Path, package: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([str(bin / "python"), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def urlwatch(bin: Path, folder: Path) -> list[str]:
    """The command, with all that it reads and keeps in a folder."""
    files = (("urls", "urls.yaml"), ("config", "urlwatch.yaml"), ("hooks", "hooks.py"), ("cache", "cache.db"))
    return [str(bin / "urlwatch"), *(word for option, name in files for word in (f"--{option}", str(folder / name)))]


class Guidelines(Peer):
    def prepare(self, site: CountingReplica) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sources = site.write_sources(self.folder.parent / "guidelines-sources.toml")
        self.settings = {"crawl": "--all --delay 0 --confirm-after 0"}

    def cycle(self) -> tuple[Cost, set[str]]:
        fast = ("--all", "--delay", "0", "--confirm-after", "0", "--sources", str(self._sources))
        line = [
            sys.executable,
            "-c",
            "from archive.cli import main; main()",
            "--data",
            str(self.folder),
            "crawl",
            *fast,
        ]
        cost = run(line, PLAIN | {"PYTHONPATH": str(TOP), "GUIDELINES_SOFFICE": "off"})
        if not (self.folder / "archive.db").exists():
            raise SystemExit(cost.output)
        with sqlite3.connect(self.folder / "archive.db") as archive:
            found = archive.execute(
                """SELECT DISTINCT slug FROM change_list WHERE NOT quiet AND kind NOT IN ('new', 'upgrade')
                   AND crawl_id = (SELECT max(id) FROM crawls)"""
            ).fetchall()
        archive.close()
        return cost, {slug for (slug,) in found}


class Urlwatch(Peer):
    def prepare(self, site: CountingReplica) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._bin = environment(self.folder.parents[1], "urlwatch")
        self.version = version_in(self._bin, "urlwatch")
        jobs = [
            {"url": url, "filter": [{"css": css}, {"html2text": {"method": "re"}}] if css else ["sha1sum"]}
            for url, css in self.watched(site)
        ]
        (self.folder / "urls.yaml").write_text("\n---\n".join(json.dumps(job, ensure_ascii=False) for job in jobs))
        report = {"text": {"details": False, "footer": False}, "stdout": {"enabled": True, "color": False}}
        (self.folder / "urlwatch.yaml").write_text(json.dumps({"report": report, "display": {"error": True}}))
        (self.folder / "hooks.py").write_text("")
        self.settings = {
            "filters of a page": ["css", "html2text: re"], "filter of a file": "sha1sum",
            "conditional requests": "If-None-Match, by default", "report": "stdout, without differences",
        }  # fmt: skip

    def cycle(self) -> tuple[Cost, set[str]]:
        cost = run(urlwatch(self._bin, self.folder), PLAIN | {"PYTHONPATH": ""})
        urls = re.findall(r"CHANGED: (\S+)", cost.output)
        return cost, {self.slug_of[url] for url in urls if url in self.slug_of}


class Changedetection(Peer):
    def prepare(self, site: CountingReplica) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._bin = environment(self.folder.parents[1], "changedetection.io")
        self.version = version_in(self._bin, "changedetection.io")
        self._first: list[str] = []
        for number, (url, css) in enumerate(self.watched(site)):
            self._first += ["-u", url, f"-u{number}", json.dumps({"include_filters": [css]} if css else {})]
        self._snapshots: dict[str, int] = {}
        self.settings = {
            "mode": "batch (-b): starts, rechecks all, ends", "fetcher": "html_requests (plain)",
            "processor": "text_json_diff", "include_filters": "one element a page",
            "environment": {"FETCH_WORKERS": "10", "DISABLE_VERSION_CHECK": "yes", "MINIMUM_SECONDS_RECHECK_TIME": "0"},
        }  # fmt: skip

    def cycle(self) -> tuple[Cost, set[str]]:
        env = PLAIN | self.settings["environment"] | {"ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "PYTHONPATH": ""}
        line = [str(self._bin / "changedetection.io"), "-C", "-d", str(self.folder), "-p", "5987", "-l", "ERROR"]
        cost = run([*line, *(self._first or ["-r", "all"]), "-b"], env)
        self._first = []
        alarms = set()
        for watch in self.folder.glob("*/watch.json"):
            url = json.loads(watch.read_text("utf-8"))["url"]
            history = watch.with_name("history.txt")
            count = len(history.read_text("utf-8").splitlines()) if history.exists() else 0
            if count > self._snapshots.get(url, 0) > 0:
                alarms.add(self.slug_of[url])
            self._snapshots[url] = count
        return cost, alarms


def programs(folder: Path) -> Sequence[Peer]:
    from archive import VERSION

    return (
        Urlwatch("urlwatch", folder / "urlwatch" / "data"),
        Changedetection("changedetection.io", folder / "changedetection" / "data"),
        Guidelines("guidelines", folder / "guidelines" / "data", version=VERSION),
    )


class _Counted:
    """A stream that counts what is written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.sent = 0

    def write(self, data: bytes) -> int:
        self.sent += len(data)
        return int(self._stream.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Counting(server._Handler):
    def do_GET(self) -> None:
        plain, self.wfile = self.wfile, _Counted(self.wfile)  # type: ignore[assignment]
        try:
            super().do_GET()
        finally:
            asked = len(self.raw_requestline) + sum(len(f"{k}: {v}\r\n") for k, v in self.headers.items()) + 2
            wire = getattr(self.server.site, "wire", None)
            if wire is not None:
                wire.append((self.server.server_address[:2], self.path, asked + self.wfile.sent))
            self.wfile = plain

    do_HEAD = do_POST = do_GET


server._Handler = _Counting  # type: ignore[misc]


class CountingReplica(Replica):
    def __init__(self) -> None:
        super().__init__()
        self.server.wire = []  # type: ignore[attr-defined]
        self._common = {
            server._key(served.url)
            for served in self._served.values()
            if served.exchange.kind in ("page", "attachment")
        }  # fmt: skip

    @property
    def files(self) -> dict[str, list[str]]:
        """Addresses of the attachments by notice."""
        found: dict[str, list[str]] = {}
        for served in self._served.values():
            if served.exchange.kind == "attachment":
                found.setdefault(served.exchange.slug, []).append(served.url)
        return found

    def rewrite(self, slug: str, text: str) -> None:
        served = self._page(slug)
        self._replace(served, text.encode(_charset(served.body)))

    def begin(self) -> None:
        self.server.wire.clear()  # type: ignore[attr-defined]

    def counted(self) -> dict[str, int]:
        """Bytes both ways since `begin`: the first answer of each address that all programs watch, and everything
        else (robots, lists, second looks)."""
        found: Counter[str] = Counter()
        seen = set()
        for origin, path, size in self.server.wire:  # type: ignore[attr-defined]
            first = (origin, path) in self._common and (origin, path) not in seen
            seen.add((origin, path))
            found["same" if first else "apart"] += size
        return {"same": found["same"], "apart": found["apart"]}
