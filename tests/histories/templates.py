"""Pages in the forms that ministries and counties use, with places where a site puts what is not the notice's.

A template is a skeleton; `render` fills in the truth and the furniture. The forms follow saved pages, the words are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import Template

from attrs import frozen

from tests.histories.truth import Repeal, Truth
from tests.histories.words import HEADER

Slots = Mapping[str, str]
"""Furniture by place: top, info, above (inside the container before the text), below (inside, after it), after, side, foot."""

PLACES = ("top", "info", "above", "below", "after", "side", "foot")


@frozen
class Form:
    name: str
    skeleton: Template
    declared: str = ""
    """CSS that the notice's declaration names as `content`."""
    known: bool = True
    """False: no rule of this release can know the container."""
    paragraph: str = "<p>{}</p>"


_HEAD = (
    '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="${charset}"><title>${title}_演示政府网</title>'
    '<meta name="SiteName" content="演示政府网"><meta name="ArticleTitle" content="${title}">'
    '<meta name="PubDate" content="${date} 09:30"></head><body>'
    '<div class="header"><a href="/">网站首页</a><a href="/zwgk/">政务公开</a><a href="/bsfw/">办事服务</a>'
    '<a href="/hdjl/">互动交流</a>${top}</div><div class="dqwz">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a></div>'
)
_FOOT = (
    '<div class="footer">${foot}<p>主办：演示部办公厅　承办：演示部信息中心</p><p>网站标识码：bm99000001　演ICP备00000001号</p>'
    '<p><a href="/wzdt/">网站地图</a> <a href="/lxwm/">联系我们</a></p></div></body></html>'
)
_LABELS = (
    '<table class="bd1"><tr><td>索 引 号：</td><td>000014349/2019-00001</td><td>主题分类：</td><td>基层政务公开</td></tr>'
    "<tr><td>发文字号：</td><td>${number}</td><td>成文日期：</td><td>${date_cn}</td></tr>"
    "<tr><td>有 效 性：</td><td>${validity}</td><td>发布日期：</td><td>${date}</td></tr></table>"
)

FORMS = (
    Form(
        "trs",
        Template(
            _HEAD + '<div class="article"><h1>${heading}</h1>${stamp}<div class="info"><span>发布时间：${date}</span>'
            '<span>来源：演示部</span>${info}</div><!--startprint--><div class="article_con"><div class=TRS_Editor>${above}'
            "${text}${attachments}${below}</div></div><!--endprint-->${after}</div><div class='side'>${side}</div>"
            + _FOOT
        ),
    ),
    Form(
        "ucap",
        Template(
            _HEAD
            + f'<div class="content">{_LABELS}<h1 id="ti">${{heading}}</h1>${{stamp}}<div class="pages-date">${{date}} 09:30'
            '${info}</div><div class="pages_content" id="UCAP-CONTENT">${above}${text}${attachments}${below}</div>'
            "${after}</div><div class='side'>${side}</div>" + _FOOT
        ),
    ),
    Form(
        "zoom",
        Template(
            _HEAD
            + '<div class="wzbox"><div class="wztit">${heading}</div>${stamp}<div class="wzinfo">时间：${date} ${info}</div>'
            f"{_LABELS}"
            '<div id="zoom">${above}${text}${attachments}${below}</div>${after}</div>'
            '<div class="right">${side}</div>' + _FOOT
        ),
    ),
    Form(
        "spans",
        Template(
            _HEAD
            + '<div class="article_title"><h2>${heading}</h2></div>${stamp}<div class="shezhi"><div class="time">${date}</div>'
            '${info}</div><div class="article_con"><div class=TRS_Editor>${above}${text}${attachments}${below}</div></div>'
            '${after}<div class="side">${side}</div>' + _FOOT
        ),
        paragraph="<span><div>{}</div></span>",
    ),
    Form(
        "declared",
        Template(
            _HEAD
            + '<div class="dqx-main"><h2 class="dqx-tit">${heading}</h2>${stamp}<div class="dqx-inf">${date} ${info}</div>'
            '<div class="dqx-txt7">${above}${text}${attachments}${below}</div>${after}</div><div class="dqx-r">${side}</div>'
            + _FOOT
        ),
        declared=".dqx-txt7",
    ),
    Form(
        "unknown",
        Template(
            _HEAD
            + '<div class="kw-main"><h2 class="kw-t">${heading}</h2>${stamp}<div class="kw-i">${date} ${info}</div>'
            '<div class="kw-m9">${above}${text}${attachments}${below}</div>${after}</div><div class="kw-r">${side}</div>'
            + _FOOT
        ),
        known=False,
    ),
    Form(
        "tables",
        Template(
            _HEAD
            + '<table width="1000" align="center"><tr><td class="tt" align="center"><b>${heading}</b>${stamp}</td></tr>'
            "<tr><td align=center>发布日期：${date} ${info}</td></tr><tr><td><table width='95%'><tr><td>${above}${text}"
            "${attachments}${below}</td></tr></table></td></tr><tr><td>${after}</td></tr></table>"
            "<table width=1000><tr><td>${side}</td></tr></table>" + _FOOT
        ),
        known=False,
    ),
)
BY_NAME = {form.name: form for form in FORMS}
_REDESIGN = Template(
    _HEAD.replace('class="header"', 'class="n3-top"')
    + '<main class="n3"><section class="n3-h"><h1>${heading}</h1>${stamp}'
    '<small>${date} ${info}</small></section><section class="n3-b2">${above}${text}${attachments}${below}</section>'
    '${after}</main><aside class="n3-s">${side}</aside>' + _FOOT
)
BY_NAME["redesigned"] = Form("redesigned", _REDESIGN, known=False)


