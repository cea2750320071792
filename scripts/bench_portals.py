"""How well pages of government sites that no rule names are read, against what a person found on them.

The gold stands in tests/reading/portals*.json: facts only (title, dates, numbers, the first and the last words), as
they were read off the pages by eye; the pages lie beside the repository. `portals_aside.json` holds the hosts that were
not looked at while the reader was written.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from archive.model import Document
from crawler.reading import read
from crawler.sources import load_sources
from scripts.measuring import TOP, saved, timed

GOLD = (TOP / "tests/reading/portals.json", TOP / "tests/reading/portals_aside.json")
FIELDS = (
    "document_number", "index_number", "issuer", "issued_on", "published_on", "effective_on", "expires_on", "in_force",
)  # fmt: skip
NEVER_WRONG = ("document_number", "issued_on", "effective_on", "expires_on", "in_force")


@frozen
class Portal:
    file: str
    known: dict[str, Any]
    document: Document
    seconds: float

    @property
    def wrong(self) -> list[str]:
        """Fields with a value that is not theirs, with that value."""
        return [f"{name}={got}" for name, known, got in self._fields() if got and got not in known]

    @property
    def missing(self) -> list[str]:
        return [name for name, known, got in self._fields() if not got and "" not in known]

    def _fields(self) -> Iterator[tuple[str, list[str], str]]:
        yield "title", _accepted(self.known["title"]), self.document.title
        for name in FIELDS:
            yield name, _accepted(self.known["metadata"].get(name, "")), self.document.metadata.get(name, "")

    @property
    def lost(self) -> list[str]:
        return [url for url in self.known["files"] if url not in self._files()]

    @property
    def extra(self) -> list[str]:
        return [url for url in self._files() if url not in self.known["files"]]

    def _files(self) -> list[str]:
        return [attachment.url for attachment in self.document.attachments]

    @property
    def has_text(self) -> bool:
        return bool(self.known["first"])

    @property
    def confident(self) -> bool:
        return self.document.confidence == "high" and not self.document.problem

    @property
    def furniture(self) -> int:
        """Characters before the first and behind the last words of the body, and of lines that are not its own."""
        text = self.document.text
        if not self.has_text:
            return len(_bare(text)) if any(piece in text for piece in self.known["furniture"]) else 0
        bare = _bare(text)
        starts = [place for first in _accepted(self.known["first"]) if (place := bare.find(_bare(first))) >= 0]
        before = _bare_title(bare[: min(starts, default=0)], self.known)
        lines = [line for line in text.splitlines() if any(piece in line for piece in self.known["furniture"])]
        return len(before) + sum(len(_bare(line)) for line in lines if len(line) < 120)

    @property
    def loss(self) -> list[str]:
        """Which ends of the body are not in the text."""
        bare = _bare(self.document.text)
        ends = {name: _accepted(self.known[name]) for name in ("first", "last") if self.has_text}
        return [name for name, words in ends.items() if not any(_bare(word) in bare for word in words)]


def _accepted(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _bare(text: str) -> str:
    return re.sub(r"[\s│┃\u200b-\u200f\ufeff]", "", text)


def _bare_title(text: str, known: dict[str, Any]) -> str:
    """Without the title and the number, which may stand above the body as its heading."""
    number = _accepted(known["metadata"].get("document_number", ""))
    for own in (*_accepted(known["title"]), *number):
        text = text.replace(_bare(own), "") if own else text
    return text


def portals(gold: Path, pages: Path) -> Iterator[Portal]:
    """The pages of one list of gold, read."""
    declared = load_sources(None)
    entries = {entry["file"]: entry for entry, _ in saved(pages / "portals")}
    for known in json.loads(gold.read_text("utf-8")):
        url = entries[known["file"]]["url"]
        headers = {"content-type": entries[known["file"]]["content_type"], "content-location": url}
        payload = (pages / known["file"]).read_bytes()
        document, seconds = timed(read, payload, headers, declared.rule_for(url))
        yield Portal(known["file"], known, document, seconds)


def show(found: Sequence[Portal], name: str) -> None:
    print(f"\n{name}\n{'page':44} {'sure':5} {'files':>5} {'furniture':>9} {'ms':>5}  wrong / missing / lost")
    for page in found:
        told = [*page.wrong, *(f"-{name}" for name in page.missing), *(f"lost {url[-40:]}" for url in page.lost)]
        told += [f"extra {url[-40:]}" for url in page.extra] + [f"no {end} words" for end in page.loss]
        print(
            f"{page.file.removeprefix('portals/'):44} {'yes' if page.confident else page.document.confidence:5} "
            f"{len(page.document.attachments):5} {page.furniture:9} {page.seconds * 1000:5.0f}  {'; '.join(told)}"
        )
    _sums(found)


def _sums(found: Sequence[Portal]) -> None:
    with_text = [page for page in found if page.has_text]
    wrong = Counter(value.partition("=")[0] for page in found for value in page.wrong)
    missing = Counter(name for page in found for name in page.missing)
    for name in ("title", *FIELDS):
        known = sum(
            any(_accepted(page.known["metadata"].get(name, page.known["title"] if name == "title" else "")))
            for page in found
        )
        print(f"{name}: {known - missing[name] - min(wrong[name], known)} of {known} right, {wrong[name]} wrong")
    print(f"false words in {', '.join(NEVER_WRONG)}: {sum(wrong[name] for name in NEVER_WRONG)}")
    lost, extra = sum(len(page.lost) for page in found), sum(len(page.extra) for page in found)
    print(f"files: {lost} of {sum(len(page.known['files']) for page in found)} lost, {extra} extra")
    print(f"confident: {sum(page.confident for page in with_text)} of {len(with_text)} pages with a text")
    print(f"clean: {sum(not page.furniture and not page.loss for page in with_text)} of {len(with_text)}")
