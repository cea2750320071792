"""飞书: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""

from __future__ import annotations

from typing import Any

from archive import clock
from archive.tell.messages import Message
from archive.tell.send.chat import check, encoded, post, signature
from archive.tell.subscriptions import Subscriber


def wire(subscriber: Subscriber, message: Message) -> bytes:
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


def send(subscriber: Subscriber, message: Message, timeout: float) -> None:
    url = f"{subscriber.base}/open-apis/bot/v2/hook/{subscriber.address}"
    answer = post(url, wire(subscriber, message), timeout)
    # an old answer has StatusCode, a new one code; 11232 and 9499: more than 5 a second or 100 a minute
    check(answer, "StatusCode" if "StatusCode" in answer else "code", "msg", busy=(11232, 9499))
