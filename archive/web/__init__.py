"""The site: a Datasette plugin with our own pages beside Datasette's. Everything here only reads `archive.db`."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from datasette import hookimpl
from datasette.plugins import pm

from archive.search import match_expression
from archive.web import security, visit
from archive.web.pages import catalogue, changes, feeds, files, home, notices, operation, review, searching
from archive.web.serving import apart, guard
from archive.web.stock import labels, sheets

Function = TypeVar("Function", bound=Callable[..., Any])
hook: Callable[[Function], Function] = hookimpl
hook_last: Callable[[Function], Function] = hookimpl(trylast=True)

ROUTES = (
    *home.ROUTES,
    *notices.ROUTES,
    *files.ROUTES,
    *changes.ROUTES,
    *review.ROUTES,
    *searching.ROUTES,
    *catalogue.ROUTES,
    *operation.ROUTES,
    *feeds.ROUTES,
)


@hook
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return list(ROUTES)


@hook_last
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Datasette's own search box asks for escape_fts(…): hand it our phrases instead, so that it finds Chinese."""
    conn.create_function("escape_fts", 1, match_expression, deterministic=True)
    if database == "archive":  # Datasette keeps notes in another, in memory
        guard.guard(conn)


@hook
def get_metadata() -> dict[str, Any]:
    return labels.metadata()


@hook
def startup() -> None:
    """Errors are told by our own pages; Datasette's handler would print every 404 with all variables to the log."""
    if pm.has_plugin("datasette.handle_exception"):
        pm.unregister(name="datasette.handle_exception")


@hook
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    env.add_extension(security.Amended)
    visit.add_filters(env, datasette)


@hook
def extra_template_vars(request: Any, datasette: Any) -> Callable[[], Any]:
    async def inner() -> dict[str, Any]:
        """What Datasette's own pages need of us (see security.Amended)."""
        return {"csp_nonce": security.nonce_of(request), "guidelines_demo": await visit.is_demo(datasette)}

    return inner


@hook
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    def wrap(app: security.App) -> security.App:
        inner = apart.apart(sheets.defused(app, _is_ours), datasette, _is_ours)
        return security.secured(apart.bounded(inner, datasette))

    return wrap


def _is_ours(path: str) -> bool:
    return any(route.match(path) for route in _PATHS)


_PATHS = [re.compile(route) for route, _ in ROUTES]


@hook
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Any]:
    return visit.exception_page(datasette, request, exception)


@hook
def forbidden(datasette: Any, request: Any, message: str) -> Callable[[], Any]:
    return visit.forbidden_page(datasette, request, message)


@hook
def extra_css_urls(template: str, datasette: Any) -> list[str]:
    """Datasette's own pages get a second sheet; ours have their own."""
    if template.startswith("guidelines/"):
        return []
    return [datasette.urls.static_plugins("guidelines-archive", "datasette.css")]


@hook
def menu_links() -> list[dict[str, str]]:
    return [
        {"href": "/", "label": "首页"},
        {"href": "/catalogue", "label": "公开事项目录"},
        {"href": "/changes", "label": "修订记录"},
    ]


def _register_whole() -> None:
    """Whoever imports this package before `datasette.app` has it registered half read, without a hook: once more."""
    module = sys.modules[__name__]
    if name := pm.get_name(module):
        pm.unregister(module)
        pm.register(module, name=name)


_register_whole()
