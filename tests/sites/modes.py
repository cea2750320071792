"""Nasty answers, each as seen on real Chinese government sites or named in the limits of the crawl.

A mode is a function of the handler and the page that stands under the address. All text is ours (演示样本).
"""

from __future__ import annotations

import gzip
import hashlib
import random
import re
import socket
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.sites.server import Page, _Handler

Mode = Callable[["_Handler", "Page"], None]
MODES: dict[str, Mode] = {}
HTML_PLAIN = "text/html"
SOFT_404 = (
    "您访问的页面不存在或已删除！",
    "抱歉，您所查看的页面找不到了。请检查网址是否正确，或返回首页。",
    "404 Not Found：对不起，您请求的文件不存在。",
    "该信息已被删除或者正在审核中，3秒后自动跳转到网站首页。",
    "很遗憾，因您的浏览器版本过低或页面已经下线，无法为您显示内容。页面无法访问",
)
SLICE = b"x" * 65536


def mode(name: str) -> Callable[[Mode], Mode]:
    def register(function: Mode) -> Mode:
        MODES[name] = function
        return function

    return register


def html(title: str, body: str) -> bytes:
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>".encode()


def error_page(status: str) -> bytes:
    return html(f"{status} Error", f"<center><h1>{status}</h1></center><hr><center>nginx</center>")


def plain_page() -> bytes:
    return html("演示页面", "<h1>演示页面</h1><p>演示样本：这里没有别的内容。</p>")


def text_of(page: Page) -> str:
    """The body as text: utf-8, else gb18030."""
    try:
        return page.body.decode()
    except UnicodeDecodeError:
        return page.body.decode("gb18030", "replace")


# ---------------------------------------------------------------- it answers, but not with the notice


@mode("empty-200")
def empty(handler: _Handler, page: Page) -> None:
    handler.reply(200, b"")


def _soft_404(wording: str) -> Mode:
    def answer(handler: _Handler, page: Page) -> None:
        handler.reply(200, html("提示信息", f'<div class="error"><p>{wording}</p><a href="/">返回首页</a></div>'))

    return answer


for _number, _wording in enumerate(SOFT_404, 1):
    MODES[f"soft-404-{_number}"] = _soft_404(_wording)


@mode("challenge-1")
def challenge_obfuscated(handler: _Handler, page: Page) -> None:
    """200, one obfuscated script, other bytes on every answer."""
    noise = "".join(random.choices("0123456789abcdef", k=900))
    script = f'var _0x{noise[:6]}="{noise}";document.cookie="__tst_status="+{random.randrange(10**9)}+"#;";'
    script += 'document.cookie="EO_Bot_Ssid="+(0x1000*3)+";";location.reload();'
    handler.reply(200, f"<html><head></head><body><script>{script}</script></body></html>".encode(), "text/html")


@mode("challenge-2")
def challenge_521(handler: _Handler, page: Page) -> None:
    """521 with a script that sets a cookie (加速乐)."""
    cookie = f"('_')+('_')+('jsl_clearance_s')+('=')+({random.random()}+'')"
    body = f"<script>document.cookie={cookie};location.href=location.pathname+location.search</script>"
    handler.reply(521, body.encode(), "text/html", {"Set-Cookie": f"__jsluid_s={random.randbytes(16).hex()}; path=/"})


@mode("challenge-3")
def challenge_412(handler: _Handler, page: Page) -> None:
    """412 with a script shell (瑞数)."""
    code = f'$_ts.nsd={random.randrange(10**5)};$_ts.cd="{random.randbytes(300).hex()}";'
    script = f'<script>$_ts=window["$_ts"];if(!$_ts)$_ts={{}};{code}</script>'
    meta = f'<meta id="x" content="{random.randbytes(40).hex()}">'
    body = f"<!DOCTYPE html><html><head>{meta}{script}</head><body></body></html>"
    handler.reply(412, body.encode(), "text/html; charset=utf-8")


@mode("maintenance")
def maintenance(handler: _Handler, page: Page) -> None:
    handler.reply(
        200,
        html(
            "系统维护",
            "<h2>系统维护公告</h2><p>为提供更好的服务，本网站正在进行系统升级维护，暂停访问，请稍后再试。</p>",
        ),
    )


@mode("elsewhere")
def elsewhere(handler: _Handler, page: Page) -> None:
    """Another article under the same address."""
    body = "<p>为丰富干部职工文化生活，定于下月举办摄影作品展览。请各单位组织报名。每人限报三幅作品。</p>" * 20
    handler.reply(
        200, html("关于举办摄影作品展览的通知", f"<h1>关于举办摄影作品展览的通知</h1><div id='content'>{body}</div>")
    )


