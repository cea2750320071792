"""From a visit to an answer: a page of ours is built in a thread, filled into its template, and every error told."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from datasette import Response
from datasette.utils import sqlite_timelimit

from archive.web.below import prefix_of
from archive.web.failures import TITLES, told
from archive.web.security import STRICT
from archive.web.serving.threads import threads_of
from archive.web.visit import Context, Memo, Visit

TIME_LIMIT_MS = 10_000
"""For all queries of one page of ours."""

log = logging.getLogger(__name__)
View = Callable[..., Any]


def page(template: str, build: Callable[[Visit], Context | Response]) -> View:
    """A view: what `build` finds fills the template; a response (a redirect) is handed on."""
    return partial(_page, template, build)


def answer(build: Callable[[Visit], Response]) -> View:
    """A view whose `build` makes the whole response (files, JSON, exports)."""
    return partial(_ask, build)


async def _page(template: str, build: Callable[[Visit], Context | Response], request: Any, datasette: Any) -> Response:
    found = await _ask(build, request, datasette)
    return found if isinstance(found, Response) else await render(datasette, request, template, found)


async def _ask(build: Callable[[Visit], Any], request: Any, datasette: Any) -> Any:
    """What `build` makes of the visit, in a thread with a read-only connection and a time limit."""
    data = data_of(datasette)

    def inner(connection: sqlite3.Connection, memo: Memo) -> Any:
        found = (request.args, request.url_vars, request.headers, request.path, prefix_of(request.scope))
        visit = Visit(connection, memo, data, *found)
        with sqlite_timelimit(connection, TIME_LIMIT_MS):
            return build(visit)

    return await threads_of(datasette, data).run(build, inner)


async def render(datasette: Any, request: Any, template: str, context: Context, status: int = 200) -> Response:
    body = await datasette.render_template(f"guidelines/{template}", context, request=request)
    return Response.html(body, status=status, headers={"content-security-policy": STRICT})


async def refusal(datasette: Any, request: Any, status: int, message: str) -> Response:
    """A page in Chinese, or JSON where that was asked for."""
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": message, "status": status}, status=status)
    context = {"title": TITLES.get(status, TITLES[500]), "message": message}
    return await render(datasette, request, "failure.html", context, status)


async def exception_page(datasette: Any, request: Any, exception: Exception) -> Response:
    """Whatever Datasette or a page raised."""
    route = request.scope.get("url_route") or {}
    status, message = told(exception, of_datasette="database" in route.get("kwargs", {}))
    if status == 500:
        log.error("%s 出错", request.path, exc_info=exception)
    return await refusal(datasette, request, status, message)


def data_of(datasette: Any) -> Path:
    """The folder of the archive that this site serves."""
    return Path(datasette.get_database("archive").path).resolve().parent
