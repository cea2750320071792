"""The crawler as a process of its own: `python -m crawler`."""

from __future__ import annotations

import sys
from importlib import import_module

FIRST = ("scrapy.core.downloader.tls", "scrapy.core.downloader.contextfactory")
"""Scrapy looks up the source of every caller and every module when it loads these: at the start there are few of either
(0.2 s of processor time)."""


def main() -> int:
    """Exit code of the command. Ends with a sentence, whatever an import raises: a package is missing or broken that
    others can do without."""
    try:
        for name in FIRST:
            import_module(name)
        from crawler.commands import cli
    except Exception as error:
        return _not_installed(error)
    try:
        return cli()
    except ImportError as error:  # of what only this command uses
        return _not_installed(error)


def _not_installed(error: Exception) -> int:
    why = " ".join(f"{type(error).__name__}: {error}".split())
    print(
        f"程序没有装全，或软件包损坏（{why}），没有抓取。请运行 guidelines doctor 查看原因，重新安装后再抓取。",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
