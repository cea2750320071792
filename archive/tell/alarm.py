"""The archive itself is dead: operators are told without it, straight from subscriptions.toml.

Neither archive.db nor notify.db is needed, since one of them may be the reason. What was told stands in a file beside
them, so that the same thing is told once a day and no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from attrs import evolve

from archive.clock import iso, parse
from archive.record.about import site_name_under
from archive.settings import Settings
from archive.tell.messages import Entry, compose
from archive.tell.outbox import key_of
from archive.tell.send import send
from archive.tell.send.errors import SendError
from archive.tell.subscriptions import load

NAME = "alarm.json"
AGAIN_AFTER = timedelta(hours=24)


def alarm(data: Path, settings: Settings, what: Sequence[str], now: datetime) -> tuple[int, list[str]]:
    """Tell each operator what is wrong; returns how many took it, and why others did not (masked).

    what: sentences in Chinese. Told within the last day: (0, []). Raises SettingsError when the file is wrong.
    """
    path = data / NAME
    key = key_of("alarm", *what)
    told = _told(path)
    if key in told and now - parse(told[key]) < AGAIN_AFTER:
        return 0, []
    operators = [subscriber for subscriber in load(data, None).subscribers if subscriber.operator]
    failures: list[str] = []
    site = site_name_under(data)
    for subscriber in operators:
        entry = Entry(key_of(key, iso(now)), "alert", payload={"what": "；".join(what)})
        message = compose(subscriber.channel, [entry], settings.base_url, site)
        message = evolve(message, title=f"【需处理】{site}：{what[0]}")
        try:
            send(subscriber, message)
        except SendError as error:
            failures.append(str(error))
    taken = len(operators) - len(failures)
    if taken:
        kept = {k: at for k, at in told.items() if now - parse(at) < AGAIN_AFTER} | {key: iso(now)}
        path.write_text(json.dumps(kept), "utf-8")
    return taken, failures


def _told(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # none yet, or torn: then it is told once more
        return {}
    return found if isinstance(found, dict) else {}
