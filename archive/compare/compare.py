"""`compare(old, new)`: what happened between two versions of a notice, typed, each thing once.

Body, metadata and attachments are compared apart, on folded text (archive/text). A thing is told by one change only:
the name of a new attachment in the body's list of attachments is no revision, a number in the text that also is
metadata no second change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from attrs import evolve, frozen

from archive import words
from archive.compare.attachments import compare_attachments
from archive.compare.files import CHOSEN, beyond_items, sides, unread_rows_told
from archive.compare.furniture import NONE, Furniture, without_furniture
from archive.compare.redline import DELETE, EQUAL, INSERT, MOVED, Op, redline
from archive.compare.rows import diff_rows
from archive.compare.sentences import NO_AREAS, describe, in_short, quoted_change, shortened, words_around
from archive.model import CATALOGUE_ROW, CELL, DIMENSIONS, PIXELS, Change, Document, Kind, RowChange
from archive.text.fold import compare_fold
from archive.text.links import link_key
from archive.text.noise import in_force, lines_without_noise
from archive.text.same import cells_of, is_attachment_line, is_row, name_key, without_serials

FIELDS = {key: words.METADATA[key] for key in words.METADATA if key not in ("title", "source", "repealed", DIMENSIONS)}
"""Metadata that is compared, with the name people know it by. Anything else on a page (its column, its source) is the
site's and no news of the notice."""
REPEALED = "repealed"
"""Metadata: the words by which a page says of itself that the document is no longer in force."""
_TOLD_WHEN_NEW = ("effective_on", "expires_on", "in_force")
"""Fields whose appearance says something; the others appear and vanish when a site is redesigned."""
_IN_FORCE = re.compile(r"(?:现行|全文|继续)?有效|现行|生效")
_DATE = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")


def compare(
    old: Document, new: Document, furniture: Furniture = NONE, areas: Mapping[str, str] = NO_AREAS
) -> list[Change]:
    """All changes from old to new; [] when a reader of both would see none. Pure.

    A page brings its attachments with their readings and digests, so one call compares the whole notice. What is known
    as `furniture` of the page is left out. `areas`: names by slug, for the sentences about rows.
    """
    changes: list[Change] = []

    def change(kind: Kind, summary: str, rows: tuple[RowChange, ...] = ()) -> Change:
        document_id = new.document_id if new.document_id is not None else old.document_id
        return Change(
            kind, summary, rows, document_id=document_id, from_version=old.version_id, to_version=new.version_id
        )

    body = _Bodies.of(old, new, furniture)
    confident = is_confident(old, new)
    if _says_repealed(new) and not _says_repealed(old):
        changes.append(change(Kind.REPEALED, f"页面注明：“{shortened(new.metadata[REPEALED])}”"))
    if old.url and new.url and link_key(old.url) != link_key(new.url):
        changes.append(change(Kind.MOVED, f"页面网址由 {old.url} 变为 {new.url}"))
    rows, sentences = _body_changes(old, new, body, areas) if confident else ((), [])
    if rows or sentences:
        changes.append(change(Kind.REVISED, in_short(sentences), rows))
    if old.metadata.get(PIXELS) != new.metadata.get(PIXELS):
        changes.append(change(Kind.REVISED, "图片已更换"))
    fields = _metadata_changes(old, new, body)
    if fields:
        changes.append(change(Kind.METADATA, in_short(fields)))
    for found in compare_attachments(old.attachments, new.attachments, partial(compare_content, areas=areas)):
        listed = found.kind in (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED)
        # without a sure body the list of links is not sure either
        changes.append(evolve(found, quiet=True, unsure=True) if listed and not confident else found)
    return changes


def is_same(old: Document, new: Document, furniture: Furniture = NONE) -> bool:
    """Whether a reader of both would see no change, however surely their bodies were found."""
    before, after = (evolve(document, confidence="high") for document in (old, new))
    return not compare(before, after, furniture)


def is_confident(old: Document, new: Document) -> bool:
    """Whether both texts were found by a rule or a known container, so that a difference may be told as a revision."""
    return old.confidence == new.confidence == "high"


def compare_content(
    old: Document, new: Document, areas: Mapping[str, str] = NO_AREAS
) -> tuple[tuple[RowChange, ...], list[str]]:
    """Rows and sentences (for people) in which two readings of a file differ; both empty when 内容未变."""
    before, after = sides(old, new)
    rows = diff_rows(old.items, new.items)
    sentences = [*describe(rows, areas), *beyond_items(before, after)]
    if before.folded != after.folded:
        sentences += text_in_words(before.plain, after.plain)
    return rows, sentences


# ---------------------------------------------------------------- the body


