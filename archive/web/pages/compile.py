"""编制本级目录: areas, a level, single rows, the look; one address that says so, and the workbook to hand in."""

from __future__ import annotations

from attrs import evolve
from datasette import Response

from archive import clock
from archive.publish import choice as choices
from archive.publish.choice import named
from archive.publish.export import entries
from archive.publish.layout import PAPERS
from archive.publish.order import OFFICE, Order, Values, parse
from archive.publish.workbook import BLANKS, workbook
from archive.settings import load_settings
from archive.text.filetypes import MEDIA_TYPES
from archive.web.pager import Pager
from archive.web.pages.catalogue import counts_of
from archive.web.pages.feeds import base_url
from archive.web.pages.files import attachment_header
from archive.web.views import answer, page
from archive.web.visit import BadParameter, Context, Row, Visit
from archive.words.columns import CATALOGUE

PAGE = 100
LEVEL = "township"
"""Chosen when the page is opened."""

_LEVELS = ", ".join(f"sum({sql}) AS {level}" for level, sql in choices.OF_LEVEL.items())
# not in the order of the index by area: it does not hold the levels, and each row would be looked up
_OFFERED = f"""SELECT a.slug, a.name, {", ".join(f"r.{level}" for level in choices.OF_LEVEL)} FROM areas a JOIN (
      SELECT i.area_id, {_LEVELS} FROM items_in_force i GROUP BY +i.area_id) r ON r.area_id = a.id
    ORDER BY a.position"""  # noqa: S608 - constants
_SHOWN = "i.id, i.key, i.serial, i.level1, i.level2, i.content, i.time_limit, i.subject, i.county, i.township, i.review"


def compiling(visit: Visit) -> Context | Response:
    """Without areas the form alone; with areas also their rows, one area at a time."""
    order = _order(visit)
    area = next(iter(order.choice.areas), "")
    if visit.text("show") in order.choice.areas:  # an area whose tick was just taken away is not shown again
        area = visit.text("show")
    if order.from_form:
        return _redirected(visit, order, area)
    context: Context = {
        "title": "编制本级目录",
        "order": order,
        "offered": visit.memo.of_rows(("offered", *visit.areas().items()), lambda: visit.rows(_OFFERED)),
        "papers": PAPERS,
        "columns": [column for column in CATALOGUE if column.field != "serial"],
        "blanks": BLANKS,
        "office_most": OFFICE,
        "begun": bool(visit.args),
    }
    return context | _rows(visit, order, area) if area else context


def _rows(visit: Visit, order: Order, area: str) -> Context:
    """What is chosen, and the rows of one of its areas with their ticks."""
    every = counts_of(visit, order.choice)
    counts = order.choice.picked_of(visit.connection, every)
    total = sum(counts.values())
    pager = Pager.of(visit, every.get(area, 0), PAGE, {})
    marks = visit.memo.of(("marks", area), lambda: choices.marks(visit.connection, area))
    picked = order.choice.picked.get(area)
    one = evolve(order.choice, areas=(area,))
    rows = one.page(visit.connection, _SHOWN, {area: every.get(area, 0)}, pager.offset, PAGE)
    address = f"{base_url(visit)}/compile?{evolve(order, rows=total).query}"
    return {
        "area": area,
        "names": visit.areas(),
        "counts": counts,
        "total": total,
        "moved": order.rows is not None and order.rows != total,
        "items": [_ticked(row, marks[row["id"]], picked) for row in rows],
        "seen": "".join(marks[row["id"]] for row in rows),
        "written": choices.written(order.choice.picked),
        "pager": pager,
        "address": address,
        "bytes": len(address),
    }


def _ticked(row: Row, mark: str, picked: choices.Picked | None) -> Row:
    return row | {"mark": mark, "ticked": picked is None or picked.has(mark)}


def _redirected(visit: Visit, order: Order, area: str) -> Response:
    """From what a form sends to the short address."""
    query = order.counted(visit.connection).query
    number = visit.number("page", "页码")
    shown = "".join(
        [f"&show={area}" if area and area != order.choice.areas[0] else "", f"&page={number}" if number > 1 else ""]
    )
    return Response.redirect(f"/compile?{query}{shown}")


def made(visit: Visit) -> Response:
    """The workbook of what the form or the address says."""
    order = _order(visit)
    zone = load_settings(visit.data).zone
    found = entries(visit.connection, order.choice, zone)
    if not order.choice.areas:
        raise BadParameter("还没有选领域。请返回上一页，至少勾选一个领域。")
    address = f"{base_url(visit)}/compile?{evolve(order, rows=len(found)).query}"
    how = evolve(order.how, made_on=clock.now().astimezone(zone).date(), address=address)
    name = f"{order.how.office}{named(order.choice, visit.areas())}.xlsx"
    return Response(workbook(found, how), headers=attachment_header(name), content_type=MEDIA_TYPES["xlsx"])


def _order(visit: Visit) -> Order:
    values: Values = {name: visit.args.getlist(name) for name in visit.args}
    order = parse(visit.connection, values)
    return order if visit.args else evolve(order, choice=evolve(order.choice, level=LEVEL))


ROUTES = (
    (r"^/compile$", page("compile.html", compiling)),
    (r"^/compile\.xlsx$", answer(made)),
)
