"""What a crawl tells while it runs: a bar on a terminal, one plain line an answer in a log."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from archive.model import Capture
from archive.words import verdict

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

logger = logging.getLogger("guidelines")


class Progress:
    def __init__(self, total: int) -> None:
        self.bar: Bar | None = None
        if sys.stderr.isatty():
            from rich.console import Console  # the timer's crawls have no terminal
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("抓取"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("", total=total)
            self.bar.start()

    def arrived(self, slug: str, kind: str, capture: Capture) -> None:
        line = f"{slug}：{verdict(str(capture.verdict), str(capture.reason))}"
        if self.bar is not None:
            self.bar.update(self.task, description=line, advance=1 if kind == "page" else 0)
        logger.info("%s %s", line, capture.url)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.stop()
