"""The page structures of the notices' hosts, copied in form only: every word of text is a sample of ours (演示样本).

Around the notice stands what such pages carry: counters, today's date, weather frames, share widgets, related links.
"""
# ruff: noqa: E501 (lines as the sites write them)

from __future__ import annotations

from collections.abc import Callable
from html import escape

from tests.sites.parts import (
    HITS,
    NONCE,
    SAMPLE,
    Page,
    chinese_date,
    html_table,
    links,
    paragraphs,
    related,
    share,
    signature,
    weather,
)  # fmt: skip

TEMPLATES: dict[str, Callable[[Page], str]] = {}


def template(name: str) -> Callable[[Callable[[Page], str]], Callable[[Page], str]]:
    def register(function: Callable[[Page], str]) -> Callable[[Page], str]:
        TEMPLATES[name] = function
        return function

    return register


@template("mnr")
def mnr(page: Page) -> str:
    values = [
        ("发文<!-- 字号 -->字号", page.document_number),
        ("发布机构", page.issuer),
        ("业务&nbsp;类型", "自然资源调查监测"),
        ("成文时间", chinese_date(page.issued_on)),
        ("效力&nbsp;&nbsp;级别", "部规范性文件"),
        ("实施日期", chinese_date(page.effective_on)),
        ("时效状态<!--sxzt-->", "现行有效"),
    ]
    rows = ""
    for n in range(0, len(values), 2):
        pair = values[n : n + 2]
        for (label, value), (left, right) in zip(pair, ((1, 2), (3, 4)), strict=False):
            rows += f'<span class="mid-{left}">{label}&nbsp;</span><span class="mid-{right}">{value}</span>\n'
    heading, _, rest = page.title.partition("关于")
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>通知公告_政策法规库</title>
<meta name="SiteName" content="演示政府信息公开"><meta name="ColumnName" content="规范性文件">
<meta name="ArticleTitle" content="{page.title}"><meta name="PubDate" content="{page.published_on} 10:11:12">
</head><body>
<div class="header">{weather()}<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zcwj/">政策文件</a></li></ul></div>
<div class="dtl-wrap">
<div class="dtl-top"><h1 class="dtl-title">{page.title}</h1></div>
<div class="dtl-middle">
{rows}</div>
<div id="content">
<div class="TRS_Editor"><style type="text/css">.TRS_Editor P{{line-height:2;}}</style><div class="Custom_UnionStyle">
<p align="center"><strong>{heading}</strong></p>
<p align="center"><strong>关于{rest}</strong></p>
<p align="center"><font face="仿宋">{page.document_number.replace("〔", "</font>〔<font>").replace("〕", "</font>〕<font>")}</font></p>
{paragraphs(page)}
{links(page, '<p style="text-indent:2em">', "</p>")}
{signature(page)}
</div></div>
</div>
<div class="dtl-bottom"><span class="hits">浏览次数：<em>{HITS}</em></span>{share()}</div>
<div class="xgxx"><h3>相关信息</h3><ul>{related("土地管理法实施问答（演示样本）", "规划许可办事指南（演示样本）")}</ul></div>
</div><script>var nonce="{NONCE}";</script></body></html>
"""


@template("ndrc")
def ndrc(page: Page) -> str:
    heading = f"{page.title}（{page.document_number}）"
    file = page.files[0]
    named = file.name.strip("《》")
    sentence = (
        f'<a href="{file.href}" oldsrc="{file.href.removeprefix("./")}"><font color="#0000ff">《{named}》</font></a>'
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8">
<title>【{heading}】-演示发展改革</title>
<meta name="SiteName" content="演示发展改革">
<meta name="ColumnName" content="通知">
<meta name="ArticleTitle" content="{heading}">
<meta name="PubDate" content="{page.published_on} 16:20:01">
<meta name="ContentSource" content="{page.issuer[:8]}...">
<meta name="Author"content="">
<script>var mobilurl="./t20190704_962473_ext.html"; uaredirect(mobilurl);</script>
</head><body>
<div class="header"><script src="/jslm/headtop/headtop.js?v={NONCE}"></script>{weather()}</div>
<div class="container">
<div class="path"><a href="../../../" class="CurrChnlCls">首页</a>&nbsp;&gt;&nbsp;<a href="../" class="CurrChnlCls">通知</a></div>
<div class="article">
<!--startprint-->
<div class="article_l ">
<h2 class="article_title">{heading}</h2>
<div class="shezhi"><div class="time">发布时间：{page.published_on.replace("-", "/")}</div>
<div class="ly laiyuantext">来源：<span>{page.issuer}</span></div><div class="dy"><div class="dy_btn">[ 打印 ]</div></div></div>
<div class="article_con">
<div class=TRS_Editor><p align="center"><strong><font style="font-size: 18pt">{page.title}</font></strong></p>
<p align="center">{page.document_number}</p>
<p>{page.to}</p>
<p>　　为推进{page.subject}基层政务公开，组织编写了{sentence}（演示样本），现印发你们，请结合实际参照执行。</p>
{"".join(f"<p>　　{text}</p>" for text in page.points)}
<p>　　{SAMPLE}</p>
<p align="center">{page.issuer}<br />{chinese_date(page.issued_on)}<br />&nbsp;</p></div>
</div>
<div class="attachment"><div class="attachment_l">附件：</div><div class="attachment_r"><p>
</p></div></div>
</div>
<!--endprint-->
<div class="article_r"><div class="xgwz" style="display:none"><div class="mt"><span>相关政策与解读</span></div>
<ul><li><a href="../../jd/t20190801_1.html">演示样本：重大建设项目公开问答之一</a></li></ul></div>
<div class="phb"><div class="article_r_title">排行榜</div><ul id="paihangbang"></ul></div></div>
</div></div>
<script src="/jslm/footer/footer.js"></script></body></html>
"""


