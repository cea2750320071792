"""Makes archive-1.0.0.tar.xz: an archive as release 1.0.0 leaves it after 60 crawls, for tests of what comes later.

    python -m tests.releases.build          # some minutes; needs the repository's history

The release is taken from its commit and runs as operators ran it (`guidelines crawl`, `notify`) against local sites
that are edited, moved, taken away, blocked and brought back on the way. What the release itself says of the result
(catalogue rows, changes, figures of `verify`) is written beside the data folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.crawl.harness import ROOT, SENTENCES, page
from tests.releases import ARCHIVE, COMMIT, CRAWLS, PORT, RECORDED
from tests.sites.catalogues import Layout, Table, make_table, read_areas
from tests.sites.files import docx, xlsx, zipped
from tests.sites.server import SiteServer

SETTINGS = "delay = 0\nconfirm_after = 0\ngone_after = 3\ngone_after_hours = 0\ninterval_min = 1\n"
AREAS = {
    "land": "农村集体土地征收",
    "welfare": "社会救助",
    "health": "卫生健康",
    "poverty": "扶贫",
    "culture": "公共文化服务",
}
CHAT = '[[subscriber]]\nname = "科室"\naddress = "wecom:k"\nbase = "{base}"\n'


def table(slug: str, rows: int = 12) -> Table:
    return make_table(AREAS[slug], read_areas()[AREAS[slug]][:rows], Layout())


class World:
    """The sites; `turn(n)` brings them to what crawl n meets."""

    def __init__(self, server: SiteServer) -> None:
        self.server = server
        self.urls = {slug: server.host(f"{slug}.example") + "/t.html" for slug in AREAS}
        self.deadline = "20个工作日"

    def put(self, slug: str, more: str = "", *, body: str = SENTENCES, etag: bool = True) -> None:
        self.server.put(f"{slug}.example", "/t.html", page(slug, more, body), etag=etag)

    def file(self, slug: str, path: str, payload: bytes) -> None:
        self.server.put(f"{slug}.example", path, payload, "application/octet-stream")

    def turn(self, n: int) -> None:
        step = getattr(self, f"at_{n}", None)
        if step:
            step()
        # a page that differs at every visit and has no validator
        self.put(
            "welfare", f'<p><a href="/f/2.xlsx">附件：标准目录.xlsx</a></p><p>浏览次数：{1000 + 7 * n}</p>', etag=False
        )

    def at_1(self) -> None:
        self.put("land", '<p><a href="/f/1.docx">附件：标准目录.docx</a></p>')
        self.file("land", "/f/1.docx", docx("农村集体土地征收标准目录", [table("land")]))
        self.file("welfare", "/f/2.xlsx", xlsx("社会救助标准目录", [table("welfare")]))
        self.put("health")
        packed = zipped([("扶贫标准目录.docx", docx("扶贫标准目录", [table("poverty")]))])
        self.put(
            "poverty", '<p><a href="/f/3.zip">附件：标准目录.zip</a></p><p><a href="/f/4.txt">附件：说明.txt</a></p>'
        )
        self.file("poverty", "/f/3.zip", packed)
        self.file("poverty", "/f/4.txt", "说明：本附件为演示样本，供参照执行。".encode())
        self.put("culture")

    def at_10(self) -> None:
        revised = SENTENCES.replace("20个工作日", "7个工作日")
        self.put("land", '<p><a href="/f/1.docx">附件：标准目录.docx</a></p>', body=revised)

    def at_15(self) -> None:
        self.server.mode(self.urls["health"], "soft-404-1")

    def at_18(self) -> None:
        self.server.mode(self.urls["health"], "")

    def at_20(self) -> None:
        self.server.mode(self.urls["culture"], "status-404")

    def at_25(self) -> None:
        self.file("land", "/f/1.docx", docx("农村集体土地征收标准目录", [table("land", 10)]))

    def at_30(self) -> None:
        self.server.mode(self.urls["culture"], "")

    def at_35(self) -> None:
        self.file("welfare", "/f/2.xlsx", xlsx("社会救助标准目录", [table("welfare", 11)]))

    def at_40(self) -> None:
        new = self.server.put("health.example", "/new/t.html", page("health"))
        self.server.put("health.example", "/t.html", b"", status=301, headers={"Location": new}, etag=False)

    def at_45(self) -> None:
        self.put("poverty", '<p><a href="/f/3.zip">附件：标准目录.zip</a></p>')

    def at_50(self) -> None:
        self.server.mode(self.urls["poverty"], "challenge-1")

    def at_53(self) -> None:
        self.server.mode(self.urls["poverty"], "")

    def at_58(self) -> None:
        self.put("culture", body="<p>暂无内容。</p>")  # still so at the end: one notice is in doubt


def sources(world: World) -> str:
    """The five notices, and one whose host answers nobody."""
    urls = world.urls | {"nobody": f"http://127.0.0.99:{PORT}/t.html"}
    entries = []
    for number, (slug, url) in enumerate(urls.items(), 1):
        title = f"演示部办公厅关于印发{slug}领域基层政务公开标准指引的通知"
        areas = f'areas = ["{AREAS[slug]}"]\n' if slug in AREAS else ""
        entries.append(f'[[notice]]\nnumber = {number}\nslug = "{slug}"\ntitle = "{title}"\nurl = "{url}"\n{areas}')
    return "\n".join(entries)


class Release:
    def __init__(self, code: Path, data: Path) -> None:
        self.data = data
        plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.env = plain | {"PYTHONPATH": str(code), "GUIDELINES_SOFFICE": "off"}
        self.cwd = code

    def run(self, *arguments: str, codes: tuple[int, ...] = (0, 3)) -> str:
        line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(self.data), *arguments]
        done = subprocess.run(line, env=self.env, cwd=self.cwd, capture_output=True, text=True, check=False)
        if done.returncode not in codes:
            raise SystemExit(f"{arguments}: {done.returncode}\n{done.stderr}")
        return done.stdout


def build(folder: Path) -> None:
    code, data = folder / "code", folder / "archive-1.0.0"
    subprocess.run(["git", "-C", str(ROOT), "worktree", "add", "--detach", str(code), COMMIT], check=True)
    try:
        data.mkdir()
        with SiteServer(PORT) as server:
            world = World(server)
            chat = server.host("chat.example")
            server.put("chat.example", "/cgi-bin/webhook/send?key=k", '{"errcode": 0}', "application/json")
            (data / "settings.toml").write_text(SETTINGS, "utf-8")
            (data / "sources.toml").write_text(sources(world), "utf-8")
            (data / "subscriptions.toml").write_text(CHAT.format(base=chat), "utf-8")
            (data / "subscriptions.toml").chmod(0o600)
            release = Release(code, data)
            for n in range(1, CRAWLS + 1):
                world.turn(n)
                release.run("crawl", "--all")
                release.run("notify")
                print(f"crawl {n}", file=sys.stderr)
            release.run("verify", codes=(0,))
            record(release)
    finally:
        subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(code)], check=True)
    pack(data)


def record(release: Release) -> None:
    exported = release.data.parent / "catalogue.json"
    release.run("export", str(exported))
    said = {
        "catalogue": json.loads(exported.read_text("utf-8")),
        "changes": json.loads(release.run("changes", "--json")),
        "verify": json.loads(release.run("verify", "--json", codes=(0,))),
        "status": json.loads(release.run("status", "--json")),
    }
    RECORDED.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")


def pack(data: Path) -> None:
    for lock in data.glob("*.lock"):
        lock.unlink()
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as packed:
        packed.add(data, "archive-1.0.0", filter=_nobodys)


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
