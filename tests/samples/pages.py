"""Sample pages (演示样本, every word ours) in the forms of the sites: notices in several templates, and answers that are none."""
# ruff: noqa: E501 (lines as the sites write them)

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urljoin

from attrs import field, frozen

TITLE = "演示部办公厅关于印发社会救助领域基层政务公开标准指引的通知"
NUMBER = "演示办发〔2019〕26号"
TO = "各省、自治区、直辖市演示厅（局）："
POINTS = (
    "本页为演示样本，不是任何部委的原文。为推进社会救助领域基层政务公开，编写了标准指引，现印发给你们，请认真贯彻执行。",
    "一、各地要对照目录逐项公开，做到事项、内容、依据、时限、主体、渠道、对象和方式八个要素齐全，不得遗漏。",
    "二、救助对象名单在村（社区）公示栏公示，期限不少于7个工作日；涉及个人隐私的内容应当隐去。",
    "三、政策文件自印发之日起20个工作日内公开。法律法规修订后，应当及时更新公开依据，并注明更新日期。",
    "四、县级民政部门负责目录的动态调整，每年第四季度向上一级主管部门报送调整情况。",
)
SIGNED = ("演示部办公厅", "2019年8月15日")
TEXT = (TO, *POINTS, *SIGNED)
FILE = "附件：社会救助领域基层政务公开标准目录.docx"
LINKED = (*TEXT, FILE)


@frozen
class Page:
    name: str
    payload: bytes
    url: str
    text: tuple[str, ...] = ()
    """What must be read, a line each; () where nothing must be."""
    reason: str = ""
    """Why it is not the notice; 'any' where only that it is none counts."""
    attachments: tuple[tuple[str, str], ...] = ()
    metadata: dict[str, str] = field(factory=dict)
    status: int = 200

    @property
    def expected(self) -> dict[str, Any]:
        listed = [list(pair) for pair in self.attachments]
        found = {"url": self.url, "declared": TITLE, "status": self.status, "reason": self.reason}
        return found if self.reason else found | {
            "title": TITLE, "text": list(self.text), "attachments": listed, "metadata": self.metadata,
        }  # fmt: skip


def _p(lines: tuple[str, ...] = TEXT, attributes: str = "") -> str:
    return "\n".join(f"<p{attributes}>{line}</p>" for line in lines)


def _whole(title: str, head: str, body: str) -> str:
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title>{head}</head>\n<body>{body}</body></html>\n'


_NAV = '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/hdjl/">互动交流</a></div>'
_FOOT = '<div class="footer"><p>主办：演示部　备案号：演示ICP备00000000号</p><a href="/map/">网站地图</a></div>'
_SHARE = '<div class="share">分享到：<a class="wx">微信</a><a class="wb">微博</a><span>【字体：大 中 小】</span></div>'


# ---------------------------------------------------------------- the notice, in the templates that were seen


def _old_gov() -> Page:
    """td.b12c: labels with blanks and U+3000 in them, the text in a cell of a layout table."""
    rows = (
        ("索 引 号：", "000014349/2019-00099", "主题分类：", "民政、扶贫、救灾\\社会救助"),
        ("发文机关：", "演示部办公厅", "成文日期：", "2019年08月15日"),
        ("发文字号：", NUMBER, "发布日期：", "2019年08月20日"),
    )
    table = "".join(f"<tr>{''.join(f'<td><b>{cell}</b></td>' for cell in row)}</tr>" for row in rows)
    table += f"<tr><td><b>标　　题：</b></td><td colspan=3>{TITLE}</td></tr>"
    body = (
        f'{_NAV}<table width="724"><tr><td><table class="bd1">{table}</table></td></tr></table>'
        f'<table width="724"><tr><td class="b12c"><p align="center"><b>{TITLE}</b></p><p align="center">{NUMBER}</p>'
        f'{_p()}<p><a href="files/0c1d.docx">{FILE}</a></p></td></tr></table>{_FOOT}'
    )
    page = _whole(f"{TITLE}_社会救助_演示政府网", "", body)
    known = {"index_number": "000014349/2019-00099", "document_number": NUMBER, "issuer": "演示部办公厅"}
    url = "http://www.gov.cn/zhengce/content/2019-08/20/content_5400001.htm"
    return Page(
        "gov_td_b12c",
        page.encode(),
        url,
        (TITLE, NUMBER, *LINKED),
        "",
        ((FILE, urljoin(url, "files/0c1d.docx")),),
        known,
    )


