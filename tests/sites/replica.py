"""The 19 notices of tests/sites/pages on a real server, each site on a loopback address of its own.

    with Replica() as replica:
        replica.write_sources(folder / "sources.toml")             # a sources file of the replica, for guidelines crawl
        replica.edit("poverty-alleviation", "不少于7天", "不少于10天")
        replica.mode("health", "soft-404-1")

Some sites change at every visit (counter, date, weather, related links) and send no validators; others answer with ETag
or Last-Modified. Both are deterministic: the n-th answer of a page is always the same.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from attrs import define, evolve

from tests.sites import build
from tests.sites.build import Exchange
from tests.sites.listings import LISTINGS
from tests.sites.parts import HITS, NONCE, TODAY, WEATHER
from tests.sites.server import Origin, Page, SiteServer

FILE_HOST = {"file.dongzhi.gov.cn:9000": "www.dongzhi.gov.cn"}
"""Hosts of files that stand on another port of a site's address."""
NOISY = (
    "gi.mnr.gov.cn", "www.ndrc.gov.cn", "www.gov.cn", "www.mohurd.gov.cn", "www.dongzhi.gov.cn", "www.yn.gov.cn",
    "www.mohrss.gov.cn",
)  # fmt: skip
"""Their pages change at every visit; the others send an ETag."""
DATED = ("www.mee.gov.cn", "www.jcs.moa.gov.cn", "gi.mnr.gov.cn", "www.gov.cn")
"""They date what does not change at every visit."""
RELATED = '<div class="mt"><span>相关政策与解读</span></div>\n<ul>'
SITES = build.SOURCES.with_name("sites.toml")
BEGIN = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)


@define
class Served:
    """One address as it now stands."""

    exchange: Exchange
    url: str
    body: bytes


