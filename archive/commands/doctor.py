"""`guidelines doctor`: whether this machine can do its work, one line a check, with the remedy."""

from __future__ import annotations

import json
import platform
import re
import sqlite3
import ssl
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from archive import SOFTWARE
from archive.clock import iso, now
from archive.commands import FAILED, emit, err, json_option, out, pass_data, stop
from archive.machine import child, faults
from archive.operate import machine
from archive.operate.checks import Check, State, broken, exit_code

SHOWN = {State.OK: "正常　", State.PERSON: "需处理", State.BROKEN: "不可用"}


@click.command()
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="把查到的情况写成一份 JSON 文件（不含密码和联系方式）。",
)
@json_option
@pass_data
def doctor(data: Path, record: Path | None, as_json: bool) -> None:
    """体检：网络、代理、域名、证书、各网站的 robots.txt、读取程序、磁盘、时钟、权限，各给出处理办法。"""
    err.print("正在检查，最多约一分钟……", markup=False)
    found, hosts = _ask_the_crawler(data)
    checks = [*machine.checks(data), *found]
    if record is not None:
        _write(record, found, hosts)
    if as_json:
        shown = {"ok": not exit_code(checks), "checks": [asdict(check) for check in checks], "hosts": hosts}
        emit(shown)
    else:
        _show(checks)
    raise click.exceptions.Exit(exit_code(checks))


def _show(checks: Sequence[Check]) -> None:
    for check in checks:
        out.print(f"{SHOWN[check.state]}　{check.says}", markup=False, soft_wrap=True)
        for detail in check.details:
            out.print(f"　　　　· {detail}", markup=False, soft_wrap=True)
        if check.remedy:
            out.print(f"　　　　处理：{check.remedy}", markup=False, soft_wrap=True)
    left = [check for check in checks if check.state is not State.OK]
    out.print(f"共 {len(checks)} 项，" + (f"{len(left)} 项需要处理" if left else "都正常"), markup=False)


def _ask_the_crawler(data: Path) -> tuple[list[Check], list[dict[str, Any]]]:
    """Its checks and what it found of each host; a check that says why when it cannot even start."""
    try:
        found = child.ask("doctor", data)
    except child.ChildFailed as failed:
        return [broken("crawler", f"抓取程序不能运行：{failed}", "请按上面的提示处理，或重新安装程序")], []
    return [_check(c) for c in found["checks"]], found["hosts"]


def _check(raw: dict[str, Any]) -> Check:
    return Check(**(raw | {"state": State(raw["state"]), "details": tuple(raw["details"])}))


def _write(path: Path, checks: Sequence[Check], hosts: Sequence[dict[str, Any]]) -> None:
    """What was found, for whoever improves the program: versions, hosts, answers; neither passwords nor the contact."""
    document = {
        "software": SOFTWARE,
        "at": iso(now()),
        "network": any(host["status"] is not None and not host["trouble"] for host in hosts),
        "versions": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "sqlite": sqlite3.sqlite_version,
            "openssl": ssl.OPENSSL_VERSION,
            **_needed(),
        },
        "checks": [{"what": check.what, "state": check.state, "says": check.says} for check in checks],
        "hosts": list(hosts),
    }
    try:
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        stop(FAILED, f"不能写入 {path}：{faults.why(error)}")
    err.print(f"已写入 {path}", markup=False)


def _needed() -> dict[str, str]:
    """The packages that this program declares, with their versions; '' for one that is not installed."""
    lines = [line for line in requires("guidelines-archive") or () if "extra ==" not in line]
    found = {}
    for name in sorted(re.split(r"[^\w.-]", line)[0] for line in lines):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
