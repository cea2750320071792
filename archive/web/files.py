"""The kept bytes of a document, as a download that no browser opens in the name of this site."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from datasette import Response

from archive.warc import WarcError, read_payload
from archive.web.pages import Missing, Row, Visit, answer

TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.ms-works": "wps",
    "application/ofd": "ofd",
    "application/zip": "zip",
}
"""Media types that are named as they are, with the usual ending; anything else is application/octet-stream."""

NO_RECORD = "这份文件没有保存下来的原始字节：抓取时没有取得内容，或存档文件不在本机。"


def kept(visit: Visit) -> Response:
    id = visit.id("文件")
    document = visit.row("SELECT * FROM documents WHERE id = ?", [id])
    if document is None:
        raise Missing(f"没有编号为 {id} 的文件。")
    capture = _capture(visit, id)
    if capture is None or not capture["warc_file"]:
        if document["kind"] == "member":
            raise Missing(f"这份文件在压缩包内，请下载整个压缩包：/documents/{document['parent_id']}/file")
        raise Missing(NO_RECORD)
    try:
        body = read_payload(visit.data, capture["warc_file"], capture["warc_offset"]).body
    except WarcError as error:
        raise Missing(f"{NO_RECORD}{error}") from error
    if hashlib.sha256(body).hexdigest() != capture["sha256"]:
        if document["kind"] == "member":  # its record is that of the archive file
            raise Missing(f"这份文件在压缩包内，请下载整个压缩包：/documents/{document['parent_id']}/file")
        raise Missing("存档中的字节与抓取时登记的 SHA-256 不符，未予提供。请管理员运行 guidelines verify 核对。")
    media_type = (document["media_type"] or capture["media_type"] or "").split(";")[0].strip().lower()
    headers = attachment_header(filename_of(document, capture, media_type)) | {
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, max-age=0, must-revalidate",
    }
    return Response(
        body, headers=headers, content_type=media_type if media_type in TYPES else "application/octet-stream"
    )


def _capture(visit: Visit, document_id: int) -> Row | None:
    """The latest good capture, followed to the one that holds the payload."""
    found = visit.row(
        """SELECT * FROM captures WHERE document_id = ? AND (verdict IN ('ok', 'unchanged') OR decision = 'accepted')
           ORDER BY id DESC LIMIT 1""",
        [document_id],
    )
    while found and found["refers_to"]:
        found = visit.row("SELECT * FROM captures WHERE id = ?", [found["refers_to"]])
    return found


def filename_of(document: Row, capture: Row, media_type: str) -> str:
    """A name to save it under: that of the link, else the server's, else the address's, with the ending of its type."""
    path = PurePosixPath(unquote(urlsplit(document["url"]).path)).name
    name = document["name"] or capture["filename"] or path or f"document-{document['id']}"
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', "_", name).strip(" ._") or f"document-{document['id']}"
    ending = TYPES.get(media_type, "")
    has_ending = re.search(r"\.[A-Za-z0-9]{2,5}$", name)
    return f"{name[:120]}.{ending}" if ending and not has_ending else name[-120:]


def attachment_header(name: str) -> dict[str, str]:
    """Content-Disposition with the name in RFC 5987 form and a plain one for old programs."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_") or "file"
    return {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


ROUTES = ((r"^/documents/(?P<id>[0-9]+)/file$", answer(kept)),)
