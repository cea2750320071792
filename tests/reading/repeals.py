"""Pages that say of their own document that it is repealed, and pages that only speak of such things. All are ours."""

# ruff: noqa: E501 (markup as sites write it)

from __future__ import annotations

from collections.abc import Mapping

TITLE = "演示部办公厅关于印发城乡规划领域基层政务公开标准指引的通知"
BODY = (
    "<p>各有关单位：</p><p>演示样本。现将标准指引印发给你们，请认真贯彻执行，并于20个工作日内报送落实情况。</p>"
    "<p>一、各地要细化公开事项，做到标准统一、内容完整、更新及时。</p><p>二、各地要加强组织领导，落实责任。</p>"
    "<p>演示部办公厅</p><p>2019年7月10日</p>"
)


def page(
    body: str = BODY, *, title: str = f"{TITLE}_演示部", heading: str = f"<h1>{TITLE}</h1>", above: str = "", below: str = "",
    container: str = "<div class='TRS_Editor'>{}</div>", around: str = "{}",
) -> str:  # fmt: skip
    """A page of a site with menu, heading, body and footer; `above` and `below` stand beside the body's container."""
    menu = "<div class='nav'><a href='/'>首页</a><a href='/fz/'>废止文件</a><a href='/sx/'>失效文件库</a></div>"
    inside = around.format(f"{heading}{above}{container.format(body)}{below}")
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>{menu}<div class='main'>{inside}</div>"
        "<div class='footer'>主办：演示部　<a href='/gz/'>已废止规章</a></div></body></html>"
    )


