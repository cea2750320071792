"""Whether WARC files are whole; a torn tail is set aside."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator

from archive.machine.faults import why
from archive.warc.read import BLOCK, FAULTS, FOLDER, GZIP, parts

TORN = "torn"


def check_file(path: Path) -> list[str]:
    """What is wrong with a WARC file, a sentence a fault; [] when every record is whole and its digests fit."""
    problems: list[str] = []
    at = 0
    try:
        with path.open("rb") as stream:
            for at, part in parts(stream):
                problems += _check_part(part, f"{path.name} 偏移 {at}")
    except OSError as error:
        problems.append(f"{path.name}：无法读取：{why(error)}")
    except FAULTS as error:
        problems.append(f"{path.name} 偏移 {at} 或其后：文件损坏（{str(error).strip()}）")
    return problems


def _check_part(part: BinaryIO, where: str) -> Iterator[str]:
    for found in ArchiveIterator(part, check_digests=True):
        while found.raw_stream.read(BLOCK):
            pass
        if found.raw_stream.limit:
            yield f"{where}：记录不完整"
        elif found.digest_checker.passed is False:
            yield f"{where}：校验值不符（{'；'.join(found.digest_checker.problems)}）"


def repair_tail(data: Path) -> list[str]:
    """Cut a torn last record off the newest file and keep its bytes in `warc/torn/`; one sentence a cut.

    A crawl that was killed leaves at most the file it wrote last without a proper end. Damage in the middle of a file
    (whole records follow it) is not touched: `check_file` tells it.
    """
    files = sorted((data / FOLDER).glob("*.warc.gz"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    if not files:
        return []
    path = files[-1]
    end, size = sound_until(path), path.stat().st_size
    if end == size:
        return []
    with path.open("rb") as stream:
        stream.seek(end)
        torn = stream.read()
    if _member_follows(torn):
        return [f"WARC 文件 {path.name} 在偏移 {end} 处损坏，其后还有完整记录，未作改动；请运行 guidelines verify"]
    aside = data / FOLDER / TORN
    aside.mkdir(exist_ok=True)
    kept = aside / f"{path.name}.{end}"
    kept.write_bytes(torn)
    with path.open("r+b") as stream:
        stream.truncate(end)
    if end == 0:
        path.unlink()
    where = f"{FOLDER}/{TORN}/{kept.name}"
    return [f"WARC 文件 {path.name} 的最后一条记录不完整（上次抓取被中断），已移到 {where}，共 {size - end} 字节"]


def sound_until(path: Path) -> int:
    """The offset up to which a file is made of whole gzip members."""
    end = 0
    with path.open("rb") as stream:
        decoder = zlib.decompressobj(31)
        position = 0
        while block := stream.read(BLOCK):
            position += len(block)
            while block:
                try:
                    decoder.decompress(block)
                except zlib.error:
                    return end
                block = decoder.unused_data
                if decoder.eof:
                    end = position - len(block)
                    decoder = zlib.decompressobj(31)
    return end


def continues(path: Path, end: int) -> bool:
    """Whether whole records follow the damage at `end`: then it is no torn tail."""
    with path.open("rb") as stream:
        stream.seek(end)
        return _member_follows(stream.read())


def _member_follows(torn: bytes) -> bool:
    """Whether a whole gzip member with a WARC record stands somewhere behind the first byte."""
    at = torn.find(GZIP, 1)
    while at >= 0:
        decoder = zlib.decompressobj(31)
        try:
            if decoder.decompress(torn[at:], 5) == b"WARC/":
                return True
        except zlib.error:
            pass
        at = torn.find(GZIP, at + 1)
    return False
