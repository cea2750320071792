"""Which images in a page's body are pictures of the notice, and which are its site's."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from archive.model import DIMENSIONS, PIXELS, Document
from crawler.reading import read
from crawler.reading.rule import Rule
from crawler.reading.sniff import sniff
from tests.crawl.harness import SENTENCES
from tests.sites.modes import html

URL = "http://www.example.gov.cn/zwgk/202003/t20200310_1.html"
TITLE = "演示部办公厅关于印发标准指引的通知"


def reading(body: str, around: str = "") -> Document:
    page = html(TITLE, f'{around}<h1>{TITLE}</h1><div class="TRS_Editor">{SENTENCES}{body}</div>')
    headers = {"content-type": "text/html", "content-location": URL}
    return read(page, headers, Rule(content=(".TRS_Editor",), drop=(".bdsharebuttonbox",)))


def addresses(body: str, around: str = "") -> list[str]:
    return [picture.url for picture in reading(body, around).pictures]


@pytest.mark.parametrize(
    ("tag", "path"),
    [
        ('<img src="./W0202003108383186.jpg" oldsrc="W0202003108383186.jpg" alt="">', "W0202003108383186.jpg"),
        ('<img class="nfw-cms-img" src="/img/0/445/445371/4070462.jpg" alt="1.jpg">', "/img/0/445/445371/4070462.jpg"),
        ('<img src="/u/cms/202207/07112230ig4h.png" style="width: 456px; height: 207px;">', "/07112230ig4h.png"),
        ('<img src="/images/loading.gif" data-original="/upload/1.png">', "/upload/1.png"),
        ('<img src="/images/spacer.gif" data-src="/upload/1.png">', "/upload/1.png"),
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-lazy-src="/upload/1.png">', "/upload/1.png"),
        ('<img src="" _src="/upload/1.png">', "/upload/1.png"),
        ('<img oldsrc="W0202003.png">', "W0202003.png"),
        ('<a href="/upload/large.jpg"><img src="/upload/small.jpg"></a>', "/upload/small.jpg"),
        ('<a href="javascript:void(0)"><img src="/upload/1.png" width="600" height="400"></a>', "/upload/1.png"),
        ('<img src="/ueditor/jsp/upload/image/20200310/1583.png">', "/ueditor/jsp/upload/image/20200310/1583.png"),
        ('<img src="/statics/upload/flow.png">', "/statics/upload/flow.png"),
        ('<table><tr><td><img src="/upload/1.png"></td></tr></table>', "/upload/1.png"),
    ],
)  # fmt: skip
def test_a_picture_of_the_body_is_found_where_it_lies(tag: str, path: str) -> None:
    assert addresses(f"<p>{tag}</p>")[0].endswith(path)
    assert len(addresses(f"<p>{tag}</p>")) == 1


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="/assets/images/files2/doc.gif" border="0">',
        '<a href="/f/1.docx"><img src="/upload/20200310.png"></a>',
        '<a href="/f/1.docx"><img src="/images/icon_doc.gif">附件</a>',
        '<img src="/zcfgk/xhtml/images/print.jpg" width="38" height="35">',
        '<a class="xxgk-download-btn"><img src="/zcfgk/xhtml/images/downlod.png"></a>',
        '<img src="http://www.example.com/images/syicon/space.gif" width="24" height="24">',
        '<img src="/statics/wwwbjq/_ueditor/themes/default/images/spacer.gif" width="61" height="17">',
        '<img src="/ueditor/dialogs/attachment/fileTypeImages/icon_pdf.gif">',
        '<img src="/ueditor/dialogs/emotion/images/jx2/j_0003.gif">',
        '<img src="/count.jsp?id=7" width="1" height="1">',
        '<img src="/upload/20200310/line.png" height="2" width="600">',
        '<img src="/images/logo.png">',
        '<img src="/images/weixin.png">',
        '<img src="/images/guide.svg">',
        '<img src="file:///C:/Users/a/1.png">',
        '<img src="data:image/png;base64,iVBORw0KGgo=">',
        '<img src="/images/loading.gif">',
        '<img src="">',
        "<img>",
        '<div style="display:none"><img src="/upload/1.png"></div>',
        '<div class="bdsharebuttonbox"><img src="/upload/20200310.png"></div>',
        '<div class="qrcode"><img src="/upload/20200310.png"></div>',
        '<div id="share-box"><p><img src="/upload/20200310.png"></p></div>',
    ],
)
def test_what_decorates_a_page_is_no_picture(tag: str) -> None:
    assert addresses(f"<p>{tag}</p>") == []


def test_an_ornament_that_is_repeated_is_no_picture() -> None:
    assert addresses('<p><img src="/upload/20200310.png">一</p>' * 3 + '<p><img src="/upload/1.png"></p>') == [
        "http://www.example.gov.cn/upload/1.png"
    ]


def test_pictures_around_the_body_are_the_sites() -> None:
    assert addresses("", '<div class="header"><img src="/upload/banner.jpg" width="1200" height="200"></div>') == []


def test_a_picture_is_called_as_the_page_calls_it() -> None:
    named = reading(
        '<p><img src="/u/1.png" alt="办理流程图"><img src="/u/2.png" title="印章页" alt="">'
        '<img src="/u/3.png" alt="图"><img src="/u/4.png" picname="微信图片.png" alt=""></p>'
    )
    assert [picture.name for picture in named.pictures] == ["办理流程图", "印章页", "3.png", "微信图片.png"]


def test_each_address_counts_once_and_not_more_than_three_hundred() -> None:
    assert len(addresses('<p><img src="/u/1.png"><img src="/u/1.png" alt="图"></p>')) == 1
    assert len(addresses("".join(f'<p><img src="/u/{n}.png"></p>' for n in range(400)))) == 300


def test_a_page_with_pictures_reads_as_without() -> None:
    with_one, without = reading('<p><img src="/u/1.png"></p>'), reading("")
    assert with_one.text == without.text
    assert with_one.attachments == without.attachments == ()


# ---------------------------------------------------------------- the pictures themselves


def written(image: Image.Image, kind: str, **how: object) -> bytes:
    target = BytesIO()
    image.save(target, kind, **how)  # type: ignore[arg-type]
    return target.getvalue()


def gradient(mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").convert(mode)


def pixels(payload: bytes) -> str:
    return read(payload, {}, Rule()).metadata[PIXELS]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("WEBP", "webp"), ("TIFF", "tif")],
)
def test_a_picture_is_known_by_its_first_bytes(kind: str, name: str) -> None:
    payload = written(gradient(), kind)
    assert sniff(payload, {"content-type": "text/html"}) == name
    assert read(payload, {}, Rule()).metadata[DIMENSIONS] == "256×256"


def test_what_a_picture_shows_is_the_same_however_it_was_stored() -> None:
    stored = [
        written(gradient(), "PNG"),
        written(gradient(), "PNG", compress_level=0),
        written(gradient("L"), "PNG"),
        written(gradient("L").convert("P"), "PNG"),
        written(gradient(), "BMP"),
        written(gradient(), "WEBP", lossless=True),
    ]
    assert len(set(stored)) == len(stored)
    assert len({pixels(payload) for payload in stored}) == 1
    other = gradient()
    other.putpixel((200, 100), (255, 0, 0))
    assert pixels(written(other, "PNG")) != pixels(stored[0])


def test_a_picture_that_moves_is_known_by_its_bytes() -> None:
    frames = [Image.new("L", (64, 64), shade) for shade in (0, 255)]
    payload = written(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert pixels(payload).startswith("sha256:")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_half_a_picture_is_damaged(kind: str) -> None:
    payload = written(gradient(), kind)
    document = read(payload[: len(payload) // 2], {}, Rule())
    assert document.problem.code == "corrupt"
    assert document.metadata[PIXELS].startswith("sha256:")


def test_a_picture_as_an_attachment_has_no_text() -> None:
    document = read(written(gradient(), "PNG"), {}, Rule())
    assert (document.problem.code, document.text, document.media_type) == ("unsupported", "", "image/png")


def test_an_enormous_picture_is_not_unpacked() -> None:
    document = read(written(Image.new("1", (30_000, 30_000)), "PNG"), {}, Rule())
    assert document.metadata[PIXELS].startswith("sha256:")
    assert document.problem.code == "unsupported"
