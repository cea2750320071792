"""Real receivers on loopback: a mail server with STARTTLS, and an endpoint that answers as the chats do."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from attrs import Factory, define
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OUTPUT = Path(__file__).parents[2] / "test-output"


def keep(name: str, content: str | bytes) -> Path:
    """Keep what a receiver got, to be looked at."""
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ---------------------------------------------------------------- mail


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_path, key_path


@define
class Mailbox:
    """What the mail server has accepted; `answer` is its reply to DATA."""

    letters: list[EmailMessage] = Factory(list)
    raw: list[bytes] = Factory(list)
    encrypted: list[bool] = Factory(list)
    logins: list[str] = Factory(list)
    answer: str = "250 OK"
    port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.raw.append(envelope.content)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
            self.encrypted.append(session.ssl is not None)
        return self.answer

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = data.login == b"robot" and data.password == b"correct-horse-battery"
        self.logins.append("good" if good else "bad")
        return AuthResult(success=good, handled=good)


@contextmanager
def mail_server(folder: Path) -> Iterator[Mailbox]:
    """STARTTLS and a login are demanded before a letter."""
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.socket() as free:  # aiosmtpd knows its own port only when it is told
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox(port=port)
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=box.authenticate,
        auth_required=True,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


# ---------------------------------------------------------------- chats and webhooks


@define
class Call:
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@define
class Endpoint:
    """A web server that keeps what it is sent, and answers with `status` and `answer` or hangs until `release`."""

    url: str = ""
    status: int = 200
    answer: Any = None
    headers: dict[str, str] = Factory(dict)
    calls: list[Call] = Factory(list)
    hang: bool = False
    release: threading.Event = Factory(threading.Event)
    arrived: threading.Event = Factory(threading.Event)


@contextmanager
def endpoint(answer: Any = None, **values: Any) -> Iterator[Endpoint]:
    found = Endpoint(answer=answer if answer is not None else {"errcode": 0, "errmsg": "ok"}, **values)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            found.calls.append(Call(parts.path, query, _json(body), dict(self.headers)))
            found.arrived.set()
            if found.hang:
                found.release.wait(30)
                return
            answer = found.answer if isinstance(found.answer, bytes) else json.dumps(found.answer).encode()
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.release.set()
        server.shutdown()
        server.server_close()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
