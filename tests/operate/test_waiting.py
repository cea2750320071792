"""What waits for a person is asked about once, however many places of a page it is about."""

from __future__ import annotations

from pathlib import Path

from archive.compare.furniture import FurnitureKind, Pattern
from archive.operate import health
from archive.record.learn import propose
from archive.record.look import read_only
from archive.record.reviews import sync
from tests.factory import make_archive


def test_a_page_that_changes_in_several_places_is_one_point_of_status(tmp_path: Path) -> None:
    store = make_archive(tmp_path)
    pages = [row["id"] for row in store.rows("SELECT id FROM documents WHERE kind = 'page' ORDER BY id")]
    for page, lines in ((pages[0], ("下载客户端", "领导活动", "网友还在看")), (pages[1], ("猜您喜欢",))):
        propose(store, page, [(Pattern(FurnitureKind.BANNER, line), ["", line, ""]) for line in lines])
    sync(store)
    points = [p for p in health.status(tmp_path, read_only(tmp_path))["attention"] if "每次都变" in p["what"]]
    assert [("3 处" in p["what"], p["command"]) for p in points] == [
        (True, "guidelines review 1"),
        (False, "guidelines review 4"),
    ]
