"""`crawl --replay`: answers come from WARC files instead of the network, ours or those of a browser.

For each address the latest record counts; a revisit is resolved to the record it refers to. What is not in the files is
an error of its own (`not-in-warc`); without a record of robots.txt everything is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from w3lib.url import canonicalize_url

from archive.warc.read import Record, WarcError, records
from crawler.download.asked import asked
from crawler.download.errors import NotFetched

DEMO = "演示样本"


def is_demo(path: Path) -> bool:
    """Whether a WARC file says in its warcinfo that it is part of the demonstration."""
    for record in records(path):
        return DEMO in record.body.decode("utf-8", "replace") if record.type == "warcinfo" else False
    return False


@cache
def load_answers(paths: tuple[str, ...]) -> Mapping[str, Record]:
    """Address (canonical) → its latest response, revisits with the payload they refer to.

    Raises WarcError for a damaged file and for a revisit whose original is in none of the files.
    """
    found: list[Record] = []
    revisits: list[Record] = []
    for path in paths:
        for record in records(Path(path)):
            if record.type in ("response", "resource") and record.url.startswith("http"):
                found.append(record)
            elif record.type == "revisit":
                revisits.append(record)
    by_address = {(_key(record.url), _seconds(record.date)): record for record in found}
    by_digest = {record.headers.get("warc-payload-digest", ""): record for record in found}
    by_digest.pop("", None)
    for revisit in revisits:
        address = revisit.headers.get("warc-refers-to-target-uri", revisit.url).strip("<>")
        origin = by_address.get((_key(address), _seconds(revisit.headers.get("warc-refers-to-date", ""))))
        origin = origin or by_digest.get(revisit.headers.get("warc-payload-digest", ""))
        if origin is None:
            raise WarcError(f"{revisit.url} 的记录只说明“与以前相同”，所指的原始记录不在给出的 WARC 文件里；请一并给出")
        found.append(evolve(origin, headers={**origin.headers, "warc-date": revisit.date}))
    return {_key(record.url): record for record in sorted(found, key=lambda record: record.date)}


def recorded(answers: Mapping[str, Record], url: str) -> Record | None:
    """The answer for an address; a browser may have gone to https by itself where the list says http."""
    other = url.replace("http:", "https:", 1) if url.startswith("http:") else url.replace("https:", "http:", 1)
    return answers.get(_key(url)) or answers.get(_key(other))


class ReplayHandler(BaseDownloadHandler):
    lazy = False

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.answers = load_answers(tuple(crawler.settings.getlist("GUIDELINES_REPLAY")))

    async def download_request(self, request: Request) -> Response:
        record = recorded(self.answers, request.url)
        if record is None:
            raise NotFetched("not-in-warc", "重放的 WARC 文件里没有这个网址；请把它一并录制，或联网抓取")
        asked(request).replayed_at = _seconds(record.date)
        headers = Headers()
        for name, value in record.http.items():
            for one in value.split("\n") if name == "set-cookie" else [value]:
                headers.appendlist(name, _bytes(one))
        kind = responsetypes.from_args(headers=headers, url=request.url, body=record.body)
        return kind(
            request.url,
            status=record.status or 200,
            headers=headers,
            body=record.body,
            flags=["dataloss"] if record.headers.get("warc-truncated") else [],
            protocol="HTTP/1.1",
        )


def _key(url: str) -> str:
    return str(canonicalize_url(url))


def _seconds(date: str) -> str:
    """WARC-Date without fractions, as the archive writes times."""
    return date[:19] + "Z" if len(date) >= 19 else date


def _bytes(value: str) -> bytes:
    """The header value as it was sent: the reader took it as UTF-8, else as Latin-1."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()
