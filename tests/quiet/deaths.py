"""How a site dies without an error that anybody sees: what it answers from a day on, and what is to be read of it.

`says`: the report has to hold one of these words, so that a person knows what to look for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import escape

from attrs import evolve, frozen

from tests.histories.troubles import Answer, shell
from tests.quiet.site import LIST, LONG, SECOND, Entry, Kind, Site

Headers = Mapping[str, str]
Act = Callable[[Site, str, Headers, Answer], Answer]


@frozen
class Death:
    name: str
    answer: Act
    says: tuple[str, ...]
    kind: Kind
    silence: bool = False
    """Nothing is broken, only nothing new comes: found by the list's rhythm alone."""
    after: int = 12
    """Days of good health before it."""


ALL: dict[str, Death] = {}
LISTS = (LIST, SECOND)


def death(
    name: str, *says: str, kind: Kind | None = None, silence: bool = False, after: int = 12
) -> Callable[[Act], Act]:
    def add(answer: Act) -> Act:
        ALL[name] = Death(name, answer, says, kind or Kind(), silence, after)
        return answer

    return add


def on_list(change: Callable[[Site, Answer], Answer]) -> Act:
    """A death of the list alone; all else is sound."""

    def act(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
        return site.sent(change(site, answer) if path in LISTS else answer, headers)

    return act


def listing(site: Site, rows: str, pager: str | None = None) -> Answer:
    return Answer(200, site.list_page(rows, site.day, pager))


def newest(site: Site, count: int = LONG) -> list[Entry]:
    return site.listed(site.day)[:count]


# ---------------------------------------------------------------- nothing new comes


def _stopped(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """The list stays as it was on the eve of the death; everything around it goes on."""
    if path not in LISTS:
        return site.sent(answer, headers)
    eve = site.listed(site.died_on - timedelta(1))
    part = eve[:LONG] if path == LIST else eve[LONG : 2 * LONG]
    return site.sent(Answer(200, site.list_page(site.rows(part, site.day), site.day)), headers)


RHYTHM = ("没有新条目",)
for _name, _kind, _after in (
    ("silence-daily", Kind("daily"), 12),
    ("silence-every-other-day", Kind("every-other"), 12),
    ("silence-guessed-list", Kind("twice-weekly", declared=False), 8),
    ("silence-bursts", Kind("bursts"), 12),
    ("silence-weekly", Kind("weekly"), 2),
    ("silence-no-dates", Kind("daily", dated=False), 16),
    ("silence-page-alive", Kind("every-other", alive=True, pinned=True), 12),
):
    death(_name, *RHYTHM, kind=_kind, silence=True, after=_after)(_stopped)


# ---------------------------------------------------------------- caches and validators


@death("304-to-any-validator", "304", kind=Kind("daily"))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """A server that answers 304 to whoever asks with a condition, whatever the condition is."""
    if "if-none-match" in headers or "if-modified-since" in headers:
        return site.sent(Answer(304, b""), {})
    return site.sent(answer, headers)


@death("304-without-condition", "304")
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    return site.sent(Answer(304, b"") if path in LISTS else answer, headers)


@death("frozen-cache-age", "缓存", kind=Kind("daily"))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """A cache before the whole site that never asks again: the day of death's answers, with their Age."""
    kept = site.sound(path, site.died_on - timedelta(40))
    moment = site.now()
    age = int((moment - datetime.combine(site.died_on - timedelta(40), moment.timetz())).total_seconds())
    return site.sent(evolve(kept, headers=(*kept.headers, ("Age", str(age)), ("X-Cache", "HIT"))), headers, moment)


@death("frozen-cache-date", "缓存", "Date", kind=Kind("every-other"))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """The same, but it shows itself only by a Date that stands still."""
    kept = site.sound(path, site.died_on - timedelta(1))
    moment = site.now()
    return site.sent(kept, headers, datetime.combine(site.died_on - timedelta(1), moment.timetz()))


@death("page-from-old-cache", "缓存", kind=Kind("weekly", alive=True, etag=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """Only the notice's page comes out of a cache, 40 days old; the list is fresh."""
    if path != site.notice.path:
        return site.sent(answer, headers)
    return site.sent(evolve(answer, headers=(*answer.headers, ("Age", str(40 * 86400)))), headers)


@death("list-from-old-cache", "缓存", kind=Kind("weekly", declared=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    if path not in LISTS:
        return site.sent(answer, headers)
    kept = site.sound(path, site.died_on - timedelta(9))
    age = 9 * 86400 + (site.day - site.died_on).days * 86400
    return site.sent(evolve(kept, headers=(("Age", str(age)),)), headers)


# ---------------------------------------------------------------- the same for every address


@death("same-front-page", "同样", "相同", kind=Kind("daily", etag=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    return site.sent(Answer(200, site.home()), headers)


@death("same-empty-shell", "同样", "相同", kind=Kind(etag=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """The site has become a program: every address gives the shell that loads it."""
    head = '<script type="module" src="/assets/index-5c1f.js"></script>'
    return site.sent(Answer(200, shell("演示部", '<div id="app"></div>', head)), headers)


@death("same-article", "同样", "相同", kind=Kind("weekly", declared=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """A cache that forgets the address: whoever asks gets the notice."""
    return site.sent(site.sound(site.notice.path, site.day), headers)


@death("same-file", "同样", "相同", kind=Kind(files=3))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """Every file is the first one."""
    if path.endswith(".docx"):
        first = site.notice.files[0]
        return site.sent(evolve(site.sound(first.path, site.day), headers=()), headers)
    return site.sent(answer, headers)


# ---------------------------------------------------------------- the list is made otherwise

EMPTY_LIST = ("没有条目", "没有找到条目", "没有可用的列表", "不再")


@death("list-filled-by-script", *EMPTY_LIST, kind=Kind(declared=False))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    return listing(site, "", '<div id="pager"></div><script src="/js/list.js"></script>')


@death("list-onclick", *EMPTY_LIST)
@on_list
def _(site: Site, answer: Answer) -> Answer:
    rows = "".join(f"<li onclick=\"go('{e.number}')\">{escape(e.title)}<i>{e.day}</i></li>" for e in newest(site))
    return listing(site, rows, "")


@death("list-all-hash", *EMPTY_LIST, kind=Kind("daily", declared=False))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    rows = "".join(f'<li><a href="#/detail">{escape(e.title)}</a><span>{e.day}</span></li>' for e in newest(site))
    return listing(site, rows, "")


@death("list-gone", "404", "列表", kind=Kind(declared=False))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    return Answer(404, shell("页面不存在", "<p>您访问的页面不存在或已删除。</p>"))


@death("list-soft-404", *EMPTY_LIST)
@on_list
def _(site: Site, answer: Answer) -> Answer:
    return Answer(200, shell("提示信息", "<p>对不起，您访问的栏目不存在或已删除。</p>"))


@death("list-garbled", "列表", kind=Kind("twice-weekly"))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    """Decoded with the wrong table by the server and sent as utf-8."""
    text = answer.body.decode().encode().decode("gb18030", "replace")
    return evolve(answer, body=text.encode("utf-8", "replace"))


@death("list-front-page", "列表", kind=Kind("twice-weekly", declared=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """The column was given up and leads to the front page, which is full of links."""
    if path in LISTS:
        return site.sent(Answer(302, b"", headers=(("Location", "/"),)), headers)
    return site.sent(answer, headers)


@death("list-other-column", "列表", kind=Kind("every-other"))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    """Under the address now stands another column."""
    rows = "\n".join(
        f'<li><a href="/tpxw/{n}.html">演示样本：图片新闻之{n}，干部职工参加义务植树</a><span>{site.day}</span></li>'
        for n in range(100, 100 + LONG)
    )
    return listing(site, rows)


@death("list-rolled-back", "列表", kind=Kind("daily"))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    """After a failure the office restored what it had two months ago."""
    return listing(site, site.rows(site.listed(site.died_on - timedelta(60))[:LONG], site.day))


@death("list-cut-short", "列表", kind=Kind("every-other", declared=False))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    """Two entries of fifteen, and the pager as before."""
    return listing(site, site.rows(newest(site, 2), site.day))


# ---------------------------------------------------------------- pager and dates


@death("pager-cut", "下一页", "翻页", kind=Kind("daily"))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    return listing(site, site.rows(newest(site), site.day), "")


@death("pager-to-itself", "下一页", "翻页", kind=Kind("daily", declared=False))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    return listing(site, site.rows(newest(site), site.day), '<a href="javascript:void(0)">下一页</a>')


@death("dates-gone", "日期")
@on_list
def _(site: Site, answer: Answer) -> Answer:
    """No day beside any entry, none in any address."""
    return listing(site, "\n".join(site.row(entry, dated=False) for entry in newest(site)))


@death("dates-all-today", "日期", kind=Kind("twice-weekly", declared=False))
@on_list
def _(site: Site, answer: Answer) -> Answer:
    """A fault of the template: every entry carries the day of the visit."""
    return listing(site, "\n".join(site.row(entry, shown=site.day) for entry in newest(site)))


# ---------------------------------------------------------------- clocks


@death("clock-ahead", "时钟", "时间")
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    return site.sent(answer, headers, site.now() + timedelta(hours=26))


@death("clock-behind", "时钟", "时间", kind=Kind("twice-weekly", etag=False))
def _(site: Site, path: str, headers: Headers, answer: Answer) -> Answer:
    """It goes, but two days late."""
    return site.sent(answer, headers, site.now() - timedelta(days=2))


OUR_CLOCK = Death("our-own-clock", lambda s, p, h, a: s.sent(a, h), ("时钟", "时间"), Kind())
"""Every site is sound and agrees with every other; this machine's clock is what is wrong (run.py moves it)."""
