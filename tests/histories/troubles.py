"""Answers that are not the notice: what a server gives while something is wrong with it or with the way to it.

A trouble holds for some visits in a row. `answer` gets the true answer and gives the one that is sent. Issues on
reading add their own with `@trouble`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from html import escape
from random import Random

from attrs import evolve, frozen

from tests.histories.truth import Truth


class Send(StrEnum):
    """What happens on the wire."""

    WHOLE = "whole"
    HANG = "hang"  # nothing, until the client gives up
    RESET = "reset"  # the connection is torn down
    SHORT = "short"  # Content-Length promises more than comes


@frozen
class Answer:
    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    send: Send = Send.WHOLE
    true: bool = False
    """The bytes are the truth's, whole."""
    label: str = ""


Change = Callable[[Random, Answer, Truth], Answer]


@frozen
class Trouble:
    name: str
    answer: Change
    longest: int = 2
    """Visits in a row."""
    page: bool = True
    file: bool = True
    """Which documents it can befall."""
    host: bool = False
    """All of the host: robots.txt answers with it too."""
    conditional: bool = False
    """Only conditional requests get it."""
    weight: int = 2


ALL: dict[str, Trouble] = {}


def trouble(
    name: str,
    longest: int = 2,
    page: bool = True,
    file: bool = True,
    host: bool = False,
    conditional: bool = False,
    weight: int = 2,
) -> Callable[[Change], Change]:
    def add(answer: Change) -> Change:
        ALL[name] = Trouble(name, answer, longest, page, file, host, conditional, weight)
        return answer

    return add


def shell(title: str, body: str, head: str = "") -> bytes:
    top = '<div class="header"><a href="/">网站首页</a><a href="/zwgk/">政务公开</a></div>'
    foot = '<div class="footer">主办：演示部办公厅　网站标识码：bm99000001</div>'
    return f"{_head(title, head)}<body>{top}{body}{foot}</body></html>".encode()


def _head(title: str, more: str = "") -> str:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{more}</head>'


def _page(status: int, body: bytes) -> Answer:
    return Answer(status, body)


@trouble("status-500")
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(500, b"<html><body><h1>500 Internal Server Error</h1></body></html>")


@trouble("status-502")
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>")


@trouble("status-403")
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(403, shell("禁止访问", "<h1>403</h1><p>您没有权限访问该页面。</p>"))


@trouble("status-404", longest=1)
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(404, shell("页面不存在", "<p>您访问的页面不存在。</p>"))


@trouble("hang", longest=1, weight=1, file=False)
def _(_rng: Random, true: Answer, _truth: Truth) -> Answer:
    return evolve(true, send=Send.HANG, true=False)


@trouble("reset")
def _(_rng: Random, true: Answer, _truth: Truth) -> Answer:
    return evolve(true, send=Send.RESET, true=False)


@trouble("empty", longest=3)
def _(_rng: Random, true: Answer, _truth: Truth) -> Answer:
    return evolve(true, body=b"", true=False, headers=())


@trouble("soft-404", longest=3)
def _(rng: Random, _true: Answer, _truth: Truth) -> Answer:
    said = rng.choice(
        (
            "<h2>抱歉，您访问的页面不存在或已删除！</h2><p>3秒后自动返回首页</p>",
            "<div class='TRS_Editor'><p>您要查看的信息不存在，可能已被删除。</p></div>",
            "<div id='zoom'>对不起，没有找到您要访问的内容。</div>",
        )
    )
    return _page(200, shell("提示信息", said))


