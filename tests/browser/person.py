"""A person at the page: every click is counted, so is every field that is filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Person:
    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def on(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()

    def type(self, selector: str, text: str) -> None:
        self.on(selector)
        self.page.keyboard.type(text)

    def fill(self, selector: str, value: str) -> None:
        self.count += 1
        self.page.fill(selector, value)

    def choose(self, selector: str, label: str, *, part: bool = False) -> None:
        """An entry of a list, by what it says or by the beginning of that."""
        self.count += 1
        if part:
            labels = self.page.locator(f"{selector} option").all_inner_texts()
            label = next(text for text in labels if text.startswith(label))
        self.page.select_option(selector, label=label)

    def download(self, selector: str) -> tuple[str, bytes]:
        with self.page.expect_download() as expected:
            self.on(selector)
        return expected.value.suggested_filename, Path(expected.value.path()).read_bytes()
