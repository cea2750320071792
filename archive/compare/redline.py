"""The redline of two texts: sentences first, then characters inside changed sentences (design 6.8).

A redline is a list of (op, text). `equal` and `delete` joined give the old text; `equal`, `insert` and `moved` joined
give the new one. A moved passage is a `moved` at its new place and a `delete` with the same words at its old one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from attrs import frozen

from archive.text.late import late

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[tuple[int, int], np.dtype[np.float32]]

EQUAL, INSERT, DELETE, MOVED = "equal", "insert", "delete", "moved"

Op = tuple[str, str]

_SENTENCE = late(r"[^。；！？\n]*(?:[。；！？]+[”’」』）]*\n?|\n|$)")
_TOKEN = late(
    r"(?:(?![见按据和与及以对由在的将])[\u4e00-\u9fff]){1,5}[〔\[【（(]\s*[12]\d{3}\s*[〕\]】）)]\s*第?\d+号"  # 文号
    r"|\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"  # dates
    r"|第[一二三四五六七八九十百千零〇两\d]+[条款项章节批号]"
    r"|\d+(?:[.,:：]\d+)*[%％‰]?|[０-９]+|[一二三四五六七八九十百千零〇两]{2,}|[A-Za-z]+|[\s\S]"
)
_MOVED_AT_LEAST = 8
"""Characters from which an equal sentence elsewhere is a move and not chance."""
_PAIRED_FROM = 45.0
"""Likeness (0–100) from which two sentences are one that was changed."""
_MATRIX = 4_000_000
"""Cells of the largest likeness matrix; a larger changed block is shown as deleted and inserted."""


def sentences(text: str) -> list[str]:
    """The text cut after sentence ends and line ends; joined again they are the text."""
    return [piece for piece in _SENTENCE.findall(text) if piece]


def redline(old: str, new: str) -> list[Op]:
    """The way from old to new; [] when both are empty, one `equal` when they are the same."""
    if old == new:
        return [(EQUAL, old)] if old else []
    before, after = sentences(old), sentences(new)
    pieces: list[Op] = []
    for kind, gone, come in _blocks(before, after):
        if kind == EQUAL:
            pieces.append((EQUAL, "".join(gone)))
        else:
            pieces.extend(_changed_block(gone, come))
    return _join_moves(_mark_moves([piece for piece in pieces if piece[1]]))


def apply(old: str, ops: Iterable[Op]) -> str:
    """The new text. Raises ValueError when the redline was not made from `old`."""
    ops = list(ops)
    if "".join(text for op, text in ops if op in (EQUAL, DELETE)) != old:
        raise ValueError("the redline belongs to another text")
    return "".join(text for op, text in ops if op != DELETE)


# ---------------------------------------------------------------- sentences


def longest_run(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs` (sorted by first) that also rises in the second: what kept its order."""
    tails: list[int] = []
    ends: list[int] = []
    links: list[int] = []
    for index, (_, second) in enumerate(pairs):
        place = bisect_left(tails, second)
        links.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(second)
            ends.append(index)
        else:
            tails[place], ends[place] = second, index
    run: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        run.append(pairs[index])
        index = links[index]
    return run[::-1]


