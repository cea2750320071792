"""`guidelines search`: ranked hits on the terminal."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
from rich.text import Text

from archive import words
from archive.commands import emit, json_option, out, pass_data
from archive.record.look import read_only
from archive.search.query import Hit, QueryError, search


@click.command("search")
@click.argument("query")
@click.option("--area", default="", metavar="SLUG", help="只在这个领域中检索。")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="最多列出几条。")
@json_option
@pass_data
def search_command(data: Path, query: str, area: str, limit: int, as_json: bool) -> None:
    """检索通知、附件文本和公开事项目录；几个词之间空一格，结果须同时含有。"""
    with closing(read_only(data)) as connection:
        try:
            hits = search(connection, query, area=area, limit=limit)
        except QueryError as error:
            raise click.UsageError(str(error)) from error
    if as_json:
        emit([hit.as_dict() for hit in hits])
        return
    if not hits:
        out.print("没有找到。", markup=False)
    for hit in hits:
        _print(hit)


def _print(hit: Hit) -> None:
    out.print(Text.assemble((f"【{words.HIT_KINDS[hit.kind]}】", "dim"), (hit.title, "bold")))
    if hit.snippet != hit.title:
        snippet = Text(hit.snippet.replace("\n", " "))
        for start, end in hit.hits:
            snippet.stylize("bold yellow", start, end)
        out.print(Text("  ").append_text(snippet))
    out.print(Text(f"  {hit.url}", "dim"))


COMMANDS: list[click.Command] = [search_command]
