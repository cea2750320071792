"""Real changes: what a person who opens the page or its files would see to be different.

Each class takes the generator, the truth and what earlier edits touched, and gives the new truth with what must be
told, or None where it does not fit. Issues on reading add their own with `@edit`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from attrs import evolve, frozen

from tests.histories import words
from tests.histories.truth import File, Repeal, Truth

TEXT = frozenset({"revised"})
REPEAL = frozenset({"repealed", "revised", "metadata"})


@frozen
class Edit:
    """One real change as the model knows it."""

    name: str
    kinds: frozenset[str]
    """Any of these tells it."""
    wanted: frozenset[str] = frozenset()
    """The kinds that name it best, where the contract of release 2 has better ones."""
    also: frozenset[str] = frozenset()
    """These may come with it."""
    new: str = ""
    """Words that stand there from now on ('' for a removal)."""
    old: str = ""
    """Words that stood there and are gone ('' for an addition)."""
    file: str = ""
    """Path of the file that it is in; '' for the page."""
    quiet_is_enough: bool = False
    """Nothing that a reader must act on: the digest will do."""
    last: bool = False
    """No other edit can follow."""


@frozen
class Touched:
    """Paragraphs and rows that earlier edits concern: a second edit of the same words could hide the first."""

    words: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    def free(self, text: str) -> bool:
        return not any(word in text or text in word for word in self.words if word)


Result = tuple[Truth, Edit] | None
Maker = Callable[[Random, Truth, Touched], Result]


@frozen
class Class:
    name: str
    make: Maker
    weight: int = 2


ALL: dict[str, Class] = {}


def edit(name: str, weight: int = 2) -> Callable[[Maker], Maker]:
    def add(make: Maker) -> Maker:
        ALL[name] = Class(name, make, weight)
        return make

    return add


# ------------------------------------------------------------ the text


def _replaced(truth: Truth, old: str, new: str) -> Truth:
    return evolve(truth, paragraphs=tuple(new if p == old else p for p in truth.paragraphs))


@edit("number", 5)
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    fitting = [p for p in truth.paragraphs if re.search(r"\d+个?(工作日|日|天|次)", p) and touched.free(p)]
    if not fitting:
        return None
    old = rng.choice(fitting)
    spot = rng.choice(list(re.finditer(r"\d+(?=个?(工作日|日|天|次))", old)))
    value = rng.choice([n for n in (1, 7, 20, 30, 45, int(spot[0]) + 1) if n != int(spot[0])])
    new = old[: spot.start()] + str(value) + old[spot.end() :]
    return _replaced(truth, old, new), Edit("number", TEXT, new=new, old=old)


@edit("word", 4)
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    fitting = [(p, a, b) for p in truth.paragraphs for a, b in words.SWAPS if a in p and touched.free(p)]
    if not fitting:
        return None
    old, before, after = rng.choice(fitting)
    new = old.replace(before, after, 1)
    return _replaced(truth, old, new), Edit("word", TEXT, new=new, old=old)


@edit("paragraph-added", 3)
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    fitting = [line for line in words.ADDED if line not in truth.paragraphs]
    if not fitting:
        return None
    line = rng.choice(fitting)
    at = rng.randint(0, len(truth.paragraphs))
    found = (*truth.paragraphs[:at], line, *truth.paragraphs[at:])
    return evolve(truth, paragraphs=found), Edit("paragraph-added", TEXT, new=line)


@edit("paragraph-removed", 3)
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    fitting = [p for p in truth.paragraphs if touched.free(p)]
    if len(fitting) < 3 or len(truth.paragraphs) < 5:
        return None
    line = rng.choice(fitting)
    found = tuple(p for p in truth.paragraphs if p != line)
    return evolve(truth, paragraphs=found), Edit("paragraph-removed", TEXT, old=line)


@edit("page-cell")
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    fitting = [row for row in truth.table if touched.free(row.cells[2])]
    if not fitting:
        return None
    old = rng.choice(fitting)
    content = old.cells[2] + "以及办理结果"
    new = words.Row((*old.cells[:2], content, *old.cells[3:]))
    table = tuple(new if row == old else row for row in truth.table)
    return evolve(truth, table=table), Edit("page-cell", TEXT, new=content)


# ------------------------------------------------------------ the files

REPLACED = frozenset({"attachment-replaced"})
"""Kinds by which a change within a file may be told; `revised` with the file as its document would be as good."""
FILE = REPLACED | TEXT
WITHDRAWN = frozenset({"attachment-removed", "gone"})
"""A file that the page no longer names answers 404 as well: either message is true."""


def _file(rng: Random, truth: Truth, touched: Touched, rows: int = 3) -> File | None:
    fitting = [file for file in truth.files if file.path not in touched.files and len(file.rows) >= rows]
    return rng.choice(fitting) if fitting else None


def _with(truth: Truth, old: File, new: File) -> Truth:
    return evolve(truth, files=tuple(new if file == old else file for file in truth.files))


@edit("cell", 4)
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    file = _file(rng, truth, touched)
    if not file:
        return None
    at = rng.randrange(len(file.rows))
    cells = list(file.rows[at].cells)
    cells[4] = rng.choice([f"自形成之日起{n}个工作日内公开（新）" for n in (3, 9, 12)])
    new = evolve(file, rows=(*file.rows[:at], words.Row(tuple(cells)), *file.rows[at + 1 :]))
    return _with(truth, file, new), Edit("cell", FILE, new=cells[4], file=file.path)


@edit("tick")
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    """A √ moves from 县级 to 乡级: only its column tells."""
    file = _file(rng, truth, touched)
    if not file:
        return None
    at = rng.randrange(len(file.rows))
    cells = list(file.rows[at].cells)
    cells[-2:] = ["", "√"] if cells[-2] and not cells[-1] else ["√", "" if cells[-1] else "√"]
    new = evolve(file, rows=(*file.rows[:at], words.Row(tuple(cells)), *file.rows[at + 1 :]))
    return _with(truth, file, new), Edit("tick", FILE, file=file.path)


@edit("row-added", 3)
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    file = _file(rng, truth, touched)
    if not file:
        return None
    row = words.row(rng, f"新增事项{rng.randint(10, 99)}")
    at = rng.randint(0, len(file.rows))
    new = evolve(file, rows=(*file.rows[:at], row, *file.rows[at:]))
    return _with(truth, file, new), Edit("row-added", FILE, new=row.cells[1], file=file.path)


@edit("row-removed", 3)
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    file = _file(rng, truth, touched, rows=4)
    if not file:
        return None
    row = rng.choice(file.rows)
    new = evolve(file, rows=tuple(r for r in file.rows if r != row))
    return _with(truth, file, new), Edit("row-removed", FILE, old=row.cells[2], file=file.path)


@edit("attachment-added", 3)
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    number = rng.randint(100, 999)
    file = File(f"补充目录{number}", "docx", f"/zwgk/P2026{number}.docx", words.rows(rng, 5))
    told = Edit("attachment-added", frozenset({"attachment-added"}), also=TEXT, new=file.name, file=file.path)
    return evolve(truth, files=(*truth.files, file)), told


@edit("attachment-removed")
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    file = _file(rng, truth, touched, rows=0)
    if not file:
        return None
    kept = tuple(f for f in truth.files if f != file)
    return evolve(truth, files=kept), Edit("attachment-removed", WITHDRAWN, also=TEXT, file=file.path)


@edit("attachment-replaced")
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    """Another file at another address under the same link text."""
    file = _file(rng, truth, touched)
    if not file:
        return None
    row = words.row(rng, f"替换事项{rng.randint(10, 99)}")
    path = f"/zwgk/P2027{rng.randint(1000, 9999)}.{file.format}"
    new = evolve(file, path=path, rows=(row, *file.rows[1:]))
    also = frozenset({"attachment-added", "attachment-removed"}) | TEXT
    return _with(truth, file, new), Edit("attachment-replaced", REPLACED | also, also=also, new=row.cells[1], file=path)


@edit("file-gone")
def _(rng: Random, truth: Truth, touched: Touched) -> Result:
    """The page still names the file; its address answers 404 from now on."""
    file = _file(rng, truth, touched, rows=0)
    if not file:
        return None
    return _with(truth, file, evolve(file, lost=True)), Edit("file-gone", WITHDRAWN, file=file.path)


# ------------------------------------------------------------ the document as such


def _repealed(truth: Truth, form: Repeal, said: str, replaced: bool = False) -> Result:
    if truth.repeal:
        return None
    kinds = REPEAL | {"successor"} if replaced else REPEAL
    also = frozenset({"revised", "metadata", "attachment-removed"})
    told = Edit(
        f"repealed-{form.value}", kinds, kinds - TEXT - {"metadata"}, also, new=said if replaced else "", last=True
    )
    return evolve(truth, repeal=form, words_of_repeal=said), told


@edit("repealed-stamp")
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    return _repealed(truth, Repeal.STAMP, rng.choice(("已废止", "【已失效】", "本文件已废止", "此件已宣布失效")))


@edit("repealed-heading")
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    return _repealed(truth, Repeal.HEADING, rng.choice(("（已废止）", "（已失效）", "【废止】", "（失效）")))


@edit("repealed-image")
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    return _repealed(truth, Repeal.IMAGE, rng.choice(("已废止", "已失效", "该文件已废止")))


@edit("repealed-label")
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    return _repealed(truth, Repeal.LABEL, rng.choice(("已废止", "失效", "废止", "已失效")))


@edit("repealed-sentence", 3)
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    successor = f"《演示部关于修订基层政务公开标准的通知》（演办发〔2026〕{rng.randint(1, 90)}号）"
    said = rng.choice(
        (
            "本文件已废止。",
            f"本文件已被{successor}代替，自2026年12月1日起停止执行。",
            f"根据{successor}，本通知予以废止。",
            "该文件已失效。",
        )
    )
    return _repealed(truth, Repeal.SENTENCE, said, replaced=True)


@edit("moved")
def _(rng: Random, truth: Truth, _: Touched) -> Result:
    path = f"/xxgk2026/fdzdgknr/t2026_{rng.randint(100, 999)}.html"
    return evolve(truth, path=path), Edit("moved", frozenset({"moved"}), quiet_is_enough=True)


@edit("gone", 3)
def _(_rng: Random, truth: Truth, __: Touched) -> Result:
    also = frozenset({"attachment-removed"})
    return evolve(truth, gone=True), Edit("gone", frozenset({"gone"}), also=also)
