"""Why a message was not acknowledged."""

from __future__ import annotations

import ssl
import urllib.error
from datetime import timedelta


class SendError(Exception):
    """Not acknowledged. `down`: the channel itself does not answer, so the next message would fail as well."""

    def __init__(self, why: str, *, down: bool = False, wait: timedelta = timedelta()) -> None:
        super().__init__(why)
        self.down = down
        self.wait = wait


def network(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "超时没有回应"
    if isinstance(cause, ConnectionRefusedError):
        return "连接被拒绝"
    if isinstance(cause, ssl.SSLError):
        return f"安全连接失败：{cause.reason or cause}"
    return f"连接失败：{type(cause).__name__}"