def _current_gov() -> Page:
    head = '<meta name="firstpublishedtime" content="2019-08-20-10:12:00"/><meta name="lastmodifiedtime" content="2026-09-28-21:50:00"/>'
    body = (
        f'{_NAV}<h1 id="ti">{TITLE}</h1><div class="pages-date">2019-08-20 10:12<span class="font">来源：演示部网站</span></div>'
        f'{_SHARE}<div class="pages_content mhide"><div class="trs_editor_view TRS_UEDITOR trs_word" id="UCAP-CONTENT">'
        f"{_p(attributes=' align=center style=text-indent:2em')}"
        f'<p class="insertfileTag"><a href="./files/9f86d081884c7d659a2feaa0c55ad015.docx">{FILE}</a></p></div></div>'
        f'<div class="related"><ul><li><a href="/x.htm">一图读懂（演示样本）</a></li></ul></div>{_FOOT}'
    )
    url = "https://www.gov.cn/zhengce/zhengceku/2019-08/20/content_5400002.htm"
    link = urljoin(url, "files/9f86d081884c7d659a2feaa0c55ad015.docx")
    return Page(
        "gov_ucap_current", _whole(f"{TITLE}_国务院部门文件", head, body).encode(), url, LINKED, "", ((FILE, link),)
    )


def _trs_unquoted() -> Page:
    """class=TRS_Editor without quotes, not one <p>: spans with blocks in them, which no standard allows."""
    inside = "".join(f"<span><div>　　{line}</div></span>" for line in TEXT)
    head = f'<meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2019-08-20 16:20:01"><meta name="Author"content="">'
    body = (
        f"{_NAV}<!--startprint--><h2 class=article_title>{TITLE}</h2><div class=article_con><div class=TRS_Editor>{inside}</div></div>"
        f'<div class="attachment"><div class="attachment_r"><p>\n</p></div></div><!--endprint-->'
        f'<div class="xgwz" style="display:none"><ul><li><a href="../a.html">演示问答</a></li></ul></div>{_FOOT}'
    )
    url = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/201908/t20190820_962999.html"
    return Page("trs_unquoted_without_p", _whole(f"{TITLE}-演示网", head, body).encode(), url, TEXT)


def _jcms() -> Page:
    """大汉 JCMS: the title in an old <font> table, comments around the text, the number of visits by a script."""
    head = f'<meta name="ArticleTitle" content="{TITLE}"/><meta name="PubDate" content="2019-08-20 09:30"/><meta name="ContentSource" content="演示部办公厅"/>'
    body = (
        f'{_NAV}<div id="c"><table id="article" width="100%"><tr><td class="title" align="center"><!--<$[标题名称(html)]>begin-->{TITLE}'
        f"<!--<$[标题名称(html)]>end--></td></tr><tr><td>发布日期：2019-08-20　浏览次数：<script src='/module/visitcount/visit.jsp?i=1'></script></td></tr>"
        f'<tr><td class="bt_content"><div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart">{_p()}'
        f'<p><a href="/module/download/downfile.jsp?classid=0&amp;filename=190820.docx">{FILE}</a></p>'
        f'<meta name="ContentEnd"><!--ZJEG_RSS.content.end--></div></td></tr></table></div>{_FOOT}'
    )
    url = "http://mzt.example.gov.cn/art/2019/8/20/art_1229_4400.html"
    link = urljoin(url, "/module/download/downfile.jsp?classid=0&filename=190820.docx")
    return Page("jcms_zoom", _whole(TITLE, head, body).encode(), url, LINKED, "", ((FILE, link),))


def _gkmlpt() -> Page:
    """The disclosure platform of a province: an index table above the text, files in a list below it."""
    table = (
        '<tr><td class="first"> 索引号： </td><td class="td-value-xl"><span title="x">006939000/2019-00026</span></td>'
        '<td class="second"> 分类： </td><td class="td-value"><span></span></td></tr>'
        '<tr><td class="first"> 发布机构： </td><td class="td-value-xl"><span>演示部办公厅</span></td>'
        '<td class="second"> 成文日期：<i></i> </td><td class="td-value"><span>2019-08-15</span></td></tr>'
        f'<tr><td class="all"> 名称： </td><td class="td-value" colspan="3"><span class="document-number">{TITLE}</span></td></tr>'
        f'<tr><td class="first"> 文号： </td><td class="td-value-xl"><span class="document-number">{NUMBER}</span></td>'
        '<td class="second"> 发布日期： </td><td class="td-value"><span>2019-08-20</span></td></tr>'
    )
    body = (
        f'{_NAV}<div class="content-box"><div class="classify"><table>{table}</table></div><div class="op-row">【打印】【字体：大 中 小】</div>'
        f'<div class="content"><h1 class="title">{TITLE}</h1><div class="article-content">{_p()}'
        f'<p><a class="nfw-cms-attachment" href="https://portal.example.gov.cn/attachment/0/1/26.docx">{FILE}</a></p></div></div></div>{_FOOT}'
    )
    url = "http://portal.example.gov.cn/gkmlpt/content/2/2580/post_2580001.html"
    files = ((FILE, "https://portal.example.gov.cn/attachment/0/1/26.docx"),)
    return Page(
        "gkmlpt_index_table", _whole(TITLE, "", body).encode(), url, LINKED, "", files, {"document_number": NUMBER}
    )


