"""Verdicts: each failing answer seen on a government site is told apart from the notice, each genuine page passes."""

from __future__ import annotations

from typing import Any

import pytest

from archive.model import Finding, Verdict
from crawler.judge.verdict import Evidence, judge
from crawler.reading import read
from crawler.sources import load_sources

TITLE = "演示部办公厅关于印发农村集体土地征收基层政务公开标准指引的通知"
URL = "http://gi.mnr.gov.cn/201907/t20190716_2447776.html"
BODY = (
    "<p>各省、自治区、直辖市自然资源主管部门：</p>"
    "<p>本页为演示样本。为贯彻落实有关要求，我们编制了标准指引，现印发给你们，请认真贯彻执行。</p>"
    "<p>一、充分认识重要意义。各地要把基层政务公开摆在重要位置，结合实际细化公开事项、内容、时限和方式，方便群众查询。</p>"
    "<p>二、加强组织领导。省级主管部门要加强指导，县级主管部门要落实责任，及时总结经验，逐步完善本地区的标准目录。</p>"
    "<p>三、做好监督评价。各地要把落实情况纳入年度考核，主动接受社会监督，不断提高工作水平，确保取得实效。</p>"
    "<p>演示部办公厅</p><p>2019年7月10日</p>"
)
SCRIPT = "<script>" + "var _0x1a=['" + "a9f3" * 200 + "'];</script>"


def page(body: str = BODY, title: str = TITLE, heading: str = TITLE, head: str = "", extra: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_自然资源部</title>{head}</head><body>'
        f'<div class="nav"><a href="/">首页</a><a href="/a/">政策法规</a><a href="/b/">机构</a></div><h1>{heading}</h1>'
        f'<div id="content">{body}</div>{extra}<div class="foot">主办单位：演示部　网站地图</div></body></html>'
    )


def verdict(html: str | bytes = "", **values: Any) -> Finding:
    payload = html.encode() if isinstance(html, str) else html
    values = {"declared_url": URL, "url": URL, "title": TITLE, "headers": {"content-type": "text/html"}} | values
    headers = {**values["headers"], "content-location": values["url"]}
    document = read(payload, headers, load_sources(None).rule_for(values["url"])) if payload else None
    return judge(Evidence(payload=payload, document=document, **values))


def suspect(judgement: Finding, reason: str) -> None:
    assert (judgement.verdict, judgement.reason) == (Verdict.SUSPECT, reason), judgement
    assert judgement.detail.endswith("。")


# ---------------------------------------------------------------- genuine pages


GENUINE = {
    "as declared": page(),
    "title only as a heading": page(title="政策法规库"),
    "title only in <title>": page(heading=""),
    "title only in the body, over two lines": page(
        title="政策法规库",
        heading="",
        body="<p>演示部办公厅关于印发农村集体土地征收</p><p>基层政务公开标准指引的通知</p>" + BODY,
    ),
    "full width and brackets": page(
        title="政策库", heading="演示部办公厅　关于印发《农村集体土地征收基层政务公开标准指引》的通知"
    ),
    "issuer left out": page(title="关于印发《农村集体土地征收基层政务公开标准指引》的通知", heading=""),
    "revised edition": page(title="农村集体土地征收基层政务公开标准指引（修订版）", heading=""),
    "one short sentence": page(body="<p>演示样本。现将标准指引印发给你们，请遵照执行。</p>"),
    "nothing but a link to a file": page(body='<p><a href="a.doc">农村集体土地征收基层政务公开标准指引</a></p>'),
    "guarded by scripts, yet the notice": page(
        head="<script>var __jsluid='x';$_ts={};</script>", body="<p>演示样本。现印发给你们。</p>"
    ),
    "speaks of 404, of maintenance and of deleted information": page(
        body=BODY + "<p>网站出现404错误、系统维护期间或信息已被删除的，应及时公告。对不起等用语应当规范。</p>"
    ),
    "a short one that speaks of a site's maintenance": page(
        body="<p>各省：</p><p>演示样本。现将标准指引印发给你们。各地要加强政府网站升级改造，及时公开。</p>"
    ),
    "an inline table": page(
        body="<table><tr><td>序号</td><td>事项</td></tr><tr><td>1</td><td>征地公告</td></tr></table>"
    ),
    "no closing tags": page().replace("</body></html>", ""),
    "a stray byte": page().encode().replace("执行".encode(), b"\xff\xfe" + "执行".encode(), 1),
}


