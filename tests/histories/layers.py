"""Classes that came after the first 5,000 seeds: each is laid over the history of a later seed.

A layer draws from a generator of its own, so that a seed keeps its meaning when another layer is added.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from attrs import evolve

from tests.histories import troubles
from tests.histories.edits import FILE, Edit
from tests.histories.plan import CLEAN, DAYS, Episode, History, Visit, plan
from tests.histories.truth import File, Truth

LAYERED = 5000
"""Seeds up to here are without layers."""
Layer = Callable[[Random, History], History]
ALL: dict[str, Layer] = {}


def layer(name: str) -> Callable[[Layer], Layer]:
    def add(made: Layer) -> Layer:
        ALL[name] = made
        return made

    return add


def layered(seed: int) -> History:
    history = plan(seed)
    for name, add in ALL.items() if seed > LAYERED else ():
        history = add(Random(f"{name} {seed}"), history)
    return history


# ------------------------------------------------------------ files that nobody can read here


@layer("closed")
def _(rng: Random, history: History) -> History:
    """Half of the histories have a scan or a file of an unknown format among the notice's files. Once or twice it is
    replaced by another one; sometimes something is wrong with it for a while."""
    if rng.random() < 0.5:
        return history
    form = rng.choice(("rtf", "pdf"))
    file = File(f"扫描件{rng.randint(10, 99)}", form, f"/zwgk/S2019{rng.randint(1000, 9999)}.{form}", print=1)
    last = _still_there(history) - CLEAN
    when = {rng.randint(1, last) for _ in range(rng.choice((0, 1, 1, 2)))} if last >= 1 else set()
    visits = []
    for number, visit in enumerate(history.visits):
        made: tuple[Edit, ...] = ()
        if number in when:
            file = evolve(file, print=file.print + 1)
            made = (Edit("closed-replaced", FILE, file=file.path),)
        visits.append(_with(visit, file, made))
    history = evolve(history, visits=tuple(visits))
    return evolve(history, episodes=(*history.episodes, *_episode(rng, history, file)))


def _still_there(history: History) -> int:
    """The number of visits at which the notice stands there with its files."""
    ended = (n for n, visit in enumerate(history.visits) if visit.truth.gone or visit.truth.replaced)
    return next(ended, len(DAYS))


def _with(visit: Visit, file: File, made: tuple[Edit, ...]) -> Visit:
    truth: Truth = visit.truth
    return evolve(visit, truth=evolve(truth, files=(*truth.files, file)), edits=(*visit.edits, *made))


def _episode(rng: Random, history: History, file: File) -> tuple[Episode, ...]:
    fitting = [t for t in troubles.ALL.values() if t.file and not t.host and not t.conditional]
    trouble, first = rng.choice(fitting), rng.randint(1, len(DAYS) - CLEAN - 1)
    last = min(first + rng.randint(1, trouble.longest) - 1, len(DAYS) - CLEAN - 1)
    return (Episode(trouble, file.path, first, last),) if rng.random() < 0.3 else ()
