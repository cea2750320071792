"""`guidelines try`: one page or file read as the crawl would read it, and all that is to be said of it, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from archive.machine import faults
from archive.machine.faults import StoreError
from archive.model import Document, Finding, Item, Verdict
from archive.settings import Settings
from crawler.advise import explain
from crawler.advise.fetch import Fetched, fetch
from crawler.advise.propose import propose
from crawler.judge.evidence import Evidence
from crawler.judge.verdict import judge
from crawler.reading.formats.errors import UnreadableError
from crawler.reading.formats.mht import shown
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from crawler.readings import read_one
from crawler.sources import Declared

ROWS = 5
"""Rows of a catalogue that are shown."""
DOUBTS = 20


@frozen
class Seen:
    """A page or file with its reading."""

    fetched: Fetched
    rule: Rule
    document: Document
    finding: Finding


def is_address(target: str) -> bool:
    return urlsplit(target).scheme.lower() in ("http", "https")


def had(target: str, url: str, settings: Settings) -> Fetched:
    """The bytes of an address, or of a file that is read as though `url` had given it. Raises StoreError."""
    if is_address(target):
        return fetch(target, settings)
    path = Path(target)
    try:
        if path.stat().st_size > settings.max_bytes:
            raise StoreError(f"{path} 超过上限 {settings.max_bytes:,} 字节（settings.toml 的 max_bytes）")
        return Fetched(url, 200, {"content-disposition": f'attachment; filename="{path.name}"'}, path.read_bytes())
    except OSError as error:
        raise StoreError(f"不能读取 {path}：{faults.why(error)}") from error


def seen(fetched: Fetched, declared: Declared) -> Seen:
    """Read apart, and judged for what can be told without knowing what it ought to be."""
    rule = declared.rule_for(fetched.url)
    if fetched.trouble is not None:
        return Seen(fetched, rule, Document(), fetched.trouble)
    document = read_one(fetched.body, fetched.headers, fetched.url, rule)
    payload, headers = as_page(fetched.body, fetched.headers)
    kind = "page" if sniff(payload, headers) == "html" else "attachment"
    evidence = Evidence(
        kind=kind,
        title=document.title,
        url=fetched.url,
        declared_url=fetched.url,
        http_status=fetched.status,
        headers=headers,
        payload=payload,
        document=document,
        truncated=fetched.truncated,
    )
    return Seen(fetched, rule, document, judge(evidence))


def as_page(payload: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """What is shown of a page that was saved as one file."""
    if sniff(payload, headers) == "mht":
        try:
            return shown(payload, headers)
        except UnreadableError:
            return payload, headers
    return payload, headers


def told(one: Seen, declared: Declared) -> dict[str, Any]:
    """The `try` document."""
    document, fetched = one.document, one.fetched
    payload, headers = as_page(fetched.body, fetched.headers)
    found: dict[str, Any] = {
        "url": fetched.url,
        "http_status": fetched.status,
        "verdict": str(one.finding.verdict),
        "reason": str(one.finding.reason),
        "detail": one.finding.detail or document.problem.text,
        "media_type": document.media_type,
        "site": _site(one.rule, declared, fetched.url),
        "title": {"value": document.title, "rule": ""},
        "metadata": [],
        "body": {},
        "text": document.text,
        "files": [{"name": file.name, "url": file.url} for file in document.attachments],
        "pictures": [{"name": picture.name, "url": picture.url} for picture in document.pictures],
        "members": [member.path for member in document.members],
        "rows": _rows(document),
        "review": list(document.review),
        "left_out": [],
        "proposal": None,
    }
    if fetched.trouble is None and sniff(payload, headers) == "html":
        headers = {"content-location": fetched.url, **headers}
        page = explain.Page.of(payload, headers, one.rule, document)
        found |= {
            "title": explain.title(page),
            "metadata": explain.metadata(page),
            "body": explain.body(page),
            "left_out": explain.left_out(page),
        }
        proposal = propose(page, fetched.url)
        found["proposal"] = proposal.told() if proposal else None
    return found


def _site(rule: Rule, declared: Declared, url: str) -> dict[str, Any]:
    """Which rule reads the page: a [[site]] of its host, or the one for any host."""
    own = rule.host if rule.host in declared.rules else ""
    return {"host": urlsplit(url).hostname or "", "rule": own}


def _rows(document: Document) -> dict[str, Any]:
    areas = Counter(item.area for item in document.items)
    doubtful = [item for item in document.items if item.review]
    return {
        "count": len(document.items),
        "review": len(doubtful),
        "areas": dict(areas),
        "first": [_row(item) for item in document.items[:ROWS]],
        "doubtful": [_row(item) | {"review": item.review} for item in doubtful[:DOUBTS]],
        "tables": len(document.tables),
        "why": [why for table in document.tables for why in table.review][:DOUBTS],
    }


def _row(item: Item) -> dict[str, str]:
    return {name: getattr(item, name) for name in ("serial", "level1", "level2", "content", "subject")}


def is_notice(one: Seen) -> bool:
    """Whether there is something to watch at this address."""
    return one.finding.verdict is Verdict.OK and not one.document.problem
