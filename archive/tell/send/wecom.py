"""企业微信: https://developer.work.weixin.qq.com/document/path/91770"""

from __future__ import annotations

from urllib.parse import urlencode

from archive.tell.messages import Message
from archive.tell.send.chat import check, encoded, post
from archive.tell.subscriptions import Subscriber


def wire(_: Subscriber, message: Message) -> bytes:
    return encoded({"msgtype": "markdown", "markdown": {"content": message.text}})


def send(subscriber: Subscriber, message: Message, timeout: float) -> None:
    url = f"{subscriber.base}/cgi-bin/webhook/send?{urlencode({'key': subscriber.address})}"
    answer = post(url, wire(subscriber, message), timeout)
    # 45009: more than 20 messages a minute
    check(answer, "errcode", "errmsg", busy=(45009, -1))
