"""A change as html for mail and feeds: inline styles (mail programs drop style sheets), readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from archive import words
from archive.compare import redline
from archive.tell.story import RowStory, Story

INS = '<ins style="background:#e3f4e3;color:#0b5a1e;text-decoration:underline">{}</ins>'
DEL = '<del style="background:#fbe3e3;color:#96201a;text-decoration:line-through">{}</del>'
CELL = 'style="border:1px solid #c9ced6;padding:4px 8px;text-align:left;vertical-align:top"'
HEAD = 'style="border:1px solid #c9ced6;padding:4px 8px;text-align:left;background:#f3f5f8;font-weight:normal"'
TABLE = '<table style="border-collapse:collapse;margin:8px 0;font-size:14px">'
MUTED = "color:#5b6470;font-size:13px"
AREA = "font-size:15px;margin:24px 0 4px;padding-bottom:4px;border-bottom:2px solid #1f4e8c;color:#1f4e8c"
BODY = (
    "margin:0;padding:16px;max-width:760px;line-height:1.6;color:#1c2430;"
    "font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
)
FOOT = f"margin-top:24px;border-top:1px solid #c9ced6;padding-top:8px;{MUTED}"


def ops(pieces: Sequence[redline.Op]) -> str:
    marks = {redline.INSERT: INS, redline.MOVED: INS, redline.DELETE: DEL}
    return "".join(marks.get(op, "{}").format(escape(text).replace("\n", "<br>")) for op, text in pieces)


def difference(story: Story) -> str:
    """The changed rows or passages."""
    parts = [
        f'<p style="margin:8px 0;padding:6px 10px;border-left:3px solid #c9ced6">{ops(p)}</p>' for p in story.fragments
    ]
    if story.more_fragments:
        parts.append(f'<p style="{MUTED}">另有 {story.more_fragments} 处修改，见对照页。</p>')
    if story.rows:
        head = "".join(f"<th {HEAD}>{name}</th>" for name in ("行", "栏", "原内容", "新内容"))
        parts.append(f"{TABLE}<tr>{head}</tr>{''.join(map(_row, story.rows))}</table>")
    if story.more_rows:
        parts.append(f'<p style="{MUTED}">另有 {story.more_rows} 行变化，见对照页。</p>')
    return "".join(parts)


def _row(row: RowStory) -> str:
    label = escape(f"{words.ROW_CHANGES.get(row.kind, row.kind)}：{row.label}")
    if not row.cells:
        return f'<tr><td {CELL} colspan="4">{label}</td></tr>'
    lines = []
    for index, (column, before, after) in enumerate(row.cells):
        first = f'<td {CELL} rowspan="{len(row.cells)}">{label}</td>' if index == 0 else ""
        pieces = redline.redline(before, after)
        old = ops([piece for piece in pieces if piece[0] in (redline.EQUAL, redline.DELETE)])
        new = ops([piece for piece in pieces if piece[0] != redline.DELETE])
        cells = "".join(f"<td {CELL}>{cell or '（空）'}</td>" for cell in (escape(column), old, new))
        lines.append(f"<tr>{first}{cells}</tr>")
    return "".join(lines)


def facts(story: Story) -> list[tuple[str, str]]:
    """Name and value of what identifies the change, without what is unknown."""
    known = [
        ("通知", story.notice),
        ("发布机构", story.issuer),
        ("发文字号", story.document_number),
        ("附件", story.document),
        ("变化类型", story.kind_name),
        ("已恢复", story.restored),
        ("抓取时间", story.captured),
        ("SHA-256", story.sha256),
    ]
    return [(name, value) for name, value in known if value]


def block(story: Story, key: str = "") -> str:
    """One change: facts, difference, links, and the number of its delivery."""
    lines = [*facts(story), *([("投递编号", key)] if key else [])]
    rows = "".join(
        f'<tr><td style="padding:2px 12px 2px 0;{MUTED};white-space:nowrap;vertical-align:top">{name}</td>'
        f'<td style="padding:2px 0;font-size:14px;word-break:break-all">{escape(value)}</td></tr>'
        for name, value in lines
    )
    links = f'<a href="{escape(story.link)}">查看对照</a>　<a href="{escape(story.source)}">打开原文</a>'
    return (
        f'<h3 style="font-size:16px;margin:20px 0 6px">{escape(story.headline)}</h3>'
        f'<table style="border-collapse:collapse">{rows}</table>{difference(story)}<p style="margin:8px 0">{links}</p>'
    )


def page(title: str, body: str, footer: Sequence[str]) -> str:
    """A whole mail."""
    last = "<br>".join(escape(line) for line in footer)
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f'<body style="{BODY}">{body}<p style="{FOOT}">{last}</p></body></html>'
    )
