"""Two local catalogues of our own for the demonstration (演示样本): `python -m tests.sites.locals`.

Their tables are those of two generated copies (tests/local/generator.py). demo.toml declares them; replaying
locals.warc.gz beside replica.warc.gz gives what `/local` shows.
"""

from __future__ import annotations

import tomllib
from typing import Any

from tests.formats.writers import write_html
from tests.local.generator import Copy, copies
from tests.sites.build import HERE, Exchange, warc

DECLARED = HERE / "demo.toml"
SEEDS = {"demo-shitang": 3, "demo-linxi": 12}
PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/zwgk/">政务公开（演示样本）</a></div>
<div class="article"><h1>{title}</h1><p class="info">发布日期：2021-03-01</p>
<div class="TRS_Editor"><p>各乡镇人民政府、街道办事处，各有关部门：</p>
<p>演示样本，内容全部自编。现将本级基层政务公开标准目录公布如下，请对照执行。</p>
{tables}</div></div>
<div class="foot">演示样本，非任何机关的原文</div></body></html>
"""


def declared() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(DECLARED.read_text("utf-8"))["local"]
    return found


def exchanges() -> tuple[Exchange, ...]:
    made: dict[int, Copy] = dict(zip(SEEDS.values(), copies(tuple(SEEDS.values())), strict=True))
    pages = []
    for local in declared():
        copy = made[SEEDS[local["slug"]]]
        tables = write_html(copy.grids).decode().partition("<body>")[2].partition("</body>")[0]
        body = PAGE.format(title=f"{copy.county}基层政务公开标准目录", tables=tables).encode()
        pages.append(Exchange(local["url"], "", body, "text/html; charset=utf-8", local["slug"]))
    return tuple(pages)


def write() -> None:
    (HERE / "locals.warc.gz").write_bytes(warc(exchanges()))


if __name__ == "__main__":
    write()
