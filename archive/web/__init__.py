"""The site: a Datasette plugin with our own pages beside Datasette's. Everything here only reads `archive.db`.

Datasette loads its plugins in the middle of its own start and takes the hooks that are defined at that moment. So this
package imports nothing of ours before a hook is called: it is always whole when Datasette sees it, whatever part of the
site was imported first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from datasette import hookimpl

Function = TypeVar("Function", bound=Callable[..., Any])
hook: Callable[[Function], Function] = hookimpl
hook_last: Callable[[Function], Function] = hookimpl(trylast=True)


@hook
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    from archive.web.pages import ROUTES

    return list(ROUTES)


@hook_last
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Datasette's own search box asks for escape_fts(…): hand it our phrases instead, so that it finds Chinese."""
    from archive.search.ask import match_expression
    from archive.web.serving.guard import guard

    conn.create_function("escape_fts", 1, match_expression, deterministic=True)
    if database == "archive":  # Datasette keeps notes in another, in memory
        guard(conn)


@hook
def get_metadata() -> dict[str, Any]:
    from archive.web.stock.labels import metadata

    return metadata()


@hook
def startup() -> None:
    """Errors are told by our own pages; Datasette's handler would print every 404 with all variables to the log."""
    from datasette.plugins import pm

    if pm.has_plugin("datasette.handle_exception"):
        pm.unregister(name="datasette.handle_exception")


@hook
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    from archive.web.filters import add_filters

    add_filters(env, datasette)


@hook
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    from archive.web.app import wrapped

    return lambda app: wrapped(app, datasette)


@hook
async def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    from archive.web.views import exception_page

    return await exception_page(datasette, request, exception)


@hook
async def forbidden(datasette: Any, request: Any, message: str) -> Any:
    """What Datasette does not let a visitor do: SQL, and the database as a file."""
    from archive.web.failures import NO_SQL, NOT_HANDED_OUT
    from archive.web.views import refusal

    return await refusal(datasette, request, 403, NO_SQL if message.startswith("execute-sql") else NOT_HANDED_OUT)


@hook
def extra_css_urls(datasette: Any) -> list[str]:
    """A second sheet for Datasette's own pages; ours name theirs."""
    return [datasette.urls.static_plugins("guidelines-archive", "datasette.css")]


@hook
def menu_links() -> list[dict[str, str]]:
    return [
        {"href": "/", "label": "首页"},
        {"href": "/catalogue", "label": "公开事项目录"},
        {"href": "/changes", "label": "修订记录"},
    ]
