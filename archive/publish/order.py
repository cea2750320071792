"""A catalogue as an office orders it, which rows and how they look, and the address that says so.

The address stays under 4 kB, so it can be sent to a colleague. A form sends the same with a parameter a tick
(`area`, `column`, `blank`, `r`); `Order.query` is the short way to write it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import evolve, field, frozen

from archive.publish import choice as choices
from archive.publish.choice import Choice, ChoiceError, Picked
from archive.publish.layout import PAPERS
from archive.publish.workbook import BLANKS, Print
from archive.words.columns import CATALOGUE, LEVELS

LONGEST = 4_000
"""Bytes of a query."""
OFFICE = 40
"""Characters of an office's name."""
_FIELDS = {column.field: column.name for column in CATALOGUE}
_OF_A_FORM = ("area", "column", "blank", "r", "seen")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

Values = Mapping[str, Sequence[str]]
"""The parameters of an address, each as often as it was given."""


@frozen
class Order:
    choice: Choice = field(factory=Choice)
    how: Print = field(factory=Print)
    rows: int | None = None
    """How many rows were chosen when the address was made."""
    from_form: bool = False
    """Not written as `query` writes it."""

    @property
    def query(self) -> str:
        """Raises ChoiceError where it would be longer than LONGEST."""
        values = {
            "areas": ".".join(self.choice.areas),
            "level": self.choice.level,
            "office": self.how.office,
            "paper": self.how.paper,
            "columns": ".".join(self.how.columns),
            "blanks": ".".join(self.how.blanks),
            "rows": choices.written({s: p for s, p in self.choice.picked.items() if s in self.choice.areas}),
            "n": "" if self.rows is None else str(self.rows),
        }
        query = urlencode({name: value for name, value in values.items() if value})
        if len(query) > LONGEST:
            raise ChoiceError(
                f"零散勾选的事项太多，一个地址放不下（最多 {LONGEST:,} 字节）。请少剔除一些，或者分几次、按领域编制。"
            )
        return query

    def counted(self, connection: sqlite3.Connection) -> Order:
        counts = self.choice.picked_of(connection, self.choice.count(connection))
        return evolve(self, rows=sum(counts.values()))


def parse(connection: sqlite3.Connection, values: Values) -> Order:
    """The order that an address or a form makes. Raises ChoiceError for what cannot be meant."""
    asked = tuple(dict.fromkeys(_listed(values, "areas", "area")))
    level = _one(values, "level", ("", *LEVELS), "层级")
    choice = Choice(areas=asked, level=level).checked(connection)
    choice = evolve(choice, areas=tuple(slug for slug in choices.known_areas(connection) if slug in asked))
    how = Print(
        office=_CONTROL.sub(" ", _first(values, "office")).strip()[:OFFICE],
        level=level,
        paper=_one(values, "paper", tuple(PAPERS), "纸张"),
        columns=_known(_listed(values, "columns", "column"), _FIELDS, "栏目"),
        blanks=_known(_listed(values, "blanks", "blank"), BLANKS, "空白栏"),
    )
    if set(how.columns) | {"serial"} >= set(_FIELDS):
        how = evolve(how, columns=())
    rows = _first(values, "n")
    return Order(
        evolve(choice, picked=_picked(connection, choice, values)),
        how,
        int(rows) if re.fullmatch(r"[0-9]{1,7}", rows) else None,
        any(values.get(name) for name in _OF_A_FORM),
    )


def parse_address(connection: sqlite3.Connection, address: str) -> Order:
    """Of a whole address, or the part of it after `?`."""
    return parse(connection, parse_qs(urlsplit(address).query or address))


def _picked(connection: sqlite3.Connection, choice: Choice, values: Values) -> dict[str, Picked]:
    """What the address picks; in the area whose rows stood on the page, what is ticked there now."""
    found = choices.read(_first(values, "rows"), choices.known_areas(connection))
    area, seen = _first(values, "of"), choices.split(_first(values, "seen"))
    if not seen or area not in choice.areas:
        return found
    before, ticked = found.pop(area, None), frozenset(values.get("r", ()))
    marks = list(choices.marks(connection, area).values())
    chosen = [m for m in marks if (m in ticked if m in seen else before is None or before.has(m))]
    picked = choices.picked(chosen, marks)
    return found | ({area: picked} if picked else {})


def _first(values: Values, name: str) -> str:
    return next(iter(values.get(name) or ()), "").strip()


def _listed(values: Values, joined: str, single: str) -> list[str]:
    found = [*_first(values, joined).split("."), *(values.get(single) or ())]
    return [value for value in found if value]


def _one(values: Values, name: str, allowed: Sequence[str], what: str) -> str:
    value = _first(values, name)
    if value and value not in allowed:
        raise ChoiceError(f"{what}不能是“{value}”。")
    return value or allowed[0]


def _known(chosen: Sequence[str], names: Mapping[str, str], what: str) -> tuple[str, ...]:
    for value in chosen:
        if value not in names:
            known = "、".join(f"{code}（{name}）" for code, name in names.items())
            raise ChoiceError(f"没有{what} {value!r}；可用的有：{known}")
    return tuple(name for name in names if name in chosen)
