"""docs/house.md is the map of the rooms: it names every room, in an order that the imports keep."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
HOUSE = (TOP / "docs" / "house.md").read_text("utf-8")
PACKAGES = ("archive", "crawler")


def rooms() -> list[str]:
    """The rooms of the map from bottom to top, as paths."""
    table = HOUSE.split("## The map", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([\w/.]+)` \|", table, re.MULTILINE)


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in (TOP / package).rglob("*.py"):
            name = ".".join(path.relative_to(TOP).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()
ROOMS = rooms()


def room_of(name: str) -> str:
    """The room that the map gives to a module: itself, or its folder."""
    path = MODULES[name].relative_to(TOP)
    for place in (str(path), f"{path.parent}/"):
        if place in ROOMS:
            return place
    return ""


def imports(name: str) -> Iterator[str]:
    """The modules of the product that a module imports, anywhere in it, but for the sake of types."""
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    for node in _walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield inside if inside in MODULES else str(node.module)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        yield child
        yield from _walk(child)


GRAPH = {name: set(imports(name)) - {name} for name in MODULES}


def test_every_room_is_on_the_map_and_every_place_of_the_map_is_there() -> None:
    assert [name for name in MODULES if not room_of(name)] == []
    assert [place for place in ROOMS if not (TOP / place).exists()] == []
    assert len(ROOMS) == len(set(ROOMS))


def height(name: str) -> int:
    """How high a module stands: the line of its room; a room inside a room stands where that one does."""
    outer = "/".join(room_of(name).split("/")[:2])
    return max(line for line, place in enumerate(ROOMS) if f"{place}/".startswith(f"{outer}/"))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_room_knows_only_the_rooms_below_it(name: str) -> None:
    assert [other for other in GRAPH[name] if height(other) > height(name)] == []


def test_no_module_needs_one_that_needs_it() -> None:
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_the_archive_knows_nothing_of_the_crawler() -> None:
    assert [name for name in MODULES if name.startswith("archive") for other in GRAPH[name] if "crawler" in other] == []


@pytest.mark.parametrize("path", re.findall(r"`((?:archive|crawler|scripts|tests|docs)/[\w/.-]+)`", HOUSE))
def test_a_place_that_the_page_names_is_there(path: str) -> None:
    assert (TOP / path).exists()


def lines(function: ast.AST) -> int:
    return getattr(function, "end_lineno", 0) - getattr(function, "lineno", 0) + 1


@pytest.mark.parametrize(
    "path", sorted((*MODULES.values(), *(TOP / "scripts").glob("*.py"))), ids=lambda p: str(p.name)
)
def test_files_functions_and_signatures_stay_small(path: Path) -> None:
    """400 lines a file, 50 a function with its docstring, 6 parameters a signature. Migrations tell a story and may
    be long; a command takes what click hands to it."""
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not re.match(r"m\d\d\d_", node.name):
            assert lines(node) <= 50, node.name
        asked = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        asked = [argument for argument in asked if argument.arg not in ("self", "cls")]
        assert len(asked) <= 6 or _is_command(node), node.name


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("command" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_tables_are_only_to_be_had_without_numpy() -> None:
    """archive/machine/tables.py says why."""
    found = [name for name, path in MODULES.items() if "from sqlite_utils" in path.read_text("utf-8")]
    assert found == ["archive.machine.tables"]
