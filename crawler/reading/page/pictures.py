"""The pictures in a notice's body that say something: a scanned page, a flow chart, a table saved as an image.

What decorates a page is none: icons of file types, buttons, spacers, share boxes, ornaments that are repeated. A
picture whose bytes stand in the page itself (data:) has no address to be watched by; it is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from archive.model import Attachment
from crawler.reading.html.dom import BLANK, START, Element, Walk, is_hidden, tag_of
from crawler.reading.page.address import Addresses, is_file, target

MOST = 300
"""Pictures of one page that are named; a text with more is a gallery."""
LATE = ("data-original", "data-src", "data-lazy-src", "data-lazy", "data-echo", "data-url")
"""Where scripts keep the address until a visitor scrolls down; `src` is a placeholder then."""
KEPT = ("src", "_src", "oldsrc", "data_ue_src")
"""Where the address stands; what editors (UEditor, TRS) keep of it counts where `src` gives none."""
SMALL, LINE = 48, 3
"""Pixels as the page declares them: no wider and no higher is an icon, no more in one direction a line or a counter."""
LARGE = 120
"""Pixels from which a picture on a button is content that can be enlarged."""
OFTEN = 3
"""Times that one address stands in a body from which on it is an ornament."""
LONGEST = 80
"""Characters of a picture's name."""
# fmt: off
_ORNAMENT = re.compile(
    r"(?:(?:icon|ico|file|btn|button|bg|img)[-_]?)?(?:spacer?|blank|loading|lazy(?:load)?|pixel|transparent|placeholder"
    r"|default|grey|gray|white|dot|point|line|arrow\w*|bullet|docx?|xlsx?|pptx?|pdf|ofd|wps|et|zip|rar|txt|jpe?g|word"
    r"|excel|file|attach(?:ment)?|annex|fujian|fj|down(?:lo?a?d)?|print(?:er)?|dayin|share|fenxiang|close|search|zoom"
    r"|plus|minus|top|totop|back|home|prev|next|new|hot|logo|guohui|emblem|qr(?:code)?|ewm|erweima|weixin|wechat|wx|weibo|sina"
    r"|qq|qzone|icon|btn|1x1)(?:[-_]?(?:icon|ico|file|btn|button|img|small|s|\d{1,2}))?", re.I
)
"""Names by which only the furniture of a site goes."""
_OF_THEME = re.compile(
    r"/(?:themes?|skins?|templates?|tpl|assets|statics?|css|js|icons?|ico|dialogs|emotions?|emoji|filetypes?"
    r"|filetypeimages|xhtml|share)/", re.I
)
"""Folders of what is the same on every page of a site."""
_BY_EDITOR = re.compile(r"\d{6,}|[0-9a-f]{12,}|/u(?:ser)?files?/|/upload", re.I)
"""What an upload is called, wherever it lies: a day, a number, a digest."""
_WIDGET = re.compile(
    r"(?:^|[-_\s])(?:share\w*|bdshare\w*|bshare\w*|jiathis\w*|social\w*|qr|qrcode|ewm|erweima|print|tools?|toolbar"
    r"|pagination|attachment-icon|file-icon)(?:$|[-_\s])", re.I
)
_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d+(?:\.\d+)?)px", re.I)
# fmt: on


def pictures(
    body: Element | None, addresses: Addresses, drop: frozenset[Element] = frozenset()
) -> tuple[Attachment, ...]:
    """The pictures of a body in its order, each address once; () where no element is known to be the body.

    `drop`: what is no text of the notice inside it.
    """
    if body is None:
        return ()
    shown = [(picture, url) for picture in _shown(body, drop) if (url := _address(picture, addresses))]
    times = Counter(url for _, url in shown)
    found: dict[str, str] = {}
    for picture, url in shown:
        if times[url] < OFTEN and not _is_ornament(picture, url, body):
            found[url] = found.get(url) or _name(picture)
    return tuple(Attachment(name or _file(url), url) for url, name in list(found.items())[:MOST])


def _shown(body: Element, drop: frozenset[Element]) -> Iterator[Element]:
    walk = Walk(body)
    for step, node, _ in walk:
        if step != START:
            continue
        if node in drop or (node is not body and is_hidden(node)):
            walk.skip()
        elif tag_of(node) == "img":
            yield node


def _address(picture: Element, addresses: Addresses) -> str:
    """Where the picture itself is to be had; '' for none, or for a placeholder alone."""
    for name in (*LATE, *KEPT):
        url = addresses.absolute(picture.get(name) or "")
        if url and not _is_placeholder(url):
            return url
    return ""


def _is_placeholder(url: str) -> bool:
    return bool(re.fullmatch(r"(?:spacer?|blank|loading\w*|lazy\w*|placeholder|transparent)", _stem(url), re.I))


def _is_ornament(picture: Element, url: str, body: Element) -> bool:
    if _ORNAMENT.fullmatch(_stem(url)) or urlsplit(url).path.lower().endswith((".svg", ".ico")):
        return True
    path = unquote(urlsplit(url).path)
    if _OF_THEME.search(path) and not _BY_EDITOR.search(path):
        return True
    width, height = _pixels(picture, "width"), _pixels(picture, "height")
    if min(width or LARGE, height or LARGE) <= LINE or (width and height and max(width, height) <= SMALL):
        return True
    return _is_button(picture, body, max(width or 0, height or 0)) or _in_widget(picture, body)


def _is_button(picture: Element, body: Element, size: float) -> bool:
    """The picture of a link: to a file it is that file's icon, to nothing but a script the button of a tool."""
    for box in picture.iterancestors():
        if box is body:
            return False
        if tag_of(box) == "a":
            href = (box.get("href") or "").strip()
            return is_file(target(box)) or (size < LARGE and (not href or href.lower().startswith(("javascript", "#"))))
    return False


def _in_widget(picture: Element, body: Element) -> bool:
    for box in (picture, *picture.iterancestors()):
        if box is body:
            return False
        if any(_WIDGET.search(box.get(name) or "") for name in ("class", "id")):
            return True
    return False


def _pixels(picture: Element, side: str) -> float | None:
    declared = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*", picture.get(side) or "")
    styled = {name.lower(): value for name, value in _SIZE.findall(picture.get("style") or "")}
    found = styled.get(side) or (declared and declared[1])
    return float(found) if found else None


def _name(picture: Element) -> str:
    """What the page calls it: its alternative text, else a title, else the name it was uploaded under."""
    for attribute in ("alt", "title", "picname"):
        name = BLANK.sub(" ", picture.get(attribute) or "").strip()
        if name and not re.fullmatch(r"\W*|image|img|图片?", name, re.I):
            return name[:LONGEST]
    return ""


def _file(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2][-LONGEST:] or "图片"


def _stem(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2].partition(".")[0]
