"""Where on our site a thing is shown. Every page, message and answer of a program takes the address from here."""

from __future__ import annotations


def row(key: str) -> str:
    """Path of a catalogue row's page, by `items.key`; it stays when the row is revised, or its file replaced."""
    return f"/rows/{key}"
