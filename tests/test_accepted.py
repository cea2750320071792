"""What a person accepted once is known to every later judgement of the same document."""

from __future__ import annotations

from pathlib import Path

from crawler.answer import Present
from tests.factory import capture, make_archive, page_document


def test_an_accepted_page_stays_the_measure_when_later_captures_became_versions(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    document = store.row("SELECT * FROM documents WHERE kind = 'page' ORDER BY id")
    assert document is not None
    assert Present(store, document["id"]).accepted["reason"] == ""
    texts = ("甲项 71\n乙项 142", "甲项 90\n乙项 180")
    for number, text in enumerate(texts):
        crawl = store.begin_crawl(f"later {number}", "live", "test/1", {})
        capture(store, crawl, document["id"], document["url"], page_document("表", text), "2026-11-21T01:00:00Z")
        if not number:
            store.db.execute(
                """UPDATE captures SET verdict = 'suspect', reason = 'empty', decision = 'accepted'
                   WHERE id = (SELECT max(id) FROM captures)"""
            )
    accepted = Present(store, document["id"]).accepted
    assert (accepted["reason"], accepted["text"]) == ("empty", f"表\n{texts[0]}")
