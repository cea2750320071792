"""Our own pages, one module a page; each module lists its addresses as ROUTES."""

from __future__ import annotations

import re

from archive.web.pages import (
    alive,
    api,
    catalogue,
    changes,
    compile,
    documents,
    feeds,
    files,
    home,
    items,
    laws,
    local,
    notices,
    review,
    search,
    status,
    tasks,
)

_MODULES = (
    home,
    api,
    notices,
    documents,
    files,
    changes,
    review,
    search,
    catalogue,
    compile,
    items,
    laws,
    local,
    tasks,
    status,
    alive,
    feeds,
)
ROUTES = tuple(route for module in _MODULES for route in module.ROUTES)


def is_ours(path: str) -> bool:
    """Whether one of our pages answers at this path; all others are Datasette's."""
    return any(re.match(pattern, path) for pattern, _ in ROUTES)
