"""What a printed basis cites: the documents in their order, with number, year of the text and articles.

A document is resolved only when its title, or its number, is that of one entry of the register: exactly, apart from
《》, 中华人民共和国 and blanks. Whatever else is printed stays as it is. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from attrs import define, evolve, field, frozen

from archive.laws.register import Entry, Register, State
from archive.laws.titles import arabic, chinese, folded, number_key
from archive.text.late import late

_BEGINS = late(r"^[\s\u3000]*(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五])?)(?=[\s\u3000]|$)")
_HEADING = late(r"^[\s\u3000]*第[一二三四五六七八九十百千零〇]+[编章节](?=[\s\u3000]|$)")
_CITED = late(r"第[一二三四五六七八九十百千零]+条(?:之[一二三四五])?")
_N = r"[一二三四五六七八九十百千零〇\d]+"
_LIST = rf"{_N}(?:[、，,和]{_N})*"
_TO = r"(?:至|到|[-—–－~～]+)"
_TITLE = late(r"《((?:[^《》]|《[^《》]*》)+)》")
_AFTER = late(r"(?:的)?(实施细则|实施条例|实施办法)")
_RULES = late(r"(?:及其?|和其?|与其)(实施细则|实施条例|实施办法)")
_THAT = late(r"(?:该|本|上述)(?:法|条例|办法|规定|细则)(?=第)")
_BRACKETS = late(r"\s*[（(]((?:[^（()）]|[（(][^（()）]*[)）])*)[)）]")
_NUMBER = late(
    rf"[\u4e00-\u9fff、]{{1,20}}?令第?{_N}号|[\u4e00-\u9fff]{{1,14}}公告\d{{4}}年第\d+号"
    r"|[\u4e00-\u9fff]{1,14}[〔\[［（(【]\d{4}年?[〕\]］）)】]第?\d+号"
)
_ARTICLE = late(
    rf"第(?P<first>{_LIST})条?{_TO}第?(?P<last>{_N})条|第(?P<list>{_LIST})条(?:之[一二三四五])?"
    rf"(?:第(?P<parts>{_LIST})款)?(?:第?[（(]?(?P<points>{_LIST})[)）]?项)?|第(?P<alone>{_LIST})款"
)
_SHORT = late(r"以下(?:统|并)?(?:简称|称)(?:为)?[：:]?[《“\"]?([^《》“”\"，,；;]+)")
_YEAR = late(r"((?:19|20)\d{2})年?(?:\d{1,2}月\d{1,2}日)?[^，,；;]*?(?:修正|修订|修改|公布|发布|通过|施行|版)")
_TRAILING = late(r"（(?:((?:19|20)\d{2})年?(?:第[一二三四五六]次)?(?:修正|修订|修改|版)+[本版]?|修正|修订|最新修订)）$")
_HAN = late(rf"[\u4e00-\u9fff（）]+?(?=第{_LIST}(?:条|款|至)|[^\u4e00-\u9fff（）]|$)")
_LEAD = late(r"^(?:根据|依据|按照|依照|参照|以及|和|及|与)")
_KIND = late(r"(?:法|条例|规定|办法|通知|意见|细则|决定|规划|方案|纲要|规范|标准|指引|规则|公告|文件)$")
_NO_TITLE = late(r"^(?:的|等|之|有关|相关|其他)")
_OTHERS = late(r"^(?:有关|相关|其他|上级).*(?:文件|政策|法规|规定|要求|通知)$")
_GENERIC = late(r"^(?:暂行|试行|实施|管理)?(?:法|条例|办法|规定|细则|意见|通知|方案|规则|纲要|指引)(?:（试行）)?$")
_CENTRAL = late(r"^(?:中共中央|国务院|中央)?(?:办公厅|国务院办公厅|国务院)*(?=关于)")
_ISSUED = late(r"(?:印发|转发|发布)《?(.+?)》?的通知$")


@frozen
class Citation:
    """One document that a basis cites."""

    printed: str
    title: str = ""
    """Of the register's entry; '' when it is none that we know, or not clear which."""
    number: str = ""
    year: str = ""
    """The year or revision that is named with it."""
    articles: tuple[str, ...] = ()
    name: str = field(default="", eq=False)
    """The printed title, folded."""


