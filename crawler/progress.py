"""What a crawl tells while it runs: a bar on a terminal, one plain line an answer in a log."""

from __future__ import annotations

import logging

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from archive.model import Capture
from archive.words import verdict

logger = logging.getLogger("guidelines")


class Progress:
    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        self.bar: Bar | None = None
        if console.is_terminal:
            columns = (TextColumn("抓取"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self.bar = Bar(*columns, console=console, transient=True)
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
