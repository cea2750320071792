"""What may happen to a page between two visits, as named seeded mutations.

Noise must give nothing; each edit must give one change of the right kind.

A mutation takes a Case and a random.Random and gives the Case of the second visit, or None where it does not apply (no
table, no attachment). It edits the bytes' text as a server would, knowing nothing of how pages are read.
"""

# ruff: noqa: E501 (markup as sites write it)

from __future__ import annotations

import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from html import escape

from attrs import evolve, frozen
from lxml import etree

from archive.model import Kind


@frozen
class Case:
    """A page with its files, as one visit finds it."""

    name: str
    url: str
    html: str
    charset: str
    sentences: tuple[str, ...]
    """Sentences of its body that stand in the html in one piece, once."""
    files: Mapping[str, bytes]
    """Address as the page gives it (absolute) → payload."""
    links: tuple[str, ...] = ()
    """The hrefs of its files, verbatim."""

    def payload(self) -> bytes:
        return self.html.encode(self.charset, "xmlcharrefreplace")


Mutate = Callable[[Case, random.Random], Case | None]


@frozen
class Mutation:
    name: str
    expects: Kind | None
    quiet: bool
    mutate: Mutate


NOISE: list[Mutation] = []
EDITS: list[Mutation] = []


def noise(mutate: Mutate) -> Mutate:
    NOISE.append(Mutation(mutate.__name__.replace("_", " "), None, False, mutate))
    return mutate


def edit(kind: Kind, *, quiet: bool = False) -> Callable[[Mutate], Mutate]:
    def register(mutate: Mutate) -> Mutate:
        EDITS.append(Mutation(mutate.__name__.replace("_", " "), kind, quiet, mutate))
        return mutate

    return register


# ---------------------------------------------------------------- where to put it


def _before_body_text(case: Case, added: str) -> Case:
    """Into the article's box, in front of the block that holds its first sentence."""
    if not case.sentences:
        return _after_body_tag(case, added)
    at = case.html.index(case.sentences[0])
    starts = [m.start() for m in re.finditer(r"<(?:p|div|td|ucapcontent)[\s>]", case.html[:at], re.I)]
    if not starts or "<p" not in case.html[starts[-1] : starts[-1] + 2].lower():
        return _after_body_tag(case, added)
    return evolve(case, html=case.html[: starts[-1]] + added + case.html[starts[-1] :])


def _after_body_tag(case: Case, added: str) -> Case:
    found = re.search(r"<body[^>]*>", case.html, re.I)
    at = found.end() if found else 0
    return evolve(case, html=case.html[:at] + added + case.html[at:])


def _at_end(case: Case, added: str) -> Case:
    at = case.html.lower().rfind("</body>")
    at = at if at >= 0 else len(case.html)
    return evolve(case, html=case.html[:at] + added + case.html[at:])


def _replace(case: Case, old: str, new: str) -> Case | None:
    return evolve(case, html=case.html.replace(old, new)) if case.html.count(old) == 1 and old != new else None


def _sentence(case: Case, chance: random.Random, pattern: str = ".") -> str | None:
    fitting = [sentence for sentence in case.sentences if re.search(pattern, sentence)]
    return chance.choice(fitting) if fitting else None


# ---------------------------------------------------------------- noise


@noise
def view_counter(case: Case, chance: random.Random) -> Case:
    return _before_body_text(case, f"<p class='hits'>浏览次数：<span>{chance.randrange(10**6)}</span> 次</p>")


@noise
def view_counter_in_brackets(case: Case, chance: random.Random) -> Case:
    return _before_body_text(case, f"<p>【阅读量：{chance.randrange(10**5)}】</p>")


@noise
def todays_date(case: Case, chance: random.Random) -> Case:
    return _after_body_tag(
        case,
        f"<div>今天是2026年{chance.randint(1, 12)}月{chance.randint(1, 28)}日 星期{chance.choice('一二三四五')}</div>",
    )


