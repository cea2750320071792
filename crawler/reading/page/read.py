"""A page of html as a Document: body, title, metadata, files. Pure: nothing is fetched, nothing stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from attrs import evolve

from archive.model import CONTINUED, Attachment, Document, Problem
from archive.text.noise import without_noise
from crawler.reading.assemble import Block, Paragraph, assemble
from crawler.reading.formats.errors import KEPT, UnreadableError
from crawler.reading.html.charset import decode
from crawler.reading.html.dom import BLANK, Element, parse, select, select_all, tag_of, text_of
from crawler.reading.html.serialise import blocks, dropped
from crawler.reading.page.address import Addresses
from crawler.reading.page.body import Body, find_body
from crawler.reading.page.furniture import edges
from crawler.reading.page.labels import labelled
from crawler.reading.page.links import attachments
from crawler.reading.page.metadata import Labelled, read_metadata
from crawler.reading.page.page import Page, page_of
from crawler.reading.page.pictures import pictures
from crawler.reading.page.repeal import bare_title, repealed
from crawler.reading.page.titles import page_titles, title_above
from crawler.reading.rule import Rule

MAX_CHARACTERS = 20_000_000
"""A page of text; what is larger is no notice."""


def read_page(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    """Read an html page. headers: content-type for the encoding, content-location for relative links."""
    html, charset = decode(payload, headers)
    url = headers.get("content-location", "")
    if len(html) > MAX_CHARACTERS:
        why = f"网页有 {len(html):,} 个字符，超过读取上限，没有读取。{KEPT}；请在浏览器里打开核对。"
        return Document(media_type="text/html", url=url, problem=Problem("too-large", why))
    root = parse(html)
    page = page_of(root, rule)
    body = find_body(root, rule, html, page)
    element = body.element if body else None
    labels = labelled(page.pairs, page.lists, page.asides, element)
    title, headings = page_titles(root, rule, next((text for field, text in labels if field == "title"), ""))
    dated = [pair.lines[0] for pair in page.pairs if pair.field in ("published_on", "source")]
    title = title_above(page.lines, dated, title) or title
    if body is None:
        return _without_body(root, html, rule, labels, (title, *headings), url)
    drop = frozenset[Element]()
    try:
        if element is not None:
            drop = _left_out(element, page, rule)
        document = assemble(_content(body, drop), rule)
    except UnreadableError as error:
        return Document(title=title, headings=headings, media_type="text/html", url=url, problem=error.problem)
    said = [line for line in document.text.splitlines() if without_noise(line)]
    metadata = read_metadata(root, labels, said, (title, *headings[:3]), rule)
    addresses = Addresses.of(root, url, charset)
    further = () if element is None else continued(root, element, url, addresses)
    pages = [Attachment(f"第{number}页", page_url) for number, page_url in enumerate(further, 2)]  # kept as files
    if further:
        metadata[CONTINUED] = " ".join(further)
    gone = repealed(root, html, element, (title, *headings), metadata)
    return Document(
        text=document.text,
        title=bare_title(title) if gone else title,
        metadata=metadata | {"repealed": gone} if gone else metadata,
        attachments=(*pages, *attachments(page, body, addresses, rule, drop)),
        pictures=pictures(element, addresses, drop),
        items=document.items,
        tables=document.tables,
        confidence="high" if body.sure else "low",
        proposal="" if body.sure else propose_selector(root, document.text),
        media_type="text/html",
        headings=headings,
        link_lines=document.link_lines,
        url=url,
        problem=Problem() if document.text else NO_BODY,
    )


def _left_out(element: Element, page: Page, rule: Rule) -> frozenset[Element]:
    """What is no text of the notice: what the operator drops, widgets by their usual names, furniture at the edges.

    A widget's name on an element that says something makes none of it.
    """
    widgets = [widget for widget in select_all(element, rule.drop) if not page.says(widget)]
    return dropped(element, [*select_all(element, rule.declared_drop), *widgets, *edges(element, page)])


def _content(body: Body, drop: frozenset[Element]) -> list[Block]:
    if body.element is None:
        return [Paragraph(line) for line in body.text.splitlines() if line]
    return list(blocks(body.element, drop))


def _without_body(
    root: Element, html: str, rule: Rule, labels: Labelled, titles: tuple[str, ...], url: str
) -> Document:
    """A page with nothing to read: its headings tell the verdict what it is instead. One sentence that the document is
    repealed is a text, though no container holds it."""
    title, *headings = titles
    found = Document(title=title, headings=tuple(headings), media_type="text/html", url=url, problem=NO_BODY)
    gone = repealed(root, html, None, titles, {})
    if not gone:
        return found
    metadata = read_metadata(root, labels, [gone], titles[:4], rule) | {"repealed": gone}
    return evolve(found, text=gone, title=bare_title(title), metadata=metadata, confidence="low", problem="")


NO_BODY = Problem(
    "empty",
    "网页里没有找到正文。请在浏览器里打开核对；若网站改版，请在 sources.toml 的 [[site]] 里写明正文位置（content）。",
)


# ---------------------------------------------------------------- a proposal

# Which selector would find a body that was only guessed: a proposal for `content`, for a person to try.
SHARE = 0.9
"""Of the guessed text that the element must hold."""
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_PIECE = 20


def propose_selector(root: Element, text: str) -> str:
    """CSS of the smallest element with a name of its own that holds the text; '' when there is none.

    The name must be the page's only one, so that the proposal finds this element and no other.
    """
    pieces = _pieces(text)
    best = ""
    element = next(iter(select(root, "body")), None)
    while element is not None and pieces:
        best = _selector(root, element) or best
        element = next((child for child in element if isinstance(child.tag, str) and _holds(child, pieces)), None)
    return best


def _pieces(text: str) -> list[str]:
    """The beginnings of the text's longer lines, without blanks; not of tables, which are written otherwise there."""
    lines = (BLANK.sub("", line) for line in text.splitlines() if "|" not in line)
    return [line[:_PIECE] for line in lines if len(line) >= _PIECE]


