"""The pictures of an edition, and what of them has changed since it was told.

A picture is known by what it shows (`PIXELS`), not by its address: one that moved, or was only stored otherwise, is the
same. None is called gone while another that the page names in its place could not be had.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence

from attrs import evolve

from archive.machine.database import Row
from archive.model import DIMENSIONS, PIXELS, Attachment, Change, Document, Kind, Verdict
from archive.record.edition import Edition, File, again, file_now
from archive.record.pictures import note_pictures, pictures_of, shown_by
from archive.record.store import Store
from archive.text.links import link_key

Pair = tuple[File | None, File | None]

ICON = 32
"""Pixels: a picture that is no wider and no higher is the mark of a file or a list, whatever the page says of it."""
FEW = 3
"""Changed pictures that are told one by one."""
OPEN = "图片内容无法逐字比对，请看原件"


# ---------------------------------------------------------------- an edition's pictures


def with_pictures(store: Store, told: Edition | None, edition: Edition) -> Edition:
    """The edition with the pictures of its body.

    A picture that came after the told edition belongs to it once it has been had. Without a sure body the list of
    pictures is not sure either: those that were told stay.
    """
    before = told.pictures if told is not None else None
    page = store.row(
        "SELECT confidence = 'high' OR state = 'accepted' AS sure FROM versions WHERE id = ?", [edition.version_id]
    )
    if before is not None and (edition.beside is not None or page is None or not page["sure"]):
        return evolve(edition, pictures=tuple(again(store, picture) for picture in before))
    further = [version["id"] for id in edition.further if (version := store.current_version(id))]
    versions = [edition.beside or edition.version_id, *further]
    rows = [row for version in versions for row in pictures_of(store, version)]
    named = [picture for row in rows if not _is_icon(store, picture := file_now(store, row))]
    if before is None:  # an archive of before, whose page may not have been read since
        return evolve(edition, pictures=tuple(named) or (None if told else ()))
    known = {picture.document_id for picture in before}
    held = [picture for picture in named if picture.version_id is not None or picture.document_id in known]
    if edition.missing or any(_is_awaited(store, picture) for picture in named if picture not in held):
        there = {picture.document_id for picture in held}
        held += [again(store, picture) for picture in before if picture.document_id not in there]
    return evolve(edition, pictures=tuple(held))


def _is_awaited(store: Store, picture: File) -> bool:
    """Whether a picture that was never had may still come."""
    row = store.row("SELECT state, verdict, reason FROM documents WHERE id = ?", [picture.document_id])
    return row is not None and row["state"] != "gone" and row["verdict"] != Verdict.FORBIDDEN and not row["reason"]


def _is_icon(store: Store, picture: File) -> bool:
    sides = [int(side) for side in _said(store, picture).get(DIMENSIONS, "").split("×") if side]
    return bool(sides) and max(sides) <= ICON


def _said(store: Store, picture: File) -> Row:
    return dict(json.loads(store.value("SELECT metadata FROM versions WHERE id = ?", [picture.version_id]) or "{}"))


def is_told_of(store: Store, notice_id: int, document: Document) -> bool:
    """Whether what a picture shows is no news: nobody was told of the notice's pictures yet, or it was among them."""
    told = store.value("SELECT told FROM notices WHERE id = ?", [notice_id])
    pictures = Edition.of_json(told).pictures if told else None
    if pictures is None:
        return True
    return document.metadata[PIXELS] in {_said(store, picture).get(PIXELS) for picture in pictures}


def note_pictures_seen(store: Store, document_id: int, pictures: Sequence[Attachment]) -> None:
    """The pictures of a page that reads as before. Where nobody had looked for pictures yet, and there are none, the
    next one will be news."""
    note_pictures(store, document_id, pictures)
    notice = store.row("SELECT n.* FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?", [document_id])
    told = Edition.of_json(notice["told"]) if notice and notice["told"] else None
    if notice and told and told.document_id == document_id and told.pictures is None and not pictures:
        store.update("notices", notice["id"], told=evolve(told, pictures=()).to_json())


def note_pictures_read_again(store: Store, document_id: int, document: Document, before: frozenset[int]) -> None:
    """Another reader has read the bytes that a page had last: what only one of the two finds is no change of the page.

    `before`: the documents of the pictures that the reader before had found. Call it in the transaction of the reading.
    """
    notice = store.row("SELECT n.* FROM notices n JOIN documents d ON d.notice_id = n.id WHERE d.id = ?", [document_id])
    if notice is None or document.problem or document.confidence != "high":
        return
    note_pictures_seen(store, document_id, document.pictures)
    told = Edition.of_json(notice["told"]) if notice["told"] else None
    if told is None or told.pictures is None:
        return
    if document_id != told.document_id and document_id not in told.further:
        return
    shown = shown_by(store, document_id)
    known = {picture.document_id for picture in told.pictures}
    kept = [p for p in told.pictures if p.document_id in shown or p.document_id not in before]
    rows = store.rows(
        "SELECT * FROM documents WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(shown - before - known))],
    )
    found = [picture for row in rows if not _is_icon(store, picture := file_now(store, row))]
    told = evolve(told, pictures=(*kept, *found))
    store.db.table("notices").update(notice["id"], {"told": told.to_json()})


