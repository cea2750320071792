"""python -m scripts.pictures: the pictures of the README, each of a page of the replica's archive, under 150 kB."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browser.conftest import CHROMIUM, Office, crawled, served
from tests.browser.test_pages import address

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SHOWN = {"home": ("home", 900), "change": ("change", 900), "compile": ("compile-rows", 1100)}
"""Name of the picture to page and height."""
MOST = 150_000


def main() -> int:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder) / "data"
        crawled(data)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with served(data) as base:
            page = browser.new_page(locale="zh-CN")
            for name, (shown, height) in SHOWN.items():
                page.set_viewport_size({"width": 1280, "height": height})
                page.goto(address(Office(data, base), shown))
                _picture(page, IMAGES / f"{name}.png")
        browser.close()
    return 0


def _picture(page: Any, path: Path) -> None:
    page.screenshot(path=path)
    with Image.open(path) as opened:
        opened.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path}: {size:,} bytes")
    if size > MOST:
        raise SystemExit(f"{path} is larger than {MOST:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
