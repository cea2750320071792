"""Release 2: what waits for a person and what was decided, how a crawl ended, each rule as a view, stories."""

from __future__ import annotations

import json

from archive.machine.tables import Database
from archive.record import views
from archive.record.migrations import release_1

migrations = release_1.migrations

_UNSURE = "%没有作为修订通知；请核对原文%"
"""Release 1.0.0 marked a held-back text by this sentence in versions.review."""


@migrations()
def m007_decisions(db: Database) -> None:
    """What waits for a person, what was decided, and what a decision taken back leaves behind."""
    versions = db.table("versions")
    versions.add_column("state", str, not_null_default="")  # words.VERSION_STATES
    versions.add_column("link_lines", str)  # JSON: numbers of the lines of `text` that are nothing but links
    versions.add_column("proposal", str)  # the selector that would find this body, where no rule did
    changes = db.table("changes")
    changes.add_column("withdrawn_at", str)  # a person took back the decision that led to it
    changes.add_column("corrects", str)  # JSON: ids of the changes that a correction takes back
    captures = db.table("captures")
    captures.add_column("lost", int, not_null_default=0)  # 1: its record in the WARC files cannot be read any more
    db.table("notices").add_column("repealed", str)  # the words by which the page says so
    db.table("reviews").create(
        {
            "id": int,  # the number that `review`, `accept` and `reject` take
            "kind": str,  # capture | version | candidate | furniture
            "notice_id": int,
            "document_id": int,
            "subject_id": int,  # id in the table of that kind
            "why": str,  # a code, see words.WHY
            "opened_at": str,
            "state": str,  # open | accepted | rejected | settled (nothing is left to decide)
            "decided_at": str,
            "reading": str,  # JSON of a capture: title, text, files, rows of what was read and not taken
            "undo": str,  # JSON: what it takes to take the decision back
        },
        pk="id",
        foreign_keys=[("notice_id", "notices", "id"), ("document_id", "documents", "id")],
        not_null={"kind", "opened_at", "state"},
    )
    db.table("reviews").create_index(["state"])
    db.table("furniture").create(
        {
            "id": int,
            "document_id": int,
            "kind": str,  # figures | links | banner
            "pattern": str,
            "examples": str,  # JSON list of what the line read, oldest first
            "state": str,  # proposed | accepted | rejected
            "found_at": str,
        },
        pk="id",
        foreign_keys=[("document_id", "documents", "id")],
        not_null={"document_id", "kind", "pattern", "state"},
    )
    db.table("furniture").create_index(["document_id", "kind", "pattern"], unique=True)
    db.execute(
        """CREATE VIEW good_captures AS SELECT * FROM captures
           WHERE (verdict IN ('ok', 'unchanged') AND coalesce(decision, '') != 'withdrawn') OR decision = 'accepted'"""
    )
    db.execute(
        """CREATE VIEW current_versions AS SELECT v.* FROM versions v
           WHERE v.number = (SELECT max(number) FROM versions w
                             WHERE w.document_id = v.document_id AND w.state IN ('', 'accepted'))"""
    )
    # a page's files stay, and come, while its own text is held or has been put aside
    db.execute(
        """CREATE VIEW linking_versions AS SELECT * FROM current_versions UNION ALL
           SELECT v.* FROM versions v WHERE v.state IN ('held', 'aside')
             AND v.number = (SELECT max(number) FROM versions w
                             WHERE w.document_id = v.document_id AND w.state NOT IN ('withdrawn', 'former'))"""
    )


@migrations()
def m008_what_release_1_held_back(db: Database) -> None:
    """Texts that were held back, and had become the base of later comparisons, wait for a decision again."""
    db.execute(
        """UPDATE versions SET state = 'held', review = '[]' WHERE review LIKE ? AND number > 1
             AND number = (SELECT max(number) FROM versions w WHERE w.document_id = versions.document_id)""",
        [_UNSURE],
    )
    for notice in list(db.query("SELECT id, told FROM notices WHERE told IS NOT NULL")):
        told = json.loads(notice["told"])
        held = list(db.query("SELECT number FROM versions WHERE id = ? AND state = 'held'", [told["version_id"]]))
        if held:
            before = list(db.query("SELECT id FROM current_versions WHERE document_id = ?", [told["document_id"]]))
            told |= {"version_id": before[0]["id"], "beside": told["version_id"]}
            db.execute("UPDATE notices SET told = ? WHERE id = ?", [json.dumps(told, ensure_ascii=False), notice["id"]])


@migrations()
def m060_versions_know_their_format(db: Database) -> None:
    """Files inside an archive file have no capture of their own that would say what they are."""
    db.table("versions").add_column("media_type", str)


@migrations()
def m061_documents_know_their_links(db: Database) -> None:
    """A link is matched with its document at each visit."""
    db.table("attachments").create_index(["document_id"])


@migrations()
def m020_how_a_crawl_ended(db: Database) -> None:
    """A crawl that was stopped in good order has an end, too; one without an outcome is running, or was killed."""
    crawls = db.table("crawls")
    crawls.add_column("outcome", str)  # done | interrupted | failed
    crawls.add_column("fault", str)  # of the machine, in words, when it was not done
    db.execute("UPDATE crawls SET outcome = 'done' WHERE finished_at IS NOT NULL")


@migrations()
def m100_each_rule_is_a_view(db: Database) -> None:
    """The rules of views.py; the index answers what the latest version is without reading a text."""
    db.table("versions").create_index(["document_id", "number", "state"])
    views.renew(db)


@migrations()
def m115_stories(db: Database) -> None:
    """What each change is about, worked out once (see story.py)."""
    db.table("stories").create(
        {
            "change_id": int,
            "form": int,  # of `told`; one of another form is worked out again
            "told": str,  # JSON
        },
        pk="change_id",
        foreign_keys=[("change_id", "changes", "id")],
    )