@frozen
class _Bodies:
    """Both texts without noise, struck words, serial numbers and lists of attachments; catalogue rows apart (these are
    in `items`)."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    old_catalogue: tuple[str, ...]
    new_catalogue: tuple[str, ...]

    @classmethod
    def of(cls, old: Document, new: Document, furniture: Furniture = NONE) -> _Bodies:
        names = {name_key(a.name) for a in (*old.attachments, *new.attachments)}
        keys = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
        sides = [_lines(without_furniture(document, furniture), keys) for document in (old, new)]
        (before, before_rows), (after, after_rows) = sides
        return cls(before, after, before_rows, after_rows)

    @property
    def same(self) -> bool:
        return compare_fold("\n".join(self.old)) == compare_fold("\n".join(self.new))


def _lines(lines: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    plain, catalogue = [], []
    counted = without_serials([in_force(line) for line in lines])
    for line, cleaned in zip(counted, lines_without_noise(counted), strict=True):
        if line.startswith(CATALOGUE_ROW):
            catalogue.append(line)
        elif is_row(line):
            plain.append(line)
        elif not is_attachment_line(line, names) and cleaned.strip():
            plain.append(cleaned)
    return tuple(plain), tuple(catalogue)


def _body_changes(
    old: Document, new: Document, body: _Bodies, areas: Mapping[str, str]
) -> tuple[tuple[RowChange, ...], list[str]]:
    rows = diff_rows(old.items, new.items) if old.items or new.items else ()
    sentences = describe(rows, areas)
    if not rows:
        sentences += _catalogue_beyond_items(body)
    if not body.same:
        sentences += text_in_words(body.old, body.new)
    return rows, sentences


def _catalogue_beyond_items(body: _Bodies) -> list[str]:
    """What changed in a catalogue's headings or in rows that could not be read as items.

    The same rows in another file format differ in repeated headings, page cuts and tick characters: these are folded.
    """
    was, now = (
        dict.fromkeys(compare_fold(line.translate(CHOSEN)) for line in lines)
        for lines in (body.old_catalogue, body.new_catalogue)
    )
    gone, come = [line for line in was if line not in now], [line for line in now if line not in was]
    before, after = (re.sub(rf"[{CELL}{CATALOGUE_ROW}]", "", "".join(lines)) for lines in (gone, come))
    return unread_rows_told(gone, come) if before != after else []


# ---------------------------------------------------------------- the body in words


def text_in_words(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The edits between two texts, one short Chinese sentence each; at least one when the folded texts differ."""
    hunks = _hunks(redline("\n".join(old), "\n".join(new)))
    heads = _table_heads((*old, *new))
    sentences = [sentence for hunk in hunks if (sentence := _hunk_in_words(hunk, heads))]
    return sentences or ["正文有改动"]


@frozen
class _Hunk:
    kind: str
    """moved | changed"""
    before: str
    after: str
    lead: str = ""
    """The unchanged words of the same line before it."""
    trail: str = ""


def _hunks(ops: Sequence[Op]) -> list[_Hunk]:
    """Edits of one line stand together; what moved is told where it stands now."""
    moves = Counter(text.strip() for op, text in ops if op == MOVED)
    hunks: list[_Hunk] = []
    index = 0
    while index < len(ops):
        op, text = ops[index]
        if op == EQUAL or (op == DELETE and moves[text.strip()]):
            index += 1
            continue
        if op == MOVED:
            hunks.append(_Hunk(MOVED, text, text))
            index += 1
            continue
        end = _line_end(ops, index)
        inside = ops[index:end]
        lead = ops[index - 1][1].rpartition("\n")[2] if index and ops[index - 1][0] == EQUAL else ""
        trail = ops[end][1].partition("\n")[0] if end < len(ops) and ops[end][0] == EQUAL else ""
        before = "".join(t for o, t in inside if o in (EQUAL, DELETE))
        after = "".join(t for o, t in inside if o in (EQUAL, INSERT))
        # with the words beside it: 5 for 05 is no edit in 3月05日
        if compare_fold(lead + before + trail) != compare_fold(lead + after + trail):
            hunks.append(_Hunk("changed", before, after, lead, trail))
        index = end
    return hunks


def _line_end(ops: Sequence[Op], index: int) -> int:
    """Past the last edit told together with that at `index`: in the same line, few words between; a table row whole."""
    end = index + 1
    while end < len(ops):
        op, text = ops[end]
        if op == MOVED:
            break
        if op == EQUAL:
            row = _in_row(ops, index)
            if "\n" in text or end + 1 >= len(ops) or (len(text) > 6 and not row):
                break
        end += 1
    while ops[end - 1][0] == EQUAL:
        end -= 1
    return end


def _in_row(ops: Sequence[Op], index: int) -> bool:
    line = "".join(text for op, text in ops[max(0, index - 40) : index] if op == EQUAL).rpartition("\n")[2]
    return is_row(line)


