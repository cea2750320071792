"""The recogniser: rapidocr with the models in its wheel, on one thread. Never a need."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from attrs import frozen

PACKAGES = ("rapidocr", "onnxruntime", "cv2")
MAX_PAGES = 30
"""Pages of one file that are recognised; a number, not a time, so that a file reads alike on every machine."""
SECONDS = 900.0
"""For a file with that many: up to ten seconds of processor a page, three times that where the machine is slow."""
MEMORY = 1_800_000_000
"""Bytes of address space that a reader needs; 0.7 GB of them are used."""
_WIDEST = 1_280
"""Pixels of the longer side in which lines of prose are looked for: more costs memory, not errors."""


@frozen
class Recognised:
    text: str
    score: float
    """0 to 1."""


def installed() -> str:
    """Version of the recogniser, '' where it (or what it runs on) is not here."""
    if any(find_spec(package) is None for package in PACKAGES):
        return ""
    try:
        return version("rapidocr")
    except PackageNotFoundError:
        return ""


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            # more threads gain little on small pictures, and each has memory of its own
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Global.max_side_len": _WIDEST,
            "Rec.rec_batch_num": 1,  # more at once take more memory and, on one thread, more time
        }
    )


def texts(pictures: Sequence[Any]) -> list[Recognised]:
    """What stands on each picture (BGR) of one line."""
    if not pictures:
        return []
    from rapidocr.ch_ppocr_rec import TextRecInput

    found = _engine()._load_rec_model()(TextRecInput(img=list(pictures)))
    return [Recognised(text, float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


def lines(picture: Any) -> list[tuple[float, float, float, float]]:
    """Where lines of text stand on a picture (BGR): left, top, right, bottom in its pixels."""
    found = _engine()(picture, use_det=True, use_rec=False)
    if found.boxes is None:
        return []
    return [
        (min(x for x, _ in box), min(y for _, y in box), max(x for x, _ in box), max(y for _, y in box))
        for box in ([(float(x), float(y)) for x, y in corners] for corners in found.boxes)
    ]
