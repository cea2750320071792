"""Office files that are a zip of XML parts: opened within limits, XML parsed without entities or network."""

from __future__ import annotations

import io
import zipfile
from typing import Self

from lxml import etree

from crawler.reading.formats.errors import DAMAGE, corrupt, encrypted, too_large

MAX_PART = 100_000_000
"""Bytes of one part after decompression (the largest seen, a sheet of 5,000 rows, has 4 MB)."""
MAX_ENTRIES = 20_000


class Package:
    def __init__(self, payload: bytes, what: str) -> None:
        self.what = what
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(payload))
        except (zipfile.BadZipFile, *DAMAGE) as error:
            raise corrupt(what) from error
        if len(self._zip.infolist()) > MAX_ENTRIES:
            raise too_large(f"{what}内含 {len(self._zip.infolist())} 个部分")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        return self._zip.namelist()

    @property
    def declared_size(self) -> int:
        """Bytes of all parts after decompression, as the file itself says."""
        return sum(info.file_size for info in self._zip.infolist())

    def read(self, name: str) -> bytes:
        """b'' where there is no such part."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return b""
        if info.flag_bits & 1:
            raise encrypted(self.what)
        try:
            with self._zip.open(info) as stream:
                data = stream.read(MAX_PART + 1)
        except (zipfile.BadZipFile, *DAMAGE) as error:
            raise corrupt(self.what) from error
        if len(data) > MAX_PART:
            raise too_large(f"{self.what}解压后超过 {MAX_PART // 1_000_000} MB")
        return data

    def xml(self, name: str) -> etree._Element | None:
        """The root element; None where there is no such part."""
        data = self.read(name)
        return parse_xml(data, self.what) if data else None


def parse_xml(data: bytes, what: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise corrupt(what) from error
    if root.getroottree().docinfo.internalDTD is not None:
        # No office program writes a DTD; who declares entities means to blow them up.
        raise corrupt(f"{what}（内含不应有的实体声明）")
    return root
