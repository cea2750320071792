"""Damaged files: bits flipped, cut at every kilobyte. No exception, no hang; a text or a reason."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from crawler.reading.formats.office import soffice
from crawler.reading.formats.read import read_file
from crawler.reading.rule import Rule
from crawler.sandbox.apart import read_apart
from tests.formats.helpers import OWN, SHARED
from tests.work import processor_time

SHARED_SAMPLES = (
    "mulu.doc", "mulu.docx", "mulu.html", "mulu.ods", "mulu.pdf", "mulu.xls", "mulu.xlsx", "mulu_scan2.pdf",
    "official_reply.ofd", "table.ofd", "sym.docx", "real/loan_policy.wps",
)  # fmt: skip
SAMPLES = [
    *(OWN / f"mulu.{suffix}" for suffix in ("doc", "docx", "html", "ods", "odt", "pdf", "wps", "xls", "xlsx")),
    *(OWN / name for name in ("mulu_symbols.docx", "mulu_gbk_names.zip", "scan.pdf", "letter.ofd", "locked.docx")),
    *(SHARED / name for name in SHARED_SAMPLES if SHARED.is_dir()),
]
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: "/".join(path.parts[-2:]))


@pytest.fixture(autouse=True)
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(soffice.SWITCH, "off")


def flipped(payload: bytes, seed: int, share: float = 0.001) -> bytes:
    chance = random.Random(seed)
    damaged = bytearray(payload)
    for _ in range(max(1, int(len(payload) * share))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _survives(payload: bytes) -> None:
    with processor_time(60):
        document = read_file(payload, {}, Rule())
    assert document.text or document.problem or document.members


@each_sample
def test_a_damaged_file_gives_text_or_a_reason(path: Path) -> None:
    payload = path.read_bytes()
    for seed in range(3):
        _survives(flipped(payload, seed, (0.0001, 0.001, 0.01)[seed]))
    for part in (0.02, 0.3, 0.99):
        _survives(payload[: int(len(payload) * part)])


def test_a_damaged_file_is_survived_apart_as_well() -> None:
    for name in ("mulu.docx", "mulu.pdf"):
        document = read_apart(flipped((OWN / name).read_bytes(), 7), {}, Rule(), seconds=60)
        assert document.text or document.problem


@pytest.mark.slow
@each_sample
def test_a_file_cut_at_any_kilobyte_gives_text_or_a_reason(path: Path) -> None:
    payload = path.read_bytes()
    for size in range(0, len(payload), 1024):
        _survives(payload[:size])


@pytest.mark.slow
@each_sample
def test_a_file_with_any_bits_flipped_gives_text_or_a_reason(path: Path) -> None:
    payload = path.read_bytes()
    for seed in range(150):
        _survives(flipped(payload, seed, random.Random(seed).choice((0.00002, 0.0005, 0.005))))
