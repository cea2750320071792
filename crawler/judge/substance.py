"""Whether a text without a single sentence is a notice all the same: figures, labels and values, rows."""

from __future__ import annotations

import re

from archive.model import Document
from archive.text.fold import compare_fold
from archive.text.late import late
from archive.text.noise import without_noise

ENOUGH = 200
"""Characters, links and widgets not counted, from which a text without a full stop is no stray words."""
_ROWS = 3
_FIGURES = 8
_LABELS = 6
_DATE = late(r"\d{2,4}\s*[-年./]\s*\d{1,2}(?:\s*[-月./]\s*\d{1,2})?\s*日?|\d{1,2}:\d{2}")
_LABELLED = late(r"[^:：|]{2,20}[:：]\s*\S.*")
_FOOTER = late(
    r"ICP备|公网安备|网站标识码|标识码|版权所有|主办|承办|协办|技术支持|网站地图|联系我们|关于我们|隐私|邮编|邮政编码|传真|电话|地址"
    r"|建议使用|浏览器|分辨率|Copyright|©|首页|上一页|下一页|尾页|当前位置|您的位置",
    re.I,
)
_LIKE = 60.0
_COMPARED = 20_000


def has_substance(document: Document) -> bool:
    """By size where the site's container holds it; where only trafilatura found it, which takes menus and footers for
    text, there must be rows, figures or labels with values as well."""
    links = frozenset(document.link_lines)
    lines = [line for number, line in enumerate(document.text.splitlines()) if number not in links]
    lines = [line for line in lines if without_noise(line).strip()]
    if document.confidence == "high":
        return _size(lines) >= ENOUGH
    lines = [line for line in lines if not _FOOTER.search(line)]
    rows = sum(1 for line in lines if line.count("|") >= 2 and re.search(r"\w", line))
    figures = sum(1 for line in lines if re.search(r"\d", _DATE.sub("", line)))
    labels = sum(1 for line in lines if _LABELLED.fullmatch(line))
    told = rows >= _ROWS or figures >= _FIGURES or labels >= _LABELS
    return told and _size(lines) >= ENOUGH


def is_like(text: str, accepted: str) -> bool:
    """Whether a text is one of the kind that a person accepted: the same words, whatever the figures."""
    from rapidfuzz import fuzz

    one, other = (re.sub(r"\d[\d.,%]*", "#", compare_fold(each))[:_COMPARED] for each in (text, accepted))
    return bool(one and other) and fuzz.ratio(one, other) >= _LIKE


def _size(lines: list[str]) -> int:
    return sum(len(re.sub(r"\s", "", line)) for line in lines)