@noise
def todays_date_in_the_article(case: Case, chance: random.Random) -> Case:
    return _before_body_text(
        case,
        f"<p>今天是：2026年{chance.randint(1, 12)}月{chance.randint(1, 28)}日 星期{chance.choice('一二三四五')}</p>",
    )


@noise
def weather(case: Case, chance: random.Random) -> Case:
    return _after_body_tag(
        case,
        f"<div class='tq'>北京 {chance.choice(['晴', '多云', '小雨'])} {chance.randint(-9, 9)}℃～{chance.randint(10, 20)}℃</div><iframe src='//tq.example/i?{chance.random()}'></iframe>",
    )


@noise
def related_links_grow(case: Case, chance: random.Random) -> Case:
    entries = "".join(
        f"<li><a href='/jd/t{n}.html'>关于演示样本的第{n}篇解读</a></li>" for n in range(chance.randint(1, 9))
    )
    return _at_end(case, f"<div class='xgwz'><h3>相关政策</h3><ul>{entries}</ul></div>")


@noise
def share_widgets(case: Case, chance: random.Random) -> Case:
    return _before_body_text(
        case, f"<div class='share' data-k='{chance.random()}'>分享到：<a href='#'>微信</a> <a href='#'>微博</a></div>"
    )


@noise
def font_size_widgets(case: Case, chance: random.Random) -> Case:
    return _before_body_text(
        case, "<p>【字体：<a>大</a> <a>中</a> <a>小</a>】 <a href='javascript:print()'>打印本页</a></p>"
    )


@noise
def header_redesigned(case: Case, chance: random.Random) -> Case:
    menu = "".join(
        f"<li><a href='/{n}/'>{name}</a></li>"
        for n, name in enumerate(("首页", "机构概况", "政务公开", "互动交流", "数据"))
    )
    return _after_body_tag(
        case,
        f"<div class='header v{chance.randint(2, 9)}'><nav><ul>{menu}</ul></nav><form><input name='q'></form></div>",
    )


@noise
def footer_redesigned(case: Case, chance: random.Random) -> Case:
    return _at_end(
        case,
        f"<div class='footer'><p>主办：演示单位　网站标识码：bm{chance.randrange(10**8)}</p><p>京ICP备{chance.randrange(10**8)}号</p><p>联系我们</p></div>",
    )


@noise
def attributes_reordered(case: Case, chance: random.Random) -> Case:
    def shuffled(found: re.Match[str]) -> str:
        attributes = re.findall(r"[\w:-]+=(?:\"[^\"]*\"|'[^']*')", found[2])
        if re.sub(r"\s|/", "", re.sub(r"[\w:-]+=(?:\"[^\"]*\"|'[^']*')", "", found[2])):
            return found[0]  # something else stands among them
        chance.shuffle(attributes)
        return f"<{found[1]} {' '.join(attributes)}{'/' if found[2].rstrip().endswith('/') else ''}>"

    return evolve(case, html=re.sub(r"<(\w+)((?:\s+[\w:-]+=(?:\"[^\"]*\"|'[^']*')){2,}\s*/?)>", shuffled, case.html))


@noise
def nonces(case: Case, chance: random.Random) -> Case:
    token = f"{chance.getrandbits(64):x}"
    case = _after_body_tag(
        case, f"<script nonce='{token}'>window._t='{token}'</script><!-- served by web{chance.randint(1, 9)} -->"
    )
    return _at_end(case, f"<input type='hidden' name='csrf' value='{token}'>")


@noise
def script_and_style_in_the_article(case: Case, chance: random.Random) -> Case:
    return _before_body_text(
        case,
        f"<style>.x{chance.randrange(99)}{{color:red}}</style><script>var hits={chance.randrange(10**6)};</script>",
    )


