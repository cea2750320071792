"""Builds the replica's files: pages/, known.json and replica.warc.gz (python -m tests.sites.build [--office]).

Everything is deterministic but the .doc and .xls files, which LibreOffice makes anew only with --office.
"""

from __future__ import annotations

import io
import json
import sys
import tomllib
import uuid
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from attrs import evolve, frozen
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.sites import DEMO, files, listings, parts, templates
from tests.sites.catalogues import Layout, Row, Table, make_table, read_areas

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "crawler" / "sources.toml"
FETCHED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MEDIA_TYPES = {
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
WITHOUT_CHARSET = ("mohurd", "yn", "mohrss")
"""Templates whose servers send text/html and nothing about the charset."""
GB = ("mohurd", "yn")
UNLABELLED = {("mohurd", "published_on")}
"""Facts that stand on the page without any label: no reader can know what they are."""
OFFICE = ("doc", "xls")
ROBOTS = "User-agent: *\nDisallow: /search/\nDisallow: /admin/\n"
WITHOUT_ROBOTS = ("www.mohrss.gov.cn",)
NOT_FOUND = "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"


@frozen
class Exchange:
    """One address of the replica and its answer."""

    url: str
    file: str
    """Under pages/."""
    body: bytes
    content_type: str
    slug: str = ""
    kind: str = "page"
    """page | attachment | listing | robots"""
    name: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Built:
    exchanges: tuple[Exchange, ...]
    known: dict[str, Any]

    @property
    def index(self) -> list[dict[str, Any]]:
        fields = ("url", "file", "content_type", "slug", "kind", "name", "status")
        return [
            {**{name: getattr(e, name) for name in fields if getattr(e, name) != ""}, "headers": dict(e.headers)}
            for e in self.exchanges
        ]


def build(*, office: bool = False) -> Built:
    areas = read_areas()
    declared = {n["number"]: n for n in tomllib.loads(SOURCES.read_text("utf-8"))["notice"]}
    drafts = {n["number"]: n for n in tomllib.loads((HERE / "notices.toml").read_text("utf-8"))["notice"]}
    exchanges: list[Exchange] = []
    known: dict[str, Any] = {}
    for number, draft in drafts.items():
        made, facts = _notice(declared[number], draft, areas, office=office)
        exchanges += made
        known[declared[number]["slug"]] = facts
    exchanges += [_listing(listing, declared[listing.number], drafts[listing.number]) for listing in listings.LISTINGS]
    hosts = sorted({f"{urlsplit(e.url).scheme}://{urlsplit(e.url).netloc}" for e in exchanges})
    exchanges += [_robots(host) for host in hosts]
    return Built(tuple(exchanges), known)


# ---------------------------------------------------------------- notices


def _notice(
    source: dict[str, Any], draft: dict[str, Any], areas: dict[str, list[Row]], *, office: bool
) -> tuple[list[Exchange], dict[str, Any]]:
    folder, slug, template = f"{source['number']:02d}", source["slug"], draft["template"]
    exchanges, attachments = [], []
    for file in draft.get("file", []):
        tables = _tables(file, areas)
        kind = file.get("kind") or file["href"].rpartition(".")[2]
        stored = f"{folder}/{_file_name(file['href'], kind)}"
        body = _payload(kind, file, tables, HERE / "pages" / stored, office=office)
        url = urljoin(source["url"], file["href"])
        exchanges.append(
            Exchange(
                url,
                stored,
                body,
                _attachment_type(file, kind),
                slug,
                "attachment",
                file["name"],
                headers=_disposition(file, kind),
            )
        )
        attachments.append({"name": file["name"], "url": target(url), "kind": kind, **_rows(tables)})
    inline = tuple(_tables(draft["inline"], areas)) if "inline" in draft else ()
    page = parts.Page(
        number=source["number"],
        url=source["url"],
        title=source["title"],
        issuer=source["issuer"],
        document_number=draft["document_number"],
        issued_on=draft["issued_on"],
        published_on=draft.get("published_on", draft["issued_on"]),
        effective_on=draft.get("effective_on", ""),
        index_number=draft.get("index_number", ""),
        category=draft.get("category", ""),
        source=draft.get("source", ""),
        to=draft["to"],
        points=tuple(draft["points"]),
        subject="、".join(source["areas"]) + "领域",
        files=tuple(parts.File(f["name"], f["href"]) for f in draft.get("file", [])),
        inline=inline,
    )
    body = templates.TEMPLATES[template](page).encode("gb18030" if template in GB else "utf-8")
    content_type = "text/html" if template in WITHOUT_CHARSET else "text/html; charset=utf-8"
    exchanges.insert(0, Exchange(source["url"], f"{folder}/page.html", body, content_type, slug))
    facts = {"title": source["title"], "url": source["url"]}
    facts |= {
        name: draft[name]
        for name in ("document_number", "index_number", "issued_on", "published_on")
        if name in draft and (template, name) not in UNLABELLED
    }
    facts |= {"rows": sum(t.rows for t in inline), "attachments": attachments}
    return exchanges, facts


def _tables(declared: dict[str, Any], areas: dict[str, list[Row]]) -> list[Table]:
    layout = Layout(**{k: tuple(v) if isinstance(v, list) else v for k, v in declared["layout"].items()})
    tables: list[Table] = []
    for area in declared["areas"]:
        first = 1 + sum(t.rows for t in tables) if layout.counting_on else 1
        tables.append(make_table(area, areas[area], layout, first=first))
    return tables


def _rows(tables: list[Table]) -> dict[str, Any]:
    return {"rows": sum(t.rows for t in tables), "areas": {t.area: t.rows for t in tables}}


def _payload(kind: str, file: dict[str, Any], tables: list[Table], stored: Path, *, office: bool) -> bytes:
    if kind in OFFICE and not office:
        return stored.read_bytes()
    return _written(kind, file, tables)


def _written(kind: str, file: dict[str, Any], tables: list[Table]) -> bytes:
    title = file["name"].removeprefix("附件：")
    if kind == "zip":
        writers = {"docx": files.docx, "xlsx": files.xlsx}
        kinds = [("docx", "xlsx")[n % 2] for n in range(len(tables))]
        return files.zipped(
            [
                (f"{n}.{t.area}领域标准目录.{k}", writers[k](t.caption[0], [t]))
                for n, (t, k) in enumerate(zip(tables, kinds, strict=True), 1)
            ]
        )
    if kind == "doc":
        return files.converted(files.docx(title, tables), "docx", "doc")
    if kind == "xls":
        return files.converted(files.xlsx(title, tables), "xlsx", "xls")
    return {"docx": files.docx, "xlsx": files.xlsx, "pdf": files.pdf}[kind](title, tables)


def _file_name(href: str, kind: str) -> str:
    stem = href.partition("?")[0].rstrip("/").rpartition("/")[2].rpartition(".")[0]
    return f"{stem if stem.isascii() and stem else 'file'}.{kind}"


def _attachment_type(file: dict[str, Any], kind: str) -> str:
    return "application/octet-stream" if "?" in file["href"] else MEDIA_TYPES[kind]


def _disposition(file: dict[str, Any], kind: str) -> tuple[tuple[str, str], ...]:
    """A download without a name in its path says it in a header."""
    if "?" not in file["href"]:
        return ()
    name = f"{file['name'].removeprefix('附件：')}.{kind}"
    return (("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name)}"),)


def revised(slug: str, area: str, row: int, **values: Any) -> bytes:
    """The notice's first file with other values (fields of Row) in the row-th row of an area; .docx, .xlsx and .pdf."""
    number = next(n["number"] for n in tomllib.loads(SOURCES.read_text("utf-8"))["notice"] if n["slug"] == slug)
    drafts = tomllib.loads((HERE / "notices.toml").read_text("utf-8"))["notice"]
    file = next(n["file"][0] for n in drafts if n["number"] == number)
    areas = read_areas()
    areas[area][row - 1] = evolve(areas[area][row - 1], **values)
    return _written(file["href"].rpartition(".")[2], file, _tables(file, areas))


# ---------------------------------------------------------------- listings, robots


def _listing(listing: listings.Listing, source: dict[str, Any], draft: dict[str, Any]) -> Exchange:
    published = draft.get("published_on", draft["issued_on"])
    body = listings.page(listing, source["title"], urlsplit(source["url"]).path, published).encode()
    return Exchange(
        listing.url,
        f"listings/{source['number']:02d}.html",
        body,
        "text/html; charset=utf-8",
        source["slug"],
        "listing",
    )


def _robots(host: str) -> Exchange:
    name = urlsplit(host).netloc.replace(":", "_")
    if name in WITHOUT_ROBOTS:
        return Exchange(
            f"{host}/robots.txt", f"robots/{name}.html", NOT_FOUND.encode(), "text/html", kind="robots", status=404
        )
    return Exchange(f"{host}/robots.txt", f"robots/{name}.txt", ROBOTS.encode(), "text/plain", kind="robots")


# ---------------------------------------------------------------- WARC


def warc(exchanges: tuple[Exchange, ...]) -> bytes:
    """WARC/1.1, one gzip member a record: warcinfo, then request and response of each exchange."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")
    info = writer.create_warcinfo_record(
        "replica.warc.gz",
        {
            "software": "guidelines-archive tests/sites/build.py",
            "format": "WARC File Format 1.1",
            "isPartOf": "演示样本",
            "description": "演示样本，非部委原文",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        },
    )
    _stamp(info, "warcinfo", FETCHED)
    writer.write_record(info)
    for number, exchange in enumerate(sorted(exchanges, key=lambda e: e.kind != "robots"), 1):
        when = FETCHED + timedelta(seconds=5 * number)
        uri = target(exchange.url)
        parts = urlsplit(uri)
        path = parts.path + (f"?{parts.query}" if parts.query else "?" if uri.endswith("?") else "")
        asked = StatusAndHeaders(
            f"GET {path} HTTP/1.1", [("Host", parts.netloc), ("User-Agent", "guidelines-archive")], is_http_request=True
        )
        phrase = HTTPStatus(exchange.status).phrase
        headers = [("Content-Type", exchange.content_type), ("Content-Length", str(len(exchange.body)))]
        headers += [("Date", format_datetime(when, usegmt=True)), *exchange.headers]
        answered = StatusAndHeaders(f"{exchange.status} {phrase}", headers, protocol="HTTP/1.1")
        response = writer.create_warc_record(
            uri, "response", io.BytesIO(exchange.body), len(exchange.body), http_headers=answered
        )
        request = writer.create_warc_record(uri, "request", io.BytesIO(b""), 0, http_headers=asked)
        _stamp(response, f"response {uri}", when)
        _stamp(request, f"request {uri}", when)
        request.rec_headers.add_header("WARC-Concurrent-To", response.rec_headers.get_header("WARC-Record-ID"))
        writer.write_record(request)
        writer.write_record(response)
    return buffer.getvalue()


def target(url: str) -> str:
    """The address as a client sends it: raw Chinese percent-encoded."""
    return quote(url, safe="/%:?=&#@!$'()*+,;~-._")


def _stamp(record: Any, name: str, when: datetime) -> None:
    record.rec_headers.replace_header("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>")
    record.rec_headers.replace_header("WARC-Date", when.strftime("%Y-%m-%dT%H:%M:%SZ"))


# ---------------------------------------------------------------- writing


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def stored() -> tuple[Exchange, ...]:
    """The committed exchanges."""
    index = json.loads((HERE / "pages" / "index.json").read_text("utf-8"))
    return tuple(Exchange(body=(HERE / "pages" / e["file"]).read_bytes(), **_fields(e)) for e in index)


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "headers": tuple(entry["headers"].items())}


def write(*, office: bool) -> None:
    built = build(office=office)
    for exchange in built.exchanges:
        path = HERE / "pages" / exchange.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(exchange.body)
    (HERE / "pages" / "index.json").write_text(to_json(built.index), "utf-8")
    (HERE / "known.json").write_text(to_json(built.known), "utf-8")
    (DEMO / "replica.warc.gz").write_bytes(warc(built.exchanges))


if __name__ == "__main__":
    write(office="--office" in sys.argv)
