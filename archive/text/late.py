"""A pattern that is compiled when it is first used: a crawl that finds nothing new reads no page, and compiles none."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._asked = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """A name that is not here yet is the compiled pattern's; from then on it is here."""
        found = getattr(re.compile(*self._asked), name)
        setattr(self, name, found)
        return found


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, later. A pattern that is wrong raises re.error at its first use."""
    return cast("re.Pattern[str]", _Late(pattern, flags))