def _word_garbage() -> Page:
    """A hundred thousand characters of Word's marks around one of text; gb2312 by name, gb18030 by bytes."""
    style = "style='margin:0cm;margin-bottom:.0001pt;text-indent:32.0pt;mso-char-indent-count:2.0;line-height:150%'"
    font = "style='font-size:16.0pt;line-height:150%;font-family:仿宋_GB2312;mso-hansi-font-family:宋体;color:black'"
    soup = f"<span lang=EN-US {font}><o:p></o:p></span>" * 100
    lines = "".join(
        f"<p class=MsoNormal {style}><span {font}>{line[:7]}</span>{soup}<span {font}>{line[7:]}</span></p>"
        for line in TEXT
    )
    xml = "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--><?xml:namespace prefix = o />"
    body = f"{_NAV}<h1>{TITLE}</h1><div class='TRS_Editor'><style>p.MsoNormal{{mso-style-parent:\"\"}}</style>{xml}{lines}</div>{_FOOT}"
    page = _whole(TITLE, "", body).replace(
        'charset="utf-8"', 'http-equiv="Content-Type" content="text/html; charset=gb2312"'
    )
    return Page("word_marks_gb18030", page.encode("gb18030"), "http://www.yn.gov.cn/zwgk/201908/t20190820_1.html", TEXT)


# ---------------------------------------------------------------- answers that are not the notice

URL = "http://portal.example.gov.cn/art/2019/8/20/art_1_1.html"


def _none(name: str, html: str, reason: str, status: int = 200) -> Page:
    return Page(name, html.encode(), URL, reason=reason, status=status)


def _noise(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("0123456789abcdef", k=length))


_OBFUSCATED = (
    f"<html><head></head><body><script>var _0x{_noise(1, 6)}=['{_noise(2, 1200)}'];document.cookie='__tst_status='+{0x2F}+'#;';"
    "document.cookie='EO_Bot_Ssid='+(0x1000*3)+';path=/';location.reload();</script></body></html>"
)
_ACCELERATED = (
    "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance_s')+('=')+(1+[0]-(1)+'')+';max-age=3600';"
    "location.href=location.pathname+location.search</script>"
)
_SHELL = _whole(
    "演示政务服务网",
    "<script defer src='/static/js/chunk-vendors.3f2a.js'></script><link href='/static/css/app.1b.css' rel='stylesheet'>",
    "<noscript><strong>We're sorry but this site doesn't work properly without JavaScript enabled.</strong></noscript><div id='app'></div>",
)
_ARTICLE = "<p>为丰富干部职工文化生活，定于下月举办摄影作品展览。请各单位组织报名，每人限报三幅作品。</p>" * 6

PAGES = (
    _old_gov(), _current_gov(), _trs_unquoted(), _jcms(), _gkmlpt(), _word_garbage(),
    _none("challenge_obfuscated_script", _OBFUSCATED, "challenge"),
    _none("challenge_521_cookie_script", _ACCELERATED, "challenge", 521),
    _none("challenge_slider", _whole("安全验证", "", "<p>请完成安全验证后继续访问，拖动下方滑块。</p><script>slide()</script>"), "challenge"),
    _none("soft_404_message", _whole("提示信息", "", "<div class='error'><p>您访问的页面不存在或已删除！</p><a href='/'>返回首页</a></div>"), "soft-404"),
    _none("soft_404_in_the_site_frame", _whole(TITLE, "", f"{_NAV}<div class='main'><h3>404</h3><p>抱歉，您要查找的页面找不到了。</p></div>{_FOOT}"), "soft-404"),
    _none("maintenance", _whole("系统维护", "", "<h2>系统维护公告</h2><p>本网站正在进行系统升级维护，暂停访问，请稍后再试。</p>"), "soft-404"),
    _none("another_article", _whole("关于举办摄影作品展览的通知", "", f"{_NAV}<h1>关于举办摄影作品展览的通知</h1><div id='zoom'>{_ARTICLE}</div>{_FOOT}"), "elsewhere"),
    _none("shell_of_an_application", _SHELL, "any"),
    _none("frame_without_a_text", _whole(TITLE, "", f"{_NAV}<div class='TRS_Editor'></div>{_FOOT}"), "any"),
    _none("an_empty_answer", "", "empty"),
)  # fmt: skip