@template("gov-old")
def gov_old(page: Page) -> str:
    def row(*cells: str) -> str:
        return (
            "<tr> "
            + " ".join(f"<td{' colspan=3' if len(cells) == 2 and n else ''}>{c}</td>" for n, c in enumerate(cells))
            + " </tr>"
        )

    center = 'style="margin-top: 0px; margin-bottom: 0px; text-align: center; font-family: 宋体;"'
    half = page.title.index("关于") + 2
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{page.title}_演示政府网</title></head><body>
<div class="top">{weather()}</div>
<div class="wrap" style="font-family:宋体;">
<table width="724" border="0" cellpadding="0" cellspacing="0" style="border:1px solid #999999;margin:0 auto;"><tbody><tr><td>
<table width="660" border="0" cellpadding="0" cellspacing="0" class="bd1"><tbody>
{row("<b>索 引 号：</b>", page.index_number, "<b>主题分类：</b>", page.category)}
{row("<b>发文机关：</b>", page.issuer, "<b>成文日期：</b>", chinese_date(page.issued_on))}
{row("<b>标　　题：</b>", page.title)}
{row("<b>发文字号：</b>", page.document_number, "<b>发布日期：</b>", chinese_date(page.published_on))}
</tbody></table>
<table width="660" border="0" cellpadding="0" cellspacing="0" class="bd1"><tbody>
{row("<b>主 题 词：</b>", "政务公开　标准　通知", "", "")}
</tbody></table></td></tr></tbody></table><br>
<table width="724" border="0" cellpadding="0" cellspacing="0"><tbody><tr><td><br>
<table width="650" border="0" cellpadding="0" cellspacing="0"><tbody><tr>
<td class="b12c" id="UCAP-CONTENT"><p {center}><span style="font-size: 18pt; font-weight: bold;">{page.title[:half]}</span><span style="font-size: 18pt; font-weight: bold;">{page.title[half:]}</span></p>
<p {center}><span style="font-family: 楷体, 楷体_GB2312;">{page.document_number}</span></p>
<p align=""><br> </p>
{paragraphs(page, ' align="" style="margin-top: 0px; text-indent: 2em;"')}
{links(page, "<p>附件：", "</p>")}
{signature(page)}
<p style="text-indent: 2em;">（此件公开发布）</p></td>
</tr><tr><td></td></tr></tbody></table>
<div id="pageBreak"></div>
<!--/enpcontent-->
<div id="div_div"><div id="qr_container">扫一扫在手机打开当前页</div></div>
<table width="650"><tbody><tr><td height="60" align="center"><a href="{page.url}#" class="black" onclick="window.print()">打印</a></td></tr></tbody></table>
</td></tr></tbody></table></div>
<div class="footer">本日访问量 <b>{HITS}</b></div></body></html>
"""


@template("gov-article")
def gov_article(page: Page) -> str:
    inline = "\n".join(html_table(table) for table in page.inline)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{page.title}_部门政务_演示政府网</title>
<meta name="manuscriptId" content="{page.url.split("content_")[1].split(".")[0]}">
<script>var _nonce = "{NONCE}";</script>
</head><body>
<div class="header">{weather()}<div class="BreadcrumbNav">首页 &gt; 新闻 &gt; 部门</div></div>
<div class="w1100"><div class="article oneColumn pub_border">
<h1 id="ti">{page.title}</h1>
<div class="pages-date">{page.published_on} 09:{page.number:02d} <span class="font">来源： {page.source}</span>
<span class="font">【字体：<a>大</a> <a>中</a> <a>小</a>】</span><span class="pages_print">打印</span>{share()}</div>
<div class="pages_content" id="UCAP-CONTENT">
<p style="text-align: center;"><strong>{page.title}</strong><br>{page.document_number}</p>
{paragraphs(page)}
{links(page, '<p style="text-indent: 2em;">附件：', "</p>")}
{inline}
{signature(page)}
</div>
<div class="editor"><span>责任编辑：演示</span></div>
<div class="related"><h2>相关稿件</h2><ul class="list01">{related("图解：基层政务公开怎么看（演示样本）")}</ul></div>
</div></div><div class="footer">浏览 <i class="hits">{HITS}</i> 次</div></body></html>
"""