def matched(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Index pairs of equal entries that keep their order: unique entries first, difflib in the gaps between them."""
    pairs: list[tuple[int, int]] = []
    stack = [(0, len(old), 0, len(new), True)]
    while stack:
        a, a_end, b, b_end, unique = stack.pop()
        while a < a_end and b < b_end and old[a] == new[b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
            pairs.append((a_end, b_end))
        if a == a_end or b == b_end:
            continue
        anchors = _unique_anchors(old, a, a_end, new, b, b_end) if unique else []
        if anchors:
            pairs.extend(anchors)
            edges = [(a - 1, b - 1), *anchors, (a_end, b_end)]
            stack.extend((left[0] + 1, right[0], left[1] + 1, right[1], True) for left, right in pairwise(edges))
        elif (a_end - a) * (b_end - b) <= _MATRIX:
            matcher = SequenceMatcher(None, old[a:a_end], new[b:b_end], autojunk=False)
            for block in matcher.get_matching_blocks():
                pairs.extend((a + block.a + n, b + block.b + n) for n in range(block.size))
    return sorted(pairs)


def _unique_anchors(
    old: Sequence[Hashable], a: int, a_end: int, new: Sequence[Hashable], b: int, b_end: int
) -> list[tuple[int, int]]:
    before, after = Counter(old[a:a_end]), Counter(new[b:b_end])
    places = {entry: n for n, entry in enumerate(new[b:b_end], b) if after[entry] == 1}
    return longest_run([(n, places[e]) for n, e in enumerate(old[a:a_end], a) if before[e] == 1 and e in places])


def _blocks(before: list[str], after: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """('equal', same, same) and ('replace', gone, come) in order."""
    a = b = 0
    run: list[str] = []
    for i, j in [*matched(before, after), (len(before), len(after))]:
        if i > a or j > b:
            if run:
                yield EQUAL, run, run
                run = []
            yield "replace", before[a:i], after[b:j]
        if i < len(before):
            run.append(before[i])
        a, b = i + 1, j + 1
    if run:
        yield EQUAL, run, run


def _changed_block(gone: list[str], come: list[str]) -> Iterator[Op]:
    """Sentences that were changed are paired by likeness, in order; the others came or went as a whole."""
    a = b = 0
    for i, j in [*_pairs(gone, come), (len(gone), len(come))]:
        yield from ((DELETE, text) for text in gone[a:i])
        yield from ((INSERT, text) for text in come[b:j])
        if i < len(gone):
            yield from characters(gone[i], come[j])
        a, b = i + 1, j + 1


def _pairs(gone: list[str], come: list[str]) -> list[tuple[int, int]]:
    if not gone or not come or len(gone) * len(come) > _MATRIX:
        return []
    import numpy as np  # 0.1 s of processor time, which a crawl without changes need not spend
    from rapidfuzz import fuzz, process

    alike = process.cdist(gone, come, scorer=fuzz.ratio, dtype=np.float32)
    return best_path(np.where(alike >= _PAIRED_FROM, alike, 0))


def best_path(score: Matrix) -> list[tuple[int, int]]:
    """Needleman–Wunsch without gap cost: rising pairs whose scores add up highest; none of score 0."""
    import numpy as np

    rows, columns = score.shape
    best = np.zeros((rows + 1, columns + 1), dtype=np.float32)
    for i in range(rows):
        reach = np.maximum(best[i, 1:], best[i, :-1] + score[i])
        best[i + 1, 1:] = np.maximum.accumulate(reach)
    pairs: list[tuple[int, int]] = []
    i, j = rows, columns
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _mark_moves(pieces: list[Op]) -> list[Op]:
    """A sentence inserted here and deleted elsewhere with the same words has moved; short ones beside it with it."""
    gone = Counter(text.strip() for op, text in pieces if op == DELETE)
    neighbours = _neighbours(pieces, DELETE)
    result = list(pieces)

    def mark(n: int) -> None:
        gone[result[n][1].strip()] -= 1
        result[n] = (MOVED, result[n][1])

    for n, (op, text) in enumerate(pieces):
        if op == INSERT and len(text.strip()) >= _MOVED_AT_LEAST and gone[text.strip()] > 0:
            mark(n)
    for order, step in ((range(1, len(result)), -1), (range(len(result) - 2, -1, -1), 1)):
        for n in order:
            (op, text), (beside, other) = result[n], result[n + step]
            pair = (other.strip(), text.strip()) if step < 0 else (text.strip(), other.strip())
            if op == INSERT and beside == MOVED and pair in neighbours and gone[text.strip()] > 0:
                mark(n)
    return result


def _neighbours(pieces: Sequence[Op], kind: str) -> set[tuple[str, str]]:
    return {(a[1].strip(), b[1].strip()) for a, b in pairwise(pieces) if a[0] == b[0] == kind}


def _join_moves(pieces: Sequence[Op]) -> list[Op]:
    """Sentences that moved together become one piece, on both sides; other neighbours of one kind are joined too."""
    moved = {text.strip() for op, text in pieces if op == MOVED}
    together = _neighbours(pieces, MOVED) & _neighbours(pieces, DELETE)
    joined: list[Op] = []
    last = ""
    for op, text in pieces:
        bare = text.strip()
        mover = op in (MOVED, DELETE) and bare in moved
        if (
            joined
            and joined[-1][0] == op
            and ((last, bare) in together if mover else op != MOVED and not (op == DELETE and last in moved))
        ):
            joined[-1] = (op, joined[-1][1] + text)
        else:
            joined.append((op, text))
        last = bare
    return joined


# ---------------------------------------------------------------- characters


def tokens(text: str) -> list[str]:
    """Characters, but numbers, dates, document numbers and Latin words whole."""
    return _TOKEN.findall(text)


def characters(old: str, new: str) -> list[Op]:
    """The redline of one sentence, token by token."""
    from rapidfuzz.distance import Indel

    before, after = tokens(old), tokens(new)
    if len(before) * len(after) > _TOKEN_PAIRS:
        return [op for op in ((DELETE, old), (INSERT, new)) if op[1]]
    steps: list[tuple[str, list[str]]] = []
    for code in Indel.opcodes(before, after):
        op = {"equal": EQUAL, "delete": DELETE, "insert": INSERT}[code.tag]
        piece = after[code.dest_start : code.dest_end] if op == INSERT else before[code.src_start : code.src_end]
        steps.append((op, piece))
    return [(op, "".join(pieces)) for op, pieces in _without_crumbs(steps)]


_TOKEN_PAIRS = 400_000_000
"""Above, two texts are shown one after the other: the matrix of one bit a pair would be more than 50 MB."""
_CRUMB = 2
"""Characters up to which what stayed the same between two larger edits is chance and only hampers reading."""


def _without_crumbs(steps: Sequence[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """The steps, with crumbs between edits of three tokens or more taken into these edits: one delete, one insert."""
    result: list[tuple[str, list[str]]] = []
    gone: list[str] = []
    come: list[str] = []

    def flush() -> None:
        result.extend((op, pieces[:]) for op, pieces in ((DELETE, gone), (INSERT, come)) if pieces)
        gone.clear()
        come.clear()

    for n, (op, pieces) in enumerate(steps):
        if op == DELETE:
            gone.extend(pieces)
        elif op == INSERT:
            come.extend(pieces)
        else:
            crumb = sum(map(len, pieces)) <= _CRUMB and "\n" not in pieces
            following = max((len(p) for o, p in steps[n + 1 : n + 3] if o != EQUAL), default=0)
            if crumb and max(len(gone), len(come)) >= 3 and following >= 3:
                gone.extend(pieces)
                come.extend(pieces)
            else:
                flush()
                result.append((op, pieces))
    flush()
    return result


# ---------------------------------------------------------------- side by side


@frozen
class Line:
    """One line of the side-by-side view; a side is () where it has no such line."""

    left: tuple[Op, ...]
    right: tuple[Op, ...]

    @property
    def changed(self) -> bool:
        return any(op != EQUAL for op, _ in (*self.left, *self.right))


def side_by_side(ops: Sequence[Op]) -> list[Line]:
    """The redline as pairs of lines. A moved sentence is `moved` on both sides."""
    moves = Counter(text.strip() for op, text in ops if op == MOVED)
    lines: list[Line] = []
    left: list[list[Op]] = [[]]
    right: list[list[Op]] = [[]]

    def flush() -> None:
        if left[-1] or right[-1] or len(left) > 1 or len(right) > 1:
            sides = zip_longest((tuple(x) for x in left), (tuple(x) for x in right), fillvalue=())
            lines.extend(Line(a, b) for a, b in sides if a or b)
        left[:], right[:] = [[]], [[]]

    for op, text in ops:
        if op == EQUAL:
            _level(left, right)
            first, *rest = text.split("\n")
            _add(left, op, first)
            _add(right, op, first)
            for line in rest:
                flush()
                _add(left, op, line)
                _add(right, op, line)
            continue
        shown = MOVED if op == DELETE and moves[text.strip()] else op
        for side in [left] if op == DELETE else [right]:
            first, *rest = text.split("\n")
            _add(side, shown, first)
            for line in rest:
                side.append([])
                _add(side, shown, line)
    flush()
    return lines


def _level(left: list[list[Op]], right: list[list[Op]]) -> None:
    """Let the lines that both sides are writing stand beside each other."""
    for short, long in ((left, right), (right, left)):
        while len(short) < len(long):
            short.insert(len(short) - 1, [])


def _add(side: list[list[Op]], op: str, text: str) -> None:
    if text:
        side[-1].append((op, text))
