"""Handing a message to a channel. Either it was acknowledged, or SendError says why not, without any secret.

企业微信, 钉钉 and 飞书 answer 200 with an error code in the body, which apprise does not read, and their addresses are
fixed in it; so these three are ours. Mail addresses are parsed by apprise, but the message is built here: apprise makes
the text part by stripping the html, which loses what was inserted and what was deleted. All else goes through apprise.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import logging
import re
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any
from urllib.parse import urlencode

from archive.clock import now as clock_now
from archive.tell.messages import Message
from archive.tell.subscriptions import Subscriber

TIMEOUT = 15.0
"""Seconds for one answer of a channel."""
ANSWER = 64 << 10
"""Bytes of an answer that are read."""


class SendError(Exception):
    """Not acknowledged. `down`: the channel itself does not answer, so the next message would fail as well."""

    def __init__(self, why: str, *, down: bool = False, wait: timedelta = timedelta()) -> None:
        super().__init__(why)
        self.down = down
        self.wait = wait


def send(subscriber: Subscriber, message: Message, *, timeout: float = TIMEOUT) -> None:
    """Send and wait for the acknowledgement. Raises SendError, its text masked."""
    try:
        _SENDERS[subscriber.channel](subscriber, message, timeout)
    except SendError as error:
        raise SendError(subscriber.mask(str(error)), down=error.down, wait=error.wait) from None


# ---------------------------------------------------------------- the three chats


def _wecom(subscriber: Subscriber, message: Message, timeout: float) -> None:
    """https://developer.work.weixin.qq.com/document/path/91770"""
    url = f"{subscriber.base}/cgi-bin/webhook/send?{urlencode({'key': subscriber.address})}"
    answer = _post(url, {"msgtype": "markdown", "markdown": {"content": message.text}}, timeout)
    # 45009: more than 20 messages a minute
    _check(answer, "errcode", "errmsg", busy=(45009, -1))


def _dingtalk(subscriber: Subscriber, message: Message, timeout: float) -> None:
    """https://open.dingtalk.com/document/robots/custom-robot-access"""
    query = {"access_token": subscriber.address}
    if subscriber.secret:
        stamp = str(int(clock_now().timestamp() * 1000))
        signed = hmac.new(subscriber.secret.encode(), f"{stamp}\n{subscriber.secret}".encode(), hashlib.sha256).digest()
        query |= {"timestamp": stamp, "sign": base64.b64encode(signed).decode()}
    body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": message.text}}
    answer = _post(f"{subscriber.base}/robot/send?{urlencode(query)}", body, timeout)
    # 130101, 410100: more than 20 messages a minute, locked for ten
    _check(answer, "errcode", "errmsg", busy=(130101, 410100, -1), wait=timedelta(minutes=10))


def _feishu(subscriber: Subscriber, message: Message, timeout: float) -> None:
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": message.title}},
        "elements": [{"tag": "markdown", "content": message.text}],
    }
    body: dict[str, Any] = {"msg_type": "interactive", "card": card}
    if subscriber.secret:
        stamp = str(int(clock_now().timestamp()))
        signed = hmac.new(f"{stamp}\n{subscriber.secret}".encode(), b"", hashlib.sha256).digest()
        body |= {"timestamp": stamp, "sign": base64.b64encode(signed).decode()}
    answer = _post(f"{subscriber.base}/open-apis/bot/v2/hook/{subscriber.address}", body, timeout)
    # an old answer has StatusCode, a new one code; 11232 and 9499: more than 5 a second or 100 a minute
    _check(answer, "StatusCode" if "StatusCode" in answer else "code", "msg", busy=(11232, 9499))


def _check(
    answer: Mapping[str, Any], code: str, text: str, busy: tuple[int, ...], wait: timedelta = timedelta()
) -> None:
    """The receiver has it only when the code in the body is 0."""
    found = answer.get(code)
    if found == 0:
        return
    if found is None:
        raise SendError("对方的回应里没有结果代码，不能确认已收到")
    raise SendError(f"对方拒收：代码 {found}，{answer.get(text, '')}", down=found in busy, wait=wait)


