"""`guidelines search`: ranked hits on the terminal."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
from rich.text import Text

from archive import words
from archive.commands import emit, err, json_option, out, pass_data
from archive.record.look import read_only
from archive.search.ask import QueryError
from archive.search.query import Hit, find, hits
from archive.search.rank import Filters


@click.command("search")
@click.argument("query")
@click.option("--area", default="", metavar="SLUG", help="只在这个领域中检索。")
@click.option("--former", is_flag=True, help="查旧版，不查现行内容。")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="最多列出几条。")
@json_option
@pass_data
def search_(data: Path, query: str, area: str, former: bool, limit: int, as_json: bool) -> None:
    """检索通知、附件文本和公开事项目录。

    几个词之间空一格，结果须同时含有；没有时逐步放宽，并注明。"加引号"的只查原样；甲 OR 乙，含有其一；-丙，不含丙。
    """
    with closing(read_only(data)) as connection:
        try:
            found = find(connection, query, Filters(area=area, former=former), need=limit)
        except QueryError as error:
            raise click.UsageError(str(error)) from error
        shown = hits(connection, found, limit)
    for problem in found.problems:
        err.print(problem, markup=False)
    if as_json:
        emit([hit.as_dict() for hit in shown])
        return
    if not shown:
        out.print("没有找到。", markup=False)
    for said in found.said.values():
        out.print(said, markup=False)
    for hit in shown:
        _print(hit)


def _print(hit: Hit) -> None:
    kind = f"{'旧版' if hit.former else ''}{words.HIT_KINDS[hit.kind]}"
    out.print(Text.assemble((f"【{kind}】", "dim"), (hit.title, "bold")))
    if hit.snippet != hit.title:
        snippet = Text(hit.snippet.replace("\n", " "))
        for start, end in hit.hits:
            snippet.stylize("bold yellow", start, end)
        out.print(Text("  ").append_text(snippet))
    if hit.review:
        out.print(Text(f"  {hit.review}", "yellow"))
    out.print(Text(f"  {hit.url}", "dim"))
