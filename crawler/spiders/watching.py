"""What both spiders share: the notices that a person may name, and the crawl that they work for."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from scrapy import Spider

from crawler.crawl import Crawl, crawl_of

EVERY = "all"


class ArchiveSpider(Spider):
    """`scrapy crawl NAME [-a notice=SLUG,SLUG | -a notice=all]`; without `notice` what is due."""

    def __init__(self, notice: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.named = tuple(filter(None, notice.split(",")))

    @cached_property
    def crawl(self) -> Crawl:
        """Begun before the spider starts (crawler/archive.py)."""
        return cast(Crawl, crawl_of(self.crawler))

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts declared with the notices that are asked for."""
        return frozenset().union(*map(self.crawl.hosts, self.crawl.notices))

    def count(self, name: str) -> None:
        self.crawler.stats.inc_value(f"guidelines/{name}")
