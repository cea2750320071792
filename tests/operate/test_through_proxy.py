"""A machine that reaches the network only through a proxy, a real one: crawls, and packages from a mirror."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from attrs import Factory, define

from tests.crawl.harness import page
from tests.office import Office

TOP = Path(__file__).parents[2]


@define
class Proxy:
    """Hands on what is asked in full (GET http://…): here, out of a dictionary of addresses."""

    pages: dict[str, tuple[bytes, str]] = Factory(dict)
    asked: list[str] = Factory(list)
    url: str = ""


@contextmanager
def proxy() -> Iterator[Proxy]:
    found = Proxy()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            body, kind = found.pages.get(self.path, (b"", ""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_crawl_goes_through_the_proxy_of_the_environment_file(tmp_path: Path) -> None:
    url = "http://www.zwgk.example/t.html"  # a name that nobody but the proxy knows
    office = Office.of_list(
        tmp_path / "data", "演示部办公厅关于印发land领域基层政务公开标准指引的通知", url, "社会救助"
    )
    with proxy() as through:
        through.pages[url] = (page("land"), "text/html; charset=utf-8")
        (office.data / "guidelines.env").write_text(f"http_proxy={through.url}\n")
        (office.data / "guidelines.env").chmod(0o600)
        done = office.crawl()
    assert {"http://www.zwgk.example/robots.txt", url} <= set(through.asked)
    assert all(asked.startswith("http://www.zwgk.example/") for asked in through.asked)
    assert done["verdicts"] == {"ok": 1}


def test_packages_come_from_the_mirror_through_the_proxy(tmp_path: Path) -> None:
    """What scripts/start asks of pip, with PIP_INDEX_URL=$MIRROR and a proxy as the manual says."""
    wheel = tmp_path / "sample_package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("sample_package.py", "")
        archive.writestr(
            "sample_package-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: sample-package\nVersion: 1.0\n"
        )
        archive.writestr(
            "sample_package-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("sample_package-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"sample-package==1.0 --hash=sha256:{digest}\n")
    mirror = "http://mirror.example/simple"
    with proxy() as through:
        through.pages[f"{mirror}/sample-package/"] = (
            f'<a href="../../{wheel.name}">{wheel.name}</a>'.encode(),
            "text/html",
        )
        through.pages[f"http://mirror.example/{wheel.name}"] = (wheel.read_bytes(), "application/octet-stream")
        environment = os.environ | {
            "PIP_INDEX_URL": mirror,
            "PIP_TRUSTED_HOST": "mirror.example",
            "PIP_NO_CACHE_DIR": "1",
        }
        environment |= {
            "http_proxy": through.url,
            "https_proxy": through.url,
            "no_proxy": "",
            "PIP_CONFIG_FILE": os.devnull,
        }
        line = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
        done = subprocess.run(
            [*line, "--no-deps", "-r", str(lock), "--target", str(tmp_path / "target")],
            env=environment, capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "target" / "sample_package.py").exists()
    assert through.asked == [f"{mirror}/sample-package/", f"http://mirror.example/{wheel.name}"]
