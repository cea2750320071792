"""Where cron is the timetable: the logs, kept short, and whether today's run was made. systemd keeps both by itself."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from archive.clock import iso, parse

RUN_LOG, WEB_LOG = "run.log", "web.log"
LONGEST = 5 << 20
"""Bytes of a log that is put away at the next run."""
KEPT = 4
"""Logs put away, the oldest is dropped."""
STARTED = "run.json"


def rotate(data: Path) -> list[Path]:
    """Put away what has grown too long, as NAME.1.gz; returns it. Whoever has the log open for appending writes on at
    its new beginning; what is written in the moment between copy and cut is lost."""
    done = []
    for log in (data / RUN_LOG, data / WEB_LOG):
        if not log.exists() or log.stat().st_size <= LONGEST:
            continue
        olds = [log.with_name(f"{log.name}.{number}.gz") for number in range(1, KEPT + 1)]
        for old, older in zip(reversed(olds[:-1]), reversed(olds[1:]), strict=True):
            if old.exists():
                old.rename(older)
        with log.open("rb") as source, gzip.open(olds[0], "wb") as target:
            shutil.copyfileobj(source, target)
        os.truncate(log, 0)
        done.append(olds[0])
    return done


def begin(data: Path, now: datetime) -> None:
    """A run begins."""
    data.mkdir(parents=True, exist_ok=True)
    rotate(data)
    (data / STARTED).write_text(json.dumps({"started": iso(now)}), "utf-8")


def is_due(data: Path, hour: int, now: datetime) -> bool:
    """Whether no run has begun since the last time that the machine's clock passed `hour`; now: with its zone."""
    last = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if last > now:
        last -= timedelta(days=1)
    try:
        return parse(json.loads((data / STARTED).read_text("utf-8"))["started"]) < last
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or torn: then it is made
        return True
