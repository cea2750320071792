"""`guidelines serve` as a process of its own: it answers, and says in Chinese why it cannot start."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

SERVE = [sys.executable, "-c", "from archive.cli import main; main()", "--data"]

CHROMIUM = (
    "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --enable-logging=stderr"
)


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SERVE, str(data), "serve", *arguments], capture_output=True, text=True, timeout=60)


def test_it_prints_its_address_and_answers_there(site_data: Path) -> None:
    server = subprocess.Popen([*SERVE, str(site_data), "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    found = re.search(r"网站已打开：(http://127\.0\.0\.1:\d+/)", line)
    assert found, line
    assert "基层政务公开标准档案" in httpx.get(found.group(1), timeout=30, trust_env=False).text
    server.send_signal(signal.SIGINT)
    server.wait(30)
    server.stdout.close()


def test_without_an_archive_it_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.returncode == 1
    assert "还没有档案库" in result.stderr
    assert "guidelines crawl" in result.stderr


def test_a_port_in_use_is_named(site_data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(site_data, "--port", str(port))
    assert result.returncode == 1
    assert f"端口 {port} 已被占用" in result.stderr


def test_an_address_that_is_not_ours_is_named(site_data: Path) -> None:
    result = run(site_data, "--host", "192.0.2.1")
    assert result.returncode == 1
    assert "不能在 192.0.2.1:8001 监听" in result.stderr


def test_a_mistake_in_the_settings_is_wrong_usage(site_data: Path) -> None:
    settings = site_data / "settings.toml"
    settings.write_text('timezone = "Nowhere"')
    try:
        result = run(site_data, "--port", "0")
    finally:
        settings.unlink()
    assert result.returncode == 2
    assert "timezone" in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_has_nothing_to_complain_about(site_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(site_data, data)
    (data / "settings.toml").write_text("allow_sql = true\n")
    server = subprocess.Popen([*SERVE, str(data), "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
    assert found
    for path in (
        "/",
        "/catalogue",
        "/archive",
        "/archive/items?_facet=level1",
        "/archive?sql=select+1",
        "/archive/items/1",
    ):
        browser = subprocess.run(
            [*CHROMIUM.split(), f"--user-data-dir={tmp_path}", "--dump-dom", found.group() + path],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "</html>" in browser.stdout
        assert [line for line in browser.stderr.splitlines() if "CONSOLE" in line] == [], path
    server.send_signal(signal.SIGINT)
    server.wait(30)
    server.stdout.close()
