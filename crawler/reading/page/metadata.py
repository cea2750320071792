"""What a page says about its notice, each under its own name; dates that disagree stay side by side.

Sources, the first that has a value wins: the site's rule, tables and lines of labels above the body (or a table with
索引号 anywhere), metas, the beginning and the signature of the body, the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.reading.catalogue.headers import label_role
from crawler.reading.html.dom import END, START, Element, Walk, is_block, is_hidden, select, select_all, tag_of, text_of
from crawler.reading.page.fields import FIELD_OF, OTHER, document_number_in, label_of, signed_date, value_of
from crawler.reading.rule import Rule

_PUBLISHED = ("pubdate", "publishdate", "firstpublishedtime")
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
_CELLS = frozenset(("td", "th", "dd", "dt", "li"))


Labelled = Sequence[tuple[str, str]]
"""(field, text) pairs."""


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
    for field, text in labels:
        add(field, text)
    for field, text in _inline_pairs(root):
        add(field, text)
    metas = {
        (meta.get("name") or meta.get("property") or "").lower(): meta.get("content") or ""
        for meta in select(root, "meta")
    }
    for name in _PUBLISHED:
        add("published_on", metas.get(name, ""))
    for field, text in _in_body(lines, titles):
        add(field, text)
    for name in _SOURCE:
        add("source", metas.get(name, ""))
    # 来源 may be the site that reprinted it: only when nothing names the issuing office
    add("issuer", found.pop("source", ""))
    found.pop("title", None)
    return dict(sorted(found.items()))


def _inline_pairs(root: Element) -> Iterator[tuple[str, str]]:
    """A span that holds a label and nothing else, and the span after it: how gi.mnr.gov.cn sets its fields, one line of
    them without a colon. Labels of two characters (来源, 时间) are too common for that."""
    for element in select(root, "span, em, b, strong, label"):
        if len(element) > 3 or element.getnext() is None:
            continue
        name = label_of(text_of(element))
        following = next((e for e in element.itersiblings() if tag_of(e)), None)
        if len(name) < 3 or name not in FIELD_OF or following is None or tag_of(following) != tag_of(element):
            continue
        value = text_of(following)
        if label_of(value) not in FIELD_OF and len(value) < 100:
            yield FIELD_OF[name], value


def labelled(root: Element, body: Element | None) -> Labelled:
    """What stands beside a known label: in 索引号 tables, then above the body, nearest to it first.

    A page's header may hold labels of its own (a clock, a search form); those next to the body are the article's.
    """
    if body is None:
        return list(_pairs(list(_lines(root, None))))
    pairs: list[tuple[str, str]] = []
    for table in select(root, "table"):
        if table is not body and _is_index_table(table):
            pairs += _pairs(list(_lines(table, None)))
    return [*pairs, *reversed(list(_pairs(list(_lines(root, body)))))]


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


# ---------------------------------------------------------------- labels above the body


def _lines(area: Element, body: Element | None) -> Iterator[tuple[str, bool]]:
    """(line, whether it is a table's or list's cell) of an area, of the page down to its body.

    An empty cell is a line, too: it is the value of the label before it.
    """
    line: list[str] = []
    fresh = False  # in a cell that has given no line yet
    walk = Walk(area)
    for step, node, text in walk:
        tag = tag_of(node)
        if step == START:
            if is_block(tag) and line:
                yield "".join(line), False
                line.clear()
                fresh = False
            if node is body:
                return
            if is_hidden(node):
                walk.skip()
            else:
                fresh = fresh or tag in _CELLS
        elif step == END:
            cell = tag in _CELLS
            if is_block(tag) and (line or (cell and fresh)):
                yield "".join(line), cell
                line.clear()
                fresh = False
        elif line or text.strip():
            line.append(text)


def _is_index_table(table: Element) -> bool:
    if select(table, "table"):
        return False
    text = re.sub(r"[\s\u3000]", "", text_of(table)[:300])
    return "索引号" in text and ("发布" in text or "成文" in text or "发文" in text or "生成" in text)


def _pairs(lines: list[tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    """Label and value pairs: within one line after a colon, else the label's next cell or line."""
    for place, (line, cell) in enumerate(lines):
        if len(line) > 600:
            continue
        marks = list(_LABEL.finditer(line))
        if not marks:
            name = label_of(line)
            if cell and name in FIELD_OF and place + 1 < len(lines):
                yield from _next(lines, place, FIELD_OF[name])
            continue
        for mark, following in zip(marks, [*marks[1:], None], strict=True):
            field = FIELD_OF.get(label_of(mark[1]))
            if field is None:
                continue
            value = line[mark.end() : following.start() if following else len(line)]
            if value.strip() or following:
                yield field, _first_part(field, value)
            else:
                yield from _next(lines, place, field)


def _next(lines: list[tuple[str, bool]], place: int, field: str) -> Iterator[tuple[str, str]]:
    if place + 1 < len(lines):
        value, cell = lines[place + 1]
        # 公开主体 beside 公开渠道和载体 is the head of a catalogue, no label with its value
        label = label_of(value) in FIELD_OF or _LABEL.match(value.strip()) or (cell and label_role(value))
        if not label and len(value) < 400:
            yield field, value


def _first_part(field: str, value: str) -> str:
    """Without what follows on the same line: 来源：某局 字体：[大 中 小]."""
    value = value.strip()
    if field == "issuer":
        return re.split(r"[\s\u3000]{2,}|[\s\u3000][\[【(（]|\|", value)[0]
    return value


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