def _holds(element: Element, pieces: list[str]) -> bool:
    inside = BLANK.sub("", text_of(element))
    return sum(piece in inside for piece in pieces) >= len(pieces) * SHARE


def _selector(root: Element, element: Element) -> str:
    if tag_of(element) in ("body", "html"):
        return ""
    names = [f"#{element.get('id')}"] if _NAME.fullmatch(element.get("id") or "") else []
    names += [f"{tag_of(element)}.{name}" for name in (element.get("class") or "").split() if _NAME.fullmatch(name)]
    return next((name for name in names if len(select(root, name)) == 1), "")


# ---------------------------------------------------------------- further pages

# The further pages of a text that a site cuts into several: 下一页, a row of numbers, a script that writes them. Only
# addresses that differ from the page's own in nothing but a number are taken, so that the next document in a list
# (下一篇) never is; the pages between two known numbers are named, too.
MOST = 20
"""Pages of one text that are followed."""
HERE = "{page}"
_CALLED = re.compile(r"[\[【<\s]*(?:下一?页|尾页|末页|最后一页|第?\s*\d{1,2}\s*页?|>|»|››?|next)[\]】>\s]*", re.I)
_WRITTEN = re.compile(
    r"createPage(?:HTML|Html)?\w*\s*\(\s*(\d{1,2})\s*,\s*0\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](s?html?)[\"']"
)
_NUMBER = frozenset(("page", "p", "pageno", "pagenum", "pageindex", "currentpage", "curpage", "pn", "pg"))


def continued(root: Element, body: Element, url: str, addresses: Addresses) -> tuple[str, ...]:
    """Addresses of page 2, 3 … of the text on this page, in their order; none for a text on one page.

    A row of numbers is the text's where it stands in the body or in one of the two boxes around it.
    """
    near = [body, *body.iterancestors()][:3][-1]
    shapes: dict[int, str] = {}
    for address in (*_linked(near, addresses), *_written(root, addresses)):
        told = _numbered(url, address)
        if told is not None:
            shapes.setdefault(*told)
    if not shapes:
        return ()
    first, last = min(shapes), min(max(shapes), min(shapes) + MOST - 2)
    return tuple(shapes[first].replace(HERE, str(number)) for number in range(first, last + 1))


def _linked(root: Element, addresses: Addresses) -> Iterator[str]:
    for anchor in select(root, "a[href]"):
        if _CALLED.fullmatch(text_of(anchor)):
            address = addresses.absolute(anchor.get("href", ""))
            if address:
                yield address


def _written(root: Element, addresses: Addresses) -> Iterator[str]:
    """TRS: createPageHTML(3, 0, "t2021_1", "html") stands for t2021_1_1.html and t2021_1_2.html."""
    for script in select(root, "script"):
        for count, name, ending in _WRITTEN.findall("".join(map(str, script.itertext()))[:100_000]):
            for number in range(1, min(int(count), MOST)):
                yield addresses.absolute(f"{name}_{number}.{ending}")


def _numbered(url: str, address: str) -> tuple[int, str] | None:
    """(number, the address with HERE for it) when an address is the page's own with a number more; else None."""
    own, other = urlsplit(url), urlsplit(address)
    if (own.scheme, own.netloc) != (other.scheme, other.netloc):
        return None
    if own.query == other.query:
        stem, dot, ending = own.path.rpartition(".")
        found = re.fullmatch(rf"{re.escape(stem)}([_-])(\d{{1,2}})\.{re.escape(ending)}", other.path) if dot else None
        if found is None:
            return None
        shape = urlunsplit(other._replace(path=f"{stem}{found[1]}{HERE}.{ending}"))
        return int(found[2]), shape
    return _by_query(own.query, address) if own.path == other.path else None


def _by_query(own: str, address: str) -> tuple[int, str] | None:
    here, there = dict(parse_qsl(own)), dict(parse_qsl(urlsplit(address).query))
    changed = [name for name in there if here.get(name) != there[name]]
    if len(changed) != 1 or changed[0].lower() not in _NUMBER or set(here) - set(there):
        return None
    name, number = changed[0], there[changed[0]]
    if not re.fullmatch(r"[1-9]\d?", number) or int(number) < 2:
        return None
    return int(number), address.replace(f"{name}={number}", f"{name}={HERE}")