@frozen(slots=False)
class Resolver:
    """Finds entries of a register by what is printed."""

    register: Register

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        """Every name → title; '' where two entries share it."""
        names: dict[str, str] = {}
        for title, entry in self.register.items():
            shorter = re.sub(r"^[^关]{2,20}(?=关于)", "", title)
            for name in {*entry.aliases, *([shorter] if len(shorter) > 8 else [])} - {title}:
                names[name] = "" if names.get(name, title) != title else title
        return names | {title: title for title in self.register}

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        numbers: dict[str, str] = {}
        for title, entry in self.register.items():
            for key in {number_key(number) for number in entry.numbers}:
                numbers[key] = "" if numbers.get(key, title) != title else title
        return numbers

    def by_title(self, name: str) -> str:
        """`name` is folded; '' when no one entry has it."""
        plain = _TRAILING.sub("", name)
        issued = _ISSUED.search(plain)
        for candidate in (plain, _CENTRAL.sub("", plain), *([folded(issued[1])] if issued else [])):
            if found := self._titles.get(candidate, ""):
                return found
        return ""

    def by_number(self, number: str) -> tuple[str, str]:
        """(title, the number itself): a word that stands before the number may have been taken with it."""
        number = re.sub(r"^.*(?:根据|依据|按照|依照|日)", "", number)
        for start in range(max(1, len(number) - 6)):
            if title := self._numbers.get(number_key(number[start:]), ""):
                return title, number[start:].removeprefix("中华人民共和国")
        return "", number.removeprefix("中华人民共和国")

    def find(self, basis: str, defined: dict[str, str] | None = None) -> list[Citation]:
        """All that a basis cites. `defined` holds the short names (以下简称) of the table so far and takes new ones."""
        text = re.sub(r"[\s\u3000]+", "", basis) if "《" in basis else basis.strip()
        reading = _Reading(self, text, {} if defined is None else defined)
        found = reading.read()
        return found or ([Citation(basis.strip())] if basis.strip() else [])


@define
class _Reading:
    """One basis, read from left to right."""

    resolver: Resolver
    text: str
    defined: dict[str, str]
    found: list[Citation] = field(factory=list)
    at: int = 0
    end: int = -1
    """Where the last citation ended, with what belongs to it."""

    def read(self) -> list[Citation]:
        while self.at < len(self.text):
            if not any(step(self) for step in (_title, _that, _rules, _article, _number, _bare)):
                self.at += 1
        return self.found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def cite(self, citation: Citation) -> None:
        self.found.append(citation)
        self.end = self.at

    def change(self, **values: object) -> None:
        """What follows belongs to the last citation."""
        self.found[-1] = evolve(self.found[-1], **values)  # type: ignore[arg-type]
        self.end = self.at


def _title(reading: _Reading) -> bool:
    match = reading.match(_TITLE)
    if not match:
        return False
    after = reading.match(_AFTER)
    printed = match[0] + (after[1] if after else "")
    name = folded(match[1] + (after[1] if after else ""))
    year = _TRAILING.search(name)
    title = reading.defined.get(name) or _short(reading, name)
    reading.cite(Citation(printed, title, "", (year and year[1]) or "", (), name))
    while brackets := reading.match(_BRACKETS):
        _inside(reading, brackets[1])
    return True


def _short(reading: _Reading, name: str) -> str:
    """《条例》 is the one document of that kind, if only one, that the same basis has named before. Where none has,
    it may still be what the operator calls so."""
    if not _GENERIC.match(name):
        return reading.resolver.by_title(name)
    before = {c.name: c.title for c in reading.found if c.name.endswith(name) and not _GENERIC.match(c.name)}
    if not before:
        return reading.resolver.by_title(name)
    return next(iter(before.values())) if len(before) == 1 else ""


def _inside(reading: _Reading, said: str) -> None:
    """Brackets after a title: number, year of the text, a short name."""
    last = reading.found[-1]
    short = _SHORT.search(said)
    if short:
        if last.title:
            reading.defined[folded(short[1])] = last.title
        said = said[: short.start()]
    number = _NUMBER.search(said)
    year = _YEAR.search(said)
    if year and not last.year:
        reading.change(year=year[1])
    if number:
        _take_number(reading, number[0])
    reading.end = reading.at


def _take_number(reading: _Reading, printed: str) -> None:
    last = reading.found[-1]
    title, number = reading.resolver.by_number(printed)
    if last.title and last.title != title and last.title.find("关于") >= 0:
        # a title such as 关于…的意见 may be that of anybody: the number tells
        reading.change(number=number, title="" if reading.resolver.register[last.title].numbers else last.title)
    else:
        reading.change(number=number, title=last.title or title)


