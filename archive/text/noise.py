"""The one list of noise: what stands among the text of a page and serves the page, not the reader.

Only comparison and search leave it out; the archived text keeps it. A missed revision costs more than a question, so
what is dropped is a whole widget: a line that holds nothing else, or a counter that brackets or blanks cut off from the
words beside it. What a notice may be made of (微信、微博; 网站月访问量：10000人次; a date with its weekday and place)
stays; what changes among that all the same is learnt from evidence, page by page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby, pairwise

_LONG = 80
"""Characters from which a line is no widget."""

_HALF = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys((0x3000, 0xA0), " ")

_PAGE = r"(?:本文|本页|本页面|该页|页面|文章|该文|此文|本条|本信息|信息)"
_NUMBER = r"\d[\d,.]*\s*(?:万|w)?\+?"
_TIMES = r"(?:人次|次|人)"
_COUNT = rf"[\[(【]?\s*{_NUMBER}\s*[\])】]?\s*{_TIMES}?"
_SEEN = r"(?:浏览|点击|阅读|查看|点阅|访问)"
_COUNTED = rf"(?:{_SEEN}(?:次数|总次数)|(?:浏览|点击|阅读|查看|点阅)(?:人数|总数|量|数|率))"
_OWN_COUNTER = (
    rf"(?:{_PAGE}(?:已?被?)?(?:{_COUNTED}|访问(?:人数|总数|量|数))\s*:?\s*(?:{_COUNT}|{_TIMES})?"
    rf"|(?:累计|总|已被?)?{_COUNTED}\s*:?\s*{_COUNT}|{_COUNTED}\s*:\s*{_TIMES}?"
    rf"|(?:浏览|点击|阅读|查看|点阅|人气|热度|阅读热度)(?:\s*:\s*{_COUNT}|\s*[\[(]\s*{_NUMBER}\s*[\])]|\s*{_NUMBER}\s*{_TIMES})"
    rf"|{_PAGE}?已?(?:有|被)?\s*{_NUMBER}\s*{_TIMES}\s*(?:浏览|阅读|查看|点击)(?:过?(?:本文|本页|此文))?"
    rf"|{_PAGE}?已?被?(?:浏览|点击|阅读|查看|访问)了?\s*{_NUMBER}\s*(?:人次|次))"
)
_BARE_COUNTER = rf"(?:浏览|点击|阅读|查看|点阅|人气|热度|阅读热度)\s*{_NUMBER}"
"""Only when the line holds nothing else: 阅读 30 分钟 is no widget."""
_DOWNLOADED = rf"(?:(?:已?被?下载(?:次数|量|数)?\s*:?\s*{_NUMBER}\s*{_TIMES}?)|下载次数\s*:\s*{_TIMES}?)"
_LIKED = (
    rf"(?:(?:点赞|赞|喜欢|收藏|评论|转发|分享|推荐)(?:数|量)?\s*[\[(]\s*{_NUMBER}\s*[\])]"
    rf"|(?:点赞|赞)(?:数|量)?\s*:?\s*{_NUMBER})"
)
_VISITORS = (
    rf"(?:欢迎您?[!,]?\s*)?您?是?(?:本站|本网站|本网|本页)?的?第\s*\[?{_NUMBER}\]?\s*(?:位|名|个)(?:访问者|访客|来访者|浏览者|读者|网友)"
    rf"|(?:当前|目前|现在)?(?:网站)?在线(?:人数|用户|访客)?\s*:?\s*{_NUMBER}\s*(?:人|位)?"
    rf"|(?:本站|本网站|本网)(?:总|累计|今日)?(?:访问|浏览|点击)(?:总?量|人数|次数|总数)\s*:?\s*{_COUNT}"
)
_DAY = r"\d{4}\s*[年\-/.]\s*\d{1,2}\s*[月\-/.]\s*\d{1,2}\s*日?"
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_WHEN = rf"(?:{_DAY}(?:\s*{_WEEKDAY})?(?:[\sT]*{_CLOCK})?|{_CLOCK})"
_RENEWED = (
    rf"(?:(?:本页|页面|网页|本站)?(?:(?:上次|最近|最后)更新|最后修改(?=时间|日期))|(?:本页|页面|网页|本站)(?:更新|生成|修改|静态化)|更新(?=时间|日期))"
    rf"(?:时间|日期)?\s*(?:于|为|是)?\s*:?\s*{_WHEN}?|更新于\s*:?\s*{_WHEN}"
)
_SKY = "(?:晴|多云|阴|(?:小|中|大|暴|阵|雷阵|冻|小到中|中到大)雨|雨夹雪|(?:小|中|大|暴|阵)雪|雾|霾|浮尘|扬沙|沙尘暴)"
_DEGREES = r"-?\d{1,2}\s*(?:℃|°C|°|度)"
_WEATHER = (
    rf"(?:[\u4e00-\u9fff]{{2,8}}[\s:]+)?(?:(?:今天|今日|明天|实时|当前)?(?:天气|气温)(?:预报)?[\s:]*|(?:今天|今日|明天)[\s:]*)?"
    rf"(?:{_SKY}(?:(?:转|到|间){_SKY})?[\s,]*)(?:-?\d{{1,2}}\s*(?:℃|°C|°|度)?\s*[~\-/至到]\s*)?{_DEGREES}"
    rf"(?:[\s,]*(?:[东南西北]{{1,2}}|无持续|微)风[^。;]{{0,10}})?(?:[\s,]*(?:湿度|空气质量)[^。;]{{1,12}})?"
)
_LUNAR = r"(?:农历|阴历)[^。;]{2,20}"
_TODAY = (
    rf"(?:您好[!,]?\s*)?(?:欢迎您?[!,]?\s*)?(?:(?:今天|今日|现在|当前|系统)(?:(?:时间|日期)?(?:是|为|:)|时间|日期)|(?:今天|今日))\s*:?\s*(?:公元)?\s*"
    rf"(?:{_DAY}|\d{{1,2}}月\d{{1,2}}日)[\s,(]*(?:{_WEEKDAY})?[\s,)]*(?:{_CLOCK})?[\s,]*(?:{_LUNAR})?(?:[\s,]*{_WEATHER})?"
    rf"|{_DAY}\s*(?:{_WEEKDAY})?\s*\d{{1,2}}:\d{{2}}:\d{{2}}"  # only a clock shows seconds
    rf"|{_DAY}\s*{_WEEKDAY}\s*{_LUNAR}"
)
_NEIGHBOUR = (
    r"[\[<【(]?\s*(?:上|下|前|后)(?:(?:一|1)?(?:篇|条)(?:文章|信息)?\s*(?:[\]>】):].*|(?:已经)?(?:没有|无)了?|(?=$))"
    r"|(?:一|1)篇[^。;,]*)"
)
_BANNER = (
    r"(?:点击|立即|请)?(?:打开|下载|进入|使用|用|在)[^。;:,]{0,16}(?:APP|客户端|小程序)(?:内|中|里|,)?"
    r"(?:阅读|查看|浏览|看)(?:全文|原文|(?:更多|完整|精彩)(?:内容|信息|资讯|新闻|报道)?)!?"
    r"|(?:点击|立即|马上|扫码|扫描二维码)?下载[\u4e00-\u9fffA-Z]{2,10}客户端!?|(?:立即|马上|免费)下载[^。;:,]{0,10}APP!?"
    r"|(?:微信)?(?:扫一扫|扫码|扫描二维码|扫描(?:上方|下方|左侧|右侧)?二维码)[\s,:]*(?:在|用)?(?:手机|移动端)[^。;]{0,12}"
    r"|(?:用|使用|打开|请用)?(?:手机)?(?:微信)?(?:扫一扫|扫码|扫描二维码)[\s,:]*(?:分享[^。;]{0,10}|阅读|查看(?:本页|本文|当前页面?)|看(?:本文|本页))?"
    r"|(?:手机|微信)(?:扫一扫|扫码)(?:查看|打开|浏览|阅读)?(?:本页|本文|当前页面?)?|手机(?:查看|浏览|打开)(?:本页|本文|此页)"
)
# widgets that hold no word of the notice; a line is one when it holds these, and the small words beside them
_STRONG = (
    r"字体|字号|字体大小|文字大小|字号大小|视力保护色|背景色|阅读模式|"
    r"(?:打印|收藏|关闭|纠错|举报|分享|转发|复制|返回|保存|推荐|刷新)(?:本页面?|本文|此页|页面|窗口|文章|顶部|首页|列表|此文|链接|网址)|打印预览"
    r"|分享到|分享至|分享给|转发到|一键分享|分享|(?:加入|添加)收藏夹?|设为首页|回到顶部|回顶部|返回上一页|我要纠错|网页纠错|网站纠错"
    r"|无障碍(?:浏览|阅读|版)|适老化(?:版|模式)?|长者模式|长者版|关怀版|手机版|电脑版|语音播报|语音朗读|朗读全文|听全文|放大字体|缩小字体|繁体版?|简体版?"
)
_WEAK = (
    r"大|中|小|特大|超大|默认|正常|标准|A\+?|A-|T|\+|-|打印|收藏|关闭|纠错|举报|转发|放大|缩小|返回|保存|下载|复制链接|扫一扫|微信好友|微信朋友圈|朋友圈|微信|微博"
    r"|新浪微博|新浪|腾讯微博|腾讯|QQ空间|QQ好友|QQ|人人网|豆瓣|开心网|百度贴吧|贴吧|抖音|支付宝|更多"
)
# what leads from page to page of a cut text, to all of it, or back to its head
_PAGER = (
    r"[接续转]?[上下前后](?:一|1)?\s*页|首\s*页|[尾末]\s*页|最[前后末]一?页|第\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3}|\d{1,3}\s*/\s*\d{1,3})\s*页"
    r"|(?:本文|全文|文章)?[总共]\s*(?:有|计)?\s*\d{1,3}\s*页(?:\s*(?:当前)?第?\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3}\s*页|页次|[上下]一[章节]"
    r"|(?:点击|点此|点这里)?(?:在)?(?:本页|当页)?(?:查看|浏览|阅读|展开|显示)(?:余下|剩余|其余|完整|更多)?(?:全文|正文|余下内容|剩余内容|剩余部分)"
    r"|(?:余下|剩余)全文|全文(?:阅读|浏览|显示|展开)|收起(?:全文|正文)|继续阅读|(?:单页|分页|不分页)(?:阅读|浏览|显示)"
    r"|(?:返回|回到|回|至|去)(?:页首|页顶|页面顶部|最?顶部|顶端|首页|列表页?)|[«»‹›]"
    r"|(?<![a-z])(?:(?:next|prev(?:ious)?|top)(?:\s*page)?\s*)+(?![a-z])"
)
_BESIDE_A_PAGER = (
    r"(?:每页|共|总计|合计)\s*\d{1,5}\s*(?:条|篇)(?:记录|信息|数据)?|每页(?:显示)?|当前(?:页|为|是)*|页[码数]|分页|返\s*回|(?:跳转|转|跳)\s*(?:至|到)?|到?第\s*页|[共页]"
    r"|确定|(?<![a-z])(?:go|first|last|page|of)(?![a-z])|没有了?|无"
)
_BETWEEN_PAGES = r"[\s\d\[\]【】()<>《》|:/·、,.…_~\-=←→↑↓▲▼△▽∧∨^]*"
_LONGEST_PAGER = 200
"""Characters: a row of twenty numbers with its words."""
_NUMBERS = r"[\s\d\[\]【】()<>|….]*"
_SEPARATORS = r"[\s\[\]【】()<>《》|:/·、,]+"


@cache
def _pattern(words: str) -> re.Pattern[str]:
    """Compiled at its first use: together they take a tenth of a second, and most commands use none."""
    return re.compile(words, re.IGNORECASE)


_WHOLE = "|".join(
    f"(?:{one})"
    for one in (_RENEWED, _TODAY, _WEATHER, _NEIGHBOUR, _VISITORS, _BANNER, _OWN_COUNTER, _LIKED, _BARE_COUNTER)
)
_EITHER = f"(?:{_OWN_COUNTER}|{_DOWNLOADED}|{_LIKED})"
# what cuts a counter off from the words beside it: the line's end, blanks, a bar, brackets of its own
_CUT_OFF = (
    rf"[\[【]\s*{_EITHER}\s*[\]】]|\(\s*{_DOWNLOADED}\s*\)"
    rf"|(?:^|(?<=[\s|\]】)]))\(?{_EITHER}\)?(?=$|[\s|\[【(])"
)
_DOWNLOADS_BESIDE_A_LINK = rf"[\[【(]\s*{_DOWNLOADED}\s*[\]】)]"
_NAMED_FONT = r"[\[【(]\s*(?:字体|字号|字体大小|文字大小|字号大小)\s*:?\s*(?:大|中|小|特大|超大|默认|[\s|/])+[\]】)]"
_WEAK_OR_STRONG = f"{_STRONG}|{_WEAK}"
_WORDS = re.compile(_SEPARATORS)
_OF_DAY = (
    rf"^((?:信息)?(?:发布|公开|发表|发文)(?:时间|日期)\s*:\s*{_DAY}|{_DAY}(?=[\sT]*{_CLOCK}\s*来源\s*:))"
    rf"[\sT]*{_CLOCK}(?=$|\s)"
)


def in_force(text: str) -> str:
    """The text without what is struck out in it (struck.py)."""
    return _pattern("〔删：[^〔〕]*〕").sub("", text) if "〔删：" in text else text


def without_noise(line: str) -> str:
    """The line without the widgets in it, '' when nothing else was in it; the line itself when it has none.

    line: one block of text, without a line break. A row of a table is never noise.
    """
    if line[:1] in "│┃":
        return line
    text = line.translate(_HALF).strip()
    if _is_pager(text):
        return ""
    if len(text) > _LONG or "。" in text:
        return _cut(line, _DOWNLOADS_BESIDE_A_LINK)
    if _pattern(_WHOLE).fullmatch(text):
        return ""
    rest = _cut(_cut(line, _CUT_OFF), _NAMED_FONT)
    left = rest.translate(_HALF).strip()
    if _is_widget(left, alone=rest == line):
        return ""
    day = _pattern(_OF_DAY).match(rest.translate(_HALF))
    return rest[: day.end(1)] + rest[day.end() :] if day else rest


def lines_without_noise(lines: Sequence[str]) -> list[str]:
    """Each line without the widgets in it, '' where nothing else was in it. A page's number on a line of its own (1, 2,
    3) is noise beside another line of the pager only."""
    result = [without_noise(line) for line in lines]
    at = 0
    for numbers, group in groupby(lines, key=lambda line: bool(_numbers_in(line))):
        end = at + len(list(group))
        beside = [*lines[max(at - 1, 0) : at], *lines[end : end + 1]]
        run = [number for line in lines[at:end] for number in _numbers_in(line)]
        if numbers and _counts_up(run) and any(map(_is_pager, beside)):
            result[at:end] = [""] * (end - at)
        at = end
    return result


def _is_pager(text: str) -> bool:
    """Whether a line leads from page to page and holds no other word: 上一页 1 2 下一页, 第1页/共3页, 1 2 3."""
    text = text.translate(_HALF).strip()
    if len(text) > _LONGEST_PAGER or text[:1] in "│┃" or "。" in text:
        return False
    left, words = _pattern(_PAGER).subn("\n", text)
    if not words:
        run = _numbers_in(text)
        return len(run) > 1 and _counts_up(run)
    left = _pattern(_BESIDE_A_PAGER).sub("\n", left)
    return bool(_pattern(_BETWEEN_PAGES).fullmatch(left))


def _numbers_in(line: str) -> list[int]:
    """The numbers of a line that holds nothing but numbers of pages, 0 for a gap (…); else none."""
    text = line.translate(_HALF).strip()
    if len(text) > _LONGEST_PAGER or not _pattern(_NUMBERS).fullmatch(text):
        return []
    found = re.findall(r"\d+|…+|\.+", text)
    if any(one == "." or (len(one) > 2 and one.isdigit()) for one in found):
        return []
    return [int(one) if one.isdigit() else 0 for one in found]


def _counts_up(run: Sequence[int]) -> bool:
    """Whether these are the numbers of pages: from 1, or from 2 where the page itself is not named, each one more than
    the one before it but at a gap; or two rows of them."""
    return run[:1] in ([1], [2]) and all(one == 0 or next_ in (0, 1, one + 1) for one, next_ in pairwise(run))


def without_counters(name: str) -> str:
    """The name of a file without the counters that stand in or behind its link."""
    return _cut(_cut(name, _DOWNLOADS_BESIDE_A_LINK), _CUT_OFF)


def _cut(line: str, words: str) -> str:
    """The line without what matches, which is looked for in half width; untouched when nothing does."""
    half = line.translate(_HALF)
    spans = [found.span() for found in _pattern(words).finditer(half) if found.end() > found.start()]
    if not spans:
        return line
    kept, at = [], 0
    for start, end in spans:
        kept.append(line[at:start])
        at = end
    return "".join([*kept, line[at:]]).strip(" \u3000|｜")


def _is_widget(text: str, *, alone: bool) -> bool:
    """Whether a line is nothing but widgets. alone: no counter stood beside it.

    Words of widgets that are common words, too (微信、微博; 大 中 小; 打印), are none by themselves.
    """
    words = [word for word in _WORDS.split(text) if word]
    if not words:
        return True
    if not all(_pattern(_WEAK_OR_STRONG).fullmatch(word) for word in words):
        return False
    strong = sum(1 for word in words if _pattern(_STRONG).fullmatch(word))
    printed = {"打印", "关闭"} <= set(words)
    return bool(strong) or printed or (not alone and len("".join(words)) > 1)
