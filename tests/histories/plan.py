"""A history: one notice over twelve visits, as a function of its seed alone."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from attrs import evolve, frozen

from tests.histories import edits, furniture, templates, troubles, truth
from tests.histories.edits import Edit, Touched
from tests.histories.furniture import Furniture, Where, Wire
from tests.histories.templates import Form
from tests.histories.troubles import Trouble
from tests.histories.truth import Truth

DAYS = (0, 1, 2, 4, 7, 8, 12, 20, 34, 35, 36, 45)
"""Days of the visits: more than 31 lie behind each of the first six, so that a server that answers 304 is found out."""
CLEAN = 2
"""Visits at the end without a new trouble: what was changed must have been told by then."""


@frozen
class Episode:
    """A trouble that holds for some visits."""

    trouble: Trouble
    file: str
    """Path of the file that it befalls; '' for the page."""
    first: int
    last: int

    def holds(self, visit: int) -> bool:
        return self.first <= visit <= self.last


@frozen
class Visit:
    day: int
    truth: Truth
    form: Form
    edits: tuple[Edit, ...] = ()
    """What became true since the visit before."""


@frozen
class History:
    seed: int
    visits: tuple[Visit, ...]
    furniture: tuple[Furniture, ...]
    episodes: tuple[Episode, ...]
    wire: Wire
    cut: frozenset[int] = frozenset()
    """Visits at which the site shows the text on two pages; the second one has the files and the table."""

    @property
    def slug(self) -> str:
        return f"seed-{self.seed}"

    @property
    def classes(self) -> list[str]:
        """Names of everything that happens in it."""
        names = [edit.name for visit in self.visits for edit in visit.edits]
        names += [item.name for item in self.furniture] + [episode.trouble.name for episode in self.episodes]
        forms = {visit.form.name for visit in self.visits}
        return sorted({*names, *(f"form-{name}" for name in forms)})

    def active(self, visit: int, file: str = "") -> list[Episode]:
        """Troubles of the page, or of a file (its own, and those of its host)."""
        return [e for e in self.episodes if e.holds(visit) and (e.file == file or e.trouble.host)]

    def inside(self) -> list[Furniture]:
        return [item for item in self.furniture if item.where is Where.INSIDE]

    def redesigned(self, visit: int) -> bool:
        return self.visits[visit].form is not self.visits[0].form


def plan(seed: int) -> History:
    rng = Random(f"history {seed}")
    first = truth.notice(rng, seed)
    form = rng.choice(templates.FORMS)
    visits = _visits(rng, first, form)
    things = _furniture(rng)
    wire = Wire(etag=rng.choice(("content", "content", "none")))
    history = History(seed, visits, things, (), wire)
    episodes = tuple(_episodes(rng, history))
    if any(e.trouble.conditional for e in episodes):
        history = evolve(history, wire=Wire(etag="content"), furniture=_quiet_wire(things))
    return evolve(history, episodes=episodes)


def _quiet_wire(things: Iterable[Furniture]) -> tuple[Furniture, ...]:
    """Without what changes the validators: a server that answers 304 to everything has stable ones."""
    return tuple(item for item in things if item.name != "fresh-etag")


# ------------------------------------------------------------ what becomes true


def _visits(rng: Random, first: Truth, form: Form) -> tuple[Visit, ...]:
    count = rng.choices((0, 1, 2, 3), (15, 45, 30, 10))[0]
    wanted = sorted(rng.randint(1, len(DAYS) - CLEAN - 1) for _ in range(count))
    redesign = rng.randint(1, len(DAYS) - CLEAN - 1) if rng.random() < 0.1 else 0
    if redesign and wanted and rng.random() < 0.6:
        wanted[0] = redesign
        wanted.sort()
    visits: list[Visit] = []
    now, touched, ended, back = first, Touched(), False, 0
    for number, day in enumerate(DAYS):
        happened: list[Edit] = []
        form = templates.BY_NAME["redesigned"] if redesign and number == redesign else form
        for _ in range(0 if ended else wanted.count(number)):
            made = _edit(rng, now, touched, form)
            if made and not ended:
                now, happened, touched = made[0], [*happened, made[1]], _touch(touched, made[1])
                ended = made[1].last or now.gone
                back = number + rng.randint(4, 6) if now.gone and rng.random() < 0.5 else 0
        if back and number == back and number < len(DAYS) - 1:
            now, happened = evolve(now, gone=False), [Edit("restored", frozenset({"restored"}))]
        visits.append(Visit(day, now, form, tuple(happened)))
    return tuple(visits)


def _edit(rng: Random, now: Truth, touched: Touched, form: Form) -> tuple[Truth, Edit] | None:
    classes = list(edits.ALL.values())
    for _ in range(8):
        chosen = rng.choices(classes, [c.weight for c in classes])[0]
        if chosen.name == "repealed-label" and not templates.has_labels(form):
            continue
        made = chosen.make(rng, now, touched)
        if made:
            return made
    return None


def _touch(touched: Touched, edit: Edit) -> Touched:
    return Touched(touched.words | {edit.new, edit.old}, touched.files | {edit.file})


# ------------------------------------------------------------ what disturbs


def _furniture(rng: Random) -> tuple[Furniture, ...]:
    def some(where: Where, count: int) -> list[Furniture]:
        fitting = [item for item in furniture.ALL.values() if item.where is where]
        return rng.sample(fitting, count)

    inside = some(Where.INSIDE, rng.choices((0, 1, 2), (65, 28, 7))[0])
    return (*some(Where.OUTSIDE, rng.randint(0, 3)), *inside, *some(Where.UNSEEN, rng.randint(0, 3)))


def _episodes(rng: Random, history: History) -> list[Episode]:
    found: list[Episode] = []
    for _ in range(rng.choices((0, 1, 2, 3), (20, 40, 30, 10))[0]):
        episode = _episode(rng, history)
        if episode and not any(_clash(episode, other) for other in found):
            found.append(episode)
    return found


def _episode(rng: Random, history: History) -> Episode | None:
    classes = list(troubles.ALL.values())
    chosen = rng.choices(classes, [c.weight for c in classes])[0]
    edited = [n for n, visit in enumerate(history.visits) if visit.edits]
    last = len(DAYS) - CLEAN - 1
    if chosen.conditional:
        first = max(1, rng.choice(edited) - rng.randint(0, 1)) if edited else rng.randint(1, 5)
        return Episode(chosen, "", first, len(DAYS) - 1)
    first = rng.choice(edited) if edited and rng.random() < 0.35 else rng.randint(1, last)
    until = min(first + rng.randint(1, chosen.longest) - 1, last)
    files = [file.path for file in history.visits[until].truth.files if file in history.visits[first].truth.files]
    targets = ([""] * 3 if chosen.page else []) + (files if chosen.file else [])
    return Episode(chosen, rng.choice(targets), first, until) if targets and first <= last else None


def _clash(one: Episode, other: Episode) -> bool:
    """Two troubles of the same document, or of two that stand too near for it to recover between them."""
    near = one.first <= other.last + 1 and other.first <= one.last + 1
    return (near and (one.file == other.file or one.trouble.host or other.trouble.host)) or (
        one.trouble.conditional and other.trouble.conditional
    )
