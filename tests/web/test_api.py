"""What other programs are told: the examples work, every field is explained, and any page may read what is public."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.publish.records import SHAPES
from tests.web.conftest import Site


def examples(web: Site) -> list[str]:
    """The addresses of the examples, as they stand on the page."""
    return re.findall(r'<code>curl --compressed (?:"|&#34;)([^<]+?)(?:"|&#34;)</code>', web.get("/api").text)


def of(web: Site, kind: str) -> dict[str, Any]:
    """A record of each kind, the way a program finds it."""
    match kind:
        case "areas" | "notices" | "changes":
            return web.get(f"/{kind}.json").json()[0]  # type: ignore[no-any-return]
        case "notice":
            return web.get("/notices/land.json").json()  # type: ignore[no-any-return]
        case "row":
            key = web.get("/catalogue.json").json()[0]["key"]
            return web.get(f"/rows/{key}.json").json()  # type: ignore[no-any-return]
    return web.get("/changes/2.json").json()  # type: ignore[no-any-return]


def test_the_five_examples_work_as_they_stand(web: Site) -> None:
    found = examples(web)
    assert len(found) == 5
    for url in found:
        parts = urlsplit(url.replace("&amp;", "&"))
        answer = web.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        assert answer.status_code == 200, url
        assert answer.json(), url


@pytest.mark.parametrize("kind", SHAPES)
def test_every_field_is_explained_on_the_page_and_none_that_is_not_there(web: Site, kind: str) -> None:
    assert set(of(web, kind)) == set(SHAPES[kind])
    section = web.get("/api").text.partition(f'id="shape-{kind}"')[2].partition("<h3")[0]
    assert re.findall(r"<dt><code>(\w+)</code></dt>", section) == list(SHAPES[kind])


def test_a_notice_names_every_version_with_its_digest_and_where_to_read_it(web: Site) -> None:
    found = of(web, "notice")
    page = next(d for d in found["documents"] if d["kind"] == "page")
    assert page["in_force"] is True
    assert [v["number"] for v in page["versions"]] == [1, 2]
    assert all(re.fullmatch("[0-9a-f]{64}", v["sha256"]) for d in found["documents"] for v in d["versions"])
    for link in (found["link"], *(v["link"] for v in page["versions"])):
        assert web.get(link.replace("http://localhost", "")).status_code == 200
    assert "征地补偿安置方案自批准之日起7个工作日内公开" in found["text"]


def test_a_row_is_the_same_under_its_number_and_its_key_and_carries_its_history(web: Site) -> None:
    found = next(
        r for r in web.get("/catalogue.json").json() if r["level2"] == "征地补偿安置方案12" and r["area"][0] == "l"
    )
    moved = web.get(f"/items/{found['id']}.json", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (301, f"/rows/{found['key']}.json")
    row = web.get(moved.headers["location"]).json()
    assert row["in_force"] is True
    assert row["time_limit"] == "自信息形成之日起7个工作日内"
    assert [change["id"] for change in row["history"]] == [2]
    assert row["link"] == f"http://localhost/rows/{found['key']}"


def test_a_change_is_told_as_the_command_tells_it(web: Site) -> None:
    found = of(web, "change")
    assert {"column": "公开时限", "before": "自信息形成之日起20个工作日内", "after": "自信息形成之日起7个工作日内"} in [
        cell for row in found["rows"] for cell in row["cells"]
    ]
    assert {op for op, _ in found["text"]} <= {"equal", "insert", "delete", "moved"}


@pytest.mark.parametrize(
    "path", ["/rows/0123.json", "/changes/999.json", "/notices/no.json", "/areas/no.json", "/items/999999.json"]
)
def test_what_is_not_there_is_said_as_json_in_chinese(web: Site, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 404
    assert answer.json()["ok"] is False
    assert re.search("[一-龥]", answer.json()["error"])
    assert answer.headers["access-control-allow-origin"] == "*"


def test_any_page_may_read_our_public_json_and_nothing_else(web: Site) -> None:
    public = ("/areas.json", "/notices/land.json", "/changes.json", "/changes/1.json", "/catalogue.json")
    assert all(web.get(path).headers["access-control-allow-origin"] == "*" for path in public)
    for path in ("/", "/api", "/catalogue", "/status.json", "/archive/items.json", "/changes.atom", "/catalogue.csv"):
        assert "access-control-allow-origin" not in web.get(path).headers, path


def raw(web: Site, path: str, accept: str) -> tuple[dict[str, str], bytes]:
    """Headers, and the body as it went over the wire."""
    got: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        got.append(event)

    parts = urlsplit(path)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
        "headers": [(b"host", b"localhost"), (b"accept-encoding", accept.encode())],
    }  # fmt: skip
    web.loop.run_until_complete(web.datasette.app()(scope, receive, send))
    headers = {name.decode().lower(): value.decode() for name, value in got[0]["headers"]}
    return headers, b"".join(event.get("body", b"") for event in got[1:])


TEXTS = (
    "/", "/catalogue", "/areas.json", "/changes.atom", "/catalogue.json", "/archive/items.csv?_stream=1",
    "/-/static-plugins/guidelines-archive/site.css",
)  # fmt: skip


@pytest.mark.parametrize("path", TEXTS)
def test_text_goes_out_compressed_and_comes_back_as_it_was(web: Site, path: str) -> None:
    plain_headers, plain = raw(web, path, "identity")
    headers, packed = raw(web, path, "br, gzip;q=0.8")
    assert "content-encoding" not in plain_headers
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-length" not in headers
    same = re.compile(rb'csrftoken" value="[^"]*"|nonce-[^\']*')
    assert same.sub(b"", gzip.decompress(packed)) == same.sub(b"", plain)
    assert len(packed) < len(plain) * 0.6


@pytest.mark.parametrize(
    ("path", "accept"), [("/catalogue.xlsx", "gzip"), ("/catalogue", "gzip;q=0"), ("/catalogue", "br")]
)
def test_what_is_compressed_already_or_not_wanted_so_stays_as_it_is(web: Site, path: str, accept: str) -> None:
    headers, body = raw(web, path, accept)
    assert "content-encoding" not in headers
    assert body


def test_a_compressed_answer_is_known_again_by_its_tag(web: Site) -> None:
    headers, _ = raw(web, "/changes.json", "gzip")
    assert headers["etag"].startswith('W/"')
    assert web.get("/changes.json", headers={"if-none-match": headers["etag"]}).status_code == 304


def test_json_on_the_wire_is_what_the_page_promises(web: Site) -> None:
    body = web.get("/areas.json")
    assert body.headers["content-type"].startswith("application/json")
    assert "农村集体土地征收" in body.text, "Chinese stands as it is, not as \\u escapes"
    assert json.loads(body.text)[0]["rows"] == 61
