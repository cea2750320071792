"""`guidelines crawl` and `reextract`: start the crawler as a child process, then report from the database."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import click

from archive import words
from archive.clock import local
from archive.commands import ATTENTION, OK, crawl_by_child, emit, json_option, out, pass_data
from archive.record.look import read_only
from archive.settings import load_settings
from archive.watched import Role


@click.command()
@click.option("--all", "everything", is_flag=True, help="抓取全部通知，不论是否到期。")
@click.option("--notice", "slugs", multiple=True, metavar="SLUG", help="只抓取这些通知。")
@click.option(
    "--sources", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="另用一份通知名单（TOML）。"
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="WARC",
    help="不联网，从 WARC 文件中重放。",
)
@click.option("--delay", type=click.FloatRange(min=0), help="同一主机两次请求之间的秒数；0 表示不等待。")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="一次下载最多几秒。")
@click.option("--max-bytes", type=click.IntRange(min=1), help="一个文件最大几字节（解压后）。")
@click.option("--confirm-after", type=click.FloatRange(min=0), help="发现修订后隔几秒再取一次以确认；0 表示马上。")
@json_option
@pass_data
def crawl(data: Path, as_json: bool, **options: Any) -> None:
    """抓取到期的通知，列出每份通知的结论和发现的变化。"""
    where = "" if (data / "archive.db").exists() else "（还没有档案，将新建；档案若在别处，请用 --data 指出）"
    click.echo(f"数据目录：{data.absolute()}{where}", err=True)
    crawl_id = crawl_by_child(data, "crawl", *_arguments(options))
    from archive.publish.report import crawl_report, needs_person  # not while the child needs the memory

    connection = read_only(data)
    report = crawl_report(connection, crawl_id)
    attention = needs_person(connection, crawl_id)
    if as_json:
        emit(report)
    else:
        _print(connection, report, load_settings(data).zone)
    raise click.exceptions.Exit(ATTENTION if attention else OK)


def _arguments(options: dict[str, Any]) -> list[str]:
    """The options as the crawler takes them."""
    given: list[tuple[str, Any]] = [("--notice", slug) for slug in options["slugs"]]
    given += [("--replay", path) for path in options["replay"]]
    for name in ("sources", "delay", "timeout", "max_bytes", "confirm_after"):
        if options[name] is not None:
            given.append((f"--{name.replace('_', '-')}", options[name]))
    return ["--all"] * options["everything"] + [str(part) for pair in given for part in pair]


def _print(connection: sqlite3.Connection, report: dict[str, Any], zone: Any) -> None:
    if not report["notices"]:
        _nothing_due(connection, zone)
        return
    from rich.table import Table

    from archive.publish.report import notices

    table = Table("序号", "通知", "结论", "附件", box=None, pad_edge=False)
    titles = notices(connection)
    for slug, entry in report["notices"].items():
        files = "，".join(f"{words.verdict(verdict)} {n}" for verdict, n in sorted(entry["attachments"].items()))
        verdict = words.verdict(entry["verdict"], entry["reason"])
        number = str(titles[slug]["number"]) if titles[slug]["role"] == Role.NOTICE else ""
        table.add_row(number, titles[slug]["title"], verdict, files or "—")
    out.print(table)
    out.print("合计：" + "，".join(f"{words.verdict(verdict)} {n}" for verdict, n in report["verdicts"].items()))
    if not report["changes"]:
        out.print("没有发现变化。")
    for change in report["changes"]:
        about = change["notice"] or change["law"]
        out.print(f"变化 {change['id']}：{words.change(change['kind'])}　{about}　{change['summary']}", markup=False)


def _nothing_due(connection: sqlite3.Connection, zone: Any) -> None:
    """When the next visits are due, and which notices are waiting because the last one failed."""
    from archive.publish.report import visits

    rows = visits(connection)
    failing = [row for row in rows if row["state"] not in ("current", "never-fetched")]
    silent = [row["reason"] for row in failing if row["state"] == "unreachable"]
    if not failing:
        next_due = local(rows[0]["next_due"], zone) if rows else ""
        out.print(f"没有到期的通知，下次最早 {next_due} 到期。要立即抓取全部通知，请加 --all。", markup=False)
        return
    why = []
    if silent:
        every = "都" if len(silent) == len(rows) else ""
        why.append(f"上次 {len(silent)} 份{every}没有连上（{words.reason(max(set(silent), key=silent.count))}）")
    if len(failing) > len(silent):
        why.append(f"{len(failing) - len(silent)} 份没有取到可用的内容")
    out.print(
        f"现在没有到期的通知：{'，'.join(why)}，最早 {local(failing[0]['next_due'], zone)} 再试。"
        "要马上重试：guidelines crawl --all；各份的情况：guidelines status",
        markup=False,
        soft_wrap=True,
    )


@click.command()
@json_option
@pass_data
def reextract(data: Path, as_json: bool) -> None:
    """用当前版本的读取程序重新读取全部原文；由此产生的差别记为“读取程序改进”，不算修订。"""
    from archive.publish.report import crawl_report

    read_only(data).close()  # says so when there is no archive
    report = crawl_report(read_only(data), crawl_by_child(data, "reextract"))
    if as_json:
        emit(report)
    else:
        out.print(f"重新读取完毕，{len(report['changes'])} 份文件的文字或表格有更新。")
