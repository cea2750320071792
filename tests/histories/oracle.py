"""Holds what the product said against what the model knows.

Every real change is told or asked about, nothing else is told, nothing is uncertain in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen

from tests.histories.edits import Edit
from tests.histories.observe import Seen, squeeze
from tests.histories.plan import DAYS, Episode, History

OFFERS = 2
"""A change must be told or asked about at the second visit at which the server gives its bytes."""
MONTH = 31
"""… and behind a server that answers 304 to whoever has an older copy, within so many days."""
NO_NEWS = frozenset({"new", "upgrade"})


@frozen
class Fault:
    kind: str
    """missed | false | silent | overasked | unsaid | unworded | misnamed"""
    cause: str
    """The class that it is put down to."""
    visit: int
    detail: str


@define
class Expected:
    """One real change on its way to being told."""

    edit: Edit
    visit: int
    told_at: int | None = None
    asked_at: int | None = None
    change: int | None = None
    told_as: set[str] = Factory(set)
    missed: bool = False
    void: bool = False
    """Nobody could see it any more before it had been given twice, or a `restored` of what was never told as gone."""

    @property
    def settled(self) -> bool:
        return self.void or self.missed or self.told_at is not None or self.asked_at is not None


@define
class Verdict:
    history: History
    seen: Sequence[Seen]
    expected: list[Expected] = Factory(list)
    faults: list[Fault] = Factory(list)
    first_messages: list[str] = field(factory=list)

    def count(self, kind: str) -> int:
        return sum(fault.kind == kind for fault in self.faults)


def judge(history: History, seen: Sequence[Seen], complete: bool = False) -> Verdict:
    """`complete`: the contract of release 2: attention also says `why` and `stake`, and a repeal has its own kind."""
    verdict = Verdict(history, seen)
    for visit in range(len(seen)):
        verdict.expected += [Expected(edit, visit) for edit in history.visits[visit].edits]
        _void(verdict, visit)
        _told(verdict, visit)
        _due(verdict, visit)
        _silence(verdict, visit, complete)
        _questions(verdict, visit)
    if complete:
        _names(verdict)
    return verdict


def _names(verdict: Verdict) -> None:
    """Told, but by a kind that hides what happened: a repeal as a revision."""
    for e in verdict.expected:
        if e.told_at is not None and e.edit.wanted and not e.told_as & e.edit.wanted:
            verdict.faults.append(Fault("misnamed", e.edit.name, e.told_at, ", ".join(sorted(e.told_as))))


# ---------------------------------------------------------------- was it given?


def offered(history: History, seen: Sequence[Seen], expected: Expected, visit: int) -> bool:
    """The server would give the bytes of this change to whoever asks at this visit."""
    edit = expected.edit
    path = edit.file or history.visits[visit].truth.path
    blocking = [*history.active(visit), *(history.active(visit, edit.file) if edit.file else [])]
    if any(not episode.trouble.conditional for episode in blocking):
        return False
    if not blocking or any(served.true and urlsplit(served.path).path == path for served in seen[visit].served):
        return True
    return DAYS[visit] - DAYS[expected.visit] >= MONTH


def offers(history: History, seen: Sequence[Seen], expected: Expected, visit: int) -> int:
    return sum(offered(history, seen, expected, v) for v in range(expected.visit, visit + 1))


def _void(verdict: Verdict, visit: int) -> None:
    """A change is void when something that ended it came before it had been given twice."""
    now = verdict.history.visits[visit].truth
    for e in verdict.expected:
        over = (
            now.gone or now.replaced or (e.edit.file and e.edit.kinds and e.edit.new and _file_left(verdict, e, visit))
        )
        ended = e.edit.name == "gone" and not now.gone
        own = e.edit.name == "gone" or e.edit.name.startswith("repealed")
        if not e.settled and ((over and not own) or ended) and offers(verdict.history, verdict.seen, e, visit) < OFFERS:
            e.void = True
        if e.edit.name == "restored" and not any(
            x.edit.name == "gone" and x.told_at is not None for x in verdict.expected
        ):
            e.void = True


def _file_left(verdict: Verdict, expected: Expected, visit: int) -> bool:
    paths = {file.path for file in verdict.history.visits[visit].truth.files}
    return expected.edit.file not in paths


# ---------------------------------------------------------------- told


def _told(verdict: Verdict, visit: int) -> None:
    for change in verdict.seen[visit].changes:
        if change["kind"] not in NO_NEWS:
            _attribute(verdict, visit, change)


def _attribute(verdict: Verdict, visit: int, change: Mapping[str, Any]) -> None:
    fitting = [e for e in verdict.expected if _tells(verdict, e, visit, change)]
    named = [e for e in fitting if _names_file(verdict.history, e, change)]
    if named:  # a file without words of its own in the message is not told by the name of another
        fitting = [e for e in fitting if e in named or e.edit.new or not e.edit.file]
    for e in fitting:
        if e.told_at is None or (
            e.edit.new and e.edit.new in change["summary"]
        ):  # of two of a visit, the one that names it
            e.told_at, e.change = visit, change["id"]
        e.told_as |= {change["kind"]}
    # the files of a page that was taken down are gone, whatever a cache still says of the page
    taken_down = change["kind"] == "gone" and verdict.history.visits[visit].truth.gone
    if fitting or taken_down or change.get("quiet") or _comes_with(verdict, visit, change):
        return
    if _first_message(verdict, change):
        return
    about_text = change["kind"] == "revised" and _is_page(verdict.history, change)
    cause = _likely(verdict.history, visit, about_text)
    verdict.faults.append(Fault("false", cause, visit, f"{change['kind']}: {change['summary']}"))


def _tells(verdict: Verdict, e: Expected, visit: int, change: Mapping[str, Any]) -> bool:
    """This change is the message about that edit: of its kind, on its document, with its words in what is kept."""
    edit = e.edit
    if change["kind"] not in edit.kinds or (change.get("quiet") and not edit.quiet_is_enough):
        return False
    if e.told_at not in (None, visit):
        return False
    at_page = _is_page(verdict.history, change)
    if (not edit.file and not at_page) or (edit.file and at_page and change["kind"] == "revised"):
        return False
    return _words_fit(edit, verdict.seen[visit].texts)


def _names_file(history: History, e: Expected, change: Mapping[str, Any]) -> bool:
    files = [file for visit in history.visits[: e.visit + 1] for file in visit.truth.files]
    return any(file.path == e.edit.file and f"“{file.link}”" in change["summary"] for file in files)


def _is_page(history: History, change: Mapping[str, Any]) -> bool:
    pages = {page for visit in history.visits for page in (visit.truth.path, visit.truth.second)}
    return urlsplit(change["url"]).path in pages


def _words_fit(edit: Edit, texts: Mapping[str, str]) -> bool:
    everything = "\n".join(texts.values()) if edit.file else texts.get("", "")
    has_new = squeeze(edit.new) in everything
    return has_new and not (edit.old and not edit.file and squeeze(edit.old) in everything)


def _comes_with(verdict: Verdict, visit: int, change: Mapping[str, Any]) -> bool:
    """Told beside another change of the same visit, as that edit allows."""
    return any(e.told_at == visit and change["kind"] in e.edit.also | e.edit.kinds for e in verdict.expected)


def _first_message(verdict: Verdict, change: Mapping[str, Any]) -> bool:
    inside = [item.name for item in verdict.history.inside() if item.name not in verdict.first_messages]
    if change["kind"] == "revised" and inside:
        verdict.first_messages.append(inside[0])
        return True
    return False


def _likely(history: History, visit: int, about_text: bool = False) -> str:
    """The class that a fault is put down to: what happens at that visit or just before, else the furniture."""
    if visit and history.visits[visit].form is not history.visits[visit - 1].form:
        return "redesign"
    holding = [e for e in history.episodes if e.holds(visit) and (not about_text or not e.file)]
    if holding:
        return f"trouble {holding[0].trouble.name}"
    if about_text and history.inside():
        return f"inside {history.inside()[0].name}"
    ended = [e.trouble.name for e in history.episodes if e.holds(visit - 1)]
    if ended:
        return f"after trouble {ended[0]}"
    others = [item.name for item in history.furniture if item.where.value == "unseen"]
    edits = [edit.name for v in history.visits[: visit + 1] for edit in v.edits]
    return " ".join(others) or " ".join(f"after {name}" for name in edits[-1:]) or "nothing"


def worded(edit: Edit, diff: Mapping[str, Any]) -> bool:
    """The redline or the rows of a change (`guidelines diff --json`) show the words of this edit."""
    after = squeeze("".join(text for op, text in diff["text"] if op != "delete"))
    before = squeeze("".join(text for op, text in diff["text"] if op != "insert"))
    cells = squeeze(json.dumps([diff["rows"], diff["summary"]], ensure_ascii=False))
    shown_new = squeeze(edit.new) in after + cells
    return shown_new and (not edit.old or squeeze(edit.old) in before + cells)


# ---------------------------------------------------------------- asked


def questions(seen: Seen) -> set[tuple[str, str]]:
    """What stands under attention, told apart by words without figures and by since when."""
    return {(re.sub(r"\d+", "#", entry["what"]), entry.get("since") or "") for entry in seen.attention}


def _due(verdict: Verdict, visit: int) -> None:
    for e in verdict.expected:
        if e.settled or not offered(verdict.history, verdict.seen, e, visit):
            continue
        given = offers(verdict.history, verdict.seen, e, visit)
        late = DAYS[visit] - DAYS[e.visit] >= MONTH and _hidden(verdict.history, e)
        before = questions(verdict.seen[e.visit - 1])
        if questions(verdict.seen[visit]) - before or _shown(e.edit, verdict.seen[visit].reviews):
            e.asked_at = visit
        elif given == OFFERS or late:
            detail = e.edit.new or e.edit.old or e.edit.file
            verdict.faults.append(Fault("missed", _missed(verdict.history, e), visit, f"{e.edit.name}: {detail}"))
            e.missed = True


def _shown(edit: Edit, reviews: Sequence[str]) -> bool:
    """A question that stood there before shows these words by now: whoever decides it sees them."""
    if not edit.new and not edit.old:
        return False
    return any(squeeze(edit.new) in text and not (edit.old and squeeze(edit.old) in text) for text in reviews)


def _hidden(history: History, e: Expected) -> bool:
    return any(episode.trouble.conditional and episode.holds(e.visit) for episode in history.episodes)


def _missed(history: History, e: Expected) -> str:
    where = " behind false-304" if _hidden(history, e) else ""
    form = history.visits[e.visit].form
    return e.edit.name + where + ("" if form.known else f" on {form.name}")


# ---------------------------------------------------------------- silence and nagging


def _silence(verdict: Verdict, visit: int, complete: bool) -> None:
    seen, history = verdict.seen[visit], verdict.history
    needed = ("what", "since", "command", "why", "stake") if complete else ("what", "since", "command")
    for entry in seen.attention:
        lacking = [name for name in needed if not entry.get(name)]
        if lacking:
            verdict.faults.append(Fault("unsaid", ",".join(lacking), visit, str(entry["what"])))
    if not seen.wrong or _named(history, seen) or _excused(verdict, visit):
        return
    verdict.faults.append(Fault("silent", _likely(history, visit), visit, f"{seen.wrong}; state {seen.state}"))


def _named(history: History, seen: Seen) -> bool:
    """Something under attention is about what is unsure: a page in doubt is not named by a word on one of its files."""
    for file in history.visits[seen.visit].truth.files:
        if file.path in seen.wrong:  # that a closed file cannot be read says nothing of another one in its place
            return any(not (file.closed and "无法读取" in entry["what"]) for entry in seen.attention)
    links = {file.link for visit in history.visits for file in visit.truth.files}
    return any(not any(link in entry["what"] for link in links) for entry in seen.attention)


def _excused(verdict: Verdict, visit: int) -> bool:
    """Behind a false 304 nothing can be known within the month."""
    history = verdict.history
    if not any(e.trouble.conditional for e in history.active(visit)):
        return False
    fresh = [n for n, v in enumerate(history.visits[: visit + 1]) if v.edits]
    return bool(fresh) and any(DAYS[visit] - DAYS[n] < MONTH for n in fresh)


def _questions(verdict: Verdict, visit: int) -> None:
    """At most one question a cause: a change, a trouble while it lasts, a line of furniture, a page never known."""
    history = verdict.history
    happened = [edit for v in history.visits[: visit + 1] for edit in v.edits]
    holding = [e for e in history.episodes if _unrecovered(history, e, visit)]
    unknown = not history.visits[visit].form.known
    closed = {file.path for v in history.visits[: visit + 1] for file in v.truth.files if file.closed}
    allowed = len(happened) + len(holding) + len(history.inside()) + unknown + _files_of_lying(history, visit)
    allowed += len(closed)
    asked = verdict.seen[visit].attention
    if len(asked) > allowed:
        words = "; ".join(str(entry["what"]) for entry in asked)
        verdict.faults.append(Fault("overasked", _likely(history, visit), visit, f"{len(asked)} > {allowed}: {words}"))


def _files_of_lying(history: History, visit: int) -> int:
    """Files that went with a page while a cache still said that it stands: each was missed before the page was."""
    lied = any(episode.trouble.conditional and not episode.file for episode in history.active(visit))
    if not history.visits[visit].truth.gone or not lied:
        return 0
    return len(history.visits[visit].truth.files) + (visit in history.cut)  # the second page is one of them


def _unrecovered(history: History, episode: Episode, visit: int) -> bool:
    """The trouble holds, or the document could not be had since it ended."""
    since = range(episode.last + 1, visit + 1)
    free = [v for v in since if not history.active(v) and not history.active(v, episode.file)]
    return episode.first <= visit and not [v for v in free if not history.visits[v].truth.gone]
