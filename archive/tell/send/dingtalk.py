"""钉钉: https://open.dingtalk.com/document/robots/custom-robot-access"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from archive import clock
from archive.tell.messages import Message
from archive.tell.send.chat import check, encoded, post, signature
from archive.tell.subscriptions import Subscriber


def wire(_: Subscriber, message: Message) -> bytes:
    return encoded({"msgtype": "markdown", "markdown": {"title": message.title, "text": message.text}})


def send(subscriber: Subscriber, message: Message, timeout: float) -> None:
    query = {"access_token": subscriber.address}
    if subscriber.secret:
        stamp = str(int(clock.now().timestamp() * 1000))
        query |= {"timestamp": stamp, "sign": signature(subscriber.secret, f"{stamp}\n{subscriber.secret}")}
    answer = post(f"{subscriber.base}/robot/send?{urlencode(query)}", wire(subscriber, message), timeout)
    # 130101, 410100: more than 20 messages a minute, locked for ten
    check(answer, "errcode", "errmsg", busy=(130101, 410100, -1), wait=timedelta(minutes=10))
