"""What `doctor` finds: one line a check, with the remedy where something is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from attrs import frozen


class State(StrEnum):
    OK = "ok"
    PERSON = "person"
    """Something that a person should see to; the machine can work meanwhile."""
    BROKEN = "broken"
    """The machine cannot do its work."""


@frozen
class Check:
    what: str
    """A code: settings, disk, parser, network, host, clock …"""
    state: State
    says: str
    """What was found, a sentence in Chinese."""
    remedy: str = ""
    details: tuple[str, ...] = ()
    """What it was found from, a line each."""


def ok(what: str, says: str) -> Check:
    return Check(what, State.OK, says)


def person(what: str, says: str, remedy: str, details: Iterable[str] = ()) -> Check:
    return Check(what, State.PERSON, says, remedy, tuple(details))


def broken(what: str, says: str, remedy: str) -> Check:
    return Check(what, State.BROKEN, says, remedy)


def exit_code(checks: Iterable[Check]) -> int:
    """0 fine · 1 the machine cannot do its work · 3 something needs a person."""
    states = {check.state for check in checks}
    return 1 if State.BROKEN in states else 3 if State.PERSON in states else 0
