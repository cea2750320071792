"""`guidelines alarm`: operators hear that the archive itself is dead. Started by systemd when a unit fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from archive import clock
from archive.commands import FAILED, OK, err, out, pass_data
from archive.machine.faults import StoreError
from archive.operate.alive import signs
from archive.operate.logs import RUN_LOG
from archive.record.look import read_only
from archive.settings import load_settings

UNITS = {
    "guidelines-run.service": "抓取、核对、投递、备份的任务",
    "guidelines-notify.service": "投递提醒的任务",
    "guidelines-web.service": "网站",
}


@click.command()
@click.option("--unit", default="", metavar="名称", help="没有成功的系统服务；不写时检查档案本身。")
@pass_data
def alarm(data: Path, unit: str) -> None:
    """档案自己停了时，直接告诉运行维护人员（每天最多一次）；一切正常则不发。"""
    from archive.tell.alarm import alarm as tell  # with the templates and senders, needed only when something is wrong

    log = data.absolute() / RUN_LOG
    where = str(log) if log.exists() else f"journalctl -u {unit}"  # of cron, of systemd
    what = [f"{UNITS.get(unit, unit)}没有成功，请查看 {where}"] if unit else _wrong(data)
    if not what:
        out.print("一切正常，没有发送", markup=False)
        return
    taken, failures = tell(data, load_settings(data), what, clock.now())
    for sentence in (*what, *(f"没有送达：{failure}" for failure in failures)):
        err.print(sentence, markup=False)
    out.print(f"已告诉 {taken} 位运行维护人员", markup=False)
    raise SystemExit(FAILED if failures and not taken else OK)


def _wrong(data: Path) -> list[str]:
    """What is wrong with the archive, in sentences; a folder without one is, too."""
    try:
        with closing(read_only(data)) as connection:
            return [sign.says for sign in signs(data, connection, clock.now()) if not sign.ok]
    except (StoreError, sqlite3.Error) as error:
        return [str(error)]
