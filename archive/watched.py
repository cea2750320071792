"""What is watched: the ministries' notices, the laws that their rows rest on, and local catalogues."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from attrs import frozen

from archive.model import Area, Notice, Task


class Role(StrEnum):
    """What a watched source is to the archive. All are fetched, judged and told alike; only the rows of notices are the
    national catalogue."""

    NOTICE = "notice"
    LAW = "law"
    LOCAL = "local"


@frozen
class Law:
    """A law or document that rows rest on and whose text is watched."""

    slug: str
    title: str
    url: str
    content: str = ""
    """As of a notice."""


@frozen
class Local:
    """A local catalogue that is held against the national rows."""

    name: str
    """Of the place or office that keeps it."""
    url: str
    area: tuple[str, ...] = ()
    """Names of areas; () when it may be about any."""
    slug: str = ""
    """'' in the file gives one that stays the same while name and areas do."""
    content: str = ""
    """As of a notice."""


@frozen
class Sources:
    notices: tuple[Notice, ...]
    areas: tuple[Area, ...]
    tasks: tuple[Task, ...] = ()
    laws: tuple[Law, ...] = ()
    locals: tuple[Local, ...] = ()
    name: str = ""
    """What the list is about, as titles of pages, feeds and mails say it; '' leaves it to the notices' titles."""

    @property
    def watched(self) -> tuple[tuple[Role, Notice], ...]:
        """Everything that is fetched, laws and local catalogues as if they were notices, numbered after these."""
        laws = (
            Notice(10_000 + n, law.slug, law.title, "", law.url, (), (), law.content)
            for n, law in enumerate(self.laws, 1)
        )
        places = (
            Notice(20_000 + n, one.slug, "", one.name, one.url, one.area, (), one.content)
            for n, one in enumerate(self.locals, 1)
        )
        return (
            *((Role.NOTICE, notice) for notice in self.notices),
            *((Role.LAW, notice) for notice in laws),
            *((Role.LOCAL, notice) for notice in places),
        )

    def watch(self, slugs: Collection[str]) -> list[Notice]:
        """Those of what is fetched that have these slugs."""
        return [notice for _, notice in self.watched if notice.slug in slugs]
