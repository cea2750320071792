# ruff: noqa: E501 — pages, as their systems write them
"""Pages of our own in the manner of the systems behind government sites, each with something hostile in it: body, title,
labels and files are found by markers and structure. No rule names their hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from attrs import field, frozen

from archive.model import Document
from crawler.reading import read
from crawler.sources import load_sources

URL = "http://www.yanshi-portal.example/zwgk/202105/t20210512_4711.html"
TITLE = "演示市人民政府办公室关于印发演示事项指引的通知"
TEXT = (
    "各区县人民政府，市政府各部门：",
    "本页为演示样本。现将演示事项指引印发给你们，请认真贯彻执行，并于20个工作日内报送。",
    "一、各地要细化公开事项，做到标准统一、内容完整、更新及时；二、各部门要按季度公开。",
    "三、本通知自印发之日起施行，有效期五年。",
    "演示市人民政府办公室",
    "2021年5月10日",
)
P = "".join(f"<p>{line}</p>" for line in TEXT)
MENU = "<div class='top'><ul>" + "".join(f"<li><a href='/{n}/'>栏目{n}</a></li>" for n in range(9)) + "</ul></div>"
FOOT = "<div class='copy'><p>主办单位：演示市人民政府办公室 承办单位：演示市数据局</p><p>网站标识码：0000000000 演ICP备05000000号</p></div>"


@frozen
class Case:
    html: str
    metadata: Mapping[str, str] = field(factory=dict)
    files: Sequence[str] = ()
    text: Sequence[str] = TEXT
    title: str = TITLE
    head: str = ""
    whole: bool = True
    """Whether the text is these lines and no more."""


def page(case: Case) -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{case.title}_演示市人民政府</title>{case.head}</head>"
        f"<body>{MENU}<h1>{case.title}</h1>{case.html}{FOOT}</body></html>"
    )


ISSUED = {"issued_on": "2021-05-10", "issuer": "演示市人民政府办公室"}
FULL = ISSUED | {
    "index_number": "00001/2021-0042", "document_number": "演政办发〔2021〕7号", "published_on": "2021-05-12",
}  # fmt: skip

CASES = {
    "labels in cells of paragraphs, two a row, the last ones empty": Case(
        "<table><tr><td class=hui><p>索引号</p></td><td>00001/2021-0042</td><td><p>发文字号</p></td><td><p>演政办发〔2021〕7号</p></td></tr>"
        "<tr><td><p>发布日期</p></td><td>2021年05月12日</td><td><p>发布机构</p></td><td>演示市人民政府办公室</td></tr>"
        "<tr><td><p>实施日期</p></td><td></td><td><p>废止日期</p></td><td></td></tr></table><div id=content>" + P + "</div>",
        FULL,
    ),
    "labels in brackets before spans, empty ones before full ones": Case(
        "<ol class='doc-info'><li>[主题分类]<span>演示</span></li><li>[发文机构]<span>演示市人民政府办公室</span></li>"
        "<li>[实施日期]<span></span></li><li>[成文日期]<span>2021-05-10</span></li><li>[废止日期]<span></span></li>"
        "<li>[发布日期]<span>2021-05-12</span></li><li>[有效性]<span>有效</span></li><li>[发文字号]<span>演政办发〔2021〕7号</span></li>"
        f"<li>[索引号]<span>00001/2021-0042</span></li></ol><div id='mainText'><div class='view TRS_UEDITOR'>{P}</div></div>",
        FULL | {"in_force": "有效", "category": "演示"},
    ),
    "bold labels with their text behind": Case(
        "<div class='zwxx'><p><b>索引号</b>00001/2021-0042</p><p><b>发文字号：</b>演政办发〔2021〕7号</p><p><b>发文机关</b>演示市人民政府办公室</p>"
        f"<p><b>失效日期</b></p><p><b>发布日期</b>2021-05-12</p></div><div class='zw'>{P}</div>",
        FULL,
    ),
    "a list of terms": Case(
        "<dl><dt>索引号：</dt><dd>00001/2021-0042</dd><dt>废止日期：</dt><dd></dd><dt>发布日期：</dt><dd>2021-05-12</dd><dt>文号：</dt>"
        f"<dd>演政办发〔2021〕7号</dd><dt>发文机关：</dt><dd>演示市人民政府办公室</dd></dl><div class='qwe'>{P}</div>",
        FULL,
    ),
    "one line with several labels": Case(
        "<div class='info'>索引号：00001/2021-0042　文号：演政办发〔2021〕7号　发布时间：2021-05-12 09:30　来源：演示市人民政府办公室 浏览次数："
        f"<span>31</span>次 字体：[大 中 小]</div><div class='bt_content'><!--<$[信息内容]>begin-->{P}<!--<$[信息内容]>end--></div>",
        FULL,
    ),
    "an empty state before the title's label": Case(
        "<table class='xxgk'><tr><th>索引号</th><td>00001/2021-0042</td><th>有效性</th><td></td></tr><tr><th>名称</th><td>"
        f"{TITLE}</td><th>文号</th><td>演政办发〔2021〕7号</td></tr><tr><th>发布机构</th><td>演示市人民政府办公室</td><th>公开日期</th>"
        f"<td>2021-05-12</td></tr></table><div id='zoom'>{P}</div>",
        FULL,
    ),
    "a gkmlpt page, shown by its script, with cells in comments": Case(
        "<div class='classify'><table><tr><td class='first'>索引号：</td><td><span>00001/2021-0042</span></td><td>分类：</td><td><span></span></td></tr>"
        "<tr><td>发布机构：</td><td><span>演示市人民政府办公室</span></td><td>成文日期：</td><td><span>2021-05-10</span></td></tr>"
        "<tr><td>文号：</td><td><span>演政办发〔2021〕7号</span></td><td>发布日期：</td><td><span>2021-05-12</span></td></tr>"
        "<tr><td>主题词：</td><td><span></span></td><!--<td>失效日期：</td><td><span>2026-05-09</span></td>--></tr></table></div>"
        f"<div class='content'><div class='date-row'>发布日期：2021-05-12 浏览次数：-</div><div class='article-content'>{P}</div></div>",
        FULL,
    ),
    "an unknown container, tools before and behind the text": Case(
        "<div class='k1'><div class='k2'>发布时间：2021-05-12 来源：演示市人民政府办公室</div><div class='k3'><div class='k4'>"
        f"{P}</div></div><div class='k5'>分享到：微信 微博</div><div class='k6'>扫一扫在手机打开当前页</div></div>",
        ISSUED | {"published_on": "2021-05-12"},
    ),
    "two containers side by side": Case(
        f"<div class='w'><div class='TRS_Editor'>{P[: P.index('<p>三、')]}</div><div class='TRS_Editor'>{P[P.index('<p>三、') :]}</div></div>",
        ISSUED,
    ),
    "an abstract in a known container before the body": Case(
        "<div class='w'><div class='article-content'><p>摘要：演示市印发演示事项指引，明确公开事项、内容和时限。</p></div><div class='xyz'>"
        f"{P}</div></div>",
        ISSUED, text=("摘要：演示市印发演示事项指引，明确公开事项、内容和时限。", *TEXT),
    ),
    "a box with title and date called content beside the real one": Case(
        f"<div id='content'><h2>{TITLE}</h2><p>发布日期：2021-05-12 来源：演示市人民政府办公室</p></div><div class='conBox'>{P}</div>",
        ISSUED | {"published_on": "2021-05-12"},
    ),
    "text of the notice in an element with a widget's class": Case(
        f"<div class='TRS_Editor'>{P[: P.index('<p>三、')]}<div class='related'><p>三、本通知自印发之日起施行，有效期五年。</p></div>"
        f"{P[P.index('<p>演示市人民') :]}</div>",
        ISSUED,
    ),
    "a word that may break in the middle of the text": Case(
        f"<div class='nry'><wbr><div>{P.replace('贯彻', '贯<wbr>彻')}</div></div>", ISSUED
    ),
    "a body in the page's script": Case(
        "<div id='app'></div><script>window._CONFIG={DETAIL: {\"title\":\"x\",\"content\":\""
        + P.replace("/", "\\/") + "\",\"attachment\":[{\"name\":\"附件1.docx\",\"url\":\"\\/files\\/2021\\/a1.docx\"}]}};</script>",
        ISSUED, files=["/files/2021/a1.docx"],
    ),
    "a form around the whole page": Case(f"<form id='form1'><div class='sidebar-right main'>{P}</div></form>", ISSUED),
    "a file in a hidden box after the footer": Case(
        f"<div id='zoom'>{P}</div><div class='footer'>版权所有</div><div id='app_div' style='display:none'><a href='P020210512.xls'>演示表.xls</a></div>"
        "<ul style='display:none'><li><a href='/a/t1.html'>别的通知</a></li><li><a href='/a/t2.html'>又一通知</a></li><li><a href='/a/x.docx'>别的文件</a></li></ul>",
        ISSUED, files=["/zwgk/202105/P020210512.xls"],
    ),
    "files opened by scripts": Case(
        f"<div class='TRS_Editor'>{P}<p><a href=\"javascript:download('/u/cms/1.pdf')\">附件1：甲</a></p>"
        "<p><span onclick=\"window.open('./P02.doc')\">附件2：乙</span></p><p><a href='#' data-href='/u/3.xlsx'>丙</a></p></div>",
        ISSUED, files=["/u/cms/1.pdf", "/zwgk/202105/P02.doc", "/u/3.xlsx"], whole=False,
    ),
    "files in frames and objects": Case(
        f"<div class='TRS_Editor'>{P}<iframe src='/pdfjs/web/viewer.html?file=%2Fu%2F1.pdf'></iframe><embed src='2.pdf'>"
        "<object data='/u/3.pdf'></object><iframe src='/tool/weather.html'></iframe></div>",
        ISSUED, files=["/u/1.pdf", "/zwgk/202105/2.pdf", "/u/3.pdf"],
    ),
    "files in the table of labels and as icons": Case(
        "<table><tr><td>索引号：</td><td>00001/2021-0042</td><td>文号：</td><td>演政办发〔2021〕7号</td></tr><tr><td>发布日期：</td><td>2021-05-12</td>"
        "<td>发布机构：</td><td>演示市人民政府办公室</td></tr><tr><td>文件下载：</td><td colspan=3><a href='/dfs/9f1c.pdf'><img src='/i/pdf.gif'></a></td></tr>"
        f"</table><div id='zoom'>{P}</div>",
        FULL, files=["/dfs/9f1c.pdf"],
    ),
    "a file written by a script": Case(
        f"<div id='zoom'>{P}</div><script>var s='<a href=\"./P020210512334.docx\">附件</a>';document.write(s);if(n.indexOf('.doc')>0)load('test.txt');</script>",
        ISSUED, files=["/zwgk/202105/P020210512334.docx"],
    ),
    "links without an ending": Case(
        f"<div class='v_news_content'>{P}<p>附件：1. <a href='/system/_content/show.jsp?owner=1&wbfileid=AB12'>演示事项目录</a></p></div>",
        ISSUED, files=["/system/_content/show.jsp?owner=1&wbfileid=AB12"], whole=False,
    ),
    "a moment of generation in place of the publication": Case(
        f"<div class='content'><div class='info'>日期：2021-05-12 来源：演示市人民政府办公室</div><div class='detail-news'>{P}</div></div>",
        ISSUED | {"published_on": "2021-05-12"},
        head="<meta name='PubDate' content='2026-10-12 22:43:16'><meta name='others' content='页面生成时间 2026-10-12 22:43:16'>",
    ),
    "only a moment of generation": Case(
        f"<div class='TRS_Editor'>{P}</div>", ISSUED,
        head="<meta name='PubDate' content='2026-10-12 22:43:16'><meta name='others' content='页面生成时间 2026-10-12 22:43:16'>",
    ),
    "a state, a number and dates that are none": Case(
        "<ul class='xx'><li>索引号：00001/2021-0042</li><li>有效性：</li><li>文号：关于2021年公开工作的通知</li><li>实施日期：另行公布（2022年1月1日前）</li>"
        f"<li>成文日期：</li><li>发布机构：演示市人民政府办公室</li></ul><div class='TRS_Editor'>{P}</div>",
        ISSUED | {"index_number": "00001/2021-0042"},
    ),
}  # fmt: skip


def reading(case: Case) -> Document:
    headers = {"content-type": "text/html; charset=utf-8", "content-location": URL}
    return read(page(case).encode(), headers, load_sources(None).rule_for(URL))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_page_of_a_known_family_is_read_without_a_rule_for_its_host(case: Case) -> None:
    document = reading(case)
    lines = [line for line in document.text.splitlines() if line != case.title]
    assert [line for line in lines if line in case.text] == list(case.text)
    if case.whole:
        assert [line for line in lines if line not in case.text] == []
    assert document.title == case.title
    assert dict(document.metadata) == dict(case.metadata)
    assert [a.url.removeprefix("http://www.yanshi-portal.example") for a in document.attachments] == list(case.files)
    assert document.confidence == "high"
