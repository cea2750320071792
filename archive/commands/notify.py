"""Telling people: `notify`, `subscriptions check`, `deliveries`. What `notify` prints is logged: it names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from attrs import asdict
from rich.table import Table

from archive import clock
from archive.clock import local
from archive.commands import ATTENTION, FAILED, OK, USAGE, emit, err, json_option, out, pass_data
from archive.machine.toml import SettingsError
from archive.record.about import site_name_under
from archive.record.look import read_only
from archive.settings import load_settings
from archive.tell.outbox import Outbox
from archive.tell.subscriptions import NAME, Subscriber, load

if TYPE_CHECKING:
    from archive.tell.messages import Message

STATES = {"pending": "待投递", "sending": "投递中", "dead": "已停止重试"}
KINDS = {"change": "变化", "restored": "恢复原文", "alert": "运行提醒", "recovery": "运行恢复"}
CHANNELS = {"mail": "邮件", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "apprise": "apprise"}


@click.command()
@click.option("--dry-run", is_flag=True, help="只列出将要投递的消息，不投递，也不作记录。")
@json_option
@pass_data
def notify(data: Path, dry_run: bool, as_json: bool) -> None:
    """把新的变化投递给订阅人，并重试此前没有送达的。"""
    from archive.tell import rounds  # with the templates, which no other command should wait for

    settings = load_settings(data)
    try:
        if dry_run:
            _print_plan(rounds.preview(data, settings), as_json)
            return
        report = rounds.notify(data, settings)
    except SettingsError as error:
        _stop(USAGE, error)
    except rounds.NotifyLockHeld as error:
        _stop(FAILED, error)
    if as_json:
        emit(asdict(report))
    else:
        for failure in report.messages:
            if failure["state"] != "sent":
                err.print(f"投递编号 {failure['key']} 没有送达：{failure['error']}", markup=False)
        counts = f"已送达 {report.sent} 项，未送达 {report.failed} 项，待投递 {report.pending} 项"
        out.print(counts + (f"，已停止重试 {report.dead} 项" if report.dead else ""), markup=False)
        if report.resent:
            out.print(f"上次投递中断，重发 {report.resent} 项（投递编号不变）", markup=False)
    raise SystemExit(ATTENTION if report.dead else OK)


def _stop(code: int, why: object) -> NoReturn:
    err.print(str(why), markup=False)
    raise SystemExit(code)


def _print_plan(found: Sequence[tuple[Subscriber, Sequence[Message]]], as_json: bool) -> None:
    """What a round would send, without a word about to whom."""
    planned = [
        {"subscriber": number, "channel": subscriber.channel, "key": message.key, "title": message.title}
        for number, (subscriber, messages) in enumerate(found, 1)
        for message in messages
    ]
    if as_json:
        emit(planned)
        return
    for line in planned:
        channel = CHANNELS[str(line["channel"])]
        out.print(f"订阅 {line['subscriber']}（{channel}）  {line['key']}  {line['title']}", markup=False)
    out.print(f"将投递 {len(planned)} 条消息", markup=False)


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
        _stop(USAGE, f"还没有 {path}；写法见 docs/operating.md")
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
            CHANNELS[s.channel],
            "、".join((*s.areas, *s.notices)) or "全部",
            f"每日 {s.at:%H:%M}" if s.at else "立即",
            "运行维护" if s.operator else "读者",
        )
    out.print(table)


def _send_test(data: Path, subscribers: Sequence[Subscriber], to: str) -> None:
    from archive.tell.messages import trial_message
    from archive.tell.send import send
    from archive.tell.send.errors import SendError

    subscriber = next((s for s in subscribers if s.name == to), None)
    if subscriber is None:
        _stop(USAGE, f"没有名为“{to}”的订阅人")
    try:
        base_url, site = load_settings(data).base_url, site_name_under(data)
        send(subscriber, trial_message(subscriber.channel, base_url, site, clock.iso(clock.now())))
    except SendError as error:
        _stop(FAILED, f"测试消息没有送达：{error}")
    err.print("测试消息已送达", markup=False)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def deliveries(context: click.Context, as_json: bool) -> None:
    """列出待投递和停止重试的消息；retry 重新投递，drop 放弃。"""
    if context.invoked_subcommand is None:
        _list(context.find_root().obj, as_json)


def _list(data: Path, as_json: bool) -> None:
    rows = []
    if (data / "notify.db").exists():
        with closing(Outbox.open(data)) as outbox:
            rows = outbox.waiting()
    if as_json:
        shown = ("id", "key", "name", "kind", "change_id", "state", "attempts", "next_at", "error")
        emit([{name: row[name] for name in shown} for row in rows])
        return
    if not rows:
        out.print("没有待投递的消息", markup=False)
        return
    zone = load_settings(data).zone
    table = Table("序号", "投递编号", "订阅人", "内容", "状态", "次数", "下次", "原因")
    for row in rows:
        what = KINDS[row["kind"]] + (f" {row['change_id']}" if row["change_id"] else "")
        when = "" if row["state"] == "dead" else local(row["next_at"], zone)
        cells = (
            row["id"],
            row["key"],
            row["name"],
            what,
            STATES[row["state"]],
            row["attempts"],
            when,
            row["error"] or "",
        )
        table.add_row(*map(str, cells))
    out.print(table)


@deliveries.command("retry")
@click.argument("ids", nargs=-1, type=int)
@pass_data
def retry(data: Path, ids: tuple[int, ...]) -> None:
    """重新投递已停止重试的消息（不写序号：全部）。"""
    _settle(data, ids, "pending", "项已排入下次投递")


@deliveries.command("drop")
@click.argument("ids", nargs=-1, type=int, required=True)
@pass_data
def drop(data: Path, ids: tuple[int, ...]) -> None:
    """放弃这些已停止重试的消息。"""
    _settle(data, ids, "dropped", "项已放弃")


def _settle(data: Path, ids: tuple[int, ...], state: str, said: str) -> None:
    if not (data / "notify.db").exists():
        _stop(FAILED, "没有投递记录")
    with closing(Outbox.open(data)) as outbox:
        count = outbox.revive(list(ids) or None, clock.now(), state)
    out.print(f"{count} {said}", markup=False)
    if ids and count < len(ids):
        _stop(FAILED, "其余的序号不存在，或不在停止重试之列")


COMMANDS: list[click.Command] = [notify, subscriptions, deliveries]
