"""The timetable: unit files that systemd accepts, crontab lines that run, and one run that does everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from archive.cli import cli
from archive.operate import schedule
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


def test_the_crontab_lines_run_under_sh(plan: Plan, tmp_path: Path) -> None:
    make_archive(plan.data).close()
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "sleep").write_text("#!/bin/sh\nexit 0\n")
    (fake / "sleep").chmod(0o755)
    lines = [line for line in schedule.crontab_lines(plan) if not line.startswith(("#", "@"))]
    notify = next(line for line in lines if line.startswith("*/10"))
    run = next(line for line in lines if line.startswith("0 2"))
    env = {"PATH": f"{fake}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(["/bin/sh", "-c", _command(notify)], env=env)
    log = (plan.data / "run.log").read_text()
    assert done.returncode == 0, log
    assert "已送达 0 项" in log
    # the command before the crawl itself: that sh understands the line and finds the program
    begin = _command(run).replace(" run --backup", " run --help --backup")
    assert subprocess.run(["/bin/sh", "-c", begin], env=env).returncode == 0
    assert "依次抓取、抽查、投递、备份" in (plan.data / "run.log").read_text()


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
    assert f"--data {data} run --backup" in table.read_text()
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
