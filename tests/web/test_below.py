"""The site below /zwgk/ of another one, behind a real proxy on loopback: no link, form or feed leads out."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import httpx
import pytest

from archive.web.below import _Sender
from tests.web.conftest import Outline
from tests.web.test_serve import SERVE

HOST = "www.example.gov.cn"


@contextmanager
def proxy(port: int, *, strips: bool) -> Iterator[str]:
    """As nginx with `proxy_pass …:PORT/` (strips) or `proxy_pass …:PORT`; the rest is another site."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            if not self.path.startswith("/zwgk/"):
                self.send_error(404, "another site")
                return
            backend = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            more = {"X-Forwarded-Prefix": "/zwgk"} if strips else {}
            path = self.path.removeprefix("/zwgk") if strips else self.path
            backend.request("GET", path, headers={"Host": self.headers["Host"], "X-Forwarded-Proto": "http", **more})
            answer = backend.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.read())
            backend.close()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def served(data: Path) -> Iterator[int]:
    line = [*SERVE, str(data), "serve", "--port", "0"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r":(\d+)/", server.stdout.readline())
        assert found
        try:
            yield int(found[1])
        finally:
            server.terminate()


def kind(path: str) -> str:
    """One page of each kind is looked at: numbers, names and the query's values do not matter."""
    parts = urlsplit(path)
    shape = re.sub(r"\d+", "1", parts.path)
    shape = re.sub(r"^/zwgk/(areas|notices|rows|laws|local)/[^/.]+", r"/zwgk/\1/x", shape)
    if shape.startswith("/zwgk/archive"):  # Datasette's, a page of each depth and format
        return re.sub(r"[a-z_,~0-9]+(?=[/.]|$)", "x", shape.removeprefix("/zwgk"))
    return shape + "?" + ",".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair}))


def links(page: str) -> Iterator[str]:
    for name, attributes in Outline(page).elements:
        if name in ("a", "link", "form", "script", "img", "button"):
            for attribute in ("href", "src", "action", "formaction"):
                if attributes.get(attribute):
                    yield str(attributes[attribute])


@pytest.mark.parametrize("strips", [True, False])
def test_nothing_on_any_page_leads_out_of_the_path(site_data: Path, tmp_path: Path, strips: bool) -> None:
    data = tmp_path / "data"
    shutil.copytree(site_data, data)
    if not strips:
        (data / "settings.toml").write_text('sub_path = "/zwgk"\n')
    with (
        served(data) as port,
        proxy(port, strips=strips) as outside,
        httpx.Client(trust_env=False, timeout=60) as client,
    ):
        start = f"{outside}/zwgk/"
        if strips:
            _walk(client, outside, start)
        assert f'<a href="{start.removeprefix(outside)}catalogue">' in client.get(start).text
        assert client.get(f"{start}catalogue").status_code == 200
        feed = ElementTree.fromstring(client.get(f"{start}changes.atom").content)
        found = [link.get("href", "") for link in feed.iter("{http://www.w3.org/2005/Atom}link")]
        assert [link for link in found if link.startswith(outside) and not link.startswith(start)] == []
        assert any(link.startswith(start) for link in found)
        table = client.get(f"{start}archive/items.json?_size=1").json()
        assert table["next_url"].startswith(f"{start}archive/items.json")
        assert client.get(table["next_url"]).status_code == 200


def _walk(client: httpx.Client, outside: str, start: str) -> None:
    """From link to link, one page of each kind."""
    ahead, seen = [start, f"{start}search?q=公开", f"{start}archive/items?_facet=area_id&_size=2"], set()
    while ahead:
        url = ahead.pop()
        path = url.removeprefix(outside)
        if kind(path) in seen:
            continue
        seen.add(kind(path))
        answer = client.get(url, follow_redirects=True)
        assert answer.status_code in (200, 400, 403), f"{url}: {answer.status_code}"  # asked without what a form adds
        assert answer.url.path.startswith("/zwgk/"), answer.url
        if answer.headers["content-type"].startswith("text/html"):
            for link in links(answer.text):
                whole = urljoin(str(answer.url), link)
                if whole.startswith(outside):
                    assert whole.startswith(start), f"{url}: {link}"
                    ahead.append(whole)
    for shape in (
        "/zwgk/catalogue.xlsx?",
        "/zwgk/changes.atom?",
        "/zwgk/compile?",
        "/zwgk/rows/x?",
        "/zwgk/areas/x.atom?",
    ):
        assert shape in seen, sorted(seen)


def test_a_strange_prefix_is_not_taken_over(web) -> None:  # type: ignore[no-untyped-def]
    for prefix in ('/x"><script>', "//evil.example", "zwgk", "/a b", "/" + "a" * 200, "/.."):
        answer = web.get("/", headers={"X-Forwarded-Prefix": prefix})
        assert 'href="/catalogue"' in answer.text
        assert "evil" not in answer.text


@pytest.mark.parametrize("size", [1, 2, 7, 23, 1000])
def test_links_are_found_wherever_a_page_is_cut(size: int) -> None:
    page = b'<a href="/a">x</a><a class="b" href="/">y</a><form action="/s"><img src="//z/"> <a href="https://x/">' * 3
    sender = _Sender(None, b"/p")
    pieces = [page[at : at + size] for at in range(0, len(page), size)]
    got = b"".join(sender._amended(piece, last=False) for piece in pieces) + sender._amended(b"", last=True)
    wanted = page.replace(b'href="/', b'href="/p/').replace(b'action="/', b'action="/p/')
    assert got == wanted
