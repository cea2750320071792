"""The site as one application: Datasette over the archive, and what stands round it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasette.app import Datasette

from archive.machine import faults, soundness
from archive.machine.faults import StoreError
from archive.record.look import read_only
from archive.settings import load_settings
from archive.web.below import below, prefix_of
from archive.web.compression import compressed
from archive.web.pages import is_ours
from archive.web.security import App, secured
from archive.web.serving.apart import apart
from archive.web.stock.sheets import defused

SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 500,
    "allow_download": False,
    "allow_csv_stream": True,
    "suggest_facets": False,
    "max_csv_mb": 20,
    "template_debug": False,
    "default_cache_ttl": 0,
}
"""Datasette's: the whole database is not handed out (there is `backup`). All rows as CSV are, up to a size: `workers`
hold an answer in a file, so it costs no memory."""


class Site(Datasette):  # type: ignore[misc]
    """Datasette, which also may stand below a path that it does not know before it is asked."""

    sub_path = ""
    """The one of the settings."""

    def absolute_url(self, request: Any, path: str) -> str:
        found: str = super().absolute_url(request, f"{prefix_of(request.scope)}{path}")
        return found


def site(data: Path, *, threads: int = 3) -> Site:
    """The site of the archive under `data`; `threads` are Datasette's own. Raises StoreError when there is none, or a
    damaged one."""
    read_only(data).close()
    path = data / "archive.db"
    problems = soundness.database(path)
    if problems:
        raise StoreError(faults.DAMAGED.format(path=path, why=problems[0]))
    settings = load_settings(data)
    chosen = {"default_allow_sql": settings.allow_sql, "num_sql_threads": threads}
    found = Site([str(path)], settings=SETTINGS | chosen)
    found.sub_path = settings.sub_path
    return found


def wrapped(app: App, datasette: Any) -> App:
    """Datasette's application behind our bounds; what is no request (its start and end) goes straight to it."""
    ours = compressed(
        below(secured(apart(defused(app, is_ours), datasette, is_ours)), getattr(datasette, "sub_path", ""))
    )

    async def either(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await (ours if scope["type"] == "http" else app)(scope, receive, send)

    return either
