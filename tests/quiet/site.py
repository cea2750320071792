"""One site on one day: a notice with its page, the list where it stands, and what the server says of itself."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cached_property
from html import escape
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen

from tests.histories import files, truth
from tests.histories.templates import BY_NAME, render
from tests.histories.troubles import Answer, shell
from tests.histories.truth import File, Truth
from tests.quiet.days import RHYTHMS, published

if TYPE_CHECKING:
    from tests.quiet.deaths import Death

LIST = "/zwgk/tz/"
SECOND = "/zwgk/tz/index_1.html"
LONG = 15
"""Entries of one page of a list."""
VISIT = time(22, 30, tzinfo=UTC)
"""Half past six in the morning of the next day, as they have it there."""
VERBS = ("开展", "举办", "做好", "召开", "组织", "推进")
THINGS = (
    "年度档案检查",
    "业务骨干培训班",
    "汛期值班",
    "视频工作会议",
    "节能降耗",
    "满意度调查",
    "普法宣传",
    "财务审计",
)
PINNED = "关于本部网站改版上线的公告（置顶）"


@frozen
class Entry:
    day: date
    number: int
    title: str


@frozen
class Kind:
    """How a site is made."""

    rhythm: str = "every-other"
    declared: bool = True
    """The operator names the list; else it is guessed from the notice's address."""
    dated: bool = True
    """The list shows days, and addresses hold them."""
    pinned: bool = False
    etag: bool = True
    """The notice's page has validators."""
    alive: bool = False
    """A visitor counter and the weather make other bytes at each answer."""
    files: int = 0


@define
class Site:
    name: str
    kind: Kind
    begins: date
    ends: date
    death: Death | None = None
    day: date = field(init=False)
    asked: int = 0
    started: float = 0

    def __attrs_post_init__(self) -> None:
        self.day = self.begins

    # ------------------------------------------------------------ what is true

    @cached_property
    def entries(self) -> list[Entry]:
        """All that the list ever gets, oldest first."""
        rng = Random(f"quiet {self.name}")
        found = []
        rhythm = RHYTHMS[self.kind.rhythm]
        for day in published(rng, rhythm, self.begins - timedelta(420), self.ends):
            for _ in range(rng.choice((1, 1, 2))):
                number = 2000 + len(found)
                title = f"演示样本：关于{rng.choice(VERBS)}{rng.choice(THINGS)}有关事项的通知（第{number}号）"
                found.append(Entry(day, number, title))
        return found

    def listed(self, day: date) -> list[Entry]:
        """Newest first, as the list stands on the morning after `day`."""
        count = bisect_right([entry.day for entry in self.entries], day)
        return self.entries[:count][::-1]

    @cached_property
    def notice(self) -> Truth:
        rng = Random(f"notice {self.name}")
        made = truth.notice(rng, 1)
        path = f"{LIST}201909/t20190912_{rng.randint(1000, 9999)}.html"
        attached = tuple(
            File(f"标准目录之{n}", "docx", f"{LIST}201909/P{n}.docx", truth.words.rows(rng, 5))
            for n in range(self.kind.files)
        )
        title = f"演示部办公厅关于印发{self.name}领域基层政务公开标准指引的通知"
        return evolve(made, title=title, files=attached, table=(), path=path)

    @property
    def dead(self) -> bool:
        return self.death is not None and self.day >= self.died_on

    @property
    def died_on(self) -> date:
        assert self.death
        return self.begins + timedelta(self.death.after)

    @property
    def last_visit(self) -> date:
        """What is broken is known after three visits, what is only silent takes weeks."""
        return self.ends if self.death is None or self.death.silence else self.died_on + timedelta(2)

    # ------------------------------------------------------------ what is answered

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        self.asked += 1
        path = urlsplit(target).path
        answer = self.sound(path, self.day)
        if self.dead and self.death:
            return self.death.answer(self, path, headers, answer)
        return self.sent(answer, headers)

    def sound(self, path: str, day: date) -> Answer:
        """The true answer of a day, before conditions and headers."""
        if path == LIST:
            return Answer(200, self.list_page(self.rows(self.listed(day)[:LONG], day), day))
        if path == SECOND:
            return Answer(200, self.list_page(self.rows(self.listed(day)[LONG : 2 * LONG], day), day))
        if path == self.notice.path:
            return Answer(200, self.page(day), headers=self.validators("page") if self.kind.etag else ())
        for file in self.notice.files:
            if path == file.path:
                return Answer(200, files.payload(file), files.TYPES[file.format], self.validators(file.path))
        if path.startswith(LIST) and path.endswith(".html"):
            return Answer(200, shell("演示样本", "<h1>演示样本</h1><p>本页为演示样本，没有别的内容。</p>"))
        if path == "/":
            return Answer(200, self.home())
        return Answer(404, shell("页面不存在", "<p>您访问的页面不存在或已删除。</p>"))

    def sent(self, answer: Answer, headers: Mapping[str, str], moment: datetime | None = None) -> Answer:
        """With the day's Date, and 304 where the client has it already."""
        etag = dict(answer.headers).get("ETag")
        if etag and headers.get("if-none-match") == etag:
            answer = evolve(answer, status=304, body=b"")
        stamp = ("Date", format_datetime(moment or self.now(), usegmt=True))
        return evolve(answer, headers=(*answer.headers, stamp))

    def now(self) -> datetime:
        return datetime.combine(self.day, VISIT)

    @staticmethod
    def validators(word: str) -> tuple[tuple[str, str], ...]:
        return (("ETag", f'"{hashlib.sha256(word.encode()).hexdigest()[:16]}"'),)

    def page(self, day: date) -> bytes:
        slots = {"foot": self.weather(day), "top": f"<span>{day:%Y年%m月%d日}</span>"} if self.kind.alive else {}
        return render(self.notice, BY_NAME["trs"], slots, {}).encode()

    def weather(self, day: date) -> str:
        return f"<p>访问量 {40000 + day.toordinal() % 1000 * 17 + self.asked}　晴 {day.day}℃</p>"

    def rows(self, entries: list[Entry], day: date) -> str:
        rows = [self.row(entry) for entry in entries]
        if self.kind.pinned:
            rows.insert(0, self.row(Entry(self.begins - timedelta(900), 1, PINNED)))
        return "\n".join(rows)

    def row(self, entry: Entry, shown: date | None = None, dated: bool | None = None) -> str:
        dated = self.kind.dated if dated is None else dated
        day = shown or entry.day
        link = f"./{entry.day:%Y%m}/t{entry.day:%Y%m%d}_{entry.number}.html" if dated else f"./{entry.number}.html"
        span = f"<span>{day:%Y-%m-%d}</span>" if dated else ""
        return f'<li><a href="{link}" title="{escape(entry.title)}">{escape(entry.title)}</a>{span}</li>'

    def list_page(self, rows: str, day: date, pager: str | None = None) -> bytes:
        pager = '<a href="index_1.html">下一页</a> <a href="index_49.html">尾页</a>' if pager is None else pager
        foot = self.weather(day) if self.kind.alive else ""
        body = f'<div class="dqwz">当前位置：<a href="/">首页</a></div><ul class="list">{rows}</ul>'
        return shell("通知公告（演示样本）", f'{body}<div class="page">{pager}</div>{foot}')

    def home(self) -> bytes:
        """The front page: headlines that have nothing to do with the list."""
        lines = "".join(f'<li><a href="/xw/{n}.html">演示样本：本部领导调研第{n}个基层单位</a></li>' for n in range(12))
        return shell("演示部门户网站", f"<h1>演示部</h1><ul>{lines}</ul>")