@template("gov-current")
def gov_current(page: Page) -> str:
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8">
<title>{page.title}_国务院部门文件_演示政府网</title>
<meta name="firstpublishedtime" content="{page.published_on}-10:12:00"/>
<meta name="lastmodifiedtime" content="2026-09-28-21:50:00"/>
<meta name="author" content="演示"/><meta name="catalog" content="部门文件"/>
</head><body>
<div class="header">{weather()}</div>
<div class="main"><div class="pctoubu"><h1 id="ti">{page.title}</h1>
<div class="pages-date">{page.published_on} 10:12 <span class="font">来源： 演示部门网站</span>{share()}</div></div>
<div class="pages_content mhide"><div class="trs_editor_view TRS_UEDITOR trs_paper_default trs_word" id="UCAP-CONTENT">
<p style="text-align: center;" align="center"><strong>{page.title}</strong></p>
<p style="text-align: center;" align="center">{page.document_number}</p>
{paragraphs(page, ' style="text-indent: 2em;" class="insertfileTag"')}
{links(page, '<p class="insertfileTag">附件：', "</p>")}
{signature(page)}
</div></div>
<div class="related"><ul>{related("一图读懂（演示样本）")}</ul></div>
<div class="ewm">扫一扫在手机打开当前页</div></div>
<div class="footer">今日浏览 <span>{HITS}</span></div></body></html>
"""


@template("mohurd")
def mohurd(page: Page) -> str:
    """Layout tables without ids, gb2312 in the page and nothing in the header; the bytes are gb18030."""
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>演示住房城乡建设</title>
<script language="javascript">document.write(new Date());</script></head>
<body bgcolor="#f5f5f5" leftmargin="0"><table width="980" border="0" align="center"><tr><td height="90">{weather()}</td></tr></table>
<table width="980" border="0" align="center" cellpadding="0" cellspacing="0"><tr>
<td width="200" valign="top"><table width="100%"><tr><td><a href="/wjfb/">文件发布</a></td></tr><tr><td><a href="/gsgg/">公示公告</a></td></tr></table></td>
<td valign="top"><table width="100%" border="0" cellpadding="0" cellspacing="0" bgcolor="#ffffff"><tr>
<td class="tit" align="center"><font size="4"><b>{page.title}</b></font></td></tr>
<tr><td align="center"><font color=gray>中华演示样本信息网　www.example.invalid　{chinese_date(page.published_on)}　来源：办公厅</font></td></tr>
<tr><td><table width="95%" align="center" border="0" cellpadding="8" cellspacing="0" bgcolor="#ffffff"><tr><td class="union">
<p align="center"><font face="楷体_GB2312">{page.document_number[:-3]}</font><font face="楷体_GB2312">{page.document_number[-3:]}</font></p>
{paragraphs(page, "")}
{links(page, "<p>", "</p>")}
<p align="right">{page.issuer}<br>{chinese_date(page.issued_on)}</p>
</td></tr></table></td></tr></table></td></tr></table>
<table width="980" align="center"><tr><td align="center">您是第 {HITS} 位访问者　<a href="#" onclick="window.print()">打印</a>　<a href="#">关闭</a></td></tr></table>
</body></html>
"""


