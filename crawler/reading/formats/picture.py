"""A picture: it has no text, but two pictures can be told to show the same whatever wrote their bytes."""

from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from archive.model import DIMENSIONS, PIXELS, Document
from archive.text.filetypes import UNREAD
from crawler.reading.formats.errors import corrupt, unsupported

MOST = 40_000_000
"""Pixels that are decoded: a sheet of A4 at 600 dots an inch. What is larger is known by its bytes."""
_STRIP = 256
_UNKNOWN = (UnidentifiedImageError, NotImplementedError, Image.DecompressionBombError)
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


def read(payload: bytes, media_type: str) -> Document:
    """The digest of what a picture shows and its size, in `metadata`; always with a problem, since nothing is read.

    The problem is `corrupt` when the bytes end too early or are damaged. What moves and what no decoder here knows is
    known by its bytes.
    """
    name = UNREAD["png"]
    metadata = {PIXELS: by_bytes(payload)}
    try:
        with Image.open(BytesIO(payload)) as image:
            metadata[DIMENSIONS] = "×".join(map(str, image.size))
            if image.width * image.height <= MOST and getattr(image, "n_frames", 1) == 1:
                image.load()
                metadata[PIXELS] = _digest(image)
    except _UNKNOWN:
        pass  # its bytes are what is known of it
    except _DAMAGED:
        return Document(problem=corrupt(name).problem, media_type=media_type, metadata=metadata)
    return Document(problem=unsupported(name).problem, media_type=media_type, metadata=metadata)


def by_bytes(payload: bytes) -> str:
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


def _digest(image: Image.Image) -> str:
    """Of size and colours, however they were stored: a palette, a grey scale and full colours can show the same."""
    digest = hashlib.sha256(f"{image.width}x{image.height}".encode())
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        digest.update(strip.convert("RGBA").tobytes())
    return digest.hexdigest()
