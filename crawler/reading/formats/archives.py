"""Archive files (.zip; with a program .rar, .7z): their files as members, each a document of its own, within limits."""

from __future__ import annotations

import io
import re
import stat
import zipfile

from attrs import define, field

from archive.model import Member
from archive.text.filetypes import UNREAD
from crawler.reading.formats import unpackers
from crawler.reading.formats.errors import DAMAGE, KEPT, UnreadableError, corrupt, encrypted, too_large
from crawler.reading.sniff import sniff

WHAT = "压缩包"
BY_PROGRAM = ("rar", "7z")
NO_PROGRAM = (
    "本机没有能打开 {}的程序。{}；请下载后打开核对，或在本机安装 bsdtar（libarchive-tools）或 unar，下次会自动读取。"
)
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


def read(payload: bytes, kind: str = "zip") -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """Its files, those of archives inside it too (by the path `inner.zip/file`), and why a person should look."""
    if kind in BY_PROGRAM and not unpackers.installed():
        raise UnreadableError("unsupported", NO_PROGRAM.format(UNREAD[kind], KEPT))
    unpacked = Unpacked()
    _unpack(payload, kind, "", 1, unpacked)
    if unpacked.locked and not unpacked.members:
        raise encrypted(WHAT)
    if unpacked.review and not unpacked.members:
        raise corrupt(WHAT)
    if unpacked.locked:
        unpacked.review.append(f"压缩包里有 {unpacked.locked} 个文件设有密码，没有读取。")
    return tuple(unpacked.members), tuple(unpacked.review)


def _unpack(payload: bytes, kind: str, prefix: str, depth: int, into: Unpacked) -> None:
    if depth > MAX_DEPTH:
        raise too_large(f"{WHAT}层层嵌套超过 {MAX_DEPTH} 层")
    if kind in BY_PROGRAM:
        _unpack_by_program(payload, prefix, depth, into)
    else:
        _unpack_zip(payload, prefix, depth, into)


def _unpack_by_program(payload: bytes, prefix: str, depth: int, into: Unpacked) -> None:
    names: set[str] = set()
    for file in unpackers.files_in(payload, MAX_MEMBER):
        if not file.name:
            if file.why == "locked":
                into.locked += 1
            elif not names:
                raise corrupt(WHAT)
            else:
                into.review.append("压缩包没有读完（已损坏、缺分卷，或用了不支持的压缩方法），请核对原件。")
            continue
        path = cleaned(file.name)
        if _LITTER.search(path):
            continue
        if path != file.name.replace("\\", "/"):
            into.review.append(f"压缩包里有越出目录的文件名，已改为“{path}”。")
        if path in names:
            into.review.append(f"压缩包里有几个文件都叫“{path}”，只读了第一个。")
            continue
        names.add(path)
        if len(into.members) >= MAX_MEMBERS:
            raise too_large(f"{WHAT}内含超过 {MAX_MEMBERS} 个文件")
        if file.why == "link":
            into.review.append(f"压缩包里的“{path}”是指向别处的链接，没有读取。")
        elif file.why == "locked":
            into.locked += 1
        elif file.content is None:
            into.review.append(f"压缩包里的“{path}”已损坏或压缩方法不支持，没有读取。")
        else:
            _weigh(file.content, len(payload), into)
            _take(file.content, prefix, path, depth, into)


def _take(content: bytes, prefix: str, path: str, depth: int, into: Unpacked) -> None:
    """A file as a member; of an archive inside the archive, its files."""
    kind = sniff(content, {})
    if kind == "zip" or (kind in BY_PROGRAM and unpackers.installed()):
        try:
            _unpack(content, kind, f"{prefix}{path}/", depth + 1, into)
            return
        except UnreadableError as error:
            if error.problem.code != "corrupt":
                raise
    into.members.append(Member(prefix + path, content))


def _unpack_zip(payload: bytes, prefix: str, depth: int, into: Unpacked) -> None:
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
            else:
                _take(content, prefix, path, depth, into)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, into: Unpacked) -> bytes | None:
    """Never more than the limits in memory, whatever size the entry claims to have."""
    try:
        with archive.open(info) as stream:
            content = stream.read(MAX_MEMBER + 1)
    except (zipfile.BadZipFile, *DAMAGE):
        return None
    _weigh(content, info.compress_size, into)
    return content


def _weigh(content: bytes, packed: int, into: Unpacked) -> None:
    """`packed`: bytes that it took in the archive, or that the whole archive takes."""
    into.total += len(content)
    if len(content) > MAX_MEMBER or into.total > MAX_TOTAL:
        raise too_large(f"{WHAT}解压后超过 {MAX_TOTAL // 1_000_000} MB")
    if len(content) > RATIO_FROM and len(content) > MAX_RATIO * max(packed, 1):
        raise too_large(f"{WHAT}压缩比异常（可能是压缩炸弹）")


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