def render(truth: Truth, form: Form, slots: Slots, href: Mapping[str, str], charset: str = "utf-8") -> str:
    """The page. `href` gives the address of each file's link by the file's path."""
    year, month, day = truth.issued
    values = {place: slots.get(place, "") for place in PLACES}
    heading = escape(truth.title) + (truth.words_of_repeal if truth.repeal is Repeal.HEADING else "")
    return form.skeleton.substitute(
        values,
        charset=charset,
        title=escape(truth.title),
        heading=heading,
        stamp=_stamp(truth),
        date=f"{year}-{month:02}-{day:02}",
        date_cn=f"{year}年{month:02}月{day:02}日",
        number=truth.number,
        validity=truth.words_of_repeal if truth.repeal is Repeal.LABEL else "有效",
        text=_text(truth, form),
        attachments="" if truth.replaced else _links(truth, href, form),
    )


def has_labels(form: Form) -> bool:
    return "${validity}" in form.skeleton.template


def _stamp(truth: Truth) -> str:
    if truth.repeal is Repeal.STAMP:
        return f'<div class="yz">{truth.words_of_repeal}</div>'
    if truth.repeal is Repeal.IMAGE:
        return f'<img src="/images/fz.png" alt="{truth.words_of_repeal}">'
    return ""


def _text(truth: Truth, form: Form) -> str:
    if truth.replaced:
        return form.paragraph.format(escape(truth.words_of_repeal))
    year, month, day = truth.issued
    lines = ["各省、自治区、直辖市有关部门：", *truth.paragraphs, "演示部办公厅", f"{year}年{month}月{day}日"]
    body = "\n".join(form.paragraph.format(escape(line)) for line in lines)
    return body + (_table(truth) if truth.table else "")


def _table(truth: Truth) -> str:
    rows = [HEADER, *((str(n), *row.cells) for n, row in enumerate(truth.table, 1))]
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<table border="1" class="MsoTable">{body}</table>'


def _links(truth: Truth, href: Mapping[str, str], form: Form) -> str:
    links = (f'<a href="{escape(href.get(f.path, f.path))}">{escape(f.link)}</a>' for f in truth.files)
    return "\n".join(form.paragraph.format(link) for link in links)
