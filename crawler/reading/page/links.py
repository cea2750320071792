"""The files that a notice's page links to, from the tree: in the body, beside it, and where the site's rule says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit, urlunsplit

from attrs import define
from w3lib.url import safe_url_string

from archive.model import Attachment
from archive.text.filetypes import FILE
from archive.text.links import is_signed
from archive.text.noise import without_counters
from crawler.reading.html.dom import (
    BLANK,
    END,
    START,
    WORDS,
    Element,
    Walk,
    is_block,
    is_hidden,
    select,
    select_all,
    tag_of,
)
from crawler.reading.rule import Rule

_FILE = re.compile(rf"\.(?:{FILE})$", re.I)
_FILE_IN_QUERY = re.compile(rf"\.(?:{FILE})(?:$|&)", re.I)
_DOWNLOAD = re.compile(
    r"/m?server/download|/download(?:file)?(?:\.\w+)?(?:/?$|/?\?)|down(?:load)?file|filedown|fileid="
    r"|attachid=|attachmentid=|/attach(?:ment)?s?/[^/]+$"
    r"|[?&](?:file|filename|fileurl|filepath|attach)=|getfile|downattach|fileserver|/download/.*[?&](?:_?id|file\w*)=",
    re.I,
)
_PAGE = re.compile(r"(?:\.s?html?|\.jsp|\.aspx?|\.php|\.do|/)$", re.I)
_NAMED = re.compile(
    r"[【\[（(]?附\s*(?:件|表|录|图)?\s*[0-9０-９一二三四五六七八九十]*\s*[.．、:：\-—）)】\]]|附件\s*\d*\s*$|附件\s*\d*\s*\S"
)
_LABEL = re.compile(r"(?:^|[\s。；（(])附\s*[件表]\s*[0-9０-９一二三四五六七八九十]*\s*[:：][\s0-9０-９.．、]*$")
_SESSION = re.compile(
    r"(?:j?session_?id|phpsessid|aspsessionid\w*|asp\.net_sessionid|_t|_ts|timestamp|time_?stamp|nonce|_random|random|rnd|_)$",
    re.I,
)
_SHORT_LIVED = re.compile(r"(?:t|ts|r|v|rand|sid)$", re.I)
_MOMENT = re.compile(r"\d{10}(?:\d{3})?|0\.\d{6,}|(?=\w*\d)(?=\w*[a-z])\w{8,}", re.I)
_GENERIC = re.compile(
    r"[\[【（(]?\s*(?:点击|立即|附件|文件|全文|正文)*\s*(?:下载|查看|打开|预览|浏览|此处)*(?:附件|全文|文件|此处)*\s*[\]】）)]?"
)
_SIZE = re.compile(r"[（(\[]?\s*\d+(?:\.\d+)?\s*(?:KB|MB|GB|K|M|字节)\s*[）)\]]?", re.I)
_DOWNLOAD_WORD = re.compile(r"\s*[\[【（(]\s*(?:点击)?下载\s*[\]】）)]\s*")


@define
class _Link:
    url: str
    text: str
    title: str
    before: str
    """Text between the link before it and this one, within the same block."""
    adjoining: bool
    """Nothing but blanks stands between it and the link before."""
    in_body: bool


def attachments(
    root: Element, body: Element | None, base: str, charset: str, rule: Rule, drop: frozenset[Element] = frozenset()
) -> tuple[Attachment, ...]:
    """The files of a notice, in the order of the page, each once; addresses absolute and without session ids."""
    base = _base(root, base)
    found: dict[str, list[_Link]] = {}
    for link in _links(root, body, base, charset, rule, drop):
        found.setdefault(link.url, []).append(link)
    return tuple(Attachment(_name(links), url) for url, links in found.items())


def _links(
    root: Element, body: Element | None, base: str, charset: str, rule: Rule, drop: frozenset[Element]
) -> Iterator[_Link]:
    places: list[tuple[Element, bool]] = [(root if body is None else body, body is not None)]
    seen: set[Element] = set()
    declared = select_all(root, rule.attachments)
    if body is not None:
        places += [(element, False) for element in _beside(body)]
    places += [(element, True) for element in declared]
    for place, inside in places:
        for link, element in _walk(place, base, charset, drop, inside):
            if element in seen:
                continue
            seen.add(element)
            if _is_file(link):
                yield link


def _beside(body: Element) -> Iterator[Element]:
    """What follows the body inside the boxes around it: files are often listed there. Two boxes, no further."""
    element = body
    for _ in range(2):
        yield from (
            sibling for sibling in element.itersiblings() if tag_of(sibling) not in ("", "footer", "nav", "aside")
        )
        parent = element.getparent()
        if parent is None or tag_of(parent) in ("body", "html"):
            return
        element = parent


def _walk(
    place: Element, base: str, charset: str, drop: frozenset[Element], inside: bool
) -> Iterator[tuple[_Link, Element]]:
    between: list[str] = []
    anchor: Element | None = None
    text: list[str] = []
    adjoining = False
    walk = Walk(place)
    for step, node, words in walk:
        if step == WORDS and anchor is not None:
            text.append(words)
        elif step == WORDS:
            between.append(words)
            adjoining = adjoining and not words.strip()
        elif step == START and (node in drop or (node is not place and is_hidden(node))):
            walk.skip()
        elif step == END and node is anchor:
            url = address(node.get("href", ""), base, charset)
            title = node.get("title") or node.get("download") or ""
            if url:
                before = _one_line("".join(between))
                yield _Link(url, _one_line("".join(text)), _one_line(title), before, adjoining, inside), node
            anchor = None
            between.clear()
            adjoining = True
        elif is_block(tag_of(node)):
            between.clear()
            adjoining = False
        elif step == START and anchor is None and tag_of(node) == "a" and node.get("href"):
            anchor = node
            text.clear()


def _is_file(link: _Link) -> bool:
    """By extension or download address anywhere; in the body also by name (附件1：…, 目录.docx) or label (附件：)."""
    parts = urlsplit(link.url)
    path = unquote(parts.path)
    if _FILE.search(path) or _FILE_IN_QUERY.search(unquote(parts.query)):
        return True
    where = f"{path}?{parts.query}" if parts.query else path
    if _DOWNLOAD.search(where) and not (_PAGE.search(path) and not parts.query):
        return True
    if not link.in_body or path in ("", "/") or len(link.text) >= 120:
        return False
    labelled = link.text and _LABEL.search(link.before)
    return bool(labelled or _NAMED.match(link.text) or _FILE.search(link.text) or _FILE.search(link.title))


# ---------------------------------------------------------------- addresses


def _base(root: Element, url: str) -> str:
    declared = next((base.get("href") for base in select(root, "base") if base.get("href")), "") or ""
    return urljoin(url, declared.strip())


def address(href: str, base: str, charset: str) -> str:
    """The absolute address of a link, escaped, without fragment and session ids; '' for what is no http address."""
    href = re.sub(r"[\t\r\n\x00-\x1f]", "", href).strip().replace("\\", "/")
    if not href or href.startswith("#") or re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", href, re.I):
        return ""
    try:
        parts = urlsplit(urljoin(base, href))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return ""
        path = re.sub(r";(?:j?sessionid|phpsessid)=[^/?#;]*", "", parts.path, flags=re.I)
        host = parts.netloc.rpartition("@")[2]  # a user and password in a link are nobody's to keep or to show
        url = urlunsplit((parts.scheme, host, path or "/", _lasting(parts.query), ""))
        return str(safe_url_string(url, encoding=charset if charset in ("gb18030", "big5hkscs") else "utf-8"))
    except ValueError:
        return ""


def _lasting(query: str) -> str:
    """The query without what differs from visit to visit; untouched when nothing of it does, or when it is signed: a
    signature without the moment that it covers opens nothing."""
    if not query or is_signed(query):
        return query
    kept = []
    for part in re.split(r"[&;](?!amp;)", query):
        name, _, value = part.partition("=")
        if _SESSION.match(name) or (_SHORT_LIVED.match(name) and _MOMENT.fullmatch(value)):
            continue
        kept.append(part)
    return "&".join(kept)


# ---------------------------------------------------------------- names


def _name(links: list[_Link]) -> str:
    """What people call the file: the text of its link (of all its parts), else a title, else what the address says."""
    names: list[str] = []
    text = ""
    for link in links:
        if link.adjoining and text and link.text not in text:
            text += link.text
            names[-1] = text
        else:
            text = link.text
            names.append(text)
    for name in sorted((_tidy(name) for name in names), key=len, reverse=True):
        if not _GENERIC.fullmatch(name) and not _FILE.fullmatch(name):
            return name
    for candidate in (*(link.title for link in links), *(link.before for link in links), *_in_address(links[0].url)):
        name = _tidy(candidate).strip("：: ")
        if name and not _GENERIC.fullmatch(name) and not _FILE.fullmatch(name) and len(name) < 200:
            return name
    return next((name for name in names if name), "附件")


def _tidy(name: str) -> str:
    name = _DOWNLOAD_WORD.sub(" ", _SIZE.sub("", without_counters(name)))
    return BLANK.sub(" ", name).strip(" \u3000;；,，")


def _in_address(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    for key, value in parse_qsl(parts.query):
        if re.fullmatch(r"(?:file_?name|name|realname|filename\w*)", key, re.I):
            yield value
    yield unquote(parts.path.rstrip("/").rpartition("/")[2])


def _one_line(text: str) -> str:
    return BLANK.sub(" ", text).strip()
