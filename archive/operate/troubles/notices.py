"""What is wrong with the notices: pages, files, rules, lists, areas, and what waits for a decision.

Each list is one query of its own; together they keep the rule of archive/operate/health.py that nothing is silent.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence

from attrs import evolve

from archive import words
from archive.machine.database import Row, rows_of
from archive.model import Problem, Reason
from archive.operate.troubles.areas import emptied
from archive.operate.troubles.catalogues import catalogue_troubles
from archive.operate.troubles.hosts import Answer, answers_of, host_troubles
from archive.operate.troubles.lists import list_troubles
from archive.operate.troubles.pictures import picture_troubles
from archive.operate.troubles.remedies import remedy
from archive.operate.troubles.stakes import Stakes
from archive.operate.troubles.trouble import Trouble


def notice_troubles(connection: sqlite3.Connection, answers: Sequence[Answer] | None = None) -> list[Trouble]:
    """What is wrong with pages, their files and the rules that read them; those that `acknowledge` can quiet.

    `answers`: the latest of every watched address, where the caller has asked for them already."""
    stakes = Stakes(connection)
    known = {
        row["slug"]: json.loads(row["acknowledged"] or "[]")
        for row in rows_of(connection, "SELECT slug, acknowledged FROM notices")
    }
    found = [
        *_page_troubles(connection, stakes),
        *_attachment_troubles(connection, stakes),
        *_unasked_troubles(connection),
        *picture_troubles(connection),
        *_unhanded_troubles(connection),
        *_unsure_file_troubles(connection, stakes),
        *_rule_troubles(connection),
        *list_troubles(connection),
        *host_troubles(connection, answers_of(connection) if answers is None else answers),
        *_area_troubles(connection),
        *catalogue_troubles(connection),
    ]
    return [evolve(trouble, acknowledged=trouble.mark in known[trouble.notice]) for trouble in found]


def _page_troubles(connection: sqlite3.Connection, stakes: Stakes) -> list[Trouble]:
    found = []
    for row in rows_of(
        connection,
        """SELECT id, slug, title, state, verdict, reason, checked_at, trouble_since, trouble_count,
                  (SELECT r.id FROM waiting r JOIN documents d ON d.id = r.document_id
                   WHERE r.notice_id = n.id AND r.kind = 'capture' AND d.kind = 'page' ORDER BY r.id LIMIT 1) AS review
           FROM notices n WHERE declared = 1 AND (state IN ('suspect', 'blocked', 'unreachable', 'gone')
               OR (state = 'never-fetched' AND EXISTS (SELECT 1 FROM own_crawls WHERE finished_at IS NOT NULL)))
           ORDER BY number""",
    ):
        if row["review"] and row["state"] in ("suspect", "blocked"):
            continue  # it waits for a decision, and is told as that
        why = words.reason(row["reason"] or "")
        help = remedy(row["state"], row["reason"] or "")
        found.append(
            Trouble(
                subject=f"notice:{row['slug']}",
                code=row["state"],
                what=f"《{row['title']}》{words.state(row['state'])}" + (f"：{why}" if why else ""),
                notice=row["slug"],
                since=row["trouble_since"] or row["checked_at"] or "",
                command=help.command.format(slug=row["slug"]),
                crawls=max(1, row["trouble_count"] or 0),
                reason=f"{row['verdict']} {row['reason']}",
                why=help.why,
                stake=stakes.of_notice(row["id"]),
            )
        )
    return found


def _attachment_troubles(connection: sqlite3.Connection, stakes: Stakes) -> list[Trouble]:
    """Attachments of the pages in force (and files inside them) that cannot be had or cannot be read."""
    return [
        _trouble_of_file(row, state, stakes)
        for row in rows_of(
            connection,
            """SELECT d.*, n.slug, n.title, c.reason AS last_reason, c.fetched_at
           FROM documents_in_force d JOIN notices n ON n.id = d.notice_id
           LEFT JOIN latest_captures c ON c.document_id = d.id
           WHERE n.declared = 1 AND d.kind <> 'page' AND (d.state IN ('unreadable', 'gone') OR d.trouble_count > 0)
             -- what waits for a decision is told as that
             AND NOT EXISTS (SELECT 1 FROM waiting r WHERE r.document_id = d.id AND r.kind = 'capture')
           ORDER BY n.number, d.id""",
        )
        for state in _states_of_file(row)
    ]


def _states_of_file(row: Row) -> tuple[str, ...]:
    """A file that cannot be read and cannot be had any more either is two troubles: whoever knows of the one does not
    know of the other."""
    if row["state"] == "unreadable":
        return ("unreadable", "unread") if row["trouble_count"] else ("unreadable",)
    return ("gone",) if row["state"] == "gone" else ("unread",)


def _trouble_of_file(row: Row, state: str, stakes: Stakes) -> Trouble:
    said = {"unreadable": "无法读取", "gone": "已撤下", "unread": "没有取得"}[state]
    last_reason = row["last_reason"] or ""
    beside = state == "unread" and row["state"] == "unreadable"
    problem = Problem() if beside else Problem.parse(row["reason"])
    why = problem.text or words.reason(last_reason or problem.code)
    if state == "unread" and last_reason == Reason.EMPTY:
        why = "下载到的文件是空的"
    return Trouble(
        subject=f"{'download' if beside else 'document'}:{row['id']}",
        code=state,
        what=f"{words.attachment(row['name'] or row['url'])}{said}" + (f"：{why}" if why else ""),
        notice=row["slug"],
        since=row["trouble_since"] or row["fetched_at"] or "",
        command=f"guidelines acknowledge {row['slug']}",
        crawls=max(1, row["trouble_count"] or 0),
        document_id=row["id"],
        reason=problem.code or last_reason,
        why=_why_of_file(state, last_reason),
        stake=stakes.of_file(row["notice_id"], row["parent_id"] or row["id"]),
    )


def _why_of_file(state: str, reason: str) -> str:
    if state == "unreadable":
        return "文件已保存，但程序读不出其中的文字或表格；请下载原件核对"
    return remedy(state, reason).why


def _unasked_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    """Pages that name more files than one crawl asks for: one point a notice, not one a file."""
    return [
        Trouble(
            subject=f"files:{row['slug']}",
            code="files",
            what=f"《{row['title']}》的网页列出的附件太多，有 {row['files']} 个没有抓取，其中的变化看不到",
            notice=row["slug"],
            since=row["last_success"] or "",
            command=f"guidelines acknowledge {row['slug']}",
            reason=str(row["files"]),
            why="一次抓取对一份通知最多取这么多附件，其余只记下名称",
            stake="没有抓取的附件如有修订，不会收到提醒",
        )
        for row in rows_of(
            connection,
            """SELECT n.slug, n.title, n.last_success, count(*) AS files FROM documents d
               JOIN notices n ON n.id = d.notice_id
               WHERE n.declared = 1 AND d.state = 'unread' AND d.kind <> 'picture' AND d.reason LIKE 'too-many:%'
               GROUP BY n.id ORDER BY n.number""",
        )
    ]


def _unhanded_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    """Files that a page names which a person has handed in, and nobody has had: the site still refuses the program."""
    return [
        Trouble(
            subject=f"unhanded:{row['slug']}",
            code="unhanded",
            what=f"《{row['title']}》的网页是人工补采的，它的 {row['files']} 个附件还没有取得",
            notice=row["slug"],
            since=row["last_success"] or "",
            command=f"guidelines receive 附件文件 --notice {row['slug']}",
            reason=str(row["files"]),
            why="下次抓取若能连上网站会自动取得；网站拦截程序时，请在浏览器里下载后逐个收录",
            stake="没有取得的附件里的目录事项不在档案里",
        )
        for row in rows_of(
            connection,
            """SELECT n.slug, n.title, n.last_success, count(*) AS files FROM documents_in_force d
                JOIN notices n ON n.id = d.notice_id JOIN notice_pages p ON p.notice_id = n.id
                JOIN last_good_captures g ON g.document_id = p.id
                WHERE n.declared = 1 AND d.kind = 'attachment' AND d.state = 'unread'
                  AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.document_id = d.id)
                  AND g.id IN (SELECT id FROM received_captures)
                GROUP BY n.id ORDER BY n.number""",
        )
    ]


def _unsure_file_troubles(connection: sqlite3.Connection, stakes: Stakes) -> list[Trouble]:
    """Files that came or went on a page whose body, and with it the list of its files, is only guessed."""
    return [
        Trouble(
            subject=f"unsure:{row['slug']}",
            code="unsure-files",
            what=f"《{row['title']}》的附件可能已更换：{row['summary']}",
            notice=row["slug"],
            since=row["detected_at"],
            command=f"guidelines acknowledge {row['slug']}",
            reason=str(row["last"]),
            why=f"网页正文没有可靠的定位，附件增减没有作为修订提醒；请看 guidelines diff {row['last']} 并核对原网页",
            stake=stakes.of_notice(row["notice_id"]),
        )
        for row in rows_of(
            connection,
            """SELECT n.id AS notice_id, n.slug, n.title, max(c.id) AS last, c.summary, c.detected_at
               FROM changes c JOIN notices n ON n.id = c.notice_id
               WHERE n.declared = 1 AND c.unsure = 1 AND c.withdrawn_at IS NULL GROUP BY n.id ORDER BY n.number""",
        )
    ]


def _rule_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    """Pages whose body is only guessed: never read surely, or not since the site was rebuilt. Their revisions are only
    asked about, so that a person should show where the body is."""
    found = []
    for row in rows_of(
        connection,
        """SELECT n.slug, n.title, v.captured_at, v.document_id, v.proposal,
                  EXISTS (SELECT 1 FROM versions w WHERE w.document_id = d.id AND w.confidence = 'high') AS once
           FROM linking_versions v JOIN pages_in_force d ON d.id = v.document_id JOIN notices n ON n.id = d.notice_id
           WHERE n.declared = 1 AND d.mirror = '' AND v.confidence = 'low'
             AND NOT EXISTS (SELECT 1 FROM waiting r
                 WHERE r.document_id = d.id AND r.kind = 'version')  -- one question at a time
             AND v.id = (SELECT max(id) FROM linking_versions l WHERE l.document_id = d.id)
           ORDER BY n.number""",
    ):
        what = "的网页改版，原有的正文定位规则不再适用" if row["once"] else "的正文没有可靠的定位，由通用方法推断"
        found.append(
            Trouble(
                subject=f"rule:{row['slug']}",
                code="rule",
                what=f"《{row['title']}》{what}",
                notice=row["slug"],
                since=row["captured_at"],
                command=f"guidelines acknowledge {row['slug']}",
                document_id=row["document_id"],
                why=_where_to_look(row["proposal"]),
                stake="正文如有改动，只会请人核对，不会自动作为修订提醒",
            )
        )
    return found


def _where_to_look(proposal: str | None) -> str:
    """How a person makes a guessed body a sure one."""
    help = "请在 sources.toml 这份通知下写明 content（正文容器的 CSS 选择器）"
    return help + (f"，可试用 content = {json.dumps(proposal, ensure_ascii=False)}" if proposal else "")


def _area_troubles(connection: sqlite3.Connection) -> list[Trouble]:
    """Areas whose rows are all gone: nothing of them is in the catalogue, the search and the exports any more."""
    return [
        Trouble(
            subject=f"area:{area.slug}",
            code="area",
            what=area.what,
            notice=area.notice,
            since=area.since,
            command=f"guidelines acknowledge {area.notice}",
            reason=str(area.change or ""),
            why=area.why,
            stake=area.stake,
        )
        for area in emptied(connection)
    ]


def waiting(connection: sqlite3.Connection) -> list[Trouble]:
    """What waits for a person's decision (archive/record/reviews.py); of places of one page that change, one entry."""
    rows = rows_of(connection, "SELECT * FROM waiting ORDER BY id")
    places = Counter(map(_page_of, rows))
    first = {_page_of(row): row for row in reversed(rows)}
    stakes = Stakes(connection)
    return [_waiting(stakes, first[page], number) for page, number in places.items()]