@pytest.mark.parametrize("html", GENUINE.values(), ids=GENUINE)
def test_the_notice_itself_passes(html: str | bytes) -> None:
    assert verdict(html) == Finding(Verdict.OK)


def test_the_known_document_number_identifies_a_page_whose_title_was_edited() -> None:
    html = page(body="<p>演示发〔2019〕5号</p>" + BODY, title="关于公开工作的若干规定的通知", heading="")
    suspect(verdict(html), "elsewhere")
    assert verdict(html, last_document_number="演示发[2019]5号").verdict is Verdict.OK


def test_an_unchanged_answer_is_unchanged() -> None:
    assert verdict(http_status=304).verdict is Verdict.UNCHANGED


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_is_gone(status: int) -> None:
    assert verdict(page(), http_status=status).verdict is Verdict.GONE


@pytest.mark.parametrize("status", [400, 401, 403, 405, 412, 429, 500, 502, 503, 521, 302])
def test_another_refusal_is_an_error_with_its_status(status: int) -> None:
    judgement = verdict("<html><body><h1>Forbidden</h1></body></html>", http_status=status)
    assert (judgement.verdict, judgement.reason) == (Verdict.ERROR, f"http-{status}")
    assert judgement.detail.endswith("。")


JSL = (
    "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_')+('c')+(1+[0]-(1)+'');"
    "location.href=location.pathname+location.search</script>"
)


@pytest.mark.parametrize(
    ("status", "html"),
    [
        (521, JSL),
        (412, f"<html><head><meta id='x' content='y'>{SCRIPT}</head><body></body></html>"),
        (403, f"<html><head><script>var __tst_status=1;</script></head><body>{SCRIPT}</body></html>"),
        (405, "<html><title>405</title><body><script src='/x'></script>acw_sc__v2</body></html>"),
    ],
)
def test_a_refusal_with_a_script_that_checks_the_visitor_is_a_challenge(status: int, html: str) -> None:
    suspect(verdict(html, http_status=status), "challenge")


# ---------------------------------------------------------------- 200, and yet not the notice


CHALLENGES = {
    "EdgeOne": "<html><head><script>document.cookie='EO_Bot_Ssid=1';var __tst_status='5';</script></head><body>"
    f"{SCRIPT}</body></html>",
    "one script": f"<html><head><title></title></head><body>{SCRIPT}</body></html>",
    "a door that turns": "<html><title>请稍候</title><body><p>正在确认您是真实访客，3秒后自动进入。</p>"
    "<script>a()</script></body></html>",
    "slider": "<html><title>安全验证</title><body><p>请完成安全验证后继续访问，拖动下方滑块。</p>"
    "<script>a()</script></body></html>",
    "blocked by a firewall": "<html><title>访问被拦截</title><body>您的请求已被拦截，疑似攻击行为。"
    "事件编号：81723</body></html>",
}


APPLICATIONS = {
    "loading": "<html><head><title>演示部</title><script src='/static/app.js'></script></head><body><div id='app'>"
    "正在加载</div><noscript>请开启JavaScript</noscript></body></html>",
    "Vue": "<html><head><title>演示部</title></head><body><noscript><strong>We're sorry but portal doesn't work "
    "properly without JavaScript enabled. Please enable it to continue.</strong></noscript><div id=app></div>"
    "<script src=/js/app.js></script></body></html>",
    "React, declared title": f"<html><head><title>{TITLE}</title></head><body><noscript>You need to enable "
    'JavaScript to run this app.</noscript><div id="root"></div>'
    '<script type="module" src="/assets/index.js"></script></body></html>',
    "Next": '<html><head><title>政务公开</title></head><body><div id="__next"><div>加载中...</div></div>'
    '<script id="__NEXT_DATA__" type="application/json">{"props":{}}</script></body></html>',
    "Angular": "<html><head><title>政务</title></head><body><app-root>Loading...</app-root>"
    "<script src=main.js></script></body></html>",
    "only a notice to switch it on": "<html><head><title>政务</title></head><body><noscript>您的浏览器未启用"
    "JavaScript，请启用后刷新页面。</noscript><script src=main.js></script></body></html>",
}