@noise
def white_space_between_tags(case: Case, chance: random.Random) -> Case:
    return evolve(
        case,
        html=re.sub(
            r"(</(?:p|div|tr|td|li|table)>)",
            lambda m: m[1] + chance.choice(["\n", "\r\n\t", "  ", ""]),
            case.html,
            flags=re.I,
        ),
    )


@noise
def paragraphs_indented(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance)
    return _replace(case, sentence, f"　　{sentence}&nbsp; ") if sentence else None


@noise
def font_soup(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, ".{8}")
    if not sentence:
        return None
    at = chance.randint(2, len(sentence) - 2)
    soup = f"<font face='仿宋'>{sentence[:at]}</font><span style='FONT-SIZE: 16pt'><font>{sentence[at:]}</font></span>"
    return _replace(case, sentence, soup)


@noise
def zero_width_characters(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, ".{8}")
    return _replace(case, sentence, f"{sentence[:4]}\u200b\ufeff{sentence[4:]}") if sentence else None


@noise
def full_width_digits(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, r"\d")
    return (
        _replace(case, sentence, sentence.translate(str.maketrans("0123456789", "０１２３４５６７８９")))
        if sentence
        else None
    )


@noise
def session_ids_in_links(case: Case, chance: random.Random) -> Case:
    session = f"{chance.getrandbits(128):032X}"
    html = re.sub(
        r"(href=[\"'])([^\"'#]+\.(?:docx?|xlsx?|pdf|zip))([\"'])",
        lambda m: f"{m[1]}{m[2]};jsessionid={session}{m[3]}",
        case.html,
    )
    html = re.sub(r"(href=[\"'])([^\"'#;]+\.s?html?)([\"'])", lambda m: f"{m[1]}{m[2]}?sid={session}{m[3]}", html)
    return evolve(case, html=html)


@noise
def download_counter_at_the_file(case: Case, chance: random.Random) -> Case | None:
    if not case.links:
        return None
    end = case.html.find("</a>", case.html.rindex(case.links[0])) + len("</a>")
    return (
        evolve(case, html=f"{case.html[:end]}（下载次数：{chance.randrange(10**5)}）{case.html[end:]}")
        if end > 4
        else None
    )


@noise
def time_of_day_of_publication(case: Case, chance: random.Random) -> Case | None:
    clock = re.search(r"(\d{4}[-年]\d{1,2}[-月]\d{1,2}日?[ T-]?)(\d{1,2}:\d{2})(:\d{2})?", case.html)
    if not clock:
        return None
    return evolve(
        case,
        html=case.html.replace(
            clock[0], f"{clock[1]}{chance.randint(8, 20):02}:{chance.randint(0, 59):02}{clock[3] or ''}"
        ),
    )


@noise
def metas_shuffled(case: Case, chance: random.Random) -> Case | None:
    metas = re.findall(r"<meta\s+name=[^>]*>", case.html, re.I)
    if len(metas) < 2:
        return None
    shuffled = metas[:]
    chance.shuffle(shuffled)
    spare = iter(shuffled)
    return evolve(case, html=re.sub(r"<meta\s+name=[^>]*>", lambda _: next(spare), case.html, flags=re.I))


@noise
def another_encoding(case: Case, chance: random.Random) -> Case | None:
    new = "gb18030" if case.charset == "utf-8" else "utf-8"
    label = "gb2312" if new == "gb18030" else "utf-8"
    if not re.search(r"charset=[\"']?[\w-]+", case.html, re.I):
        return None
    return evolve(case, html=re.sub(r"(charset=[\"']?)[\w-]+", rf"\g<1>{label}", case.html, flags=re.I), charset=new)


@noise
def serials_of_a_table_renumbered(case: Case, chance: random.Random) -> Case | None:
    shift = chance.randint(1, 40)
    rows = _html_rows(case)
    numbered = [row for row in rows if re.fullmatch(r"\s*\d+\s*", _cell_text(_cells(row)[0]))]
    if len(numbered) < 2:
        return None
    html = case.html
    for row in numbered:
        first = _cells(row)[0]
        changed = re.sub(r">(\s*)(\d+)(\s*)<", lambda m: f">{m[1]}{int(m[2]) + shift}{m[3]}<", first, count=1)
        html = html.replace(row, row.replace(first, changed, 1), 1)
    return evolve(case, html=html)


