"""Telling people: `notify`, `deliveries`. What `notify` prints is logged: it names nobody."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import asdict
from rich.table import Table

from archive import clock
from archive.clock import local
from archive.commands import ATTENTION, FAILED, OK, USAGE, emit, err, json_option, out, pass_data, stop
from archive.settings import load_settings
from archive.tell.outbox import Outbox
from archive.tell.subscriptions import Subscriber
from archive.words.channels import DELIVERY

if TYPE_CHECKING:
    from archive.tell.messages import Message

STATES = {"pending": "待投递", "sending": "投递中", "dead": "已停止重试"}
KINDS = {"change": "变化", "restored": "恢复原文", "alert": "运行提醒", "recovery": "运行恢复"}


@click.command()
@click.option("--dry-run", is_flag=True, help="只列出将要投递的消息，不投递，也不作记录。")
@click.option("--preview", "to", metavar="名称", help="写出将要发给这个订阅人的消息，不投递，也不作记录。")
@click.option("--raw", is_flag=True, help="与 --preview 合用：一字不差地写出对方服务器将收到的内容。")
@json_option
@pass_data
def notify(data: Path, dry_run: bool, to: str | None, raw: bool, as_json: bool) -> None:
    """把新的变化投递给订阅人，并重试此前没有送达的。"""
    from archive.tell import rounds  # with the templates, which no other command should wait for

    settings = load_settings(data)
    if raw and to is None:
        stop(USAGE, "--raw 只与 --preview 合用")
    if to is not None:
        _show_messages(rounds.preview(data, settings), to, raw)
        return
    if dry_run:
        _print_plan(rounds.preview(data, settings), as_json)
        return
    report = rounds.notify(data, settings)
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


def _show_messages(found: Sequence[tuple[Subscriber, Sequence[Message]]], to: str, raw: bool) -> None:
    """What one subscriber would get; with `raw` nothing but its bytes goes to standard output."""
    from archive.tell.send import wire

    messages = next((messages for subscriber, messages in found if subscriber.name == to), None)
    subscriber = next((subscriber for subscriber, _ in found if subscriber.name == to), None)
    if subscriber is None or messages is None:
        stop(USAGE, f"没有名为“{to}”的订阅人，或已暂停")
    for number, message in enumerate(messages, 1):
        err.print(f"第 {number} 条，共 {len(messages)} 条，{DELIVERY[subscriber.channel]}", markup=False)
        if raw:
            sys.stdout.buffer.write(wire(subscriber, message))
        else:
            click.echo(f"{message.title}\n\n{message.text}\n")
    if not messages:
        err.print("现在没有要发给这个订阅人的消息", markup=False)


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
        channel = DELIVERY[str(line["channel"])]
        out.print(f"订阅 {line['subscriber']}（{channel}）  {line['key']}  {line['title']}", markup=False)
    out.print(f"将投递 {len(planned)} 条消息", markup=False)


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
        stop(FAILED, "没有投递记录")
    with closing(Outbox.open(data)) as outbox:
        count = outbox.revive(list(ids) or None, clock.now(), state)
    out.print(f"{count} {said}", markup=False)
    if ids and count < len(ids):
        stop(FAILED, "其余的序号不存在，或不在停止重试之列")