@pytest.mark.parametrize("html", APPLICATIONS.values(), ids=APPLICATIONS)
def test_the_frame_of_an_application_is_no_challenge_and_is_told_as_what_it_is(html: str) -> None:
    found = verdict(html)
    suspect(found, "empty")
    assert "框架" in found.detail
    assert "验证" not in found.detail


def test_a_challenge_that_asks_for_javascript_or_has_an_applications_box_is_a_challenge() -> None:
    test = "<script>document.cookie='wzws_cid=1';location.reload()</script>"
    suspect(
        verdict(f"<html><body><div id=root></div><noscript>请开启JavaScript</noscript>{test}</body></html>"),
        "challenge",
    )
    box = "<html><head><title>安全验证</title></head><body><div id=app></div><script src=/a.js></script></body></html>"
    suspect(verdict(box), "challenge")


@pytest.mark.parametrize("html", CHALLENGES.values(), ids=CHALLENGES)
def test_a_challenge_page_is_known_as_such(html: str) -> None:
    suspect(verdict(html), "challenge")


WORDINGS = [
    "页面不存在",
    "您访问的页面不存在或已删除！",
    "对不起，您要访问的页面找不到了。",
    "404 Not Found",
    "该信息已被删除",
    "抱歉，您访问的内容不存在或者已经过期，请返回首页。",
    "网站正在升级维护中，敬请谅解。给您带来的不便，敬请见谅。",
    "系统维护",
    "网站维护中，预计今晚恢复。",
    "很抱歉，没有找到您要访问的页面！",
    "访问出错，请稍后再试",
    "暂无内容",
    "文章已下线或文章不存在",
    "服务器内部错误",
]


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("place", ["body", "body under the declared title", "title"])
def test_a_not_found_page_that_answers_200_is_a_soft_404(wording: str, place: str) -> None:
    if place == "title":
        if len(wording) > 12:
            pytest.skip("a sentence, no title")
        html = page(title=wording, heading="", body="<p>5秒后自动返回首页。</p>")
    elif place == "body":
        html = page(title="提示信息", heading="", body=f"<p>{wording}</p>")
    else:
        html = page(body=f"<p>{wording}</p>")
    suspect(verdict(html), "soft-404")


def test_a_maintenance_page_with_a_long_apology_is_not_the_notice() -> None:
    apology = (
        "<p>网站正在进行系统升级维护，暂停访问。</p><p>"
        + "为了给您提供更好的服务，我们正在对平台进行全面改造。" * 6
        + "</p>"
    )
    suspect(verdict(page(title="演示部", heading="演示部", body=apology)), "soft-404")


def test_a_redirect_to_an_error_page_is_a_soft_404() -> None:
    suspect(
        verdict(page(title="x", heading="", body="<p>五秒后返回。</p>"), url="http://gi.mnr.gov.cn/404.html"),
        "soft-404",
    )


@pytest.mark.parametrize(
    "html", [b"", b"\xef\xbb\xbf\r\n", page(body="").encode(), page(body="<p>&nbsp;</p>").encode(), b"<html></html>"]
)
def test_an_answer_without_text_is_empty(html: bytes) -> None:
    suspect(verdict(html), "empty")


def test_a_body_without_a_sentence_is_empty() -> None:
    suspect(verdict(page(body="<p>正文</p><p>字体</p>")), "empty")


# ---------------------------------------------------------------- repealed, and nothing else to read

