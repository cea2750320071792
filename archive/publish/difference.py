"""The difference of one change in the contract's form (`guidelines diff --json`), with what it is made from."""

from __future__ import annotations

import sqlite3
from datetime import UTC
from typing import Any

from archive.compare.redline import Op, redline
from archive.model import Kind
from archive.publish.report import changes
from archive.record.difference import versions_of
from archive.record.story import Story, stories, text_of


def difference(connection: sqlite3.Connection, change: int) -> tuple[Story, list[Op], dict[str, Any]] | None:
    """(story, redline of its whole text, the `diff` document) of one change; None when there is no such change."""
    found = changes(connection, change=change)
    if not found:
        return None
    (story,) = stories(connection, [change], "", UTC)
    text = _text(connection, story)
    rows = [
        {
            "kind": row.kind,
            "item_before": row.item_before,
            "item_after": row.item_after,
            "cells": [{"column": cell.column, "before": cell.before, "after": cell.after} for cell in row.cells],
        }
        for row in story.all_rows
    ]
    return story, text, found[0] | {"text": [list(op) for op in text], "rows": rows}


def _text(connection: sqlite3.Connection, story: Story) -> list[Op]:
    """The redline of the change's two versions; one side alone is all inserted or deleted, or unchanged when the change
    is not about the text (gone, moved …)."""
    about_text = story.kind not in (Kind.MOVED, Kind.GONE, Kind.RESTORED)
    if story.steps and about_text:
        return text_of(connection, story)
    versions = versions_of(connection, story.from_version, story.to_version, story.pages)
    before, after = (version["text"] if version else "" for version in versions)
    return redline(before, after) if about_text else redline(after or before, after or before)
