"""Reading a page: the same content gives the same reading however it is marked up, and nothing hangs or crashes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.compare.compare import compare
from archive.model import Document, Kind
from archive.text.same import compared
from crawler.reading import read, reader_id
from crawler.reading.html.dom import parse
from crawler.reading.html.tables import grid_of
from crawler.reading.rule import Rule
from crawler.sources import load_sources
from tests.text.lines import CONTENT, NOISE
from tests.work import processor_time

URL = "http://demo.example/zwgk/201907/t20190716_1.html"
PARAGRAPHS = (
    "各有关单位：",
    "本页为演示样本。现将标准指引印发给你们，请认真贯彻执行，并于20个工作日内报送。",
    "一、各地要细化公开事项，做到标准统一、内容完整、更新及时。",
    "演示部办公厅",
    "2019年7月10日",
)


def page(body: str, head: str = "", before: str = "", after: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>演示通知_演示网</title>{head}</head><body>{before}"
        f"<h1>关于印发演示指引的通知</h1><div class='TRS_Editor'>{body}</div>{after}</body></html>"
    )


def reading(html: str | bytes, url: str = URL) -> Document:
    payload = html.encode("utf-8", "replace") if isinstance(html, str) else html
    headers = {"content-type": "text/html; charset=utf-8", "content-location": url}
    return read(payload, headers, load_sources(None).rule_for(url))


def same(one: Document, other: Document) -> bool:
    return (compared(one.text), one.title, dict(one.metadata), one.attachments) == (
        compared(other.text), other.title, dict(other.metadata), other.attachments,
    )  # fmt: skip


BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + '<p>附件：<a href="a.doc">演示目录</a></p>'
PLAIN = reading(page(BODY))

MARKUP: dict[str, Callable[[str], str]] = {
    "divs for paragraphs": lambda b: b.replace("<p>", "<div>").replace("</p>", "</div>"),
    "illegal spans around blocks": lambda b: b.replace("<p>", "<span><div>").replace("</p>", "</div></span>"),
    "line breaks": lambda b: b.replace("<p>", "").replace("</p>", "<br>"),
    "font soup": lambda b: b.replace("标准", "<font>标</font><span style='x'><font>准</font></span>"),
    "indented": lambda b: b.replace("<p>", "<p>　　&nbsp;\u200b"),
    "source in lines": lambda b: b.replace("，", "，\n      ").replace("<p>", "\n\n<p>\n"),
    "comments": lambda b: b.replace("现将", "现<!-- 1574 -->将"),
    "scripts and styles": lambda b: b.replace("<p>", "<script>var t=1;</script><style>p{}</style><p>", 2),
    "hidden": lambda b: "<div style='display: none'>草稿</div>" + b + "<p hidden>x</p>",
    "attributes": lambda b: b.replace("<p>", "<p data-n='a8f1' class='MsoNormal' style='text-indent:2em'>"),
    "layout table": lambda b: f"<table><tr><td>{b}</td></tr></table>",
    "two editors in one another": lambda b: f"<div class='TRS_Editor'><div class='Custom_UnionStyle'>{b}</div></div>",
    "counter": lambda b: b + "<p>浏览次数：<span>4711</span>次</p>",
    "counter in a sentence": lambda b: b.replace("演示目录</a>", "演示目录</a>（下载次数：17）"),
    "widgets": lambda b: "<p>字体：[大 中 小] 打印 关闭</p><div class='share'>分享到：微信</div>" + b,
    "today": lambda b: "<p>今天是2026年11月23日 星期一</p>" + b,
    "session in the link": lambda b: b.replace("a.doc", "a.doc;jsessionid=8F2E7C91AA03BB12?_t=1574000000123"),
    "neighbours": lambda b: b + "<p>上一篇：<a href='t1.html'>别的通知</a></p>",
}


@pytest.mark.parametrize("change", MARKUP.values(), ids=MARKUP)
def test_markup_and_widgets_make_no_difference(change: Callable[[str], str]) -> None:
    assert same(reading(page(change(BODY))), PLAIN)


AROUND = {
    "header and footer": {
        "before": "<div class='header'><ul><li>首页</li></ul>日期：2026年11月23日 星期一 10:02</div>",
        "after": "<div>版权</div>",
    },
    "related links grow": {"after": "<div class='related'><ul><li><a href='/x/t9.html'>附件解读</a></li></ul></div>"},
    "weather": {"before": "<iframe src='/tq.html'></iframe><div>今天 晴 3℃~12℃</div>"},
    "nonces": {"head": "<meta name='csrf' content='9a8b'><script nonce='x1'></script>"},
    "hits": {"before": "<div>点击量：99 来访：1</div>"},
}  # fmt: skip


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_what_stands_around_the_body_makes_no_difference(around: dict[str, str]) -> None:
    assert same(reading(page(BODY, **around)), PLAIN)


def test_a_publication_date_is_read_without_its_time_of_day() -> None:
    read_at = [
        reading(page(BODY, before=f"<div>发布时间：2019-07-16 {time} 来源：演示部 浏览次数：{n}</div>"))
        for time, n in (("10:00", 3), ("10:59:01", 71))
    ]
    assert same(*read_at)
    assert read_at[0].metadata["published_on"] == "2019-07-16"


@pytest.mark.parametrize(
    "edit",
    [
        lambda b: b.replace("20个", "21个"),
        lambda b: b.replace("a.doc", "b.doc"),
        lambda b: b.replace("更新及时", "更新"),
        lambda b: b.replace("<p>一、", "<p>二、新增一条。</p><p>一、"),
        lambda b: b.replace("7月10日", "7月11日"),
    ],
)
def test_a_small_edit_makes_a_difference(edit: Callable[[str], str]) -> None:
    assert not same(reading(page(edit(BODY))), PLAIN)


def test_what_stands_in_the_body_is_archived_whatever_it_is() -> None:
    lines = [text for text in (*NOISE, *CONTENT) if text[0] not in "│┃"]
    document = reading(page("".join(f"<p>{text}</p>" for text in (PARAGRAPHS[1], *lines))))
    assert document.text.splitlines()[1:] == [" ".join(text.split()) for text in lines]


def test_the_lines_that_are_nothing_but_links_are_numbered() -> None:
    links = "<ul><li><a href='/x/t1.html'>别的通知</a></li><li>· <a href='/x/t2.html'>另一通知</a></li></ul>"
    document = reading(page(f"<p>{PARAGRAPHS[1]}</p>{links}<p>见<a href='t3.html'>解读</a>。</p><p>末尾。</p>"))
    assert [document.text.splitlines()[n] for n in document.link_lines] == ["别的通知", "· 另一通知"]


STRUCK = {
    "s": "<s>20</s>7", "del": "<del>20</del><ins>7</ins>", "strike": "<strike><b>2</b>0</strike>7",
    "by style": "<span style='color:red;text-decoration:line-through'>20</span>7",
}  # fmt: skip


@pytest.mark.parametrize("markup", STRUCK.values(), ids=STRUCK)
def test_words_struck_out_are_kept_apart_from_those_in_force(markup: str) -> None:
    before = reading(page(BODY))
    after = reading(page(BODY.replace("于20个", f"于{markup}个")))
    assert "于〔删：20〕7个工作日内" in after.text
    (change,) = compare(before, after)
    assert "由“20个工作日”改为“7个工作日”" in change.summary
    assert compare(after, reading(page(BODY.replace("于20个", "于7个")))) == []


def test_a_paragraph_struck_out_is_told_as_deleted() -> None:
    whole = f"<p>{PARAGRAPHS[2]}</p>"
    (change,) = compare(reading(page(BODY)), reading(page(BODY.replace(whole, f"<s>{whole}</s>"))))
    assert change.kind is Kind.REVISED
    assert "删去“一、各地要细化公开事项" in change.summary


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("10<sup>2</sup>", "10²"),
        ("10<sup>-3</sup>", "10⁻³"),
        ("CO<sub>2</sub>", "CO₂"),
        ("PM<sub>2.5</sub>", "PM₂.₅"),
        ("10<span style='vertical-align: super'>2</span>", "10²"),
        ("x<sup>th</sup>", "x^(th)"),
        ("m<sup>2</sup>", "m²"),
    ],
)
def test_digits_set_high_or_low_do_not_run_into_those_beside_them(markup: str, read_as: str) -> None:
    table = f"<table><tr><th>项</th><th>量</th></tr><tr><td>甲</td><td>{markup}个</td></tr></table>"
    lines = reading(page(BODY + f"<p>浓度为{markup}个。</p>" + table)).text.splitlines()
    assert f"浓度为{read_as}个。" in lines
    assert f"│甲│{read_as}个" in lines


def test_a_tick_struck_out_in_a_catalogue_is_no_tick() -> None:
    head = "".join(
        f"<th>{name}</th>" for name in ("序号", "公开事项", "公开内容", "公开依据", "公开时限", "公开主体", "公开渠道")
    )
    values = "1 征地公告 公告 条例 <s>20</s>7个工作日 县级 <s>■公示栏</s>■政府网站"
    cells = "".join(f"<td>{value}</td>" for value in values.split())
    document = reading(page(f"{BODY}<table><tr>{head}</tr><tr>{cells}</tr></table>"))
    (item,) = document.items
    assert (item.time_limit, item.channels) == ("7个工作日", ("政府网站",))
    assert "〔删：20〕7个工作日" in document.text


def test_a_tick_that_moves_a_column_shows() -> None:
    def table(cells: str) -> str:
        return reading(
            page(f"<p>演示。</p><table><tr><th>事项</th><th>主动</th><th>依申请</th></tr><tr>{cells}</tr></table>")
        ).text

    assert table("<td>甲</td><td>√</td><td></td>") != table("<td>甲</td><td></td><td>√</td>")


def test_a_cell_that_contains_the_mark_of_a_cell_does_not_make_two() -> None:
    text = reading(
        page("<p>演示。</p><table><tr><td>a│b</td><td>┃c</td></tr><tr><td>1</td><td>2\n3</td></tr></table>")
    ).text
    assert text.splitlines()[1:] == ["│a|b│|c", "│1│2 3"]


# ---------------------------------------------------------------- links


def links(body: str) -> list[tuple[str, str]]:
    return [
        (a.name, a.url.removeprefix("http://demo.example"))
        for a in reading(page("<p>演示样本。</p>" + body)).attachments
    ]


def test_only_files_are_attachments() -> None:
    none = (
        "<a href='/'>首页</a><a href='t2.html'>相关文章</a><a href='javascript:print()'>附件打印</a>"
        "<a href='#a'>附件</a><a href='mailto:a@b.c'>附件</a><a href='http://[bad'>附件1：x.doc</a><a>附件</a>"
        "<a href='/jd/t3.html'>政策解读</a>"
    )
    assert links(none) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a href='./a.DOCX'>目录</a>", ("目录", "/zwgk/201907/a.DOCX")),
        ("<a href='//demo.example/目 录（1）.xls'>目录</a>", ("目录", "/%E7%9B%AE%20%E5%BD%95%EF%BC%881%EF%BC%89.xls")),
        (
            "<a href='/d/download?fileName=%E7%9B%AE%E5%BD%95.docx&fileUrl=/x'>点击下载</a>",
            ("目录.docx", "/d/download?fileName=%E7%9B%AE%E5%BD%95.docx&fileUrl=/x"),
        ),
        (
            "<a href='/mserver/download/?_id=5d&SiteId=4'>附件：目录（下载次数：3）</a>",
            ("附件：目录", "/mserver/download/?_id=5d&SiteId=4"),
        ),
        ("<a href='/show/77'>附件2：目录</a>", ("附件2：目录", "/show/77")),
        ("<a href='/dl?id=7'>社会救助目录.docx</a>", ("社会救助目录.docx", "/dl?id=7")),
        ("<a href='/dl?id=7' download='目录.xls'>社会救助目录</a>", ("社会救助目录", "/dl?id=7")),
        ("附件：1. <a href='/dl?id=7'>社会救助目录</a>", ("社会救助目录", "/dl?id=7")),
        ("<a href='a.doc'>演示</a><span><a href='a.doc'>目录.doc</a></span>", ("演示目录.doc", "/zwgk/201907/a.doc")),
        ("<a href='a.doc'><img src='i.gif'></a> <a href='a.doc'>目录</a>", ("目录", "/zwgk/201907/a.doc")),
        (
            "<a href='a.pdf?sid=8f2e7c91aa03&id=3&t=1574000000' title='目录'>下载</a>",
            ("目录", "/zwgk/201907/a.pdf?id=3"),
        ),
        ("附件：演示目录 <a href='x.zip'>[下载]</a>", ("附件：演示目录", "/zwgk/201907/x.zip")),
        ("<a href='x/W02019.pdf'></a>", ("W02019.pdf", "/zwgk/201907/x/W02019.pdf")),
    ],
)  # fmt: skip
def test_a_file_is_known_by_extension_address_or_name(html: str, expected: tuple[str, str]) -> None:
    assert links(f"<p>{html}</p>") == [expected]


# ---------------------------------------------------------------- any input


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/=\"' ptdraivspn&;#0一。│┃\n\x00\u3000\ud83d"), max_size=300))
def test_any_markup_is_read_without_an_error_and_twice_alike(body: str) -> None:
    one, other = reading(page(body)), reading(page(body))
    assert same(one, other)
    assert not any(line != line.strip() or not line for line in one.text.splitlines())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(payload: bytes) -> None:
    reading(b"<html><body><div id=content>" + payload)


words = st.text(alphabet="一二三四五六七八九十甲乙丙丁，。公开", min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(words, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_text_comes_back_as_it_was_whatever_blocks_and_spans_carry_it(lines: list[str], chance: object) -> None:
    pick = chance.choice  # type: ignore[attr-defined]
    html = ""
    for line in lines:
        cut = pick(range(len(line) + 1))
        inline = f"<{(tag := pick(['font', 'span', 'b']))}>{line[:cut]}</{tag}>{line[cut:]}"
        html += pick(["<p>{}</p>", "<div>{}</div>", "{}<br>", "<ul><li>{}</li></ul>", "<h3>\n{}\n</h3>"]).format(inline)
    document = reading(page("<p>演示样本，请认真贯彻执行，切实抓好落实，确保取得实效，不得有误。</p>" + html))
    assert document.text.splitlines()[1:] == lines


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("tag", ["div", "span", "font", "table><tr><td", "ul><li", "b><i><u"])
def test_nesting_of_100_000_tags_is_read_in_two_seconds(tag: str) -> None:
    names = tag.replace("<", "").split(">")
    close = "".join(f"</{name}>" for name in reversed(names))
    deep = f"<{tag}>" * (100_000 // len(names)) + "深处的文字。" + close * (100_000 // len(names))
    html = page(f"<p>{PARAGRAPHS[1]}</p>{deep}<p>末尾。</p>")
    with processor_time(2):
        document = reading(html)
    assert "末尾。" in document.text


def test_two_hundred_thousand_characters_of_word_html_are_read_in_two_seconds() -> None:
    style = "style='margin:0cm;text-indent:22.0pt;mso-char-indent-count:2.0;line-height:150%;font-family:宋体'"
    run = f"<span lang=EN-US {style}>演示<o:p></o:p></span>样本。<![if !supportLists]>1.<![endif]>"
    word = f"<p class=MsoNormal {style}>{run}</p>"
    html = page("<xml><w:WordDocument>Normal 0</w:WordDocument></xml>" + word * (200_000 // len(word) + 1))
    with processor_time(2):
        document = reading(html)
    assert document.text.startswith("演示样本。1.")
    assert "Normal" not in document.text


def test_spans_of_ten_thousand_do_not_explode() -> None:
    cell = "<td rowspan=10000 colspan=10000>甲</td><td rowspan=0>乙</td>"
    html = f"<table><tr>{cell}</tr><tr>{cell}</tr><tr><td>丙</td></tr></table>"
    with processor_time(2):
        grid = grid_of(next(parse(html).iter("table")))
    assert sum(map(len, grid.cells)) < 100_000
    assert grid.cells[0][0] == "甲"


def test_merged_cells_are_told_from_empty_ones() -> None:
    html = (
        "<table><thead><tr><th rowspan=2>序号</th><th colspan=2>公开方式</th></tr>"
        "<tr><th>主动</th><th>依申请</th></tr></thead>"
        "<tr><td>1</td><td></td><td style=\"font-family:'Wingdings 2'\">R</td></tr></table>"
    )
    grid = grid_of(next(parse(html).iter("table")))
    assert grid.cells == (("序号", "公开方式", None), (None, "主动", "依申请"), ("1", "", "☑"))
    assert grid.spans == {(0, 0): (2, 1), (0, 1): (1, 2)}


# ---------------------------------------------------------------- the reader


def test_a_body_that_no_element_of_its_own_holds_is_of_low_confidence() -> None:
    article = "".join(f"<p>{text * 3}</p>" for text in PARAGRAPHS[1:3] * 4)
    menu = "".join(f"<a href='/{n}/'>栏目{n}</a> " for n in range(9))
    assert reading(f"<html><body><p>{menu}</p>{article}<p>版权所有 演示部</p></body></html>").confidence == "low"
    assert reading(page(article)).confidence == "high"
    assert reading(f"<html><body>{menu}<section class='qwerty'>{article}</section></body></html>").confidence == "high"


def test_a_page_without_a_body_says_so() -> None:
    assert reading("<html><head><title>x</title></head><body></body></html>").problem.startswith("empty: ")


def test_another_rule_is_another_reader() -> None:
    assert reader_id(Rule(content=("a",))) != reader_id(Rule(content=("b",)))
    assert reader_id(Rule()) == reader_id(Rule())
