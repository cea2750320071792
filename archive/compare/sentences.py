"""Changes in short Chinese sentences, as `changes.summary` keeps them: of texts, of cells, of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from archive import words
from archive.compare.redline import DELETE, INSERT, characters
from archive.compare.rows import ADDED, CHANGED, EMPTY, FLAGS, GROUPS_OF_FLAGS, MOVED, REMOVED
from archive.model import CellChange, Item, RowChange
from archive.text.fold import compare_fold

NO_AREAS: Mapping[str, str] = {}
"""Names of areas by slug, where nobody knows them: rows are named by number and matter alone."""
_SHORT = 26
"""Characters up to which a cell is quoted whole in a summary."""
_WORDS_BEFORE = re.compile(r"[^，。；、：（）“”\s│┃]{0,6}$")
_WORDS_AFTER = re.compile(r"[^，。；、：（）“”\s│┃]{0,6}")


def in_short(sentences: Sequence[str], limit: int = 200) -> str:
    """Sentences joined for a person, never longer than `limit` characters."""
    text = "；".join(sentences)
    if len(text) <= limit:
        return text
    ending = f"等{len(sentences)}处"
    count = len(sentences)
    while count and len("；".join(sentences[:count])) + len(ending) > limit:
        count -= 1
    if not count:
        return shortened(sentences[0], limit - len(ending)) + (ending if len(sentences) > 1 else "")
    return "；".join(sentences[:count]) + ending


def shortened(text: str, length: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def words_around(lead: str, trail: str) -> tuple[str, str]:
    """The last words of what stands before a place and the first of what follows it, six characters at most."""
    head, tail = _WORDS_BEFORE.search(lead), _WORDS_AFTER.match(trail)
    return head[0] if head else "", tail[0] if tail else ""


def quoted_change(before: str, after: str) -> str:
    """由“20个工作日”改为“7个工作日”; of long texts only the words around the first difference."""
    if compare_fold(before) and compare_fold(after):
        if max(len(before), len(after)) <= _SHORT:
            return f"由“{before}”改为“{after}”"
        before, after = _fragments(before, after)
    if not compare_fold(before):
        return f"增加“{shortened(after)}”"
    if not compare_fold(after):
        return f"删去“{shortened(before)}”"
    return f"由“{shortened(before)}”改为“{shortened(after)}”"


def _fragments(before: str, after: str) -> tuple[str, str]:
    """The part in which two long texts differ, with a few characters of context when something was replaced."""
    ops = characters(before, after)
    edits = [n for n, (op, text) in enumerate(ops) if op in (INSERT, DELETE) and compare_fold(text)]
    if not edits:
        return before, after
    first, last = edits[0], edits[-1]
    inside = ops[first : last + 1]
    was = "".join(text for op, text in inside if op != INSERT)
    now = "".join(text for op, text in inside if op != DELETE)
    if not compare_fold(was) or not compare_fold(now):
        return was, now
    lead, trail = words_around(ops[first - 1][1] if first else "", ops[last + 1][1] if last + 1 < len(ops) else "")
    return lead + was + trail, lead + now + trail


# ---------------------------------------------------------------- rows


def describe(changes: Sequence[RowChange], areas: Mapping[str, str] = NO_AREAS) -> list[str]:
    """One short Chinese sentence for each change; a row split in two, or two joined, is one sentence. `areas`: names by
    slug."""
    partners = {n: partner for n in range(len(changes)) if (partner := _split_partner(changes, n)) is not None}
    told = set(partners.values())
    return [
        _split_sentence(change, changes[partners[n]], areas) if n in partners else _sentence(change, areas)
        for n, change in enumerate(changes)
        if n in partners or n not in told
    ]


def _split_sentence(change: RowChange, partner: RowChange, areas: Mapping[str, str]) -> str:
    """A row and the one that came out of it, or that it took in."""
    split, other = partner.kind == ADDED, partner.after or partner.before
    whole, part = (change.before, change.after) if split else (change.after, change.before)
    assert whole and part and other  # noqa: PT018, S101  (by the kinds of the two)
    named, same = _named(whole, areas), title(other) == title(whole)
    first, second = sorted((part, other), key=lambda item: item.position)
    numbers = f"序号{first.serial}、{second.serial}" if first.serial and second.serial else ""
    if split:
        more = (f"（现{numbers}）" if numbers else "") if same else f"（另一行为“{title(other)}”）"
        return f"{named}拆分为两行{more}"
    if same:
        return f"{named}由两行合并为一行" + (f"（原{numbers}）" if numbers else "")
    return f"{named}与“{title(other)}”合并为一行"


def _named(item: Item, areas: Mapping[str, str]) -> str:
    return words.row(areas.get(item.area, ""), item.serial, title(item))


def title(item: Item) -> str:
    """The name by which a person knows a row."""
    name = item.level2 or str(item.more.get("level3") or "") or item.level1 or item.content
    return name if len(name) <= 30 else name[:29] + "…"


def _sentence(change: RowChange, areas: Mapping[str, str]) -> str:
    if change.before is None and change.after is not None:
        return f"新增{_named(change.after, areas)}"
    assert change.before is not None  # noqa: S101
    if change.after is None:
        return f"删除{_named(change.before, areas)}"
    named = _named(change.after, areas)
    if change.kind == MOVED:
        text = f"{named}移动了位置" + _old_number(change.before, change.after)
        return text + (f"，{_cells_in_words(change)}" if change.cells else "")
    return f"{named}{_cells_in_words(change)}"


def _old_number(before: Item, after: Item) -> str:
    return f"（原序号{before.serial}）" if before.serial and before.serial != after.serial else ""


def _cells_in_words(change: RowChange) -> str:
    parts: list[str] = []
    groups: list[str] = []
    for cell in change.cells:
        group = cell.column.split("（")[0]
        if cell.column == "公开渠道和载体":
            parts.append(cell.column + _channels_in_words(cell))
        elif group not in GROUPS_OF_FLAGS.values() or cell.column.endswith("（原文）"):
            parts.append(cell.column + quoted_change(cell.before, cell.after))
        elif group not in groups:
            groups.append(group)
            assert change.before is not None  # noqa: S101
            assert change.after is not None  # noqa: S101
            parts.append(f"{group}由{_chosen(change.before, group)}改为{_chosen(change.after, group)}")
    return "，".join(parts)


def _channels_in_words(cell: CellChange) -> str:
    """Channels that came or went, each by its whole name."""
    was, now = cell.before.split("、"), cell.after.split("、")
    gone, come = "、".join(name for name in was if name not in now), "、".join(name for name in now if name not in was)
    return quoted_change(gone, come) if bool(gone) != bool(come) else quoted_change(cell.before, cell.after)


def _chosen(item: Item, group: str) -> str:
    return "、".join(name for field, (of, name) in FLAGS.items() if of == group and getattr(item, field)) or EMPTY


_LAYOUT = re.compile(r"[\s\d.,，。；;、()（）:：│]+")


def _split_partner(changes: Sequence[RowChange], n: int) -> int | None:
    """The neighbouring change with which change n makes a split (added) or a join (removed)."""
    change = changes[n]
    if change.kind != CHANGED or change.before is None or change.after is None:
        return None
    for m in (n + 1, n - 1):
        if not 0 <= m < len(changes):
            continue
        whole, part, other = change.before, change.after, changes[m].after
        if changes[m].kind == REMOVED:
            whole, part, other = change.after, change.before, changes[m].before
        elif changes[m].kind != ADDED:
            continue
        if other is not None and _is_sum(whole, part, other):
            return m
    return None


def _is_sum(whole: Item, part: Item, other: Item) -> bool:
    from rapidfuzz import fuzz  # as everywhere in this room: a crawl without changes compares nothing

    for field in ("content", "level2", "basis"):
        full, one, two = (_LAYOUT.sub("", compare_fold(getattr(item, field))) for item in (whole, part, other))
        if one and two and one != full and max(fuzz.ratio(full, one + two), fuzz.ratio(full, two + one)) >= 92:
            return True
    return False
