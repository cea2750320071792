"""The article's title: sites put their own name or the column's into <title>, and break lines inside the metas."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.text.fold import title_fold
from crawler.reading.html.dom import Element, select, text_of, weight
from crawler.reading.html.serialise import joined
from crawler.reading.page.fields import document_number_in
from crawler.reading.page.lines import Line
from crawler.reading.rule import Rule

_CUT = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s+|--+")
_SITE = re.compile(r"\s*[-–—]\s*[^-–—]{2,40}$")
_SITE_WORDS = re.compile(r"(?:网|网站|门户|政府|部|局|委员会|委|厅|办公室|首页|公开|平台|中心|目录|专栏|工作)$")
_OFFICIAL = re.compile(
    r"关于.+的(?:通知|意见|决定|公告|通告|函|批复|报告|办法|答复|通报)|条例|办法|规定|指引|目录|决定"
)
_LONGEST = 300
_SHORT = 6


def page_titles(root: Element, rule: Rule, labelled: str) -> tuple[str, tuple[str, ...]]:
    """(title, headings): the article's title, and all that stands where a title stands, for the verdict."""
    metas = [
        meta.get("content") or ""
        for meta in select(root, "meta")
        if (meta.get("name") or "").lower() in ("articletitle", "article_title")
    ]
    declared = [joined(text) for text in (*metas, labelled)]
    page = joined(next((text_title(element) for element in select(root, "title")), ""))
    by_rule = [joined(text_of(element)) for css in rule.title for element in select(root, css) if not _is_link(element)]
    plain = [joined(text_of(element)) for element in select(root, "h1, h2, h3") if not _is_link(element)]
    headings = [text for text in dict.fromkeys((*declared, *by_rule, *plain, page)) if text and len(text) <= _LONGEST]
    title = next((text for text in declared if _likely(text)), "") or _heading(by_rule, plain, page) or cut(page)
    return _without_number(_uncut(title, headings)), tuple(headings[:40])


def title_above(lines: Sequence[Line], dated: Sequence[Line], title: str) -> str:
    """What stands right above the line of date and source, where no heading, meta or <title> is the article's; else ''.

    title: what was found otherwise; a line of the page that repeats it shows that it is the article's.
    """
    if _OFFICIAL.search(title) or any(title_fold(line.text) == title_fold(title) for line in lines if not line.linked):
        return ""
    for told in dated:
        above = [line for line in lines[: told.place] if line.text][-1:]
        for line in above:
            if (
                not line.linked
                and _SHORT <= len(line.text) <= _LONGEST // 2
                and not re.search(r"[。：:；>＞]", line.text)
            ):
                return _without_number(line.text)
    return ""


def _uncut(title: str, headings: Sequence[str]) -> str:
    """The heading that goes on where the site cut its own title off."""
    start = title.rstrip(".…")
    if start == title or len(start) < _SHORT:
        return title
    return next((text for text in headings if text.startswith(start) and not text.endswith(("...", "…"))), title)


def _is_link(element: Element) -> bool:
    """Whether all its words stand in links: a menu's heading."""
    links = select(element, "a[href]")
    return bool(links) and sum(map(weight, links)) >= weight(element)


def text_title(element: Element) -> str:
    return "".join(map(str, element.itertext()))


def _likely(text: str) -> bool:
    return 2 <= len(text) <= _LONGEST


def _heading(by_rule: Sequence[str], plain: Sequence[str], page: str) -> str:
    """The heading that <title> repeats; else the first that sounds like a document; else the first the rule names."""
    likely = [text for text in (*by_rule, *plain) if _likely(text) and len(text) > 3]
    folded = title_fold(page)
    repeated = [text for text in likely if len(text) > 5 and title_fold(text) in folded]
    official = [text for text in likely if _OFFICIAL.search(text)]
    if repeated:
        return max(repeated, key=len)
    if official:
        return official[0]
    if _OFFICIAL.search(page):
        return ""
    return next((text for text in by_rule if _likely(text) and len(text) > 5), "")


def cut(title: str) -> str:
    """<title> without the names of site and column: 'X_Y网' → 'X', 'X-某某部' → 'X'."""
    parts = [part for part in _CUT.split(title.strip("【】")) if part]
    best = next((part for part in parts if _OFFICIAL.search(part)), parts[0] if parts else "")
    site = _SITE.search(best)
    if site and _SITE_WORDS.search(site[0].strip()) and len(best) > len(site[0]):
        best = best[: site.start()]
    return best.strip("【】 ")


def _without_number(text: str) -> str:
    """Without the document number that some sites put in brackets behind a title."""
    bracket = re.search(r"\s*[（(][^（()）]{4,40}[)）]$", text)
    return text[: bracket.start()] if bracket and document_number_in(bracket[0]) else text