@trouble("home-page", longest=3)
def _(rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(200, home(rng))


def home(rng: Random) -> bytes:
    from tests.histories.furniture import NEWS

    items = "".join(f'<li><a href="/xw/{n}.html">{title}</a></li>' for n, title in enumerate(rng.sample(NEWS, 12)))
    return shell(
        "演示政府网",
        f'<h2>要闻</h2><ul>{items}</ul><h2>通知公告</h2><ul>{items}</ul><div class="sous">请输入关键字</div>',
    )


@trouble("redirect-home", longest=3)
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return Answer(302, b"", headers=(("Location", "/"),))


@trouble("redirect-elsewhere", longest=3)
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    """A log-in on a host that nobody declared."""
    return Answer(302, b"", headers=(("Location", "http://127.39.1.1:9/login?back=1"),))


@trouble("challenge", longest=4)
def _(rng: Random, _true: Answer, _truth: Truth) -> Answer:
    token = f"{rng.getrandbits(256):064x}"
    script = (
        f"<script>var __tst_status='{token}';document.cookie='EO_Bot_Ssid='+__tst_status;location.reload();</script>"
    )
    return _page(200, f"<!DOCTYPE html><html><head><meta charset=utf-8>{script}</head><body></body></html>".encode())


@trouble("js-shell", longest=3)
def _(_rng: Random, _true: Answer, truth: Truth) -> Answer:
    head = '<script src="/static/js/app.3f2a.js" defer></script>'
    page = f'{_head(truth.title, head)}<body><div id="app"></div></body></html>'
    return _page(200, page.encode())


def _cut(rng: Random, true: Answer) -> bytes:
    return true.body[: rng.randrange(len(true.body))] if true.body else b""


@trouble("cut", weight=5)
def _(rng: Random, true: Answer, _truth: Truth) -> Answer:
    """Any byte may be the last, and Content-Length says so: an upstream broke off and a cache kept what it had."""
    return evolve(true, body=_cut(rng, true), true=False)


@trouble("cut-short", weight=3)
def _(rng: Random, true: Answer, _truth: Truth) -> Answer:
    return evolve(true, body=_cut(rng, true), send=Send.SHORT, true=False)


@trouble("garbled", file=False)
def _(rng: Random, true: Answer, _truth: Truth) -> Answer:
    text = true.body.decode("utf-8", "replace")
    if rng.random() < 0.5:
        return evolve(true, body=text.encode("utf-8").decode("gb18030", "replace").encode("utf-8"), true=False)
    return evolve(true, body=text.encode("ascii", "replace"), true=False)


@trouble("other-article", file=False)
def _(rng: Random, true: Answer, truth: Truth) -> Answer:
    """A neighbour in the same form: another title, number and date, other sentences, no files."""
    text = true.body.decode("utf-8", "replace").replace(
        truth.title, f"演示部关于举办第{rng.randint(2, 9)}届样本技能竞赛的公告"
    )
    text = text.replace(truth.number, f"演赛发〔2021〕{rng.randint(1, 60)}号").replace(
        "各省、自治区、直辖市有关部门：", "各参赛单位："
    )
    for old, new in zip(truth.paragraphs, other_paragraphs(rng), strict=False):
        text = text.replace(escape(old), new)
    for old in truth.paragraphs:
        text = text.replace(escape(old), "")
    for file in truth.files:
        text = text.replace(escape(file.link), "").replace(file.path, "/xw/")
    return evolve(true, body=text.encode(), true=False)


def other_paragraphs(rng: Random) -> list[str]:
    """An announcement of a contest."""
    lines = [
        "为选拔优秀选手，定于今年秋季举办样本技能竞赛，现将有关安排公告如下。",
        "竞赛设钳工、电工、焊工三个项目，分初赛和决赛两个阶段。",
        f"报名截止时间为9月{rng.randint(1, 30)}日，逾期不再受理。",
        "参赛选手须年满十八周岁，持有相应职业资格证书。",
        f"决赛设一等奖{rng.randint(1, 3)}名、二等奖{rng.randint(4, 6)}名，颁发奖杯和证书。",
        "比赛期间食宿由承办单位统一安排，交通费自理。",
        "裁判组由行业专家组成，评分规则另行公布。",
        "选手应当自备工装和护目镜，服从赛场调度。",
    ]
    rng.shuffle(lines)
    return lines


@trouble("maintenance", longest=3)
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(
        200,
        shell("系统维护", "<div class='TRS_Editor'><p>系统维护中，预计三日内恢复，给您带来不便敬请谅解。</p></div>"),
    )


@trouble("robots-503", file=False, host=True, longest=1)
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(503, b"<html><body>503 Service Unavailable</body></html>")


@trouble("html-for-file", page=False, longest=3)
def _(_rng: Random, _true: Answer, _truth: Truth) -> Answer:
    return _page(200, shell("下载提示", "<p>文件不存在或已被移除，请联系管理员。</p>"))


@trouble("false-304", conditional=True, longest=12, weight=3)
def _(_rng: Random, true: Answer, _truth: Truth) -> Answer:
    """A cache that never looks again; it names no validators, so that the client keeps those it has."""
    return evolve(true, status=304, body=b"", headers=(), true=False)
