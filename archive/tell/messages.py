"""What one message says: one change, the first crawl's summary, a digest by area, or what operators must know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from attrs import evolve, frozen

from archive.tell import html, markup
from archive.tell.outbox import key_of
from archive.tell.story import Story

SITE = "基层政务公开标准档案"


@frozen
class Entry:
    """One delivery with what it tells: the story of a change, or the payload of an alert or recovery."""

    key: str
    kind: str
    """change | restored | alert | recovery"""
    story: Story | None = None
    payload: Mapping[str, Any] | None = None

    @property
    def new(self) -> bool:
        return self.kind == "change" and self.story is not None and self.story.kind == "new"


@frozen
class Message:
    key: str
    title: str
    text: str
    html: str
    markdown: str
    entries: tuple[Entry, ...]
    """Those that found room; the others go into the next message."""


def compose(channel: str, entries: Sequence[Entry], base_url: str, *, whole: bool = False) -> Message:
    """One message for these entries, within the channel's limit: less is said of each, then fewer are told.

    `whole`: all of them must be in it, for it was sent before. The same entries always give the same message.
    """
    flavour = markup.FLAVOURS[channel]
    least = markup.DETAILS[-1]
    chosen = list(entries)
    for detail in markup.DETAILS:
        text = _text(flavour, chosen, base_url, detail)
        if flavour.size(text) <= flavour.limit:
            break
    else:
        while len(chosen) > 1 and flavour.size(text) > flavour.limit and not whole:
            chosen.pop()
            text = _text(flavour, chosen, base_url, least)
        text = _cut(text, flavour.limit)
    key = _key(chosen)
    mail = _text(markup.FLAVOURS["mail"], chosen, base_url, markup.DETAILS[0])
    return Message(key, _title(chosen), mail, _html(chosen, base_url), text, tuple(chosen))


def _key(entries: Sequence[Entry]) -> str:
    return entries[0].key if len(entries) == 1 else key_of("message", *(entry.key for entry in entries))


def _cut(text: str, limit: int) -> str:
    """The start of a text within a number of bytes, whole characters only."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - 3].decode("utf-8", "ignore") + "…"


def _title(entries: Sequence[Entry]) -> str:
    """What changed, in one line."""
    first = entries[0]
    changes = [entry for entry in entries if entry.story]
    if not changes:
        recovered = sum(entry.kind == "recovery" for entry in entries)
        if recovered == len(entries):
            return f"【已恢复】{_what(first)}" if len(entries) == 1 else f"【已恢复】{SITE}：{recovered} 项"
        return f"【需处理】{_what(first)}" if len(entries) == 1 else f"【需处理】{SITE}：{len(entries) - recovered} 项"
    if all(entry.new for entry in entries):
        return f"{SITE}首次收录 {len(entries)} 份通知" if len(entries) > 1 else markup.clip(_headline(first), 100)
    if len(entries) == 1:
        return markup.clip(_headline(first), 100)
    until = max(entry.story.detected for entry in changes if entry.story).partition(" ")[0]
    return f"{SITE}：截至 {until} 共 {len(changes)} 项变化" + ("" if len(changes) == len(entries) else "，另有运行提醒")


def _headline(entry: Entry) -> str:
    if entry.story is None:
        return _what(entry)
    if entry.kind == "restored":
        return f"【已恢复原文】{entry.story.summary}"
    return f"【{entry.story.kind_name}】{entry.story.headline}"


def _what(entry: Entry) -> str:
    return str((entry.payload or {}).get("what", ""))


