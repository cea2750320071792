"""Archives of a given size, filled through the store, for measurements; made once where a folder is given to keep them.

python -m scripts.archives FOLDER DOCUMENTS ROWS [laws]

Made of some forty words, nearly every character stands in nearly every document; with `laws` they are made of the names
of the 1,000 laws of the register, and of 900 characters that are as frequent as they are there.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.laws.register import load_register
from tests import corpus

SENTENCES = 24
"""At most, of a document: 640 characters on average."""


@contextmanager
def archive(kept: str, documents: int, rows: int, words: str = "") -> Iterator[Path]:
    """The data folder of an archive with so many documents and catalogue rows among them; `kept`: '' for nowhere."""
    if kept:
        yield filled(Path(kept), documents, rows, words)
        return
    with TemporaryDirectory() as folder:
        yield filled(Path(folder), documents, rows, words)


def filled(folder: Path, documents: int, rows: int, words: str = "") -> Path:
    """The same, below `folder`. How long it took is in its file filled.json."""
    data = folder / f"{documents}-{rows}{words}"
    if not data.exists():
        making = folder / f"{data.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        began, spent = time.perf_counter(), time.process_time()
        corpus.fill(making, texts(documents, words), rows).close()
        took = {"seconds": time.perf_counter() - began, "processor seconds": time.process_time() - spent}
        (making / "filled.json").write_text(json.dumps({name: round(one, 1) for name, one in took.items()}))
        making.rename(data)
    return data


def texts(documents: int, words: str = "") -> list[str]:
    """What the documents say; `words`: '' or 'laws'."""
    return corpus.texts(documents, sentences=SENTENCES, words=_names() if words else corpus.WORDS)


def _names() -> list[str]:
    """Of laws, without what their titles put around them."""
    parts = (part for title in load_register() for part in re.split(r"关于|的|和|、|《|》|（.*?）", title))
    return [*corpus.WORDS, *sorted({part for part in parts if 2 <= len(part) <= 12})]


if __name__ == "__main__":
    print(filled(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
