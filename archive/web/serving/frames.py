"""What the site and its workers say to each other over a pair of sockets: a letter, a length in four bytes, bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

READY, REQUEST, START, BODY, END = b"R", b"Q", b"S", b"B", b"E"
CHUNK = 1 << 16
_BYTES = "latin-1"


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next letter and its bytes. Raises asyncio.IncompleteReadError when the other side is gone."""
    head = await reader.readexactly(5)
    return head[:1], await reader.readexactly(int.from_bytes(head[1:], "big"))


def write(writer: asyncio.StreamWriter, letter: bytes, body: bytes = b"") -> None:
    writer.write(letter + len(body).to_bytes(4, "big") + body)


def packed(values: Mapping[str, Any]) -> bytes:
    """JSON in which bytes, as of headers and addresses, stay bytes."""
    return json.dumps(values, default=lambda found: {_BYTES: found.decode("latin-1")}).encode()


def unpacked(body: bytes) -> Any:
    return json.loads(body, object_hook=lambda found: found[_BYTES].encode("latin-1") if _BYTES in found else found)
