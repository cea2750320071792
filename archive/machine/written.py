"""A file in place of another one, at once: whoever reads it finds the old one or the new, whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(path: Path, body: bytes, mode: int = 0o666) -> Iterator[Path]:
    """The new file, on disk, under its name in a folder beside `path`; when the block ends well, it takes its place.

    mode: of the new file, less what the process's mask takes away.
    """
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        new = Path(folder) / path.name
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        yield new
        new.replace(path)
