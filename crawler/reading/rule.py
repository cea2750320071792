"""What a site's rule tells the reader: where the page keeps its body, its title, its metadata and its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from attrs import asdict, field, frozen

from archive.model import Area


@frozen
class Rule:
    """Where a host keeps things; every selector is CSS. Several of a kind are tried in order of preference."""

    host: str = ""
    """'' in the generic rule."""
    content: tuple[str, ...] = ()
    """The body; the first one that matches with text in it wins."""
    declared: tuple[str, ...] = ()
    """Those of `content` that the operator wrote: what they match is the body, whatever else is on the page."""
    title: tuple[str, ...] = ()
    """The article's heading, when meta ArticleTitle is missing or wrong."""
    drop: tuple[str, ...] = ()
    """Elements that are never text of the notice, inside the body."""
    declared_drop: tuple[str, ...] = ()
    """Those of `drop` that the operator wrote: they go, whatever they say."""
    attachments: tuple[str, ...] = ()
    """Places outside the body that hold links to files."""
    metadata: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Name of a field → CSS of the elements that hold its value; or 'labels' and 'values' → CSS of label and value
    elements that belong together by position."""
    areas: tuple[Area, ...] = ()
    """The areas that a table's caption may name."""

    @property
    def digest(self) -> str:
        """Changes whenever anything in the rule changes, so that a reading made by another rule is known as such."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
