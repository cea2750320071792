"""Few retries, with growing pauses; none once it is clear that the machine has no network."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response

from crawler.download.errors import code_of, unreachable

CODES = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
FAILURES = frozenset({"dns", "refused", "timeout", "reset"})
LONGEST = 60.0
OFFLINE_HOSTS = 3
"""So many hosts in silence, and not one answer, mean no network: then nothing is asked twice."""


class BackOffMiddleware:
    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.pause = crawler.settings.getfloat("GUIDELINES_BACK_OFF")
        self.answered = False
        self.silent: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Any) -> BackOffMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        self.answered = True
        if response.status not in CODES:
            return response
        return await self._again(request, f"http-{response.status}", response.headers.get(b"Retry-After")) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if unreachable(exception):
            self.silent.add(urlsplit(request.url).hostname or "")
        if code_of(exception) not in FAILURES or self.offline:
            return None
        retry = await self._again(request, code_of(exception))
        return None if self.offline else retry  # the other hosts may have fallen silent during the pause

    @property
    def offline(self) -> bool:
        return not self.answered and len(self.silent) >= OFFLINE_HOSTS

    async def _again(self, request: Request, reason: str, asked: bytes | None = None) -> Request | None:
        """The request anew after a pause of 4 s, 8 s … or what the server asks for; None when that was enough."""
        retry = get_retry_request(request, spider=self.crawler.spider, reason=reason, give_up_log_level="DEBUG")
        if retry is None:
            return None
        self.crawler.stats.inc_value("guidelines/retries")
        if self.pause:
            seconds = self.pause * 2 ** (retry.meta["retry_times"] - 1)
            if asked is not None and asked.isdigit():
                seconds = max(seconds, float(asked))
            await asyncio.sleep(min(seconds, LONGEST))
        return retry