MESSAGES = {
    "本文件已废止": page(body="<p>本文件已废止</p>"),
    "under a title of its own": page(title="提示", heading="提示", body="<p>本通知已失效。</p>"),
    "with a script beside it": page(body="<p>此件已废止</p>", head="<script>var a=1;</script>"),
    "naming its successor": page(body="<p>该文件已被《演示标准指引（2026年版）》（演示发〔2026〕1号）代替。</p>"),
    "without a container": f"<html><head><title>{TITLE}</title></head><body><p>本文件已废止。</p></body></html>",
    "a stamp under the title": page(body="<p>各省：</p><p>演示样本。</p>", extra="<div>已废止</div>"),
}


@pytest.mark.parametrize("html", MESSAGES.values(), ids=MESSAGES)
def test_a_notice_replaced_by_the_word_that_it_is_repealed_is_taken_as_what_it_is(html: str) -> None:
    assert verdict(html, last_text_length=5000) == Finding(Verdict.OK)


@pytest.mark.parametrize(
    "wording",
    [
        "页面已失效",
        "您访问的链接已失效。",
        "该信息已过期或已被删除",
        "该文件不存在或已失效",
        "页面不存在，本站部分文件已废止",
    ],
)
def test_a_page_that_speaks_of_itself_as_gone_is_no_repeal(wording: str) -> None:
    suspect(verdict(page(body=f"<p>{wording}</p>"), last_text_length=5000), "soft-404")


def test_another_article_with_a_stamp_of_its_own_is_still_elsewhere() -> None:
    other = "演示部关于印发2026年政府采购工作要点的通知"
    suspect(verdict(page(title=other, heading=f"{other}（已废止）")), "elsewhere")


# ---------------------------------------------------------------- figures without a sentence

FIGURES = "".join(f"<p>指标{n} {n * 137} {n * 31 / 10}</p>" for n in range(1, 60))
ROWS = "".join(f"<tr><td>指标{n}</td><td>{n * 137}</td></tr>" for n in range(1, 60))
MENU = "".join(f"<a href='/{n}/'>政务公开栏目{n}</a> " for n in range(60))


def _elsewhere_on_page(body: str, menu: str = MENU) -> str:
    return page(body="").replace(
        '<div id="content"></div>', f"<div class='q7'>{menu}</div><div class='q8'>{body}</div>"
    )


@pytest.mark.parametrize(
    "html",
    [
        page(body=FIGURES),
        page(body=f"<table>{ROWS}</table>"),
        page(body="<br>".join(f"第{n}类事项 县级 乡级" for n in range(60))),
        _elsewhere_on_page(f"<table>{ROWS}</table>"),
        _elsewhere_on_page(FIGURES),
    ],
    ids=["figures", "a table", "a list", "a table in an unknown place", "figures in an unknown place"],
)
def test_a_page_of_figures_without_a_full_stop_is_the_notice(html: str) -> None:
    assert verdict(html) == Finding(Verdict.OK)


def test_a_menu_and_a_footer_are_still_no_text() -> None:
    footer = "<p>主办：演示部</p><p>网站标识码：bm01</p><p>京ICP备12号</p><p>电话：010-123</p>"
    links = "".join(
        f"<p>{name}栏目 2026-11-{n:02}</p>" for n, name in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未", 1)
    )
    assert verdict(_elsewhere_on_page(f"{links}{footer}")).reason == "empty"
    assert (
        verdict(page(body="<ul>" + "".join(f"<li><a href='/{n}/'>栏目{n}</a></li>" for n in range(8)) + "</ul>")).reason
        == "empty"
    )


def test_what_a_person_accepted_once_is_not_refused_again_with_other_figures() -> None:
    short = [f"<p>甲项 {n}</p><p>乙项 {n * 2}</p><p>丙项 {n * 3}</p>" for n in (71, 90)]
    accepted = {"accepted_reason": "empty", "accepted_text": "甲项 71\n乙项 142\n丙项 213", "accepted_title": TITLE}
    suspect(verdict(page(body=short[1])), "empty")
    assert verdict(page(body=short[1]), **accepted).verdict is Verdict.OK
    suspect(verdict(page(body="<p>正文</p><p>字体</p>"), **accepted), "empty")
    suspect(verdict(page(body="<p>页面不存在</p>"), **accepted), "soft-404")


