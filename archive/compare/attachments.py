"""The attachments of two versions of a notice: which file became which, and what that means.

Links are matched by name, then by address, then by content; session ids, signatures, counters and the numbering 附件1
do not count. Files inside an archive file are matched in the same way, by their names without folders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from archive import words
from archive.compare.rows import ADDED, REMOVED
from archive.compare.sentences import in_short
from archive.model import Attachment, Change, Document, Item, Kind, RowChange
from archive.text.fold import compare_fold
from archive.text.links import link_key, loose_key
from archive.text.same import name_key

Content = Callable[[Document, Document], tuple[tuple[RowChange, ...], list[str]]]
Pair = tuple[Attachment, Attachment]

_SIMILAR_NAME = 80
"""Likeness (0–100) of two names from which a vanished and a new link are one file that was replaced."""
SAME, DIFFERENT, UNKNOWN, NEVER_HAD = "same", "different", "unknown", "never-had"


def compare_attachments(old: Sequence[Attachment], new: Sequence[Attachment], content: Content) -> list[Change]:
    """Added, removed, replaced, swapped; in the order of the new list, removed ones last."""
    pairs, gone, come = _matched(list(old), list(new))
    changes: list[Change] = []
    swapped: list[Pair] = []
    for group in _swaps(pairs):
        swapped += group
        changes.append(_swap(group, content))
    for pair in pairs:
        if pair not in swapped:
            changes += _replaced(*pair, content)
    there = [attachment for attachment in new if attachment not in come]
    changes += [_added(a, _twin(a, [*there, *come[:n]])) for n, a in enumerate(come)]
    changes += [_removed(a, _twin(a, new)) for a in gone]
    return changes


# ---------------------------------------------------------------- which became which


def _matched(old: list[Attachment], new: list[Attachment]) -> tuple[list[Pair], list[Attachment], list[Attachment]]:
    """Pairs in the order of the new list, and what is left on each side."""
    gone, come = dict(enumerate(old)), dict(enumerate(new))  # what has no partner yet
    found: dict[int, Pair] = {}

    def pair(was: int, now: int) -> None:
        found[now] = (gone.pop(was), come.pop(now))

    def take(key: Callable[[Attachment], Hashable]) -> None:
        """Pair those that have one key, in their order; a key that is empty is none."""
        places: dict[Hashable, list[int]] = {}
        for number, attachment in reversed(gone.items()):
            places.setdefault(key(attachment), []).append(number)
        for number, attachment in list(come.items()):
            if (mine := key(attachment)) and places.get(mine):
                pair(places[mine].pop(), number)

    unique = _unique_names(old) & _unique_names(new)
    take(lambda a: (_key(a), link_key(a.url)))
    # links that only exchanged their addresses keep their names, even if these say no more than 附件1 and 附件2
    if {link_key(a.url) for a in gone.values()} == {link_key(a.url) for a in come.values()}:
        take(lambda a: name if (name := compare_fold(a.name)) in unique else "")
    take(_key)
    take(lambda a: (link_key(a.url),))  # files inside an archive file have no address: in their order
    take(lambda a: a.sha256)
    if gone and come:
        from rapidfuzz import fuzz

    for now, after in list(come.items()):
        alike = (was for was, before in gone.items() if fuzz.ratio(_key(before), _key(after)) >= _SIMILAR_NAME)
        if (was := next(alike, None)) is not None:
            pair(was, now)
    for now, after in list(come.items()):
        if (was := next((was for was, before in gone.items() if _share_rows(before, after)), None)) is not None:
            pair(was, now)
    take(lambda a: (compare_fold(a.name),))
    return [found[number] for number in sorted(found)], list(gone.values()), list(come.values())


def _share_rows(before: Attachment, after: Attachment) -> bool:
    """Whether a catalogue lives on in a file of another name: most rows of one are called as rows of the other."""
    old, new = ({_row_name(item) for item in _items(file)} for file in (before, after))
    return bool(old and new) and len(old & new) * 2 > min(len(old), len(new))


def _row_name(item: Item) -> tuple[str, str, str]:
    return item.area, compare_fold(item.level1), compare_fold(item.level2)


@lru_cache(maxsize=10_000)
def _name_key(name: str) -> str:
    return name_key(name)


def _key(attachment: Attachment) -> str:
    return _name_key(attachment.name)


def _unique_names(attachments: Iterable[Attachment]) -> set[str]:
    return {name for name, count in Counter(compare_fold(a.name) for a in attachments).items() if count == 1}


def _swaps(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Groups of pairs whose files exchanged their places: by address, or by bytes under the same addresses."""
    left = [p for p in pairs if link_key(p[0].url) != link_key(p[1].url) or _certainly_other(*p)]
    while left:
        ring = _ring(left[0], left)
        if ring:
            yield ring
        taken = ring or left[:1]
        left = [pair for pair in left if pair not in taken]


