"""`schedule install|show|remove` and `run`, the one command that the timetable starts each night."""

from __future__ import annotations

import functools
import getpass
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archive import clock
from archive.commands import ATTENTION, FAILED, OK, err, out, pass_data
from archive.machine import faults, lifeline
from archive.machine.faults import StoreError
from archive.machine.toml import SettingsError
from archive.operate import logs, schedule
from archive.operate.alive import ping
from archive.settings import load_settings

FOLDER = click.Path(path_type=Path, file_okay=False)
STEPS = {"crawl": "抓取", "verify": "核对", "notify": "投递", "backup": "备份"}


@click.command()
@click.option("--backup", "target", type=FOLDER, help="最后备份到这个目录。")
@click.option(
    "--daily",
    "hour",
    type=click.IntRange(0, 23),
    help="这个钟点以后还没有运行过才运行；供 cron 每小时启动，关机后补跑。",
)
@pass_data
def run(data: Path, target: Path | None, hour: int | None) -> None:
    """依次抓取、抽查、投递、备份；一步失败不影响后面各步。由定时任务启动。"""
    from archive.tell.rounds import meet

    if hour is not None and not logs.is_due(data, hour, clock.now().astimezone()):
        raise SystemExit(OK)
    settings = load_settings(data)
    try:
        logs.begin(data, clock.now())
        meet(data, settings)
    except (SettingsError, StoreError, OSError, sqlite3.Error) as error:
        # the crawl goes on: the steps say it themselves, and the backup is made all the same
        err.print(faults.sentence(error, data) or str(error), markup=False)
    steps = [["crawl"], ["verify", "--sample"], ["notify"]]
    if target is not None:
        steps.append(["backup", str(target)])
    codes = {}
    for step in steps:
        _log(f"开始{STEPS[step[0]]}")
        codes[step[0]] = lifeline.run(schedule.Plan(data.absolute()).command(*step))
        _log(f"{STEPS[step[0]]}结束，退出码 {codes[step[0]]}")
    failed = [STEPS[name] for name, code in codes.items() if code not in (OK, ATTENTION)]
    if failed:
        _log(f"没有成功：{'、'.join(failed)}")
        raise SystemExit(FAILED)
    if ATTENTION in codes.values():
        _log("已完成，有事项需要人工处理，见 guidelines status")
        code = ATTENTION
    else:
        code = OK
    if settings.ping:
        _log(ping(settings.ping))
    raise SystemExit(code)


def _log(text: str) -> None:
    err.print(f"{clock.iso(clock.now())} {text}", markup=False)
    sys.stderr.flush()


@click.group("schedule")
def schedule_() -> None:
    """定时任务与网站服务（systemd，没有时用 crontab）。"""


OPTIONS = (
    click.option("--system", is_flag=True, help="装为系统服务（需要 root）；默认装为当前用户的服务。"),
    click.option("--user", default="", help="系统服务以哪个用户运行（默认当前用户）。"),
    click.option("--hour", type=click.IntRange(0, 23), default=2, show_default=True, help="每天几点后开始抓取。"),
    click.option("--backup", type=FOLDER, help="每天备份到这个目录。"),
    click.option("--host", default="127.0.0.1", show_default=True, help="网站监听的地址。"),
    click.option("--port", type=int, default=8001, show_default=True, help="网站的端口。"),
)
"""Each is a field of schedule.Plan."""


def _with_plan(command: Callable[[schedule.Plan, bool], None]) -> Callable[..., None]:
    """Hand what was chosen to a command, and whether systemd is to do it (else cron)."""

    @click.option("--cron", is_flag=True, help="即使有 systemd 也用 crontab。")
    @pass_data
    @functools.wraps(command)
    def wrapped(data: Path, cron: bool, **chosen: Any) -> None:
        if chosen["system"]:
            chosen["user"] = chosen["user"] or getpass.getuser()
        if chosen["backup"]:
            chosen["backup"] = chosen["backup"].absolute()
        plan = schedule.plan_for(data, load_settings(data), **chosen)
        command(plan, not cron and schedule.has_systemd(plan.system))

    return functools.reduce(lambda decorated, option: option(decorated), OPTIONS, wrapped)


@schedule_.command()
@_with_plan
def install(plan: schedule.Plan, systemd: bool) -> None:
    """写入定时任务并启动。"""
    secrets = schedule.environment_file(plan.data)
    begun = systemd and schedule.begins_at_once(plan.data)
    if plan.backup:
        plan.backup.mkdir(parents=True, exist_ok=True)
    if systemd:
        for path in schedule.install_units(plan, schedule.unit_folder(plan.system), start=True):
            out.print(f"已写入 {path}", markup=False)
        if not plan.system:
            out.print(f"退出登录后仍要运行，请执行：loginctl enable-linger {getpass.getuser()}", markup=False)
    else:
        schedule.write_crontab(schedule.merge_crontab(schedule.read_crontab(), schedule.crontab_lines(plan)))
        out.print("已写入 crontab", markup=False)
    out.print(f"密钥文件 {secrets}", markup=False)
    if begun:
        out.print(schedule.begun(plan.system), markup=False, soft_wrap=True)


@schedule_.command()
@_with_plan
def show(plan: schedule.Plan, systemd: bool) -> None:
    """显示将要写入的定时任务，以及已经装好的。"""
    if not systemd:
        out.print("\n".join(schedule.crontab_lines(plan)), markup=False, soft_wrap=True)  # to be copied as it is
        return
    folder = schedule.unit_folder(plan.system)
    for name, text in schedule.units(plan).items():
        present = (folder / name).read_text("utf-8") if (folder / name).exists() else ""
        state = "已安装" if present == text else "已安装，内容不同" if present else "未安装"
        out.print(f"# {folder / name}（{state}）\n{text}", markup=False, soft_wrap=True)


@schedule_.command()
@click.option("--system", is_flag=True, help="移除系统服务。")
def remove(system: bool) -> None:
    """移除定时任务；档案和设置都保留。"""
    found = schedule.remove_units(schedule.unit_folder(system), system, stop=schedule.has_systemd(system))
    removed = [str(path) for path in found]
    if not system:
        removed += schedule.remove_from_crontab()
    out.print("已移除：" + "、".join(removed) if removed else "没有装过定时任务", markup=False)
