"""Why no answer came: each failure gets a short code and a sentence that says whether it may pass by itself."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from types import UnionType

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.ssl import VerificationError
from twisted.web._newclient import ResponseNeverReceived

from archive.machine import faults
from archive.model import Finding, Verdict
from archive.warc.coding import TooLarge


class NotFetched(IgnoreRequest):
    """The crawl itself decided not to take this answer; never retried."""

    verdict = Verdict.ERROR

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.finding = Finding(self.verdict, reason, detail)


class RobotsForbid(NotFetched):
    verdict = Verdict.FORBIDDEN


DETAILS = {
    "dns": "域名无法解析，可能是本机断网，也可能是网站已停用这个域名；下次抓取会再试",
    "refused": "服务器拒绝连接，可能正在维护；下次抓取会再试",
    "timeout": "在限定时间内没有传完；下次抓取会再试，长期如此请把 settings.toml 的 timeout 调大",
    "reset": "连接被对方中断；下次抓取会再试",
    "proxy": "代理服务器没有接通这个网站；请核对环境变量里的代理设置（guidelines doctor 会列出），或与网络管理员联系",
    "tls": "HTTPS 证书或加密协议不能通过验证；若网站只支持很旧的协议，请把主机名写进 settings.toml 的 old_tls",
    "too-large": "正文超过大小上限，未保存；确有需要请把 settings.toml 的 max_bytes 调大",
    "redirects": "跳转次数过多或循环跳转；请在浏览器中核对网址",
    "scheme": "网址不是 http 或 https，不抓取",
}


CODES: Sequence[tuple[type[BaseException] | UnionType, str]] = (
    (SSL.Error | ssl.SSLError | VerificationError, "tls"),
    (TunnelError, "proxy"),
    (TooLarge | DownloadCancelledError, "too-large"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadTimeoutError | ConnectTimeoutError, "timeout"),
    (UnsupportedURLSchemeError, "scheme"),
    (IgnoreRequest, "redirects"),  # what RedirectMiddleware raises at its limit
)
"""The first that fits the error or one of its causes."""


def explain(error: BaseException) -> Finding:
    """What a failed request means. Unknown failures count as `reset`, with the library's own words.

    An error of this machine (a full disk) says nothing about the site: it is raised, and ends the crawl.
    """
    if faults.of_the_machine(error):
        raise error
    if isinstance(error, NotFetched):
        return error.finding
    reason = code_of(error)
    detail = DETAILS[reason]
    if reason == "reset":
        detail = f"{detail}（{_words(error)}）"
    return Finding(Verdict.ERROR, reason, detail)


def code_of(error: BaseException) -> str:
    if faults.of_the_machine(error):
        return "machine"  # nothing to ask again for
    if isinstance(error, NotFetched):
        return error.finding.reason
    causes = _causes(error)
    return next((code for kinds, code in CODES if any(isinstance(cause, kinds) for cause in causes)), "reset")


def unreachable(error: BaseException) -> bool:
    """Whether this looks as if the machine had no network: nothing answered at all."""
    return code_of(error) in ("dns", "refused", "timeout")


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error, what caused it, and the reasons that Twisted packs into lists."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        if isinstance(error, ResponseNeverReceived):
            found += [reason.value for reason in error.reasons]
        error = error.__cause__
    return found


def _words(error: BaseException) -> str:
    cause = _causes(error)[-1]
    return f"{type(cause).__name__} {cause}".strip()[:200]
