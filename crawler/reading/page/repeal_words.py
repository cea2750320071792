"""The words by which a page says that its own document is repealed, and those that only look like it.

A subject (本文件, 此件, the document's own title) right before the predicate, or a stamp that is nothing but the
predicate. 《X》同时废止 repeals another document, 有效期至… is a date, 页面已失效 speaks of the page.
"""

from __future__ import annotations

import re

from archive.text.late import late

LONGEST = 120
"""Characters that are kept of the words seen."""

_NOUN = (
    r"(?:规范性文件|行政规范性文件|政策文件|部门规章|文件|件|通知|公告|通告|意见|办法|规定|细则|指引|指南|方案|目录|决定|规章|政策"
    r"|条例|标准|规范|公文|函|批复|制度|规程|规则|文)"
)
_SELF = rf"(?:本|此|该){_NOUN}"
_GONE = r"(?:废止|失效|作废|停止执行|停止施行|停止使用|终止执行|不再执行|不再施行|不再适用|不再有效|无效)"
_DATE = r"(?:\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{4}[-./]\d{1,2}[-./]\d{1,2})"
_NOT_AFTER = r"(?!后|前|时|之|的|或|与|和|及|、|[《“]|程序|情况|手续|期|日期|文件|目录|清单)"
_SINCE = rf"(?:(?:(?:自|从|于){_DATE}(?:起|始|开始)?|自?即日起)[,，]?)?"
_ALREADY = r"(?:现|目前|业|均)?(?:已经?|业已)"
_HOW = (
    r"(?:有效期(?:现?已)?(?:届?满|到期)[,，]?)?(?:过期|到期|期满)?(?:正式|全文|同时|即行|明令|依法)?"
    r"(?:被)?(?:宣布|予以|公告|公布|明确|清理)?(?:为)?"
)
_PREDICATE = rf"(?P<already>{_ALREADY})?{_SINCE}(?:现|已经?)?{_HOW}{_GONE}{_NOT_AFTER}"
_BY_OTHER = (
    rf"(?P<replaced>{_ALREADY})?{_SINCE}(?:被|由|为|经)(?=[^。；]{{0,8}}?(?:《|[\u4e00-\u9fff]{{1,8}}[〔\[【（(]\s*[12]\d{{3}}|新))[^。；]{{2,100}}?"
    rf"(?:所)?(?:替代|代替|取代|废止|宣布失效){_NOT_AFTER}"
)
_LEAD = (
    r"(?:(?:根据|按照|依据|依照|经|因|鉴于|按)[^。；]{2,100}?[,，]"
    rf"|自{_DATE}起[,，]?|截至目前[,，]|目前[,，]?|现[,，]?)?"
)
_START = r"(?:^|[。；;!！【\[（(\s]|(?:决定|注|备注|说明|提示|编者按|公告|声明|提醒|须知)\s*[:：])\s*"
_SEEN_HERE = r"您(?:正在|所|现在)?(?:浏览|查看|阅读)的(?:本|该)?(?:规范性|政策)?文件(?=[^。；]{0,6}废止)"
_DECIDED = rf"(?:决定|现予?以?|予以|宣布)(?:废止|停止执行)(?P<object>(?:本|此){_NOUN})(?=[。；,，]|$)"
SENTENCE = late(
    rf"{_START}(?P<said>{_LEAD}(?P<subject>{_SELF}|{_SEEN_HERE})(?:{_PREDICATE}|{_BY_OTHER})[^。；\n]{{0,60}}"
    rf"|[^。；]{{0,40}}?{_DECIDED})"
)
_OWN = late(rf"(?:[（(][^（()）]{{2,40}}[)）])?(?:{_PREDICATE}|{_BY_OTHER})")
REPLACED = late(rf"(?:[（(【\[])?{_BY_OTHER}[^。；]{{0,40}}[。)）】\]]?")
"""A line that is nothing but 已被《…》代替."""

_ON = rf"(?:(?:自|从|于)?{_DATE}(?:起|始)?(?:宣布|予以)?(?:废止|停止执行|停止施行))"
_STATE = rf"(?:(?:{_ALREADY})(?:被|全文)?(?:宣布|予以|依法|正式)?{_GONE}|(?:宣布|全文){_GONE})"
_OPEN, _CLOSE = r"[\[【（(〔<《\s]*", r"[\]】）)〕>》。!！\s]*"
STAMP = late(rf"{_OPEN}(?:{_SELF}|规范性文件|文件|法规|规章|公文)?\s*{_STATE}{_CLOSE}")
BARE = late(rf"{_OPEN}(?:全文)?(?:废止|失效|作废){_CLOSE}")
"""Enough in an image's name, in brackets, or on an element whose class says that it is a stamp."""
BRACKETED = late(rf"[\[【（(〔]\s*(?:{_SELF}|文件)?\s*(?:{_STATE}|{_ON}|废止|失效|作废)\s*[\]】）)〕]")

