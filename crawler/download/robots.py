"""robots.txt obeyed (RFC 9309): 4xx allows, 5xx and silence stop the crawl of a host for now, Crawl-delay is honoured
up to a minute. Only a rule is told as a rule: what could not be had is an error that may pass.

Our own component because Scrapy 2.19 fetched forbidden addresses when several requests to one host waited for its
robots.txt (scrapy PR 6802): here one lock a host lets the first fetch it and the others wait for the outcome.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from protego import Protego
from scrapy.http import Request, Response

from archive.model import Finding
from crawler.download.asked import Asked, asked, request_for
from crawler.download.errors import NotFetched, RobotsForbid, explain
from crawler.download.proxy import proxy_for, spoke

LONGEST_DELAY = 60.0
SIZE = 512_000
"""RFC 9309 lets a crawler stop after 500 KiB."""


@frozen
class Policy:
    """What a host's robots.txt came to: rules, or the failure that stands in for them. Neither: all is allowed."""

    rules: Any = None
    failure: Exception | None = None
    delay: float = 0


class RobotsMiddleware:
    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.agent = crawler.settings["BOT_NAME"]
        self.policies: dict[str, Policy] = {}
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def from_crawler(cls, crawler: Any) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if asked(request).robots:
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        async with self.locks[origin]:
            if origin not in self.policies:
                self.policies[origin] = await self._fetch(origin, request)
        policy = self.policies[origin]
        if policy.failure is not None:
            raise policy.failure
        if policy.rules is not None and not policy.rules.can_fetch(request.url, self.agent):
            raise RobotsForbid("robots", f"网站的 robots.txt 不允许抓取 {parts.path or '/'}；如有需要请与网站联系")
        if policy.delay:
            self._slow_down(parts.hostname or "", policy.delay, request)

    async def _fetch(self, origin: str, request: Request) -> Policy:
        robots = Asked(asked(request).hosts, robots=True)
        asking = request_for(f"{origin}/robots.txt", robots, priority=1000)
        self.crawler.stats.inc_value("guidelines/robots")
        try:
            response = await self.crawler.engine.download_async(asking)
        except Exception as error:
            if isinstance(error, NotFetched) and error.finding.reason != "not-in-warc":
                return Policy(failure=error)
            failure = explain(error)
            # RFC 9309: too many redirects count as unavailable, as 4xx does; a WARC without robots.txt has no say
            if failure.reason in ("redirects", "not-in-warc"):
                return Policy()
            return Policy(failure=_not_had(failure, proxy_for(asking.url)))
        return _policy(response, self.agent)

    def _slow_down(self, host: str, delay: float, request: Request) -> None:
        """Scrapy's slot of the host waits this long between requests, now and when it is made anew."""
        request.meta["autothrottle_dont_adjust_delay"] = True
        downloader = self.crawler.engine.downloader
        delay = max(delay, self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1}
        if host in downloader.slots:
            downloader.slots[host].delay = max(delay, downloader.slots[host].delay)


_GROUP = re.compile(r"^\s*user-agent\s*:", re.I | re.M)
UNREACHABLE = "robots-unreachable"


def _not_had(failure: Finding, proxy: str) -> NotFetched:
    """Why there is no robots.txt: the proxy, the network, or a body that nobody could read."""
    if proxy and failure.reason in ("refused", "dns"):
        return NotFetched("proxy", f"连不上代理服务器 {proxy}，没有向网站发出请求；请核对环境变量里的代理设置")
    reason = UNREACHABLE if failure.reason == "too-large" else failure.reason
    return NotFetched(reason, f"网站的 robots.txt 没有取得，按规定暂不抓取：{failure.detail}")


def _policy(response: Response, agent: str) -> Policy:
    """What an answer for robots.txt comes to."""
    proxy = proxy_for(response.url)
    if proxy and spoke(response.status, response.headers):
        detail = (
            f"代理服务器 {proxy} 答复 HTTP {response.status}，没有转达网站的回应；请核对代理设置，或与网络管理员联系"
        )
        return Policy(failure=NotFetched("proxy", detail))
    if response.status >= 500:
        detail = (
            f"网站的 robots.txt 返回 HTTP {response.status}（网站一时出错，不是禁止），按规定暂不抓取；下次抓取会再试"
        )
        return Policy(failure=NotFetched(UNREACHABLE, detail))
    if response.status >= 300:
        return Policy()
    if "dataloss" in response.flags:  # the rule that forbids may be in what is missing
        detail = "网站的 robots.txt 没有传完就中断了，按规定暂不抓取；下次抓取会再试"
        return Policy(failure=NotFetched(UNREACHABLE, detail))
    rules = Protego.parse(robots_text(response.body))
    delay = rules.crawl_delay(agent) or 0
    return Policy(rules=rules, delay=min(float(delay), LONGEST_DELAY) if delay > 0 else 0)


def robots_text(body: bytes) -> str:
    """The rules as text: whole lines of the first 500 KiB, without byte order mark; '' for what is a page of html.

    Sites answer with a page (their home page, a challenge, "not found") where they have no robots.txt.
    """
    if len(body) > SIZE:
        body = body[: body.rfind(b"\n", 0, SIZE) + 1]
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = body.decode(encoding, "replace").replace("\x00", "")
    return "" if text.lstrip().startswith("<") and not _GROUP.search(text) else text