@template("mee")
def mee(page: Page) -> str:
    return f"""<!DOCTYPE html>
<html><head><meta charset="UTF-8">
<title>{page.title}_演示生态环境</title>
<meta name="SiteName" content="演示生态环境" /><meta name="ColumnName" content="部文件" />
<meta name="ArticleTitle" content="{page.title}" /><meta name="PubDate" content="{page.published_on} 09:30:00" />
<meta name="ContentSource" content="{page.issuer}" /></head><body>
<div class="header"><div class="searchWord">热门搜索：<a href="/s?w=1">环境影响评价</a> <a href="/s?w=2">排污许可</a></div>{weather()}</div>
<div class="crumbsNav">当前位置：<a href="../../" class="CurrChnlCls">首页</a>&nbsp;>&nbsp;<a href="../">部文件</a></div>
<div class="innerBg"><div class="content_box">
<div class="content_top_box"><table width="100%" class="gkTable"><tbody>
<tr><td><span>名&nbsp;&nbsp;称</span></td><td colspan="3"><p>{page.title}</p></td></tr>
<tr><td><span>索&nbsp;引&nbsp;号</span></td><td>{page.index_number}</td><td><span>分&nbsp;&nbsp;类</span></td><td>{page.category}</td></tr>
<tr><td><span>发布机关</span></td><td>{page.issuer}</td><td><span>生成日期</span></td><td>{page.issued_on}</td></tr>
<tr><td><span>文&nbsp;&nbsp;号</span></td><td>{page.document_number}</td><td><span>主题词</span></td><td></td></tr>
</tbody></table></div>
<div class="wjkFontBox"><span class="time">{page.published_on}</span> <span class="time">{page.published_on}</span>
<em class="fontsize">字号：[大] [中] [小]</em>{share()}</div>
<div class="content_body_box"><div class=TRS_Editor><div class="Custom_UnionStyle">
<p align="center"><b>{page.title}</b></p>
{paragraphs(page)}
{links(page, "<p>　　附件：", "</p>")}
{signature(page)}
</div></div></div>
</div></div><div class="footer">访问 <span class="hits">{HITS}</span></div></body></html>
"""


