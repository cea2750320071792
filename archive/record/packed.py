"""Raw tables as they are kept: pressed together, for they repeat the text of their version and are seldom looked at."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

COLUMNS = ("cells", "spans")
"""Of `grids`."""


def packed(grid: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `grids` as it is kept."""
    return dict(grid) | {name: press(grid[name]) for name in COLUMNS}


def press(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


def unpacked(kept: bytes | None) -> Any:
    """What the JSON of a kept column holds."""
    return json.loads(zlib.decompress(kept)) if kept else []
