"""What changed in the rows of a catalogue, told row by row and cell by cell, without looking at 序号 (design 6.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import define, frozen

from archive.compare.redline import best_path, longest_run, matched
from archive.model import CellChange, Item, RowChange
from archive.text.fold import compare_fold
from archive.words.columns import CATALOGUE, GROUPS, NAMES, TEXTS

if TYPE_CHECKING:
    from archive.compare.redline import Matrix

_TEXTS = {field: NAMES[field] for field in TEXTS if field not in ("serial", "channels")}
FLAGS = {column.field: (GROUPS[column.group], column.heading) for column in CATALOGUE if column.flag}
GROUPS_OF_FLAGS = {role: name for role, name in GROUPS.items() if role != "matter"}
TICKED, EMPTY = "√", "空"
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"

_ALIKE = 0.62
"""Likeness (0–1) from which two rows are one row that was changed."""
_ALIKE_ELSEWHERE = 0.8
"""The same for two rows at different places."""
_MATRIX = 1_000_000
"""Cells of the largest likeness matrix; a larger block of rows without one equal name is told as removed and added."""


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
    cells["公开渠道和载体"] = "、".join(sorted(item.channels)) or original(item, "channels")
    for field, (group, name) in FLAGS.items():
        cells[f"{group}（{name}）"] = TICKED if getattr(item, field) else EMPTY
    cells["特定群体"] = str(more.get("audience_specific") or "")
    for role, group in GROUPS_OF_FLAGS.items():  # one column for the group, with words that could not be told apart
        unread = all(getattr(item, field) is None for field, (of, _) in FLAGS.items() if of == group)
        cells[f"{group}（原文）"] = original(item, role) if unread else ""
    extra = more.get("extra")
    cells["其他栏目"] = "；".join(f"{k}：{v}" for k, v in sorted(extra.items())) if isinstance(extra, Mapping) else ""
    return cells


def original(item: Item, role: str) -> str:
    """The cell as it is written, where the reader made something else of it."""
    found = item.more.get("original")
    return str(found.get(role) or "") if isinstance(found, Mapping) else ""


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
    paired = _Pairing.of(old, new)
    changes: list[tuple[float, RowChange]] = [(b.index, _change(CHANGED, a, b)) for a, b in paired.changed]
    changes += [(b.index, _change(MOVED, a, b)) for a, b in paired.moved]
    changes += [(b.index, RowChange(ADDED, None, b.item)) for b in paired.come]
    places = dict(paired.same) | {a.index: b.index for a, b in paired.changed}
    changes += [(_stood(a.index, places), RowChange(REMOVED, a.item, None)) for a in paired.gone]
    return tuple(change for _, change in sorted(changes, key=lambda entry: entry[0]))


def same_rows(old: Sequence[Item], new: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Each row that is in both tables, as it was and as it is, whatever changed in it."""
    paired = _Pairing.of(old, new)
    changed = [(a.item, b.item) for a, b in (*paired.changed, *paired.moved)]
    return [(old[a], new[b]) for a, b in paired.same] + changed


@frozen
class _Pairing:
    """Which row of a table became which."""

    same: list[tuple[int, int]]
    """Equal rows in their order, by their places."""
    changed: list[tuple[_Row, _Row]]
    moved: list[tuple[_Row, _Row]]
    gone: list[_Row]
    come: list[_Row]

    @classmethod
    def of(cls, old: Sequence[Item], new: Sequence[Item]) -> _Pairing:
        before = [_Row(item, n) for n, item in enumerate(old)]
        after = [_Row(item, n) for n, item in enumerate(new)]
        same = _in_place(before, after)
        moved = _equal_elsewhere(before, after, same)
        out = {a.index for a, _ in moved}, {b.index for _, b in moved}
        # Rows that only moved stand in nobody's way when the rest is paired.
        changed, gone, come = _alike_in_gaps(before, after, same, out)
        moved += _alike_elsewhere(gone, come)
        left, found = {a.index for a, _ in moved}, {b.index for _, b in moved}
        gone, come = [a for a in gone if a.index not in left], [b for b in come if b.index not in found]
        return cls(same, changed, moved, gone, come)


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
    for (a, b), end in pairwise([(-1, -1), *pairs, (rows, others)]):
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


def _likeness(left: list[_Row], right: list[_Row]) -> Matrix:
    """0–1 for each pair, 0 below the threshold. Names weigh most: most rows of a table share basis and channels."""
    import numpy as np
    from rapidfuzz import fuzz, process

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
