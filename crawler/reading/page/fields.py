"""Values of metadata in one form: dates, document numbers, labels."""

from __future__ import annotations

import re
import unicodedata

from archive.text.late import late
from archive.text.numbers import HAN_DIGITS, han_number

# The names that sites give to a field, the usual one first; spaces inside them are removed before the look-up.
LABELS = {
    "index_number": "索引号 信息索引号 索引编号 信息索取号 索取号",
    "document_number": "发文字号 文号 发文文号 公文文号 文件编号 文件字号 文件文号 发文号 发布文号 字号 文件号",
    "issuer": "发文机关 发布机构 发文单位 发文机构 发布单位 发布机关 制发机关 制发单位 印发机关 公开主体 公开机构 "
    "发文部门 发布部门 责任部门 公开责任部门",
    "source": "来源 信息来源 文章来源 来源单位 稿件来源",
    "issued_on": "成文日期 成文时间 生成日期 生成时间 成文日期/生成日期 成文时间/生成日期 发文日期 发文时间 制发日期 "
    "形成日期 签发日期 印发日期 印发时间",
    "published_on": "发布日期 发布时间 公开日期 公开时间 公布日期 公布时间 信息发布日期 发表时间 日期 时间",
    "effective_on": "生效日期 实施日期 施行日期 生效时间 实施时间 施行时间 执行日期 生效/实施日期 生效日期/实施日期 "
    "开始实施日期",
    "expires_on": "失效日期 废止日期 失效时间 废止时间",
    "in_force": "时效状态 时效性 有效性 效力状态 是否有效 文件状态 有效状态 文件时效 时效",
    "category": "主题分类 信息分类 业务类型 分类 公文种类 体裁分类 组配分类 信息类别 所属主题 主题类别",
    "rank": "效力级别 效力等级",
    "title": "标题 名称 信息名称 文件名称 文件标题 公文标题",
}
FIELD_OF = {label: field for field, labels in LABELS.items() for label in labels.split()}
RANK = {label: rank for labels in LABELS.values() for rank, label in enumerate(labels.split())}
"""Of two labels of one field in one place, the lower one is meant."""
# Known labels whose values are not kept: they end the value before them.
_OTHER = (
    "主题词 关键词 关键字 内容概述 内容概览 内容摘要 摘要 公开方式 公开范围 公开形式 公开类别 "
    "公开属性 公开程序 公开目录 有效期 信息时效期 有效期限 统一登记号 统一编号 登记号 登记日期 主题 "
    "体裁 文种 载体类型 联合发文单位 文件来源 服务对象 生命周期 在线链接地址 文件下载 附件下载 "
    "浏览次数 浏览量 点击量 点击数 点击次数 阅读量 阅读次数 访问量 访问次数 查看次数 作者 撰稿 审核 "
    "责任编辑 编辑 发布者 发布人 字体 字号大小 下载 附件 分享 分享到 打印 语音播报 更新时间 更新日期 "
    "页面生成时间"
)
OTHER = frozenset(_OTHER.split())
_BLANKS = late(r"[\x01\s\u3000\xa0\u200b-\u200f\ufeff]+")
_BRACKETS = late(r"[〔\[［（(【﹝〖]\s*((?:19|20)\d{2})\s*(?:年)?\s*[〕\]］）)】﹞〗]")
_ORGAN = r"[\u4e00-\u9fffA-Za-z·]{1,24}"
_NUMBER = late(rf"{_ORGAN}〔(?:19|20)\d{{2}}〕\s*第?\s*\d{{1,5}}\s*号")
_ORDER = late(
    r"[\u4e00-\u9fff]{0,20}(?:令|公告|通告)(?:(?:19|20)\d{2}年)?第?[\d一二三四五六七八九十百〇零]{1,6}号"
    r"|(?:19|20)\d{2}年第\d{1,5}号"
)
_DATE = late(r"((?:19|20)\d{2})\s*[年\-/.—–]\s*(\d{1,2})\s*[月\-/.—–]\s*(\d{1,2})(?!\d)")
_PACKED = late(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_HAN_DATE = late(
    r"([二一][〇○零ＯOo0０一二三四五六七八九]{3})\s*年\s*([一二三四五六七八九十元]{1,3})\s*月\s*([一二三四五六七八九十廿卅]{1,4})\s*日"
)
_DATED = late(
    rf"[(\[]?(?:自|从|于|有效期|截至|截止|至|到|为|:)*(?:{_DATE.pattern}|{_PACKED.pattern}|{_HAN_DATE.pattern})日?"
    r"T?(?:\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?)?(?:起|始|止|开始|正式|生效|施行|实施|执行|失效|废止|发布|印发)*[)\]]?"
)
_LIKE_NUMBER = late(r"〔(?:19|20)\d{2}〕|[\d一二三四五六七八九十百〇零]号|令")
_LIKE_TITLE = late(r"关于|的通知|的公告|《|》|。|发布(?:日期|时间)|索引号|索取号")
_LIKE_INDEX = late(r"(?=.*[0-9A-Za-z].*[0-9A-Za-z].*[0-9A-Za-z])[^。；，《》：:]*(?:[:：][^。；，《》：:]*)?")
_STATE = late(
    r"(?:是|否|有|无|现行|有效|无效|失效|废止|作废|修改|修订|生效)"
    r"|(?=.{0,12}(?:有效|无效|失效|废止|作废|修改|修订|生效|现行|停止(?:执行|施行)))"
    r"(?!.*(?:通知|办法|规定|公告|意见|关于|《))[\u4e00-\u9fff]{2,14}(?:\s*[（(].{2,40}[）)])?"
)
_BEHIND = late(
    r"\s*(?:[\[【|｜]|(?:\s[（(])|(?:总|累计)?(?:浏览|阅读|点击|访问|查看|下载|点阅)(?:总?量|次数|数|人数|率)|字体|字号|打印|分享(?!经济)|收藏"
    r"|责任编辑|编辑[:：]|作者[:：]|撰稿|审核[:：]|(?:发布|更新|发文|公开|成文)(?:时间|日期)|\s{2,}|(?:19|20)\d{2}-\d{1,2}-\d{1,2})"
)
_NO_OFFICE = late(
    r"本[网站局委厅办部](?:站|讯|站原创)?|原创|转载|网络|互联网|其他|管理员|未知|作者|[\u4e00-\u9fff]{0,6}网站管理员"
)
"""What follows an office in one piece of text and is no part of its name."""
_CLOCK = late(r"(?:星期|周|礼拜)[一二三四五六日天]|农历|今天")  # a header's date of today


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
    """A value of this field in its one form, '' when it cannot be one: an empty value is better than a wrong one."""
    text = _BLANKS.sub(" ", text).strip(" ：:")
    if not field:
        return ""
    if field == "published_on":
        return "" if _CLOCK.search(text) else iso_date(text)
    if field.endswith("_on"):
        return _only_date(text)
    if field == "document_number":
        number = document_number(text)
        return number if _LIKE_NUMBER.search(number) and not _LIKE_TITLE.search(number) else ""
    if field == "index_number":
        text = _BLANKS.sub("", text)
        return text if len(text) <= 60 and _LIKE_INDEX.fullmatch(text) else ""
    if field == "in_force":
        return text if _STATE.fullmatch(text) else ""
    if field in ("issuer", "source"):
        if text.endswith(("...", "…")) or len(text) > 100:
            return ""  # cut off by the site
        text = _BEHIND.split(text)[0].strip(" 　|｜/,，;；")
        if _NO_OFFICE.fullmatch(text) or not re.search("[\u4e00-\u9fff]", text):
            return ""
    return "" if text in ("", "-", "--", "无", "/", "暂无", "null") else text[:300]


def _only_date(text: str) -> str:
    """The date of a text that is nothing but one, with its time of day or 自…起施行 around it."""
    plain = re.sub(r"(?<=\d)\s+(?=\d+:)", "T", unicodedata.normalize("NFKC", text)).replace(" ", "")
    return iso_date(plain) if _DATED.fullmatch(plain) else ""
