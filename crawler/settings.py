"""Scrapy's settings: the fixed ones as names of this module (scrapy.cfg points here), the operator's put on top.

Why many differ from Scrapy's defaults: docs/decisions and the traps listed in the design (6.2, 6.3).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrapy.settings import Settings as ScrapySettings

from archive import SOFTWARE
from archive.settings import Settings
from crawler.download.replay import load_answers

BOT_NAME = "guidelines-archive"
SPIDER_MODULES = ["crawler.spiders"]
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# politeness: one request at a time to a host; robots.txt is obeyed by our own component
CONCURRENT_REQUESTS = 64  # requests that wait for their host's turn count, so this is no limit on traffic
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY_JITTER = 0
ROBOTSTXT_OBEY = False
AUTOTHROTTLE_MAX_DELAY = 60

# what is taken in
DOWNLOAD_FAIL_ON_DATALOSS = False  # a truncated body is kept and flagged instead of raised and lost
DOWNLOAD_WARNSIZE = 0
COMPRESSION_ENABLED = False  # undone by DecodeMiddleware, behind the capture, with the code that reads WARC records
METAREFRESH_ENABLED = False  # challenge and error pages use it; such a page is told, not followed
HTTPERROR_ALLOW_ALL = True
HTTPCACHE_ENABLED = False
REDIRECT_MAX_TIMES = 8
URLLENGTH_LIMIT = 0  # Scrapy drops longer addresses without a word; ours are refused with one (download/asked.py)
DNS_TIMEOUT = 20
REACTOR_THREADPOOL_MAXSIZE = 20  # one name lookup each: a dead DNS server must not hold the others up
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip, deflate",
}

# retries
RETRY_TIMES = 2  # what is worth another try, and after which pause: BackOffMiddleware

# nobody else has a say in a running crawl
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "crawler.download.scope.GuardedResolver"
DOWNLOAD_HANDLERS = {
    "http": "crawler.download.wire.WireHandler",
    "https": "crawler.download.wire.WireHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
# Scrapy loads whatever is named here, also to learn that it is switched off (its remote control brings a web framework,
# its cookies an http client), so what it has by default is replaced
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.download.scope.ScopeMiddleware": 50,
    "crawler.download.robots.RobotsMiddleware": 100,
    "crawler.download.retry.BackOffMiddleware": 550,
    "crawler.download.decode.DecodeMiddleware": 590,
    "crawler.download.revisit.ConditionalMiddleware": 650,
    "crawler.download.cookies.CookiesMiddleware": 700,
    "crawler.download.capture.CaptureMiddleware": 890,
}
ITEM_PIPELINES = {
    "crawler.pipelines.AnswerPipeline": 200,
    "crawler.pipelines.ListingPipeline": 300,
    "crawler.pipelines.ProgressPipeline": 400,
}
ADDONS = {"crawler.archive.OperatorSettings": 100}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
EXTENSIONS = {"crawler.archive.ArchiveExtension": 100}
GUIDELINES_DATA = os.environ.get("GUIDELINES_DATA", "data")
CONCURRENT_ITEMS = 1  # also keeps the order in which the spider hands over (a capture and its confirmation)

LOG_LEVEL = "INFO"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0


def user_agent(settings: Settings) -> str:
    """Who asks and whom to write to; never a browser's name."""
    contact = settings.contact.encode("ascii", "ignore").decode().strip()
    return f"{SOFTWARE} (archive of public notices; {f'contact: {contact}' if contact else 'no contact given'})"


def of_operator(settings: Settings, *, replay: bool = False) -> dict[str, Any]:
    """What the operator decides, in Scrapy's names."""
    hurry = settings.delay == 0 or replay
    return {
        "USER_AGENT": user_agent(settings),
        "DOWNLOAD_DELAY": 0 if replay else settings.delay,
        "AUTOTHROTTLE_ENABLED": not hurry,
        "AUTOTHROTTLE_START_DELAY": settings.delay,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "GUIDELINES_BACK_OFF": 0 if hurry else 4,
        "GUIDELINES_OLD_TLS": list(settings.old_tls),
    }


def scrapy_settings(settings: Settings, replay: Sequence[Path] = ()) -> ScrapySettings:
    """The settings of a crawl; with `replay` the answers come from these WARC files and no host is contacted."""
    result = ScrapySettings()
    result.setmodule("crawler.settings", priority="project")
    result.setdict(of_operator(settings, replay=bool(replay)), priority="cmdline")
    result.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")  # crawler/commands.py has its own
    if replay:
        paths = [str(path) for path in replay]
        load_answers(tuple(paths))  # Scrapy would hide the error of a damaged file
        handler = "crawler.download.replay.ReplayHandler"
        handlers = DOWNLOAD_HANDLERS | {"http": handler, "https": handler}
        result.setdict({"GUIDELINES_REPLAY": paths, "DOWNLOAD_HANDLERS": handlers}, priority="cmdline")
    return result
