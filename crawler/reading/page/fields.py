"""Values of metadata in one form: dates, document numbers, labels."""

from __future__ import annotations

import re
import unicodedata

from archive.text.dates import HAN_DIGITS, han_number

# The names that sites give to a field, the usual one first; spaces inside them are removed before the look-up.
LABELS = {
    "index_number": "索引号 信息索引号 索引编号 信息索取号 索取号",
    "document_number": "发文字号 文号 发文文号 公文文号 文件编号 文件字号 文件文号 发文号 发布文号 字号 文件号",
    "issuer": "发文机关 发布机构 发文单位 发文机构 发布单位 发布机关 制发机关 制发单位 印发机关 公开主体 公开机构 "
    "发文部门 发布部门 责任部门",
    "source": "来源 信息来源 文章来源 来源单位 稿件来源",
    "issued_on": "成文日期 成文时间 生成日期 生成时间 成文日期/生成日期 成文时间/生成日期 发文日期 发文时间 制发日期 "
    "形成日期 签发日期 印发日期 印发时间",
    "published_on": "发布日期 发布时间 公开日期 公开时间 信息发布日期 发表时间 日期 时间",
    "effective_on": "生效日期 实施日期 施行日期 生效时间 实施时间 施行时间 执行日期 生效/实施日期 生效日期/实施日期 "
    "开始实施日期",
    "expires_on": "失效日期 废止日期 失效时间 废止时间",
    "in_force": "时效状态 时效性 有效性 效力状态 是否有效 文件状态 有效状态 时效",
    "category": "主题分类 信息分类 业务类型 分类 公文种类 体裁分类 组配分类 信息类别 所属主题 主题类别",
    "rank": "效力级别 效力等级",
    "title": "标题 名称 信息名称 文件名称 文件标题 公文标题",
}
FIELD_OF = {label: field for field, labels in LABELS.items() for label in labels.split()}
# Known labels whose values are not kept: they end the value before them.
OTHER = frozenset(("主题词", "关键词", "关键字", "内容概述", "内容摘要", "摘要", "公开方式", "公开范围", "公开形式",
    "公开类别", "公开属性", "有效期", "浏览次数", "浏览量", "点击量", "点击数", "阅读量", "访问量", "作者", "责任编辑",
    "编辑", "字体", "字号大小", "下载", "附件", "分享到"))  # fmt: skip
_BLANKS = re.compile(r"[\s\u3000\xa0\u200b-\u200f\ufeff]+")
_BRACKETS = re.compile(r"[〔\[［（(【﹝〖]\s*((?:19|20)\d{2})\s*(?:年)?\s*[〕\]］）)】﹞〗]")
_ORGAN = r"[\u4e00-\u9fffA-Za-z·]{1,24}"
_NUMBER = re.compile(rf"{_ORGAN}〔(?:19|20)\d{{2}}〕\s*第?\s*\d{{1,5}}\s*号")
_ORDER = re.compile(
    r"[\u4e00-\u9fff]{0,20}(?:令|公告|通告)(?:(?:19|20)\d{2}年)?第?[\d一二三四五六七八九十百〇零]{1,6}号"
    r"|(?:19|20)\d{2}年第\d{1,5}号"
)
_DATE = re.compile(r"((?:19|20)\d{2})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_HAN_DATE = re.compile(
    r"([二一][〇○零ＯOo0０一二三四五六七八九]{3})\s*年\s*([一二三四五六七八九十元]{1,3})\s*月\s*([一二三四五六七八九十廿卅]{1,4})\s*日"
)
_CLOCK = re.compile(r"(?:星期|周|礼拜)[一二三四五六日天]|农历|今天")  # a header's date of today


def label_of(text: str) -> str:
    """The label in its plain form: '标　　题：' → '标题'."""
    return _BLANKS.sub("", text).strip("：:【】[]〖〗")


def iso_date(text: str) -> str:
    """The first date in a text as ISO 8601, '' where there is none that exists."""
    text = unicodedata.normalize("NFKC", text)
    found = _DATE.search(text) or _PACKED.search(text)
    if found:
        return _existing(*map(int, found.groups()))
    han = _HAN_DATE.search(text)
    if han:
        year = "".join(HAN_DIGITS.get(sign, "") for sign in han[1])
        return _existing(int(year or 0), han_number(han[2]), han_number(han[3]))
    return ""


def signed_date(line: str) -> tuple[str, str] | None:
    """(date, what stands before it) of a line that is a date, or an office and a date, as in a signature; else None."""
    text = unicodedata.normalize("NFKC", line).strip("()（） ")
    for pattern in (_DATE, _HAN_DATE):
        found = re.fullmatch(rf"([\u4e00-\u9fff\s]{{0,40}}?)\s*{pattern.pattern}(?:\s*日)?", text)
        date = iso_date(text[found.end(1) :]) if found and "日" in text else ""
        if found and date:
            return date, found[1].strip()
    return None


def _existing(year: int, month: int, day: int) -> str:
    if not (1900 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return ""
    return f"{year:04}-{month:02}-{day:02}"


def document_number(text: str) -> str:
    """A document number as it stands in a label's value: any bracket around the year becomes 〔〕, blanks go."""
    text = _BLANKS.sub("", _plain(text)).strip("()（），,。;；")
    if text.count("(") != text.count(")"):
        text = text.strip("()")
    return text if len(text) <= 60 and re.search(r"\d|[一二三四五六七八九十]", text) else ""


def document_number_in(line: str) -> str:
    """The document number that a line consists of, or that stands in brackets at the end of a title; else ''."""
    plain = _BLANKS.sub("", _plain(line))
    in_brackets: list[str] = re.findall(r"[（(]([^（()）]{4,40})[)）]$", plain)
    for candidate in (plain.strip("()（）"), *in_brackets):
        if _NUMBER.fullmatch(candidate) or (_ORDER.fullmatch(candidate) and len(candidate) < 30):
            return candidate
    return ""


def _plain(text: str) -> str:
    return _BRACKETS.sub(r"〔\1〕", text.translate(str.maketrans("０１２３４５６７８９", "0123456789")))


def value_of(field: str, text: str) -> str:
    """A value of this field in its one form, '' when it cannot be one."""
    text = _BLANKS.sub(" ", text).strip(" ：:")
    if field.endswith("_on"):
        return "" if _CLOCK.search(text) else iso_date(text)
    if field == "document_number":
        return document_number(text)
    if field == "index_number":
        text = _BLANKS.sub("", text)
    if field in ("issuer", "source") and (text.endswith(("...", "…")) or len(text) > 100):
        return ""  # cut off by the site
    return "" if text in ("", "-", "--", "无", "/", "暂无") and field != "in_force" else text[:300]
