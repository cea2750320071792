"""Tables printed to PDF line by line, with every look under control: which lines are drawn, where a page cuts.

Unlike a table of a library, a row may be cut between two of its lines with or without a line drawn at the cut.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from attrs import define, evolve, field, frozen
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from archive.model import Grid
from tests.catalogue.generator import COLUMNS
from tests.formats.writers import cells_of, width

PAGES = {"A4": A4, "A4 landscape": landscape(A4), "A3 landscape": landscape(A3)}
WEIGHTS = {
    "serial": 2, "level1": 5, "level2": 7, "content": 16, "basis": 14, "time_limit": 9, "subject": 6, "channels": 12,
}  # fmt: skip
FONT = "STSong-Light"
_NEVER_FIRST = "，。；：、！？）》”〕】"


@frozen
class Look:
    lines: str = "all"
    """all | horizontal | three (above and below the header, at the end) | outer | none"""
    page: str = "A3 landscape"
    size: float = 9
    padding: float = 4
    leading: float = 1.3
    middle: bool = False
    """Cells in the middle of their height, else at the top."""
    centred: bool = True
    """Short cells in the middle of their width."""
    repeat: bool = True
    """The header again on each page."""
    cut: str = ""
    """'' rows stay whole | open | closed: the page cuts a row, and a line is drawn at the cut or not."""
    margin: float = 40
    weights: Sequence[float] = ()
    number_pages: bool = True
    turned: bool = False
    """The sheet stands upright in the file and is shown turned by a quarter (/Rotate 90)."""


@define
class _Cell:
    row: int
    column: int
    rows: int
    columns: int
    lines: list[str]
    top: float = 0
    height: float = 0
    drawn: int = 0


@define
class _Press:
    grid: Grid
    head: int
    look: Look
    canvas: Canvas
    cells: list[_Cell] = field(factory=list)
    xs: list[float] = field(factory=list)
    heights: list[float] = field(factory=list)

    @property
    def line(self) -> float:
        return self.look.size * self.look.leading


def print_table(table: Grid, head: int, look: Look | None = None) -> bytes:
    """The table (its caption above it) as a PDF; its first `head` rows are the header."""
    look = look or Look()
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGES[look.page], pageCompression=1)
    _turn(canvas, look)
    press = _Press(table, head, look, canvas)
    _measure(press)
    _draw(press)
    canvas.save()
    return buffer.getvalue()


def _measure(press: _Press) -> None:
    look, table = press.look, press.grid
    known = [WEIGHTS.get(role, 3.2) for role, _, _ in COLUMNS]
    weights = list(look.weights) or (known if width(table) == len(known) else [8.0] * width(table))
    room = PAGES[look.page][0] - 2 * look.margin
    press.xs = [look.margin + room * sum(weights[:n]) / sum(weights) for n in range(len(weights) + 1)]
    for row, column, high, wide, text in cells_of(table):
        inner = press.xs[column + wide] - press.xs[column] - 2 * look.padding
        press.cells.append(_Cell(row, column, high, wide, list(_wrap(text, inner, look.size))))
    press.heights = [press.line + 2 * look.padding] * len(table.cells)
    for cell in sorted(press.cells, key=lambda c: c.rows):
        need = len(cell.lines) * press.line + 2 * look.padding
        have = sum(press.heights[cell.row : cell.row + cell.rows])
        if need > have:
            press.heights[cell.row + cell.rows - 1] += need - have


def _wrap(text: str, room: float, size: float) -> Iterator[str]:
    for paragraph in text.split("\n"):
        line = ""
        for char in paragraph:
            if line and pdfmetrics.stringWidth(line + char, FONT, size) > room and char not in _NEVER_FIRST:
                yield line
                line = ""
            line += char
        yield line


def _draw(press: _Press) -> None:
    look = press.look
    page_height = PAGES[look.page][1]
    top = page_height - look.margin
    press.canvas.setFont(FONT, look.size + 4)
    for text in filter(None, press.grid.caption.split("\n")):
        press.canvas.drawCentredString(PAGES[look.page][0] / 2, top - look.size - 4, text)
        top -= (look.size + 4) * 1.6
    room = top - look.margin - 20
    body, page = press.head, 1
    rest = 0.0  # of the first row: what the page before has shown
    while True:
        head = sum(press.heights[: press.head]) if page == 1 or look.repeat else 0
        shown: list[tuple[int, float, float]] = [(r, 0, press.heights[r]) for r in range(press.head)] if head else []
        left = room - head
        while body < len(press.heights):
            want = press.heights[body] - rest
            if want <= left:
                shown.append((body, rest, press.heights[body]))
                left, rest, body = left - want, 0.0, body + 1
                continue
            step = int((left - look.padding) / press.line) * press.line + look.padding if look.cut else 0
            if step > press.line * 1.5 and want - step > press.line:
                shown.append((body, rest, rest + step))
                rest += step
            break
        _page(press, shown, top, page)
        if body >= len(press.heights):
            return
        page, top = page + 1, page_height - look.margin
        room = top - look.margin - 20


def _page(press: _Press, shown: list[tuple[int, float, float]], top: float, page: int) -> None:
    look, canvas = press.look, press.canvas
    places: dict[int, tuple[float, float, float]] = {}  # row → its top on the page, what of it is shown
    at = top
    for row, begin, end in shown:
        places[row] = (at, begin, end)
        at -= end - begin
    canvas.setFont(FONT, look.size)
    for cell in press.cells:
        _text(press, cell, places)
        _frame(press, cell, places)
    if look.lines in ("three", "outer"):
        _outer(press, places, top, at)
    if look.number_pages:
        canvas.drawCentredString(PAGES[look.page][0] / 2, 18, f"— {page} —")
    canvas.showPage()
    _turn(canvas, look)


def _turn(canvas: Canvas, look: Look) -> None:
    if look.turned:
        canvas.setPageRotation(90)
        canvas.translate(PAGES[look.page][1], 0)
        canvas.rotate(90)


def _text(press: _Press, cell: _Cell, places: dict[int, tuple[float, float, float]]) -> None:
    """Those lines of the cell whose place is on this page."""
    look = press.look
    heights = press.heights[cell.row : cell.row + cell.rows]
    offset = look.padding
    if look.middle:
        offset = (sum(heights) - len(cell.lines) * press.line) / 2
    x0, x1 = press.xs[cell.column], press.xs[cell.column + cell.columns]
    for number, line in enumerate(cell.lines):
        below = offset + number * press.line
        row = cell.row
        while row < cell.row + cell.rows - 1 and below + press.line / 2 >= press.heights[row]:
            below -= press.heights[row]
            row += 1
        if row not in places:
            continue
        top, begin, end = places[row]
        if not begin <= below + press.line / 2 < end:
            continue
        y = top - (below - begin) - press.line * 0.8
        if look.centred and (cell.row < press.head or (len(cell.lines) == 1 and len(line) < 6)):
            press.canvas.drawCentredString((x0 + x1) / 2, y, line)
        else:
            press.canvas.drawString(x0 + look.padding, y, line)


def _frame(press: _Press, cell: _Cell, places: dict[int, tuple[float, float, float]]) -> None:
    look, canvas = press.look, press.canvas
    rows = [row for row in range(cell.row, cell.row + cell.rows) if row in places]
    if not rows or look.lines not in ("all", "horizontal"):
        return
    canvas.setLineWidth(0.5)
    x0, x1 = press.xs[cell.column], press.xs[cell.column + cell.columns]
    top, begin, _ = places[rows[0]]
    last_top, last_begin, last_end = places[rows[-1]]
    bottom = last_top - (last_end - last_begin)
    opens = rows[0] == cell.row and begin == 0
    closes = rows[-1] == cell.row + cell.rows - 1 and last_end == press.heights[rows[-1]]
    if opens or look.cut != "open":
        canvas.line(x0, top, x1, top)
    if closes or look.cut != "open":
        canvas.line(x0, bottom, x1, bottom)
    if look.lines == "all":
        canvas.line(x0, top, x0, bottom)
        canvas.line(x1, top, x1, bottom)


def _outer(press: _Press, places: dict[int, tuple[float, float, float]], top: float, bottom: float) -> None:
    canvas, left, right = press.canvas, press.xs[0], press.xs[-1]
    canvas.setLineWidth(1)
    canvas.line(left, top, right, top)
    canvas.line(left, bottom, right, bottom)
    if 0 in places:
        last, begin, end = places[press.head - 1]
        canvas.line(left, last - (end - begin), right, last - (end - begin))
    if press.look.lines == "outer":
        canvas.line(left, top, left, bottom)
        canvas.line(right, top, right, bottom)


def looks() -> dict[str, Look]:
    """The looks that published tables have, by name."""
    plain = Look()
    return {
        "ruled": plain,
        "ruled A4": evolve(plain, page="A4 landscape", size=7, padding=2),
        "ruled middle": evolve(plain, middle=True),
        "ruled, header once": evolve(plain, repeat=False),
        "ruled, cut closed": evolve(plain, cut="closed"),
        "ruled, cut open": evolve(plain, cut="open"),
        "ruled, cut open, header once": evolve(plain, cut="open", repeat=False),
        "ruled, cut closed, header once": evolve(plain, cut="closed", repeat=False),
        "ruled middle, cut open": evolve(plain, cut="open", middle=True),
        "ruled middle, cut closed, header once": evolve(plain, cut="closed", middle=True, repeat=False),
        "horizontal": evolve(plain, lines="horizontal"),
        "horizontal, header once": evolve(plain, lines="horizontal", repeat=False),
        "horizontal middle": evolve(plain, lines="horizontal", middle=True),
        "horizontal, cut open": evolve(plain, lines="horizontal", cut="open"),
        "horizontal, cut closed": evolve(plain, lines="horizontal", cut="closed", repeat=False),
        "horizontal tight": evolve(plain, lines="horizontal", padding=2, page="A4 landscape", size=7),
        "three lines": evolve(plain, lines="three", padding=5),
        "outer frame": evolve(plain, lines="outer"),
        "borderless": evolve(plain, lines="none"),
        "borderless A4": evolve(plain, lines="none", page="A4 landscape", size=7, padding=3),
        "borderless, header once": evolve(plain, lines="none", repeat=False),
        "borderless left": evolve(plain, lines="none", centred=False, padding=6),
        "borderless middle": evolve(plain, lines="none", middle=True),
        "borderless, cut": evolve(plain, lines="none", cut="open"),
        "ruled, turned": evolve(plain, turned=True, cut="closed"),
        "borderless, turned": evolve(plain, lines="none", turned=True),
        "horizontal middle, cut open": evolve(plain, lines="horizontal", middle=True, cut="open"),
        "borderless middle, cut": evolve(plain, lines="none", middle=True, cut="open"),
        "outer middle, header once": evolve(plain, lines="outer", middle=True, repeat=False),
        "three lines middle": evolve(plain, lines="three", middle=True),
        "ruled A4 portrait middle, cut closed": evolve(plain, page="A4", size=5, padding=2, middle=True, cut="closed"),
    }
