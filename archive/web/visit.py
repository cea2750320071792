"""What all our pages share: a visit (connection, parameters, clock), errors in Chinese, rendering."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from attrs import frozen
from datasette import Response
from datasette.utils import sqlite_timelimit
from markupsafe import Markup, escape

from archive import words
from archive.clock import parse
from archive.search import QueryError
from archive.settings import Settings, load_settings
from archive.web import security
from archive.web.failures import NO_SQL, NOT_HANDED_OUT, of_text, told
from archive.web.serving.threads import threads_of
from archive.web.stock import labels

Row = dict[str, Any]
Context = dict[str, Any]

TIME_LIMIT_MS = 10_000
"""For all queries of one page of ours."""
HEADERS = {"content-security-policy": security.STRICT}

log = logging.getLogger(__name__)


class Missing(Exception):
    """404; the message says what there is none of."""


class BadParameter(Exception):
    """400; the message says which parameter and what it may be."""


@frozen
class Visit:
    """One request for a page of ours, in the thread that may query."""

    connection: sqlite3.Connection
    data: Path
    args: Any
    """The query string's parameters (datasette.utils.MultiParams)."""
    vars: Mapping[str, str]
    """The named parts of the path."""
    headers: Mapping[str, str]
    """Of the request, names in lower case."""
    path: str

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        found = self.connection.execute(sql, parameters).fetchone()
        return dict(found) if found else None

    def value(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        return self.connection.execute(sql, parameters).fetchone()[0]

    def text(self, name: str) -> str:
        return str(self.args.get(name) or "").strip()

    def choice(self, name: str, allowed: Iterable[str], what: str) -> str:
        """A parameter that is '' or one of the allowed values."""
        value = self.text(name)
        if value and value not in allowed:
            raise BadParameter(f"{what}不能是“{value}”。")
        return value

    def number(self, name: str, what: str, *, default: int = 1, most: int = 1_000_000) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,7}", value) or not 1 <= int(value) <= most:
            raise BadParameter(f"{what}应为 1 到 {most} 之间的整数，不能是“{value}”。")
        return int(value)

    def id(self, what: str) -> int:
        """The number in the path."""
        digits = self.vars["id"]
        if len(digits) > 18:
            raise Missing(f"没有编号为 {digits} 的{what}。")
        return int(digits)


@frozen
class Pager:
    """Where a listing stands: pages counted from 1."""

    page: int
    size: int
    total: int
    path: str
    parameters: Mapping[str, str]

    @classmethod
    def of(cls, visit: Visit, total: int, size: int, parameters: Mapping[str, str]) -> Pager:
        pager = cls(visit.number("page", "页码"), size, total, visit.path, parameters)
        if pager.page > pager.pages:
            raise Missing(f"没有第 {pager.page} 页，共 {pager.pages} 页。")
        return pager

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def url(self, page: int) -> str:
        return link(self.path, **self.parameters, page=str(page) if page > 1 else "")


def link(path: str, **parameters: str) -> str:
    """A path with those parameters that are not empty."""
    query = urlencode({key: value for key, value in parameters.items() if value})
    return f"{path}?{query}" if query else path


def page(template: str, build: Callable[[Visit], Context]) -> Callable[..., Any]:
    """A view: `build` runs in a thread with a read-only connection and a time limit, its result fills the template."""

    async def view(request: Any, datasette: Any) -> Response:
        found = await ask(request, datasette, build)
        if isinstance(found, Response):
            return found
        return await render(datasette, request, template, found)

    return view


def answer(build: Callable[[Visit], Response]) -> Callable[..., Any]:
    """A view whose `build` makes the whole response (files, JSON, exports); errors become pages all the same."""

    async def view(request: Any, datasette: Any) -> Response:
        return await ask(request, datasette, build)

    return view


async def ask(request: Any, datasette: Any, build: Callable[[Visit], Any]) -> Any:
    if request.method not in ("GET", "HEAD"):
        return await failure(datasette, request, 405, "这里只能查阅，不能提交。")
    data = data_of(datasette)

    def inner(connection: sqlite3.Connection) -> Any:
        visit = Visit(connection, data, request.args, request.url_vars, request.headers, request.path)
        with sqlite_timelimit(connection, TIME_LIMIT_MS):
            return build(visit)

    try:
        return await threads_of(datasette, data).run(build, inner)
    except Missing as error:
        return await failure(datasette, request, 404, str(error))
    except (BadParameter, QueryError) as error:
        return await failure(datasette, request, 400, str(error))
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            return await failure(datasette, request, 503, "查询用时过长，已停止。请缩小范围再试。")
        raise


