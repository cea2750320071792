"""Drafts become items: marks to flags, channels to names, time limits to deadlines, doubled numbers to one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from archive.model import Item
from archive.text.numbers import han_count
from archive.words.columns import FLAGS, NAMES
from crawler.reading.catalogue.channels import Habit, habit, read_channels
from crawler.reading.catalogue.drafts import SINGLE_GROUPS, Draft
from crawler.reading.catalogue.lattice import squeeze
from crawler.reading.catalogue.marks import CHOSEN, UNCHOSEN, plain, read_mark

_CJK = r"[\u2e80-\u9fff\uf900-\ufaff、，。；：？！（）《》〈〉“”【】〔〕]"
_LAYOUT = re.compile(rf"(?<={_CJK})\s+(?={_CJK})")
_HABIT_NOTES = {
    Habit.BOXED: "渠道列只有空框、没有选中标记：按框在所用渠道之前理解",
    Habit.UNBOXED: "渠道列的选中标记已丢失：按无框的渠道已选理解",
    Habit.EMPTY: "渠道列只有空框：选中标记可能在转换中丢失",
    Habit.BARE: "渠道列没有任何标记：按列出的渠道全部已选理解",
}
_PARTS = {
    "audience": (
        ("audience_all", r"全社会|社会公众|不特定|公众"),
        ("audience_specific", r"(?<!不)特定|申请人|当事人|相对人|服务对象"),
    ),
    "method": (("proactive", r"主动"), ("on_request", r"依申请|申请公开")),
    "level": (("county", r"县|旗|(?<!社)区|市"), ("township", r"乡|镇|街")),
}  # fmt: skip


def make_items(drafts: Sequence[Draft]) -> tuple[list[Item], dict[int, list[str]]]:
    """Items in order, and notes on each run of tables (a table with those that continue it)."""
    habits: dict[int, Habit] = {}
    notes: dict[int, list[str]] = {}
    for run in dict.fromkeys(draft.run for draft in drafts):
        mine = [draft for draft in drafts if draft.run == run]
        habits[run] = habit(draft.texts.get("channels", "") for draft in mine)
        listed = any(draft.texts.get("channels") for draft in mine)
        notes[run] = [_HABIT_NOTES[habits[run]]] if listed and habits[run] in _HABIT_NOTES else []
    return [_item(position, draft, habits[draft.run]) for position, draft in enumerate(drafts, 1)], notes


def _item(position: int, draft: Draft, column: Habit) -> Item:
    texts, original, review = draft.texts, dict(draft.original), list(draft.notes)
    more: dict[str, Any] = {}
    serial = _serial(texts.get("serial", ""))
    if serial != texts.get("serial", ""):
        original.setdefault("serial", texts["serial"])
    levels = {}
    for role in ("level1", "level2", "level3"):
        levels[role] = _LAYOUT.sub("", texts.get(role, ""))
        if levels[role] != texts.get(role, "") and role not in draft.inferred:
            original.setdefault(role, texts[role])
    listed = texts.get("channels", "")
    channels = read_channels(listed, column)
    if listed:
        original.setdefault("channels", listed)
    if channels.doubt:
        review.append(channels.doubt)
    flags = _flags(draft, original, more, review)
    if levels["level3"]:
        more["level3"] = levels["level3"]
    if deadline := read_deadline(texts.get("time_limit", "")):
        more["deadline"] = deadline
    more["place"] = {
        "table": draft.place.table, "page": draft.place.page, "sheet": draft.place.sheet, "row": draft.row + 1
    }  # fmt: skip
    if draft.inferred:
        more["inferred"] = list(draft.inferred)
    if original:
        more["original"] = original
    if draft.extra:
        more["extra"] = draft.extra
    return Item(
        position=position,
        serial=serial,
        level1=levels["level1"],
        level2=levels["level2"],
        content=texts.get("content", ""),
        basis=texts.get("basis", ""),
        time_limit=texts.get("time_limit", ""),
        subject=texts.get("subject", ""),
        channels=channels.chosen,
        **flags,
        area=draft.area,
        review="；".join(dict.fromkeys(review)),
        more=more,
    )


def _flags(draft: Draft, original: dict[str, str], more: dict[str, Any], review: list[str]) -> dict[str, bool | None]:
    flags: dict[str, bool | None] = dict.fromkeys(FLAGS)
    texts = draft.texts
    for role in FLAGS:
        if role not in texts:
            continue
        text = texts[role]
        mark = read_mark(text, (*draft.labels(role), NAMES[role]))
        flags[role] = mark.value
        if text and text != "√":
            original.setdefault(role, text)
        if role == "audience_specific" and mark.value and mark.words:
            more["audience_specific"] = mark.words
        elif mark.doubtful:
            review.append(f"“{NAMES[role]}”列的“{mark.words[:20]}”看不出是否选中，按选中计")
    for group in SINGLE_GROUPS:
        if group in texts:
            _single(group, texts[group], flags, original, review)
    return flags


def _single(group: str, text: str, flags: dict[str, bool | None], original: dict[str, str], review: list[str]) -> None:
    """One column for a whole group: the words in the cell say which part is meant, with ■□ in front or without."""
    if not text:
        return
    original.setdefault(group, text)
    line = squeeze(plain(text))
    marked = any(char in CHOSEN for char in line)
    found = False
    for role, words in _PARTS[group]:
        hit = re.search(rf"([{CHOSEN}{UNCHOSEN}口]?)(?:{words})", line)
        if flags[role] is None:
            flags[role] = bool(hit) and (not marked or (hit is not None and hit[1] in CHOSEN and hit[1] != ""))
        found = found or bool(hit)
    if not found:
        for role, _ in _PARTS[group]:
            flags[role] = None
        review.append(f"“{NAMES[group]}”列的“{text[:20]}”看不懂")


def _serial(text: str) -> str:
    """One number where the cell has it twice (`0505 / 05` is entry 5 of area 05)."""
    parts = [part for part in re.split(r"[\s/／]+", text) if part]
    if len(parts) == 2 and parts[0] != parts[1] and parts[0].endswith(parts[1]):
        return parts[1]
    if len(parts) == 2 and parts[0] == parts[1]:
        return parts[0]
    return "".join(parts) if len(parts) > 1 and all(part.isdecimal() for part in parts) and "\n" in text else text


# ---------------------------------------------------------------- deadlines

# 公开时限 as a structured deadline, where it can be read; the verbatim text stays in `time_limit`.
_NUMBER = r"(\d+|[零〇一二两三四五六七八九十百]+)"
_UNITS = {
    "个工作日": "工作日", "工作日": "工作日", "个工作天": "工作日", "工作天": "工作日",
    "个自然日": "自然日", "自然日": "自然日", "日历日": "自然日", "个日历日": "自然日", "天": "自然日", "日": "自然日",
    "个小时": "小时", "小时": "小时", "个月": "月", "周": "周", "个星期": "周", "年": "年", "分钟": "分钟",
}  # fmt: skip
_COUNTER = {"工作日": "个", "自然日": "个", "月": "个"}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
# never the day of a date (3月31日) or the number of a law (第711号)
_COUNTED = re.compile(rf"(?<![\d年月.〔\[第零〇一二两三四五六七八九十百]){_NUMBER}(?:\([^()]*\))?({_UNIT})(?!期间|常)")
_MOST_YEARS = 30
_LONGEST = 1_000
_LASTS = re.compile(
    r"(?:公告|公示|公布|公开|展示)(?:期限?|时间|时长)?(?:应当?)?(?:为|不|至|满|持续|期$|期限$|时间$)[^,，。;；]{0,4}$"
    r"|不(?:得?少|低|短)于$|至少$"
)
_REPEATED = re.compile(
    r"(?:每|次|当|本)(?:半年|季度?|年度?|月|周|日)(?:的)?"
    r"(?:第?[\d一二三四]季度)?(?:\d{1,2}月份?|[一二三四五六七八九十]+月份?)?(?:\d{1,2}[日号]|[上中下]旬|月?[底末初])?(?:之前|以前|前|内)?"
)
_EVENTS = (
    re.compile(r"(?:自|从|在)?([^,;。:()自从]{2,40}?)(?:之日|当日|之时)(?:起|后|内)"),
    re.compile(r"(?:自|从|在)([^,;。:()]{2,40}?)(?:后|起)(?:的)?(?:\d|[一二三四五六七八九十])"),
    re.compile(r"^([^,;。:()\d一二三四五六七八九十]{2,30}?)(?:后|起)(?:的)?(?:\d|[一二三四五六七八九十])"),
)
# at once, in the words people use for it; then what has no date at all
_WORDS = (
    "实时",
    "即时",
    "立即",
    "第一时间",
    "及时",
    "随时",
    "当日",
    "当天",
    "适时",
    "长期",
    "常年",
    "动态",
    "定期",
    "提前",
)
_SAME = {"立即": "即时", "当天": "当日", "常年": "长期"}


def read_deadline(text: str) -> dict[str, Any] | None:
    """What a time limit says, None when it cannot be read.

    {"count": 20, "unit": "工作日", "event": "信息形成", "label": "20个工作日"}; without count and unit where words
    say it (及时, 每年3月底前); with "duration": True where it says how long to show something, not by when.
    """
    line = squeeze(text[:_LONGEST])
    if not line:
        return None
    event = _event(line)
    also = {"event": event} if event else {}
    lasting: dict[str, Any] | None = None
    for found in _COUNTED.finditer(line):
        count, unit = han_count(found[1]), _UNITS[found[2]]
        if not count or (unit == "年" and count > _MOST_YEARS):
            continue
        label = f"{count}{_COUNTER.get(unit, '')}{unit}"
        before = line[max(0, found.start() - 14) : found.start()]
        if not (how := _LASTS.search(before)):
            return {"count": count, "unit": unit, "label": label} | also
        least = re.search(r"[少低短]于$|至少$", how[0])
        if lasting is None:
            label = ("不少于" if least else "公示") + label
            lasting = {"count": count, "unit": unit, "label": label, "duration": True} | also
    if (repeated := _REPEATED.search(line)) and len(repeated[0]) > 2 - repeated[0].startswith("每"):
        return {"label": repeated[0]} | also
    for word in _WORDS:
        if word in line:
            return {"label": _SAME.get(word, word)} | also
    return lasting


def _event(line: str) -> str:
    for pattern in _EVENTS:
        if found := pattern.search(line):
            event = re.sub(r"^(?:应当|应|须|在|于|自|从)", "", found[1])
            if event and not re.fullmatch(r"[\d个工作日]+", event):
                return event
    return ""