REPEALED: Mapping[str, tuple[str, str]] = {
    "a stamp above the container": (page(above="<div class='stamp'>已废止</div>"), "已废止"),
    "a stamp below the container": (page(below="<div>【已失效】</div>"), "【已失效】"),
    "beside the heading": (page(heading=f"<h1>{TITLE}</h1><span class='red'>（已失效）</span>"), "（已失效）"),
    "inside the heading": (page(heading=f"<h1>{TITLE}<span>（已失效）</span></h1>"), "（已失效）"),
    "before the title": (page(heading=f"<h1>【废止】{TITLE}</h1>"), "【废止】"),
    "before the title without brackets": (page(heading=f"<h1>已废止：{TITLE}</h1>"), "已废止"),
    "only in <title>": (page(title=f"{TITLE}（已废止）-演示部"), "（已废止）"),
    "in square brackets behind the title": (page(heading=f"<h2>{TITLE}[已废止]</h2>"), "[已废止]"),
    "a heading that is a plain div": (page(heading=f"<div class='bt'>{TITLE}<em> 已失效</em></div>"), "已失效"),
    "behind the document number": (page(f"<p>演示办发〔2019〕41号（已废止）</p>{BODY}"), "（已废止）"),
    "an image by its alt": (page(above="<img src='/images/a.png' alt='已废止'>"), "已废止"),
    "an image by its title": (page(above="<p><img src='/images/a.png' title='该文件已失效'></p>"), "该文件已失效"),
    "an image by its file name": (page(above="<img src='/images/feizhi.png'>"), "feizhi.png"),
    "an image by its Chinese file name": (page(above="<img src='/images/%E5%B7%B2%E5%BA%9F%E6%AD%A2.png?v=2'>"), "已废止"),
    "an image in the body": (page(f"<p><img src='./W0201.png' alt='废止'></p>{BODY}"), "废止"),
    "a background": (page(above="<div style=\"background-image:url('/i/yifeizhi.png')\"></div>"), "yifeizhi"),
    "a class and its word": (page(above="<i class='icon-feizhi'>废止</i>"), "废止"),
    "a status of the table of metadata": (page(above="<table><tr><td>索引号</td><td>000</td><td>发布机构</td><td>演示部</td></tr><tr><td>时效状态</td><td>失效</td><td>发文日期</td><td>2019-07-10</td></tr></table>"), "失效"),
    "a status in a line": (page(above="<div>发文日期：2019-07-10　有效性：已废止</div>"), "已废止"),
    "a status that answers no": (page(above="<ul><li>是否有效：否</li></ul>"), "否"),
    "a status with its day": (page(above="<p>时效性：废止（2026-01-01）</p>"), "废止"),
    "a banner at the top of the body": (page(f"<p>【本文件已废止】</p>{BODY}"), "本文件已废止"),
    "a banner with a day": (page(f"<p>本通知自2026年12月1日起废止。</p>{BODY}"), "本通知自2026年12月1日起废止"),
    "a banner at the end of the body": (page(f"{BODY}<p>（此件已宣布失效）</p>"), "此件已宣布失效"),
    "replaced by another": (page(f"<p><strong>本文件已被《演示标准指引（2026年版）》（演示发〔2026〕1号）代替。</strong></p>{BODY}"), "演示发〔2026〕1号"),
    "replaced, above the container": (page(above="<div class='tips'>已被《演示标准指引（2026年版）》（演示发〔2026〕1号）替代</div>"), "演示发〔2026〕1号"),
    "by a decision": (page(f"<p>根据《关于清理规范性文件的决定》（演示部令第9号），本文件自2026年1月1日起废止。</p>{BODY}"), "本文件自2026年1月1日起废止"),
    "by a decision, declared": (page(above="<p>注：依据演示发〔2026〕3号，本通知已宣布失效。</p>"), "本通知已宣布失效"),
    "no longer carried out": (page(f"<p>编者按：本通知不再执行。</p>{BODY}"), "本通知不再执行"),
    "by the number of the successor": (page(f"<p>该通知已由演示发〔2026〕1号文件废止。</p>{BODY}"), "演示发〔2026〕1号"),
    "a stamp among the metadata": (page(above="<div class='info'>来源：演示部 <span class='red'>已废止</span> 日期：2019-07-10</div>"), "已废止"),
    "a sentence in place of the body": (page("<p>本文件已废止。</p>"), "本文件已废止"),
    "a phrase in place of the body": (page("本文件已废止"), "本文件已废止"),
    "the successor's name in place of the body": (page("<p>《城乡规划领域基层政务公开标准指引》已被《城乡规划领域基层政务公开标准指引（2026年版）》代替，请见新文件。</p>", heading="<h1>城乡规划领域基层政务公开标准指引</h1>", title="城乡规划领域基层政务公开标准指引"), "2026年版"),
    "on a day, in brackets": (page(f"<p>（2026年12月1日废止）</p>{BODY}"), "2026年12月1日废止"),
    "on a day, behind the title": (page(heading=f"<h1>{TITLE}（2026年1月1日废止）</h1>"), "2026年1月1日废止"),
    "what one is reading": (page(above="<div class='tip'>提示：您正在浏览的文件已废止。</div>"), "文件已废止"),
    "a watermark": (page(above="<div class='watermark'>失效</div>"), "失效"),
    "by its own title and a decision": (page(f"<p>《{TITLE}》（演示办发〔2019〕41号）已经《演示部关于废止部分文件的决定》废止。</p>"), "的决定》废止"),
    "a decision in place of the body": (page("<p>经研究，决定废止本通知。</p>"), "废止本通知"),
    "from today": (page("<p>现决定：本通知即日起废止。</p>"), "本通知即日起废止"),
    "its term is over": (page(f"<p>本文件有效期已满，不再执行。</p>{BODY}"), "不再执行"),
    "run out": (page(f"<p>此文件已过期失效</p>{BODY}"), "已过期失效"),
    "no container at all": (page("<p>该文件已失效。</p>", container="<div class='x9'>{}</div>"), "该文件已失效"),
    "no container, a successor": (page("<p>本通知已被演示发〔2026〕1号文替代。</p>", container="{}"), "演示发〔2026〕1号"),
}  # fmt: skip


def _with(text: str) -> str:
    return page(BODY.replace("<p>二、", f"<p>{text}</p><p>二、"))


