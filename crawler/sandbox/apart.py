"""Reading a file in a process of its own: whatever a file does to a parser, the crawl goes on.

The processes come from a fork server that has the parsers loaded, so one costs some 10 ms; each has limits on address
space and processor time and is killed with everything it started (LibreOffice too) when its time is up.

What is no property of the bytes is a `ReadingFault`. A dead or puzzled reader may be either, so the built-in samples
are read before the first file, and the one of the same format again before a file is blamed.
"""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterable, Mapping
from functools import cache

from attrs import evolve

from archive.model import Document
from crawler.reading import reader_id
from crawler.reading.fault import ReadingFault, cause_of
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from crawler.samples import BEFORE_A_CRAWL, SAMPLES, Sample
from crawler.sandbox.child import Task, crashed, late, too_big
from crawler.sandbox.limits import MEMORY_LIMIT, SECONDS, Limits, seconds_for
from crawler.sandbox.processes import run

DOUBTFUL = ("timeout", "memory", "crashed", "corrupt")
"""Problems that a machine in need gives to sound files, too."""
_CHECKING = threading.Lock()


def read_apart(
    payload: bytes, headers: Mapping[str, str], rule: Rule, *, seconds: float = 0, memory: int = MEMORY_LIMIT
) -> Document:
    """`crawler.reading.read` in a process of its own; safe to call from several threads.

    seconds: wall clock and processor time, 0 for what its kind may need; memory: address space in bytes. A child that
    is late, too large or dead gives a Document with the problem `timeout`, `memory` or `crashed`. Raises ReadingFault
    when the machine could not have read any file.
    """
    check_machine()
    kind = sniff(payload, headers)
    document = _attempt(payload, headers, rule, Limits.here(seconds or seconds_for(kind), memory))
    if document.problem.code in DOUBTFUL:
        check_samples([kind if kind in SAMPLES else "page"])
    return document


def check_samples(kinds: Iterable[str] = BEFORE_A_CRAWL) -> None:
    """Read built-in samples as any file is read. Raises ReadingFault at the first that does not come out right."""
    for kind in kinds:
        read_sample(kind)


def read_sample(kind: str) -> Document:
    """The reading of a built-in sample, by its name in SAMPLES. Raises ReadingFault when it is not what it must be."""
    return proved(SAMPLES[kind])


def proved(sample: Sample) -> Document:
    """The reading of a sample. Raises ReadingFault when it is not what it must be."""
    limits = Limits.here(SECONDS, MEMORY_LIMIT)
    try:
        payload = sample.payload()
    except FileNotFoundError as error:
        raise ReadingFault(f"程序没有装全，缺少文件 {error.filename}；请重新安装") from error
    except OSError as error:
        raise ReadingFault(cause_of(error)) from error
    document = _attempt(payload, sample.headers, Rule(content=("#content",)), limits)
    if document.problem or sample.word not in document.text:
        code = document.problem.code or "文字不全"
        raise ReadingFault(f"内置的{sample.name}样本没有读出：{code}{limits.scarce}")
    return document


def check_machine() -> None:
    """What the first `read_apart` of a process does by itself: the samples, once. Raises ReadingFault."""
    with _CHECKING:
        _machine_reads()


@cache
def _machine_reads() -> None:
    check_samples()


def _attempt(payload: bytes, headers: Mapping[str, str], rule: Rule, limits: Limits) -> Document:
    try:
        with _scratch() as scratch:
            answer, code, is_late = run(Task(payload, dict(headers), rule, limits, scratch))
    except MemoryError as error:  # of this process
        raise ReadingFault(cause_of(error)) from error
    if answer is not None and answer.document is None:
        raise ReadingFault(answer.fault)
    if answer is not None and answer.document is not None:
        # named as this process names its reader: the fork server keeps the environment that it was started with
        return evolve(answer.document, reader=reader_id(rule))
    if is_late:
        problem = late(limits.seconds)
    elif code == -signal.SIGXCPU:
        problem = late(limits.processor)
    elif code == -signal.SIGKILL:  # not by us, so by the kernel that ran out of memory
        problem = too_big(limits)
    else:
        problem = crashed(signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}")
    return Document(problem=problem, reader=reader_id(rule))


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """What a killed reader leaves behind goes with this folder. Raises ReadingFault when there is no room for it."""
    try:
        return tempfile.TemporaryDirectory(prefix="guidelines-read-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ReadingFault(f"不能建立临时目录：{cause_of(error)}") from error
