"""From bytes to text: what a page says of its encoding is a hint, what its bytes say decides.

Chinese sites declare gb2312 and send gb18030, declare utf-8 and send gbk, or declare nothing; a template in one
encoding may hold an include in another. NUL and stray bytes must not cost the rest of the page.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

# Python's gb2312 and gbk are strict subsets; what is sent under these names is their superset (and x-gbk, cp936 …).
_SUPERSETS = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "hz": "gb18030", "big5": "big5hkscs", "ascii": "utf-8",
    "iso8859-1": "cp1252", "utf-16": "utf-16-le", "x-gbk": "gb18030", "euc-cn": "gb18030",
}  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<(?:meta\b[^>]{0,300}?charset|\?xml\b[^>]{0,100}?encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
# Half of running Chinese official text is made of these; text decoded by the wrong table has hardly any.
_COMMON = re.compile("[，。、；：的一是在和有不为中人大了国以及等关于通知公开政府信息部办行业务定进应发会工作]")
_COMMON_OR_DATE = re.compile(f"{_COMMON.pattern[:-1]}年月日]")
_BAD = re.compile("[\ufffd\ue000-\uf8ff\x80-\x9f\x00-\x08\x0e-\x1f]")
SAMPLE = 200_000


def declared(payload: bytes, headers: Mapping[str, str]) -> list[str]:
    """Encodings that the header and the page itself name, known to Python, the header's first."""
    names = _HEADER.findall(headers.get("content-type", ""))
    names += [name.decode("ascii", "ignore") for name in _META.findall(payload[:8192])]
    known = []
    for name in names:
        try:
            canonical = codecs.lookup(_SUPERSETS.get(name.lower(), name)).name
        except (LookupError, ValueError):
            continue
        known.append(_SUPERSETS.get(canonical, canonical))
    return list(dict.fromkeys(known))


def decode(payload: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    """The text and the encoding it was read by. Invalid bytes become U+FFFD, NUL and other controls go."""
    charset = detect(payload, headers)
    for bom, name in _BOMS:
        if payload.startswith(bom) and name == charset:
            payload = payload[len(bom) :]
    text = payload.decode(charset, "replace")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "", text), charset


def detect(payload: bytes, headers: Mapping[str, str]) -> str:
    for bom, name in _BOMS:
        if payload.startswith(bom):
            return name
    sample = payload[:SAMPLE]
    wide = _utf16(sample)
    if wide:
        return wide
    names = [name for name in declared(payload, headers) if not name.startswith(("utf-16", "utf-32", "utf-7"))]
    if sample.isascii():
        return names[0] if names else "utf-8"
    candidates = list(dict.fromkeys((*names, "utf-8", "gb18030")))
    # a tie goes to what was declared first
    return max(candidates, key=lambda name: (_score(sample, name), -candidates.index(name)))


def _score(sample: bytes, charset: str) -> float:
    """How much the sample looks like text in this encoding; a cut character at its end does not count."""
    text = codecs.getincrementaldecoder(charset)("replace").decode(sample)
    foreign = sum(1 for character in text if character > "\x7f")
    if not foreign:
        return 0.0
    return (len(_COMMON.findall(text)) - 3 * len(_BAD.findall(text))) / foreign + (0.2 if charset == "utf-8" else 0.0)


def common_share(text: str) -> float:
    """Share of the commonest Chinese characters among all beyond ASCII: about .3 in official text, 0 in mojibake."""
    foreign = sum(1 for character in text if character > "\x7f")
    return len(_COMMON_OR_DATE.findall(text)) / foreign if foreign else 1.0


def _utf16(sample: bytes) -> str:
    """UTF-16 without a mark: every second byte of the markup that a page begins with is NUL."""
    head = sample[:40]
    for name, half in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(head) == 40 and half.count(0) > 15 and head.count(0) < 25:
            return name
    return ""