@noise
def https_instead_of_http(case: Case, chance: random.Random) -> Case | None:
    return evolve(case, url=case.url.replace("http:", "https:", 1)) if case.url.startswith("http:") else None


# ---------------------------------------------------------------- edits of the text


@edit(Kind.REVISED)
def one_digit(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, r"\d")
    if not sentence:
        return None
    at = chance.choice([m.start() for m in re.finditer(r"\d", sentence)])
    digit = str((int(sentence[at]) + chance.randint(1, 8)) % 10)
    return _replace(case, sentence, sentence[:at] + digit + sentence[at + 1 :])


@edit(Kind.REVISED)
def one_character(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, "[\u4e00-\u9fff]{6}")
    if not sentence:
        return None
    at = chance.choice([m.start() for m in re.finditer("[\u4e00-\u9fff]", sentence)])
    return _replace(case, sentence, sentence[:at] + ("甲" if sentence[at] != "甲" else "乙") + sentence[at + 1 :])


@edit(Kind.REVISED)
def must_becomes_may(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, "应当|必须|不得|要")
    return _replace(case, sentence, re.sub("应当|必须|不得|要", "可以", sentence, count=1)) if sentence else None


@edit(Kind.REVISED)
def one_punctuation_mark(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, "[，、]")
    swap = {"，": "、", "、": "，"}
    return _replace(case, sentence, re.sub("[，、]", lambda m: swap[m[0]], sentence, count=1)) if sentence else None


@edit(Kind.REVISED)
def sentence_removed(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, "。$")
    return _replace(case, sentence, "") if sentence and len(case.sentences) > 4 else None


@edit(Kind.REVISED)
def sentence_added(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, "。$")
    return _replace(case, sentence, f"{sentence}逾期不公开的，予以通报。") if sentence else None


@edit(Kind.REVISED)
def paragraph_added(case: Case, chance: random.Random) -> Case | None:
    sentence = _sentence(case, chance, "。$")
    at = case.html.find("</p>", case.html.index(sentence)) if sentence else -1
    if at < 0 or "</div>" in case.html[case.html.index(sentence) : at]:
        return None  # illegal markup: the next </p> closes something outside of the article
    return evolve(
        case,
        html=case.html[: at + 4] + f"<p>本通知自2027年{chance.randint(1, 12)}月1日起施行。</p>" + case.html[at + 4 :],
    )


@edit(Kind.REVISED)
def sentences_exchanged(case: Case, chance: random.Random) -> Case | None:
    long = [sentence for sentence in case.sentences if sentence.endswith("。")]
    if len(long) < 3:
        return None
    one, two = chance.sample(long, 2)
    return evolve(case, html=case.html.replace(one, "\0").replace(two, one).replace("\0", two))


@edit(Kind.REVISED)
def paragraph_moved(case: Case, chance: random.Random) -> Case | None:
    holding = [
        sentence
        for sentence in case.sentences
        if f">{sentence}</p>" in case.html or re.search(rf"<p[^>]*>\s*{re.escape(sentence)}", case.html)
    ]
    paragraphs = []
    for sentence in holding:
        at = case.html.index(sentence)
        start, end = case.html.rfind("<p", 0, at), case.html.find("</p>", at) + 4
        if start >= 0 and end > 4:
            paragraphs.append(case.html[start:end])
    paragraphs = list(dict.fromkeys(paragraphs))
    if len(paragraphs) < 3:
        return None
    last, moved = paragraphs[-1], chance.choice(paragraphs[:-2])
    if case.html.count(moved) != 1 or case.html.count(last) != 1:
        return None
    return evolve(case, html=case.html.replace(moved, "").replace(last, last + moved))