STATUS = late(
    r"(?:文件|公文|当前|现行|政策|法规)?(?:时效性?|状态|有效性|效力|效力状态|是否有效|时效状态|有效状态)\s*[:：]\s*"
    r"(?:已?(?:经|被)?(?:宣布)?(?:全文)?(?:废止|失效|作废)|已?停止执行|无效|否)(?:\s*[（(][^（()）]{4,40}[)）])?"
)
_IN_FORCE = late(
    r"(?:现?已(?:经|被)?)?(?:宣布|全文)*(?:废止|失效|作废)(?:\s*[（(].{4,40}[)）])?|已?停止(?:执行|施行)|已?无效|否"
)
LEGEND = late(r"(?<!无)(?:现行|继续|尚未|部分|已)?(?:有效|生效|修改|修订)|全部|不限")
"""Beside a stamp's word: a legend or a filter of states, which says nothing of one document."""

ANY = late(
    r"废止|失效|作废|停止执行|停止施行|停止使用|不再|无效|替代|代替|取代|是否有效|feizhi|yishixiao|zuofei|repeal|abolish"
    r"|%E5%BA%9F%E6%AD%A2|%E5%A4%B1%E6%95%88",
    re.I,
)
"""A page without any of these says nothing of the kind; looked for in its source."""
STAMP_NAME = late(
    r"(?:^|[-_./])(?:[a-z]{1,8}[-_])?(?:yi[-_]?)?(?:feizhi|zuofei|yishixiao|repealed|abolished|abolish)(?:[-_.\d].*)?$",
    re.I,
)
"""A file name or class of a stamp. shixiao alone is 时效, the label of any state."""
STAMP_CLASS = late(r"(?:^|[-_])(?:stamp|watermark|shuiyin|yinzhang|gaizhang|seal)(?:$|[-_\d])", re.I)
"""Class of a stamp, whatever it says."""
_MARK = (
    rf"[\[【（(〔]\s*(?:{_ON}|(?:{_SELF}|文件|现)?(?:{_ALREADY}|全文)?(?:被|宣布)?(?:全文)?"
    r"(?:废止|失效|作废|停止执行|停止施行))\s*[\]】）)〕]"
)
_STATED = r"(?:已废止|已失效|已作废|全文废止|全文失效|已宣布失效|已宣布废止|现已废止|现已失效)"
_MARKED = (
    late(rf"(?P<title>.{{4,}}?)\s*(?P<mark>{_MARK})\s*(?P<site>[-_|—–].*)?"),
    late(rf"(?P<mark>{_MARK})\s*(?P<title>.{{4,}})"),
    late(rf"(?P<mark>{_STATED})[\s:：|｜\-—]+(?P<title>.{{6,}})"),
    late(rf"(?P<title>.{{6,}}?)[\s\-—_|·]*(?P<mark>{_STATED})\s*(?P<site>[-_|—–].*)?"),
)


def marked(text: str) -> tuple[str, str] | None:
    """(title, mark) of a title with a mark before or behind it: 关于…的通知（已失效）; None where there is none."""
    for pattern in _MARKED:
        found = pattern.fullmatch(text.strip())
        if found:
            return found["title"].strip(), found["mark"]
    return None


def sentence(line: str) -> tuple[str, str] | None:
    """(subject, words) of a sentence in which a document says that it is not in force; None where none does so."""
    for found in SENTENCE.finditer(line):
        if _firm(found) and not _quoted(line, found.start("said")):
            return found["subject"] or found["object"], found["said"].strip()
    return None


def of_title(line: str, title: str) -> str:
    """What a line says of the document whose title it begins with: 《标准指引》（…〔2019〕1号）已废止; else ''."""
    squeezed = re.sub(r"\s", "", line).lstrip("《【[（(")
    own = re.sub(r"\s", "", title)
    if len(own) < 6 or not squeezed.startswith(own):
        return ""
    found = _OWN.match(squeezed[len(own) :].lstrip("》】])）"))
    return line if found and (found["already"] or found["replaced"]) and "同时" not in found[0] else ""


def is_state(value: str) -> bool:
    """Whether a value of 时效状态 or 是否有效 means that the document is not in force."""
    return _IN_FORCE.fullmatch(value.strip()) is not None


def _firm(found: re.Match[str]) -> bool:
    """失效 without 已 or 宣布 is a date to come; so is what begins with the day of another's coming into force."""
    said = found["said"]
    if re.search(r"(?:施行|实施|发布|印发|公布|生效)之日|[到期]满|自行|自动|如果|拟|将", said):
        return False
    return not re.search(r"失效", said) or bool(re.search(r"已|宣布|公告|公布", said)) or bool(found["replaced"])


def _quoted(line: str, at: int) -> bool:
    before = line[:at]
    return any(before.count(opening) > before.count(closing) for opening, closing in ("“”", "「」", "『』"))
