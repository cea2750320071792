"""A change in the markdown of each chat, and as plain text. Page text can never become markup, a link or a mention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from attrs import frozen

from archive import words
from archive.compare import redline
from archive.tell.story import RowStory, Story

WIDE = str.maketrans("<>[]*`_~#@|\\", "＜＞［］＊｀＿～＃＠｜＼")
"""Backslash escapes are not the same in the three chats, so marks become their full-width forms."""


@frozen
class Flavour:
    """How a channel writes emphasis, and how many bytes of it one message may hold."""

    limit: int
    heading: str = ""
    """Of the whole message; '' where the channel shows the title itself."""
    bold: str = "{}"
    inserted: str = "［增：{}］"
    deleted: str = "［删：{}］"
    link: str = "{text}：{url}"
    quoted: str = "{}"
    newline: str = "\n"
    plain: bool = False

    def escape(self, text: str) -> str:
        flat = " ".join(text.split())
        return flat if self.plain else flat.translate(WIDE)

    def address(self, url: str) -> str:
        return quote(url, safe=":/?&=#%+,;@!$'*~-._")

    def size(self, text: str) -> int:
        return len(text.encode())


FLAVOURS: Mapping[str, Flavour] = {
    # 4096 bytes; colours are the only marks inside a line
    "wecom": Flavour(
        4096,
        heading="### {}",
        bold="**{}**",
        inserted='<font color="info">增：{}</font>',
        deleted='<font color="comment">删：{}</font>',
        link="[{text}]({url})",
        quoted="> {}",
    ),
    # 20,000 bytes; a line break needs two spaces
    "dingtalk": Flavour(
        19_000,
        heading="### {}",
        bold="**{}**",
        inserted="**［增：{}］**",
        deleted="［删：{}］",
        link="[{text}]({url})",
        quoted="> {}",
        newline="  \n",
    ),
    # 30 KB for the whole request, in which quotes and Chinese may be escaped
    "feishu": Flavour(
        20_000,
        bold="**{}**",
        inserted="<font color='green'>［增：{}］</font>",
        deleted="~~［删：{}］~~",
        link="[{text}]({url})",
    ),
    "mail": Flavour(200_000, plain=True),
    "apprise": Flavour(30_000, plain=True),
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


def marked(flavour: Flavour, pieces: Sequence[redline.Op], room: int) -> str:
    """A redline with its marks, at most about `room` characters of text."""
    forms = {redline.INSERT: flavour.inserted, redline.MOVED: flavour.inserted, redline.DELETE: flavour.deleted}
    parts = []
    for op, text in pieces:
        shown = flavour.escape(clip(text, room))
        room -= len(shown)
        if shown:
            parts.append(forms.get(op, "{}").format(shown))
        if room <= 0:
            break
    return "".join(parts)


def clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: max(0, length - 1)] + "…"


def block(flavour: Flavour, story: Story, key: str, detail: Detail) -> str:
    """One change: what happened, which notice, the difference, links, the number of its delivery."""
    say = flavour.escape
    links = "　".join(
        flavour.link.format(text=text, url=flavour.address(url))
        for text, url in [("查看对照", story.link), *([("打开原文", story.source)] if detail.facts else [])]
    )
    if flavour.plain:
        links = links.replace("　", "\n")
    lines = [flavour.bold.format(say(clip(story.headline, detail.characters)))]
    if detail.facts:
        lines += [
            say(clip("　".join(part for part in (story.notice, story.issuer, story.document_number) if part), 200)),
            "　".join(part for part in (say(story.kind_name), say(clip(story.document, 60))) if part),
            *difference(flavour, story, detail),
        ]
        if story.captured:
            lines.append(f"抓取时间 {story.captured}　SHA-256 {story.sha256 or '无'}")
    lines.append(links)
    lines.append(f"投递编号 {key}")
    return flavour.newline.join(line for line in lines if line)


def difference(flavour: Flavour, story: Story, detail: Detail) -> list[str]:
    lines = [marked(flavour, passage, detail.characters) for passage in story.fragments[: detail.passages]]
    left = len(story.fragments) - detail.passages + story.more_fragments
    if lines and left > 0:
        lines.append(f"另有 {left} 处修改")
    rows = [_row(flavour, row, detail.characters) for row in story.rows[: detail.rows]]
    left = len(story.rows) - detail.rows + story.more_rows
    if rows and left > 0:
        rows.append(f"另有 {left} 行变化")
    found = [flavour.quoted.format(line) for line in (*lines, *rows)]
    if found and flavour.newline != "\n":  # what follows a quotation without an empty line belongs to it
        found[-1] += "\n"
    return found


def _row(flavour: Flavour, row: RowStory, room: int) -> str:
    cells = [
        f"{flavour.escape(column)} {marked(flavour, redline.redline(before, after), room)}"
        for column, before, after in row.cells
    ]
    name = flavour.escape(f"{words.ROW_CHANGES.get(row.kind, row.kind)}：{row.label}")
    return f"{name}　{'；'.join(cells)}" if cells else name
