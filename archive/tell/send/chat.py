"""What the robots of the three chats have in common: JSON is posted, and the code in the answer's body decides."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from archive.tell.send.errors import SendError, network

ANSWER = 64 << 10
"""Bytes of an answer that are read."""


def signature(key: str, text: str = "") -> str:
    """HMAC-SHA256 in base64, as 钉钉 and 飞书 ask for."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def check(
    answer: Mapping[str, Any], code: str, text: str, busy: Collection[int], wait: timedelta = timedelta()
) -> None:
    """The receiver has it only when the code in the body is 0."""
    found = answer.get(code)
    if found == 0:
        return
    if found is None:
        raise SendError("对方的回应里没有结果代码，不能确认已收到")
    raise SendError(f"对方拒收：代码 {found}，{answer.get(text, '')}", down=found in busy, wait=wait)


def encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def post(url: str, body: bytes, timeout: float) -> Mapping[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked with the subscription
        url,
        body,
        {"Content-Type": "application/json; charset=utf-8", "User-Agent": "guidelines-archive"},
    )
    try:
        with _opener.open(request, timeout=timeout) as response:
            answer = json.loads(response.read(ANSWER))
    except urllib.error.HTTPError as error:
        busy = error.code == 429 or error.code >= 500
        wait = error.headers.get("Retry-After", "")
        raise SendError(
            f"对方回应 HTTP {error.code}",
            down=busy,
            wait=timedelta(seconds=min(int(wait), 86400)) if wait.isdigit() else timedelta(),
        ) from None
    except ValueError:
        raise SendError("对方的回应不是 JSON，不能确认已收到") from None
    except (OSError, http.client.HTTPException) as error:
        raise SendError(network(error), down=True) from None
    if not isinstance(answer, dict):
        raise SendError("对方的回应不是 JSON 对象，不能确认已收到")
    return answer


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key in the address to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
