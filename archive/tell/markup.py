"""How each channel writes: its marks, its limit, and how page text is kept from becoming markup, a link or a mention.

The escapes are by hand: the chats understand different parts of markdown, and none says so when it drops a mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from attrs import field, frozen

from archive.compare.redline import DELETE, INSERT, MOVED, Op

WIDE = str.maketrans("<>[]*`_~#@|\\", "＜＞［］＊｀＿～＃＠｜＼")
"""Backslash escapes are not the same in the three chats, so marks become their full-width forms."""


class Written(str):
    """Text in the marks of a channel: what `escape` leaves alone."""


@frozen
class Flavour:
    """A channel's marks, and how many bytes one message may hold."""

    limit: int
    heading: str = ""
    """Of the whole message; '' where the channel shows the title itself."""
    bold: str = "{}"
    inserted: str = "［增：{}］"
    deleted: str = "［删：{}］"
    link: str = "[{text}]({url})"
    quoted: str = field(default="", converter=Written)
    """Before a line of the difference."""
    between: str = field(default="　", converter=Written)
    """Between two links."""
    newline: str = "\n"
    plain: bool = False

    def escape(self, text: object) -> str:
        """The text on one line and without marks; every value that a template is filled with passes through here."""
        if isinstance(text, Written):
            return text
        flat = " ".join(str(text).split())
        return flat if self.plain else flat.translate(WIDE)

    def size(self, text: str) -> int:
        return len(text.encode())

    def headed(self, text: str) -> Written:
        return Written(self.heading.format(self.escape(text)))

    def strong(self, text: str) -> Written:
        return Written(self.bold.format(self.escape(text)))

    def to(self, text: str, url: str) -> Written:
        address = quote(url, safe=":/?&=#%+,;@!$'*~-._")
        return Written(self.link.format(text=text, url=address))

    def marked(self, pieces: Iterable[Op], room: int) -> Written:
        """A redline with its marks, at most about `room` characters of text."""
        forms = {INSERT: self.inserted, MOVED: self.inserted, DELETE: self.deleted}
        parts = []
        for op, text in pieces:
            shown = self.escape(clip(text, room))
            room -= len(shown)
            if shown:
                parts.append(forms.get(op, "{}").format(shown))
            if room <= 0:
                break
        return Written("".join(parts))


FLAVOURS: Mapping[str, Flavour] = {
    # 4096 bytes; colours are the only marks inside a line
    "wecom": Flavour(
        4096,
        heading="### {}",
        bold="**{}**",
        inserted='<font color="info">增：{}</font>',
        deleted='<font color="comment">删：{}</font>',
        quoted="> ",
    ),
    # 20,000 bytes; a line break needs two spaces
    "dingtalk": Flavour(
        19_000,
        heading="### {}",
        bold="**{}**",
        inserted="**［增：{}］**",
        quoted="> ",
        newline="  \n",
    ),
    # 30 KB for the whole request, in which quotes and Chinese may be escaped
    "feishu": Flavour(
        20_000,
        bold="**{}**",
        inserted="<font color='green'>［增：{}］</font>",
        deleted="~~［删：{}］~~",
    ),
    "mail": Flavour(200_000, link="{text}：{url}", between="\n", plain=True),
    "apprise": Flavour(30_000, link="{text}：{url}", between="\n", plain=True),
}


@frozen
class Detail:
    """How much is said of one change when the room is short."""

    passages: int
    rows: int
    characters: int
    facts: bool = True


DETAILS = (Detail(5, 12, 400), Detail(2, 4, 200), Detail(1, 2, 100), Detail(0, 0, 80), Detail(0, 0, 60, facts=False))
"""From full to least; the least fits at least ten changes into a message of 企业微信."""


def clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: max(0, length - 1)] + "…"
