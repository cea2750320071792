"""What changed in the rows of a catalogue, told row by row and cell by cell, without looking at 序号 (design 6.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from attrs import define, frozen
from rapidfuzz import fuzz, process

from archive.compare.redline import DELETE, INSERT, best_path, characters, longest_run, matched
from archive.model import CellChange, Item, RowChange
from archive.text.fold import compare_fold
from archive.words.columns import CATALOGUE, GROUPS, NAMES, TEXTS

_TEXTS = {field: NAMES[field] for field in TEXTS if field not in ("serial", "channels")}
_FLAGS = {column.field: (GROUPS[column.group], column.heading) for column in CATALOGUE if column.flag}
_GROUPS = {role: name for role, name in GROUPS.items() if role != "matter"}
TICKED, EMPTY = "√", "空"
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"

_ALIKE = 0.62
"""Likeness (0–1) from which two rows are one row that was changed."""
_ALIKE_ELSEWHERE = 0.8
"""The same for two rows at different places."""
_MATRIX = 1_000_000
"""Cells of the largest likeness matrix; a larger block of rows without one equal name is told as removed and added."""
_SHORT = 26
"""Characters up to which a cell is quoted whole in a summary."""


@define(eq=False)
class _Row:
    """An item with what is needed to compare it."""

    item: Item
    index: int

    @cached_property
    def key(self) -> tuple[str, ...]:
        return row_key(self.item)

    @cached_property
    def names(self) -> str:
        item = self.item
        return compare_fold(f"{item.level1}{item.level2}{item.more.get('level3', '')}")

    @cached_property
    def content(self) -> str:
        return compare_fold(self.item.content)

    @cached_property
    def rest(self) -> str:
        item = self.item
        return compare_fold(f"{item.basis}{item.time_limit}{item.subject}{''.join(item.channels)}")


def row_key(item: Item) -> tuple[str, ...]:
    """What makes two rows the same: every cell but 序号, folded. Unread and empty flags are alike."""
    return tuple(compare_fold(value) for value in _cells(item).values())


def _cells(item: Item) -> dict[str, str]:
    """Column name in Chinese → text; columns beyond the canonical ones come last."""
    more = item.more
    cells = {name: getattr(item, field) for field, name in _TEXTS.items()}
    cells[NAMES["level3"]] = str(more.get("level3") or "")
    cells["公开渠道和载体"] = "、".join(sorted(item.channels)) or _original(item, "channels")
    for field, (group, name) in _FLAGS.items():
        cells[f"{group}（{name}）"] = TICKED if getattr(item, field) else EMPTY
    cells["特定群体"] = str(more.get("audience_specific") or "")
    for role, group in _GROUPS.items():  # one column for the group, with words that could not be told apart
        unread = all(getattr(item, field) is None for field, (of, _) in _FLAGS.items() if of == group)
        cells[f"{group}（原文）"] = _original(item, role) if unread else ""
    extra = more.get("extra")
    cells["其他栏目"] = "；".join(f"{k}：{v}" for k, v in sorted(extra.items())) if isinstance(extra, Mapping) else ""
    return cells


def _original(item: Item, role: str) -> str:
    original = item.more.get("original")
    return str(original.get(role) or "") if isinstance(original, Mapping) else ""


def cell_changes(before: Item, after: Item) -> tuple[CellChange, ...]:
    """The cells in which two rows differ. Channels are shown in the order of the table."""
    old, new = _cells(before), _cells(after)
    changes = []
    for name, was in old.items():
        now = new[name]
        if compare_fold(was) == compare_fold(now):
            continue
        if name == "公开渠道和载体":
            was, now = "、".join(before.channels) or was, "、".join(after.channels) or now
        changes.append(CellChange(name, was, now))
    return tuple(changes)


def diff_rows(old: Sequence[Item], new: Sequence[Item]) -> tuple[RowChange, ...]:
    """Rows added, removed, changed and moved, in the order of the new table (removed ones where they stood).

    A row that moved and changed is `moved` with cells. Equal inputs, renumbered or not, give ().
    """
    before = [_Row(item, n) for n, item in enumerate(old)]
    after = [_Row(item, n) for n, item in enumerate(new)]
    same = _in_place(before, after)
    moved = _equal_elsewhere(before, after, same)
    out = {a.index for a, _ in moved}, {b.index for _, b in moved}
    # Rows that only moved stand in nobody's way when the rest is paired.
    changed, gone, come = _alike_in_gaps(before, after, same, out)
    moved += _alike_elsewhere(gone, come)
    left, found = {a.index for a, _ in moved}, {b.index for _, b in moved}
    changes: list[tuple[float, RowChange]] = [(b.index, _change(CHANGED, a, b)) for a, b in changed]
    changes += [(b.index, _change(MOVED, a, b)) for a, b in moved]
    changes += [(b.index, RowChange(ADDED, None, b.item)) for b in come if b.index not in found]
    places = dict(same) | {a.index: b.index for a, b in changed}
    changes += [(_stood(a.index, places), RowChange(REMOVED, a.item, None)) for a in gone if a.index not in left]
    return tuple(change for _, change in sorted(changes, key=lambda entry: entry[0]))


def _change(kind: str, before: _Row, after: _Row) -> RowChange:
    return RowChange(kind, before.item, after.item, cell_changes(before.item, after.item))


def _stood(index: int, places: dict[int, int]) -> float:
    """Where in the new table a removed row stood: just after the nearest row above that is still there."""
    while index >= 0 and index not in places:
        index -= 1
    return places.get(index, -1) + 0.5


def _in_place(before: list[_Row], after: list[_Row]) -> list[tuple[int, int]]:
    """Pairs of equal rows that kept their order: as many as can be, then equal ones in the gaps between."""
    places: dict[tuple[str, ...], list[int]] = {}
    for row in reversed(after):
        places.setdefault(row.key, []).append(row.index)
    pairs = [(row.index, places[row.key].pop()) for row in before if places.get(row.key)]
    anchors = longest_run(pairs)
    same = list(anchors)
    for (a, b), (a_end, b_end) in _gaps(anchors, len(before), len(after)):
        keys = [row.key for row in before[a:a_end]], [row.key for row in after[b:b_end]]
        same.extend((a + i, b + j) for i, j in matched(*keys))
    return sorted(same)


def _gaps(
    pairs: Sequence[tuple[int, int]], rows: int, others: int
) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    """((a, b), (a_end, b_end)) of each stretch between neighbouring pairs."""
    edges = [(-1, -1), *pairs, (rows, others)]
    for (a, b), end in pairwise(edges):
        yield (a + 1, b + 1), end


def _alike_in_gaps(
    before: list[_Row], after: list[_Row], same: list[tuple[int, int]], out: tuple[set[int], set[int]]
) -> tuple[list[tuple[_Row, _Row]], list[_Row], list[_Row]]:
    """Changed pairs in place, and the rows of both sides that found no partner."""
    changed: list[tuple[_Row, _Row]] = []
    gone: list[_Row] = []
    come: list[_Row] = []
    for (a, b), (a_end, b_end) in _gaps(same, len(before), len(after)):
        rows = (
            [r for r in before[a:a_end] if r.index not in out[0]],
            [r for r in after[b:b_end] if r.index not in out[1]],
        )
        # A column that changed in every row must not cost a likeness of each row with each other.
        certain = matched(*([row.names + row.content for row in side] for side in rows))
        changed.extend((rows[0][i], rows[1][j]) for i, j in certain)
        for (i, j), (i_end, j_end) in _gaps(certain, len(rows[0]), len(rows[1])):
            left, right = rows[0][i:i_end], rows[1][j:j_end]
            pairs = best_path(_likeness(left, right))
            changed.extend((left[i], right[j]) for i, j in pairs)
            paired = {i for i, _ in pairs}, {j for _, j in pairs}
            gone.extend(row for i, row in enumerate(left) if i not in paired[0])
            come.extend(row for j, row in enumerate(right) if j not in paired[1])
    return changed, gone, come


def _likeness(left: list[_Row], right: list[_Row]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """0–1 for each pair, 0 below the threshold. Names weigh most: most rows of a table share basis and channels."""
    score = np.zeros((len(left), len(right)), dtype=np.float32)
    if not left or not right or score.size > _MATRIX:
        return score
    for part, weight in (("names", 0.4), ("content", 0.3), ("rest", 0.3)):
        texts = [getattr(row, part) for row in left], [getattr(row, part) for row in right]
        score += process.cdist(*texts, scorer=fuzz.ratio, dtype=np.float32) * (weight / 100)
    score[score < _ALIKE] = 0
    return score


def _equal_elsewhere(before: list[_Row], after: list[_Row], same: list[tuple[int, int]]) -> list[tuple[_Row, _Row]]:
    """Rows that stand elsewhere now with the same cells."""
    stay = {i for i, _ in same}, {j for _, j in same}
    places: dict[tuple[str, ...], list[_Row]] = {}
    for row in reversed(after):
        if row.index not in stay[1]:
            places.setdefault(row.key, []).append(row)
    return [(row, places[row.key].pop()) for row in before if row.index not in stay[0] and places.get(row.key)]


def _alike_elsewhere(gone: list[_Row], come: list[_Row]) -> list[tuple[_Row, _Row]]:
    """Rows that moved and changed a little, the most alike first."""
    pairs = []
    score = _likeness(gone, come)
    while score.size and score.max() >= _ALIKE_ELSEWHERE:
        i, j = divmod(int(score.argmax()), len(come))
        pairs.append((gone[i], come[j]))
        score[i, :] = score[:, j] = 0
    return pairs


def apply(old: Sequence[Item], changes: Iterable[RowChange]) -> list[Item]:
    """The new rows: what went is taken out, what came is put at its position, the others keep their order.

    Positions of `new` must count from 1 without a gap (as they do within one document).
    """
    changes = list(changes)
    out = {id(change.before) for change in changes if change.before}
    put = {change.after.position: change.after for change in changes if change.after}
    stay = iter([item for item in old if id(item) not in out])
    count = len(old) - len(out) + len(put)
    return [put[n] if n in put else next(stay) for n in range(1, count + 1)]


# ---------------------------------------------------------------- in words


def describe(changes: Sequence[RowChange]) -> list[str]:
    """One short Chinese sentence for each change; a row split in two, or two joined, is one sentence."""
    partners = {n: partner for n in range(len(changes)) if (partner := _split_partner(changes, n)) is not None}
    told = set(partners.values())
    return [
        _split_sentence(change, changes[partners[n]]) if n in partners else _sentence(change)
        for n, change in enumerate(changes)
        if n in partners or n not in told
    ]


def _split_sentence(change: RowChange, partner: RowChange) -> str:
    """A row and the one that came out of it, or that it took in."""
    split, other = partner.kind == ADDED, partner.after or partner.before
    whole, part = (change.before, change.after) if split else (change.after, change.before)
    assert whole and part and other  # noqa: PT018, S101  (by the kinds of the two)
    name, same = title(whole), title(other) == title(whole)
    first, second = sorted((part.position, other.position))
    if split:
        return f"第{whole.position}行“{name}”拆分为两行" + (
            f"（现第{first}、{second}行）" if same else f"（另一行为“{title(other)}”）"
        )
    if same:
        return f"原第{first}、{second}行“{name}”合并为一行"
    return f"第{whole.position}行“{name}”与“{title(other)}”合并为一行"


def title(item: Item) -> str:
    """The name by which a person knows a row."""
    name = item.level2 or str(item.more.get("level3") or "") or item.level1 or item.content
    return name if len(name) <= 30 else name[:29] + "…"


def _sentence(change: RowChange) -> str:
    if change.before is None and change.after is not None:
        return f"新增第{change.after.position}行“{title(change.after)}”"
    assert change.before is not None  # noqa: S101
    if change.after is None:
        return f"删除原第{change.before.position}行“{title(change.before)}”"
    named = f"“{title(change.before)}”"
    if change.kind == MOVED:
        text = f"原第{change.before.position}行{named}移至第{change.after.position}行"
        return text + (f"，{_cells_in_words(change)}" if change.cells else "")
    return f"第{change.after.position}行{named}{_cells_in_words(change)}"


def _cells_in_words(change: RowChange) -> str:
    parts: list[str] = []
    groups: list[str] = []
    for cell in change.cells:
        group = cell.column.split("（")[0]
        if cell.column == "公开渠道和载体":
            parts.append(cell.column + _channels_in_words(cell))
        elif group not in _GROUPS.values() or cell.column.endswith("（原文）"):
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
    return "、".join(name for field, (of, name) in _FLAGS.items() if of == group and getattr(item, field)) or EMPTY


def quoted_change(before: str, after: str) -> str:
    """由“20个工作日”改为“7个工作日”; of long texts only the words around the first difference."""
    if not compare_fold(before):
        return f"增加“{shortened(after)}”"
    if not compare_fold(after):
        return f"删去“{shortened(before)}”"
    if len(before) <= _SHORT and len(after) <= _SHORT:
        return f"由“{before}”改为“{after}”"
    was, now = _fragments(before, after)
    if not compare_fold(was):
        return f"增加“{shortened(now)}”"
    if not compare_fold(now):
        return f"删去“{shortened(was)}”"
    return f"由“{shortened(was)}”改为“{shortened(now)}”"


def shortened(text: str, length: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


_WORDS_BEFORE = re.compile(r"[^，。；、：（）“”\s│]{0,6}$")
_WORDS_AFTER = re.compile(r"^[^，。；、：（）“”\s│]{0,6}")


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
    head = _WORDS_BEFORE.search(ops[first - 1][1]) if first else None
    tail = _WORDS_AFTER.search(ops[last + 1][1]) if last + 1 < len(ops) else None
    lead, trail = head.group() if head else "", tail.group() if tail else ""
    return lead + was + trail, lead + now + trail


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
    for field in ("content", "level2", "basis"):
        full, one, two = (_LAYOUT.sub("", compare_fold(getattr(item, field))) for item in (whole, part, other))
        if one and two and one != full and max(fuzz.ratio(full, one + two), fuzz.ratio(full, two + one)) >= 92:
            return True
    return False


@frozen
class Summary:
    """Sentences joined for a person, never longer than `limit`."""

    limit: int = 200

    def join(self, sentences: Sequence[str]) -> str:
        text = "；".join(sentences)
        if len(text) <= self.limit:
            return text
        kept: list[str] = []
        ending = f"等{len(sentences)}处"
        for sentence in sentences:
            if len("；".join([*kept, sentence])) + len(ending) > self.limit:
                break
            kept.append(sentence)
        if not kept:
            return shortened(sentences[0], self.limit - len(ending)) + (ending if len(sentences) > 1 else "")
        return "；".join(kept) + ending
