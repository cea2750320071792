"""RAR 5 archives whose files are stored, not packed: enough to hand in files of our own under any name and claim.

By the published format (https://www.rarlab.com/technote.htm); the packing itself is nobody's to write but its owner's.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

_SIGNATURE = b"Rar!\x1a\x07\x01\x00"
_DATA, _CRC = 2, 4


def rar_of(files: Mapping[str, bytes]) -> bytes:
    end = _header(_number(5) + _number(0) + _number(0))
    return _SIGNATURE + _header(_number(1) + _number(0) + _number(0)) + b"".join(map(_file, files.items())) + end


def _file(file: tuple[str, bytes]) -> bytes:
    name, content = file[0].encode(), file[1]
    fields = _number(_CRC) + _number(len(content)) + _number(0o100644) + zlib.crc32(content).to_bytes(4, "little")
    fields += _number(0) + _number(1) + _number(len(name)) + name
    return _header(_number(2) + _number(_DATA) + _number(len(content)) + fields) + content


def _header(fields: bytes) -> bytes:
    block = _number(len(fields)) + fields
    return zlib.crc32(block).to_bytes(4, "little") + block


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    parts = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        parts.append(low | (0x80 if value else 0))
        if not value:
            return bytes(parts)
