"""An archive crawled over real sockets, twice, so that it holds responses and revisits; copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crawl.harness import Archive, page
from tests.sites.server import SiteServer

FILE = b"\xd0\xcf\x11\xe0 a file of ours, read by nobody" * 50
LINK = '<p><a href="/files/1.dat">附件：标准目录.doc</a></p>'


@contextmanager
def site() -> Iterator[SiteServer]:
    with SiteServer() as server:
        server.put("a.example", "/t.html", page("land", LINK))
        server.put("a.example", "/files/1.dat", FILE, "application/octet-stream")
        server.put("b.example", "/t.html", page("welfare"), etag=False)
        yield server


def watch(data: Path, server: SiteServer) -> Archive:
    archive = Archive(data)
    archive.watch("land", server.host("a.example") + "/t.html")
    archive.watch("welfare", server.host("b.example") + "/t.html")
    return archive


def crawled(folder: Path) -> Path:
    """The data folder of a new archive under `folder`."""
    with site() as server:
        archive = watch(folder / "data", server)
        archive.crawl()
        archive.crawl()
    return archive.data


def copy_of(data: Path, to: Path) -> Path:
    shutil.copytree(data, to)
    return to
