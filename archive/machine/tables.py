"""sqlite-utils, loaded without numpy.

It takes numpy along wherever that is installed, for values that no table here holds: a tenth of a second of each
process. Tables are only to be had from here (tests/test_house.py).
"""

from __future__ import annotations

import sys

_absent = "numpy" not in sys.modules
if _absent:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # Python's own way to say: not to be found
try:
    from sqlite_utils import Database, Migrations
    from sqlite_utils.db import Table
finally:
    if _absent:
        del sys.modules["numpy"]

__all__ = ["Database", "Migrations", "Table"]
