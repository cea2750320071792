"""Handing a message to a channel. Either it was acknowledged, or SendError says why not, without any secret.

企业微信, 钉钉 and 飞书 answer 200 with an error code in the body, which apprise does not read, and their addresses are
fixed in it; so these three are ours. All else, mail too, is in `mail`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archive.tell.messages import Message
from archive.tell.send import chat, mail
from archive.tell.send.errors import SendError
from archive.tell.subscriptions import Subscriber

TIMEOUT = 15.0
"""Seconds for one answer of a channel."""

_SENDERS: Mapping[str, Callable[[Subscriber, Message, float], None]] = {
    "wecom": chat.wecom,
    "dingtalk": chat.dingtalk,
    "feishu": chat.feishu,
    "mail": mail.send_mail,
    "apprise": mail.send_by_apprise,
}


_WIRES: Mapping[str, Callable[[Subscriber, Message], bytes]] = {
    "wecom": chat.wecom_wire,
    "dingtalk": chat.dingtalk_wire,
    "feishu": chat.feishu_wire,
    "mail": mail.wire,
    "apprise": mail.plain,
}


def wire(subscriber: Subscriber, message: Message) -> bytes:
    """What the receiver's server gets, byte for byte: a letter, or the JSON that is posted. Raises SendError."""
    return _WIRES[subscriber.channel](subscriber, message)


def send(subscriber: Subscriber, message: Message, *, timeout: float = TIMEOUT) -> None:
    """Send and wait for the acknowledgement. Raises SendError, its text masked."""
    try:
        _SENDERS[subscriber.channel](subscriber, message, timeout)
    except SendError as error:
        raise SendError(subscriber.mask(str(error)), down=error.down, wait=error.wait) from None


def check(subscriber: Subscriber) -> str:
    """Why this address cannot be sent to, '' when it looks right. Nothing is sent."""
    if subscriber.channel not in ("mail", "apprise"):
        return ""
    try:
        mail.plugin_of(subscriber)
    except SendError as error:
        return subscriber.mask(str(error))
    return ""
