"""企业微信: https://developer.work.weixin.qq.com/document/path/91770"""

from __future__ import annotations

from urllib.parse import urlencode

from archive.tell.messages import Message
from archive.tell.send.chat import check, post
from archive.tell.subscriptions import Subscriber


def send(subscriber: Subscriber, message: Message, timeout: float) -> None:
    url = f"{subscriber.base}/cgi-bin/webhook/send?{urlencode({'key': subscriber.address})}"
    answer = post(url, {"msgtype": "markdown", "markdown": {"content": message.text}}, timeout)
    # 45009: more than 20 messages a minute
    check(answer, "errcode", "errmsg", busy=(45009, -1))
