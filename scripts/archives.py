"""Archives of a given size, filled through the store, for measurements; made once where a folder is given to keep them.

python -m scripts.archives FOLDER DOCUMENTS ROWS
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import corpus

SENTENCES = 24
"""At most, of a document: 640 characters on average."""


@contextmanager
def archive(kept: str, documents: int, rows: int) -> Iterator[Path]:
    """The data folder of an archive with so many documents and catalogue rows among them; `kept`: '' for nowhere."""
    if kept:
        yield filled(Path(kept), documents, rows)
        return
    with TemporaryDirectory() as folder:
        yield filled(Path(folder), documents, rows)


def filled(folder: Path, documents: int, rows: int) -> Path:
    """The same, below `folder`. How long it took is in its file filled.json."""
    data = folder / f"{documents}-{rows}"
    if not data.exists():
        making = folder / f"{data.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        began, spent = time.perf_counter(), time.process_time()
        corpus.fill(making, texts(documents), rows).close()
        took = {"seconds": time.perf_counter() - began, "processor seconds": time.process_time() - spent}
        (making / "filled.json").write_text(json.dumps({name: round(one, 1) for name, one in took.items()}))
        making.rename(data)
    return data


def texts(documents: int) -> list[str]:
    """What the documents say."""
    return corpus.texts(documents, sentences=SENTENCES)


if __name__ == "__main__":
    print(filled(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