def _certainly_other(a: Attachment, b: Attachment) -> bool:
    return bool(a.sha256) and bool(b.sha256) and a.sha256 != b.sha256


def _ring(start: Pair, pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs from `start` on in which each file now stands where the next one stood, back to the start."""
    ring = [start]
    while True:
        was = next((p for p in pairs if p is not ring[-1] and _stands_where(ring[-1], p)), None)
        if was is start:
            return ring
        if was is None or was in ring:
            return []
        ring.append(was)


def _stands_where(pair: Pair, other: Pair) -> bool:
    """Whether the new file of one pair is the old file of the other."""
    if link_key(pair[0].url) != link_key(pair[1].url):
        return link_key(pair[1].url) == link_key(other[0].url)
    return bool(pair[1].sha256) and pair[1].sha256 == other[0].sha256


def _twin(attachment: Attachment, others: Sequence[Attachment]) -> Attachment | None:
    """Another link to the same file: at the same address, or with the same bytes."""
    return next((other for other in others if _same_file(attachment, other)), None)


def _same_file(one: Attachment, other: Attachment) -> bool:
    if one.sha256 and other.sha256:
        return one.sha256 == other.sha256
    return link_key(one.url) == link_key(other.url)


# ---------------------------------------------------------------- what that means


def _added(file: Attachment, twin: Attachment | None) -> Change:
    if twin is not None:
        summary = f"{words.attachment(file.name)}是新增的链接，文件与“{twin.name}”相同，内容未变"
        return _about(Change(Kind.ATTACHMENT_ADDED, summary, quiet=True), None, file)
    rows = tuple(RowChange(ADDED, None, item) for item in _items(file))
    listed = f"，其中 {len(rows)} 条事项" if rows else ""
    return _about(Change(Kind.ATTACHMENT_ADDED, f"新增{words.attachment(file.name)}{listed}", rows), None, file)


def _removed(file: Attachment, twin: Attachment | None) -> Change:
    if twin is not None:
        summary = f"{words.attachment(file.name)}的链接撤下，同一文件仍在“{twin.name}”，内容未变"
        return _about(Change(Kind.ATTACHMENT_REMOVED, summary, quiet=True), file, None)
    rows = tuple(RowChange(REMOVED, item, None) for item in _items(file))
    listed = f"，{len(rows)} 条事项不再列出" if rows else ""
    return _about(Change(Kind.ATTACHMENT_REMOVED, f"{words.attachment(file.name)}被撤下{listed}", rows), file, None)


def _about(change: Change, before: Attachment | None, after: Attachment | None) -> Change:
    """The change with the file that it is about and the versions between which it lies."""
    ids = [_id(file) for file in (after, before) if file is not None]
    return evolve(
        change,
        document_id=next((id for id in ids if id is not None), None),
        from_version=_version(before) if before else None,
        to_version=_version(after) if after else None,
    )


def _items(file: Attachment) -> tuple[Item, ...]:
    """The catalogue rows of a file and of the files inside it."""
    own = file.document.items if file.document else ()
    return (*own, *(item for member in file.members for item in _items(member)))


def _swap(pairs: Sequence[Pair], content: Content) -> Change:
    """Files in each other's place. When each name still leads to the same content, only addresses were exchanged."""
    names = "”与“".join(pair[1].name for pair in pairs)
    quiet = all(_content(*pair, content).state == SAME for pair in pairs)
    verb = "互换" if len(pairs) == 2 else "互相调换"
    summary = f"附件“{names}”的链接{verb}，内容未变" if quiet else f"附件“{names}”的文件{verb}"
    return _about(Change(Kind.ATTACHMENT_REPLACED, summary, quiet=quiet), *pairs[0])


def _replaced(before: Attachment, after: Attachment, content: Content) -> list[Change]:
    """The change of one file, [] when name, address and bytes are the same or nothing can be said."""
    found = _content(before, after, content)
    linked_elsewhere = link_key(before.url) != link_key(after.url) and not _one_address(before, after)
    renamed = _key(before) != _key(after)
    known_other = _certainly_other(before, after)
    if found.state == NEVER_HAD and not linked_elsewhere and not renamed:
        return []
    if found.state == SAME and not (renamed or linked_elsewhere or known_other):
        return []
    names = words.attachment(before.name) + (f"（现名“{after.name}”）" if renamed else "")
    if found.state == SAME or (found.state == NEVER_HAD and not linked_elsewhere):
        what = (
            f"{words.attachment(before.name)}更名为“{after.name}”"
            if renamed
            else f"{names}" + ("更换链接" if linked_elsewhere else "重新保存")
        )
        known = "内容未变" if found.state == SAME else "链接未变"
        return [_change(before, after, f"{what}，{known}", quiet=True)]
    if found.state == DIFFERENT:
        return [_change(before, after, f"{names}内容有变：{in_short(found.sentences, 170)}", found.rows)]
    return [_change(before, after, f"{names}已更换文件，内容无法比对，请人工核对")]


def _one_address(before: Attachment, after: Attachment) -> bool:
    """Two addresses that differ in what looks drawn by lot, of one document of the archive, or of files of which
    nothing is known yet (a page is compared before its files are asked for)."""
    if loose_key(before.url) != loose_key(after.url):
        return False
    unknown = not (before.document or after.document or before.sha256 or after.sha256)
    return unknown or (_id(before) is not None and _id(before) == _id(after))


def _change(
    before: Attachment, after: Attachment, summary: str, rows: tuple[RowChange, ...] = (), *, quiet: bool = False
) -> Change:
    return _about(Change(Kind.ATTACHMENT_REPLACED, summary, rows, quiet), before, after)


@frozen
class _Found:
    state: str
    rows: tuple[RowChange, ...] = ()
    sentences: tuple[str, ...] = ()


def _content(before: Attachment, after: Attachment, content: Content) -> _Found:
    """Whether two files say the same: by bytes, else by the files inside them, else by their readings."""
    if before.sha256 and before.sha256 == after.sha256:
        return _Found(SAME)
    if before.members and after.members:
        return _packed(before.members, after.members, content)
    before, after = _unpacked(before, after), _unpacked(after, before)
    old, new = _read(before), _read(after)
    if old is not None and new is not None:
        if old.confidence != "high" or new.confidence != "high":
            return _Found(NEVER_HAD)
        rows, sentences = content(old, new)
        return _Found(DIFFERENT, rows, tuple(sentences)) if rows or sentences else _Found(SAME)
    return _Found(UNKNOWN) if _certainly_other(before, after) else _Found(NEVER_HAD)


def _packed(before: Sequence[Attachment], after: Sequence[Attachment], content: Content) -> _Found:
    """Two archive files by what is in them: other folders, another order and another compression are no difference."""
    changes = compare_attachments(_bare_names(before), _bare_names(after), content)
    loud = [change for change in changes if not change.quiet]
    if not loud:
        return _Found(SAME)
    rows = tuple(row for change in loud for row in change.rows)
    return _Found(DIFFERENT, rows, tuple(change.summary for change in loud))


def _bare_names(members: Sequence[Attachment]) -> list[Attachment]:
    """By their names without folders; with the last folders where two would have the same name.

    Their addresses are but their paths: that one stands elsewhere in the archive file is no news.
    """
    paths = [member.name.split("/") for member in members]
    depth = 1
    while depth < 4 and len({tuple(path[-depth:]) for path in paths}) < len(paths):
        depth += 1
    names = ["/".join(path[-depth:]) for path in paths]
    return [evolve(member, name=name, url=f"#{name}") for member, name in zip(members, names, strict=True)]


def _unpacked(file: Attachment, other: Attachment) -> Attachment:
    """The one file inside an archive file, to be compared with a file that came without one."""
    return file.members[0] if len(file.members) == 1 and not other.members else file


def _read(attachment: Attachment) -> Document | None:
    document = attachment.document
    return document if document is not None and not document.problem else None


def _id(attachment: Attachment) -> int | None:
    return attachment.document.document_id if attachment.document else None


def _version(attachment: Attachment) -> int | None:
    return attachment.document.version_id if attachment.document else None
