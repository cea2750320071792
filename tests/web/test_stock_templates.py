"""Datasette's own pages speak Chinese: its templates that we replace are those of the release that we know, and no
English word is left in them but those that every reader of such pages knows."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

import archive.web
from archive.web.stock.labels import metadata
from tests.web.conftest import Site

OURS = Path(archive.web.__path__[0]) / "templates"
ORIGINALS = {
    "_close_open_menus.html": "eda6b9dbf39ab061a9e29dcb05fdb5728d91dce8bcf5de436c0066c22a840fe2",
    "_codemirror.html": "adc9b239432e853b62049bebf493ea948a2410ee295b7fa9a054e644588535d7",
    "_codemirror_foot.html": "57f0251b9c1fbe032faf49694bcf7ef1940c6c4fa9a7e2bfb587e79f758dcd12",
    "_crumbs.html": "882c9d69e13363b440d4b977d432ae7287548d53e71ca199327c1acece3c9c81",
    "_facet_results.html": "622d3c764aa14f17f07714af7bbdee5719adfbce9cce5358fd3df3e2df137f30",
    "_footer.html": "d190d9e7dc5046c1bdfb2b738c60754143eab44fdbae2d9a74e7b8f1aa2cf44b",
    "_table.html": "f75a8872713f28fdce49b9a44a397f26ba1b5db5e82a74dda1f20ec14faaaa57",
    "base.html": "bb22df33caea147e1db3b238878f2716ab698c81be89a66d9dabd5649e899dc2",
    "database.html": "4fd5e97823bb5380b54c4f4f5285f07d1db74e366ef6225aa46dddfcf5b2c88a",
    "query.html": "bc3559df0e209da97d0bb46d0da5e36e02a9a561e4e473d1b79f62776786b435",
    "row.html": "ff5dde41541c39dd09f1dee1bbb3e4e58e8487775b17e1c9650bd558eb1b5a17",
    "table.html": "81cec4b0f7948bf0b4756b1a0ce706ce30d5694e506fd5639f3cd08a4a8f88a9",
}
"""SHA-256 of the templates of Datasette 0.65.5. Where one differs, carry the difference over to our copy."""
NAMES = {"datasette", "json", "csv", "sql", "sqlite", "db"}
OF_ITS_PROGRAM = set(
    re.findall(
        "[a-z]+",
        "contains not contains ends with starts with like not like glob in not in array contains does not contain "
        "date is null is not null is blank is not blank hide show no such column cannot sort table by rank",
    )
)
"""Words that its Python code prints: the filters' operators, the switch of the SQL editor, and messages."""


class Visible(HTMLParser):
    """The words that a visitor sees: text, and what buttons, titles and placeholders say."""

    SILENT = ("script", "style", "td", "pre", "code", "textarea")
    """Data and programs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._within.append(tag)
        values = dict(attrs)
        shown = ["title", "placeholder", "alt", "aria-label"]
        if tag == "input" and values.get("type") in ("submit", "button"):
            shown.append("value")
        self.said += [values[name] or "" for name in shown if name in values]

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.said.append(data)


def english(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Za-z]{2,}", text)}


def test_the_templates_that_we_replace_are_those_of_the_release_that_we_know() -> None:
    installed = files("datasette") / "templates"
    assert {path.name for path in OURS.glob("*.html")} == set(ORIGINALS)
    for name, digest in ORIGINALS.items():
        assert hashlib.sha256((installed / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_replaced_template_has_no_english_word_in_any_of_its_branches(name: str) -> None:
    source = (OURS / name).read_text("utf-8")
    without_classes = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", source)
    without_jinja = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", without_classes, flags=re.DOTALL)
    assert english(" ".join(Visible(without_jinja).said)) <= NAMES


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_replaced_template_gives_the_nonce_to_each_of_its_scripts_and_styles(name: str) -> None:
    source = (OURS / name).read_text("utf-8")
    tags = re.findall(r"<(?:script|style)\b[^>]*", source)
    assert all('nonce="{{ request.scope.csp_nonce }}"' in tag for tag in tags)


PAGES = (
    "/archive",
    "/archive?_show_hidden=1",
    "/archive/items",
    "/archive/items?_facet=level1&_sort=id&level2__contains=" + quote("征地") + "&_search=" + quote("征地"),
    "/archive/items?_sort_desc=level1&_facet_size=1&_size=10&county__isblank=1",
    "/archive/items?_where=id=1",
    "/archive/captures?verdict=none",
    "/archive/documents",
    "/archive/good_captures",
    "/archive/notices/1",
    "/archive/items/1",
    "/archive?sql=select+1",
    "/archive?sql=select+1+where+:a&a=0",
    "/archive?sql=select+1&_hide_sql=1",
    "/archive?sql=select+nonsense",
    "/archive/nope",
    "/archive/items/999999",
    "/archive/items?_sort=nope",
    "/-/settings",
)


@pytest.mark.parametrize("path", PAGES)
def test_what_a_page_of_datasettes_says_is_chinese(sql_web: Site, path: str) -> None:
    """Beside it only what its tables hold: their names, and codes that our own descriptions explain."""
    schema = sql_web.get("/archive.json?sql=select+name,+sql+from+sqlite_master&_shape=array").text
    known = english(schema + json.dumps(metadata()) + unquote(path))
    said = [text for text in Visible(sql_web.get(path).text).said if not text.startswith("select ")]
    assert english(" ".join(said)) <= known | NAMES | OF_ITS_PROGRAM
