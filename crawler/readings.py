"""A file read in a process of its own, with the files inside it: as it comes from the wire (keep.py), and again from
the bytes that were kept (reread.py, decide.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from attrs import frozen

from archive.machine.database import Row
from archive.model import Document
from archive.record.keep import keep_members
from archive.record.store import Store
from archive.warc.read import Payload, read_payload
from crawler.reading.rule import Rule

GAVE_UP = ("timeout", "memory", "crashed")
"""Problems of the machine rather than of the file: it is read again at the next visit."""


@frozen
class Inside:
    """A file inside an archive file, read."""

    path: str
    sha256: str
    document: Document


@frozen
class Reading:
    document: Document
    inside: tuple[Inside, ...] = ()

    def at(self, path: str) -> Document | None:
        return next((file.document for file in self.inside if file.path == path), None)


def read_whole(payload: bytes, headers: Mapping[str, str], url: str, rule: Rule) -> Reading:
    """Files inside a file inside a file are not followed."""
    return with_inside(read_one(payload, headers, url, rule), rule)


def read_one(payload: bytes, headers: Mapping[str, str], url: str, rule: Rule) -> Document:
    """headers: of the answer; what is read depends on its final address, its type and its name."""
    from crawler.sandbox.apart import read_apart  # a crawl that finds nothing new reads nothing

    wanted = {name: headers[name] for name in ("content-type", "content-disposition") if headers.get(name)}
    return read_apart(payload, wanted | {"content-location": url}, rule)


def with_inside(document: Document, rule: Rule) -> Reading:
    from crawler.sandbox.apart import read_apart

    return Reading(
        document,
        tuple(
            Inside(
                member.path,
                hashlib.sha256(member.payload).hexdigest(),
                read_apart(member.payload, {"content-location": member.path}, rule),
            )
            for member in document.members
        ),
    )


def payload_of(store: Store, capture: Row) -> Payload:
    """What a capture received, from its record. Raises WarcError when that is missing or damaged."""
    holder = store.holder(capture)
    return read_payload(store.data, holder["warc_file"], holder["warc_offset"])


def read_capture(store: Store, capture: Row, rule: Rule) -> Document:
    """Today's reading of a kept capture. Raises WarcError when its record is missing or damaged."""
    payload = payload_of(store, capture)
    return read_one(payload.body, payload.headers, capture["url"], rule)


def keep_inside(store: Store, parent_id: int, capture_id: int, reading: Reading) -> None:
    """The files inside an archive file as documents of their own; one that is no longer in it counts as gone."""
    keep_members(store, parent_id, capture_id, [(file.path, file.sha256, file.document) for file in reading.inside])
