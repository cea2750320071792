"""Whether a page of html came to its end. A server that cuts an answer and declares the shorter length leaves no other
trace: the markup stops somewhere, and whatever followed is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from archive.text.same import compared
from crawler.reading.html.charset import decode
from crawler.reading.html.dom import parse, select, texts

_NO_MARKUP = re.compile(r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s*>|$)", re.I | re.S)
# elements whose end tag nobody leaves out
_PAIRED = re.compile(r"<(/?)(div|table|ul|ol|section|article|main|form)(?=[\s>/])", re.I)
_LAST_WORDS = 24
_TAIL = 3000


def closes(payload: bytes) -> bool:
    """Whether the end tag of the page or of its body stands at its end."""
    tail = payload[-4096:].lower()
    return b"</html" in tail or b"</body" in tail


def opens(payload: bytes) -> bool:
    return b"<html" in payload[:4096].lower()


def ends_inside_a_tag_or_word(payload: bytes) -> bool:
    return not payload.rstrip(b" \t\r\n\x00").endswith(b">")


def leaves_open(payload: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a box, table or list that was opened is never closed."""
    html = _NO_MARKUP.sub("", decode(payload, headers)[0])
    depth: Counter[str] = Counter()
    for closing, tag in _PAIRED.findall(html):
        depth[tag.lower()] += -1 if closing else 1
    return any(open_ > 0 for open_ in depth.values())


def same_ending(payload: bytes, before: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the last words that a visitor saw on the page before, its footer mostly, are there again."""
    last = _visible(before, headers)[-_LAST_WORDS:]
    return bool(last) and last in _visible(payload, headers)[-_TAIL:]


def is_beginning(text: str, before: str) -> bool:
    """Whether a text is nothing but the beginning of the one before. A table cut in its second row is none any more."""
    short, whole = (re.sub(r"[│┃\s]", "", compared(each)) for each in (text, before))
    return len(short) < len(whole) and whole.startswith(short)


def _visible(payload: bytes, headers: Mapping[str, str]) -> str:
    """The words a visitor sees, without blanks; digits, which a footer counts with, as one sign."""
    body = next(iter(select(parse(decode(payload, headers)[0]), "body")), None)
    words = "".join(texts(body)) if body is not None else ""
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", words))
