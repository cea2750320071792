"""`receive`, `try`, `add`, `sources`: what a person brings in, and the list of what is watched.

All of them need the crawler, which is started as a child.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from archive import words
from archive.commands import ATTENTION, FAILED, OK, USAGE, crawl_by_child, emit, err, json_option, out, pass_data
from archive.machine import child
from archive.machine.database import rows_of
from archive.publish.report import crawl_report, needs_person
from archive.record.look import read_only
from archive.text.filetypes import called


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--notice", "slug", required=True, metavar="SLUG", help="属于哪份通知。")
@click.option("--url", default="", help="它在网站上的地址；网页存档（.mhtml）自己会说，附件按名称认不出时须写明。")
@json_option
@pass_data
def receive(data: Path, file: Path, slug: str, url: str, as_json: bool) -> None:
    """收录由人在浏览器中另存的网页或附件（.html .mhtml .pdf .docx 等），记为“人工补采”。"""
    crawl_id = crawl_by_child(data, "receive", "--notice", slug, "--url", url, str(file.absolute()))
    with closing(read_only(data)) as connection:
        report = crawl_report(connection, crawl_id) | _received(connection, crawl_id)
        attention = needs_person(connection, crawl_id)
        if as_json:
            emit(report)
        else:
            _show_received(connection, report, slug)
    raise click.exceptions.Exit(ATTENTION if attention else OK)


def _received(connection: sqlite3.Connection, crawl_id: int) -> dict[str, Any]:
    row = connection.execute(
        """SELECT c.id, c.document_id, c.url, c.verdict, c.reason, c.detail, c.sha256, d.kind, d.name
           FROM captures c JOIN documents d ON d.id = c.document_id WHERE c.crawl_id = ?""",
        [crawl_id],
    ).fetchone()
    return {"received": dict(row)}


def _show_received(connection: sqlite3.Connection, report: dict[str, Any], slug: str) -> None:
    got = report["received"]
    what = words.DOCUMENT_KINDS[got["kind"]] + (f"“{got['name']}”" if got["name"] else "")
    verdict = words.verdict(got["verdict"], got["reason"])
    out.print(f"已收录为“人工补采”：{what}，{verdict}　{got['url']}", markup=False, soft_wrap=True)
    if got["detail"]:
        out.print(got["detail"], markup=False, soft_wrap=True)
    for change in report["changes"]:
        out.print(f"变化 {change['id']}：{words.change(change['kind'])}　{change['summary']}", markup=False)
    missing = rows_of(
        connection,
        """SELECT d.* FROM documents_in_force d JOIN notices n ON n.id = d.notice_id
           WHERE n.slug = ? AND d.kind = 'attachment' AND d.state = 'unread' ORDER BY d.id""",
        [slug],
    )
    if missing:
        out.print(f"还有 {len(missing)} 个附件没有取得。网站拦截程序时，请在浏览器里下载后逐个收录：", markup=False)
    for row in missing:
        out.print(f"  {row['name'] or '附件'}　{row['url']}", markup=False, soft_wrap=True)


# ---------------------------------------------------------------- try


@click.command("try")
@click.argument("target", metavar="URL|FILE")
@click.option("--url", default="", help="FILE 在网站上的地址，用来选规则和补全链接。")
@json_option
@pass_data
def try_(data: Path, target: str, url: str, as_json: bool) -> None:
    """读一个网页或文件，列出读到了什么、凭哪条规则、略去了什么；什么都不保存。"""
    found = _asked("try", data, "--url", url, "--", target)
    if as_json:
        emit(found)
    else:
        show_trial(found)
    raise click.exceptions.Exit(OK if found["verdict"] == "ok" and not found["proposal"] else ATTENTION)


# ---------------------------------------------------------------- the list


@click.command()
@click.argument("url")
@click.option("--slug", default="", help="简称（小写字母、数字和连字符）；不写则由网址得出。")
@click.option("--title", default="", help="标题；不写则取网页上的。")
@click.option("--issuer", default="", help="发布机构；不写则取网页上的。")
@click.option("--number", type=click.IntRange(min=1), default=None, help="序号；不写则接在最后。")
@click.option("--area", "areas", multiple=True, metavar="领域", help="适用的领域，可写几次。")
@click.option("--content", default="", help="正文所在的 CSS 选择器。")
@click.option("--listing", default="", help="发布机构列出新文件的网页。")
@click.option("--unseen", is_flag=True, help="不访问网页直接加入（网站拦截程序时用，须写 --title）。")
@json_option
@pass_data
def add(data: Path, url: str, as_json: bool, **options: Any) -> None:
    """核对一个网页后把它加入名单（数据目录的 sources.toml）。"""
    found = _asked("add", data, *_given(options), "--", url)
    if as_json:
        emit(found)
        return
    out.print(f"已加入 {found['file']}：\n", markup=False)
    out.print(found["toml"], markup=False, soft_wrap=True)
    if found["seen"] and found["seen"]["proposal"]:
        out.print("正文是猜出来的，修订不会自动告知；请把下面的规则也加进这个文件：\n", markup=False)
        out.print(found["seen"]["proposal"]["toml"], markup=False, soft_wrap=True)
    slug = found["notice"]["slug"]
    how = f"receive 网页文件 --notice {slug}" if options["unseen"] else f"crawl --notice {slug}"
    out.print(f"接着运行：guidelines {how}", markup=False)


def _given(options: dict[str, Any]) -> list[str]:
    given = ["--unseen"] * options["unseen"]
    for name in ("slug", "title", "issuer", "number", "content", "listing"):
        if options[name]:
            given += [f"--{name}", str(options[name])]
    return given + [part for area in options["areas"] for part in ("--area", area)]


@click.group()
def sources() -> None:
    """通知名单（sources.toml）。"""


@sources.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@pass_data
def check(data: Path, file: Path | None, as_json: bool) -> None:
    """核对名单，逐行列出全部错误；不写 FILE 则核对数据目录的 sources.toml。"""
    found = _asked("sources", data, *([str(file)] if file else []))
    if as_json:
        emit(found)
    elif found["ok"]:
        where = "内置名单" if found["built_in"] else found["file"]
        out.print(f"{where} 没有错误：{len(found['notices'])} 份通知，{found['areas']} 个领域", markup=False)
    else:
        for mistake in found["mistakes"]:
            line = f" 第 {mistake['line']} 行" if mistake["line"] else ""
            out.print(f"{found['file']}{line}：{mistake['text']}", markup=False, soft_wrap=True)
        out.print(f"共 {len(found['mistakes'])} 处错误", markup=False)
    raise click.exceptions.Exit(OK if found["ok"] else USAGE)


def _asked(command: str, data: Path, *arguments: str) -> Any:
    try:
        return child.ask(command, data, *arguments)
    except child.ChildFailed as failed:
        err.print(str(failed), markup=False, soft_wrap=True)
        raise click.exceptions.Exit(failed.code if failed.code in (FAILED, USAGE) else FAILED) from None


# ---------------------------------------------------------------- what `try` shows

LINES = 12
"""Of the text."""


def show_trial(found: dict[str, Any]) -> None:
    say(f"地址：{found['url'] or '（本机文件）'}")
    verdict = words.verdict(found["verdict"], found["reason"])
    say(f"结论：{verdict}" + (f"　{found['detail']}" if found["detail"] else ""))
    if found["media_type"]:
        say(f"类型：{called(found['media_type'])}")
    if found["body"]:
        site = found["site"]
        say(
            f"规则：{site['rule']} 的专门规则"
            if site["rule"]
            else f"规则：通用规则（{site['host'] or '未写地址'} 没有专门规则）"
        )
        _body(found["body"])
    if found["title"]["value"]:
        by = f"　← {found['title']['rule']}" if found["title"]["rule"] else ""
        say(f"标题：{found['title']['value']}{by}")
    for entry in found["metadata"]:
        say(f"{words.METADATA.get(entry['field'], entry['field'])}：{entry['value']}　← {entry['rule']}")
    _text(found["text"])
    _files(found)
    _rows(found["rows"])
    for doubt in found["review"]:
        say(f"请核对：{doubt}")
    if found["left_out"]:
        say("\n略去的内容：")
    for piece in found["left_out"]:
        say(f"  · {piece['why']}，{piece['characters']} 字：{piece['what']}")
    if found["proposal"]:
        _proposal(found["proposal"])


def _body(body: dict[str, Any]) -> None:
    sure = words.CONFIDENCE.get(body["confidence"], "没有读到")
    where = f"{body['rule']} {body['selector']}".strip()
    say(f"正文：{body['characters']} 字，可靠程度{sure}　← {where}")


def _text(text: str) -> None:
    lines = text.splitlines()
    if not lines:
        return
    say("\n文本：")
    for line in lines[:LINES]:
        say(f"  {line[:160]}")
    if len(lines) > LINES:
        say(f"  ……（共 {len(lines)} 行，全文见 --json）")


def _files(found: dict[str, Any]) -> None:
    if found["files"]:
        say(f"\n附件 {len(found['files'])} 个：")
    for file in found["files"]:
        say(f"  · {file['name']}　{file['url']}")
    if found["pictures"]:
        say(f"\n正文图片 {len(found['pictures'])} 张：")
    for picture in found["pictures"]:
        say(f"  · {picture['name']}　{picture['url']}")
    if found["members"]:
        say(f"\n压缩包内文件 {len(found['members'])} 个：")
    for path in found["members"]:
        say(f"  · {path}")


def _rows(rows: dict[str, Any]) -> None:
    if not rows["tables"]:
        return
    say(f"\n表格 {rows['tables']} 个，目录事项 {rows['count']} 条，其中待核 {rows['review']} 条")
    for row in rows["first"]:
        say("  " + "　".join(filter(None, row.values()))[:200])
    for row in rows["doubtful"]:
        say(f"  待核：{row['serial']} {row['level2'] or row['level1']}：{row['review']}")
    for why in rows["why"]:
        say(f"  请核对：{why}")


def _proposal(proposal: dict[str, Any]) -> None:
    say("\n没有规则适用于这个网站。建议把下面几行加进 sources.toml（请对照网页核对）：\n")
    say(proposal["toml"])
    say(
        f"按它重读：正文 {proposal['characters']} 字，{words.CONFIDENCE.get(proposal['confidence'], '')}，"
        f"标题“{proposal['title']}”，附件 {proposal['files']} 个，目录事项 {proposal['rows']} 条"
    )


def say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)
