"""What work costs, counted so that a busy machine gives the same answer: processor time, not the clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """Fails when the block takes more than so many seconds of this process's processor time.

    Waiting for a processor that others use costs nothing here; the limits are many times what is needed, so that
    they tell a cost that grows with the square of the input from one that does not, and not one machine from another.
    """
    begun = time.process_time()
    yield
    spent = time.process_time() - begun
    assert spent < seconds, f"took {spent:.2f} s of processor time"
