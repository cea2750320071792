"""Sites that still answer and no longer say anything: caches that never ask, a 304 to whatever is asked, the same bytes
for every address, clocks that are wrong. Read from the signs of the answers (archive/record/signs.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import groupby
from statistics import median

from attrs import frozen

from archive import clock
from archive.machine.database import Row, rows_of, value_of
from archive.operate.troubles.trouble import Trouble
from archive.record.signs import PROBE

OLD = {"listing": 2 * 86400, "page": 7 * 86400}
"""Seconds: a cache that gives something older hides what is new."""
STILL = timedelta(hours=12)
"""Two answers so far apart do not have the same Date."""
HOST_OFF, OURS_OFF = 12 * 3600, 15 * 60
"""Seconds between clocks from which on they are named. Some sites send local time as GMT for ever: eight hours."""
HOSTS = 3
"""So many sites that agree with one another are right, and this machine is wrong."""
STAKE = "网站上如有修订，可能要很久以后才会看到，或根本看不到"


@frozen
class Answer:
    """The latest answer of one watched address, with the one before."""

    url: str
    host: str
    kind: str
    notice: str
    at: str
    status: int
    served: str
    age: int
    digest: str
    document_id: int | None
    crawl_id: int
    before: Row | None

    @cached_property
    def skew(self) -> float:
        """Seconds that the server's clock is ahead of ours."""
        return (clock.parse(self.served) - clock.parse(self.at)).total_seconds() + self.age

    @cached_property
    def stands_still(self) -> bool:
        if not self.served or self.before is None or self.before["served"] != self.served:
            return False
        return clock.parse(self.at) - clock.parse(self.before["at"]) >= STILL

    @property
    def too_old(self) -> bool:
        return self.kind in OLD and self.age >= OLD[self.kind]

    @property
    def is_frozen(self) -> bool:
        return self.stands_still or self.too_old

    @property
    def held_for(self) -> float:
        """Seconds that its content is old, as far as it says so."""
        return max(self.age, -self.skew if self.served else 0)


def host_troubles(connection: sqlite3.Connection, answers: Iterable[Answer]) -> Iterator[Trouble]:
    answers = sorted(answers, key=lambda answer: answer.host)
    ours = own_clock(answers)
    for host, group in groupby(answers, lambda answer: answer.host):
        yield from _of_host(connection, host, list(group), ours)


def _of_host(connection: sqlite3.Connection, host: str, answers: Sequence[Answer], ours: float) -> Iterator[Trouble]:
    same = _same_bytes(connection, answers)
    if same:
        what = f"网站 {host} 的 {len(same)} 个不同地址返回了完全相同的内容"
        why = "网站可能改成了由脚本生成的页面，或缓存出错；请用浏览器核对，需要时在 sources.toml 里改用别的地址"
        yield _point(host, "same-bytes", what, same, why)
    frozen_ones = [a for a in answers if a.is_frozen]
    if frozen_ones:
        oldest = max(a.held_for for a in frozen_ones)
        what = f"网站 {host} 的 {len(frozen_ones)} 个地址给的是缓存里的旧内容，已有 {_span(oldest)}没有更新"
        why = "依据答复头中的 Age，或一直不变的 Date；网站前面的缓存不再向网站取新内容，请告知网站的管理者"
        yield _point(host, "frozen", what, frozen_ones, why)
    blind = [a for a in answers if a.kind == "page" and _blind(connection, a)]
    if blind:
        what = f"网站 {host} 不论怎么问都答“没有变化”（304），程序已改为每次取全文"
        why = "程序用一个不可能的标记去问，它也说没有变化；它给的 304 不可信，请告知网站的管理者"
        yield _point(host, "always-304", what, blind, why)
    skews = [a.skew - ours for a in answers if a.served and not a.is_frozen]
    if skews and abs(median(skews)) >= HOST_OFF:
        off = median(skews)
        what = f"网站 {host} 的时钟比本机{'快' if off > 0 else '慢'} {_span(abs(off))}"
        why = "依据答复头中的 Date；也可能给的是缓存里的旧内容，请用浏览器核对网页是否最新"
        yield _point(host, "clock", what, answers, why)


