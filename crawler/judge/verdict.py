"""Is a response the notice at all? Held against what is known of the notice, before anything becomes a version.

A false `ok` would tell people of a revision that never was; a false `suspect` would hide the notice. So each test asks
for evidence, and the notice's own title in the right place outweighs words that merely look like trouble.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from archive.model import CATALOGUE_ROW, CORRUPT, PICTURE, TABLE_ROW, Finding, Reason, Verdict
from archive.text.filetypes import BINARY, PICTURES
from archive.text.fold import title_fold
from crawler.judge import ending
from crawler.judge.evidence import SHORT, Evidence, Look, has_substance
from crawler.judge.markers import (
    CHALLENGE_MARKERS,
    CHALLENGE_WORDS,
    GARBAGE,
    NOT_FOUND,
    SHELL_BOX,
    SHELL_WORDS,
    SORRY,
    TESTING,
)
from crawler.reading.html.charset import common_share
from crawler.reading.sniff import sniff

VERY_SHORT = 150
"""Characters of text in which an apology is all there is."""
BY_BROWSER = "系统不破解验证；请用浏览器打开，另存为 .mhtml 后用 guidelines receive 收录。"
FILE_KEPT = "请用浏览器下载核对；以前保存的文件仍在。"
_ROOT = re.compile(r"/?(?:(?:index|default|home|main)(?:\.\w+)?)?", re.I)
_LOGIN = re.compile(r"/(?:login|signin|sso|passport|cas|oauth|auth)(?:[/.?]|$)", re.I)
OFFICIAL = re.compile(r"关于.+的(?:通知|意见|决定|公告|通告|函|批复|报告|办法|答复|通报)|条例|规定")
_ERROR_PAGE = re.compile(
    r"/(?:page)?(?:404|403|50[0-4]|error|err|notfound|nofound|weihu|maintain\w*)(?:[./_-]|$)", re.I
)
_BINARY = re.compile(rf"\.(?:{BINARY})(?:$|[?&])", re.I)


OK = Finding(Verdict.OK)


def judge(evidence: Evidence) -> Finding:
    """The verdict on one response. Pure."""
    look = Look(evidence)
    status = evidence.http_status
    if status == 304:
        return Finding(Verdict.UNCHANGED)
    if status is not None and not 200 <= status < 300:
        return _refused(look, status)
    tests = {"attachment": _ATTACHMENT, "further": _FURTHER, PICTURE: _PICTURE}.get(evidence.kind, _PAGE)
    return next((found for test in tests if (found := test(look)) and not _settled(look, found)), OK)


def _settled(look: Look, found: Finding) -> bool:
    """A person has taken a page of this kind for the notice, though it looked the same way."""
    return found.reason == look.evidence.accepted_reason != "" and look.as_accepted


# ---------------------------------------------------------------- tests of every response


def _refused(look: Look, status: int) -> Finding:
    gone = status in (404, 410)
    if not gone and (_challenged(look) or (status in (412, 521) and "<script" in look.html.lower())):
        return _suspect(Reason.CHALLENGE, f"网站答复 {status} 并附反爬虫验证脚本，没有给出正文。{BY_BROWSER}")
    said = next((words for statuses, words in REFUSALS if status in statuses), OTHERWISE)
    return Finding(Verdict.GONE if gone else Verdict.ERROR, f"http-{status}", said.format(status))


REFUSALS = (
    ((404, 410), "网站答复 {}：这个地址上已经没有该文件。请在网站上查找新地址；连续多次如此才记为已撤下。"),
    ((401, 403, 405, 407, 412, 451), "网站拒绝访问（{}）。可能是限制了本机地址；请用浏览器打开核对，或与网站联系。"),
    ((429,), "网站嫌访问过于频繁（429）。下次会自动再试；若常如此，请在 settings.toml 调大 delay。"),
    (range(300, 400), "网站一再转向（{}）而没有给出内容。请用浏览器打开核对地址。"),
    (range(500, 1000), "网站自身出错（{}），多为暂时，下次会自动再试。"),
)
"""What a status says, and what to do."""
OTHERWISE = "网站答复 {}，没有给出内容。请用浏览器打开核对地址。"


def _suspect(reason: Reason, detail: str) -> Finding:
    return Finding(Verdict.SUSPECT, str(reason), detail)


def _challenged(look: Look) -> bool:
    """A page that checks its visitor instead of answering. Real pages are guarded by the same scripts: text decides."""
    if look.substantial and (look.title_in_body or look.numbered or look.size > SHORT):
        return False
    if _shell(look):
        return False
    html, document = look.html, look.evidence.document
    worded = CHALLENGE_WORDS.search(look.page_title) or (
        len(look.visible) < SHORT and CHALLENGE_WORDS.search(look.visible)
    )
    if not worded and look.size and (look.named(look.visible) or (look.size >= 30 and look.named(look.title))):
        return False
    if worded or (CHALLENGE_MARKERS.search(html) and look.visible.count("。") < 3):
        return True
    # one obfuscated script: nothing to read
    read = look.repealed or (document and (document.attachments or document.items))
    return "<script" in html.lower() and not read and len(look.visible) < 60 and not re.search("[。；，]", look.visible)


def _shell(look: Look) -> bool:
    """The frame of an application that a browser would fill: no text, and nothing that tests the visitor."""
    document, html = look.evidence.document, look.html
    if len(look.visible) >= SHORT or (document and (document.attachments or document.items)):
        return False
    if "<script" not in html.lower() or not (SHELL_BOX.search(html) or SHELL_WORDS.search(html)):
        return False
    said = SHELL_WORDS.sub("", f"{look.page_title} {look.visible}")
    if CHALLENGE_MARKERS.search(html) or TESTING.search(html) or CHALLENGE_WORDS.search(said):
        return False
    return not re.search("[。；]", SHELL_WORDS.sub("", look.text))


def _challenge(look: Look) -> Finding | None:
    if look.is_html and look.evidence.payload.strip() and _shell(look):
        return _suspect(
            Reason.EMPTY,
            "这个地址只给出网页程序的框架，正文要由浏览器运行脚本才显示，本程序不运行脚本。"
            "请用浏览器打开核对；若网站另有静态网页，请在 sources.toml 里改用它的地址。",
        )
    if not look.evidence.payload.strip() or not look.is_html or not _challenged(look):
        return None
    return _suspect(
        Reason.CHALLENGE,
        f"网站给出的是反爬虫验证页，没有正文。{BY_BROWSER}",
    )


def _not_found(look: Look) -> Finding | None:
    """Not-found or maintenance wording, in the title or in what little there is to read.

    The declared title in <title> proves nothing: templates put it there whatever they answer.
    """
    document = look.evidence.document
    if look.substantial and (look.title_in_body or look.numbered):
        return None
    path = urlsplit(look.evidence.url).path
    seen = (
        path if _ERROR_PAGE.search(path) and not _ERROR_PAGE.search(urlsplit(look.evidence.declared_url).path) else ""
    )
    shown = look.text if look.size > SHORT else look.visible
    places = [look.page_title, look.title]
    if look.substantial and look.size >= VERY_SHORT and look.named(look.title):
        places.append(look.text[:100])  # an article of its own words may speak of such things further down
    elif len(shown) <= SHORT:
        places += [shown, *(document.headings[:8] if document else ())]
    for place in places:
        seen = seen or _wording(NOT_FOUND, place.replace(look.repealed, ""), look.evidence.title)
    if look.size < VERY_SHORT and not look.repealed and not (document and document.attachments):
        seen = seen or _wording(SORRY, look.text, look.evidence.title)
    if not seen:
        return None
    return _suspect(
        Reason.SOFT_404,
        f"页面上写着“{seen}”，不是通知正文（网站却答复一切正常）。请用浏览器打开核对，并在网站上查找新地址。",
    )


def _wording(words: re.Pattern[str], text: str, title: str) -> str:
    found = words.search(text)
    # a notice about a system's maintenance says so in its declared title
    return found[0].strip() if found and found[0] not in title else ""


def _empty(look: Look) -> Finding | None:
    if not look.evidence.payload.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return _suspect(Reason.EMPTY, "网站答复正常，内容却是空的。多为暂时；若持续如此，请用浏览器打开核对。")
    document = look.evidence.document
    if (document and (document.attachments or document.items)) or look.repealed:
        return None
    if not look.size:
        return _suspect(
            Reason.EMPTY,
            "页面里没有找到正文。请用浏览器打开核对；若网站改版，请在 sources.toml 写明正文位置（content）。",
        )
    told = any(line.startswith((TABLE_ROW, CATALOGUE_ROW)) for line in look.text.splitlines())
    # what only trafilatura found may be a menu and a footer, which have colons, too
    ends = "[。；]" if document and document.confidence == "low" else "[。；：，、！？]"
    if not told and not re.search(ends, look.text) and not (document and has_substance(document)):
        return _suspect(Reason.EMPTY, f"页面里只有零星文字（{look.size} 个字），没有成句的正文。请用浏览器打开核对。")
    return None


def _truncated(look: Look) -> Finding | None:
    evidence = look.evidence
    declared = evidence.headers.get("content-length", "").strip()
    plain = evidence.headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
    short = plain and declared.isdigit() and len(evidence.payload) < int(declared)
    cut = look.is_html and _cut_off(look)
    if evidence.kind == "attachment" and not look.is_html:
        cut = _half_a_file(evidence.payload)
    if evidence.kind == PICTURE:
        cut = evidence.document is not None and evidence.document.problem.code == CORRUPT
    if not (evidence.truncated or short or cut):
        return None
    return _suspect(Reason.TRUNCATED, f"内容没有传完就中断了（收到 {len(evidence.payload):,} 字节）。下次会自动再试。")


def _cut_off(look: Look) -> bool:
    """A page that began as one and does not end as one. What it was before tells whether it ever did."""
    evidence = look.evidence
    payload, before = evidence.payload, evidence.last_page
    if not ending.opens(payload) or ending.closes(payload):
        return False
    if not before:
        return ending.ends_inside_a_tag_or_word(payload) or ending.leaves_open(payload, evidence.headers)
    if ending.same_ending(payload, before, evidence.headers):
        return False
    reading = evidence.document
    fewer = reading is not None and len(reading.attachments) < evidence.last_attachments
    return ending.closes(before) or fewer or ending.is_beginning(reading.text if reading else "", evidence.last_text)


def _half_a_file(payload: bytes) -> bool:
    """A zip file (.docx, .xlsx, .ofd) without the whole record at its end, 22 bytes, which nothing can open."""
    end = payload.rfind(b"PK\x05\x06", -66_000)
    return payload.startswith(b"PK\x03\x04") and not 0 <= end <= len(payload) - 22


def _garbled(look: Look) -> Finding | None:
    # stray bytes between the paragraphs are a flaw of the page, no garbage in its text
    text = "\n".join(line for line in look.text.splitlines() if line.strip("\ufffd"))
    bad = sum(len(found[0]) for found in GARBAGE.finditer(text))
    foreign = [character for character in text if character > "\x7f"]
    # a table of figures says the same few words in each row; mojibake is full of rare signs
    strange = len(foreign) > 100 and len(set(foreign)) > 30 and common_share(text) < 0.02
    marks = text.count("?") * 5 > len(text) > 50
    if bad * 50 <= len(text) and not marks and not strange:
        return None
    return _suspect(
        Reason.GARBLED, "正文是乱码（编码有误或内容已损坏）。多为网站暂时出错；若持续如此，请用浏览器打开核对。"
    )


def _elsewhere(look: Look) -> Finding | None:
    document = look.evidence.document
    if document is None or not look.names:
        return None
    title = document.title
    accepted = look.evidence.accepted_title
    if look.numbered or (accepted and title_fold(accepted) == title_fold(title)):
        return None
    if not look.about and (look.named(title) or look.title_in_body):
        return None
    other = look.about or (bool(OFFICIAL.search(title)) and len(title) > 10)
    if not other and (look.repealed or any(map(look.named, document.headings)) or look.named(look.text[:2000])):
        return None
    return _suspect(
        Reason.ELSEWHERE,
        f"这个地址上现在是另一篇文章（“{title[:60] or '无标题'}”），标题和正文开头都没有所申报的标题。"
        "请用浏览器打开核对，并更新 sources.toml 里的地址。",
    )


def _led_away(look: Look) -> Finding | None:
    moved = _moved_away(look.evidence)
    return _suspect(Reason.ELSEWHERE, moved) if moved else None


def _moved_away(evidence: Evidence) -> str:
    """Redirected to where no article lives."""
    asked, got = urlsplit(evidence.declared_url), urlsplit(evidence.url)
    if not got.netloc or (asked.path, asked.query) == (got.path, got.query):
        return ""
    if _LOGIN.search(got.path) and not _LOGIN.search(asked.path):
        return f"网站转到了登录页（{evidence.url}）。请用浏览器打开核对。"
    if _ROOT.fullmatch(got.path) and not got.query and not _ROOT.fullmatch(asked.path):
        return f"网站转到了首页（{evidence.url}），原文可能已撤下或搬走。请在网站上查找新地址。"
    return ""


def _shrunk(look: Look) -> Finding | None:
    last = look.evidence.last_text_length
    if not last or look.repealed or len(look.text) >= last * look.evidence.shrunk_below:
        return None
    return _suspect(
        Reason.SHRUNK,
        f"正文从 {last:,} 个字符缩短到 {len(look.text):,} 个。"
        "标题仍在；再次抓取仍如此才会收为新版本，也可用 guidelines review 对照后决定。",
    )


def _without_a_word(look: Look) -> Finding | None:
    """A further page may hold no sentence: a table, or who signed and when."""
    return None if look.size else _empty(look)


def _another_text(look: Look) -> Finding | None:
    """Another document where a text should go on. The rest of one need not name it again."""
    document = look.evidence.document
    named = document is not None and bool(OFFICIAL.search(document.title) and len(document.title) > 10)
    return _elsewhere(look) if look.about or named else None


# ---------------------------------------------------------------- tests of attachments


def _empty_file(look: Look) -> Finding | None:
    return None if look.evidence.payload.strip(b" \t\r\n\x00\xef\xbb\xbf") else _empty(look)


def _page_for_file(look: Look) -> Finding | None:
    """A page where a file was asked for."""
    evidence = look.evidence
    if not look.is_html or _is_saved_as_html(look) or (evidence.document and evidence.document.items):
        return None
    problem = _challenge(look) or _not_found(look)
    if problem or _expects_html(evidence):
        return problem
    moved = _moved_away(evidence)
    return _suspect(
        Reason.ELSEWHERE,
        moved or f"应为附件文件，收到的却是网页（“{look.page_title[:40] or '无标题'}”）。{FILE_KEPT}",
    )


def _message_for_file(look: Look) -> Finding | None:
    """A few words or a line of JSON where an office file was asked for."""
    evidence = look.evidence
    if len(evidence.payload) > 2000 or sniff(evidence.payload, evidence.headers) != "txt":
        return None
    known = evidence.last_media_type and not evidence.last_media_type.startswith("text/")
    if not (known or any(_BINARY.search(name) for name in _file_names(evidence))):
        return None
    return _suspect(
        Reason.SOFT_404,
        f"应为附件文件，收到的却是一句提示：“{look.html.strip()[:60]}”。{FILE_KEPT}",
    )


def _file_names(evidence: Evidence) -> tuple[str, ...]:
    disposition = unquote(evidence.headers.get("content-disposition", "")).rstrip("\"' ;")
    return (evidence.name, unquote(urlsplit(evidence.declared_url).path), unquote(evidence.declared_url), disposition)


def _expects_html(evidence: Evidence) -> bool:
    if evidence.last_media_type:
        return "html" in evidence.last_media_type
    path = urlsplit(evidence.declared_url).path.lower()
    return path.endswith((".html", ".htm", ".shtml", ".mht")) and not _BINARY.search(evidence.name)


def _is_saved_as_html(look: Look) -> bool:
    """An .xls or .doc that is really html: Office saves such files, and so do the exports of county portals."""
    evidence = look.evidence
    if "schemas-microsoft-com:office" in look.html[:4000] or "ProgId" in look.html[:4000]:
        return True
    offered = "attachment" in evidence.headers.get("content-disposition", "").lower()
    typed = evidence.headers.get("content-type", "text/html").lower()
    office = "html" not in typed or offered
    return office and "<table" in look.html.lower() and not NOT_FOUND.search(look.visible[:SHORT])


# ---------------------------------------------------------------- tests of pictures


def _something_for_picture(look: Look) -> Finding | None:
    """A page, a sentence or anything else where a picture was asked for."""
    if sniff(look.evidence.payload, look.evidence.headers) in PICTURES:
        return None
    if look.is_html and (problem := _challenge(look) or _not_found(look)):
        return problem
    shown = f"网页（“{look.page_title[:40] or '无标题'}”）" if look.is_html else "别的内容"
    return _suspect(Reason.ELSEWHERE, f"应为正文图片，收到的却是{shown}。{FILE_KEPT}")


_PICTURE = (_empty_file, _something_for_picture, _truncated)
_PAGE = (_challenge, _led_away, _not_found, _garbled, _empty, _truncated, _elsewhere, _shrunk)
_ATTACHMENT = (_empty_file, _page_for_file, _message_for_file, _truncated)
_FURTHER = (_challenge, _led_away, _not_found, _garbled, _without_a_word, _truncated, _another_text)
