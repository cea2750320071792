"""The templates of messages, filled: a message as text, a mail as html, one change as html for a feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, Template, select_autoescape

from archive.record.story import Story
from archive.tell.markup import Detail, Flavour, Written, clip

_GAP = Written("\f")
"""Between two paragraphs; the escape of every flavour takes it out of page text."""


class _Joined(PackageLoader):
    """The lines of a template without their layout, which would be sent with every message."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, path, fresh = super().get_source(environment, template)
        return "".join(line.strip() for line in source.splitlines()), path, fresh


_HTML = Environment(loader=_Joined("archive.tell"), autoescape=select_autoescape())


def change(story: Story) -> str:
    """One change as html."""
    return _HTML.get_template("change.html").render(story=story)


def mail(subject: str, **said: Any) -> str:
    """A whole mail as html."""
    return _HTML.get_template("mail.html").render(subject=subject, **said)


def text(flavour: Flavour, detail: Detail, footer: Sequence[str], **said: Any) -> str:
    """A whole message in the marks of its channel. `footer` is ours and holds no page text."""
    ours = {"flavour": flavour, "detail": detail, "gap": _GAP, "footer": [Written(line) for line in footer]}
    filled = _template(flavour).render(ours, **said)
    parts = [[line for line in part.split("\n") if line] for part in filled.split(_GAP)]
    return "\n\n".join(flavour.newline.join(part) for part in parts if part)


@cache
def _template(flavour: Flavour) -> Template:
    environment = Environment(
        loader=PackageLoader("archive.tell"),
        autoescape=select_autoescape(),  # not of text: the flavour's escape does it
        finalize=flavour.escape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clip"] = clip
    return environment.get_template("message.txt")