STILL_IN_FORCE: Mapping[str, str] = {
    "as it is": page(),
    "it repeals another": page(f"{BODY}<p>《演示公开办法》（演示发〔2010〕1号）同时废止。</p>"),
    "its predecessor of the same name": page(f"{BODY}<p>《{TITLE}》（演示办发〔2012〕1号）同时废止。</p>"),
    "a last article": page(f"{BODY}<p>本办法自发布之日起施行，原《演示公开办法》同时废止。</p>"),
    "a term": page(f"{BODY}<p>本通知自印发之日起施行，有效期至2025年12月31日。</p>"),
    "a term that ends by itself": page(f"{BODY}<p>本通知有效期五年，期满自动失效。</p>"),
    "a day of expiry": page(f"{BODY}<p>本通知自2020年1月1日起施行，于2025年12月31日失效。</p>"),
    "the label of expiry": page(above="<div>失效日期：2030-12-31　时效性：现行有效</div>"),
    "expiry without a value": page(above="<table><tr><td>索引号</td><td>000</td><td>发布机构</td><td>部</td></tr><tr><td>废止日期</td><td></td><td>发布日期</td><td>2019-07-10</td></tr></table>"),
    "in force": page(above="<p>有效性：有效</p>"),
    "partly changed": page(above="<p>时效状态：已修改</p>"),
    "partly repealed": page(heading=f"<h1>{TITLE}（部分失效）</h1>"),
    "a legend of states": page(above="<div><span>现行有效</span><span> 已废止</span><span> 已失效</span></div>"),
    "a legend as a list": page(above="<ul><li>有效</li><li>已废止</li></ul>"),
    "a filter": page(above="<div class='filter'><span>已废止</span></div>"),
    "a choice": page(above="<select><option>已失效</option></select>"),
    "a link of the menu": page(above="<p><a href='/fz/'>已废止</a></p>"),
    "a list of other documents": page(below="<ul class='list'><li><a href='t1.html'>演示公开办法</a><span>（已废止）</span></li><li><a href='t2.html'>演示办法</a></li></ul>"),
    "other documents in boxes": page(below="<div><div><a href='t1.html'>关于演示公开办法的通知</a></div><div>已失效</div></div>"),
    "a table of other documents": page(f"{BODY}<table><tr><td>文件</td><td>状态</td></tr><tr><td>演示公开办法</td><td>已废止</td></tr><tr><td>演示办法</td><td>有效</td></tr></table>"),
    "related links": page(below="<div class='related'>本文件已废止</div>"),
    "the footer": page().replace("主办：", "本文件已废止　主办："),
    "a hidden stamp": page(above="<div class='feizhi' style='display:none'>已废止</div>"),
    "an empty stamp": page(above="<div class='feizhi'></div>"),
    "an icon of the state": page(above="<img src='/images/shixiao.png' alt='时效性'>"),
    "a quotation": page(f"<p>各地应当在失效文件页面标注“本文件已废止”字样。</p>{BODY}"),
    "an order to mark": _with("对已废止的文件，应当在网站上注明“已失效”。"),
    "a rule about what lapses": page(f"{BODY}<p>本办法废止后，已经办理的事项继续有效。</p>"),
    "a condition": page(f"{BODY}<p>如本通知失效，按新规定执行。</p>"),
    "what it repeals": page(f"{BODY}<p>本决定废止的文件目录见附件。</p>"),
    "the day of another": page(f"{BODY}<p>自新办法施行之日起，本通知废止。</p>"),
    "a notice about repeals": page(title="演示部关于公布废止（失效）规范性文件目录的通知_演示部", heading="<h1>演示部关于公布废止（失效）规范性文件目录的通知</h1>"),
    "a question about another": _with("答：该文件已失效，请按新通知执行。"),
    "another document in the middle": _with("原演示公开办法已被《演示条例》代替。"),
    "a page that is gone": page("<p>页面已失效，请返回首页。</p>"),
    "a link that is gone": page("<p>您访问的链接已失效。</p>"),
    "information that is out of date": page("<p>该信息已过期或被删除。</p>"),
    "a file that is not there": page("<p>该文件不存在或已失效。</p>"),
    "a session": page("<p>会话已失效，请重新登录。</p>"),
    "what becomes of the one before": page(f"{BODY}<p>本通知施行后，演示发〔2010〕1号文件停止执行。</p>"),
    "what this one replaces": page(f"{BODY}<p>演示发〔2010〕1号文件已被本通知替代。</p>"),
    "the row of a table": page(f"{BODY}<table><tr><td>1</td><td>本文件已废止</td></tr><tr><td>2</td><td>甲</td></tr></table>"),
    "a neighbour": page(below="<p>上一篇：<a href='t.html'>演示办法（已废止）</a></p>"),
    "another inside a line": page(above="<div>相关文件：<a href='t.html'>演示办法（已废止）</a></div>"),
    "a list to be replaced": page(f"{BODY}<p>本清单由演示部负责解释，发生变化的由新清单替代。</p>"),
    "a seal": page(f"{BODY}<p>作废声明：原印章已作废</p>"),
    "a term in brackets": page(f"{BODY}<p>（本文件有效期5年，至2030年12月31日止）</p>"),
    "a power to repeal": page(f"{BODY}<p>制定机关可以决定废止本通知规定的事项。</p>"),
    "in words of a script": page(above="<script>var t='本文件已废止';</script>"),
}  # fmt: skip
