"""What a page says about its notice, each under its own name; dates that disagree stay side by side.

Sources, the first that has a value wins: the site's rule, labels (labels.py), metas, the beginning and the signature of
the body, the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from crawler.reading.html.dom import Element, select, select_all, tag_of, text_of
from crawler.reading.page.fields import FIELD_OF, OTHER, document_number_in, label_of, signed_date, value_of
from crawler.reading.rule import Rule

_PUBLISHED = ("pubdate", "publishdate", "firstpublishedtime", "published")
_SOURCE = ("contentsource", "source")
_SPACED = sorted((*FIELD_OF, *OTHER), key=len, reverse=True)
_LABEL = re.compile(
    r"(?<![\u4e00-\u9fff])[【\[]?("
    + "|".join(r"[\s\u3000]*".join(map(re.escape, label)) for label in _SPACED)
    + r")[】\]]?[\s\u3000]*[:：】]"
)
_ORGAN_END = r"(?:部|局|委|厅|办|院|署|会|室|司|处|公司|银行|中央|小组|中心|政府)"
_ORGAN = re.compile(rf"[\u4e00-\u9fff\s、（）()]+{_ORGAN_END}")
_FROM_TITLE = re.compile(rf"(.{{2,80}}?{_ORGAN_END})\s*(?:关于|印发|转发|公告|令|对|批转)")
_MADE = re.compile(r"(?:生成|更新|静态化|generat)\w*(?:时间|日期|time)", re.I)
_MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}:\d{2}")

Labelled = Sequence[tuple[str, str]]
"""(field, text) pairs, the likeliest first; '' for a label that stands there without a value."""


def read_metadata(
    root: Element, labels: Labelled, lines: Sequence[str], titles: Sequence[str], rule: Rule
) -> dict[str, str]:
    """Metadata of a page: `labels` as `labelled` gives them, `lines` of the body, `titles` from where titles stand."""
    found: dict[str, str] = {}

    def add(field: str, text: str) -> None:
        value = value_of(field, text)
        if value:
            found.setdefault(field, value)

    for field, text in _by_rule(root, rule):
        add(field, text)
    empty = set[str]()
    for field, text in labels:
        if field not in empty:
            add(field, text)
        if not text.strip():
            empty.add(field)  # a label of another list, further away, is another's
    metas = {
        (meta.get("name") or meta.get("property") or "").strip().lower(): meta.get("content") or ""
        for meta in select(root, "meta")
    }
    for text in _published(metas):
        add("published_on", text)
    for field, text in _in_body(lines, titles):
        add(field, text)
    for name in _SOURCE:
        add("source", metas.get(name, ""))
    # 来源 may be the site that reprinted it: only when nothing names the issuing office
    add("issuer", found.pop("source", ""))
    found.pop("title", None)
    return dict(sorted(found.items()))


def _published(metas: Mapping[str, str]) -> Iterator[str]:
    """The day of publication by the metas; not the moment at which the page was made from its template, which some
    systems write there."""
    made = {name: value for name, value in metas.items() if _MADE.search(f"{name} {value}")}
    moments = set(_MOMENT.findall(" ".join(made.values())))
    for name in _PUBLISHED:
        text = metas.get(name, "")
        if text and not moments.intersection(_MOMENT.findall(text)):
            yield text


# ---------------------------------------------------------------- the site's rule


def _by_rule(root: Element, rule: Rule) -> Iterator[tuple[str, str]]:
    """Fields by their own selectors, then labels and values that belong together by position."""
    for left, right in zip(rule.metadata.get("labels", ()), rule.metadata.get("values", ()), strict=True):
        for label, value in zip(_parts(root, left), _parts(root, right), strict=False):
            name = label_of(label)
            field = FIELD_OF.get(name) or next(
                (FIELD_OF[part] for part in re.split(r"[/／]", name) if part in FIELD_OF), ""
            )
            if field:
                yield field, value
    for field, selectors in rule.metadata.items():
        if field not in ("labels", "values"):
            for element in select_all(root, selectors):
                text = text_of(element)
                mark = _LABEL.match(text)
                yield field, text[mark.end() :] if mark else text


def _parts(root: Element, css: str) -> list[str]:
    """The texts of a column: of the elements it holds, or of the matches themselves where they hold none."""
    parts: list[str] = []
    for element in select(root, css):
        children = [child for child in element if tag_of(child) in ("span", "p", "div", "li", "dd", "dt", "em", "a")]
        plain = (element.text or "").strip() or any((child.tail or "").strip() for child in element)
        parts += [text_of(child) for child in children] if children and not plain else [text_of(element)]
    return parts


# ---------------------------------------------------------------- body and title


def _in_body(lines: Sequence[str], titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    number = next((number for number in map(document_number_in, (*lines[:20], *titles)) if number), "")
    yield "document_number", number
    for place, line in enumerate(lines[3:], 3):
        signed = signed_date(line) if len(line) < 60 else None
        if signed and (not signed[1] or _ORGAN.fullmatch(signed[1])):
            yield "issued_on", signed[0]
            yield "issuer", _signature([*lines[max(0, place - 6) : place], *filter(None, signed[1:])])
            break
    for named in filter(None, map(_FROM_TITLE.match, titles)):
        yield "issuer", named[1]


def _signature(above: Sequence[str]) -> str:
    """The offices named right above the date, from top to bottom."""
    names: list[str] = []
    for line in reversed(above):
        if len(line) > 40 or not _ORGAN.fullmatch(line) or "附件" in line:
            break
        names.insert(0, line)
    return " ".join(names)
