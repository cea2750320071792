"""Reading: bytes and a rule in, a Document out. No network, no database; never raises for bad input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from attrs import evolve

import archive
from archive.model import Document
from crawler.reading.fault import ReadingFault
from crawler.reading.formats import unpackers
from crawler.reading.formats.ocr import engine
from crawler.reading.formats.office import soffice
from crawler.reading.rule import Rule

# A new version of one of these may read the same bytes differently.
_LIBRARIES = ("lxml", "trafilatura", "msdoc2docx", "python-calamine", "pdfplumber", "pypdfium2", "ofdkit", "pillow")

SHARED = (
    "model.py", "local/areas.py", "words/channels.py", "words/columns.py",
    "text/filetypes.py", "text/fold.py", "text/late.py", "text/links.py", "text/noise.py",
    "text/numbers.py", "text/struck.py",
)  # fmt: skip
"""Files of archive/ that decide what a reading is (a test holds the list against the imports)."""


def read(payload: bytes, headers: Mapping[str, str], rule: Rule) -> Document:
    """Read a page or an attachment, whichever the bytes are.

    headers: lower-case names; content-type, content-disposition and, for the address that answered, content-location.
    What cannot be read has its `problem` set.
    """
    # imported here: a subprocess that reads one .docx need not load the readers of pages
    from crawler.reading.sniff import sniff

    kind = sniff(payload, headers)
    if kind == "html":
        from crawler.reading.page.read import read_page as reader
    elif kind == "mht":
        from crawler.reading.page.saved import read_saved_page as reader
    else:
        from crawler.reading.formats.read import read_file as reader
    return evolve(reader(payload, headers, rule), reader=reader_id(rule))


def reader_id(rule: Rule) -> str:
    """Which reader made a text: a text that differs only by this is an `upgrade`, never a revision."""
    return f"{_code()}/{rule.digest}"


@cache
def _code() -> str:
    """Digest over the reader's source files and the versions of the libraries that parse for it."""
    folder = Path(__file__).parent
    # what this machine has: the second reader of .doc, what opens .rar, what recognises scans
    here = f"soffice={soffice.installed() is not None} unpacker={unpackers.installed()} ocr={engine.installed()}"
    digest = hashlib.sha256(here.encode())
    shared = Path(archive.__file__).parent
    for path in [*sorted(folder.rglob("*.py")), *(shared / name for name in SHARED)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library}={_version(library)}\0".encode())
    return digest.hexdigest()[:12]


def _version(library: str) -> str:
    try:
        said = distribution(library).read_text("METADATA") or ""  # a parser of mail would take four times as long
    except PackageNotFoundError as error:
        raise ReadingFault(f"没有安装软件包 {library}；请重新安装程序") from error
    return said.partition("\nVersion: ")[2].partition("\n")[0]
