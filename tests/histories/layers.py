"""Classes that came after the first 5,000 seeds: each is laid over the history of a later seed.

A layer draws from a generator of its own, so that a seed keeps its meaning when another layer is added.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from attrs import evolve

from tests.histories import troubles
from tests.histories.edits import FILE, TEXT, Edit
from tests.histories.furniture import Day, Furniture, Where
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


# ------------------------------------------------------------ pictures in the text


@layer("picture")
def _(rng: Random, history: History) -> History:
    """A third of the histories have a picture in the text: another one takes its place, it comes or goes; and it moves
    to another address, which is no news."""
    if rng.random() < 0.67:
        return history
    file = File(f"流程图{rng.randint(10, 99)}", "png", _address(rng), print=1, picture=True)
    last = _still_there(history) - CLEAN
    events = {rng.randint(1, last): rng.choice(("replaced", "replaced", "moved", "removed", "added"))
              for _ in range(rng.choice((0, 1, 1, 2)))} if last >= 1 else {}  # fmt: skip
    first = events[min(events)] if events else ""
    there, visits = first != "added", []
    for number, visit in enumerate(history.visits):
        event, made = events.get(number, ""), ()
        if event == "replaced" and there:
            file = evolve(file, print=file.print + 1)
            made = (Edit("picture-replaced", TEXT, file=file.path),)
        elif event == "moved" and there:
            file = evolve(file, path=_address(rng))
        elif event in ("removed", "added") and there == (event == "removed"):
            there = not there
            made = (Edit(f"picture-{event}", TEXT, file=file.path),)
        visits.append(_with(visit, file, made) if there else evolve(visit, edits=(*visit.edits, *made)))
    return evolve(history, visits=tuple(visits))


def _address(rng: Random) -> str:
    return f"/zwgk/W0201912{rng.randint(100000, 999999)}.png"


# ------------------------------------------------------------ what leads from page to page


@layer("pager")
def _(rng: Random, history: History) -> History:
    """A quarter of the histories have words under their text that lead to other pages, from a visit on or until one."""
    if rng.random() < 0.75:
        return history
    line = rng.choice(PAGERS)
    from_, until = rng.choice(((0, rng.randint(1, 9)), (rng.randint(1, 9), len(DAYS))))
    days = DAYS[from_:until]

    def make(_: Random, day: int, __: int) -> Day:
        return Day({"below": line}) if day in days else Day()

    return evolve(history, furniture=(*history.furniture, Furniture("pager", Where.UNSEEN, make)))


PAGERS = (
    '<div class="page"><a href="#">首页</a> <a href="#">上一页</a> <a href="#">下一页</a> <a href="#">尾页</a></div>',
    "<p>上一篇：没有了</p><p>下一篇：没有了</p>",
    '<p><a href="#">上一页</a> 1 <a href="#">下一页</a></p>',
    "<p>第1页 / 共1页</p>",
)


# ------------------------------------------------------------ a text on two pages


@layer("cut")
def _(rng: Random, history: History) -> History:
    """A fifth of the histories have the text on two pages, from some visit on, until one, or always."""
    if rng.random() < 0.8:
        return history
    first, last = rng.choice(((0, len(DAYS)), (rng.randint(1, 8), len(DAYS)), (0, rng.randint(1, 8))))
    whole = [n for n, visit in enumerate(history.visits) if visit.truth.replaced]
    return evolve(history, cut=frozenset(range(first, last)).difference(whole))