def _hunk_in_words(hunk: _Hunk, heads: Mapping[int, list[str]]) -> str:
    if hunk.kind == MOVED:
        return f"“{shortened(_bare(hunk.before), 30)}”移动了位置"
    before, after = hunk.before.strip("\n"), hunk.after.strip("\n")
    if is_row(hunk.lead + before) and is_row(hunk.lead + after) and "\n" not in before + after:
        return _row_in_words(hunk.lead + before + hunk.trail, hunk.lead + after + hunk.trail, heads)
    if not compare_fold(before):
        return _came_or_went("新增", after, hunk)
    if not compare_fold(after):
        return _came_or_went("删去", before, hunk)
    before, after = _bare(before), _bare(after)
    if before[-1:].isdigit() or after[-1:].isdigit():
        trail = words_around("", hunk.trail)[1][:4]
        return f"{_place(hunk)}由“{shortened(before + trail)}”改为“{shortened(after + trail)}”"
    if (
        max(len(before), len(after)) <= 3 and before.isalpha() and after.isalpha()
    ):  # one word: the ones around it name the place
        lead, trail = words_around(hunk.lead, hunk.trail)
        return f"“{lead}{before}{trail}”改为“{lead}{after}{trail}”"
    return f"{_place(hunk)}由“{shortened(before)}”改为“{shortened(after)}”"


def _came_or_went(verb: str, text: str, hunk: _Hunk) -> str:
    if is_row(text):
        return f"表格{verb}一行“{shortened(_bare(text), 30)}”"
    return f"{_place(hunk)}{verb}“{shortened(_bare(text))}”"


_OPENING = re.compile(r"^[，。；、：）”》\s]+")


def _place(hunk: _Hunk) -> str:
    lead = _OPENING.sub("", re.split("[。；]", _bare(hunk.lead)[-12:].rstrip("。；"))[-1])
    return f"“{lead}”后" if lead else "正文"


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[│┃]", " ", text).split())


def _table_heads(lines: Sequence[str]) -> dict[int, list[str]]:
    """Number of columns → the heads of a table of that width, to name a cell by its column."""
    heads: dict[int, list[str]] = {}
    previous = ""
    for line in lines:
        if is_row(line) and not is_row(previous):
            cells = cells_of(line)
            heads.setdefault(len(cells), cells)
        previous = line
    return heads


def _row_in_words(before: str, after: str, heads: Mapping[int, list[str]]) -> str:
    old, new = cells_of(before), cells_of(after)
    named = next((cell for cell in old if len(compare_fold(cell)) > 1), "") or next(iter(old), "")
    row = f"表格“{shortened(named, 24)}”一行"
    if len(old) != len(new):
        return f"{row}由“{shortened(_bare(before))}”改为“{shortened(_bare(after))}”"
    columns = heads.get(len(old), [])
    parts = []
    for n, (was, now) in enumerate(zip(old, new, strict=True)):
        if compare_fold(was) != compare_fold(now):
            name = columns[n].strip() if n < len(columns) and columns[n].strip() else f"第{n + 1}列"
            parts.append(name + quoted_change(was, now))
    return row + "，".join(parts) if parts else ""


# ---------------------------------------------------------------- metadata


def _metadata_changes(old: Document, new: Document, body: _Bodies) -> list[str]:
    """Sentences such as 时效状态由“有效”改为“失效”."""
    told_by_text = not body.same and is_confident(old, new)
    texts = compare_fold("\n".join(body.old)), compare_fold("\n".join(body.new))
    sentences = []
    if _says_repealed(old) and not _says_repealed(new):
        sentences.append(f"页面不再注明“{shortened(old.metadata[REPEALED])}”")
    for field, name in FIELDS.items():
        if field == "in_force" and _says_repealed(new) and not _says_repealed(old):
            continue  # told as the repeal
        was, now = (_value(field, document.metadata.get(field, "")) for document in (old, new))
        if compare_fold(was) == compare_fold(now) or not now:
            continue
        if not was:
            if field in _TOLD_WHEN_NEW and not (field == "in_force" and _IN_FORCE.fullmatch(compare_fold(now))):
                sentences.append(f"{name}标明为“{now}”")
            continue
        if told_by_text and _written(was, texts[0]) and _written(now, texts[1]):
            continue
        sentences.append(f"{name}由“{shortened(was)}”改为“{shortened(now)}”")
    return sentences + _title_change(old, new, texts, told_by_text)


def _title_change(old: Document, new: Document, texts: tuple[str, str], told_by_text: bool) -> list[str]:
    was, now = compare_fold(old.title), compare_fold(new.title)
    if not was or not now or was == now:
        return []
    if told_by_text and was in texts[0] and now in texts[1]:
        return []
    short, long = sorted((was, now), key=len)
    # a site that adds its own name to <title> says nothing about the notice
    if long.startswith(short) and re.match(r"[-_|·]", long[len(short) :]):
        return []
    if long.endswith(short) and re.search(r"[-_|·:]$", long[: -len(short)]):
        return []
    return [f"标题由“{shortened(old.title)}”改为“{shortened(new.title)}”"]


def _value(field: str, value: str) -> str:
    """Dates as days: the time of day and the way a date is written are the site's."""
    found = _DATE.search(value) if field.endswith("_on") else None
    if found:
        return "{}-{:02}-{:02}".format(*(int(part) for part in found.groups()))
    return " ".join(value.split())


def _says_repealed(document: Document) -> bool:
    return bool(document.metadata.get(REPEALED))


def _written(value: str, text: str) -> bool:
    found = _DATE.fullmatch(value)
    if found:
        year, month, day = (int(part) for part in found.groups())
        return compare_fold(value) in text or f"{year}年{month}月{day}日" in text
    return compare_fold(value) in text
