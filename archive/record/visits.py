"""What a notice's latest captures mean: its state, whether a document is gone, and when to look again."""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.clock import iso, now, parse
from archive.machine.database import Row, atomic
from archive.model import GOOD, Reason, Verdict
from archive.record.edition import page_of
from archive.record.store import Store
from archive.settings import Settings

FIRST_INTERVAL = 24.0
"""Hours until the second visit of a notice."""
RETRY = 1.0
"""Hours until a notice is tried again that could not be reached; twice as long after each further failure."""
GROWTH = 1.5
"""A notice that did not move is visited after so many times the last interval."""


def mark_gone(store: Store, settings: Settings) -> None:
    """A document counts as gone after `gone_after` answers in a row that it is not there, over `gone_after_hours`."""
    for document in store.rows("SELECT * FROM documents WHERE kind != 'member'"):
        streak = _gone_streak(store, document["id"])
        if not streak["crawls"]:
            if document["state"] == "gone" and document["verdict"] in GOOD:
                state = "current" if store.current_version(document["id"]) else "unread"
                store.update("documents", document["id"], state=state)
            continue
        lasted = parse(streak["last"]) - parse(streak["first"])
        if streak["crawls"] >= settings.gone_after and lasted >= timedelta(hours=settings.gone_after_hours):
            store.update("documents", document["id"], state="gone")


def _gone_streak(store: Store, document_id: int) -> Row:
    """When the latest captures in a row with verdict `gone` began and ended, and how many crawls made them."""
    return store.rows(
        """SELECT min(fetched_at) AS first, max(fetched_at) AS last, count(DISTINCT crawl_id) AS crawls
           FROM captures WHERE document_id = :id AND (fetched_at, id) > (
             SELECT fetched_at, id FROM (
               SELECT fetched_at, id FROM captures WHERE document_id = :id AND verdict IS NOT 'gone'
               UNION ALL SELECT '', 0) ORDER BY fetched_at DESC, id DESC LIMIT 1)""",
        {"id": document_id},
    )[0]


def update_notices(store: Store, settings: Settings, crawl_id: int) -> None:
    """Set state, verdict and next visit of every notice whose page was asked for in this crawl."""
    moment = now()
    with atomic(store.db):
        for notice in store.rows("SELECT * FROM notices"):
            capture = store.row(
                """SELECT c.*, d.state AS document_state FROM captures c JOIN documents d ON d.id = c.document_id
                   WHERE c.crawl_id = ? AND d.notice_id = ? AND d.kind = 'page' AND d.mirror = ''
                   ORDER BY c.id DESC LIMIT 1""",
                [crawl_id, notice["id"]],
            )
            if capture:
                _update(store, settings, notice, capture, crawl_id, moment)


def _update(store: Store, settings: Settings, notice: Row, capture: Row, crawl_id: int, moment: datetime) -> None:
    good = capture["verdict"] in GOOD
    trouble = 0 if good else notice["trouble_count"] + 1
    changed = store.row(
        """SELECT 1 FROM changes WHERE notice_id = ? AND crawl_id = ? AND NOT quiet
           AND kind NOT IN ('upgrade', 'successor')""",
        [notice["id"], crawl_id],
    )
    interval = next_interval(
        settings,
        notice["interval"],
        trouble,
        bool(changed),
        first=notice["state"] == "never-fetched",
        unreachable=capture["verdict"] == Verdict.ERROR,
    )
    page = page_of(store, notice)
    values = {
        "state": state_of(capture, page),
        "verdict": capture["verdict"],
        "reason": capture["reason"],
        "checked_at": capture["fetched_at"] if capture["warc_file"] else iso(moment),
        "trouble_count": trouble,
        "trouble_since": None if good else notice["trouble_since"] or iso(moment),
        "interval": interval,
        "next_due": iso(moment + timedelta(hours=interval)),
    }
    if good:
        values["last_success"] = values["checked_at"]
    store.update("notices", notice["id"], **values)


def state_of(capture: Row, page: Row | None) -> str:
    """The state of a notice by the latest capture of its page."""
    verdict = capture["verdict"]
    if verdict in GOOD:
        return "current"
    if verdict == Verdict.FORBIDDEN or capture["reason"] == Reason.CHALLENGE:
        return "blocked"
    if verdict == Verdict.SUSPECT:
        return "suspect"
    if verdict == Verdict.GONE and page and page["state"] == "gone":
        return "gone"
    return "unreachable"


def next_interval(
    settings: Settings,
    last: float | None,
    trouble: int,
    changed: bool,
    *,
    first: bool = False,
    unreachable: bool = False,
) -> float:
    """Hours until the next visit: soon after a change, ever longer for what never moves or keeps failing.

    A failure of the network passes sooner than a challenge page does, so it is tried again before `interval_min`.
    """
    if trouble:
        start = min(RETRY, settings.interval_min) if unreachable else settings.interval_min
        return min(start * 2.0 ** min(trouble - 1, 10), settings.interval_max)
    if changed and not first:
        hours = settings.interval_min
    elif first or last is None:
        hours = FIRST_INTERVAL
    else:
        hours = max(last, settings.interval_min) * GROWTH
    return min(max(hours, settings.interval_min), settings.interval_max)


def due(store: Store, moment: datetime) -> list[str]:
    """Slugs of the declared notices whose next visit has come (a tenth of the interval early counts as come, so that a
    daily timer with a random delay does not skip a day)."""
    slugs = []
    for row in store.rows("SELECT slug, next_due, interval FROM notices WHERE declared ORDER BY number"):
        early = timedelta(hours=(row["interval"] or 0) / 10)
        if row["next_due"] is None or parse(row["next_due"]) - early <= moment:
            slugs.append(row["slug"])
    return slugs