@mode("flipping")
def flipping(handler: _Handler, page: Page) -> None:
    """Two servers behind one address, one with another text: every second answer, beginning with the other."""
    other = text_of(page).replace("。", "（另稿）。").encode()
    handler.reply_page(page, other if page.served % 2 else page.body)


@mode("salted")
def salted(handler: _Handler, page: Page) -> None:
    """A file that is made anew for each visitor: other bytes in every answer."""
    handler.reply_page(page, page.body + b"\n%% %d" % page.served)


@mode("rotating")
def rotating(handler: _Handler, page: Page) -> None:
    """A banner that is another one at every visit."""
    handler.reply_page(page, re.sub(rb"/banner/\d+", b"/banner/%d" % page.served, page.body))


@mode("home")
def home(handler: _Handler, page: Page) -> None:
    handler.reply(302, b"", HTML_PLAIN, {"Location": "/"})


def home_page() -> bytes:
    links = "".join(f'<li><a href="/c{n}/">栏目{n}</a></li>' for n in range(40))
    return html("演示部门户网站", f"<h1>演示部</h1><ul>{links}</ul>")


@mode("login")
def login(handler: _Handler, page: Page) -> None:
    handler.reply(302, b"", HTML_PLAIN, {"Location": f"/login.jsp?service={quote(handler.path, safe='')}"})


def login_page() -> bytes:
    return html("统一身份认证", "<form>用户名<input><br>密码<input type=password><button>登录</button></form>")


# ---------------------------------------------------------------- the wire


@mode("truncated")
def truncated(handler: _Handler, page: Page) -> None:
    """Content-Length says more than what comes."""
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type)
    handler.send_header("Content-Length", str(len(page.body)))
    handler.end_headers()
    handler.wfile.write(page.body[: len(page.body) // 2])
    handler.close_connection = True


@mode("truncated-chunked")
def truncated_chunked(handler: _Handler, page: Page) -> None:
    """The closing chunk never comes."""
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    half = page.body[: len(page.body) // 2]
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))
    handler.close_connection = True


@mode("chunked-gzip")
def chunked_gzip(handler: _Handler, page: Page) -> None:
    """A sound answer, compressed unasked and in chunks."""
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    packed = gzip.compress(page.body, mtime=0)
    for start in range(0, len(packed), 700):
        part = packed[start : start + 700]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
    handler.wfile.write(b"0\r\n\r\n")


@mode("reset")
def reset(handler: _Handler, page: Page) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


@mode("silent")
def silent(handler: _Handler, page: Page) -> None:
    """The connection stands, nothing comes."""
    handler.server.site.stopping.wait(60)
    handler.close_connection = True


@mode("slow-drip")
def slow_drip(handler: _Handler, page: Page) -> None:
    """A byte at a time: never idle, never done."""
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type)
    handler.send_header("Content-Length", str(len(page.body)))
    handler.end_headers()
    for byte in page.body:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        if handler.server.site.stopping.wait(0.05):
            break
    handler.close_connection = True


@mode("redirect-loop")
def redirect_loop(handler: _Handler, page: Page) -> None:
    step = re.search(r"[?&]step=(\d+)", handler.path)
    path = handler.path.split("?")[0]
    handler.reply(302, b"", HTML_PLAIN, {"Location": f"{path}?step={int(step[1]) + 1 if step else 1}"})


@mode("redirect-self")
def redirect_self(handler: _Handler, page: Page) -> None:
    """To itself, whatever cookies come."""
    handler.reply(302, b"", HTML_PLAIN, {"Location": handler.path})


@mode("redirect-self-cookie")
def redirect_self_cookie(handler: _Handler, page: Page) -> None:
    """To itself until the cookie comes back: a sound page for whoever keeps cookies."""
    if "visited=1" in handler.headers.get("Cookie", ""):
        handler.reply_page(page)
    else:
        handler.reply(302, b"", HTML_PLAIN, {"Location": handler.path, "Set-Cookie": "visited=1; Path=/"})


@mode("redirect-private")
def redirect_private(handler: _Handler, page: Page) -> None:
    handler.reply(302, b"", HTML_PLAIN, {"Location": "http://169.254.169.254/latest/meta-data/"})


