"""Disturbances that are no news: what a site changes around a notice, or in how it is written and sent.

A class is a function with the day's generator in and a `Day` out; the registry gives it a name. Issues on reading add
their own with `@outside`, `@inside` or `@unseen`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from random import Random

from attrs import field, frozen

Rewrite = Callable[[str], str]


class Where(StrEnum):
    OUTSIDE = "outside"
    """Beside the notice: never told."""
    INSIDE = "inside"
    """Within the container of the text: the first change may be told once."""
    UNSEEN = "unseen"
    """Other bytes, the same to a reader: never told."""


@frozen
class Wire:
    """How an answer is sent."""

    charset: str = "utf-8"
    gzip: bool = False
    chunked: bool = False
    etag: str = "content"
    """content | fresh (another one at every answer) | none"""


@frozen
class Day:
    """What one disturbance does at one visit."""

    slots: dict[str, str] = field(factory=dict)
    rewrite: Rewrite | None = None
    wire: Wire | None = None
    query: str = ""
    """Added to the links of the files."""
    saved: int = 0
    """The files were saved again this many times."""


@frozen
class Furniture:
    name: str
    where: Where
    make: Callable[[Random, int, int], Day]
    """(generator of this visit, the visit's day, how many requests for the page were answered in this visit) → Day"""
    each_request: bool = False


ALL: dict[str, Furniture] = {}
Maker = Callable[[Random, int, int], Day]


def _register(where: Where, name: str, each_request: bool = False) -> Callable[[Maker], Maker]:
    def add(make: Maker) -> Maker:
        ALL[name] = Furniture(name, where, make, each_request)
        return make

    return add


def outside(name: str) -> Callable[[Maker], Maker]:
    return _register(Where.OUTSIDE, name)


def inside(name: str, each_request: bool = False) -> Callable[[Maker], Maker]:
    return _register(Where.INSIDE, name, each_request)


def unseen(name: str, each_request: bool = False) -> Callable[[Maker], Maker]:
    return _register(Where.UNSEEN, name, each_request)


def date_of(day: int) -> tuple[int, int, int]:
    """A calendar for the pages: day 0 is 2026-12-01, months have 28 days."""
    return 2026 + (11 + day // 28) // 12, (11 + day // 28) % 12 + 1, day % 28 + 1


NEWS = (
    "演示部召开样本工作推进会", "样例市政务大厅延长服务时间", "我部发布年度样本统计公报", "样例县举办政策宣讲活动",
    "全国样本培训班在样例市开班", "关于召开样本座谈会的预告", "样例省出台配套措施",
    "模拟演练顺利完成", "样本数据开放平台上线",
    "演示部领导赴样例县调研", "样本志愿服务月启动",
    "样例市公布重点工程清单", "样本创新大赛收官", "样例区开展专项检查", "样本之星评选结果揭晓", "样例乡建成便民服务点",
)  # fmt: skip


def _news(rng: Random, count: int, dated: bool = False) -> str:
    def line(title: str) -> str:
        date = f"<span>{rng.randint(1, 12):02}-{rng.randint(1, 28):02}</span>" if dated else ""
        return f'<li><a href="/xw/t{rng.randint(1000, 9999)}.html">{title}</a>{date}</li>'

    return f"<ul>{''.join(line(title) for title in rng.sample(NEWS, count))}</ul>"


# ------------------------------------------------------------ beside the notice


@outside("counter-outside")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day(
        {
            "info": f"<span>浏览次数：{1000 + 37 * day + rng.randint(0, 9)}</span>",
            "foot": f"<p>今日访问量：{rng.randint(100, 9999)}</p>",
        }
    )


@outside("today-outside")
def _(_rng: Random, day: int, _request: int) -> Day:
    year, month, date = date_of(day)
    return Day({"top": f"<span>今天是{year}年{month}月{date}日　星期{'一二三四五六日'[day % 7]}</span>"})


@outside("updated-outside")
def _(rng: Random, day: int, _request: int) -> Day:
    year, month, date = date_of(day)
    return Day(
        {"foot": f"<p>页面生成时间 {year}-{month:02}-{date:02} {rng.randint(8, 18):02}:{rng.randint(10, 59)}:07</p>"}
    )


@outside("links-outside")
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day({"side": f'<div class="tj"><h3>热门推荐</h3>{_news(rng, 5, dated=True)}</div>'})


@outside("related-growing")
def _(_rng: Random, day: int, _request: int) -> Day:
    count = min(1 + day // 3, len(NEWS))
    items = "".join(f'<li><a href="/xw/r{n}.html">{NEWS[n]}</a></li>' for n in range(count))
    return Day({"after": f'<div class="related"><h3>相关文件</h3><ul>{items}</ul></div>'})


@outside("banner-outside")
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day({"top": f'<div class="banner"><a href="/zt/{rng.randint(1, 99)}/">专题：{rng.choice(NEWS)}</a></div>'})


@outside("weather")
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day({"top": f'<div class="weather">样例市 {rng.choice("晴阴雨雪")} {rng.randint(-9, 12)}℃</div>'})


# ------------------------------------------------------------ within the container


@inside("counter-inside")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day({"below": f"<p>阅读次数：{2000 + 41 * day + rng.randint(0, 9)}</p>"})


@inside("likes-inside")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day({"below": f"<div>点赞（{12 + 3 * day + rng.randint(0, 2)}）　收藏</div>"})


@inside("heat-inside")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day({"above": f"<p>热度 {3345 + 101 * day + rng.randint(0, 50)}</p>"})


@inside("visitor-inside")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day({"below": f"<p>您是第 {90000 + 321 * day + rng.randint(0, 300)} 位访问者</p>"})


@inside("updated-inside")
def _(_rng: Random, day: int, _request: int) -> Day:
    year, month, date = date_of(day)
    return Day({"above": f"<p>上次更新：{year}-{month:02}-{date:02} 08:1{day % 10}</p>"})


@inside("generated-inside")
def _(rng: Random, day: int, _request: int) -> Day:
    year, month, date = date_of(day)
    return Day({"below": f"<p>页面生成时间：{year}年{month}月{date}日 {rng.randint(8, 18)}时</p>"})


@inside("links-inside")
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day({"below": f'<div class="tj2"><p>猜您喜欢</p>{_news(rng, 4)}</div>'})


@inside("links-each-request", each_request=True)
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day({"below": f'<div class="tj3"><p>网友还在看</p>{_news(rng, 4)}</div>'})


@inside("banner-inside")
def _(rng: Random, day: int, _request: int) -> Day:
    year, month, date = date_of(day)
    return Day(
        {"above": f'<p><a href="/app/?v={rng.randint(1, 99)}">下载演示客户端 {year % 100}.{month}.{date} 版</a></p>'}
    )


# ------------------------------------------------------------ other bytes only


def in_text(html: str, change: Rewrite) -> str:
    """Change what stands between tags of the body, never an attribute or the head."""
    head, mark, body = html.partition("<body")
    return head + mark + re.sub(r"(?<=>)[^<]+", lambda found: change(found[0]), body)


@unseen("session-ids", each_request=True)
def _(rng: Random, _day: int, _request: int) -> Day:
    token = f"{rng.getrandbits(64):016X}"
    return Day(rewrite=lambda html: re.sub(r'href="(/[a-z]*/)"', rf'href="\1;jsessionid={token}"', html))


@unseen("nonce", each_request=True)
def _(rng: Random, _day: int, _request: int) -> Day:
    token = f"{rng.getrandbits(64):016x}"
    hidden = f'<input type="hidden" name="csrf" value="{token}"><!-- {token} -->'
    return Day(rewrite=lambda html: html.replace("</body>", hidden + "</body>"))


@unseen("attributes")
def _(rng: Random, day: int, _request: int) -> Day:
    def rewrite(html: str) -> str:
        return re.sub(r"<(p|a|div|td)( |>)", lambda m: f'<{m[1]} data-v{day}="{rng.randint(1, 9)}"{m[2]}', html)

    return Day(rewrite=rewrite)


@unseen("tag-case")
def _(rng: Random, _day: int, _request: int) -> Day:
    upper = rng.random() < 0.5
    return Day(
        rewrite=lambda html: re.sub(
            r"<(/?)(p|div|a|td|tr)\b", lambda m: f"<{m[1]}{m[2].upper() if upper else m[2]}", html
        )
    )


@unseen("whitespace")
def _(rng: Random, _day: int, _request: int) -> Day:
    indent = rng.choice(("", "\n", "\n\t\t", "\r\n    "))
    lead = rng.choice(("", "　　", "&nbsp;&nbsp;&nbsp;&nbsp;", "&emsp;&emsp;"))

    def rewrite(html: str) -> str:
        html = re.sub(r"</(p|div|tr)>", lambda m: f"</{m[1]}>{indent}", html)
        return html.replace("<p>", f"<p>{lead}")

    return Day(rewrite=rewrite)


@unseen("full-width")
def _(rng: Random, _day: int, _request: int) -> Day:
    if rng.random() < 0.5:
        return Day()
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    figures = re.compile(r"(?<=[一-鿿])\d+(?=个|日|天|次|种|年|月)")
    return Day(rewrite=lambda html: in_text(html, lambda text: figures.sub(lambda m: m[0].translate(wide), text)))


@unseen("zero-padded")
def _(rng: Random, _day: int, _request: int) -> Day:
    if rng.random() < 0.5:
        return Day()
    date = re.compile(r"(\d{4}年)(\d)月(\d)日")
    return Day(rewrite=lambda html: in_text(html, lambda text: date.sub(r"\g<1>0\2月0\3日", text)))


@unseen("font-tags")
def _(rng: Random, _day: int, _request: int) -> Day:
    word = rng.choice(("公开", "工作日", "县级", "应当"))
    inner = re.compile(rf"(?<=[一-鿿]){word}(?=[一-鿿])")
    return Day(rewrite=lambda html: in_text(html, lambda text: inner.sub(f'<font face="仿宋">{word}</font>', text)))


@unseen("entities")
def _(rng: Random, _day: int, _request: int) -> Day:
    sign = rng.choice("，。、的")
    return Day(rewrite=lambda html: in_text(html, lambda text: text.replace(sign, f"&#{ord(sign)};")))


@unseen("charset")
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day(wire=Wire(charset=rng.choice(("utf-8", "gb18030", "gbk", "gb2312"))))


@unseen("coding")
def _(rng: Random, _day: int, _request: int) -> Day:
    return Day(wire=Wire(gzip=rng.random() < 0.6, chunked=rng.random() < 0.6))


@unseen("fresh-etag")
def _(_rng: Random, _day: int, _request: int) -> Day:
    return Day(wire=Wire(etag="fresh"))


@unseen("signed-links")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day(query=f"?expires={1700000000 + day * 86400}&sign={rng.getrandbits(80):020x}")


@unseen("signed-each-request", each_request=True)
def _(rng: Random, day: int, _request: int) -> Day:
    return Day(query=f"?t={1700000000 + day * 86400}&token={rng.getrandbits(80):020x}")


@unseen("saved-again")
def _(rng: Random, day: int, _request: int) -> Day:
    return Day(saved=day + 1 if rng.random() < 0.6 else 0)


@unseen("https-links")
def _(rng: Random, _day: int, _request: int) -> Day:
    scheme = rng.choice(("http", "https"))
    return Day({"foot": f'<p><a href="{scheme}://www.example.cn/">演示总站</a></p>'})
