"""`guidelines subscriptions`: who wants to know what. These commands edit subscriptions.toml as a person would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

import click
from rich.table import Table

from archive.commands import FAILED, USAGE, emit, err, json_option, out, pass_data, stop
from archive.machine.toml import SettingsError
from archive.record.look import read_only
from archive.tell import edit
from archive.tell.subscriptions import DAYS, NAME, Subscriber, load
from archive.words.channels import DELIVERY
from archive.words.columns import LEVELS


@click.group()
def subscriptions() -> None:
    """订阅：谁要知道什么，从哪里知道。"""


@subscriptions.command("check")
@click.option("--send", "to", metavar="名称", help="给这个订阅人发一条测试消息。")
@json_option
@pass_data
def check(data: Path, to: str | None, as_json: bool) -> None:
    """检查 subscriptions.toml，逐行指出问题。"""
    from archive.tell import send

    path = data / NAME
    if not path.exists():
        stop(USAGE, f"还没有 {path}；写法见 docs/operating.md")
    known = (data / "archive.db").exists()
    wrong = ""
    try:
        with closing(read_only(data)) if known else nullcontext() as archive:
            subscribers = load(data, archive).subscribers
        mistakes = [(s.line, why) for s in subscribers if (why := send.check(s))]
        wrong = "\n".join(f"第 {line} 行起的订阅人：{why}" for line, why in mistakes)
    except SettingsError as error:
        mistakes, wrong = [(m.line, m.text) for m in error.mistakes], str(error)
    if as_json:
        emit({"ok": not mistakes, "mistakes": [{"line": line, "text": why} for line, why in mistakes]})
    elif wrong:
        err.print(wrong, markup=False)
    if wrong:
        raise SystemExit(USAGE)
    if not as_json:
        _show(subscribers)
        if not known:
            out.print("还没有档案，领域和通知的名称要等第一次抓取后才能核对。", markup=False)
    if to is not None:
        _send_test(data, subscribers, to)


def _show(subscribers: Sequence[Subscriber]) -> None:
    table = Table("订阅人", "渠道", "范围", "时间", "角色")
    for s in subscribers:
        table.add_row(
            s.name,
            DELIVERY[s.channel],
            "、".join((*s.areas, *s.notices, *(LEVELS[level] for level in sorted(s.levels)))) or "全部",
            _when(s),
            ("运行维护" if s.operator else "读者") + ("（暂停）" if s.paused else ""),
        )
    out.print(table)


def _when(subscriber: Subscriber) -> str:
    if subscriber.at is None:
        return "立即"
    day = "每日" if subscriber.weekday is None else f"每{DAYS[subscriber.weekday]}"
    return f"{day} {subscriber.at:%H:%M}"


def _send_test(data: Path, subscribers: Sequence[Subscriber], to: str) -> None:
    from archive.tell.rounds import send_trial
    from archive.tell.send.errors import SendError

    subscriber = next((s for s in subscribers if s.name == to), None)
    if subscriber is None:
        stop(USAGE, f"没有名为“{to}”的订阅人")
    try:
        send_trial(data, subscriber)
    except SendError as error:
        stop(FAILED, f"测试消息没有送达：{error}")
    err.print("测试消息已送达", markup=False)


@subscriptions.command("add")
@click.argument("name")
@click.argument("address")
@click.option("--area", "areas", multiple=True, metavar="名称", help="只要这个领域的变化；可写多次。")
@click.option("--notice", "notices", multiple=True, metavar="SLUG", help="只要这份通知的变化；可写多次。")
@click.option("--daily", metavar="HH:MM", help="每日汇总，在这个时刻；不写是立即。")
@click.option("--weekly", metavar="周几", help="每周汇总，在这一天（周一至周日）；时刻用 --daily 写，不写是 08:30。")
@click.option("--level", "levels", multiple=True, metavar="层级", help="只要这一级的事项（县级或乡级）；可写多次。")
@click.option("--operator", is_flag=True, help="运行维护人员：另外收到运行提醒。")
@click.option(
    "--mail", "server", metavar="网址", help="发信服务器（mailtos://…），还没有写过时才需要；密钥请写成 ${名称}。"
)
@pass_data
def add(data: Path, name: str, address: str, server: str | None, **given: object) -> None:
    """增加一个订阅人。地址写法见运行手册第 4 节。"""
    _edited(data, lambda text: edit.added(text, name, address, server, given))
    out.print(f"已增加订阅人“{name}”；试投一条：guidelines subscriptions test {name}", markup=False)


@subscriptions.command("test")
@click.argument("name")
@pass_data
def test(data: Path, name: str) -> None:
    """给一个订阅人发一条测试消息。"""
    _send_test(data, load(data, None).subscribers, name)


@subscriptions.command("pause")
@click.argument("name")
@click.option("--resume", is_flag=True, help="恢复投递。")
@pass_data
def pause(data: Path, name: str, resume: bool) -> None:
    """暂停一个订阅人：其间的提醒留着，恢复后一并投递。"""
    _edited(data, lambda text: edit.paused(text, name, not resume))
    out.print(f"订阅人“{name}”已{'恢复' if resume else '暂停'}", markup=False)


@subscriptions.command("remove")
@click.argument("name")
@pass_data
def remove(data: Path, name: str) -> None:
    """删除一个订阅人。"""
    _edited(data, lambda text: edit.removed(text, name))
    out.print(f"已删除订阅人“{name}”", markup=False)


def _edited(data: Path, change: Callable[[str], str]) -> None:
    """Write the file changed, when it can be read afterwards; what is wrong is said, and the file left as it was."""
    try:
        edit.rewrite(data, change)
    except (edit.Unknown, SettingsError) as error:
        stop(USAGE, error)
