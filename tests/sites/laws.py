"""Three laws of our own for the demonstration (演示样本), and one of them amended: `python -m tests.sites.laws`.

Rows of the replica rest on them (catalogue.txt). demo.toml declares them beside the built-in notices; replaying
laws.warc.gz and then laws-amended.warc.gz gives one change of kind basis-amended.
"""

from __future__ import annotations

import tomllib
from typing import Any

from attrs import frozen

from tests.sites.build import HERE, Exchange, warc

DEMO = HERE / "demo.toml"
PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/fagui/">法规库（演示样本）</a></div>
<div class="article"><h1>{title}</h1><p class="info">发布日期：{published}</p>
<div class="TRS_Editor">{paragraphs}</div></div>
<div class="foot">演示样本，非任何机关的原文</div></body></html>
"""


@frozen
class Sample:
    published: str
    articles: tuple[str, ...]


SAMPLES = {
    "demo-agriculture": Sample(
        "2019-05-20",
        (
            "第一条　为规范农业相关转移支付资金的公开，编写本演示样本，内容全部自编，不作任何依据。",
            "第二条　县级农业农村部门应当公开资金的分配因素、补助对象和补助金额。",
            "第三条　补助对象名单在村公示栏公示，公示期限不少于7天。",
            "第四条　本示例自发布之日起用于演示。",
        ),
    ),
    "demo-housing": Sample(
        "2019-04-12",
        (
            "第一条　为演示住房保障信息的公开，编写本样本，内容全部自编，不作任何依据。",
            "第二条　保障对象的名单应当在作出决定之日起20个工作日内公开。",
            "第三条　年度建设计划、开工和竣工情况每季度公开一次。",
        ),
    ),
    "demo-poverty": Sample(
        "2019-03-08",
        (
            "第一条　为演示扶贫项目的公告公示，编写本样本，内容全部自编，不作任何依据。",
            "第二条　项目安排和资金使用结果分别在县、乡、村三级公告公示。",
            "第三条　公告公示应当写明监督电话和受理时限。",
        ),
    ),
}
AMENDED = {
    "demo-agriculture": Sample(
        "2026-11-19",
        (
            *SAMPLES["demo-agriculture"].articles[:2],
            "第三条　补助对象名单在村公示栏和县级政府网站公示，公示期限不少于10天。",
            SAMPLES["demo-agriculture"].articles[3],
        ),
    ),
}


def declared() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(DEMO.read_text("utf-8"))["law"]
    return found


def exchanges(samples: dict[str, Sample]) -> tuple[Exchange, ...]:
    pages = []
    for law in declared():
        if sample := samples.get(law["slug"]):
            paragraphs = "\n".join(f"<p>{article}</p>" for article in sample.articles)
            body = PAGE.format(title=law["title"], published=sample.published, paragraphs=paragraphs).encode()
            pages.append(Exchange(law["url"], "", body, "text/html; charset=utf-8", law["slug"]))
    return tuple(pages)


def write() -> None:
    (HERE / "laws.warc.gz").write_bytes(warc(exchanges(SAMPLES)))
    (HERE / "laws-amended.warc.gz").write_bytes(warc(exchanges(AMENDED)))


if __name__ == "__main__":
    write()
