"""Scrapy with nothing of ours around it: asks for every address of a file, keeps a digest of each answer.

python -m scripts.bare_spider FILE STATE [trafilatura]

STATE keeps the ETags, so that what has not changed is answered by 304, as for the others.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess


class Bare(scrapy.Spider):
    name = "bare"
    handle_httpstatus_list = (304,)

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            known = self.known.get(url, {})
            yield scrapy.Request(url, headers={"If-None-Match": known["etag"]} if known.get("etag") else {})

    def parse(self, response: Any) -> Iterator[Any]:
        if response.status == 304:
            return
        text = self.extract(response.text) if self.extract else ""
        digest = hashlib.sha256(response.body + (text or "").encode()).hexdigest()
        etag = response.headers.get("ETag", b"").decode()
        self.known[response.url] = {"etag": etag, "sha256": digest}
        yield {"url": response.url, "sha256": digest}


def main() -> None:
    urls, state, *how = sys.argv[1:]
    extract = None
    if how:
        from trafilatura import extract
    kept = Path(state)
    known = json.loads(kept.read_text()) if kept.exists() else {}
    process = CrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": True,
                              "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 1})  # fmt: skip
    process.crawl(Bare, urls=Path(urls).read_text().split(), known=known, extract=extract)
    process.start()
    kept.write_text(json.dumps(known))


if __name__ == "__main__":
    main()
