"""The robots of the three chats: JSON is posted, and the code in the answer's body decides."""

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
from urllib.parse import urlencode

from archive import clock
from archive.tell.messages import Message
from archive.tell.send.errors import SendError, network
from archive.tell.subscriptions import Subscriber

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


# ---------------------------------------------------------------- 企业微信: https://developer.work.weixin.qq.com/document/path/91770


def wecom_wire(_: Subscriber, message: Message) -> bytes:
    return encoded({"msgtype": "markdown", "markdown": {"content": message.text}})


def wecom(subscriber: Subscriber, message: Message, timeout: float) -> None:
    url = f"{subscriber.base}/cgi-bin/webhook/send?{urlencode({'key': subscriber.address})}"
    answer = post(url, wecom_wire(subscriber, message), timeout)
    # 45009: more than 20 messages a minute
    check(answer, "errcode", "errmsg", busy=(45009, -1))


# ---------------------------------------------------------------- 钉钉: https://open.dingtalk.com/document/robots/custom-robot-access


def dingtalk_wire(_: Subscriber, message: Message) -> bytes:
    return encoded({"msgtype": "markdown", "markdown": {"title": message.title, "text": message.text}})


def dingtalk(subscriber: Subscriber, message: Message, timeout: float) -> None:
    query = {"access_token": subscriber.address}
    if subscriber.secret:
        stamp = str(int(clock.now().timestamp() * 1000))
        query |= {"timestamp": stamp, "sign": signature(subscriber.secret, f"{stamp}\n{subscriber.secret}")}
    answer = post(f"{subscriber.base}/robot/send?{urlencode(query)}", dingtalk_wire(subscriber, message), timeout)
    # 130101, 410100: more than 20 messages a minute, locked for ten
    check(answer, "errcode", "errmsg", busy=(130101, 410100, -1), wait=timedelta(minutes=10))


# ---------------------------------------------------------------- 飞书: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot


def feishu_wire(subscriber: Subscriber, message: Message) -> bytes:
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": message.title}},
        "elements": [{"tag": "markdown", "content": message.text}],
    }
    body: dict[str, Any] = {"msg_type": "interactive", "card": card}
    if subscriber.secret:
        stamp = str(int((message.at or clock.now()).timestamp()))
        body |= {"timestamp": stamp, "sign": signature(f"{stamp}\n{subscriber.secret}")}
    return encoded(body)


def feishu(subscriber: Subscriber, message: Message, timeout: float) -> None:
    url = f"{subscriber.base}/open-apis/bot/v2/hook/{subscriber.address}"
    answer = post(url, feishu_wire(subscriber, message), timeout)
    # an old answer has StatusCode, a new one code; 11232 and 9499: more than 5 a second or 100 a minute
    check(answer, "StatusCode" if "StatusCode" in answer else "code", "msg", busy=(11232, 9499))
