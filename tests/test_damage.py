"""A data folder goes bad: backups of it push no good one out, every command says so in one sentence, `status` too."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive import cli
from archive.clock import now
from archive.operate import health
from archive.operate.backup import BackupError, DataDamaged, backup, problems_of, restore
from archive.operate.verify import verify
from archive.record.look import read_only
from archive.tell.outbox import Outbox
from tests import damage
from tests.crawl.harness import environment, page
from tests.crawled import copy_of, crawled, site, watch
from tests.web.conftest import Site

MORNING = datetime.fromisoformat("2026-11-01T01:00:00+00:00")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = crawled(tmp_path_factory.mktemp("damage"))
    Outbox.open(data).close()
    damage.settle(data)
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return copy_of(sound, tmp_path / "data")


class Days:
    """A backup each day, at a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, data: Path, target: Path, keep: int) -> None:
        self.data, self.target, self.keep, self.day = data, target, keep, 0
        self.at = now()
        monkeypatch.setattr("archive.clock.now", lambda: self.at)

    def backup(self) -> int:
        """The exit code that `guidelines backup` has; see `test_the_commands_have_these_exit_codes`."""
        self.day += 1
        self.at = MORNING + timedelta(days=self.day)
        try:
            backup(self.data, self.target, keep=self.keep)
        except DataDamaged:
            return 1
        return 0

    def kept(self) -> list[str]:
        return sorted(folder.name for folder in self.target.iterdir())


def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from archive.cli import main; main()", *map(str, arguments)]
    return subprocess.run(line, env=environment(**more), capture_output=True, text=True, timeout=120, check=False)


