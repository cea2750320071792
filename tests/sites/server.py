"""A real HTTP server on loopback for tests: one address a host, every page replaceable, every nasty answer on a switch.

    with SiteServer() as server:
        server.put("www.ndrc.gov.cn", "/t1.html", "<html>…")      # returns the full address
        server.mode(url, "challenge-1")                            # names: tests.sites.modes.MODES and status-<n>
        server.wait_for(lambda seen: len(seen) > 3)

Each named host gets an address of its own (127.0.0.2, 127.0.0.3 …) on one common port, so that per-host rules (robots,
one request at a time) can be seen. Answers carry ETag and, where given, Last-Modified, and honour conditional requests.
"""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from attrs import define, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sites import modes

HTML = "text/html; charset=utf-8"
Origin = tuple[str, int]


@frozen
class Seen:
    """One request as it arrived."""

    method: str
    host: str
    """The name that the test gave the host."""
    path: str
    headers: Mapping[str, str]
    """Lower-case names."""
    at: float
    """time.monotonic() when it had been read."""
    together: int
    """Requests in flight on this host, with this one."""


@define
class Page:
    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    last_modified: str = ""
    etag: bool = True
    served: int = 0
    """Answers so far: modes that alternate count by it."""


class SiteServer:
    def __init__(self, port: int = 0) -> None:
        """`port`: of every host, 0 for a free one (an archive made earlier knows its pages by their port)."""
        self.seen: list[Seen] = []
        self.stopping = threading.Event()
        self._changed = threading.Condition()
        self._addresses: dict[str, str] = {}
        self._names: dict[Origin, str] = {}
        self._pages: dict[tuple[Origin, str], Page] = {}
        self._modes: dict[tuple[Origin, str], str] = {}
        self._later: dict[tuple[Origin, str], tuple[int, str]] = {}
        self._held: dict[tuple[Origin, str], threading.Event] = {}
        self._in_flight: dict[str, int] = {}
        self._servers: list[ThreadingHTTPServer] = []
        self._port = port
        self.ahead = timedelta()
        """How far the clocks of all hosts are ahead of this machine's."""
        self._folder = tempfile.TemporaryDirectory(prefix="sites-")

    # ------------------------------------------------------------ hosts

    def __enter__(self) -> SiteServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for event in self._held.values():
            event.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._folder.cleanup()

    def host(self, name: str) -> str:
        """The base address of a host, 'http://127.0.0.2:8123', which listens from now on."""
        if name not in self._addresses:
            address = f"127.0.0.{len(self._addresses) + 2}"
            self._port = self._listen(name, address, self._port)
            self._addresses[name] = address
        return f"http://{self._addresses[name]}:{self._port}"

    def extra_port(self, name: str) -> str:
        """Another port on the address of `name`, as a file server would have."""
        self.host(name)
        return f"http://{self._addresses[name]}:{self._listen(name, self._addresses[name], 0)}"

    def tls_port(self, name: str, *, old: bool = False) -> str:
        """An https port, self-signed (`certificate`, `old_certificate`); `old` speaks TLS 1.0 only."""
        self.host(name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if old:
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
        certificate, key = self._certificate(rsa_key=old)
        context.load_cert_chain(certificate, key)
        return f"https://{self._addresses[name]}:{self._listen(name, self._addresses[name], 0, context)}"

    @property
    def certificate(self) -> Path:
        """PEM of the self-signed certificate: SSL_CERT_FILE for a client that shall trust it."""
        return self._certificate(rsa_key=False)[0]

    @property
    def old_certificate(self) -> Path:
        return self._certificate(rsa_key=True)[0]

    def unused(self) -> str:
        """An address that refuses connections."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{probe.getsockname()[1]}"

    # ------------------------------------------------------------ pages

    def put(
        self,
        where: str,
        path: str,
        body: str | bytes,
        content_type: str = HTML,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        last_modified: str = "",
        etag: bool = True,
    ) -> str:
        """Serve `body` under `path` (with its query) of a host (by name or base address); returns the full address."""
        base = where if "://" in where else self.host(where)
        data = body.encode() if isinstance(body, str) else body
        page = Page(data, content_type, status, headers or {}, last_modified, etag)
        with self._changed:
            self._pages[_key(base + path)] = page
        return base + path

    def remove(self, url: str) -> None:
        with self._changed:
            del self._pages[_key(url)]

    def mode(self, url: str, name: str) -> None:
        """Answer for `url` (a base address: for every path of the host but robots.txt) in a nasty way; '' ends it."""
        if name and not name.startswith("status-") and name not in modes.MODES:
            raise ValueError(f"no mode {name!r}; there are {', '.join(modes.MODES)}, status-<n>")
        with self._changed:
            self._modes[_key(url)] = name
            if _key(url) in self._pages:
                self._pages[_key(url)].served = 0

    def then(self, url: str, name: str, after: int) -> None:
        """Go over to a mode once `after` more requests for `url` have been answered."""
        with self._changed:
            self._later[_key(url)] = (after, name)

    def hold(self, url: str) -> Callable[[], None]:
        """Let no answer for `url` out until the returned function is called."""
        event = self._held[_key(url)] = threading.Event()

        def release() -> None:
            self._held.pop(_key(url), None)
            event.set()

        return release

    # ------------------------------------------------------------ what happened

    def requests(self, host: str = "", path: str = "") -> list[Seen]:
        """What arrived so far, of one host and one path when given."""
        with self._changed:
            return [s for s in self.seen if host in ("", s.host) and path in ("", s.path)]

    def forget(self) -> None:
        with self._changed:
            self.seen.clear()

    def wait_for(self, happened: Callable[[list[Seen]], bool], timeout: float = 60) -> None:
        """Block until `happened(requests so far)`; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: happened(self.seen), timeout):
                raise TimeoutError(f"not seen within {timeout} s; so far {[(s.host, s.path) for s in self.seen]}")

    # ------------------------------------------------------------ called by the handler

    def arrived(self, origin: Origin, method: str, path: str, headers: Mapping[str, str]) -> None:
        name = self._names[origin]
        with self._changed:
            self._in_flight[name] = self._in_flight.get(name, 0) + 1
            self.seen.append(Seen(method, name, path, headers, time.monotonic(), self._in_flight[name]))
            self._changed.notify_all()
        held = self._held.get((origin, path))
        if held:
            held.wait()

    def left(self, origin: Origin) -> None:
        with self._changed:
            self._in_flight[self._names[origin]] -= 1

    def page(self, origin: Origin, path: str) -> Page | None:
        with self._changed:
            return self._pages.get((origin, path))

    def mode_of(self, origin: Origin, path: str) -> str:
        with self._changed:
            if (origin, path) in self._later:
                left, name = self._later[origin, path]
                self._later[origin, path] = (left - 1, name)
                if left <= 0:
                    return name
            own = self._modes.get((origin, path), "") or self._modes.get((origin, path.split("?")[0]), "")
            return own or ("" if path == "/robots.txt" else self._modes.get((origin, ""), ""))

    # ------------------------------------------------------------ listening

    def _listen(self, name: str, address: str, port: int, context: ssl.SSLContext | None = None) -> int:
        server = _Server((address, port), _Handler)
        server.site = self
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        port = server.server_address[1]
        self._names[(address, port)] = name
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return port

    def _certificate(self, *, rsa_key: bool) -> tuple[Path, Path]:
        """A self-signed certificate for 127.0.0.2 … 127.0.0.30; an RSA key for the old ciphers."""
        from cryptography.hazmat.primitives.asymmetric import rsa

        certificate, key_file = (Path(self._folder.name, f"{part}-{rsa_key}.pem") for part in ("certificate", "key"))
        if certificate.exists():
            return certificate, key_file
        key = rsa.generate_private_key(65537, 2048) if rsa_key else ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "replica")])
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address(f"127.0.0.{n}")) for n in range(2, 31)]
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=30))
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, key_file


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    site: SiteServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up (limits, verification) is what tests provoke."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        site, origin = self.server.site, self.server.server_address[:2]
        site.arrived(origin, self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        try:
            self._answer(site, origin)
        finally:
            site.left(origin)

    do_HEAD = do_POST = do_GET

    def _answer(self, site: SiteServer, origin: Origin) -> None:
        page, mode = site.page(origin, self.path), site.mode_of(origin, self.path)
        if page:
            page.served += 1
        if mode.startswith("status-"):
            self.reply(int(mode.removeprefix("status-")), modes.error_page(mode.removeprefix("status-")))
        elif mode:
            modes.MODES[mode](self, page or Page(modes.plain_page()))
        elif page is None and (self.path == "/" or self.path.startswith("/login.jsp")):
            self.reply(200, modes.home_page() if self.path == "/" else modes.login_page())
        elif page is None:
            self.reply(404, modes.error_page("404"))
        else:
            self.reply_page(page)

    def reply_page(self, page: Page, body: bytes | None = None) -> None:
        """The page as it is (or with another body), or 304 when the client has it."""
        data = page.body if body is None else body
        headers = dict(page.headers)
        if page.etag and page.status == 200:
            headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
        if page.last_modified:
            headers["Last-Modified"] = page.last_modified
        known, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        fresh = known == headers.get("ETag") if known else since is not None and since == page.last_modified
        if fresh and page.status == 200:
            self.reply(304, b"", "", headers)
        else:
            self.reply(page.status, data, page.content_type, headers)

    def reply(
        self, status: int, body: bytes, content_type: str = HTML, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.server.site.ahead.total_seconds())

    def log_message(self, *_: object) -> None:
        """Quiet: tests look at `seen`."""


def _key(url: str) -> tuple[Origin, str]:
    parts = urlsplit(url)
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
    return (parts.hostname or "", parts.port or 80), path