# ---------------------------------------------------------------- cut off


def _whole(closing: str = "</body></html>") -> str:
    table = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
    files = f"<p>附件：<a href='a.docx'>演示目录</a></p>{table}"
    return page(body=BODY + files, extra="<div class='foot2'>京ICP备05号 网站地图</div>").replace(
        "</body></html>", closing
    )


CUTS = [
    "</p><p>一、充分",
    "</p><p>演示部办公厅",
    "<p>附件：",
    "</a></p><table>",
    "<tr><td>乙",
    "</table></div>",
    "<div class='foot2'>",
]


@pytest.mark.parametrize(
    ("closing", "before"),
    # the footer alone is no loss on a page of which nobody knows where it ends
    [*(("</body></html>", before) for before in CUTS), *(("", before) for before in CUTS[:-2])],
)
def test_a_page_cut_behind_a_tag_is_truncated_whatever_length_it_declares(before: str, closing: str) -> None:
    whole = _whole(closing)
    cut = whole[: whole.index(before) + (before.startswith("</") and before.index(">") + 1)].encode()
    known = {"last_page": whole.encode(), "last_text": "", "last_attachments": 0}
    document = read(
        whole.encode(), {"content-type": "text/html", "content-location": URL}, load_sources(None).rule_for(URL)
    )
    known |= {"last_text": document.text, "last_attachments": len(document.attachments)}
    length = {"headers": {"content-type": "text/html", "content-length": str(len(cut))}}
    suspect(verdict(cut, **known, **length), "truncated")


def test_a_page_that_never_closes_is_taken_again_and_so_is_its_revision() -> None:
    for closing in ("", "</body></html>"):
        before = _whole(closing)
        for after in (_whole(""), _whole("").replace("20", "7"), _whole("").replace("<p>三、做好", "<p>三、切实做好")):
            known = {"last_page": before.encode(), "last_text": "x" * 900, "last_attachments": 1}
            assert verdict(after, **known).verdict is Verdict.OK


@pytest.mark.parametrize("before", CUTS[:-1])
def test_a_page_seen_for_the_first_time_that_leaves_its_boxes_open_is_truncated(before: str) -> None:
    suspect(verdict(_whole().split(before)[0] + "</p>"), "truncated")


def test_a_cut_off_page_is_truncated() -> None:
    whole = page().encode()
    suspect(verdict(whole, truncated=True), "truncated")
    half = whole[: whole.find("二、加强".encode()) + 10]
    suspect(verdict(half), "truncated")
    suspect(verdict(half, headers={"content-type": "text/html", "content-length": str(len(whole))}), "truncated")


def test_a_length_of_the_compressed_body_says_nothing_about_truncation() -> None:
    headers = {"content-type": "text/html", "content-length": "999999", "content-encoding": "gzip"}
    assert verdict(page(), headers=headers).verdict is Verdict.OK


@pytest.mark.parametrize(
    "spoil",
    [
        lambda html: html.encode().decode("gb18030", "replace"),
        lambda html: html.encode().decode("latin-1"),
        lambda html: html.replace("的", "\ufffd").replace("，", "\ufffd\ufffd"),
        lambda html: html.replace("公开", "锟斤拷"),
    ],
    ids=["utf-8 read as gbk", "utf-8 read as Latin", "lost characters", "lost twice"],
)
def test_mojibake_is_garbled(spoil: Any) -> None:
    head, body = page().split("<div id=", 1)
    suspect(verdict(head + "<div id=" + spoil(body)), "garbled")


@pytest.mark.parametrize(
    "url", ["http://gi.mnr.gov.cn/", "http://www.mnr.gov.cn/index.html", "http://sso.mnr.gov.cn/login?service=x"]
)
def test_a_redirect_to_a_home_or_login_page_is_elsewhere_even_if_it_links_the_notice(url: str) -> None:
    suspect(verdict(page(body=f"<h3>{TITLE}</h3>" + BODY), url=url), "elsewhere")