def here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of a command that starts no process."""
    monkeypatch.setattr(sys, "argv", ["guidelines", *map(str, arguments)])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


# ---------------------------------------------------------------- backups


NIGHTS = {"pages overwritten": 15, "cut to nothing": 2, "a directory": 2, "an index that differs from its table": 2}
"""Backups after the damage; the other kinds are tried with --slow, and one night is like the next."""


@pytest.mark.parametrize(
    "how", [how if how in NIGHTS else pytest.param(how, marks=pytest.mark.slow) for how in damage.DATABASE]
)
def test_of_twenty_backups_of_a_database_damaged_after_the_fifth_the_newest_three_good_ones_remain(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 3)
    codes = [days.backup() for _ in range(5)]
    damage.DATABASE[how](data / "archive.db")
    nights = NIGHTS.get(how, 2)
    codes += [days.backup() for _ in range(nights)]
    assert codes == [0] * 5 + [1] * nights
    assert days.kept() == [
        "20261104T010000Z",
        "20261105T010000Z",
        "20261106T010000Z",
        f"202611{6 + nights:02}T010000Z-damaged",
    ]
    assert restore(tmp_path / "other", days.target).name == "20261106T010000Z"
    assert verify(tmp_path / "other")["problems"] == []


@pytest.mark.parametrize("how", damage.RECORDS)
def test_a_backup_of_missing_or_torn_warc_files_is_no_good_one_and_status_says_since_when(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 1)
    assert days.backup() == 0
    damage.RECORDS[how](damage.newest_record_file(data))
    assert [days.backup(), days.backup()] == [1, 1]
    assert days.kept() == ["20261102T010000Z", "20261104T010000Z-damaged"]
    (point,) = [p for p in health.status(data, read_only(data))["attention"] if "有损坏" in p["what"]]
    assert (point["since"], point["command"]) == ("2026-11-03T01:00:00Z", "guidelines verify")
    assert "完好的备份停在 2026-11-02" in point["what"]


@pytest.mark.parametrize("how", ["cut in half", "garbage of the same length", "one byte changed", "deleted"])
def test_damage_is_seen_by_a_first_backup_too(data: Path, tmp_path: Path, how: str) -> None:
    damage.RECORDS[how](damage.newest_record_file(data))
    with pytest.raises(DataDamaged, match="没有完好的备份"):
        backup(data, tmp_path / "backups")


@pytest.mark.parametrize("how", ["pages overwritten", "header zeroed", "another file under its name", "cut to nothing"])
def test_damaged_delivery_records_make_no_good_backup_and_status_still_answers(
    data: Path, tmp_path: Path, how: str
) -> None:
    backup(data, tmp_path / "backups")
    damage.DATABASE[how](data / "notify.db")
    with pytest.raises(DataDamaged, match=r"notify\.db"):
        backup(data, tmp_path / "other")
    found = health.status(data, read_only(data))
    assert [p["what"] for p in found["attention"] if "notify.db" in p["what"]]


def test_a_repaired_folder_is_backed_up_as_good_and_nothing_stays_in_status(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 2)
    days.backup()
    path = damage.newest_record_file(data)
    kept = path.read_bytes()
    path.unlink()
    assert days.backup() == 1
    path.write_bytes(kept)
    assert days.backup() == 0
    assert not [p for p in health.status(data, read_only(data))["attention"] if "有损坏" in p["what"]]
    assert days.backup() == 0
    assert days.kept() == ["20261104T010000Z", "20261105T010000Z"], (
        "the bad one goes once enough good ones came after it"
    )


def test_bad_backups_of_release_1_0_0_do_not_count_either(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 2)
    for _ in range(4):
        days.backup()
        days.keep = 9
    days.keep = 2
    for name in ("20261102T010000Z", "20261103T010000Z", "20261104T010000Z", "20261105T010000Z"):
        manifest = days.target / name / "manifest.json"
        found = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({"made_at": found["made_at"], "files": found["files"]}))
    damage.random_pages(days.target / "20261105T010000Z" / "archive.db")
    lost = days.target / "20261102T010000Z"
    name = damage.newest_record_file(data).name
    (lost / "warc" / name).unlink()
    found = json.loads((lost / "manifest.json").read_text())
    del found["files"][f"warc/{name}"]  # as it was written of a data folder without this file
    (lost / "manifest.json").write_text(json.dumps(found))
    assert "缺失" in problems_of(lost)[0]
    days.backup()
    assert "20261104T010000Z" in days.kept()
    assert "20261106T010000Z" in days.kept()
    assert restore(tmp_path / "other", days.target).name == "20261106T010000Z"


def test_a_backup_that_rotted_in_its_place_is_not_counted(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 2)
    days.backup()
    days.backup()
    (days.target / "20261103T010000Z" / "archive.db").unlink()
    days.backup()
    assert {"20261102T010000Z", "20261104T010000Z"} <= set(days.kept())


def test_restoring_a_bad_backup_is_refused_unless_it_is_asked_for(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 3)
    days.backup()
    damage.newest_record_file(data).unlink()
    days.backup()
    good, bad = (days.target / name for name in days.kept())
    other = tmp_path / "other"
    with pytest.raises(BackupError, match="--damaged") as refused:
        restore(other, bad)
    assert str(good) in str(refused.value)
    assert not other.exists()
    assert restore(other, bad, damaged=True) == bad
    assert verify(other)["ok"] is False
    assert problems_of(good) == []


def test_a_restore_that_was_cut_short_can_be_made_again(data: Path, tmp_path: Path) -> None:
    folder = backup(data, tmp_path / "backups")
    other = tmp_path / "other"
    (other / ".restoring").mkdir(parents=True)
    (other / "warc").mkdir()
    (other / "warc" / "half.warc.gz").write_bytes(b"half")
    assert restore(other, folder) == folder
    assert verify(other)["problems"] == []


def test_a_second_backup_reads_no_record_file_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(monkeypatch, data, tmp_path / "backups", 3)
    days.backup()
    read: list[Path] = []
    sha256 = backup.__globals__["holdings"].sha256
    monkeypatch.setattr("archive.operate.holdings.sha256", lambda path, *a: read.append(path) or sha256(path, *a))
    days.backup()
    assert [path for path in read if path.name.endswith(".warc.gz")] == []


def test_the_nightly_run_does_not_back_up_as_good_what_it_has_found_damaged(data: Path, tmp_path: Path) -> None:
    assert run("--data", data, "backup", tmp_path / "backups").returncode == 0
    damage.random_pages(data / "archive.db")
    done = run("--data", data, "run", "--backup", tmp_path / "backups")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "没有成功：抓取、核对、投递、备份" in done.stderr
    assert len([f for f in (tmp_path / "backups").iterdir() if f.name.endswith("-damaged")]) == 1
    assert len(list((tmp_path / "backups").iterdir())) == 2


# ---------------------------------------------------------------- every command

LOOKING = [
    ["status"],
    ["search", "公开"],
    ["changes"],
    ["diff", "1"],
    ["export", "out.json"],
    ["notify"],
    ["acknowledge", "land"],
    ["candidates"],
    ["candidates", "accept", "1"],
    ["reject", "1"],
    ["repair"],
    ["verify"],
    ["backup", "backups"],
    ["serve", "--port", "0"],
]
STARTING = [["crawl"], ["reextract"], ["accept", "1"]]
WHOLE = [how for how in damage.DATABASE if how not in ("pages overwritten", "an index that differs from its table")]
"""Damage that leaves nothing to be read; of the others some commands do not meet the damaged pages."""


def one_sentence(code: int, printed: str, said: str) -> None:
    assert code == 1, said
    assert "Traceback" not in said
    assert "restore" in said or "从备份恢复" in said or "恢复损坏的部分" in said or "发现" in printed, said
    assert len([line for line in said.splitlines() if "restore" in line or "恢复" in line]) <= 1, said


@pytest.mark.parametrize("how", WHOLE)
def test_every_command_says_in_one_sentence_that_the_database_is_damaged(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    damage.DATABASE[how](data / "archive.db")
    for command in LOOKING:
        one_sentence(*here(capsys, monkeypatch, "--data", data, *command))
    code, printed, _ = here(capsys, monkeypatch, "--data", data, "status", "--json")
    assert (code, printed) == (1, "")


@pytest.mark.parametrize("how", ["pages overwritten", "header zeroed", "cut to nothing"])
def test_commands_that_start_the_crawler_say_it_too(data: Path, how: str) -> None:
    damage.DATABASE[how](data / "archive.db")
    before = (data / "archive.db").read_bytes()
    for command in STARTING:
        done = run("--data", data, *command)
        one_sentence(done.returncode, done.stdout, done.stderr)
    assert (data / "archive.db").read_bytes() == before, "nothing is written on top of the damage"


@pytest.mark.parametrize("how", ["pages overwritten", "an index that differs from its table"])
def test_a_command_that_meets_damaged_pages_ends_without_a_traceback(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    monkeypatch.chdir(tmp_path)
    damage.DATABASE[how](data / "archive.db")
    before = (data / "archive.db").read_bytes()
    for command in LOOKING[:-1]:
        code, _, said = here(capsys, monkeypatch, "--data", data, *command)
        assert code in (0, 1, 3), (command, said)
        assert "Traceback" not in said
    assert (data / "archive.db").read_bytes() == before, "nothing is written on top of the damage"
    code, _, said = here(capsys, monkeypatch, "--data", data, "serve", "--port", "0")
    assert (code, "已损坏" in said) == (1, True), "the site does not start on it"


def test_a_site_whose_database_breaks_while_it_runs_answers_with_a_plain_page(data: Path) -> None:
    site = Site(data)
    assert site.get("/").status_code == 200
    damage.random_pages(data / "archive.db", 0, 100_000)
    broken = [site.get(path) for path in ("/notices/land", "/changes", "/catalogue", "/status")]
    broken = [answer for answer in broken if answer.status_code != 200]  # one may still come from SQLite's cache
    assert broken
    for answer in broken:
        assert answer.status_code in (500, 503)
        assert "Traceback" not in answer.text
    assert "档案库读不出来" in broken[0].text
    site.close()


# ---------------------------------------------------------------- disk and rights


WITHOUT_RIGHTS = """
import os, sys
import archive.operate.backup, archive.operate.verify
import archive.commands.operate, archive.commands.search, archive.commands.status
from archive.cli import main
if os.getuid() == 0:  # who has all rights everywhere
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
main()
"""


@pytest.mark.parametrize("command", [["status"], ["search", "公开"], ["backup", "backups"], ["verify"], ["repair"]])
def test_a_folder_without_rights_is_one_sentence(data: Path, tmp_path: Path, command: list[str]) -> None:
    data.chmod(0o700 if os.getuid() == 0 else 0)
    try:
        line = [sys.executable, "-c", WITHOUT_RIGHTS, "--data", str(data), *command]
        done = subprocess.run(
            line, env=environment(), capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
        )
    finally:
        data.chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert "没有权限" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", [["backup", "b"], ["crawl", "--all"], ["acknowledge", "land"]])
def test_a_limit_on_the_size_of_files_is_a_full_disk_for_a_command_and_loses_nothing(
    data: Path, tmp_path: Path, command: list[str]
) -> None:
    """RLIMIT_FSIZE: the same errors as of a disk without room, without a disk of its own."""
    import resource

    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), *command]
    done = subprocess.run(
        line, env=environment(), capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "没有完成" in done.stderr, done.stderr
    assert verify(data)["problems"] == []
    assert not (tmp_path / "b" / ".partial").exists()


def test_a_disk_that_fills_up_during_a_crawl_ends_it_with_a_sentence_and_the_next_one_goes_on(tmp_path: Path) -> None:
    import resource

    with site() as server:
        archive = watch(tmp_path / "data", server)
        archive.crawl()
        server.put(
            "b.example", "/t.html", page("welfare", '<p><a href="/big.bin">附件：大文件.bin</a></p>'), etag=False
        )
        server.put("b.example", "/big.bin", random.Random(3).randbytes(9_000_000), "application/octet-stream")
        done = subprocess.run(
            archive.command("--delay", "0"), env=environment(), capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000)),
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert len([line for line in done.stderr.splitlines() if "没有完成" in line]) == 1, done.stderr
        assert verify(archive.data)["problems"] == []
        assert [row["verdict"] for row in archive.rows("SELECT verdict FROM captures WHERE verdict = 'error'")] == []
        (point,) = [
            p for p in health.status(archive.data, read_only(archive.data))["attention"] if "中途失败" in p["what"]
        ]
        assert "文件大小达到了系统允许的上限" in point["what"]
        assert str(archive.data) not in point["what"], "the database is served: no path of this machine"
        archive.crawl()
        assert archive.verdicts("welfare", "attachment")[-1] == ("ok", "")
        assert verify(archive.data)["problems"] == []
