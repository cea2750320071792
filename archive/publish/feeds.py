"""The latest changes as Atom (RFC 4287) and JSON: `/changes.atom`, `/areas/<slug>.atom`, `/changes.json`."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from datetime import UTC, tzinfo
from email.utils import format_datetime
from typing import Any

from lxml import etree

from archive.clock import parse
from archive.machine.database import Row, rows_of, value_of
from archive.publish.report import form
from archive.record.about import list_name, site_name
from archive.record.story import Story, stories
from archive.tell import render

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 60
"""Changes in a feed; a reader that asks less often than 60 changes happen finds the rest at /changes."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 cannot hold."""


class NoSuchArea(Exception):
    """The feed was asked for an area that the archive does not know."""


def feed(connection: sqlite3.Connection, base_url: str, area: str = "", zone: tzinfo = UTC) -> tuple[bytes, str, str]:
    """(Atom document, ETag, Last-Modified) of the latest changes, of one area when `area` (a slug) is given.

    Ids are tag: URIs built from the archive and the number of the change, so that they survive a change of address.
    Times in sentences are those of `zone`. Raises NoSuchArea.
    """
    base_url = base_url.rstrip("/")
    title = _title(connection, area)
    path = f"/areas/{area}" if area else "/changes"
    found = stories(connection, [row["id"] for row in _changes(connection, area)], base_url, zone)
    updated = max((story.updated_at for story in found), default=_first_crawl(connection))
    tag = _tag(connection)
    namespaces: dict[Any, str] = {None: ATOM}
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=namespaces)
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-CN")
    _text(root, "id", f"{tag}/{'areas/' + area if area else 'changes'}")
    _text(root, "title", title)
    _text(root, "updated", updated)
    _link(root, "self", f"{base_url}{path}.atom", "application/atom+xml")
    _link(root, "alternate", f"{base_url}{path}", "text/html")
    _text(etree.SubElement(root, f"{{{ATOM}}}author"), "name", site_name(connection))
    for story in found:
        _entry(root, story, tag)
    return _made(etree.tostring(root, xml_declaration=True, encoding="utf-8"), updated)


def changes_json(connection: sqlite3.Connection, base_url: str) -> tuple[bytes, str, str]:
    """The same changes as (JSON list in the form of `guidelines changes --json` with links, ETag, Last-Modified)."""
    document = [
        form(row)
        | {
            "updated_at": row["updated_at"] or row["detected_at"],
            "restored_at": row["restored_at"],
            "link": f"{base_url.rstrip('/')}/changes/{row['id']}",
        }
        for row in _changes(connection)
    ]
    updated = max((change["updated_at"] for change in document), default=_first_crawl(connection))
    return _made(json.dumps(document, ensure_ascii=False, indent=1).encode(), updated)


def _made(body: bytes, updated: str) -> tuple[bytes, str, str]:
    at = format_datetime(parse(updated).astimezone(UTC), usegmt=True)
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', at


def not_modified(etag: str, last_modified: str, if_none_match: str, if_modified_since: str) -> bool:
    """Whether a conditional GET is answered by 304 (RFC 9110: If-None-Match wins over If-Modified-Since)."""
    if if_none_match:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in tags or etag in tags
    return bool(if_modified_since) and if_modified_since == last_modified


def _changes(connection: sqlite3.Connection, area: str = "") -> list[Row]:
    """Newest first; what only our own reader did (upgrade) is no news."""
    return rows_of(
        connection,
        """SELECT * FROM change_list
           WHERE kind <> 'upgrade' AND (:area = '' OR id IN (
             SELECT change_id FROM change_areas JOIN areas a ON a.id = area_id WHERE a.slug = :area))
           ORDER BY detected_at DESC, id DESC LIMIT :entries""",
        {"area": area, "entries": ENTRIES},
    )


def _title(connection: sqlite3.Connection, area: str) -> str:
    if not area:
        return f"{list_name(connection)}：变化"
    name = value_of(connection, "SELECT name FROM areas WHERE slug = ?", [area])
    if name is None:
        raise NoSuchArea(f"没有名为 {area} 的领域")
    return f"{list_name(connection)}：{name}"


def _entry(root: Any, story: Story, tag: str) -> None:
    entry = etree.SubElement(root, f"{{{ATOM}}}entry")
    _text(entry, "id", f"{tag}/changes/{story.id}")
    _text(entry, "title", f"{story.kind_name}：{story.headline}")
    _text(entry, "published", story.detected_at)
    _text(entry, "updated", story.updated_at)
    _link(entry, "alternate", story.link, "text/html")
    if story.source:
        _link(entry, "related", story.source, "")
    etree.SubElement(entry, f"{{{ATOM}}}category", term=story.kind, label=story.kind_name)
    _text(entry, "content", render.change(story)).set("type", "html")


def _tag(connection: sqlite3.Connection) -> str:
    """RFC 4151. The archive is named by its first crawl, so ids outlive a change of `base_url`."""
    found = rows_of(connection, "SELECT token, started_at FROM own_crawls ORDER BY id LIMIT 1")
    name = (
        hashlib.sha256(f"{found[0]['token']} {found[0]['started_at']}".encode()).hexdigest()[:12] if found else "empty"
    )
    return f"tag:guidelines.invalid,2026:{name}"


def _first_crawl(connection: sqlite3.Connection) -> str:
    started = rows_of(connection, "SELECT min(started_at) AS at FROM own_crawls")[0]["at"]
    return str(started or "2026-01-01T00:00:00Z")


def _text(parent: Any, name: str, text: str) -> Any:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = _FORBIDDEN.sub("\ufffd", text)
    return element


def _link(parent: Any, rel: str, href: str, media_type: str) -> None:
    link = etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=_FORBIDDEN.sub("", href))
    if media_type:
        link.set("type", media_type)
