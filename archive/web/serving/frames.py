"""What the site and its workers say to each other over a pair of sockets: a letter, a length in four bytes, bytes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

READY, REQUEST, START, BODY, END = b"R", b"Q", b"S", b"B", b"E"
CHUNK = 1 << 16


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next letter and its bytes. Raises asyncio.IncompleteReadError when the other side is gone."""
    head = await reader.readexactly(5)
    return head[:1], await reader.readexactly(int.from_bytes(head[1:], "big"))


def write(writer: asyncio.StreamWriter, letter: bytes, body: bytes = b"") -> None:
    writer.write(letter + len(body).to_bytes(4, "big") + body)


def packed(values: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> bytes:
    pairs = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]
    return json.dumps(values | {"headers": pairs}).encode()


def unpacked(body: bytes) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(body)
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in values["headers"]]
    return values | {"headers": pairs}
