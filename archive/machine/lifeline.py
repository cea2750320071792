"""Child processes that end with the process that started them, whatever ends that one.

The parent holds one end of a pipe and writes nothing; the child waits at the other. When the parent is gone, even by
SIGKILL, the pipe closes and the child sends itself SIGTERM, which it takes as from anybody else. A signal to the parent
is handed on, and the parent waits until the child has ended in good order.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

VARIABLE = "GUIDELINES_LIFELINE"
"""In the environment of a child: the descriptor of its end of the pipe."""
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PATIENCE = 30.0
"""Seconds that a child has for its good order once it was told to end; then it ends as it is, which loses nothing."""


class Ended(BaseException):
    """This process was told to end by a signal; raised in the main thread."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def code(self) -> int:
        """The exit code that shells and systemd know: 128 and the number of the signal."""
        return 128 + self.number


def run(line: Sequence[str], **options: Any) -> int:
    """Run a child to its end and return its exit code. Raises Ended when this process was told to end meanwhile.

    options: as for Popen.
    """
    ended: list[int] = []
    with start(line, **options) as child:

        def hand_on(number: int, _: FrameType | None) -> None:
            ended.append(number)
            child.send_signal(signal.SIGTERM)

        with handling(hand_on):
            code = child.wait()
    if ended:
        raise Ended(ended[0])
    return code


@contextmanager
def start(line: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A child that ends with this process, and with the block."""
    read, write = os.pipe()
    with ExitStack() as stack:
        stack.callback(os.close, write)
        try:
            environment = (options.pop("env", None) or os.environ) | {VARIABLE: str(read)}
            child = subprocess.Popen(line, pass_fds=(read,), env=environment, **options)
        finally:
            os.close(read)
        with child:
            try:
                yield child
            finally:
                if child.poll() is None:
                    child.terminate()


@contextmanager
def handling(handler: Any) -> Iterator[None]:
    """`handler` for the signals that end a process; those that were ignored at the start (nohup, &) stay ignored."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number in SIGNALS:
            signal.signal(number, before[number])


def hold() -> None:
    """Called by a child at its start: from now on it ends with its parent. Nothing happens without a lifeline."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor.isdigit():
        threading.Thread(target=_wait, args=(int(descriptor),), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    try:
        os.set_inheritable(descriptor, False)
        while os.read(descriptor, 1):
            pass
    except OSError:  # not the pipe that it was said to be: an environment handed on by hand
        return
    os.kill(os.getpid(), signal.SIGTERM)


def end_in_time() -> None:
    """Called by who was told to end: after PATIENCE the process ends, whatever it still does."""
    timer = threading.Timer(PATIENCE, os._exit, (128 + signal.SIGTERM,))
    timer.daemon = True
    timer.start()