def _groups(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """(heading, entries): changes by area in the order of their first, then first-time notices, then operation."""

    def heading(entry: Entry) -> str:
        if entry.story is None:
            return "运行情况"
        if entry.new:
            return "首次收录"
        return "、".join(entry.story.areas) or "其他"

    order: dict[str, int] = {}
    for entry in entries:
        order.setdefault(heading(entry), len(order))
    last = {"首次收录": len(order), "运行情况": len(order) + 1}
    ranked = sorted(entries, key=lambda entry: last.get(heading(entry), order[heading(entry)]))
    return [(name, list(group)) for name, group in groupby(ranked, heading)]


def _footer(entries: Sequence[Entry], base_url: str) -> list[str]:
    lines = [f"{SITE}　{base_url.rstrip('/')}/changes"]
    if len(entries) > 1:
        lines.insert(0, f"投递编号 {_key(entries)}")
    return [*lines, "编号相同的消息是同一条：网络中断后重发，不是又一次修订。"]


def _text(flavour: markup.Flavour, entries: Sequence[Entry], base_url: str, detail: markup.Detail) -> str:
    many = len(entries) > 1
    # of one change the first line says all
    parts = [flavour.heading.format(flavour.escape(_title(entries)))] if many or entries[0].new else []
    for heading, group in _groups(entries):
        if many:
            parts.append(flavour.bold.format(f"【{flavour.escape(heading)}】"))
        parts += [_entry(flavour, entry, base_url, detail) for entry in group]
    parts.append(flavour.newline.join(_footer(entries, base_url)))
    return "\n\n".join(part for part in parts if part)


def _entry(flavour: markup.Flavour, entry: Entry, base_url: str, detail: markup.Detail) -> str:
    if entry.story is None:
        return flavour.newline.join(flavour.escape(line) for line in _operation(entry))
    if entry.new:
        facts = [entry.story.notice, entry.story.issuer, entry.story.document_number]
        name = flavour.escape(markup.clip("　".join(part for part in facts if part), detail.characters))
        link = flavour.link.format(text="查看", url=flavour.address(_notice_page(entry.story, base_url)))
        return flavour.newline.join([name, f"{link}　投递编号 {entry.key}"])
    note = [f"此前告知的这项变化，原文已于 {entry.story.restored} 恢复。"] if entry.kind == "restored" else []
    return flavour.newline.join([*note, markup.block(flavour, entry.story, entry.key, detail)])


def _operation(entry: Entry) -> list[str]:
    payload = entry.payload or {}
    word = "已恢复" if entry.kind == "recovery" else "需处理"
    lines = [f"{word}：{payload.get('what', '')}"]
    if payload.get("since"):
        lines.append(f"开始时间 {payload['since']}")
    if entry.kind == "alert" and payload.get("command"):
        lines.append(f"处理命令 {payload['command']}")
    return [*lines, f"投递编号 {entry.key}"]


def _notice_page(story: Story, base_url: str) -> str:
    return f"{base_url.rstrip('/')}/notices/{story.slug}"


def _html(entries: Sequence[Entry], base_url: str) -> str:
    title = _title(entries)
    many = len(entries) > 1
    parts = [f'<h2 style="font-size:18px;margin:0 0 8px">{escape(title)}</h2>'] if many or entries[0].new else []
    for heading, group in _groups(entries):
        if many:
            parts.append(f'<h3 style="{html.AREA}">{escape(heading)}</h3>')
        new = [entry for entry in group if entry.new]
        if new:
            parts.append(_new_table(new, base_url))
        parts += [_html_entry(entry) for entry in group if not entry.new]
    return html.page(title, "".join(parts), _footer(entries, base_url))


def _html_entry(entry: Entry) -> str:
    if entry.story is None:
        lines = "<br>".join(escape(line) for line in _operation(entry))
        return f'<p style="margin:12px 0;font-size:14px">{lines}</p>'
    note = ""
    if entry.kind == "restored":
        note = f"<p>此前告知的这项变化，原文已于 {escape(entry.story.restored)} 恢复。</p>"
    return note + html.block(entry.story, entry.key)


def _new_table(entries: Sequence[Entry], base_url: str) -> str:
    cell: Callable[[str], str] = lambda text: f"<td {html.CELL}>{text}</td>"  # noqa: E731
    head = "".join(f"<th {html.HEAD}>{name}</th>" for name in ("通知", "发布机构", "发文字号", "投递编号"))
    rows = "".join(
        "<tr>"
        + cell(f'<a href="{escape(_notice_page(entry.story, base_url))}">{escape(entry.story.notice)}</a>')
        + cell(escape(entry.story.issuer))
        + cell(escape(entry.story.document_number))
        + cell(entry.key)
        + "</tr>"
        for entry in entries
        if entry.story
    )
    return f"{html.TABLE}<tr>{head}</tr>{rows}</table>"


def trial_message(channel: str, base_url: str, moment: str) -> Message:
    """What `subscriptions check --send` sends."""
    payload = {"what": "这是一条测试消息，收到即说明订阅设置正确，无需处理。"}
    message = compose(channel, [Entry(key_of("test", moment), "alert", payload=payload)], base_url)
    return evolve(message, title=f"【测试】{SITE}")