OTHERS = {
    "another article": ("演示部关于印发2026年政府采购工作要点的通知", BODY),
    "another area": ("演示部办公厅关于印发城乡规划领域基层政务公开标准指引的通知", BODY),
    "an article that cites the notice": (
        "演示部关于进一步做好征地工作的通知",
        f"<p>各地：</p><p>根据《{TITLE}》要求，现就有关事项通知如下。</p>" + BODY,
    ),
    "an article about the notice": (
        "《农村集体土地征收基层政务公开标准指引》解读",
        "<p>近日，我们印发了标准指引。</p>" + BODY,
    ),
    "questions and answers about the notice": (
        "演示部解读《农村集体土地征收领域政务公开指引》",
        "<p>问：为什么要制定农村集体土地征收基层政务公开标准指引？</p>" + BODY,
    ),
}


@pytest.mark.parametrize(("title", "body"), OTHERS.values(), ids=OTHERS)
def test_another_article_under_the_address_is_elsewhere(title: str, body: str) -> None:
    suspect(verdict(page(title=title, heading=title, body=body)), "elsewhere")


def test_a_page_that_shrank_is_suspect_only_after_it_is_known_to_be_the_notice() -> None:
    suspect(verdict(page(), last_text_length=5000), "shrunk")
    other = "演示部关于印发2026年政府采购工作要点的通知"
    suspect(verdict(page(title=other, heading=other), last_text_length=5000), "elsewhere")
    assert verdict(page(), last_text_length=5000, shrunk_below=0.01).verdict is Verdict.OK


# ---------------------------------------------------------------- attachments


def attachment(payload: bytes, **values: Any) -> Finding:
    values = {
        "kind": "attachment", "title": TITLE, "declared_url": "http://gi.mnr.gov.cn/201907/P0201907.docx",
        "url": "http://gi.mnr.gov.cn/201907/P0201907.docx", "name": "标准目录.docx",
    } | values  # fmt: skip
    return judge(Evidence(payload=payload, **values))


def test_a_file_is_taken_as_it_is() -> None:
    assert attachment(b"PK\x03\x04" + bytes(100) + b"PK\x05\x06" + bytes(18)).verdict is Verdict.OK
    assert attachment(b"%PDF-1.4 ...", name="x.doc").verdict is Verdict.OK


def test_a_page_in_place_of_a_file_is_suspect() -> None:
    suspect(attachment(page(title="404", heading="", body="<p>页面不存在</p>").encode()), "soft-404")
    suspect(attachment(CHALLENGES["EdgeOne"].encode()), "challenge")
    suspect(attachment(page(title="首页", heading="").encode()), "elsewhere")
    suspect(attachment('{"code":404,"msg":"文件不存在"}'.encode()), "soft-404")
    unnamed = {
        "declared_url": "http://f.gov.cn:9000/mserver/download/?_id=1",
        "name": "附件",
        "url": "http://f.gov.cn:9000/x",
    }
    suspect(attachment(page(title="首页", heading="").encode(), **unnamed), "elsewhere")


def test_an_empty_or_cut_off_file_is_suspect() -> None:
    suspect(attachment(b""), "empty")
    suspect(attachment(b"PK\x03\x04", truncated=True), "truncated")
    suspect(attachment(b"PK\x03\x04", headers={"content-length": "5000"}), "truncated")
    suspect(attachment(b"PK\x03\x04" + bytes(5000)), "truncated")
    suspect(attachment(b"PK\x03\x04" + bytes(5000) + b"PK\x05\x06" + bytes(17)), "truncated")


def test_an_office_file_saved_as_html_is_a_file() -> None:
    office = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>1</td></tr></table></html>'
    assert attachment(office.encode(), name="目录.xls").verdict is Verdict.OK
    table = b"<html><body><table><tr><td>1</td></tr></table></body></html>"
    assert attachment(table, name="a.xls", headers={"content-type": "application/vnd.ms-excel"}).verdict is Verdict.OK


def test_a_missing_file_is_gone() -> None:
    assert attachment(b"", http_status=404).verdict is Verdict.GONE