@template("dongzhi")
def dongzhi(page: Page) -> str:
    """A county's copy: the file lies on another port, without an extension, with a counter beside its link."""
    file = page.files[0]
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>东至县信息公开-演示样本</title></head><body>
<div class="head">{weather()}</div>
<div class="gkxl"><table class="gkxl-table"><tbody>
<tr><th>索引号：</th><td>{page.index_number}</td><th>组配分类：</th><td>上级文件</td></tr>
<tr><th>发布机构：</th><td>{page.issuer}</td><th>发文日期：</th><td>{page.issued_on}</td></tr>
<tr><th>名称：</th><td colspan="3">{page.title}</td></tr>
<tr><th>文号：</th><td>{page.document_number}</td><th>发布日期：</th><td>{page.published_on}</td></tr>
</tbody></table>
<h1 class="wztit">{page.title}</h1>
<div class="wzxx">浏览次数：<span id="hits">{HITS}</span> 字体：【<a>大</a> <a>小</a>】 {share()}</div>
<div class="j-fontContent wzcon">
{paragraphs(page)}
{signature(page)}
</div>
<div class="wzfj fujian"><ul><li><a href="{escape(file.href)}" target="_blank">{file.name}</a> <span class="count">下载次数：{HITS}</span></li></ul></div>
</div></body></html>
"""


@template("yn")
def yn(page: Page) -> str:
    """Word's html around the text, gb2312 declared."""
    soup = "mso-bidi-font-size:16.0pt;font-family:仿宋_GB2312;mso-ascii-font-family:'Times New Roman';mso-hansi-font-family:宋体"
    empty = f'<span lang="EN-US" style="{soup}"><o:p>&nbsp;</o:p></span>'
    body = paragraphs(page, f' class="MsoNormal" style="text-indent:32.0pt;{soup}"').replace("</p>", f"{empty}</p>")
    if page.number == 12:  # one page of heavy Word html
        body = body.replace(
            empty, f"{empty * 30}<!--[if gte mso 9]><xml><w:WordDocument></w:WordDocument></xml><![endif]-->"
        )
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>重点领域基层政务公开-演示省政府</title></head><body>
<div class="top">{weather()}</div><div class="wz">当前位置：<a href="/">首页</a> &gt; <a href="../">重点领域</a></div>
<div class="article"><h1>{page.title}</h1><div class="info">发布时间：{page.published_on} 信息来源：演示 浏览量：<em>{HITS}</em></div>
<div class="TRS_Editor">
<p class="MsoNormal" align="center"><span lang="EN-US">{page.document_number}</span></p>
{body}
{links(page, "<p>附件：", "</p>")}
{signature(page)}
</div>{share()}</div></body></html>
"""


@template("mohrss")
def mohrss(page: Page) -> str:
    """One link is split into two anchors."""
    file = page.files[0]
    half = len(file.name) // 2
    anchor = f'<a href="{file.href}"><font face="宋体">{file.name[:half]}</font></a><a href="{file.href}">{file.name[half:]}</a>'
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>规范性文件_演示人力资源社会保障</title>
<meta name="ArticleTitle" content="{page.title}"><meta name="PubDate" content="{page.published_on} 14:00:00">
</head><body><div class="topbar">{weather()}</div>
<div class="insMain"><div class="insMainConTitle_b">{page.title}</div>
<div class="insMainConTitle_c">日期：{page.published_on}　来源：演示　<span class="hits">{HITS}</span></div>
<div id="insMainConTxt"><div class="TRS_Editor"><div class="art_p">
<p align="center"><font>{page.document_number[:-6]}</font>{page.document_number[-6:-1]}<font>号</font></p>
{paragraphs(page, "")}
<p>附件：{anchor}</p>
{signature(page)}
</div></div></div>{share()}</div></body></html>
"""


@template("jiyuan")
def jiyuan(page: Page) -> str:
    """Not one <p>: <div> inside <span>, as an editor of the site leaves it."""
    body = paragraphs(page).replace("<p", "<span><div").replace("</p>", "</div></span>")
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{page.title}-全面推进政务公开标准化规范化工作</title>
<meta name="description" content="演示样本"></head><body>
<div class="head">{weather()}</div>
<div class="content"><h1 class="article-title">{page.title}</h1>
<div class="xx">时间：{page.published_on}　来源：演示　阅读：<b>{HITS}</b></div>
<div class="article-content"><div class="view TRS_UEDITOR trs_paper_default">
<p style="text-align:center">{page.document_number}</p>
{body}
{links(page, "<p>附件：", "</p>")}
{signature(page)}
</div></div>
<div class="xgyd"><h3>相关阅读</h3><ul>{related("户籍窗口一次性告知单（演示样本）")}</ul></div></div></body></html>
"""


@template("moa")
def moa(page: Page) -> str:
    inline = "\n".join(html_table(table) for table in page.inline)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>通知公告</title></head><body>
<div class="nav">{weather()}</div>
<div class="bjjMBox"><h1 class="bjjMTitle">{page.title}</h1>
<div class="bjjMAuthorBox">日期：<span class="pubtime">{page.published_on}</span> 作者：<span class="dc_2"></span> 来源：<span class="dc_2">{page.issuer}</span> 浏览：<em>{HITS}</em></div>
<div class="arc_body"><div class="gsj_htmlcon_bot"><div class=TRS_Editor>
<p align="center">{page.document_number}</p>
{paragraphs(page)}
{inline}
{signature(page)}
</div></div></div>{share()}</div></body></html>
"""
