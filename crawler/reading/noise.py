"""What stands among the text of a page and changes at every visit, or serves the page and not the reader.

Only short lines are looked at, and only words that name a widget: a catalogue may well speak of 网站访问量.
"""

from __future__ import annotations

import re

_SEEN = r"(?:浏览阅读|浏览|点击|阅读|访问|查看|下载|点阅)"
_NUMBER = r"[\[【（(]?\s*\d[\d,，]*\s*[\]】）)]?\s*(?:人次|次|人)?"
_COUNTER = re.compile(
    rf"[|｜【\[（(]?\s*(?:本文|本页|文章|页面)?(?:已?被)?(?:"
    rf"{_SEEN}(?:次数|人数|总数|量|数|率)\s*[:：]?\s*{_NUMBER}|{_SEEN}(?:次数|人数|总数|量|数|率)\s*[:：]\s*(?:次|人次)?|"
    rf"{_SEEN}\s*[:：]\s*{_NUMBER}|{_SEEN}了?\s*\d[\d,]*\s*(?:人次|次)|(?:当前)?在线人数\s*[:：]?\s*{_NUMBER}"
    r")\s*[】\]）)|｜]?"
)
# In brackets behind a link it may stand inside any sentence: 《…指引》（下载次数：17）.
_IN_BRACKETS = re.compile(
    rf"[\[【（(]\s*(?:已?被?)?{_SEEN}(?:次数|量|数)?\s*[:：]?\s*\d[\d,]*\s*(?:人次|次)?\s*[\]】）)]"
)
_BREAKS = re.compile(r"[\s\[\]【】（）()<>《》|｜:：/·、,，]+")
_WIDGET = re.compile(
    r"字体|字号|字体大小|文字大小|视力保护色?|背景色|大|中|小|默认|特大|A\+?|A-|T"
    r"|(?:打印|收藏|关闭|纠错|举报|分享|转发|复制链接|放大|缩小|返回|保存)(?:本页|本文|此页|页面|窗口|文章|顶部|首页|列表|此文)?"
    r"|分享到|分享至|分享给|转发到|一键分享|扫一扫|微信|微博|新浪微博|新浪|腾讯微博|QQ空间|QQ好友|QQ|人人网|豆瓣|开心网"
    r"|(?:加入|添加)收藏|设为首页|回到顶部|我要纠错|手机版|无障碍(?:浏览|阅读)?|语音播报|朗读"
    r"|扫一扫在?手机上?打开(?:当前|本)页面?|(?:扫一扫|扫码)[^。，]{0,14}(?:打开|分享|关注|查看)[^。，]{0,12}"
)
_TODAY = re.compile(
    r"(?:今天|今日|现在|当前)(?:是|时间|日期)?\s*[:：]?\s*(?:公元)?\s*\d{2,4}\s*[年\-/.]\s*\d{1,2}\s*[月\-/.]\s*\d{1,2}\s*日?.{0,40}"
    r"|\d{4}年\d{1,2}月\d{1,2}日\s*(?:星期|周|礼拜)[一二三四五六日天].{0,30}"
    r"|(?:今天|今日)?(?:天气|气温)\s*[:：].{0,60}"
    r"|[^，；]{0,10}(?:晴|多云|阴|雨|雪|雾|霾)[^，；]{0,12}-?\d{1,2}\s*(?:℃|°C)?\s*[~～\-至/]\s*-?\d{1,2}\s*(?:℃|°C).{0,20}"
)
_NEIGHBOUR = re.compile(r"[【\[<]?\s*[上下](?:一|1)?[篇条]\s*[】\]>]?\s*[:：].*|[上下]一?[篇条]")
_LONG = 80


def without_noise(line: str) -> str:
    """The line without counters and widgets, '' when nothing else was in it."""
    line = _IN_BRACKETS.sub("", line)
    text = line.strip()
    if len(text) > _LONG or "。" in text:
        return line
    if _TODAY.fullmatch(text) or _NEIGHBOUR.fullmatch(text):
        return ""
    text = without_counters(text)
    # one mark of a size (大) alone might be a word of the text
    if len(text) > 1 and all(_WIDGET.fullmatch(word) for word in _BREAKS.split(text) if word):
        return ""
    return text


def without_counters(text: str) -> str:
    return _COUNTER.sub("", text).strip()