def _that(reading: _Reading) -> bool:
    if not reading.found or not (match := reading.match(_THAT)):
        return False
    last = reading.found[-1]
    reading.cite(Citation(match[0], last.title, name=last.name))
    return True


def _rules(reading: _Reading) -> bool:
    """《招标投标法》及其实施条例."""
    if not reading.found or reading.end != reading.at or not (match := reading.match(_RULES)):
        return False
    name = reading.found[-1].name + match[1]
    reading.cite(Citation(match[0], reading.resolver.by_title(name), name=name))
    return True


def _article(reading: _Reading) -> bool:
    match = reading.match(_ARTICLE)
    if match and reading.found:
        reading.change(articles=(*reading.found[-1].articles, *_articles(match)))
    return bool(match)


def _articles(match: re.Match[str]) -> Iterator[str]:
    if match["first"]:
        *single, first = _numbers(match["first"])
        yield from (f"第{number}条" for number in single)
        yield f"第{first}条至第{chinese(arabic(match['last']))}条"
        return
    if match["alone"]:
        yield from (f"第{number}款" for number in _numbers(match["alone"]))
        return
    *single, last = _numbers(match["list"])
    yield from (f"第{number}条" for number in single)
    article = re.search(r"条(之[一二三四五])?", match[0])
    last = f"第{last}条" + ((article and article[1]) or "")
    parts = [f"{last}第{number}款" for number in _numbers(match["parts"] or "")] or [last]
    yield from parts[:-1]
    points = _numbers(match["points"] or "")
    yield from (f"{parts[-1]}第{number}项" for number in points) if points else parts[-1:]


def _numbers(text: str) -> list[str]:
    return [chinese(arabic(one)) for one in re.split(r"[、，,和]", text) if one]


def _number(reading: _Reading) -> bool:
    """A number outside of brackets: of the title just before it, or a document by its number alone."""
    start = reading.at
    match = reading.match(_NUMBER)
    if not match:
        return False
    if reading.found and reading.end == start and not reading.found[-1].number:
        _take_number(reading, match[0])
        return True
    title, number = reading.resolver.by_number(match[0])
    reading.cite(Citation(match[0], title, number))
    return True


def _bare(reading: _Reading) -> bool:
    """A title without 《》: one of the register, or what is at least called as a document is."""
    match = reading.match(_HAN)
    if not match:
        return False
    words = _LEAD.sub("", match[0])
    name = folded(words)
    title = reading.resolver.by_title(name)
    is_one = len(name) > 4 and _KIND.search(name) and not _NO_TITLE.match(name)
    if title or is_one or _OTHERS.search(name):
        reading.cite(Citation(words, title, name=name))
    return True


# ---------------------------------------------------------------- the text of an article


def article_of(text: str, cited: str) -> str:
    """The article that a citation names: 第八条第二款 gives the whole of 第八条, a range its first.

    '' where the text has none of that number."""
    wanted = _CITED.match(cited)
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        start = _BEGINS.match(line)
        if start:
            inside = wanted is not None and start[1] == wanted[0]
        elif _HEADING.match(line):
            inside = False
        if inside:
            kept.append(line.strip())
    return "\n".join(kept)


# ---------------------------------------------------------------- what is outdated


# What a printed basis names that is no longer the text in force: for tables that are in no archive.
def outdated(register: Register, day: str) -> Callable[[str], list[tuple[str, str]]]:
    """公开依据 → (as printed, a sentence) of each citation that is repealed on a day, or names an older text by its
    year. A citation that names no text is never outdated by a newer one; nor is one with the number of the order that
    first made it (国务院令第649号), which it keeps when it is amended."""
    resolver = Resolver(register)

    def of(basis: str) -> list[tuple[str, str]]:
        found = ((citation, register.get(citation.title)) for citation in resolver.find(basis))
        said = ((citation.printed, _says(citation, entry, day)) for citation, entry in found if entry)
        return [(printed, says) for printed, says in said if says]

    return of


def _says(citation: Citation, entry: Entry, day: str) -> str:
    name = citation.printed
    if entry.state(day) is State.REPEALED:
        return f"{name}已于 {entry.repealed} 废止"
    newest = entry.in_force(day)
    if newest is None:
        return ""
    year = re.search(r"(?:19|20)\d{2}", citation.year)
    older = year is not None and year[0] < newest.date[:4] and any(t.date[:4] == year[0] for t in entry.texts)
    return f"{name}已有 {newest.date} 的新文本" if older else ""
