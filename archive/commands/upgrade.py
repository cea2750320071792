"""`guidelines upgrade`: the program and its archive to a new release, with a backup first, and the way back."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from archive import VERSION
from archive.commands import ATTENTION, FAILED, OK, USAGE, out, pass_data, stop
from archive.operate import schedule
from archive.operate.install import machine, upgrade
from archive.operate.install.upgrade import Note, UpgradeError

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("upgrade")
@click.argument("package", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--backup", "target", type=FOLDER, help="升级前的备份写到这个目录。")
@click.option(
    "--wheelhouse", type=click.Path(path_type=Path, exists=True, file_okay=False), help="软件包从这个目录取，不用网络。"
)
@click.option("--back", is_flag=True, help="退回到上一次升级之前：程序和数据都退回。")
@pass_data
def upgrade_(data: Path, package: Path | None, target: Path | None, wheelhouse: Path | None, back: bool) -> None:
    """升级：先备份，再装新程序（PACKAGE：新版的安装包，或发布目录），升级档案库，核对。

    不写 PACKAGE 时只升级档案库（程序已用别的办法换成新版）。
    """
    data = data.absolute()
    if back == (target is not None):
        stop(USAGE, "升级要写明备份到哪里：--backup 目录；退回只写 --back")
    try:
        with _stopped_services(), _same_owner(data):
            code = _back(data) if target is None else _forward(data, package, target.absolute(), wheelhouse)
    except OSError as error:
        stop(FAILED, error)
    raise SystemExit(code)


def _forward(data: Path, package: Path | None, target: Path, wheelhouse: Path | None) -> int:
    lines = upgrade.pip_lines(package.absolute(), wheelhouse) if package else []
    environment = upgrade.environment_here() if package else None
    note = upgrade.keep(data, target, environment)
    out.print(f"已备份到 {note.backup}", markup=False)
    if environment:
        out.print(f"原来的程序另存在 {note.environment}", markup=False)
        try:
            upgrade.install(lines)
        except UpgradeError as error:
            upgrade.put_back(environment, Path(note.environment))
            raise UpgradeError(f"{error}。已换回原来的程序，数据没有动过") from error
    if _run(data, "status", "--json") not in (OK, ATTENTION):
        _return(data, note)
        raise UpgradeError("新程序打不开档案；已退回原来的程序和数据")
    out.print(f"现在是 {_version(data)}（原来是 {note.before}）；核对档案……", markup=False)
    checked = _run(data, "verify", "--sample", quiet=False)
    out.print(f"要退回：guidelines --data {data} upgrade --back", markup=False)
    if not (schedule.unit_folder(True) / schedule.UNITS[0]).exists():
        out.print("网站如果正由 cron 运行，请结束 guidelines serve，五分钟内会用新程序重新启动", markup=False)
    return OK if checked == OK else ATTENTION


def _back(data: Path) -> int:
    note = upgrade.read_note(data)
    aside = _return(data, note)
    out.print(f"数据已退回到 {note.at} 升级之前（{note.before}）；升级以后的数据另存在 {aside}", markup=False)
    if note.environment:
        out.print("程序也已退回", markup=False)
    else:
        out.print(f"程序不是由 upgrade 换的，请自行换回 {note.before}；换回之前不要运行别的命令", markup=False)
    return OK


def _return(data: Path, note: Note) -> Path:
    environment = upgrade.environment_here() if note.environment else None
    aside = upgrade.restore(data, note)
    if environment:
        upgrade.put_back(environment, Path(note.environment))
    return aside


def _run(data: Path, *arguments: str, quiet: bool = True) -> int:
    """By the program that is installed now, which may not be the one that runs this."""
    line = schedule.Plan(data).command(*arguments)
    return subprocess.run(line, check=False, stdout=subprocess.DEVNULL if quiet else None).returncode


def _version(data: Path) -> str:
    line = schedule.Plan(data).command("--version")
    said = subprocess.run(line, check=False, capture_output=True, text=True).stdout
    found = re.search(r"\d[\w.]*", said)
    return found[0] if found else VERSION


@contextmanager
def _stopped_services() -> Iterator[None]:
    """Nothing of ours runs meanwhile; what was installed is started again, however it ends."""
    here = [
        system
        for system in (True, False)
        if (schedule.unit_folder(system) / schedule.UNITS[0]).exists() and schedule.has_systemd(system)
    ]
    for system in here:
        schedule.systemctl(system, "stop", *schedule.ENABLED)
    try:
        yield
    finally:
        for system in here:
            schedule.systemctl(system, "start", *schedule.ENABLED)


@contextmanager
def _same_owner(data: Path) -> Iterator[None]:
    """Root may do this for the account that runs the archive: whose folder it was, theirs it stays."""
    owner = data.stat().st_uid if data.exists() else os.geteuid()
    try:
        yield
    finally:
        if os.geteuid() == 0 and owner and data.exists():
            machine.hand_over(data, machine.account_of(owner))
