"""A crawl that is under way, as spiders, pipelines and the components next to the wire find it in Scrapy's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import Factory, define

from archive.model import Notice
from archive.record.signs import Sign
from archive.record.store import Store
from archive.settings import Settings
from crawler.sources import Declared

SETTING = "GUIDELINES_CRAWL"


@define(eq=False)
class Crawl:
    store: Store
    declared: Declared
    settings: Settings
    id: int
    """Of its row in `crawls`."""
    slugs: Sequence[str]
    """The notices, laws and local catalogues to ask for."""
    stats: dict[str, Any] = Factory(dict)
    """The counters that the row gets at its end."""
    last_asked: dict[str, float] = Factory(dict)
    """Host → when it was last asked (monotonic): the next spider has new slots, which know nothing of it."""

    signs: list[Sign] = Factory(list)
    """What servers said of themselves in this crawl."""

    def __deepcopy__(self, _: object) -> Crawl:
        """Scrapy copies the settings for each spider; the crawl stays the same."""
        return self

    @property
    def notices(self) -> list[Notice]:
        """Those to ask for, as they are declared now."""
        return self.declared.sources.watch(self.slugs)

    def hosts(self, notice: Notice) -> frozenset[str]:
        """The hosts that are declared with a notice."""
        urls = [notice.url, notice.listing, self.settings.memento, *(mirror.url for mirror in notice.mirrors)]
        return frozenset(host_of(url) for url in urls if url)


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def crawl_of(crawler: Any) -> Crawl | None:
    """None where Scrapy works for a person (`scrapy shell`, `scrapy fetch`): then nothing is kept."""
    found: Crawl | None = crawler.settings.get(SETTING)
    return found
