"""Mail, and every channel that only apprise knows.

Apprise parses the addresses of both, but a mail is built and sent here: apprise makes its text part by stripping the
html, which loses what was inserted and what was deleted.
"""

from __future__ import annotations

import contextlib
import logging
import re
import smtplib
import ssl
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from archive import clock
from archive.tell.messages import Message
from archive.tell.send.errors import SendError, network
from archive.tell.subscriptions import Subscriber


def plugin_of(subscriber: Subscriber) -> Any:
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


def letter(sender: tuple[Any, str], to: tuple[Any, str], message: Message, at: datetime) -> EmailMessage:
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
    found.set_boundary(f"=={message.key}==")
    return found


def wire(subscriber: Subscriber, message: Message) -> bytes:
    """The letter as the server gets it."""
    plugin = plugin_of(subscriber)
    at = message.at or clock.now()
    return letter(plugin.from_addr, plugin.targets[0], message, at).as_bytes(policy=policy.SMTP)


def plain(_: Subscriber, message: Message) -> bytes:
    """What apprise is handed: title and text; what it makes of them is its own."""
    return f"{message.title}\n\n{message.text}".encode()


def send_mail(subscriber: Subscriber, message: Message, timeout: float) -> None:
    plugin = plugin_of(subscriber)
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    mail = wire(subscriber, message)
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
            server.sendmail(plugin.from_addr[1], [plugin.targets[0][1]], mail)
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
        raise SendError(network(error), down=True) from None


def _words(text: bytes | str) -> str:
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).replace("\n", " ")[:200]


def send_by_apprise(subscriber: Subscriber, message: Message, timeout: float) -> None:
    plugin = plugin_of(subscriber)
    plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout
    try:
        accepted = plugin.notify(body=message.text, title=message.title, body_format="text")
    except Exception as error:  # a hundred plugins, each with exceptions of its own
        raise SendError(network(error), down=True) from None
    if not accepted:
        raise SendError("apprise 报告没有送达", down=True)