async def render(datasette: Any, request: Any, template: str, context: Context, status: int = 200) -> Response:
    context = {"title": "", "q": "", **context, "demo": await is_demo(datasette)}
    body = await datasette.render_template(f"guidelines/{template}", context, request=request)
    return Response.html(body, status=status, headers=dict(HEADERS))


TITLES = {
    400: "参数有误",
    403: "不能查看",
    404: "没有这个页面",
    405: "不支持的操作",
    414: "地址太长",
    500: "出错了",
    503: "暂时无法完成",
}


async def failure(datasette: Any, request: Any, status: int, message: str) -> Response:
    title = TITLES.get(status, "出错了")
    return await render(datasette, request, "failure.html", {"title": title, "message": message}, status)


async def refusal(datasette: Any, request: Any, status: int, message: str) -> Response:
    """A page in Chinese, or JSON where that was asked for."""
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": message, "status": status}, status=status)
    return await failure(datasette, request, status, message)


def exception_page(datasette: Any, request: Any, exception: Exception) -> Callable[[], Any]:
    """Whatever Datasette or a page raised."""

    async def inner() -> Response:
        route = request.scope.get("url_route") or {}
        status, message = told(exception, of_datasette="database" in route.get("kwargs", {}))
        if status == 500:
            log.error("%s 出错", request.path, exc_info=exception)
        return await refusal(datasette, request, status, message)

    return inner


def forbidden_page(datasette: Any, request: Any, message: str) -> Callable[[], Any]:
    """What Datasette does not let a visitor do: SQL, and the database as a file."""

    async def inner() -> Response:
        return await refusal(datasette, request, 403, NO_SQL if message.startswith("execute-sql") else NOT_HANDED_OUT)

    return inner


# ---------------------------------------------------------------- about the archive


def data_of(datasette: Any) -> Path:
    return Path(datasette.get_database("archive").path).resolve().parent


async def is_demo(datasette: Any) -> bool:
    """Whether the archive holds the replica and not the ministries' own pages."""
    if "archive" not in datasette.databases:
        return False

    def asked(connection: sqlite3.Connection) -> bool:
        row = connection.execute("SELECT value FROM archive_info WHERE key = 'demo'").fetchone()
        return row is not None and row["value"] == "1"

    try:
        return await threads_of(datasette, data_of(datasette)).run("demo", asked)
    except sqlite3.DatabaseError:  # damaged while the site runs: the page that tells it needs no database
        return False


# ---------------------------------------------------------------- filters


def add_filters(env: Any, datasette: Any) -> None:
    """Times are shown in the operator's time zone; a change of settings.toml counts from the next start of the site."""
    zone = load_settings(data_of(datasette)).zone if "archive" in datasette.databases else Settings().zone
    env.filters |= {
        "when": functools.partial(_when, zone=zone),
        "size": _size,
        "loads": lambda text: json.loads(text) if text else [],
        "safe_url": safe_url,
        "marked": marked,
        "flag": _flag,
        "state": words.state,
        "verdict": words.verdict,
        "reason": words.reason,
        "change": words.change,
        "media": words.media,
    }
    env.globals |= {
        "words": words,
        "link": link,
        "guidelines_table": labels.table_name,
        "guidelines_crumb": labels.crumb,
        "guidelines_column": labels.column_name,
        "guidelines_description": labels.description,
        "guidelines_error": of_text,
        "style_version": _style_version(),
    }


def _style_version() -> str:
    style = Path(__file__).parent / "static" / "site.css"
    return hashlib.sha256(style.read_bytes()).hexdigest()[:10]


def _when(text: str | None, zone: ZoneInfo) -> str:
    """A time of the archive (ISO 8601 UTC) as people read it here."""
    return parse(text).astimezone(zone).strftime("%Y年%m月%d日 %H:%M") if text else "—"


def _size(count: int | None) -> str:
    if count is None:
        return "—"
    if count < 1024:
        return f"{count} 字节"
    return f"{count / 1024:.1f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def _flag(value: int | None) -> str:
    return "—" if value is None else ("√" if value else "")


def safe_url(url: str | None) -> str:
    """The address when it may stand in a link: http and https only; '' otherwise."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def marked(text: str, spans: Sequence[Sequence[int]]) -> Markup:
    """The text with <mark> round the spans, everything escaped."""
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, escape(text[at:])])