# ---------------------------------------------------------------- edits of tables


def _html_rows(case: Case) -> list[str]:
    """Rows of tables in the article that have the usual number of cells."""
    if not case.sentences:
        return []
    start = case.html.index(case.sentences[0])
    rows = [m[0] for m in re.finditer(r"<tr\b[^>]*>(?:(?!<table|<tr).)*?</tr>", case.html[start:], re.S | re.I)]
    rows = [row for row in rows if len(_cells(row)) >= 3 and case.html.count(row) == 1]
    rows = [row for row in rows if "rowspan" not in row]
    widths = Counter(len(_cells(row)) for row in rows)
    return [row for row in rows if len(_cells(row)) == widths.most_common(1)[0][0]]


def _cells(row: str) -> list[str]:
    return re.findall(r"<t[dh]\b[^>]*>.*?</t[dh]>", row, re.S | re.I)


def _cell_text(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell).strip()


@edit(Kind.REVISED)
def table_row_removed(case: Case, chance: random.Random) -> Case | None:
    rows = _html_rows(case)
    return _replace(case, chance.choice(rows), "") if len(rows) > 2 else None


@edit(Kind.REVISED)
def table_row_added(case: Case, chance: random.Random) -> Case | None:
    rows = _html_rows(case)
    if len(rows) < 2:
        return None
    row = chance.choice(rows)
    longest = max(_cells(row), key=lambda cell: len(_cell_text(cell)))
    return _replace(case, row, row + row.replace(_cell_text(longest), "新设事项的办理结果和救济途径", 1))


@edit(Kind.REVISED)
def table_cell_changed(case: Case, chance: random.Random) -> Case | None:
    rows = _html_rows(case)
    if not rows:
        return None
    row = chance.choice(rows)
    cell = chance.choice([c for c in _cells(row)[1:] if len(_cell_text(c)) > 3] or [""])
    text = _cell_text(cell)
    return _replace(case, row, row.replace(text, text[:-1] + "另行规定", 1)) if text and text in row else None


@edit(Kind.REVISED)
def tick_moved(case: Case, chance: random.Random) -> Case | None:
    for row in _html_rows(case):
        cells = _cells(row)
        texts = [_cell_text(cell) for cell in cells]
        if "√" in texts and texts[-1] in ("", "√"):
            one = len(texts) - 1 - texts[::-1].index("√")
            other = one - 1 if one and texts[one - 1] == "" else one + 1
            if other < len(texts) and texts[other] == "":
                cells[one], cells[other] = cells[other], cells[one]
                return _replace(case, row, f"<tr>{''.join(cells)}</tr>")
    return None


@edit(Kind.REVISED)
def table_row_moved(case: Case, chance: random.Random) -> Case | None:
    rows = _html_rows(case)
    if len(rows) < 4:
        return None
    first, last = rows[0], rows[-1]
    return evolve(case, html=case.html.replace(first, "").replace(last, last + first))


# ---------------------------------------------------------------- edits of metadata and address


@edit(Kind.REPEALED)
def no_longer_in_force(case: Case, chance: random.Random) -> Case | None:
    return _replace(case, "现行有效", "失效")


@edit(Kind.METADATA)
def index_number_changed(case: Case, chance: random.Random) -> Case | None:
    found = re.search(r"\b\d{9}/\d{4}-\d{5}\b", case.html)
    if not found:
        return None
    return evolve(case, html=case.html.replace(found[0], f"{found[0][:-5]}{chance.randrange(10**5):05}"))


@edit(Kind.MOVED)
def moved_to_another_address(case: Case, chance: random.Random) -> Case:
    base = re.sub(r"[^/]*$", "", case.url)
    html = re.sub(r"<head>", f"<head><base href='{escape(base)}'>", case.html, count=1)
    return evolve(case, url=case.url.replace("://www.", "://zwgk.").replace("/t20", "/xin/t20") + "?new", html=html)


