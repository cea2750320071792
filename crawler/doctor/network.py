"""All declared hosts at once, each asked once, and what that says of network, proxy and clock."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from statistics import median
from time import monotonic
from urllib.request import getproxies

from archive import words
from archive.operate.checks import Check, ok, person
from archive.settings import Settings
from crawler.doctor.hosts import Finding, Origin, look, origins
from crawler.download.proxy import shown
from crawler.download.retry import OFFLINE_HOSTS
from crawler.settings import BOT_NAME, user_agent
from crawler.sources import Declared

STEP = 6.0
"""Seconds for one step (connecting, an answer) …"""
ALL = 25.0
"""… and for everything together: a resolver can be slower than any of our limits."""
SKEW = 300.0
"""Seconds from which on the clock is told: cookies, certificates and dates of captures go wrong."""
_LIST = 10
_REMEDY = {
    "dns": "请核对网址；若别的主机都能解析，可能是对方停用了这个域名",
    "refused": "多半是对方暂停服务，过一会儿再试；持续多日请在浏览器中核对网址",
    "timeout": "对方没有应答，或本机出口被拦截；请在本机用浏览器或 curl 核对",
    "reset": "连接被中断，可能是对方或中间设备拦截了本机；请与网络管理员或对方网站联系",
    "proxy": "请核对环境变量 http_proxy、https_proxy、no_proxy 和代理的账号",
    "tls": "请核对本机的根证书（ca-certificates）和时钟；对方只支持旧协议的，把主机名写进 settings.toml 的 old_tls",
    "unfinished": "对方应答太慢；请稍后再试",
}
_CERTIFICATE = {
    "self-signed certificate": "证书是自签名的",
    "self-signed certificate in certificate chain": "证书链里有自签名证书",
    "certificate has expired": "证书已过期",
    "certificate is not yet valid": "证书还没有生效（也可能是本机时钟不对）",
    "unable to get local issuer certificate": "签发证书的机构不在本机的根证书里",
}


def look_at_all(declared: Declared, settings: Settings) -> list[Finding]:
    """One finding for each place in the list, in its order, within `ALL` seconds whatever the network does."""
    places = origins(_urls(declared, settings))
    found: queue.SimpleQueue[tuple[int, Finding]] = queue.SimpleQueue()
    by_host: dict[str, list[tuple[int, Origin]]] = {}
    for number, origin in enumerate(places):
        by_host.setdefault(origin.host, []).append((number, origin))

    def visit(mine: list[tuple[int, Origin]]) -> None:
        for number, origin in mine:  # one after the other: never two requests at a time to one host
            old = origin.host in settings.old_tls
            found.put((number, look(origin, user_agent(settings), BOT_NAME, old, STEP)))

    for mine in by_host.values():
        threading.Thread(target=visit, args=(mine,), daemon=True).start()
    done: dict[int, Finding] = {}
    end = monotonic() + ALL
    with suppress(queue.Empty):
        while len(done) < len(places):
            number, finding = found.get(timeout=max(0, end - monotonic()))
            done[number] = finding
    return [done.get(n) or Finding(o.address, o.urls, trouble="unfinished") for n, o in enumerate(places)]


def _urls(declared: Declared, settings: Settings) -> list[str]:
    urls = [settings.memento] if settings.memento else []
    for _, notice in declared.sources.watched:
        urls += [notice.url, *(mirror.url for mirror in notice.mirrors), *([notice.listing] if notice.listing else [])]
    return urls


# ---------------------------------------------------------------- what it means


def checks(findings: Sequence[Finding]) -> Iterator[Check]:
    yield from _proxies(findings)
    answered = [finding for finding in findings if finding.status is not None and not finding.trouble]
    if _offline(findings):
        counts = Counter(words.reason(_reason(finding)) for finding in findings)
        why = "，".join(f"{reason} {count}" for reason, count in counts.most_common())
        remedy = "请核对网线、DNS、防火墙和代理；联网后再运行一次 guidelines doctor"
        details = (f"{finding.address}：{words.reason(_reason(finding))}" for finding in findings)
        yield person("network", f"没有网络：{len(findings)} 个网站没有一个应答（{why}）", remedy, details)
        return
    yield ok("network", f"{len(findings)} 个网站中有 {len(answered)} 个应答")
    yield from _clock(answered)
    yield from (check for finding in findings for check in _host(finding))


def _offline(findings: Sequence[Finding]) -> bool:
    """Nobody answered in any way. A refusal is an answer, but when every one of several hosts refuses, a wall does."""
    if not findings or any(f.trouble in ("", "tls") for f in findings):
        return False
    return len(findings) >= OFFLINE_HOSTS or all(f.trouble != "refused" for f in findings)


def _proxies(findings: Sequence[Finding]) -> Iterator[Check]:
    named = {scheme: shown(address) for scheme, address in getproxies().items() if scheme in ("http", "https")}
    if not named:
        yield ok("proxy", "没有设代理，直接联网")
        return
    through = [finding for finding in findings if finding.proxy]
    says = "代理：" + "，".join(f"{scheme} → {proxy}" for scheme, proxy in sorted(named.items()))
    failed = [finding for finding in through if finding.trouble == "proxy"]
    if failed:
        detail = f"{says}；经它的 {len(through)} 个网站有 {len(failed)} 个没有接通（{failed[0].detail}）"
        yield person("proxy", detail, _REMEDY["proxy"])
    else:
        yield ok("proxy", f"{says}；经它访问 {len(through)} 个网站")


def _clock(answered: Sequence[Finding]) -> Iterator[Check]:
    ahead = [finding.clock for finding in answered if finding.clock is not None]
    if not ahead:
        return
    off = median(ahead)
    if abs(off) <= SKEW:
        yield ok("clock", "本机时钟与各网站一致（相差不到 5 分钟）")
        return
    which = "快" if off > 0 else "慢"
    yield person("clock", f"本机时钟比各网站{which}约 {abs(off) / 60:.0f} 分钟", "请校准时钟：timedatectl set-ntp true")


def _host(finding: Finding) -> Iterator[Check]:
    place = finding.address
    if finding.trouble:
        detail = _CERTIFICATE.get(finding.detail, finding.detail)
        reason = words.reason(_reason(finding)) + (f"（{detail}）" if detail else "")
        yield person("host", f"{place}：{reason}", _REMEDY[finding.trouble])
    elif finding.robots == "unreachable":
        says = f"{place}：robots.txt 返回 HTTP {finding.status}，暂时不会抓取这个网站"
        yield person("host", says, "不是禁止，多为对方暂时出错，过一会儿会自动再试；持续多日请与网站联系")
    elif finding.robots == "disallowed":
        listed = "、".join(finding.disallowed[:_LIST])
        remedy = "请与网站管理员联系放行，或在 sources.toml 里加镜像（mirrors）"
        yield person("host", f"{place}：robots.txt 不允许抓取 {listed}", remedy)
    else:
        pace = f"，要求每次间隔 {finding.crawl_delay:g} 秒" if finding.crawl_delay else ""
        yield ok("host", f"{place}：可以抓取{pace}")


def _reason(finding: Finding) -> str:
    return "timeout" if finding.trouble == "unfinished" else finding.trouble
