"""What one reader may take of the machine: time, processor, address space."""

from __future__ import annotations

import resource

from attrs import frozen

from crawler.reading.formats.ocr import engine

SECONDS = 300.0
"""A .doc with 1,000 rows takes two minutes on two busy cores; what takes longer than this is broken."""
MEMORY_LIMIT = 2_000_000_000
"""Bytes of address space."""
PICTURED = ("pdf", "docx")
"""Kinds of files with pages that may have to be recognised."""


def seconds_for(kind: str) -> float:
    """What a file of this kind may take: pages that are pictures take ten seconds each where they are recognised."""
    return engine.SECONDS if kind in PICTURED and engine.installed() else SECONDS


@frozen
class Limits:
    """What one reader may take: our own limits or, where they are smaller, those that this process has inherited."""

    seconds: float
    """Wall clock."""
    processor: int
    """Seconds of processor time."""
    memory: int
    """Bytes of address space."""

    @classmethod
    def here(cls, seconds: float, memory: int) -> Limits:
        processor = min((int(seconds) + 1, *_inherited(resource.RLIMIT_CPU)))
        return cls(seconds, processor, min((memory, *_inherited(resource.RLIMIT_AS))))

    @property
    def megabytes(self) -> int:
        return self.memory // 1_000_000

    @property
    def scarce(self) -> str:
        """Which of them somebody has set lower than is good, '' when none is."""
        if self.memory >= MEMORY_LIMIT and self.processor >= SECONDS:
            return ""
        return f"，本机给读取进程的上限是内存 {self.megabytes} MB、处理器 {self.processor} 秒"

    def apply(self) -> None:
        _lower(resource.RLIMIT_CORE, 0, 0)
        _lower(resource.RLIMIT_CPU, self.processor, self.processor + 1)
        _lower(resource.RLIMIT_AS, self.memory, self.memory)


def _inherited(kind: int) -> tuple[int, ...]:
    """The limits that are in force, soft and hard; none of them can be exceeded, and the hard one not be raised."""
    return tuple(limit for limit in resource.getrlimit(kind) if limit != resource.RLIM_INFINITY)


def _lower(kind: int, soft: int, hard: int) -> None:
    hard = min((hard, *_inherited(kind)))
    if kind == resource.RLIMIT_CPU:  # the kernel asks the hard limit first and kills without a word
        soft = min(soft, max(hard - 1, 1))
    resource.setrlimit(kind, (min(soft, hard), hard))