# ---------------------------------------------------------------- what has changed


def picture_changes(store: Store, told: Edition, edition: Edition) -> list[Change]:
    """What a reader would call a change of the pictures; nothing where an older release did not know them."""
    if told.pictures is None or edition.pictures is None:
        return []
    found = _pairs(*_different(store, told.pictures, edition.pictures))
    to_and_fro = [pair for pair in found if _alternates(store, pair)]
    pairs = [pair for pair in found if pair not in to_and_fro]
    quiet = [evolve(_change(_happened(pair), *pair), quiet=True) for pair in to_and_fro]
    if len(pairs) <= FEW:
        return quiet + [_change(_happened(pair), *pair) for pair in pairs]
    counts = Counter(map(_verb, pairs))
    said = "，".join(f"{verb} {count} 张" for verb, count in counts.items())
    names = "".join(f"“{_called(pair)}”" for pair in pairs[:FEW])
    summary = f"正文图片有 {len(pairs)} 张变动（{said}）：{names}等；{OPEN}"
    first = next((new for _, new in pairs if new is not None), pairs[0][0])
    return [*quiet, _change(summary, None, first, several=True)]


def _alternates(store: Store, pair: Pair) -> bool:
    """Whether one address has shown either picture before: two servers that are not at one, no revision each time."""
    before, after = pair
    if before is None or after is None or before.document_id != after.document_id:
        return False
    earlier = store.column(
        """SELECT id FROM standing_versions
           WHERE document_id = ? AND number < (SELECT number FROM versions WHERE id = ?)""",
        [before.document_id, before.version_id],
    )
    shown = {store.load(version).metadata.get(PIXELS) for version in earlier}
    return {_said(store, picture).get(PIXELS) for picture in (before, after)} <= shown


def _different(store: Store, told: Sequence[File], now: Sequence[File]) -> tuple[list[File], list[File]]:
    """The pictures that are no longer shown, and those that were not shown before.

    What was never had is nothing to compare with: what stands in its place now is taken for it.
    """
    was, shown = ({_said(store, picture).get(PIXELS) for picture in side} for side in (told, now))
    never = {picture.document_id for picture in told if picture.version_id is None}
    gone = [p for p in told if p.version_id is not None and _said(store, p).get(PIXELS) not in shown]
    come = [p for p in now if p.version_id is not None and _said(store, p).get(PIXELS) not in was]
    come = [picture for picture in come if picture.document_id not in never]
    there = {picture.document_id for picture in now}
    lost = [p for p in told if p.document_id in never - there and again(store, p).version_id is None]
    return gone, come[len(lost) :]


def _pairs(gone: list[File], come: list[File]) -> list[Pair]:
    """Which picture stands in which one's place: at its address, else under its name, else in its order when as many
    came as went; in the order of the page, removed ones last."""
    found: dict[int, Pair] = {}

    def take(key: Callable[[File], object]) -> None:
        for new in [new for new in come if new.document_id not in found]:
            alike = [old for old in gone if key(old) == key(new)]
            if len(alike) == 1:
                found[new.document_id] = (alike[0], new)
                gone.remove(alike[0])

    for key in (lambda p: p.document_id, lambda p: link_key(p.url), lambda p: p.name):
        take(key)
    left = [new for new in come if new.document_id not in found]
    in_order = list(gone) if len(gone) == len(left) else [None] * len(left)
    found |= {new.document_id: (old, new) for old, new in zip(in_order, left, strict=True)}
    removed = [(old, None) for old in gone if old not in in_order]
    return [*(found[new.document_id] for new in come), *removed]


def replaced(name: str) -> str:
    return f"正文图片“{name}”已更换；{OPEN}"


def _happened(pair: Pair) -> str:
    verb = _verb(pair)
    if verb == REPLACED:
        return replaced(_called(pair))
    return f"正文图片新增“{_called(pair)}”；{OPEN}" if verb == ADDED else f"正文图片“{_called(pair)}”已撤下；{OPEN}"


def _verb(pair: Pair) -> str:
    before, after = pair
    return ADDED if before is None else REMOVED if after is None else REPLACED


ADDED, REMOVED, REPLACED = "新增", "撤下", "更换"


def _called(pair: Pair) -> str:
    """By the name that a reader of the page before would know."""
    return next(picture.name for picture in pair if picture is not None)


def _change(summary: str, before: File | None, after: File | None, *, several: bool = False) -> Change:
    found = after or before
    return Change(
        Kind.REVISED,
        summary,
        document_id=found.document_id if found else None,
        from_version=before.version_id if before and not several else None,
        to_version=after.version_id if after and not several else None,
    )
