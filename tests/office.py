"""An operator's data folder, worked with by the commands that an operator runs."""

from __future__ import annotations

import os
import subprocess
import sys
from json import loads
from pathlib import Path
from typing import Any

from tests.sites.replica import Replica


class Office:
    """A data folder and a list of notices, run by the commands that an operator runs."""

    def __init__(self, data: Path, sources: str) -> None:
        self.data = data
        data.mkdir()
        self.sources = data / "list.toml"
        self.sources.write_text(sources, "utf-8")

    @classmethod
    def of_replica(cls, replica: Replica, data: Path, *slugs: str) -> Office:
        return cls(data, replica.write_sources(data.with_suffix(".toml"), *slugs).read_text("utf-8"))

    @classmethod
    def of_list(cls, data: Path, title: str, url: str, area: str) -> Office:
        """One notice, `land`."""
        return cls(
            data, f'[[notice]]\nnumber = 1\nslug = "land"\ntitle = "{title}"\nurl = "{url}"\nareas = ["{area}"]\n'
        )

    @staticmethod
    def environment() -> dict[str, str]:
        """Without proxies (tests speak to loopback only) and without the slow second reader of .doc."""
        plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return plain | {"GUIDELINES_SOFFICE": "off"}

    def line(self, *arguments: str) -> list[str]:
        command = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(self.data)]
        return [*command, *arguments, "--json"]

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,), json: bool = True) -> Any:
        """Run a command, with --json for its document. `codes`: the exit codes it may have."""
        line = self.line(*arguments)
        done = subprocess.run(
            line if json else line[:-1],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode in codes, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return loads(done.stdout) if json else done.stdout

    def crawl_line(self) -> list[str]:
        fast = ("--delay", "0", "--confirm-after", "0", "--timeout", "10")
        return self.line("crawl", "--all", "--sources", str(self.sources), *fast)

    def crawl(self, *, codes: tuple[int, ...] = (0,)) -> Any:
        return self.run(*self.crawl_line()[5:-1], codes=codes)
