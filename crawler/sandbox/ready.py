"""Every parser, loaded: what fails here is a fault of the installation or of the machine, whatever the bytes."""

from __future__ import annotations

import importlib

_MODULES = ("crawler.reading", "crawler.reading.page.read", "crawler.reading.formats.read")


def load() -> None:
    """Import all readers with the libraries that they need. Raises whatever an import raises."""
    for module in _MODULES:
        importlib.import_module(module)
