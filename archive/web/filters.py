"""What the templates may call: times, sizes, words, links and marks as people read them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from archive import words
from archive.clock import local
from archive.publish.laws import marks
from archive.record.about import site_name_under
from archive.record.look import read_only
from archive.settings import Settings, load_settings
from archive.text import filetypes
from archive.web import failures
from archive.web.pager import link
from archive.web.stock import labels
from archive.web.views import data_of
from archive.words import addresses
from archive.words.columns import LABELS, LEVELS


def add_filters(env: Any, datasette: Any) -> None:
    """Of the operator's time zone, and whether this is the demonstration: both as they are when the site starts."""
    settings, demo = Settings(), False
    if "archive" in datasette.databases:
        data = data_of(datasette)
        settings = load_settings(data)
        with closing(read_only(data)) as connection:
            demo = bool(connection.execute("SELECT 1 FROM archive_info WHERE key = 'demo' AND value = '1'").fetchone())
    env.filters |= {
        "when": lambda moment: local(moment, settings.zone) or "—",
        "size": size,
        "loads": loads,
        "safe_url": safe_url,
        "marked": marked,
        "flag": flag,
        "state": words.state,
        "verdict": words.verdict,
        "reason": words.reason,
        "change": words.change,
        "media": filetypes.called,
        "basis_marks": marks,
        "row_url": addresses.row,
    }
    env.globals |= {
        "demo": demo,
        "site": partial(site_name_under, data_of(datasette)),
        "words": words,
        "LABELS": LABELS,
        "LEVELS": LEVELS,
        "link": link,
        "labels": labels,
        "failures": failures,
        "style_version": _style_version(),
    }


def _style_version() -> str:
    style = Path(__file__).parent / "static" / "site.css"
    return hashlib.sha256(style.read_bytes()).hexdigest()[:10]


def size(count: int | None) -> str:
    """Bytes in the unit that fits."""
    if count is None:
        return "—"
    if count < 1024:
        return f"{count} 字节"
    return f"{count / 1024:.1f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def loads(text: str | None) -> Any:
    """A column that holds a JSON list; an empty one holds nothing."""
    return json.loads(text or "[]")


def flag(value: int | None) -> str:
    """A tick of the catalogue; — where the table has no such column."""
    return "—" if value is None else ("√" if value else "")


def safe_url(url: str | None) -> str:
    """The address when it may stand in a link: http and https only; '' otherwise."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url if url and parts.scheme in ("http", "https") and parts.netloc else ""


def marked(text: str, spans: Sequence[Sequence[int]]) -> Markup:
    """The text with <mark> round the spans, everything escaped."""
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        parts += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*parts, escape(text[at:])])
