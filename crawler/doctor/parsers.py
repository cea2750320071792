"""Every parser reads its sample through the sandbox, as any file is read."""

from __future__ import annotations

from collections.abc import Iterator

from archive.operate.checks import Check, broken, ok, person
from crawler.reading.fault import ReadingFault
from crawler.reading.formats import unpackers
from crawler.reading.formats.ocr import engine
from crawler.reading.formats.office import soffice
from crawler.samples import SAMPLES, SCAN
from crawler.sandbox.apart import MEMORY_LIMIT, SECONDS, Limits, proved, read_sample

_REINSTALL = "请重新安装程序：pip install --require-hashes -r requirements.lock"
_TIGHT = 700_000_000
"""Bytes of address space from which on every file of the demonstration was read."""


def checks() -> Iterator[Check]:
    yield _limits()
    read, faults = [], []
    for kind, sample in SAMPLES.items():
        try:
            document = read_sample(kind)
        except ReadingFault as fault:
            faults.append(broken("parser", f"读不了{sample.name}：{fault.cause}", _REINSTALL))
            continue
        read.append(sample.name)
        if kind == "doc" and document.review and soffice.installed():
            remedy = "请安装 libreoffice-writer，或设环境变量 GUIDELINES_SOFFICE=off 不用它"
            faults.append(person("parser", "装了 LibreOffice，但它读不好 .doc，每个 .doc 都会要求核对", remedy))
    if read:
        second = "，.doc 另用 LibreOffice 比对" if soffice.installed() else ""
        yield ok("parser", f"能读 {len(read)} 种样本：{'、'.join(read)}{second}")
    yield from faults
    yield from _programs()
    yield _ocr()


def _programs() -> Iterator[Check]:
    """What is read only where a program of the machine helps. None of them is needed."""
    if soffice.without_writer():
        yield ok(
            "programs", "装了 LibreOffice，但没有 Writer，.doc 只用内置的读取程序（要比对请装 libreoffice-writer）"
        )
    unpacker = unpackers.installed()
    if unpacker == "unar":
        yield ok("programs", "能打开 .rar、.7z 附件（unar）")
    elif unpacker:
        yield ok("programs", f"能打开 .rar、.7z 附件（{unpacker}；旧的固实压缩 .rar 只有 unar 能打开）")
    else:
        yield ok(
            "programs", "没有装 unar 或 bsdtar，.rar、.7z 附件只保存、不读取（Debian：apt install libarchive-tools）"
        )


def _ocr() -> Check:
    """What reads scans, where the extra for it is installed."""
    version = engine.installed()
    if not version:
        return ok(
            "ocr",
            "没有装文字识别，扫描件和字体没有编码的 PDF 只保存、不读取（要识别：scripts/start --ocr，"
            "或 pip install --require-hashes -r requirements-ocr.lock，约 300 MB；识别的文字都会标明可能有误）",
        )
    if Limits.here(SECONDS, MEMORY_LIMIT).memory < engine.MEMORY:
        return person(
            "ocr", "内存上限太小，文字识别做不成", f"请把 ulimit -v 调到 {engine.MEMORY // 1_000_000} MB 以上"
        )
    try:
        proved(SCAN)
    except ReadingFault as fault:
        remedy = "请重新安装：pip install --require-hashes -r requirements-ocr.lock"
        return broken("ocr", f"装了文字识别（rapidocr {version}），但认不出内置的样本：{fault.cause}", remedy)
    return ok("ocr", f"能识别扫描件（rapidocr {version}，每个文件最多 {engine.MAX_PAGES} 页），结果都标明可能有误")


def _limits() -> Check:
    limits = Limits.here(SECONDS, MEMORY_LIMIT)
    says = f"读一个文件最多可用内存 {limits.megabytes} MB、处理器 {limits.processor} 秒"
    if limits.memory < _TIGHT:
        return person("limits", says, "请把 ulimit -v（或容器、服务的内存上限）调到 2 GB 以上，否则大文件读不了")
    return ok("limits", says)
