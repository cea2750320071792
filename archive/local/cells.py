"""The cells of a local row against those of the national row it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import frozen

from archive.compare.rows import original
from archive.local.basis import cited, older
from archive.local.bodies import bodies_of, covers, inner_unit
from archive.local.deadlines import limit_of, weigh
from archive.local.match import elements_of, name_of
from archive.local.result import Deviation, Kind, Note
from archive.model import Item
from archive.text.fold import compare_fold
from archive.words.columns import GROUPS, LEVELS, NAMES

Outdated = Callable[[str], Iterable[tuple[str, str]]]
"""The register of laws: 公开依据 in, (printed, sentence) of each citation that names an older text, or one repealed."""
_SAME_CHANNELS = {"政务新媒体": "两微一端", "政务微博微信": "两微一端", "两微一端政务新媒体": "两微一端"}
_EMPTY = frozenset("-—/\\无")


@frozen
class Has:
    """What the local tables can say at all: columns that hold anything, and whose tier they are."""

    columns: frozenset[str]
    township: bool = False
    """A township's own catalogue: it names its own office only."""


def compare_cells(
    national: Item, local: Item, has: Has, outdated: Outdated | None
) -> tuple[list[Deviation], list[Note]]:
    deviations: list[Deviation] = []
    notes: list[Note] = []
    for column, check in _CHECKS.items():
        if column in has.columns:
            for found in check(national, local, has):
                (deviations if isinstance(found, Deviation) else notes).append(found)  # type: ignore[arg-type]
    if "basis" in has.columns:
        deviations += _basis(national, local, outdated)
        notes += _spelled("basis", national.basis, local.basis)
    for group in ("level", "audience", "method"):
        deviations += _flags(group, national, local)
    notes += _names(national, local)
    notes += _content(national, local) if "content" in has.columns else []
    told = {deviation.column for deviation in deviations}
    return deviations, [note for note in notes if note.column not in told]


Found = Iterable[Deviation | Note]


def _time(national: Item, local: Item, has: Has) -> Found:
    theirs, ours = limit_of(national), limit_of(local)
    printed = national.time_limit, local.time_limit
    if not printed[0] or compare_fold(printed[0]) == compare_fold(printed[1]):
        return
    order = weigh(theirs, ours)
    lasting = "展示期限" if theirs.lasting else "公开时限"
    if order in ("longer", "shorter"):
        kind, word = (Kind.LONGER, "长") if order == "longer" else (Kind.SHORTER, "短")
        yield Deviation(kind, "time_limit", *printed, f"{lasting}比国家标准{word}")
    elif order == "unclear":
        says = "没有写公开时限" if not _words(printed[1]) else "公开时限与国家标准写法不同，不能确定长短"
        yield Deviation(Kind.DOUBTFUL, "time_limit", *printed, says)
    else:
        yield from _spelled("time_limit", *printed)


def _channels(national: Item, local: Item, has: Has) -> Found:
    theirs, ours = map(_channel_names, (national.channels, local.channels))
    printed = "、".join(national.channels), "、".join(local.channels)
    missing = [name for name in theirs if name not in ours]
    if missing and not ours and _words(original(local, "channels")):
        yield Deviation(Kind.DOUBTFUL, "channels", printed[0], original(local, "channels"), "没有认出选中的渠道")
    elif missing:
        yield Deviation(Kind.CHANNEL, "channels", *printed, f"缺少渠道：{'、'.join(missing)}")
    elif more := [name for name in ours if name not in theirs]:
        yield Note("channels", *printed, f"比国家标准多：{'、'.join(more)}")
    elif set(national.channels) != set(local.channels):
        yield Note("channels", *printed)


def _channel_names(channels: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(_SAME_CHANNELS.get(compare_fold(name), name) for name in channels))