def own_clock(answers: Sequence[Answer]) -> float:
    """How many seconds the sites are ahead of this machine; 0 when they do not agree with one another."""
    latest = max((answer.crawl_id for answer in answers), default=0)
    hosts: dict[str, list[float]] = {}
    for answer in answers:
        if answer.served and answer.crawl_id == latest and not answer.age and not answer.stands_still:
            hosts.setdefault(answer.host, []).append(answer.skew)
    skews = sorted(median(found) for found in hosts.values())
    if len(skews) < HOSTS:
        return 0
    middle = median(skews)
    agreeing = [skew for skew in skews if abs(skew - middle) <= OURS_OFF]
    return middle if len(agreeing) * 5 >= len(skews) * 4 and abs(middle) >= OURS_OFF else 0


def machine_clock(answers: Sequence[Answer]) -> tuple[str, str] | None:
    """What to say of this machine's clock, and since when; None when nothing."""
    off = own_clock(answers)
    if not off:
        return None
    what = f"本机时钟比各网站{'慢' if off > 0 else '快'} {_span(abs(off))}，请校准（timedatectl set-ntp true）"
    return what, max(answer.at for answer in answers)


# ---------------------------------------------------------------- what is asked of the tables


def answers_of(connection: sqlite3.Connection) -> list[Answer]:
    """The latest answers of the pages and files in force and of the lists that are watched."""
    found = rows_of(
        connection,
        """SELECT k.kind, k.slug, s.*, b.id AS before_id, b.at AS before_at, b.served AS before_served FROM (
             SELECT max(s.id) AS id, d.kind, n.slug, n.number FROM signs s
               JOIN documents_in_force d ON d.id = s.document_id JOIN notices n ON n.id = d.notice_id
             WHERE n.declared = 1 GROUP BY d.id
             UNION SELECT max(s.id), 'listing', n.slug, n.number FROM signs s
               JOIN listings l ON l.url = s.url JOIN notices n ON n.id = l.notice_id
             WHERE n.declared = 1 AND s.document_id IS NULL GROUP BY l.url) k
           JOIN signs s ON s.id = k.id
           LEFT JOIN signs b ON b.id = (SELECT p.id FROM signs p WHERE p.url = s.url AND p.crawl_id < s.crawl_id
                                        ORDER BY p.id DESC LIMIT 1)
           ORDER BY k.number, k.id""",
    )
    return [_answer(row) for row in found]


def _answer(row: Row) -> Answer:
    before = {"at": row["before_at"], "served": row["before_served"]} if row["before_id"] is not None else None
    keys = ("url", "host", "kind", "at", "status", "served", "age", "digest", "document_id", "crawl_id")
    return Answer(notice=row["slug"], before=before, **{key: row[key] for key in keys})


def _same_bytes(connection: sqlite3.Connection, answers: Sequence[Answer]) -> Sequence[Answer]:
    """Different addresses with the same body: a page or a list among them, or files that were different before."""
    latest = max(answer.crawl_id for answer in answers)
    now = [a for a in answers if a.crawl_id == latest and a.status == 200 and a.digest]
    for _, found in groupby(sorted(now, key=lambda a: a.digest), lambda a: a.digest):
        group = list({a.url: a for a in found}.values())
        listed = any(a.kind == "listing" for a in group)
        if len(group) > 1 and (listed or _were_different(connection, group)):
            return group
    return []


def _were_different(connection: sqlite3.Connection, group: Sequence[Answer]) -> bool:
    before = {
        value_of(
            connection,
            "SELECT sha256 FROM captures WHERE document_id = ? AND crawl_id < ? AND sha256 <> '' ORDER BY id LIMIT 1",
            [answer.document_id, answer.crawl_id],
        )
        for answer in group
    }
    return len(before - {None}) > 1


def _blind(connection: sqlite3.Connection, answer: Answer) -> bool:
    last = "SELECT status FROM signs WHERE document_id = ? AND asked = ? ORDER BY id DESC LIMIT 1"
    return bool(value_of(connection, last, [answer.document_id, PROBE]) == 304)


# ---------------------------------------------------------------- words


def _span(seconds: float) -> str:
    hours = seconds / 3600
    if hours >= 48:
        return f"{hours / 24:.0f} 天"
    return f"{hours:.0f} 小时" if hours >= 2 else f"{hours * 60:.0f} 分钟"


def _point(host: str, code: str, what: str, answers: Sequence[Answer], why: str) -> Trouble:
    first = min(answers, key=lambda answer: answer.at)
    return Trouble(
        subject=f"host:{host}:{code}",
        code=code,
        what=what,
        notice=answers[0].notice,
        since=first.at,
        command=f"guidelines acknowledge {answers[0].notice}",
        why=why,
        stake=STAKE,
    )
