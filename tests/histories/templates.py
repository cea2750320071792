"""Pages in the forms that ministries and counties use, with places where a site puts what is not the notice's.

A form is a skeleton in forms/; `render` fills in the truth and the furniture. The forms follow saved pages, the words
are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from attrs import frozen

from tests.histories.truth import Repeal, Truth
from tests.histories.words import HEADER

Slots = Mapping[str, str]
"""Furniture by place. `above` and `below` lie within the container, before and after the text."""

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


def _form(name: str, declared: str = "", known: bool = True, paragraph: str = "<p>{}</p>") -> Form:
    skeleton = Template((Path(__file__).parent / "forms" / f"{name}.html").read_text("utf-8"))
    return Form(name, skeleton, declared, known, paragraph)


FORMS = (
    _form("trs"),
    _form("ucap"),
    _form("zoom"),
    _form("spans", paragraph="<span><div>{}</div></span>"),
    _form("declared", declared=".dqx-txt7"),
    _form("unknown", known=False),
    _form("tables", known=False),
)
"""Those that a site may have from the first day; `redesigned` is what any of them may become."""
BY_NAME = {form.name: form for form in (*FORMS, _form("redesigned", known=False))}


def render(
    truth: Truth, form: Form, slots: Slots, href: Mapping[str, str], charset: str = "utf-8", part: int = 0
) -> str:
    """The page; `part`: 1 or 2 of a text that is cut. `href`: the address of each file's link, by the file's path."""
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
        text=_text(truth, form, part),
        attachments="" if truth.replaced or part == 1 else _links(truth, href, form),
    )


def has_labels(form: Form) -> bool:
    return "${validity}" in form.skeleton.template


def _stamp(truth: Truth) -> str:
    if truth.repeal is Repeal.STAMP:
        return f'<div class="yz">{truth.words_of_repeal}</div>'
    if truth.repeal is Repeal.IMAGE:
        return f'<img src="/images/fz.png" alt="{truth.words_of_repeal}">'
    return ""


def _text(truth: Truth, form: Form, part: int = 0) -> str:
    if truth.replaced:
        return form.paragraph.format(escape(truth.words_of_repeal))
    year, month, day = truth.issued
    lines = ["各省、自治区、直辖市有关部门：", *truth.paragraphs, "演示部办公厅", f"{year}年{month}月{day}日"]
    shown = [form.paragraph.format(escape(line)) for line in lines]
    pictures = (f'<img src="{file.path}" alt="{escape(file.name)}">' for file in truth.files if file.picture)
    shown[2:2] = [form.paragraph.format(picture) for picture in pictures]
    table = [_table(truth)] if truth.table else []
    if part:
        half = len(shown) // 2
        shown = [*shown[:half], _next(truth)] if part == 1 else [*shown[half:], *table, _back(truth)]
    else:
        shown += table
    return "\n".join(shown)


def _next(truth: Truth) -> str:
    return f'<div class="page">上一页 1 <a href="{truth.second}">2</a> <a href="{truth.second}">下一页</a></div>'


def _back(truth: Truth) -> str:
    return f'<div class="page"><a href="{truth.path}">上一页</a> <a href="{truth.path}">1</a> 2 下一页</div>'


def _table(truth: Truth) -> str:
    rows = [HEADER, *((str(n), *row.cells) for n, row in enumerate(truth.table, 1))]
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<table border="1" class="MsoTable">{body}</table>'


def _links(truth: Truth, href: Mapping[str, str], form: Form) -> str:
    links = (f'<a href="{escape(href.get(f.path, f.path))}">{escape(f.link)}</a>' for f in truth.files
             if not f.picture)  # fmt: skip
    return "\n".join(form.paragraph.format(link) for link in links)
