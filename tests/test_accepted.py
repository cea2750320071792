"""What a person accepted once is known to every later judgement of the same document."""

from __future__ import annotations

from pathlib import Path

from archive.settings import Settings
from crawler.keep import Examiner
from crawler.sources import load_sources
from crawler.spiders.jobs import Job
from tests.factory import NOTICES, capture, make_archive, page_document


def test_an_accepted_page_stays_the_measure_when_later_captures_became_versions(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    document = store.row("SELECT * FROM documents WHERE kind = 'page' ORDER BY id")
    assert document is not None
    job = Job(NOTICES[0], document["notice_id"], "page", document["url"], document["id"])
    examiner = Examiner(store, load_sources(None), Settings())
    assert examiner._accepted(job)["reason"] == ""
    texts = ("甲项 71\n乙项 142", "甲项 90\n乙项 180")
    for number, text in enumerate(texts):
        crawl = store.begin_crawl(f"later {number}", "live", "test/1", {})
        capture(store, crawl, document["id"], document["url"], page_document("表", text), "2026-11-21T01:00:00Z")
        if not number:
            store.db.execute(
                """UPDATE captures SET verdict = 'suspect', reason = 'empty', decision = 'accepted'
                   WHERE id = (SELECT max(id) FROM captures)"""
            )
    accepted = examiner._accepted(job)
    assert (accepted["reason"], accepted["text"]) == ("empty", f"表\n{texts[0]}")
