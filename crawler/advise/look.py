"""`guidelines try`: one page or file read as the crawl would read it, and all that is to be said of it, as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import evolve, frozen

from archive.machine import faults
from archive.machine.faults import StoreError
from archive.model import Document, Finding, Item, Verdict
from archive.settings import Settings
from archive.text.filetypes import FILE
from archive.text.fold import compare_fold
from crawler.advise import explain
from crawler.advise.explain import Page
from crawler.advise.fetch import Fetched, fetch
from crawler.judge.evidence import Evidence
from crawler.judge.verdict import judge
from crawler.reading.formats.errors import UnreadableError
from crawler.reading.formats.mht import shown
from crawler.reading.html.dom import Element, select, tag_of, text_of
from crawler.reading.page.read import read_page
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


# ---------------------------------------------------------------- a rule proposed

# A [[site]] rule for a host that has none, proposed from one page, and what is read by it.
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_FILE = re.compile(rf"\.(?:{FILE})(?:$|[?#])", re.I)
_PIECE = 20
SHARE = 0.9
"""Of the text's lines that the proposed element must hold."""


@frozen
class Proposal:
    host: str
    places: Mapping[str, tuple[str, ...]]
    """Key of [[site]] → CSS."""
    reading: Document
    """By the rule that knows these places."""

    @property
    def toml(self) -> str:
        lines = ["[[site]]", f"host = {json.dumps(self.host)}"]
        lines += [f"{key} = {json.dumps(list(css), ensure_ascii=False)}" for key, css in self.places.items()]
        return "\n".join(lines) + "\n"

    def told(self) -> dict[str, Any]:
        return {
            "toml": self.toml,
            "confidence": self.reading.confidence,
            "characters": len("".join(self.reading.text.split())),
            "title": self.reading.title,
            "files": len(self.reading.attachments),
            "rows": len(self.reading.items),
        }


def propose(page: Page, url: str) -> Proposal | None:
    """None where a rule or a usual container has found the body surely, or no place for it can be named."""
    if page.document.confidence == "high" and page.document.text:
        return None
    box = _box(page)
    css = path_of(page.root, box) if box is not None else ""
    if box is None or not css:
        return None
    places: dict[str, tuple[str, ...]] = {"content": (css,)}
    if heading := _heading(page, box):
        places["title"] = (heading,)
    if files := _files(page, box):
        places["attachments"] = (files,)
    reading = read_page(page.payload, page.headers, _with(page.rule, places))
    return Proposal(_host(url), places, reading)


def _with(rule: Rule, places: Mapping[str, tuple[str, ...]]) -> Rule:
    """The rule that the crawl would have, were these places declared: they go before its own."""
    before = {key: (*css, *getattr(rule, key)) for key, css in places.items()}
    return evolve(rule, **cast(Any, before))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower() or "这里写主机名"


def _box(page: Page) -> Element | None:
    """The smallest element that holds the text that was guessed; else the one with most sentences outside of links."""
    body = next(iter(select(page.root, "body")), None)
    lines = [compare_fold(line)[:_PIECE] for line in page.document.text.splitlines() if len(line) >= _PIECE]
    if body is None:
        return None
    box = body
    while True:
        inner = next((child for child in box if tag_of(child) and _holds(child, lines)), None)
        if inner is None:
            break
        box = inner
    return None if box is body else box


def _holds(element: Element, lines: list[str]) -> bool:
    text = compare_fold(text_of(element))
    if not lines:
        return len(text) > 0 and text.count("。") >= 1
    return sum(line in text for line in lines) >= len(lines) * SHARE


def path_of(root: Element, element: Element) -> str:
    """CSS that finds this element alone: by a name of its own, else by its place under the nearest one that has one."""
    steps: list[str] = []
    for place in (element, *element.iterancestors()):
        name = next(_names(root, place), "")
        if name or tag_of(place) in ("body", "html"):
            css = " > ".join([name or tag_of(place), *reversed(steps)])
            return css if select(root, css) == [element] else ""
        parent = place.getparent()
        if parent is None:
            return ""
        alike = [child for child in parent if tag_of(child) == tag_of(place)]
        steps.append(f"{tag_of(place)}:nth-of-type({alike.index(place) + 1})" if len(alike) > 1 else tag_of(place))
    return ""


def _names(root: Element, element: Element) -> Iterator[str]:
    """Selectors by id or class that match nothing else on the page. Numbers in a name belong to one article."""
    if tag_of(element) in ("body", "html"):
        return
    identity = element.get("id") or ""
    names = [f"#{identity}"] if _NAME.fullmatch(identity) and not re.search(r"\d{3}", identity) else []
    classes = (element.get("class") or "").split()
    names += [f"{tag_of(element)}.{name}" for name in classes if _NAME.fullmatch(name)]
    yield from (name for name in names if select(root, name) == [element])


def _heading(page: Page, box: Element) -> str:
    """Where the title stands as a heading of its own, if not in h1 to h3, where it is looked for anyway."""
    wanted = compare_fold(page.document.title)
    if not wanted or any(wanted == compare_fold(text_of(h)) for h in select(page.root, "h1, h2, h3")):
        return ""
    alike = [
        e for e in select(page.root, "body *") if tag_of(e) and compare_fold(text_of(e)) == wanted and e is not box
    ]
    return next(filter(None, (path_of(page.root, element) for element in alike)), "")


def _files(page: Page, box: Element) -> str:
    """The nearest place beside the body that holds links to files."""
    for anchor in select(page.root, "a[href]"):
        if not _FILE.search(anchor.get("href") or "") or box in anchor.iterancestors():
            continue
        for place in anchor.iterancestors():
            if place in box.iterancestors() or tag_of(place) == "body":
                break
            if name := next(_names(page.root, place), ""):
                return name
    return ""
