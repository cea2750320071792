"""A page or file that a person has saved (`guidelines receive`): kept as a WARC `resource` record, then judged, read
and kept as any answer of the site is (keep.py, pipelines.py). Only nobody is asked a second time: a person has looked.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from attrs import evolve, field, frozen
from scrapy.http import Response

from archive import SOFTWARE, words
from archive.clock import iso, now, parse
from archive.compare.compare import is_same
from archive.machine import faults
from archive.machine.database import Row
from archive.machine.faults import StoreError
from archive.model import Notice
from archive.record.edition import page_of
from archive.record.learn import furniture_of
from archive.text.filetypes import MEDIA_TYPES
from archive.text.links import link_key
from archive.text.same import name_key
from archive.warc.write import WarcFiles, digest, record_id
from crawler.answer import Answer, Job
from crawler.crawl import Crawl
from crawler.download.asked import Exchange, asked
from crawler.download.revisit import known
from crawler.keep import Keeper
from crawler.pipelines import keep_answer
from crawler.reading.formats.errors import UnreadableError
from crawler.reading.formats.mht import page_in
from crawler.reading.sniff import sniff

logger = logging.getLogger("guidelines")

MOST_PARTS = 500
"""Files in the folder that a browser saves beside a page."""
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{4}\)(\S+?)\s*-->", re.I)
_PAGES = ("html", "mht")


@frozen
class Saved:
    """What a person hands in, as it lies on the disk."""

    path: Path
    payload: bytes
    kind: str
    """Of MEDIA_TYPES."""
    url: str = ""
    """Where the browser says that it was saved from."""
    saved_at: datetime | None = None
    """As the browser says, None where it does not."""
    beside: Sequence[Path] = field(default=())
    """The files in the folder of a complete page."""


def look_at(path: Path, max_bytes: int) -> Saved:
    """Raises StoreError when there is nothing that could be kept."""
    try:
        if path.is_dir():
            raise StoreError(f"{path} 是一个目录；请给出其中的网页文件（.html），它旁边的 _files 目录会一并收下")
        if path.stat().st_size > max_bytes:
            size = path.stat().st_size
            raise StoreError(f"{path} 有 {size:,} 字节，超过上限 {max_bytes:,}（settings.toml 的 max_bytes）")
        payload = path.read_bytes()
    except OSError as error:
        raise StoreError(f"不能读取 {path}：{faults.why(error)}") from error
    kind = sniff(payload, {})
    if kind == "empty":
        raise StoreError(f"{path} 是空的，没有收录")
    if kind == "mht":
        try:
            page = page_in(payload)
        except UnreadableError as error:
            raise StoreError(f"{path} 无法读取：{error.problem.text}") from error
        return Saved(path, payload, kind, page.url, page.saved_at)
    found = _SAVED_FROM.search(payload[:4096]) if kind == "html" else None
    url = found[1].decode("utf-8", "replace") if found else ""
    return Saved(path, payload, kind, url if _is_address(url) else "", beside=_beside(path, kind))


def _beside(path: Path, kind: str) -> Sequence[Path]:
    """Of `网页.html`: the files in `网页_files` (Chromium, Firefox) or `网页.files` (Internet Explorer)."""
    folders = [path.with_name(f"{path.stem}{ending}") for ending in ("_files", ".files", "_文件")]
    folder = next((folder for folder in folders if folder.is_dir() and not folder.is_symlink()), None)
    if kind != "html" or folder is None:
        return ()
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())[:MOST_PARTS]


def _is_address(url: str) -> bool:
    with suppress(ValueError):
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    return False


# ---------------------------------------------------------------- into the archive


def receive(crawl: Crawl, saved: Saved, url: str) -> Answer:
    """Keep a saved page or file of the crawl's one notice. `url`: what the person says of its address, or ''.

    Raises StoreError when it is not clear which document it is, or it is older than what the archive has.
    """
    job, place = _job(crawl, crawl.notices[0], saved, url)
    answer = _judged(crawl, job, saved, place)
    _refuse_older(crawl, answer, saved)
    files = WarcFiles(crawl.store.data / "warc", crawl.id, _info(crawl))
    try:
        name, offset = _recorded(files, saved, place, answer.capture.fetched_at, crawl.settings.max_bytes)
    finally:
        files.close()
    answer = evolve(answer, capture=evolve(answer.capture, warc_file=name, warc_offset=offset))

    def count(name: str, by: int = 1) -> None:
        crawl.stats[name] = crawl.stats.get(name, 0) + by

    keep_answer(crawl.store, crawl.id, answer, count)
    return answer


def _judged(crawl: Crawl, job: Job, saved: Saved, place: str) -> Answer:
    request = job.request(whole=True)
    asked(request).exchanges.append(Exchange(place, 200, iso(now()), "", 0, digest(saved.payload)))
    headers = {"Content-Type": MEDIA_TYPES[saved.kind]}
    response = Response(place, status=200, headers=headers, body=saved.payload, request=request)
    answer = asyncio.run(Keeper(crawl, None).judged(job, response))
    # no server has said anything
    return evolve(answer, capture=evolve(answer.capture, http_status=None, filename=saved.path.name))


def _job(crawl: Crawl, notice: Notice, saved: Saved, url: str) -> tuple[Job, str]:
    """Which document it is, and the address it is kept under."""
    missing = f"{notice.slug} 不在档案的通知名单中"
    row = crawl.store.one("SELECT * FROM notices WHERE slug = ?", [notice.slug], missing)
    place = url or saved.url
    page = page_of(crawl.store, row)
    attachments = crawl.store.rows(
        "SELECT * FROM documents_in_force WHERE notice_id = ? AND kind = 'attachment' ORDER BY id", [row["id"]]
    )
    file = next((a for a in attachments if place and link_key(a["url"]) == link_key(place)), None)
    if file is None and saved.kind not in _PAGES and not (url and link_key(url) == link_key(notice.url)):
        file = _by_name(attachments, saved, place)
    if file is None:
        document_id = page["id"] if page else crawl.store.document(row["id"], "page", notice.url)
        job = Job(notice, row["id"], "page", page["url"] if page else notice.url, document_id)
    else:
        job = Job(notice, row["id"], "attachment", file["url"], file["id"], name=file["name"] or "")
    hosts = crawl.hosts(notice)
    return evolve(job, known=known(crawl.store, job.document_id), hosts=hosts), place or job.url


def _by_name(attachments: Sequence[Row], saved: Saved, place: str) -> Row:
    """The attachment that a file is, by its name, or because there is only one that has not been had."""
    if not attachments:
        raise StoreError("档案里还没有这份通知的网页，不知道它有哪些附件；请先补采网页（.html 或 .mhtml）")
    if not place:
        names = {row["id"]: {name_key(row["name"] or ""), _stem(row["url"])} - {""} for row in attachments}
        own = {name_key(saved.path.stem), saved.path.stem.lower()} - {""}
        fitting = [row for row in attachments if names[row["id"]] & own]
        missing = [row for row in attachments if row["state"] == "unread"]
        for found in (fitting, missing if len(attachments) == 1 else []):
            if len(found) == 1:
                return found[0]
    listed = "\n".join(f"  {words.attachment(row['name'] or '附件')}　{row['url']}" for row in attachments)
    wrong = f"{place} 不是这份通知的附件" if place else f"看不出 {saved.path.name} 是哪个附件"
    raise StoreError(f"{wrong}；请用 --url 写明附件的地址：\n{listed}")


def _stem(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2].rpartition(".")[0].lower()


def _refuse_older(crawl: Crawl, answer: Answer, saved: Saved) -> None:
    """Another text, saved before the archive last had the document: it would be told as a revision back to the old."""
    document_id = answer.capture.document_id
    good = crawl.store.row("SELECT fetched_at FROM last_good_captures WHERE document_id = ?", [document_id])
    if good is None or saved.saved_at is None or saved.saved_at >= parse(good["fetched_at"]):
        return
    taken, standing = answer.taken, answer.standing
    if taken and standing and not is_same(standing, taken.document, furniture_of(crawl.store, document_id)):
        raise StoreError(
            f"{saved.path.name} 保存于 {iso(saved.saved_at)}，早于档案中最近一次取得的原文（{good['fetched_at']}），"
            "文字又与它不同，没有收录；请重新打开网页另存一份"
        )


# ---------------------------------------------------------------- the records


def _info(crawl: Crawl) -> list[tuple[str, str]]:
    return [
        ("software", SOFTWARE),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("description", f"guidelines receive {crawl.id}: saved by a person, not fetched by a crawler"),
    ]


def _recorded(files: WarcFiles, saved: Saved, place: str, date: str, max_bytes: int) -> tuple[str, int]:
    """The file as a resource, what is known of it as metadata, and the folder of a complete page as further ones.

    Returns where the resource stands."""
    identity = record_id()
    resource = _resource(identity, date, place, MEDIA_TYPES[saved.kind], saved.payload)
    facts = [("via", "saved by a person (人工补采)"), ("file", saved.path.name), ("bytes", str(len(saved.payload)))]
    facts += [("saved-at", iso(saved.saved_at))] if saved.saved_at else []
    facts += [("saved-from", saved.url)] if saved.url else []
    said = "".join(f"{name}: {value}\r\n" for name, value in facts).encode()
    metadata = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", record_id()),
        ("WARC-Date", date),
        ("WARC-Target-URI", place),
        ("WARC-Concurrent-To", identity),
        ("Content-Type", "application/warc-fields"),
    ]
    name, offsets = files.append((resource, saved.payload), (metadata, said))
    left = max_bytes
    for path in saved.beside:
        left -= path.stat().st_size
        if left < 0:
            logger.warning("%s 里的文件合计超过 %s 字节，其余没有收下", path.parent.name, f"{max_bytes:,}")
            break
        payload = path.read_bytes()
        # their addresses on the site are not known: the browser has given them names of its own
        part = f"{place.partition('#')[0]}#saved/{path.name}".encode("ascii", "xmlcharrefreplace").decode()
        header = _resource(record_id(), date, part, MEDIA_TYPES["unknown"], payload)
        files.append(([*header, ("WARC-Concurrent-To", identity)], payload))
    return name, offsets[0]


def _resource(identity: str, date: str, url: str, media_type: str, payload: bytes) -> list[tuple[str, str]]:
    return [
        ("WARC-Type", "resource"),
        ("WARC-Record-ID", identity),
        ("WARC-Date", date),
        ("WARC-Target-URI", url),
        ("WARC-Payload-Digest", digest(payload)),
        ("Content-Type", media_type),
    ]
