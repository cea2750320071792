"""What a visitor is told when a page cannot be had: in Chinese, what happened and what to do instead."""

from __future__ import annotations

import sqlite3

from datasette.database import QueryInterrupted
from datasette.utils import InvalidSql
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

from archive.publish.choice import ChoiceError
from archive.search.ask import QueryError
from archive.web.visit import BadParameter, Missing

TITLES = {
    400: "参数有误",
    403: "不能查看",
    404: "没有这个页面",
    405: "不支持的操作",
    414: "地址太长",
    500: "出错了",
    503: "暂时无法完成",
}
"""Of the page that tells it, by its status."""

INSTEAD = "请用检索、公开事项目录，或数据表页上的筛选和导出。"
NO_SQL = f"网站没有开放 SQL 查询。{INSTEAD}（管理员可在 settings.toml 中写 allow_sql = true 开放。）"
NOT_HANDED_OUT = f"这里的内容不对外提供。{INSTEAD}"
TOO_SLOW = "查询用时过长，已停止。请缩小范围：减少条件和分组，或只看需要的列。"
TOO_BIG = "查询要用的内存或结果超出了限额，已停止。请缩小范围再试。"
TOO_COMPLEX = "查询太复杂，已拒绝。请减少条件、列或嵌套。"
REFUSED = "查询用到了不开放的功能，已拒绝。"
DAMAGED = "档案库读不出来，可能已经损坏。请告诉管理员运行 guidelines verify 核对。"
BROKEN = "服务器内部出错，已记入日志。请稍后再试；若一再出现，请告诉管理员。"
OURS_TOO_SLOW = "查询用时过长，已停止。请缩小范围再试。"
STRANGE = "参数有误：地址里的条件不是这个页面能用的。"
GONE = "这个地址没有内容，可能已经变动。"

_BY_LIMIT = {
    sqlite3.SQLITE_INTERRUPT: TOO_SLOW,
    sqlite3.SQLITE_NOMEM: TOO_BIG,
    sqlite3.SQLITE_TOOBIG: TOO_BIG,
    sqlite3.SQLITE_AUTH: REFUSED,
}
"""Only a visitor's query meets these (see `guard`)."""
_BY_CODE = _BY_LIMIT | {
    # a sort that needs a longer temporary file than a worker may write
    sqlite3.SQLITE_FULL: TOO_BIG,
    sqlite3.SQLITE_IOERR: TOO_BIG,
}
_BY_WORDS = (
    ("too big", TOO_BIG),
    ("disk I/O", TOO_BIG),
    ("disk is full", TOO_BIG),
    ("not authorized", REFUSED),
    ("prohibited", REFUSED),
    *((sign, TOO_COMPLEX) for sign in ("too many", "too large", "too complex", "too long", "maximum depth", "stack")),
)
_MISTAKES = (ValueError, KeyError, IndexError, TypeError, AssertionError, OverflowError, sqlite3.ProgrammingError)
"""What Datasette raises when a parameter is not what it expects."""


def told(exception: Exception, *, of_datasette: bool = False) -> tuple[int, str]:
    """The status and the message for whatever a page raised; `of_datasette`: one of Datasette's pages."""
    match exception:
        case Missing():
            return 404, str(exception)
        case BadParameter() | QueryError() | ChoiceError():
            return 400, str(exception)
        case Base400():
            return exception.status, GONE if exception.status == 404 else f"参数有误：{exception.args[0]}"
        case QueryInterrupted():
            return 400, TOO_SLOW
        case MemoryError():
            return 503, TOO_BIG
        case DatasetteError():
            return _of_datasette(exception)
        case sqlite3.Error() if not of_datasette and _code(exception) == sqlite3.SQLITE_INTERRUPT:
            return 503, OURS_TOO_SLOW
        case _ if isinstance(exception, InvalidSql) or _code(exception) in _BY_LIMIT:
            return 400, of_query(exception)
        case _ if of_datasette and isinstance(exception, _MISTAKES):
            return 400, STRANGE
        case sqlite3.DatabaseError() if not isinstance(exception, sqlite3.OperationalError):
            return 500, DAMAGED
    return 500, BROKEN


def _of_datasette(error: DatasetteError) -> tuple[int, str]:
    cause = error.__cause__ or error.__context__  # Datasette makes one of what SQLite said
    if isinstance(cause, QueryInterrupted):
        return 400, TOO_SLOW
    if isinstance(cause, InvalidSql | sqlite3.DatabaseError):
        return 400, of_query(cause)
    if str(error.message) == "_where= is not allowed":
        return 403, NO_SQL
    return (400 if error.status == 500 else error.status), f"参数有误：{error.message}"


def of_query(error: Exception) -> str:
    """What SQLite has against a query."""
    return _BY_CODE.get(_code(error)) or of_text(str(error))


def of_text(error: str) -> str:
    """The same where only SQLite's words are left: Datasette's SQL page."""
    return next((told for sign, told in _BY_WORDS if sign in error), f"查询有误：{error}")


def _code(error: Exception) -> int:
    """SQLite's primary result code; 0 of anything else."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
