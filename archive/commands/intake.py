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
from archive.commands import ATTENTION, OK, crawl_by_child, emit, json_option, out, pass_data
from archive.publish.report import crawl_report, needs_person
from archive.record.look import read_only
from archive.record.received import waiting_files


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
    missing = waiting_files(connection, slug)
    if missing:
        out.print(f"还有 {len(missing)} 个附件没有取得。网站拦截程序时，请在浏览器里下载后逐个收录：", markup=False)
    for row in missing:
        out.print(f"  {row['name'] or '附件'}　{row['url']}", markup=False, soft_wrap=True)


COMMANDS: list[click.Command] = [receive]
