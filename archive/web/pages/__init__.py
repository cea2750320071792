"""Our own pages, one module a page; each module lists its addresses as ROUTES."""

from __future__ import annotations

import re

from archive.web.pages import (
    alive,
    catalogue,
    changes,
    documents,
    feeds,
    files,
    home,
    items,
    notices,
    review,
    search,
    status,
    tasks,
)

_MODULES = (home, notices, documents, files, changes, review, search, catalogue, items, tasks, status, alive, feeds)
ROUTES = tuple(route for module in _MODULES for route in module.ROUTES)


def is_ours(path: str) -> bool:
    """Whether one of our pages answers at this path; all others are Datasette's."""
    return any(re.match(pattern, path) for pattern, _ in ROUTES)