@mode("gzip-bomb")
def gzip_bomb(handler: _Handler, page: Page) -> None:
    """100 MB of zeros in 100 KB."""
    handler.reply(200, _bomb(), page.content_type, {"Content-Encoding": "gzip"})


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(100)]) + packer.flush()


@mode("huge-60mb")
def huge(handler: _Handler, page: Page) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(60 * 16):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(SLICE), SLICE))
    handler.wfile.write(b"0\r\n\r\n")


@mode("huge-declared")
def huge_declared(handler: _Handler, page: Page) -> None:
    """The size is known before the body."""
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type)
    handler.send_header("Content-Length", str(60 * 16 * len(SLICE)))
    handler.end_headers()
    for _ in range(60 * 16):
        handler.wfile.write(SLICE)


# ---------------------------------------------------------------- odd bytes, the notice all the same


def _without_charset(text: str) -> str:
    return re.sub(r"""<meta[^>]*charset[^>]*>""", "", text, flags=re.IGNORECASE)


@mode("wrong-charset")
def wrong_charset(handler: _Handler, page: Page) -> None:
    """gb18030 bytes that the header calls utf-8."""
    handler.reply(200, _without_charset(text_of(page)).encode("gb18030"), "text/html; charset=utf-8")


@mode("no-charset")
def no_charset(handler: _Handler, page: Page) -> None:
    handler.reply(200, _without_charset(text_of(page)).encode("gb18030"), "text/html")


@mode("nul-bytes")
def nul_bytes(handler: _Handler, page: Page) -> None:
    """NUL and invalid bytes between the tags and in the text."""
    body = page.body.replace(b"</p>", b"\x00\x00</p>\xff\xfe", 3).replace(b"<body", b"\x00<body", 1)
    handler.reply(200, body, page.content_type)


@mode("garbled")
def garbled(handler: _Handler, page: Page) -> None:
    """Decoded with the wrong table by the server and sent as utf-8 (锟斤拷)."""
    text = re.sub(r"[^\x00-\x7f]+", lambda m: m[0].encode().decode("gb18030", "replace"), text_of(page))
    handler.reply(200, text.encode("utf-8", "replace"), "text/html; charset=utf-8")


@mode("deep-html")
def deep_html(handler: _Handler, page: Page) -> None:
    body = re.sub(rb"(<body[^>]*>)", rb"\1" + b"<div>" * 50_000, page.body, count=1)
    handler.reply(200, body.replace(b"</body>", b"</div>" * 50_000 + b"</body>"), page.content_type)


@mode("word-html")
def word_html(handler: _Handler, page: Page) -> None:
    """200,000 characters of Word's style soup around the same text."""
    style = "mso-bidi-font-size:16.0pt;font-family:仿宋_GB2312;mso-hansi-font-family:宋体"
    soup = f'<span lang="EN-US" style="{style}"><o:p></o:p></span>'
    text = text_of(page)
    per_paragraph = soup * max(1, 200_000 // len(soup) // max(1, text.count("</p>")))
    handler.reply(200, text.replace("</p>", f"{per_paragraph}</p>").encode(), "text/html; charset=utf-8")


@mode("private-link")
def private_link(handler: _Handler, page: Page) -> None:
    """The page links to files on private addresses."""
    links = "".join(
        f'<p><a href="{url}">附件：{n}.docx</a></p>'
        for n, url in enumerate(
            ("http://10.0.0.1/a.docx", "http://169.254.169.254/b.docx", "http://localhost:1/c.docx")
        )
    )
    text = text_of(page)
    cut = text.rfind("</p>") + 4
    handler.reply(200, (text[:cut] + links + text[cut:]).encode(), "text/html; charset=utf-8")


@mode("any-query")
def any_query(handler: _Handler, page: Page) -> None:
    """A file server that gives the file by its name, whatever signature stands around it; it knows validators."""
    name = re.split("[?;]", handler.path)[0].rpartition("/")[2]
    whole = handler.server.site.page(handler.server.server_address[:2], f"/{name}")
    if whole:
        handler.reply_page(whole)
    else:
        handler.reply(404, error_page("404"))


@mode("signed-anew")
def signed_anew(handler: _Handler, page: Page) -> None:
    """A page that signs its links at each answer: SIGNATURE and MOMENT in it are other ones every time."""
    drawn = hashlib.sha256(f"{page.served}".encode()).hexdigest()[:32]
    body = page.body.replace(b"SIGNATURE", drawn.encode()).replace(b"MOMENT", str(1_790_000_000 + page.served).encode())
    handler.reply(200, body, page.content_type)
