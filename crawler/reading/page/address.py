"""Addresses on a page: absolute, without what differs from visit to visit, and which of them are files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from attrs import frozen
from w3lib.url import safe_url_string

from archive.text.filetypes import FILE
from archive.text.links import is_signed
from crawler.reading.html.dom import Element, select, tag_of

ENDING = re.compile(rf"\.(?:{FILE})$", re.I)
_IN_QUERY = re.compile(rf"\.(?:{FILE})(?:$|&)", re.I)
_DOWNLOAD = re.compile(
    r"/m?server/download|/download(?:file)?(?:\.\w+)?(?:/?$|/?\?)|down(?:load)?file|filedown|fileid="
    r"|attachid=|attachmentid=|/attach(?:ment)?s?/[^/]+$"
    r"|[?&](?:file|filename|fileurl|filepath|attach)=|getfile|downattach|fileserver|/download/.*[?&](?:_?id|file\w*)=",
    re.I,
)
_PAGE = re.compile(r"(?:\.s?html?|\.jsp|\.aspx?|\.php|\.do|/)$", re.I)
_SESSION = re.compile(
    r"(?:j?session_?id|phpsessid|aspsessionid\w*|asp\.net_sessionid|_t|_ts|timestamp|time_?stamp|nonce|_random|random|rnd|_)$",
    re.I,
)
_SHORT_LIVED = re.compile(r"(?:t|ts|r|v|rand|sid)$", re.I)
_MOMENT = re.compile(r"\d{10}(?:\d{3})?|0\.\d{6,}|(?=\w*\d)(?=\w*[a-z])\w{8,}", re.I)
_QUOTED = re.compile(r"[\"'`]([^\"'`<>\s][^\"'`<>\n]{2,500})[\"'`]")
_SCHEME = re.compile(r"\s*javascript\s*:", re.I)
_VIEWED = re.compile(r"[?&](?:file|url|src|path|fileurl|filepath|pdf)=([^&#]+)", re.I)
_SHOWN = {"iframe": "src", "embed": "src", "object": "data", "frame": "src", "source": "src"}


@frozen
class Addresses:
    """Where a page's links lead."""

    base: str
    charset: str = "utf-8"

    @classmethod
    def of(cls, root: Element, url: str, charset: str) -> Addresses:
        declared = next((base.get("href") for base in select(root, "base") if base.get("href")), "") or ""
        return cls(urljoin(url, declared.strip()), charset)

    def absolute(self, href: str) -> str:
        """The absolute address of a link, escaped, without fragment and session ids; '' for what is no http address."""
        href = re.sub(r"[\t\r\n\x00-\x1f]", "", href).strip().replace("\\", "/")
        if not href or href.startswith("#") or re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", href, re.I):
            return ""
        try:
            parts = urlsplit(urljoin(self.base, href))
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
                return ""
            path = re.sub(r";(?:j?sessionid|phpsessid)=[^/?#;]*", "", parts.path, flags=re.I)
            host = parts.netloc.rpartition("@")[2]  # a user and password in a link are nobody's to keep or to show
            url = urlunsplit((parts.scheme, host, path or "/", _lasting(parts.query), ""))
            encoding = self.charset if self.charset in ("gb18030", "big5hkscs") else "utf-8"
            return str(safe_url_string(url, encoding=encoding))
        except ValueError:
            return ""

    def is_beside(self, url: str) -> bool:
        """Whether an address lies in the folder of the page itself."""
        folder = urljoin(self.base, ".")
        return url.startswith(folder) and "/" not in url[len(folder) :].partition("?")[0]


def target(element: Element) -> str:
    """What an element leads to: the address of its link, else the file that its script or its frame opens; else ''."""
    href = element.get("href", "") if tag_of(element) == "a" else ""
    if href and not _SCHEME.match(href) and not href.strip().startswith("#"):
        return href
    return next(opened(element), "")


def opened(element: Element) -> Iterator[str]:
    """Addresses of files that an element opens otherwise than by a link: javascript:, onclick, data-…, a frame."""
    carrier = _SHOWN.get(tag_of(element))
    shown = element.get(carrier, "") if carrier else ""
    if shown:
        inner = _VIEWED.search(shown)
        if inner and is_file(unquote(inner[1])):
            yield unquote(inner[1])
        elif is_file(shown):
            yield shown
    for name, value in element.attrib.items():
        name = str(name).lower()
        if (name == "href" and _SCHEME.match(str(value))) or name.startswith("on"):
            yield from files_in(str(value))
        elif name.startswith("data-") and is_file(str(value)) and len(value) < 600:
            yield str(value)


def files_in(source: str) -> Iterator[str]:
    """Addresses of files among the quoted words of a piece of script; a name without a folder is one only in Latin."""
    for found in _QUOTED.finditer(source):
        text = found[1].replace("\\/", "/").strip()
        if is_file(text) and (re.match(r"(?:https?:/)?\.{0,2}/", text) or (text.isascii() and " " not in text)):
            yield text


def is_file(url: str) -> bool:
    """Whether an address alone says that it is a file."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = unquote(parts.path)
    if ENDING.search(path) or _IN_QUERY.search(unquote(parts.query)):
        return True
    where = f"{path}?{parts.query}" if parts.query else path
    return bool(_DOWNLOAD.search(where)) and not (_PAGE.search(path) and not parts.query)


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
