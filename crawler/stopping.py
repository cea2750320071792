"""Why this process has to end before its work is done: it was told to (a signal, its parent is gone), or the machine
cannot go on (a full disk). Nothing is lost either way: each answer is in WARC files and database, or in neither.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from archive.machine import faults, lifeline
from crawler.sandbox import living


class Stop:
    def __init__(self) -> None:
        self.cause: lifeline.Ended | Exception | None = None
        self._halt: Callable[[], None] | None = None

    def on_signal(self, number: int, _: FrameType | None) -> None:
        """The handler of the process's signals, in the main thread. Raises Ended where no event loop runs."""
        if self.cause is not None:  # told twice: it is on its way
            return
        self.cause = lifeline.Ended(number)
        self._end()
        if self._halt is None:
            raise self.cause

    def on_error(self, error: BaseException) -> None:
        """An error somewhere in the crawl: one of the machine ends it, any other is told by whoever met it."""
        if self.cause is None and isinstance(error, Exception) and faults.of_the_machine(error):
            self.cause = error
            self._end()

    @contextmanager
    def halting(self, halt: Callable[[], None]) -> Iterator[None]:
        """While an event loop runs: `halt` stops it. What the process has to end for is raised after the block."""
        self._halt = halt
        try:
            yield
        finally:
            self._halt = None
        if self.cause is not None:
            logging.disable(logging.CRITICAL)  # what the loop leaves behind would complain of it
            raise self.cause

    def _end(self) -> None:
        lifeline.end_in_time()
        for handler in logging.getLogger().handlers:  # what is cut off now would complain, and has nothing to say
            handler.addFilter(lambda record: record.name == "guidelines")
        living.end_all()
        if self._halt is not None:
            self._halt()
