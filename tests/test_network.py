"""A machine without a network: one thing is wrong, said once, with the way out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.clock import iso, now
from archive.model import Capture, Verdict
from archive.operate import health
from archive.record.look import read_only
from archive.record.store import Store
from tests.crawl.harness import Archive, environment
from tests.factory import make_archive
from tests.sites.server import SiteServer

ROOT = Path(__file__).parents[1]


def attention(data: Path) -> list[dict]:
    return health.status(data, read_only(data))["attention"]


def crawl(store: Store, outcomes: dict[str, tuple[Verdict, str, int | None]]) -> None:
    """A crawl with these outcomes of the notices' pages, by slug: verdict, reason, HTTP status."""
    crawl_id = store.begin_crawl("t", "live", "test/1", {})
    for slug, (verdict, reason, status) in outcomes.items():
        row = store.row("SELECT id, url FROM notices WHERE slug = ?", [slug])
        assert row
        page = store.document(row["id"], "page", row["url"])
        store.add_capture(crawl_id, Capture(page, row["url"], iso(now()), verdict, reason, http_status=status))
        state = "unreachable" if verdict is Verdict.ERROR else "current"
        store.update("notices", row["id"], state=state, verdict=str(verdict), reason=reason, trouble_since=iso(now()))
    store.end_crawl(crawl_id, {})


SILENT = (Verdict.ERROR, "dns", None)


def test_without_a_network_status_names_one_trouble_and_not_every_notice(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    crawl(store, {"land": SILENT, "welfare": SILENT, "poverty": (Verdict.ERROR, "timeout", None)})
    (point,) = attention(tmp_path)
    assert "本机像是没有联网" in point["what"]
    assert "guidelines crawl --all" in point["what"]
    assert (point["command"], point["notice"], bool(point["since"])) == ("guidelines doctor", "", True)


def test_notices_that_were_not_due_in_the_last_crawl_count_with_it(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    crawl(store, {"land": SILENT, "welfare": SILENT, "poverty": SILENT})
    crawl(store, {"land": SILENT})
    (point,) = attention(tmp_path)
    assert "连续 2 次抓取、3 个网站" in point["what"]


@pytest.mark.parametrize(
    "answer",
    [
        (Verdict.UNCHANGED, "", 304),
        (Verdict.ERROR, "http-502", 502),
        (Verdict.FORBIDDEN, "robots", None),
        (Verdict.ERROR, "tls", None),
    ],
    ids=lambda answer: str(answer[1]),
)
def test_one_site_that_answers_means_that_the_others_are_down(tmp_path: Path, answer: tuple) -> None:
    store = make_archive(tmp_path)
    crawl(store, {"land": SILENT, "welfare": SILENT, "poverty": answer})
    assert not [point for point in attention(tmp_path) if "联网" in point["what"]]
    assert {"land", "welfare"} <= {point["notice"] for point in attention(tmp_path)}


def test_one_silent_site_is_no_lack_of_a_network(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    crawl(store, {"land": SILENT})
    (point,) = attention(tmp_path)
    assert point["notice"] == "land"


def test_the_network_is_back_and_nothing_is_left_in_status(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    crawl(store, {"land": SILENT, "welfare": SILENT, "poverty": SILENT})
    good = (Verdict.UNCHANGED, "", 304)
    crawl(store, {"land": good, "welfare": good, "poverty": good})
    assert attention(tmp_path) == []


def test_a_crawl_right_after_a_failed_one_says_why_nothing_is_due_and_asks_for_a_person(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    with SiteServer() as server:
        for slug in ("land", "welfare"):
            archive.watch(slug, server.unused() + f"/{slug}.html")
    line = [part for part in archive.command("--delay", "0") if part != "--all"]
    first = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert "还没有档案，将新建" in first.stderr
    assert str(archive.data) in first.stderr
    again = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert (first.returncode, again.returncode) == (3, 3), again.stderr
    assert "上次 2 份都没有连上（服务器拒绝连接）" in again.stdout
    assert "再试" in again.stdout
    assert "guidelines crawl --all" in again.stdout
    as_json = subprocess.run([*line, "--json"], env=environment(), capture_output=True, text=True, check=False)
    assert (as_json.returncode, json.loads(as_json.stdout)["notices"]) == (3, {})


def test_the_way_out_that_an_offline_start_prints_works_as_typed(tmp_path: Path) -> None:
    """scripts/start in a copy of the repository, with a `guidelines` that finds no network; its lines are run."""
    top = tmp_path / "a clone"
    (top / "scripts").mkdir(parents=True)
    for name in ("start", "environment"):
        shutil.copy(ROOT / "scripts" / name, top / "scripts" / name)
    binaries = top / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (top / "requirements.lock").write_text("")
    (top / "pyproject.toml").write_text("")
    (top / ".venv" / "installed-requirements.lock").write_text("")  # so that nothing is installed
    (binaries / "python").symlink_to(sys.executable)
    log = tmp_path / "log"
    (binaries / "guidelines").write_text(
        f'#!/bin/sh\necho "$GUIDELINES_DATA $*" >>{log}\ncase "$*" in *" crawl"*) exit 3 ;; esac\n'
    )
    (binaries / "guidelines").chmod(0o755)
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        [top / "scripts" / "start"], env=plain, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    for lines, run in ((printed[:1], f" --data {top}/data crawl --all\n"), (printed[1:], f"{top}/demo status\n")):
        log.write_text("")
        shell = ["/bin/bash", "-c", "\n".join(lines)]
        typed = subprocess.run(shell, env=plain, cwd="/", capture_output=True, text=True, check=False)
        assert typed.returncode == 0, typed.stderr
        assert log.read_text().startswith(run)
    assert "serve" not in log.read_text()