def _page_of(review: Row) -> tuple[str, int]:
    """What is asked about as one: a page for its furniture, everything else by itself."""
    by_page = review["kind"] == "furniture"
    return (review["kind"], review["document_id"]) if by_page else ("", review["id"])


def _waiting(stakes: Stakes, row: Row, places: int) -> Trouble:
    said = words.WAITING[row["kind"]] if places == 1 else words.PLACES.format(places)
    return Trouble(
        subject=f"review:{row['id']}",
        code=row["kind"],
        what=f"《{row['title']}》{said}",
        notice=row["slug"],
        since=row["opened_at"],
        command=f"guidelines review {row['id']}",
        document_id=row["document_id"] if row["kind"] in ("capture", "version") else None,
        why=_whywaiting(stakes.connection, row),
        stake=_stake_of(stakes, row),
        operator=row["kind"] != "candidate",
    )


def _whywaiting(connection: sqlite3.Connection, review: Row) -> str:
    why = words.WHY.get(review["why"]) or words.reason(review["why"] or "")
    if review["why"] != "unsure":
        return why
    proposal = rows_of(connection, "SELECT proposal FROM versions WHERE id = ?", [review["subject_id"]])[0]["proposal"]
    return f"{why}；{_where_to_look(proposal)}"


def _stake_of(stakes: Stakes, review: Row) -> str:
    if review["kind"] == "furniture":
        return "在决定之前，这一处的改动不作为修订提醒"
    return stakes.of_notice(review["notice_id"])
