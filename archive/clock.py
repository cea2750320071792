"""The time, as ISO 8601 UTC text; tests and digests hand in another clock."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta, tzinfo


def now() -> datetime:
    """The present; tests move time with GUIDELINES_CLOCK_OFFSET, in seconds."""
    return datetime.now(UTC) + timedelta(seconds=int(os.environ.get("GUIDELINES_CLOCK_OFFSET", "0")))


def iso(moment: datetime) -> str:
    """'2026-11-23T04:05:06Z': whole seconds, so that texts sort as times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text)


def since(text: str, zone: tzinfo) -> str:
    """What a person writes, as the archive writes it: '2026-11-20', from midnight in `zone`, or a full time.

    Raises ValueError.
    """
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    moment = parse(text)
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def local(text: str | None, zone: tzinfo) -> str:
    """A time of the archive as people there read it: '2026年11月23日 12:05'; '' for none."""
    return parse(text).astimezone(zone).strftime("%Y年%m月%d日 %H:%M") if text else ""
