"""Known damage of a data folder, in a file beside the database: a damaged database cannot hold the note itself.

damage.json   {"verify" | "backup": {"since", "problems": [sentence, at most 20], "count", "good": time or ""}}
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive import clock

NAME = "damage.json"
SHOWN = 20


def noted(data: Path) -> dict[str, dict[str, Any]]:
    """What is known, by who found it; {} when nothing is (a file that cannot be read says nothing)."""
    try:
        found = json.loads((data / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note(data: Path, by: str, problems: Sequence[str], good: str = "") -> None:
    """Remember what `by` (verify, backup) found; no problems: what it found before is over.

    `good`: when the last sound backup was made, ISO 8601. A folder that cannot be written keeps no note: what found
    the damage has said it.
    """
    found = noted(data)
    before = found.pop(by, None)
    if problems:
        since = before["since"] if before else clock.iso(clock.now())
        found[by] = {"since": since, "problems": list(problems[:SHOWN]), "count": len(problems), "good": good}
    elif before is None:
        return
    with contextlib.suppress(OSError):
        _write(data / NAME, found)


def _write(path: Path, found: dict[str, Any]) -> None:
    if not found:
        path.unlink()
        return
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    partial.rename(path)
