"""What the sample files say (演示样本, every word ours): three areas of a standard catalogue, and the rows to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from tests.sites.catalogues import Layout, Row, Table, make_table, read_areas

TITLE = "社会救助等领域基层政务公开标准目录"
SAMPLE = "演示样本：本文件内容均为自编示例，不是任何部委的原文。"
BEFORE = (
    "附件1",
    TITLE,
    SAMPLE,
    "一、本目录供乡镇（街道）编制本级公开事项目录时参照，各地可以结合实际增加事项。",
    "二、“公开渠道和载体”一栏中，■表示选用，□表示未选用。",
)
NOTE = "注：公开时限以法律法规的规定为准；“√”表示适用。"
AFTER = "联系人：演示科；电话：010-00000000。"
AREAS = {"社会救助": "social-assistance", "养老服务": "elderly-care", "农村集体土地征收": "rural-land-expropriation"}
EACH = 7
"""Rows of an area."""


@frozen
class Catalogue:
    tables: tuple[Table, ...]
    rows: tuple[dict[str, Any], ...]
    """What must be read, one a row, in the words of `Item`."""


def catalogue(layout: Layout | None = None, areas: Sequence[str] = tuple(AREAS)) -> Catalogue:
    """One table an area; the 序号 starts again with each."""
    layout = layout or Layout()
    known = read_areas()
    chosen = {area: known[area][:EACH] for area in areas}
    tables = tuple(make_table(area, rows, layout) for area, rows in chosen.items())
    rows = [expected(n, row, AREAS[area], layout) for area, listed in chosen.items() for n, row in enumerate(listed, 1)]
    return Catalogue(tables, tuple(rows))


def expected(number: int, row: Row, area: str, layout: Layout) -> dict[str, Any]:
    both = len(layout.levels) == 2
    return {
        "serial": str(number),
        "level1": row.level1 if layout.split else f"{row.level1}—{row.level2}",
        "level2": row.level2 if layout.split else "",
        "content": row.content,
        "basis": row.basis,
        "time_limit": row.time_limit,
        "subject": row.subject,
        "channels": list(row.channels),
        "audience_all": row.everyone,
        "audience_specific": not row.everyone,
        "proactive": row.proactive,
        "on_request": not row.proactive,
        "county": row.county if both else None,
        "township": row.township if layout.levels else None,
        "area": area,
    }
