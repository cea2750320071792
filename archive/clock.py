"""The time, as ISO 8601 UTC text; tests and digests hand in another clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The present; tests move time with GUIDELINES_CLOCK_OFFSET, in seconds."""
    return datetime.now(UTC) + timedelta(seconds=int(os.environ.get("GUIDELINES_CLOCK_OFFSET", "0")))


def iso(moment: datetime) -> str:
    """'2026-11-23T04:05:06Z': whole seconds, so that texts sort as times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text)