class Replica:
    def __init__(self, *, noise: bool = True) -> None:
        self.server = _VaryingServer(noise)
        self._exchanges = build.stored()
        self._bases: dict[str, str] = {}
        self._served: dict[str, Served] = {}
        """By the real address."""
        self._edits = 0
        for exchange in self._exchanges:
            self._base(urlsplit(exchange.url).netloc)
        for exchange in self._exchanges:
            self._serve(Served(exchange, self.local(exchange.url), self._localised(exchange.body)))

    def __enter__(self) -> Replica:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__()

    # ------------------------------------------------------------ addresses

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(e.slug for e in self._exchanges if e.kind == "page")

    def url(self, slug: str) -> str:
        """Where the notice's page stands now."""
        return self._page(slug).url

    def attachment_url(self, slug: str, name: str) -> str:
        return self._attachment(slug, name).url

    def local(self, real: str) -> str:
        """The loopback address of a real one."""
        parts = urlsplit(real)
        return self._base(parts.netloc) + real.split(parts.netloc, 1)[1]

    def body(self, slug: str) -> str:
        """The page's text as it stands, without the noise of a visit."""
        return self._page(slug).body.decode(_charset(self._page(slug).body))

    # ------------------------------------------------------------ what may happen to a notice

    def edit(self, slug: str, old: str, new: str) -> None:
        """Replace the words `old`, which must stand on the page."""
        served, text = self._page(slug), self.body(slug)
        if old not in text:
            raise ValueError(f"{old!r} is not on the page of {slug}")
        self._replace(served, text.replace(old, new).encode(_charset(served.body)))

    def replace_attachment(self, slug: str, name: str, payload: bytes) -> None:
        """Other bytes under the same link."""
        self._replace(self._attachment(slug, name), payload)

    def add_attachment(self, slug: str, name: str, file: str, payload: bytes) -> str:
        """Link a new file (`file`: its name beside the page) at the end of the notice; returns its address."""
        url = urljoin(self.url(slug), file)
        exchange = Exchange(url, "", payload, "application/octet-stream", slug, "attachment", name)
        self._served[url] = Served(exchange, url, payload)
        self._serve(self._served[url])
        self.edit(slug, "本页为演示样本", f'<a href="{file}">{name}</a></p><p>本页为演示样本')
        return url

    def remove_attachment(self, slug: str, name: str) -> None:
        """The link (all its anchors) leaves the page and the file is gone."""
        served, attachment = self._page(slug), self._attachment(slug, name)
        text = self.body(slug)
        for anchor, href in re.findall(r"""(<a [^>]*href="([^"]+)"[^>]*>.*?</a>)""", text, re.DOTALL):
            if urljoin(served.url, href.replace("&amp;", "&")) == attachment.url:
                text = text.replace(anchor, "")
        self._replace(served, text.encode(_charset(served.body)))
        self.server.remove(attachment.url)
        del self._served[attachment.exchange.url]

    def move(self, slug: str, new_path: str, status: int = 301) -> str:
        """The page stands under another path of its host and the old one leads there; returns the new address."""
        served, text = self._page(slug), self.body(slug)
        text = re.sub(r'href="([^"#]+)"', lambda m: f'href="{urljoin(served.url, m[1])}"', text)
        new = urljoin(served.url, new_path)
        self._put(served.url, b"", "text/html", status=status, headers={"Location": new}, etag=False)
        served.url = new
        self._replace(served, text.encode(_charset(served.body)))
        return new

    def mode(self, slug: str, name: str) -> None:
        """Answer for the notice's page in a nasty way (tests/sites/modes.py, status-<n>); '' ends it."""
        self.server.mode(self.url(slug), name)

    # ------------------------------------------------------------ a sources file

    def write_sources(self, path: Path, *slugs: str) -> Path:
        """The declarations of the notices (all, or those named) on loopback, with the rules of their real sites."""
        declared = tomllib.loads(build.SOURCES.read_text("utf-8"))["notice"]
        rules = tomllib.loads(SITES.read_text("utf-8"))["site"]
        lists = {listing.number: self.local(listing.url) for listing in LISTINGS}
        blocks = []
        for notice in declared:
            if not slugs or notice["slug"] in slugs:
                entry = {**notice, "url": self.url(notice["slug"])}
                if notice["number"] in lists:
                    entry["listing"] = lists[notice["number"]]
                blocks.append(_toml("notice", entry))
        for rule in rules:
            if rule["host"] in self._bases:
                host = urlsplit(self._bases[rule["host"]]).hostname
                blocks.append(_toml("site", {**rule, "host": host}))
        path.write_text("# 演示样本：复制站点的通知清单\n\n" + "\n\n".join(blocks) + "\n", "utf-8")
        return path

    # ------------------------------------------------------------ serving

    def _base(self, netloc: str) -> str:
        if netloc not in self._bases:
            site = FILE_HOST.get(netloc)
            self._bases[netloc] = self.server.extra_port(site) if site else self.server.host(netloc)
        return self._bases[netloc]

    def _localised(self, body: bytes) -> bytes:
        for netloc, base in self._bases.items():
            body = re.sub(rb"https?://" + re.escape(netloc.encode()) + rb"(?![\w.:-])", base.encode(), body)
        return body

    def _page(self, slug: str) -> Served:
        return next(s for s in self._served.values() if s.exchange.slug == slug and s.exchange.kind == "page")

    def _attachment(self, slug: str, name: str) -> Served:
        found = [s for s in self._served.values() if s.exchange.slug == slug and s.exchange.name == name]
        if not found:
            raise ValueError(f"{slug} has no attachment {name!r}")
        return found[0]

    def _replace(self, served: Served, body: bytes) -> None:
        self._edits += 1
        served.body = body
        self._serve(served)

    def _serve(self, served: Served) -> None:
        self._served[served.exchange.url] = served
        exchange, host = served.exchange, urlsplit(served.exchange.url).netloc
        varies = host in NOISY and exchange.kind in ("page", "listing")
        changed = format_datetime(BEGIN + timedelta(minutes=self._edits), usegmt=True)
        dated = host in DATED and not varies and exchange.status == 200
        self._put(
            served.url,
            served.body,
            exchange.content_type,
            status=exchange.status,
            headers=dict(exchange.headers),
            last_modified=changed if dated else "",
            etag=not varies and host not in FILE_HOST,
        )

    def _put(self, url: str, body: bytes, content_type: str, **answer: Any) -> None:
        parts = urlsplit(url)
        self.server.put(f"{parts.scheme}://{parts.netloc}", url.split(parts.netloc, 1)[1], body, content_type, **answer)


class _VaryingServer(SiteServer):
    """Pages without an ETag change at every visit."""

    def __init__(self, noise: bool) -> None:
        super().__init__()
        self._noise = noise

    def page(self, origin: Origin, path: str) -> Page | None:
        page = super().page(origin, path)
        if page is None or page.etag or not self._noise or b"<html" not in page.body.lower():
            return page
        visit = page.served
        page.served += 1
        return evolve(page, body=vary(page.body, visit), served=visit)


def vary(body: bytes, visit: int) -> bytes:
    """The page at a later visit: counter, date, weather, nonce and related links move on; at visit 0 it is itself."""
    charset = _charset(body)
    day = date(2026, 11, 20) + timedelta(days=visit)
    weekday = "一二三四五六日"[day.weekday()]
    text = body.decode(charset)
    related = "".join(f'<li><a href="../../jd/t2020_{n}.html">演示样本：后来的解读之{n}</a></li>' for n in range(visit))
    for old, new in (
        (HITS, str(int(HITS) + 17 * visit)),
        (TODAY, f"{day.year}年{day.month}月{day.day}日 星期{weekday}"),
        (WEATHER, ("多云 8℃～17℃", "小雨 6℃～11℃", "晴 2℃～13℃")[visit % 3]),
        (NONCE, f"{int(NONCE, 16) + visit:012x}"),
        (RELATED, RELATED + related),
    ):
        text = text.replace(old, new)
    return text.encode(charset)


def _charset(body: bytes) -> str:
    return "gb18030" if b"charset=gb2312" in body[:1000] else "utf-8"


def _toml(kind: str, entry: dict[str, Any]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in entry.items()]
    return "\n".join([f"[[{kind}]]", *lines])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(part)}" for key, part in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
