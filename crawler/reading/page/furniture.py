"""What stands at the edges of a body and serves the page: the line of source and date, tools, crumbs, the footer.

Only whole boxes of these go, and only before the first and behind the last words that are something else: what stands
among the text is the comparison's to judge (archive.text.noise).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.text.noise import without_noise
from crawler.reading.html.dom import Element, select, tag_of
from crawler.reading.html.tables import is_data
from crawler.reading.page.address import is_file, target
from crawler.reading.page.fields import document_number_in
from crawler.reading.page.lines import Line, names_of
from crawler.reading.page.page import Page
from crawler.reading.page.prose import BOXES, is_sentence

_EDITOR = re.compile(r"^trs_|^ucap|^vsb_|^v_news|editor|^zoom$|^(?:js|ivs)_content$", re.I)
_TOOLS = 60
_MOST = 60
"""Lines at either end of a body that are looked at."""
_LONGEST = 200
_CRUMBS = re.compile(r"(?:您?(?:现在|当前|所在|的)?(?:所在)?(?:的)?位置|首页)\s*(?:是|为)?\s*[:：>＞»]")
_OF_SITE = re.compile(r"ICP备|公网安备|网站标识码|版权所有|Copyright|技术支持|主办单位|承办单位|网站地图", re.I)
_MOMENT = re.compile(
    r"[\[【(（]?\s*(?:19|20)\d{2}[-年./]\d{1,2}[-月./]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?\s*[\])）】]?"
)
_HEADING = re.compile(
    r"相关(?:附件|文章|文档|信息|链接|阅读|解读|政策|新闻|报道|稿件|内容|推荐|下载)|附件(?:下载|列表)?|(?:政策|部门|媒体|视频|文字|专家|图文)解读"
    r"|图解类?|访谈(?:解读)?|新闻发布会|其[他它]|推荐阅读|热点|政策文件|延伸阅读|(?:相关|关联)(?:稿件|文件|问答|解读)|媒体报道|音频视频|文件"
)
_TOOL = re.compile(
    r"(?:[\s\[\]【】()（）|｜:：/、<>+\-]|字体|字号|文字大小|大|中|小|默认|打印|关闭|收藏|分享|分享到|微信|微博|保存|复制|纠错|返回|顶部|本页|此页|页面|窗口|正文"
    r"|下载|PDF|Word|word|pdf|格式|朗读|语音|播报|订阅|或|建议|意见反馈|我的|扫一扫|在手机打开当前页|QQ空间|QQ|朋友圈|新浪|腾讯|更多|到|至|我要|全文|仅内容|内容)+"
)


def is_furniture(line: Line, page: Page) -> bool:
    text = line.text
    if is_sentence(text) or len(text) > _LONGEST:
        return False
    return (
        line.place in page.told
        or not without_noise(text)
        or bool(_HEADING.fullmatch(text) or _TOOL.fullmatch(text))
        or bool(_CRUMBS.match(text) or _OF_SITE.search(text))
        or page.asides.hold(line.element)
        or (len(text) <= _TOOLS and _is_tools(line))
    )


def _is_tools(line: Line) -> bool:
    """Whether a box of few words is one to press on: links that lead to no file, and words beside them."""
    links = select(line.element, "a")
    return (
        tag_of(line.element) not in ("p", "li", "td", "th")
        and bool(links)
        and not re.search(r"附\s*[件表录]|〔|《", line.text)
        and not any(is_file(target(a)) for a in links)
    )


def narrowed(element: Element, page: Page) -> Element:
    """The box inside that holds all that is not furniture and not the title; the element itself where none does."""
    while not _is_editor(element):
        lines = [line for line in page.inside(element) if not is_furniture(line, page) and not page.is_title(line)]
        inner = next((child for child in element if _may_hold(child) and _holds(child, lines)), None)
        if inner is None or not lines:
            break
        element = inner
    return element


def _is_editor(element: Element) -> bool:
    return any(_EDITOR.search(name) for name in names_of(element))


def _may_hold(child: Element) -> bool:
    return tag_of(child) in BOXES and not (tag_of(child) == "table" and is_data(child))


def _holds(child: Element, lines: Sequence[Line]) -> bool:
    own = set(child.iter())
    return all(line.element in own for line in lines)


def edges(element: Element, page: Page) -> list[Element]:
    """The boxes of furniture before the first and behind the last words of a body, and its lists of labels.

    What an editor's element holds was written there: of that, only lists of labels go.
    """
    own = set(element.iter())
    found = [box for box in page.lists if box in own and box is not element]
    if _is_editor(element):
        return found
    lines = page.inside(element)
    ahead = _run(lines, page, ahead=True)
    behind = _run(lines[: len(ahead) - 1 if len(ahead) else -1 : -1], page) if len(ahead) < len(lines) else []
    going = {line.place for line in (*ahead, *behind)}
    for line in (*ahead, *behind):
        box = line.element
        if _is_heading(line, page) or box is element or tag_of(box) in ("p", "pre"):
            continue
        outer = box.getparent()
        while outer is not None and outer is not element and all(other.place in going for other in page.inside(outer)):
            box, outer = outer, outer.getparent()
        if all(other.place in going for other in page.inside(box)) and not any(
            _is_heading(line, page) for line in page.inside(box)
        ):
            found.append(box)
    return list(dict.fromkeys(found))


def _run(lines: Sequence[Line], page: Page, *, ahead: bool = False) -> list[Line]:
    run: list[Line] = []
    for line in lines[:_MOST]:
        dated = ahead and _MOMENT.fullmatch(line.text)
        if not dated and not is_furniture(line, page) and not _is_heading(line, page):
            break
        run.append(line)
    return run


def _is_heading(line: Line, page: Page) -> bool:
    """The title or the number above a text: it stays, and what stands above it may go."""
    return page.is_title(line) or bool(document_number_in(line.text))
