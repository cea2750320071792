"""Listings in pages: where a visitor stands in one, and the addresses of its other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from attrs import frozen

from archive.web.visit import Visit


@frozen
class Pager:
    """Where a listing stands: pages counted from 1."""

    page: int
    size: int
    total: int
    path: str
    parameters: Mapping[str, str | Sequence[str]]
    """What the visitor chose, kept in the links to the other pages."""

    @classmethod
    def of(cls, visit: Visit, total: int, size: int, parameters: Mapping[str, str | Sequence[str]]) -> Pager:
        """Raises Missing beyond the last page, BadParameter for what is no number."""
        return cls(visit.page(pages(total, size)), size, total, visit.path, parameters)

    @property
    def pages(self) -> int:
        return pages(self.total, self.size)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def url(self, page: int) -> str:
        return link(self.path, **{**self.parameters, "page": str(page) if page > 1 else ""})


def pages(total: int, size: int) -> int:
    """How many pages of `size` hold `total`; at least one."""
    return max(1, -(-total // size))


def link(path: str, **parameters: str | Sequence[str]) -> str:
    """A path with those parameters that are not empty; a list gives its parameter more than once."""
    query = urlencode({key: value for key, value in parameters.items() if value}, doseq=True)
    return f"{path}?{query}" if query else path
