"""The chosen rows as the bytes of a file."""

from __future__ import annotations

from collections.abc import Sequence

from archive.publish.export import SUFFIXES, Entry, ExportError, as_csv, as_json
from archive.publish.workbook import Print, workbook


def render(found: Sequence[Entry], suffix: str, how: Print) -> bytes:
    """Raises ExportError for a suffix that is none of SUFFIXES."""
    match suffix.removeprefix(".").lower():
        case "xlsx":
            return workbook(found, how)
        case "csv":
            return as_csv(found)
        case "json":
            return as_json(found)
    raise ExportError(
        f"不认识的文件类型 {suffix or '（无）'!r}；请用 {'、'.join('.' + name for name in SUFFIXES)} 结尾的文件名"
    )
