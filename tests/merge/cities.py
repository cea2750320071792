"""Cities that look at the same ministries at other times, each with an archive of its own; without a crawl."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from archive.clock import iso, now
from archive.model import Attachment
from archive.publish import report
from archive.publish.choice import Choice
from archive.publish.export import as_json, entries
from archive.record.declare import declare
from archive.record.look import read_only
from archive.record.settle import settle_all
from archive.record.store import Store
from archive.watched import Sources
from tests.factory import AREAS, NOTICES, attachment_document, capture, item, page_document

STEP = 10_000
"""Seconds between two states of the sites."""
BODY = "各有关单位：演示样本。现将标准指引印发给你们，请认真贯彻执行。自收到之日起{days}个工作日内报送。"
State = tuple[int, int]
"""What a notice is at a time: the number in its page, and the number of rows that its file has lost."""


class City:
    def __init__(self, data: Path, notices: Sequence[str], patch: pytest.MonkeyPatch) -> None:
        self.data, self.patch = data, patch
        self.notices = [notice for notice in NOTICES if notice.slug in notices]
        self.store = Store.open(data)
        declare(self.store, Sources(tuple(self.notices), AREAS, ()))

    def look(self, at: float, states: Mapping[str, State]) -> None:
        """One crawl; `at` in steps."""
        self.patch.setenv("GUIDELINES_CLOCK_OFFSET", str(int(at * STEP)))
        crawl = self.store.begin_crawl(f"{self.data.name}-{at}", "live", "test/1", {})
        for notice in self.notices:
            days, lost = states[notice.slug]
            row = self.store.row("SELECT id FROM notices WHERE slug = ?", [notice.slug])
            assert row is not None
            file = Attachment("附件：标准目录.docx", notice.url.replace(".html", ".docx"))
            page = self.store.document(row["id"], "page", notice.url)
            reading = page_document(notice.title, BODY.format(days=days), (file,), issued_on="2019-07-31")
            capture(self.store, crawl, page, notice.url, reading, iso(now()))
            document = self.store.document(row["id"], "attachment", file.url, name=file.name)
            area = {"land": "land-expropriation", "welfare": "social-assistance", "poverty": "poverty-alleviation"}
            rows = [item(n, area[notice.slug]) for n in range(1 + lost, 7)]
            rows[0] = evolve(rows[0], level2=f"{rows[0].level2}之{lost}")
            capture(self.store, crawl, document, file.url, attachment_document(tuple(rows)), iso(now()))
        settle_all(self.store, crawl)
        self.store.end_crawl(crawl, {})


def said(data: Path) -> dict[str, Any]:
    """What an archive exports and tells, but for its numbers."""
    connection = read_only(data)
    try:
        rows = json.loads(as_json(entries(connection, Choice(), UTC)))
        changes = report.changes(connection)
    finally:
        connection.close()
    for row in rows:
        for name in ("id", "document", "version_id"):
            del row[name]
    for change in changes:
        for name in ("id", "document", "from_version", "to_version"):
            del change[name]
    return {
        "export": sorted(rows, key=lambda row: (row["document_url"], row["position"])),
        "changes": sorted(changes, key=lambda change: json.dumps(change, sort_keys=True)),
    }
