"""Archive files (.zip): their files as members, each a document of its own, within limits of size, number and depth."""

from __future__ import annotations

import io
import re
import stat
import zipfile

from attrs import define, field

from archive.model import Member
from crawler.reading.formats.errors import DAMAGE, UnreadableError, corrupt, encrypted, too_large
from crawler.reading.sniff import sniff

WHAT = "压缩包（.zip）"
MAX_MEMBERS = 500
MAX_MEMBER = 100_000_000
MAX_TOTAL = 200_000_000
MAX_RATIO = 200
"""A real office file or text shrinks to a twentieth at most; only zeros reach 1,000."""
RATIO_FROM = 5_000_000
"""Bytes from which on the ratio counts: a small empty table may well shrink to a five-hundredth."""
MAX_DEPTH = 3
_UTF8 = 0x800
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.I)


@define
class Unpacked:
    members: list[Member] = field(factory=list)
    review: list[str] = field(factory=list)
    total: int = 0
    locked: int = 0


def read(payload: bytes) -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """Its files, those of archives inside it too (by the path `inner.zip/file`), and why a person should look."""
    unpacked = Unpacked()
    _unpack(payload, "", 1, unpacked)
    if unpacked.locked and not unpacked.members:
        raise encrypted(WHAT)
    if unpacked.locked:
        unpacked.review.append(f"压缩包里有 {unpacked.locked} 个文件设有密码，没有读取。")
    return tuple(unpacked.members), tuple(unpacked.review)


def _unpack(payload: bytes, prefix: str, depth: int, into: Unpacked) -> None:
    if depth > MAX_DEPTH:
        raise too_large(f"{WHAT}层层嵌套超过 {MAX_DEPTH} 层")
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
    except (zipfile.BadZipFile, *DAMAGE) as error:
        raise corrupt(WHAT) from error
    with archive:
        entries = [info for info in archive.infolist() if not info.is_dir()]
        if len(into.members) + len(entries) > MAX_MEMBERS:
            raise too_large(f"{WHAT}内含超过 {MAX_MEMBERS} 个文件")
        for info in entries:
            name = _name(info)
            path = cleaned(name)
            if _LITTER.search(path):
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                into.review.append(f"压缩包里的“{path}”是指向别处的链接，没有读取。")
                continue
            if path != name.replace("\\", "/"):
                into.review.append(f"压缩包里有越出目录的文件名，已改为“{path}”。")
            if info.flag_bits & 1:
                into.locked += 1
                continue
            content = _content(archive, info, into)
            if content is None:
                into.review.append(f"压缩包里的“{path}”已损坏或压缩方法不支持，没有读取。")
            elif sniff(content, {}) == "zip":
                try:
                    _unpack(content, f"{prefix}{path}/", depth + 1, into)
                except UnreadableError as error:
                    if error.problem.code != "corrupt":
                        raise
                    into.members.append(Member(prefix + path, content))
            else:
                into.members.append(Member(prefix + path, content))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, into: Unpacked) -> bytes | None:
    """Never more than the limits in memory, whatever size the entry claims to have."""
    try:
        with archive.open(info) as stream:
            content = stream.read(MAX_MEMBER + 1)
    except (zipfile.BadZipFile, *DAMAGE):
        return None
    into.total += len(content)
    if len(content) > MAX_MEMBER or into.total > MAX_TOTAL:
        raise too_large(f"{WHAT}解压后超过 {MAX_TOTAL // 1_000_000} MB")
    if len(content) > RATIO_FROM and len(content) > MAX_RATIO * max(info.compress_size, 1):
        raise too_large(f"{WHAT}压缩比异常（可能是压缩炸弹）")
    return content


def _name(info: zipfile.ZipInfo) -> str:
    """The name as its maker wrote it: without the UTF-8 flag Chinese Windows stores GBK, other tools UTF-8."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def cleaned(name: str) -> str:
    """A relative path without '..', drive letters and control characters."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/"))
    parts = [part for part in re.sub(r"^[A-Za-z]:", "", name).split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "未命名"
