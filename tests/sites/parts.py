"""Parts of the sample notices and of the noise around them, for the templates (演示样本: every word is ours).

HITS, TODAY, WEATHER and NONCE stand for what changes at every visit; the replica replaces them by request.
"""

from __future__ import annotations

from html import escape

from attrs import frozen

from tests.sites.catalogues import Table

HITS, TODAY, WEATHER, NONCE = "100086", "2026年11月20日 星期五", "多云 8℃～17℃", "d41d8cd98f00"
SAMPLE = "本页为演示样本，不是任何部委的原文，文号和内容均为自编，仅供检索和比对功能演示使用。"


@frozen
class File:
    name: str
    href: str


@frozen
class Page:
    """What a template needs; the notice's own words are already chosen."""

    number: int
    url: str
    title: str
    issuer: str
    document_number: str
    issued_on: str
    published_on: str
    effective_on: str
    index_number: str
    category: str
    source: str
    to: str
    points: tuple[str, ...]
    subject: str
    """What the notice is about, for its opening sentence."""
    files: tuple[File, ...] = ()
    inline: tuple[Table, ...] = ()


# ---------------------------------------------------------------- parts of a notice


def chinese_date(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def opening(page: Page) -> str:
    return (
        f"为做好{page.subject}基层政务公开标准化规范化工作，按照《国务院办公厅关于全面推进基层政务公开标准化规范化工作的指导意见》"
        f"（国办发〔2019〕54号）的思路，编写了《{page.subject}基层政务公开标准指引》（演示样本），现印发给你们，请结合实际参照使用。"
    )


def paragraphs(page: Page, style: str = ' style="text-indent: 2em; text-align: justify;"') -> str:
    """Addressee, opening, points and the sample mark."""
    body = [f"<p>{page.to}</p>"]
    body += [f"<p{style}>{text}</p>" for text in (opening(page), *page.points, SAMPLE)]
    return "\n".join(body)


def signature(page: Page, style: str = ' style="text-align: right;"') -> str:
    return f"<p{style}>{page.issuer}&nbsp;&nbsp;</p>\n<p{style}>{chinese_date(page.issued_on)}&nbsp;&nbsp;</p>"


def links(page: Page, before: str = "<p>", after: str = "</p>") -> str:
    return "\n".join(f'{before}<a href="{escape(f.href)}">{f.name}</a>{after}' for f in page.files)


def html_table(table: Table) -> str:
    rows = [f'<p align="center"><b>{table.caption[0]}</b></p><p align="center">{table.caption[1]}</p>']
    rows.append('<table border="1" cellspacing="0" cellpadding="2"><tbody>')
    for r, row in enumerate(table.cells):
        cells = ""
        for c, cell in enumerate(row):
            if cell is not None:
                down, across = table.spans.get((r, c), (1, 1))
                span = f' rowspan="{down}"' * (down > 1) + f' colspan="{across}"' * (across > 1)
                cells += f"<td{span}><p>{escape(cell)}</p></td>"
        rows.append(f"<tr>{cells}</tr>")
    return "\n".join([*rows, "</tbody></table>"])


def weather() -> str:
    frame = '<iframe src="//tianqi.example.invalid/?py=beijing" width="220" height="25" frameborder="0"></iframe>'
    return f'<div class="weather">今天是 {TODAY} <span class="tq">{WEATHER}</span>{frame}</div>'


def share() -> str:
    widget = "".join(
        f'<a class="bshare-{name}" title="分享到{label}"></a>' for name, label in (("weixin", "微信"), ("sina", "微博"))
    )
    script = f'<script src="/images/buttonLite.js#v={NONCE}"></script>'
    return f'<div class="bshare-custom share">分享到：{widget}{script}</div>'


def related(*names: str) -> str:
    return "".join(
        f'<li><a href="../t2019_{n}.html" target="_blank">{name}</a></li>' for n, name in enumerate(names, 1)
    )
