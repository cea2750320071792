"""A page whose text stands in its script, as JSON that the browser makes the page of (gkmlpt and other shells)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from crawler.reading.html.dom import Element, parse, select, weight

LONGEST = 5_000_000
"""Characters of a script that are looked through."""
ENOUGH = 60
_CONTENT = re.compile(r"[\"'](?:content|body|htmlContent|articleContent|text|contentHtml)[\"']\s*:\s*(?=\")")
_FILES = re.compile(r"[\"'](?:attachments?|files|attachmentList|fileList|annex)[\"']\s*:\s*(?=\[)")
_ADDRESS = ("url", "link", "path", "fileUrl", "downloadUrl", "src")
_NAME = ("name", "title", "fileName", "filename", "text")
_MOST = 50


def body_in_script(root: Element) -> tuple[Element, tuple[tuple[str, str], ...]] | None:
    """(the text as an element, (name, address) of the files named beside it); None where no script holds one."""
    best: tuple[int, Element, str] | None = None
    for script in select(root, "script"):
        source = "".join(map(str, script.itertext()))[:LONGEST]
        for text in _values(source, _CONTENT):
            if isinstance(text, str) and "<" in text:
                element = parse(text)
                size = weight(element)
                if size >= ENOUGH and (best is None or size > best[0]):
                    best = (size, element, source)
    return None if best is None else (best[1], tuple(_files(best[2])))


def _values(source: str, name: re.Pattern[str]) -> Iterator[object]:
    decoder = json.JSONDecoder()
    for found in list(name.finditer(source))[:_MOST]:
        try:
            yield decoder.raw_decode(source, found.end())[0]
        except (ValueError, RecursionError):
            continue


def _files(source: str) -> Iterator[tuple[str, str]]:
    for entries in _values(source, _FILES):
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                address = next((entry[key] for key in _ADDRESS if isinstance(entry.get(key), str)), "")
                name = next((entry[key] for key in _NAME if isinstance(entry.get(key), str)), "")
                if address:
                    yield name, address
