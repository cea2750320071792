"""A page that a browser, or Word, has saved as one file (.mht): the page in it, read as any other."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve

from archive.model import Document
from archive.text.filetypes import MEDIA_TYPES
from crawler.reading.formats.errors import UnreadableError
from crawler.reading.formats.mht import shown
from crawler.reading.formats.read import read_html
from crawler.reading.page.read import read_page
from crawler.reading.rule import Rule

MEDIA_TYPE = MEDIA_TYPES["mht"]
_OFFICE = re.compile(
    rb"ProgId\W{1,10}content=\W{0,3}(?:Word|Excel)\.|urn:schemas-microsoft-com:office:(?:word|excel)", re.I
)
"""What Word and Excel write into the head of their pages: all of such a page is the document, no site is around it."""


def read_saved_page(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    try:
        html, of_page = shown(payload, headers)
    except UnreadableError as error:
        return Document(problem=error.problem, media_type=MEDIA_TYPE)
    reader = read_html if _OFFICE.search(html[:8000]) else read_page
    return evolve(reader(html, of_page, rule), media_type=MEDIA_TYPE)