# ---------------------------------------------------------------- edits of files


@edit(Kind.ATTACHMENT_ADDED)
def file_added(case: Case, chance: random.Random) -> Case | None:
    if not case.sentences:
        return None
    at = case.html.find("</p>", case.html.index(case.sentences[-1]))
    if at < 0:
        return None
    name = f"附件：补充说明材料（{chance.choice('甲乙丙')}类）.docx"
    return evolve(
        case,
        html=f"{case.html[: at + 4]}<p><a href='./P02026{chance.randrange(10**6)}.docx'>{name}</a></p>{case.html[at + 4 :]}",
    )


def _anchor(case: Case, href: str) -> str:
    found = re.search(rf"<a\b[^>]*{re.escape(href)}[^>]*>.*?</a>", case.html, re.S | re.I)
    return found[0] if found and case.html.count(found[0]) == 1 and case.html.count(href) == 1 else ""


@edit(Kind.ATTACHMENT_REMOVED)
def file_withdrawn(case: Case, chance: random.Random) -> Case | None:
    for href in case.links:
        if anchor := _anchor(case, href):
            # within a sentence only the link goes: without its name the sentence would be another one
            inline = "。" in case.html[case.html.index(anchor) : case.html.find("</p>", case.html.index(anchor))]
            return _replace(case, anchor, _cell_text(anchor) if inline else "")
    return None


@edit(Kind.ATTACHMENT_REPLACED)
def link_to_another_file(case: Case, chance: random.Random) -> Case | None:
    for href, (url, payload) in zip(case.links, case.files.items(), strict=False):
        changed = _docx_edit(payload, _other_words, chance)
        if changed and _anchor(case, href):
            new = (
                f"{href.rpartition('/')[0]}/P0{chance.randrange(10**8)}.docx".lstrip("/")
                if "/" in href
                else f"P0{chance.randrange(10**8)}.docx"
            )
            moved = url.replace(href.lstrip("./").rpartition("/")[2], new.rpartition("/")[2])
            return evolve(case, html=case.html.replace(href, new), files={moved: changed}, links=(new,))
    return None


def _other_file(words: Callable[[etree._Element, random.Random], bool]) -> Mutate:
    def mutate(case: Case, chance: random.Random) -> Case | None:
        for url, payload in case.files.items():
            changed = _docx_edit(payload, words, chance)
            if changed:
                return evolve(case, files={**case.files, url: changed})
        return None

    return mutate


@edit(Kind.ATTACHMENT_REPLACED)
def same_link_one_digit_in_the_file(case: Case, chance: random.Random) -> Case | None:
    return _other_file(_other_words)(case, chance)


@edit(Kind.ATTACHMENT_REPLACED)
def same_link_row_removed_from_the_file(case: Case, chance: random.Random) -> Case | None:
    return _other_file(_row_removed)(case, chance)


@edit(Kind.ATTACHMENT_REPLACED)
def same_link_tick_moved_in_the_file(case: Case, chance: random.Random) -> Case | None:
    return _other_file(_tick_moved)(case, chance)


@edit(Kind.ATTACHMENT_REPLACED)
def same_link_row_split_in_the_file(case: Case, chance: random.Random) -> Case | None:
    return _other_file(_row_split)(case, chance)


@edit(Kind.ATTACHMENT_REPLACED, quiet=True)
def file_renumbered_only(case: Case, chance: random.Random) -> Case | None:
    return _other_file(_renumbered)(case, chance)


@edit(Kind.ATTACHMENT_REPLACED, quiet=True)
def file_saved_again(case: Case, chance: random.Random) -> Case | None:
    return _other_file(lambda root, _: True)(case, chance)


@edit(Kind.ATTACHMENT_REPLACED, quiet=True)
def file_renamed(case: Case, chance: random.Random) -> Case | None:
    for href in case.links:
        anchor = _anchor(case, href)
        renamed = re.sub(r"(>[^<]*标准目录)([^<]*</a>)", r"\1（终稿）\2", anchor, count=1)
        if renamed != anchor:
            return _replace(case, anchor, renamed)
    return None


