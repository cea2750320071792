"""List pages that died or fell silent: where a ministry lists its documents, a successor would be missed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta, timezone
from itertools import takewhile

from archive import clock, words
from archive.machine.database import Row, rows_of
from archive.operate.troubles.network import UNREACHED
from archive.operate.troubles.rhythm import Silence, silence
from archive.operate.troubles.trouble import Trouble
from archive.record.looks import Fault

CHINA = timezone(timedelta(hours=8))
"""The days of a ministry's list."""
STAKE = "部委用新网页发布的新版不会被发现"
PASSING = 2
"""So many looks in a row must fail for the network's or the server's sake."""

NEW_PLACE = "请用浏览器核对，在 sources.toml 里用 listing 写明现在的列表地址"
FAULTS = {
    Fault.NONE: ("没有条目", f"列表可能改由脚本填写，或栏目已撤；{NEW_PLACE}"),
    Fault.GARBLED: ("的标题成了乱码", "多为网站一时出错；请用浏览器核对，若持续如此请换一个列表地址（listing）"),
    Fault.REPLACED: ("换成了别的内容，原有的条目一条也没有了", f"栏目可能已并入别处；{NEW_PLACE}"),
    Fault.REPLACED_UNDATED: (
        "换成了别的内容，原有的条目一条也没有了，也不再显示日期", f"列表可能改版，或栏目已并入别处；{NEW_PLACE}"
    ),
    Fault.BACK: ("退回到了以前的样子，最新的条目不见了", "网站可能恢复了旧的备份，或给的是缓存；请用浏览器核对"),
    Fault.SHORT: ("的条目比平时少了一半以上", "可能只传来一部分，或列表改版；请用浏览器核对"),
    Fault.DATES: ("不再显示日期", "没有日期就分不清新旧；请用浏览器核对列表是否改版"),
    Fault.ONE_DAY: ("的日期全都是同一天", "日期多半不是发布日期，不能用来分清新旧；请用浏览器核对"),
    Fault.PAGER: ("没有下一页了", "列表可能改版；一次发布很多文件时会漏看后面的。请用浏览器核对"),
}  # fmt: skip
"""What is said after '列表页 …', and what a person can do."""


def list_troubles(connection: sqlite3.Connection) -> Iterator[Trouble]:
    """One point a list page, though several notices may stand in it."""
    seen: set[str] = set()
    for listing in _watched(connection):
        if listing["url"] in seen:
            continue
        trouble = _fault(connection, listing) or _silence(connection, listing)
        if trouble:
            seen.add(listing["url"])
            yield trouble


def _watched(connection: sqlite3.Connection) -> Sequence[Row]:
    """Lists that are still asked for: the declared one, else whatever the notice's last look tried."""
    return rows_of(
        connection,
        """WITH last AS (
             SELECT m.id, m.notice_id, (
               SELECT k.crawl_id FROM looks k WHERE k.listing_id = m.id ORDER BY k.id DESC LIMIT 1) AS crawl_id
             FROM listings m)
           SELECT l.*, n.slug FROM listings l JOIN notices n ON n.id = l.notice_id JOIN last ON last.id = l.id
           WHERE n.declared = 1
             AND CASE WHEN coalesce(n.listing, '') <> '' THEN l.url = n.listing ELSE l.verified = 0 END
             AND (l.verified = 1 OR last.crawl_id = (SELECT max(crawl_id) FROM last o WHERE o.notice_id = n.id))
           ORDER BY n.number, l.id""",
    )


def _fault(connection: sqlite3.Connection, listing: Row) -> Trouble | None:
    last = next(_looks(connection, listing, 1), {"fault": "", "at": listing["checked_at"]})
    declared_bad = listing["verified"] and listing["verdict"] != "ok"
    if not last["fault"] and not declared_bad:
        return None
    code = last["fault"] or Fault.NONE
    run = list(takewhile(lambda look: look["fault"] == code, _looks(connection, listing, 100))) or [last]
    if code == Fault.NONE and not declared_bad and len(run) < PASSING and _passing(listing):
        return None
    what, why = FAULTS[Fault(code)]
    if code == Fault.NONE and listing["verdict"] == "error":
        what += f"：{words.verdict(listing['verdict'], listing['reason'] or '')}"
    reason = f"{listing['verdict']} {listing['reason']}" if code == Fault.NONE else run[-1]["at"]
    return _point(listing, str(code), (what, why), run[-1]["at"], len(run), reason)


def _looks(connection: sqlite3.Connection, listing: Row, most: int) -> Iterator[Row]:
    """The last looks at a list, newest first."""
    sql = "SELECT * FROM looks WHERE listing_id = ? ORDER BY id DESC LIMIT ?"
    yield from rows_of(connection, sql, [listing["id"], most])


def _passing(listing: Row) -> bool:
    reason = listing["reason"] or ""
    return listing["verdict"] == "error" and (reason in UNREACHED or reason.startswith("http-5"))


def _silence(connection: sqlite3.Connection, listing: Row) -> Trouble | None:
    at = listing["checked_at"]
    if not at:
        return None
    found = silence(_days(connection, listing["id"]), _day(at))
    if found is None:
        return None
    why = f"它平常约每 {found.usual:.1f} 个工作日有新条目，最近一次是 {found.last}；请用浏览器核对列表是否搬到了别处"
    what = f"已有 {found.times} 倍于平常的时间没有新条目（{found.days} 个工作日）"
    return _point(listing, "silent", (what, why), _since(found), 1, str(found.last))


def _since(found: Silence) -> str:
    return clock.iso(clock.parse(f"{found.last}T00:00:00+08:00"))


def _day(at: str) -> date:
    return clock.parse(at).astimezone(CHINA).date()


def _days(connection: sqlite3.Connection, listing: int) -> list[date]:
    """The days on which the list got something new: as it shows them, else as they were first seen (but for those of
    the first look, which may have stood there for long)."""
    rows = rows_of(connection, "SELECT date, first_seen FROM listed WHERE listing_id = ? ORDER BY id", [listing])
    if not rows:
        return []
    began = min(_day(row["first_seen"]) for row in rows)
    if sum(bool(row["date"]) for row in rows[-15:]) * 5 >= len(rows[-15:]) * 4:
        shown = {min(date.fromisoformat(row["date"]), _day(row["first_seen"])) for row in rows if row["date"]}
        return sorted(day for day in shown if day > began - timedelta(400))
    return sorted({day for day in (_day(row["first_seen"]) for row in rows) if day > began})


def _point(listing: Row, code: str, told: tuple[str, str], since: str, looks: int, reason: str) -> Trouble:
    """`told`: what follows the list's address, and why."""
    what, why = told
    return Trouble(
        subject=f"listing:{listing['id']}",
        code=code if code != Fault.NONE else "listing",
        what=f"列表页 {listing['url']} {what}",
        notice=listing["slug"],
        since=since,
        command=f"guidelines acknowledge {listing['slug']}",
        crawls=looks,
        reason=reason,
        why=why,
        stake=STAKE,
    )
