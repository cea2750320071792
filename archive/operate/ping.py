"""The dead man's switch: an address is called after each good run, and a monitor elsewhere misses the call."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from archive.machine import faults

TIMEOUT = 15.0
"""Seconds."""


def ping(address: str) -> str:
    """Call it; returns what came of it in a sentence that names the host only, since the rest may be a secret.

    A call that fails never fails the run: the monitor notices that it did not come.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "settings.toml 中的 ping 不是 http 或 https 网址，没有通知监控"
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "guidelines-archive"})  # noqa: S310 checked above
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1024)
    except urllib.error.HTTPError as error:
        return f"通知监控 {parts.hostname} 没有成功：答复 {error.code}"
    except (OSError, http.client.HTTPException) as error:
        return f"通知监控 {parts.hostname} 没有成功：{faults.brief(error)}"
    return f"已通知监控 {parts.hostname}"
