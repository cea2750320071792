"""The kinds of files: their media types, and the endings by which addresses and names are known to be files.

A new format is added here, and its reader in crawler/reading/formats.
"""

from __future__ import annotations

_READ = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word 文档（.docx）"),
    "doc": ("application/msword", "Word 文档（.doc）"),
    "xls": ("application/vnd.ms-excel", "Excel 表格（.xls）"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel 表格（.xlsx）"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "开放文档表格（.ods）"),
    "odt": ("application/vnd.oasis.opendocument.text", "开放文档（.odt）"),
    "pdf": ("application/pdf", "PDF"),
    "ofd": ("application/ofd", "版式文档（.ofd）"),
    "zip": ("application/zip", "压缩包（.zip）"),
    "html": ("text/html", "网页"),
    "txt": ("text/plain", "纯文本"),
    "mht": ("multipart/related", "网页存档（.mht）"),
    "wordml": ("application/x-wordml", "Word 2003 XML 文档"),
}
"""Kinds that are read, by their usual ending: media type, and the name people know it by."""
_ALIASES = {
    "application/xhtml+xml": ("html", "网页"),
    "application/vnd.ms-works": ("wps", "WPS 文档（.wps）"),
    "application/vnd.rar": ("rar", "RAR 压缩包"),
    "application/x-7z-compressed": ("7z", "7z 压缩包"),
}
"""Media types that servers give and bytes do not show: ending and name."""
_PICTURES = {
    "png": ("image/png", "图片（.png）"),
    "jpg": ("image/jpeg", "图片（.jpg）"),
    "gif": ("image/gif", "图片（.gif）"),
    "bmp": ("image/bmp", "图片（.bmp）"),
    "webp": ("image/webp", "图片（.webp）"),
    "tif": ("image/tiff", "图片（.tif）"),
}
PICTURES = frozenset(_PICTURES)
"""Kinds of pictures, by their usual ending."""
UNREAD = {"rtf": "RTF 文档", "rar": "RAR 压缩包", "7z": "7z 压缩包"} | dict.fromkeys(_PICTURES, "图片文件")
"""Kinds that are known but not read; the archives only where a program of the machine opens them."""

MEDIA_TYPES = {kind: media_type for kind, (media_type, _) in _READ.items()} | {
    "rtf": "application/rtf",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    **{kind: media_type for kind, (media_type, _) in _PICTURES.items()},
    "encrypted-office": "application/x-ole-storage",
    "empty": "application/x-empty",
    "unknown": "application/octet-stream",
}
"""Every kind that bytes are told apart by (crawler.reading.sniff)."""
ENDING_OF = (
    {media_type: {"wordml": "xml"}.get(kind, kind) for kind, (media_type, _) in _READ.items()}
    | {media_type: ending for media_type, (ending, _) in _ALIASES.items()}
    | {media_type: kind for kind, (media_type, _) in _PICTURES.items()}
)
"""Media types that a download names as they are, with the usual ending; anything else is `unknown`."""
_CALLED = dict((*_READ.values(), *_PICTURES.values())) | {
    media_type: name for media_type, (_, name) in _ALIASES.items()
}


def called(media_type: str) -> str:
    """The kind of file as people know it, the media type itself where it has no name here; parameters do not count."""
    return _CALLED.get(media_type.split(";")[0].strip().lower(), media_type)


# fmt: off
_BINARY = ("docx?", "wps", "xlsx?", "et", "ods", "odt", "pdf", "ofd", "zip", "rar", "7z", "pptx?")
_OTHER = (
    "docm", "wpt", "dotx?", "xlsm", "ett", "csv", "ceb", "gd", "tar", "gz", "txt", "rtf", "dps", "odp", "xml", "mht",
)
_PAGES = ("s?html?", "mhtml")
"""Files too, when the page calls them so; an address that ends like this mostly is a page."""
# fmt: on
BINARY = "|".join(_BINARY)
"""Endings (a pattern) of files that are no text: a sentence in place of one is an error message."""
FILE = "|".join((*_BINARY, *_OTHER))
"""Endings (a pattern) by which an address is a file, whatever the link to it is called."""
NAMED = "|".join((FILE, *_PAGES))
"""Endings (a pattern) that the name of a file may have."""