def _post(url: str, body: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked with the subscription
        url,
        json.dumps(body, ensure_ascii=False).encode(),
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
        raise SendError(_network(error), down=True) from None
    if not isinstance(answer, dict):
        raise SendError("对方的回应不是 JSON 对象，不能确认已收到")
    return answer


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key in the address to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _network(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "超时没有回应"
    if isinstance(cause, ConnectionRefusedError):
        return "连接被拒绝"
    if isinstance(cause, ssl.SSLError):
        return f"安全连接失败：{cause.reason or cause}"
    return f"连接失败：{type(cause).__name__}"


# ---------------------------------------------------------------- mail and everything else


def _plugin(subscriber: Subscriber) -> Any:
    """The apprise object for an address. Raises SendError when apprise cannot use it or it names several receivers."""
    import apprise  # half a second, so only when it is needed

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines hold addresses
    plugin = apprise.Apprise.instantiate(subscriber.address)
    if plugin is None:
        raise SendError("地址不是 apprise 能识别的网址")
    receivers = len(getattr(plugin, "targets", None) or [None])
    if receivers + len(getattr(plugin, "cc", ())) + len(getattr(plugin, "bcc", ())) > 1:
        # a failure for the second would send to the first again
        raise SendError("一个地址只能有一个接收人；多人请各写一个 [[subscriber]]")
    return plugin


def check(subscriber: Subscriber) -> str:
    """Why this address cannot be sent to, '' when it looks right. Nothing is sent."""
    if subscriber.channel not in ("mail", "apprise"):
        return ""
    try:
        _plugin(subscriber)
    except SendError as error:
        return subscriber.mask(str(error))
    return ""


def mail(sender: tuple[Any, str], to: tuple[Any, str], message: Message, at: datetime) -> EmailMessage:
    """Html with a text part. The Message-ID is made of the delivery number, so a mail sent twice can be recognised."""
    found = EmailMessage()
    found["Subject"] = re.sub(r"\s+", " ", message.title)
    found["From"] = formataddr((sender[0] or "", sender[1]))
    found["To"] = formataddr((to[0] or "", to[1]))
    found["Date"] = format_datetime(at)
    found["Message-ID"] = f"<{message.key}@{sender[1].rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
    found["X-Guidelines-Delivery"] = message.key
    found.set_content(message.text, cte="base64")
    found.add_alternative(message.html, subtype="html", cte="base64")
    return found


def _mail(subscriber: Subscriber, message: Message, timeout: float) -> None:
    plugin = _plugin(subscriber)
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    letter = mail(plugin.from_addr, plugin.targets[0], message, clock_now())
    try:
        if plugin.secure_mode == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(plugin.smtp_host, plugin.port, timeout=timeout, context=context)
        else:
            server = smtplib.SMTP(plugin.smtp_host, plugin.port, timeout=timeout)
        try:
            if plugin.secure_mode == "starttls":
                server.starttls(context=context)
            if plugin.user and plugin.password:
                server.login(plugin.user, plugin.password)
            server.send_message(letter, plugin.from_addr[1], [plugin.targets[0][1]])
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):  # it has been accepted or refused by now
                server.quit()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise SendError(f"邮件服务器不接受收件人：{code} {_words(text)}") from None
    except smtplib.SMTPResponseException as error:
        why = f"邮件服务器回应 {error.smtp_code} {_words(error.smtp_error)}"
        raise SendError(why, down=error.smtp_code < 500) from None
    except smtplib.SMTPNotSupportedError:
        raise SendError("邮件服务器不支持 STARTTLS 或登录", down=True) from None
    except smtplib.SMTPException as error:
        raise SendError(f"邮件没有发出：{type(error).__name__}", down=True) from None
    except OSError as error:
        raise SendError(_network(error), down=True) from None


def _words(text: bytes | str) -> str:
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).replace("\n", " ")[:200]


def _apprise(subscriber: Subscriber, message: Message, timeout: float) -> None:
    plugin = _plugin(subscriber)
    plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout
    try:
        accepted = plugin.notify(body=message.text, title=message.title, body_format="text")
    except Exception as error:  # a hundred plugins, each with exceptions of its own
        raise SendError(_network(error), down=True) from None
    if not accepted:
        raise SendError("apprise 报告没有送达", down=True)


_SENDERS: Mapping[str, Callable[[Subscriber, Message, float], None]] = {
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "mail": _mail,
    "apprise": _apprise,
}
