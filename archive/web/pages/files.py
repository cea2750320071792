"""The kept bytes of a document, as a download that no browser opens in the name of this site."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from datasette import Response

from archive.text.filetypes import ENDING_OF, MEDIA_TYPES
from archive.warc.read import WarcError, read_payload
from archive.web.views import answer
from archive.web.visit import Missing, Row, Visit

MEMBERS = 200_000_000
"""Bytes unpacked at most while a file is looked for in an archive file."""
NO_RECORD = "这份文件没有保存下来的原始字节：抓取时没有取得内容，或存档文件不在本机。"


def kept(visit: Visit) -> Response:
    document = visit.numbered("文件", "SELECT * FROM documents WHERE id = ?")
    asked = _capture_of_digest if visit.text("sha256") else _capture_of_version
    body, capture = _bytes(visit, document, asked(visit, document["id"]))
    media_type = (document["media_type"] or capture["media_type"] or "").split(";")[0].strip().lower()
    headers = attachment_header(filename_of(document, capture, media_type)) | {
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, max-age=0, must-revalidate",
    }
    return Response(
        body, headers=headers, content_type=media_type if media_type in ENDING_OF else MEDIA_TYPES["unknown"]
    )


def has_bytes(visit: Visit, document: Row) -> bool:
    """Whether the file itself can be had: its own record, or that of the archive file it is in."""
    holder = document["parent_id"] if document["kind"] == "member" else document["id"]
    return bool(
        visit.row(
            """SELECT 1 FROM good_captures WHERE document_id = ?
               AND (warc_file IS NOT NULL OR refers_to IS NOT NULL) LIMIT 1""",
            [holder],
        )
    )


def _capture_of_version(visit: Visit, document_id: int) -> Row | None:
    """The capture from which the version asked for was read; None when none is asked for. Raises Missing."""
    if not visit.text("version"):
        return None
    number = visit.number("version", "版本")
    return visit.one(
        """SELECT c.* FROM versions v JOIN captures c ON c.id = v.capture_id
           WHERE v.document_id = ? AND v.number = ?""",
        [document_id, number],
        f"这份文件没有第 {number} 版。",
    )


def _capture_of_digest(visit: Visit, document_id: int) -> Row:
    """The capture that brought these very bytes: of a file that cannot be read there is no version. Raises Missing."""
    return visit.one(
        "SELECT * FROM good_captures WHERE document_id = ? AND sha256 = ? ORDER BY id LIMIT 1",
        [document_id, visit.text("sha256")],
        "这份文件没有这个 SHA-256 的原件。",
    )


def _bytes(visit: Visit, document: Row, capture: Row | None) -> tuple[bytes, Row]:
    """The bytes of a capture, the latest good one unless one is given, and the capture they came with; of a file in an
    archive file, those of the member."""
    if document["kind"] == "member":
        parent = visit.one("SELECT * FROM documents WHERE id = ?", [document["parent_id"]], NO_RECORD)
        body, holder = _bytes(visit, parent, capture)
        return _member(body, document), holder | {"filename": "", "media_type": ""}
    latest = capture or visit.row("SELECT * FROM last_good_captures WHERE document_id = ?", [document["id"]])
    found = _holder(visit, latest)
    if found is None or not found["warc_file"]:
        raise Missing(NO_RECORD)
    try:
        body = read_payload(visit.data, found["warc_file"], found["warc_offset"]).body
    except WarcError as error:
        raise Missing(f"{NO_RECORD}{error}") from error
    if hashlib.sha256(body).hexdigest() != found["sha256"]:
        raise Missing("存档中的字节与抓取时登记的 SHA-256 不符，未予提供。请管理员运行 guidelines verify 核对。")
    return body, found


def _member(archive: bytes, document: Row) -> bytes:
    """A file out of a zip file: by its digest, for names are not to be trusted; of an older archive file, by its
    name."""
    left = MEMBERS
    named = None
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for info in opened.infolist():
                left -= info.file_size
                if left < 0:
                    break
                body = b"" if info.is_dir() else opened.read(info)
                if hashlib.sha256(body).hexdigest() == document["sha256"]:
                    return body
                if _name_in(info) == document["name"]:
                    named = body
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise Missing("这份文件不能从压缩包中单独取出（RAR、7z 或加密的压缩包），请下载整个压缩包。") from error
    if named is not None:
        return named
    raise Missing("压缩包中没有找到这份文件，请下载整个压缩包。")


def _name_in(info: zipfile.ZipInfo) -> str:
    """As the crawler reads names without the mark of Unicode: in GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return info.filename


def _holder(visit: Visit, found: Row | None) -> Row | None:
    """A capture, followed to the one that holds the payload."""
    while found and found["refers_to"] and found["refers_to"] < found["id"]:  # never round in a circle
        found = visit.row("SELECT * FROM captures WHERE id = ?", [found["refers_to"]])
    return found


def filename_of(document: Row, capture: Row, media_type: str) -> str:
    """A name to save it under: that of the link, else the server's, else the address's, with the ending of its type."""
    path = PurePosixPath(unquote(urlsplit(document["url"]).path)).name
    name = document["name"] or capture["filename"] or path or f"document-{document['id']}"
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', "_", name).strip(" ._") or f"document-{document['id']}"
    ending = ENDING_OF.get(media_type, "")
    has_ending = re.search(r"\.[A-Za-z0-9]{2,5}$", name)
    return f"{name[:120]}.{ending}" if ending and not has_ending else name[-120:]


def attachment_header(name: str) -> dict[str, str]:
    """Content-Disposition with the name in RFC 5987 form and a plain one for old programs."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_")
    plain = f"file{plain}" if plain.startswith(".") or not plain else plain
    return {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


ROUTES = ((r"^/documents/(?P<id>[0-9]+)/file$", answer(kept)),)
