"""What one message says: one change, the first crawl's summary, a digest by area, or what operators must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from attrs import Factory, evolve, frozen

from archive.record.story import Story
from archive.tell import render
from archive.tell.markup import DETAILS, FLAVOURS, clip
from archive.tell.outbox import key_of

FIRST, OPERATION, BASIS = "首次收录", "运行情况", "公开依据"
"""Headings of what belongs to no area."""
WORDS: Mapping[str, str] = {"alert": "需处理", "recovery": "已恢复", "test": "测试"}


@frozen
class Entry:
    """One delivery with what it tells: the story of a change, or the payload of an alert or recovery."""

    key: str
    kind: str
    """change | restored | alert | recovery, or test"""
    story: Story | None = None
    payload: Mapping[str, str] = Factory(dict)
    """what, since, command"""

    @property
    def new(self) -> bool:
        return self.kind == "change" and self.story is not None and self.story.kind == "new"

    @property
    def word(self) -> str:
        return WORDS[self.kind]

    @property
    def note(self) -> str:
        """What is said before a story that was told before."""
        restored = self.story.restored if self.kind == "restored" and self.story else ""
        return f"此前告知的这项变化，原文已于 {restored} 恢复。" if restored else ""

    @property
    def title(self) -> str:
        """In one line."""
        if self.story is None:
            return f"【{self.word}】{self.payload['what']}"
        if self.kind == "restored":
            return clip(f"{self.about}已恢复原文：{self.story.summary}", 100)
        return clip(f"{self.about}{self.story.headline}", 100)

    @property
    def about(self) -> str:
        """What a reader sorts messages by: 〔社会救助、养老服务〕《……的通知》：, the name of a long title shortened."""
        if self.story is None:
            return ""
        areas = "、".join(self.story.areas)
        return (f"〔{clip(areas, 24)}〕" if areas else "") + f"《{clip(self.story.notice, 40)}》："

    @property
    def heading(self) -> str:
        """Of the group that a digest puts it into."""
        if self.story is None:
            return OPERATION
        if self.story.law:
            return BASIS
        return FIRST if self.new else "、".join(self.story.areas) or "其他"


@frozen
class Message:
    key: str
    title: str
    text: str
    """In the marks of a chat; plain for mail and apprise."""
    html: str
    """Of a mail."""
    entries: tuple[Entry, ...]
    """Those that found room; the others go into the next message."""
    at: datetime | None = None
    """When it is sent; None: now."""


def compose(channel: str, entries: Sequence[Entry], base_url: str, site: str, *, whole: bool = False) -> Message:
    """One message for these entries, within the channel's limit: less is said of each, then fewer are told.

    `site`: what the archive calls itself.
    `whole`: all of them must be in it, for it was sent before. The same entries always give the same message.
    """
    flavour = FLAVOURS[channel]
    chosen = list(entries)
    for detail in DETAILS:
        text = render.text(flavour, detail, **_said(chosen, base_url, site))
        if flavour.size(text) <= flavour.limit:
            break
    else:
        while len(chosen) > 1 and flavour.size(text) > flavour.limit and not whole:
            chosen.pop()
            text = render.text(flavour, DETAILS[-1], **_said(chosen, base_url, site))
        text = _cut(text, flavour.limit)
    title = _title(chosen, site)
    html = render.mail(title, **_said(chosen, base_url, site)) if channel == "mail" else ""
    return Message(_key(chosen), title, text, html, tuple(chosen))


def _said(entries: Sequence[Entry], base_url: str, site: str) -> dict[str, Any]:
    """What the templates are filled with."""
    many = len(entries) > 1
    footer = [
        f"{site}　{base_url.rstrip('/')}/changes",
        "编号相同的消息是同一条：网络中断后重发，不是又一次修订。",
    ]
    return {
        # of one change the first line says all
        "title": _title(entries, site) if many or entries[0].new else "",
        "groups": _groups(entries),
        "many": many,
        "footer": [f"投递编号 {_key(entries)}", *footer] if many else footer,
    }


def _key(entries: Sequence[Entry]) -> str:
    return entries[0].key if len(entries) == 1 else key_of("message", *(entry.key for entry in entries))


def _cut(text: str, limit: int) -> str:
    """The start of a text within a number of bytes, whole characters only."""
    return text if len(text.encode()) <= limit else text.encode()[: limit - 3].decode("utf-8", "ignore") + "…"


def _title(entries: Sequence[Entry], site: str) -> str:
    """What changed, in one line."""
    if len(entries) == 1:
        return entries[0].title
    stories = [entry.story for entry in entries if entry.story]
    if not stories:
        alerts = sum(entry.kind != "recovery" for entry in entries)
        return f"【需处理】{site}：{alerts} 项" if alerts else f"【已恢复】{site}：{len(entries)} 项"
    if all(entry.new for entry in entries):
        return f"{site}首次收录 {len(entries)} 份通知"
    if all(story.law for story in stories):
        return f"{site}：{len(stories)} 部法规有新文本或已废止"
    if len({story.slug for story in stories}) == 1 and len(stories) == len(entries):
        return clip(f"{entries[0].about}{len(stories)} 项变化，{stories[0].headline}", 100)
    until = max(story.detected for story in stories).partition(" ")[0]
    return f"{site}：截至 {until} 共 {len(stories)} 项变化" + ("" if len(stories) == len(entries) else "，另有运行提醒")


def _groups(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """(heading, entries): changes by area in the order of their first, then first-time notices, then operation."""
    order = [*dict.fromkeys(e.heading for e in entries if e.heading not in (FIRST, OPERATION)), FIRST, OPERATION]
    ranked = sorted(entries, key=lambda entry: order.index(entry.heading))
    return [(heading, list(group)) for heading, group in groupby(ranked, lambda entry: entry.heading)]


def trial_message(channel: str, base_url: str, site: str, moment: str) -> Message:
    """What `subscriptions check --send` sends."""
    payload = {"what": "这是一条测试消息，收到即说明订阅设置正确，无需处理。"}
    message = compose(channel, [Entry(key_of("test", moment), "test", payload=payload)], base_url, site)
    return evolve(message, title=f"【测试】{site}")
