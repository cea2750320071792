"""How `guidelines try` shows what was read of a page or file."""

from __future__ import annotations

from typing import Any

from archive import words
from archive.commands import out
from archive.text.filetypes import called

LINES = 12
"""Of the text."""


def show(found: dict[str, Any]) -> None:
    say(f"地址：{found['url'] or '（本机文件）'}")
    verdict = words.verdict(found["verdict"], found["reason"])
    say(f"结论：{verdict}" + (f"　{found['detail']}" if found["detail"] else ""))
    if found["media_type"]:
        say(f"类型：{called(found['media_type'])}")
    if found["body"]:
        site = found["site"]
        say(
            f"规则：{site['rule']} 的专门规则"
            if site["rule"]
            else f"规则：通用规则（{site['host'] or '未写地址'} 没有专门规则）"
        )
        _body(found["body"])
    if found["title"]["value"]:
        by = f"　← {found['title']['rule']}" if found["title"]["rule"] else ""
        say(f"标题：{found['title']['value']}{by}")
    for entry in found["metadata"]:
        say(f"{words.METADATA.get(entry['field'], entry['field'])}：{entry['value']}　← {entry['rule']}")
    _text(found["text"])
    _files(found)
    _rows(found["rows"])
    for doubt in found["review"]:
        say(f"请核对：{doubt}")
    if found["left_out"]:
        say("\n略去的内容：")
    for piece in found["left_out"]:
        say(f"  · {piece['why']}，{piece['characters']} 字：{piece['what']}")
    if found["proposal"]:
        _proposal(found["proposal"])


def _body(body: dict[str, Any]) -> None:
    sure = words.CONFIDENCE.get(body["confidence"], "没有读到")
    where = f"{body['rule']} {body['selector']}".strip()
    say(f"正文：{body['characters']} 字，可靠程度{sure}　← {where}")


def _text(text: str) -> None:
    lines = text.splitlines()
    if not lines:
        return
    say("\n文本：")
    for line in lines[:LINES]:
        say(f"  {line[:160]}")
    if len(lines) > LINES:
        say(f"  ……（共 {len(lines)} 行，全文见 --json）")


def _files(found: dict[str, Any]) -> None:
    if found["files"]:
        say(f"\n附件 {len(found['files'])} 个：")
    for file in found["files"]:
        say(f"  · {file['name']}　{file['url']}")
    if found["pictures"]:
        say(f"\n正文图片 {len(found['pictures'])} 张：")
    for picture in found["pictures"]:
        say(f"  · {picture['name']}　{picture['url']}")
    if found["members"]:
        say(f"\n压缩包内文件 {len(found['members'])} 个：")
    for path in found["members"]:
        say(f"  · {path}")


def _rows(rows: dict[str, Any]) -> None:
    if not rows["tables"]:
        return
    say(f"\n表格 {rows['tables']} 个，目录事项 {rows['count']} 条，其中待核 {rows['review']} 条")
    for row in rows["first"]:
        say("  " + "　".join(filter(None, row.values()))[:200])
    for row in rows["doubtful"]:
        say(f"  待核：{row['serial']} {row['level2'] or row['level1']}：{row['review']}")
    for why in rows["why"]:
        say(f"  请核对：{why}")


def _proposal(proposal: dict[str, Any]) -> None:
    say("\n没有规则适用于这个网站。建议把下面几行加进 sources.toml（请对照网页核对）：\n")
    say(proposal["toml"])
    say(
        f"按它重读：正文 {proposal['characters']} 字，{words.CONFIDENCE.get(proposal['confidence'], '')}，"
        f"标题“{proposal['title']}”，附件 {proposal['files']} 个，目录事项 {proposal['rows']} 条"
    )


def say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)
