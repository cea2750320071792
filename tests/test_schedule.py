"""The timetable: unit files that systemd accepts, crontab lines that run, and one run that does everything."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from archive.cli import cli
from archive.clock import now
from archive.operate import logs, schedule
from archive.operate.schedule import Plan
from archive.settings import Settings
from tests.factory import make_archive


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    data = tmp_path / "档案 数据 100%"
    data.mkdir()
    return Plan(data, backup=tmp_path / "backups")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("system", [False, True])
def test_systemd_accepts_the_unit_files(plan: Plan, tmp_path: Path, system: bool) -> None:
    chosen = Plan(plan.data, backup=plan.backup, system=system, user="root" if system else "")
    folder = tmp_path / "units"
    written = schedule.install_units(chosen, folder, start=False)
    scope = "--system" if system else "--user"
    env = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_UNIT_PATH": f"{folder}:"}
    done = subprocess.run(
        ["systemd-analyze", scope, "verify", "--recursive-errors=no", *map(str, written)],
        capture_output=True, text=True, env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "guidelines" in line] == []
    assert schedule.remove_units(folder, system, stop=False) == written
    assert list(folder.iterdir()) == []


def test_the_units_are_gentle_limited_and_catch_up(plan: Plan) -> None:
    units = schedule.units(plan)
    for line in ("Nice=10", "IOSchedulingClass=idle", "TimeoutStartSec=6h", "EnvironmentFile=-"):
        assert line in units["guidelines-run.service"]
    for line in ("RandomizedDelaySec=2h", "Persistent=true"):
        assert line in units["guidelines-run.timer"]
    assert "100%%" in units["guidelines-run.service"]
    assert "run --backup" in units["guidelines-run.service"]


def test_the_site_may_take_so_much_memory_and_no_right_it_does_not_need(plan: Plan) -> None:
    user = schedule.units(plan)["guidelines-web.service"]
    for line in ("MemoryMax=2048M", "OOMPolicy=continue", "NoNewPrivileges=yes", "MemoryDenyWriteExecute=yes"):
        assert line in user
    system = schedule.units(evolve(plan, system=True, user="archive"))
    for name in ("guidelines-web.service", "guidelines-run.service"):
        lines = system[name].splitlines()
        for line in (
            "ProtectSystem=strict",
            "CapabilityBoundingSet=",
            "SystemCallFilter=@system-service",
            "PrivateTmp=yes",
        ):
            assert line in lines
    assert "MemoryDenyWriteExecute" not in system["guidelines-run.service"]  # LibreOffice could not start
    assert str(plan.backup) in system["guidelines-run.service"]
    assert str(plan.backup) not in system["guidelines-web.service"]


def test_more_memory_for_sql_is_more_for_the_site() -> None:
    assert schedule.web_memory_mb(Settings(sql_memory_mb=1024)) == schedule.web_memory_mb(Settings()) + 2 * (1024 - 256)


def test_the_crontab_block_is_replaced_and_removed_without_touching_other_lines(plan: Plan) -> None:
    mine = "MAILTO=me\n5 4 * * * my-job\n"
    block = schedule.crontab_lines(plan)
    once = schedule.merge_crontab(mine, block)
    assert schedule.merge_crontab(once, block) == once
    assert once.count(schedule.MARK) == 1
    assert schedule.merge_crontab(once, []) == mine


def test_the_crontab_lines_run_under_sh(plan: Plan) -> None:
    make_archive(plan.data).close()
    run, notify, _ = _lines(plan)
    done = subprocess.run(["/bin/sh", "-c", _command(notify)], env=CRON)
    log = (plan.data / "run.log").read_text()
    assert done.returncode == 0, log
    assert "已送达 0 项" in log
    # the command before the crawl itself: that sh understands the line and finds the program
    begin = _command(run).replace(" run --daily 2 --backup", " run --help --backup", 1)
    assert subprocess.run(["/bin/sh", "-c", begin], env=CRON).returncode == 0
    assert "依次抓取、抽查、投递、备份" in (plan.data / "run.log").read_text()


def test_a_run_that_failed_under_cron_tells_the_operators(plan: Plan) -> None:
    (plan.data / "settings.toml").write_text("colour = 1\n")  # neither can the alarm do more than say so
    run, *_ = _lines(plan)
    assert subprocess.run(["/bin/sh", "-c", _command(run)], env=CRON).returncode == 2
    assert (plan.data / "run.log").read_text().count("不认识的设置项") == 2
    assert " alarm --unit guidelines-run.service" in run


def test_cron_brings_a_site_back_that_died_and_starts_no_second_one(plan: Plan) -> None:
    make_archive(plan.data).close()
    log = plan.data / "web.log"
    os.mkfifo(log)  # what is said can be awaited
    line = _command(_lines(evolve(plan, port=0))[2])
    begun = []
    for _ in range(2):
        begun.append(subprocess.Popen(["/bin/sh", "-c", line], env=CRON))
        with log.open() as said:
            assert "网站已打开" in said.readline()
            assert subprocess.run(["/bin/sh", "-c", line], env=CRON).returncode == 0
            found = (pid for pid in _below(begun[-1].pid) if b"serve" in _arguments(pid))
            site = next(pid for pid in found if b"-E" not in _arguments(pid))  # its children may still look the same
            os.kill(site, signal.SIGKILL)
            begun[-1].wait()


def _below(pid: int) -> list[int]:
    """A process and all that it has started."""
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(found for child in children for found in _below(child))]


def _arguments(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


@pytest.mark.parametrize(
    ("last", "at", "due"),
    [
        (None, "2026-11-20T01:00", True),
        ("2026-11-20T02:10", "2026-11-20T03:10", False),
        ("2026-11-19T02:10", "2026-11-20T01:10", False),
        ("2026-11-19T02:10", "2026-11-20T02:10", True),
        ("2026-11-13T02:10", "2026-11-20T09:10", True),  # switched off for a week: once, when it is on again
    ],
)
def test_cron_makes_one_run_a_day_and_catches_up(tmp_path: Path, last: str | None, at: str, due: bool) -> None:
    here = timezone(timedelta(hours=8))
    if last:
        logs.begin(tmp_path, datetime.fromisoformat(last).replace(tzinfo=here))
    assert logs.is_due(tmp_path, 2, datetime.fromisoformat(at).replace(tzinfo=here)) == due


def test_a_run_that_is_not_due_does_nothing(tmp_path: Path) -> None:
    logs.begin(tmp_path, now())
    done = CliRunner().invoke(cli, ["--data", str(tmp_path), "run", "--daily", "2"])
    assert (done.exit_code, done.output) == (0, "")
    assert not (tmp_path / "archive.db").exists()


def test_a_log_that_grew_too_long_is_put_away_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LONGEST", 10)
    with (tmp_path / "run.log").open("a") as log:
        for number in range(7):
            log.write(f"a line of run {number}\n")
            log.flush()
            assert logs.rotate(tmp_path) == [tmp_path / "run.log.1.gz"]
    assert (tmp_path / "run.log").read_text() == ""
    olds = sorted(tmp_path.glob("run.log.*"))
    assert [gzip.decompress(path.read_bytes()).decode() for path in olds] == [
        f"a line of run {number}\n" for number in (6, 5, 4, 3)
    ]


CRON = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(Path(__file__).parents[1])}
"""What cron gives to a command, and where this tree is."""


def _lines(plan: Plan) -> list[str]:
    """Of the crontab: run, notify, site."""
    return [line for line in schedule.crontab_lines(plan) if not line.startswith("#")]


def _command(line: str) -> str:
    """As cron hands it to sh: after five fields, an escaped % is a %."""
    return line.split(maxsplit=5)[5].replace(r"\%", "%")


def test_the_file_for_secrets_is_made_for_its_owner_only(plan: Plan) -> None:
    path = schedule.environment_file(plan.data)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("KEY=1\n")
    assert schedule.environment_file(plan.data).read_text() == "KEY=1\n"


def test_install_show_and_remove_with_cron(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    table = tmp_path / "crontab.txt"
    (fake / "crontab").write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table} 2>/dev/null; else cat >{table}; fi\n')
    (fake / "crontab").chmod(0o755)
    table.write_text("5 4 * * * my-job\n")
    monkeypatch.setenv("PATH", f"{fake}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    data = tmp_path / "data"
    run = CliRunner()
    shown = run.invoke(cli, ["--data", str(data), "schedule", "show", "--cron"]).output
    assert len([line for line in shown.splitlines() if str(data) in line]) == 3, "wide lines are not broken"
    assert all(line.endswith("2>&1") for line in shown.splitlines() if str(data) in line)
    done = run.invoke(cli, ["--data", str(data), "schedule", "install", "--cron", "--backup", str(tmp_path / "b")])
    assert done.exit_code == 0, done.output
    assert "my-job" in table.read_text()
    assert f"--data {data} run --daily 2 --backup" in table.read_text()
    assert (data / "guidelines.env").stat().st_mode & 0o777 == 0o600
    assert run.invoke(cli, ["schedule", "remove"]).exit_code == 0
    assert table.read_text() == "5 4 * * * my-job\n"


def test_one_run_crawls_looks_tells_and_backs_up_even_when_a_step_fails(tmp_path: Path) -> None:
    from tests.crawled import site, watch

    with site() as server:
        archive = watch(tmp_path / "data", server)
        archive.crawl()
        (archive.data / "settings.toml").write_text("delay = 0\nconfirm_after = 0\n")
        command = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(archive.data)]
        done = subprocess.run([*command, "run", "--backup", str(tmp_path / "b")], capture_output=True, text=True)
        steps = [line.split(" ", 1)[1] for line in done.stderr.splitlines() if " 开始" in line]
        assert steps == ["开始抓取", "开始核对", "开始投递", "开始备份"], done.stderr
        assert done.returncode in (0, 3), done.stderr
        assert len(list((tmp_path / "b").iterdir())) == 1
        (archive.data / "subscriptions.toml").write_text("colour = 1\n")
        done = subprocess.run([*command, "run", "--backup", str(tmp_path / "b2")], capture_output=True, text=True)
        assert done.returncode == 1
        assert "没有成功：投递" in done.stderr
        assert len(list((tmp_path / "b2").iterdir())) == 1