def _subject(national: Item, local: Item, has: Has) -> Found:
    printed = national.subject, local.subject
    bodies = bodies_of(national.subject)
    if not bodies or compare_fold(printed[0]) == compare_fold(printed[1]):
        return
    if not _words(local.subject):
        yield Deviation(Kind.SUBJECT, "subject", *printed, "没有写公开主体")
        return
    missing = [body for body in bodies if not covers(local.subject, body)]
    if len(missing) == len(bodies):
        if not has.township:
            yield Deviation(Kind.DOUBTFUL, "subject", *printed, "公开主体与国家标准写法不同，不能确定是否同一机关")
        return
    if missing and not has.township:
        says = f"缺少公开主体：{'、'.join(body.printed for body in missing)}"
        yield Deviation(Kind.SUBJECT, "subject", *printed, says)
    elif inner := next(filter(None, (inner_unit(local.subject, body) for body in bodies)), ""):
        yield Deviation(Kind.SPECIFIC, "subject", *printed, f"公开主体具体到内设机构：{inner}")
    else:
        yield from _spelled("subject", *printed)


_CHECKS: dict[str, Callable[[Item, Item, Has], Found]] = {
    "time_limit": _time,
    "channels": _channels,
    "subject": _subject,
}


def _basis(national: Item, local: Item, outdated: Outdated | None) -> list[Deviation]:
    printed = national.basis, local.basis
    told: dict[str, str] = dict(outdated(local.basis)) if outdated else {}
    by_title = {one.title: one for one in cited(national.basis)}
    for one in cited(local.basis):
        if (other := by_title.get(one.title)) and older(one, other):
            told.setdefault(one.printed, f"{one.printed}早于国家标准所列的{other.printed}")
    return [Deviation(Kind.BASIS, "basis", *printed, "；".join(told.values()))] if told else []


_GROUP_KINDS = {"level": Kind.LEVEL, "audience": Kind.AUDIENCE, "method": Kind.METHOD}
_FLAGS = {
    "level": LEVELS,
    "audience": {"audience_all": "全社会", "audience_specific": "特定群体"},
    "method": {"proactive": "主动", "on_request": "依申请"},
}


def _flags(group: str, national: Item, local: Item) -> list[Deviation]:
    """Only flags that both tables have are compared."""
    names = _FLAGS[group]
    pairs = {flag: (getattr(national, flag), getattr(local, flag)) for flag in names}
    known = {flag: pair for flag, pair in pairs.items() if None not in pair}
    if all(one == other for one, other in known.values()):
        return []
    theirs, ours = ("、".join(names[flag] for flag, pair in known.items() if pair[side]) or "未选" for side in (0, 1))
    says = f"{GROUPS[group]}与国家标准不同"
    if not any(pair[1] for pair in known.values()):
        return [Deviation(Kind.DOUBTFUL, group, theirs, ours, f"{GROUPS[group]}没有勾选")]
    return [Deviation(_GROUP_KINDS[group], group, theirs, ours, says)]


def _names(national: Item, local: Item) -> list[Note]:
    found = [
        note
        for level in ("level1", "level2")
        for note in _spelled(level, getattr(national, level), getattr(local, level))
    ]
    return found if name_of(national.level1, national.level2) else []


def _content(national: Item, local: Item) -> list[Note]:
    theirs, ours = elements_of(national.content), elements_of(local.content)
    if theirs == ours:
        return _spelled("content", national.content, local.content)
    whole = "".join(ours)
    missing = [part for part in theirs if part not in whole]
    says = f"国家标准所列要素中没有找到：{'、'.join(missing)}" if missing else "要素的写法或顺序不同"
    return [Note("content", national.content, local.content, says)]


def _spelled(column: str, national: str, local: str) -> list[Note]:
    """A note when two cells that are taken for the same are spelled otherwise."""
    if not national or not _words(local) or compare_fold(national) == compare_fold(local):
        return []
    return [Note(column, national, local)]


def _words(text: Any) -> str:
    return "".join(char for char in compare_fold(str(text)) if char not in _EMPTY)


def label(column: str) -> str:
    """What people call the column of a deviation."""
    return NAMES.get(column, "") or GROUPS.get(column, column)
