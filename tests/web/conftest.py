"""The site over a sample archive, asked through Datasette's own test client (the whole ASGI application)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from archive.web.app import site
from tests.web.sample import make_site


class Site:
    """Answers of the site, synchronously."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.datasette = site(data)
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self.datasette.invoke_startup())

    def get(self, path: str, **kwargs: Any) -> Any:
        kwargs = {"follow_redirects": True} | kwargs
        return self.loop.run_until_complete(self.datasette.client.get(path, **kwargs))

    def close(self) -> None:
        for database in self.datasette.databases.values():
            database.close()
        self.datasette.executor.shutdown()
        self.loop.close()


class Outline(HTMLParser):
    """What a test asks of a page: elements with their attributes, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] not in ("script", "style"):
            self.text += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="session")
def site_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("site") / "data"
    make_site(data).close()
    return data


@pytest.fixture(scope="session")
def web(site_data: Path) -> Iterator[Site]:
    opened = Site(site_data)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sql_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of an operator who lets visitors ask in SQL."""
    data = tmp_path_factory.mktemp("sql-site") / "data"
    make_site(data).close()
    (data / "settings.toml").write_text("allow_sql = true\n")
    opened = Site(data)
    yield opened
    opened.close()
