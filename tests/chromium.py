"""Pages as a real Chromium saves them, over chromedriver's plain HTTP (W3C WebDriver, and DevTools behind it)."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import frozen

needs_chromium = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")), reason="Chromium and its driver are not installed"
)
_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking",
]  # fmt: skip


@frozen
class Browser:
    session: str

    def open(self, url: str) -> None:
        _ask(f"{self.session}/url", {"url": url})

    def snapshot(self) -> bytes:
        """The page as one file (.mhtml)."""
        asked = {"cmd": "Page.captureSnapshot", "params": {"format": "mhtml"}}
        return str(_ask(f"{self.session}/goog/cdp/execute", asked)["data"]).encode()

    def source(self) -> str:
        """The page as it stands after its scripts have run."""
        script = {"script": "return document.documentElement.outerHTML", "args": []}
        return str(_ask(f"{self.session}/execute/sync", script))


@contextmanager
def browser() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory() as folder:
        driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            base = f"http://127.0.0.1:{_port(driver)}"
            arguments = [*_OPTIONS, f"--user-data-dir={folder}"]
            wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}}
            session = f"{base}/session/{_ask(f'{base}/session', wanted)['sessionId']}"
            yield Browser(session)
            _ask(session, None)
        finally:
            driver.terminate()
            driver.communicate()


def _port(driver: subprocess.Popen[str]) -> int:
    assert driver.stdout is not None
    for line in driver.stdout:
        if "started successfully on port" in line:
            return int(line.strip().rstrip(".").rpartition(" ")[2])
    raise AssertionError("chromedriver did not start")


def _ask(url: str, body: dict[str, Any] | None) -> Any:
    """POST of a JSON document, DELETE without one."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method="DELETE" if data is None else "POST")  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as response:
        return json.load(response)["value"]
