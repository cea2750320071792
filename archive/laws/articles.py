"""The articles of a law's text."""

from __future__ import annotations

import re

_ARTICLE = re.compile(r"^[\s\u3000]*(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五])?)(?=[\s\u3000]|$)")
_HEADING = re.compile(r"^[\s\u3000]*第[一二三四五六七八九十百千零〇]+[编章节](?=[\s\u3000]|$)")
_CITED = re.compile(r"第[一二三四五六七八九十百千零]+条(?:之[一二三四五])?")


def article_of(text: str, cited: str) -> str:
    """The article that a citation names: 第八条第二款 gives the whole of 第八条, a range its first.

    '' where the text has none of that number."""
    wanted = _CITED.match(cited)
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        start = _ARTICLE.match(line)
        if start:
            inside = wanted is not None and start[1] == wanted[0]
        elif _HEADING.match(line):
            inside = False
        if inside:
            kept.append(line.strip())
    return "\n".join(kept)