@edit(Kind.ATTACHMENT_REPLACED)
def two_files_swapped(case: Case, chance: random.Random) -> Case | None:
    if len(case.links) < 2:
        return None
    one, two = case.links[:2]
    return evolve(case, html=case.html.replace(one, "\0").replace(two, one).replace("\0", two))


# ---------------------------------------------------------------- inside a .docx

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _docx_edit(
    payload: bytes, words: Callable[[etree._Element, random.Random], bool], chance: random.Random
) -> bytes | None:
    """The file with its document.xml edited, saved anew; None when it is no .docx or the edit does not apply."""
    if not payload.startswith(b"PK"):
        return None
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if "word/document.xml" not in members:
        return None
    root = etree.fromstring(members["word/document.xml"])
    if not words(root, chance):
        return None
    members["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 23, chance.randint(0, 23), 0, 0)), data)
    return saved.getvalue()


def _data_rows(root: etree._Element) -> list[etree._Element]:
    rows = list(root.iter(f"{_W}tr"))
    width = max((len(row.findall(f"{_W}tc")) for row in rows), default=0)
    return [row for row in rows if len(row.findall(f"{_W}tc")) == width][2:]


def _text(element: etree._Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{_W}t"))


def _other_words(root: etree._Element, chance: random.Random) -> bool:
    texts = [
        t
        for row in _data_rows(root)
        for tc in row.findall(f"{_W}tc")[2:]
        for t in tc.iter(f"{_W}t")
        if t.text and re.search(r"\d个?(?:工作)?[日天]", t.text)
    ]
    if not texts:
        return False
    chosen = chance.choice(texts)
    chosen.text = re.sub(r"\d+(?=个?(?:工作)?[日天])", lambda m: str(int(m[0]) + 3), chosen.text, count=1)
    return True


def _row_removed(root: etree._Element, chance: random.Random) -> bool:
    rows = [row for row in _data_rows(root) if not row.findall(f".//{_W}vMerge[@{_W}val='restart']")]
    if len(rows) < 3:
        return False
    row = chance.choice(rows)
    row.getparent().remove(row)
    return True


def _tick_moved(root: etree._Element, chance: random.Random) -> bool:
    for row in chance.sample(_data_rows(root), len(_data_rows(root))):
        last = row.findall(f"{_W}tc")[-2:]
        marks = [_text(cell) for cell in last]
        if set(marks) == {"√", ""}:
            contents = [[deepcopy(p) for p in cell.findall(f"{_W}p")] for cell in last]
            for cell, other in zip(last, contents[::-1], strict=True):
                for p in cell.findall(f"{_W}p"):
                    cell.remove(p)
                cell.extend(other)
            return True
    return False


def _row_split(root: etree._Element, chance: random.Random) -> bool:
    for row in chance.sample(_data_rows(root), len(_data_rows(root))):
        cells = row.findall(f"{_W}tc")
        long = max(cells[1:5], key=lambda cell: len(_text(cell)))
        texts = list(long.iter(f"{_W}t"))
        if len(texts) == 1 and len(texts[0].text or "") > 9:
            half = len(texts[0].text) // 2
            second = deepcopy(row)
            other = next(iter(second.findall(f"{_W}tc")[cells.index(long)].iter(f"{_W}t")))
            texts[0].text, other.text = texts[0].text[:half], texts[0].text[half:]
            row.addnext(second)
            return True
    return False


def _renumbered(root: etree._Element, chance: random.Random) -> bool:
    serials = [
        t
        for row in root.iter(f"{_W}tr")
        for t in list(row.findall(f"{_W}tc")[0].iter(f"{_W}t"))[:1]
        if (t.text or "").isdigit()
    ]
    for t in serials:
        t.text = str(int(t.text) + 100)
    return len(serials) > 1
