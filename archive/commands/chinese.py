"""What click itself says, in Chinese. It looks its words up in `_` of each of its modules; they get ours.

A message that is not in the table stays as click has it (tests/test_cli.py walks through those that a user can meet).
"""

from __future__ import annotations

import importlib

MESSAGES = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show the version and exit.": "显示版本后退出。",
    "Show this message and exit.": "显示这段说明后退出。",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s 版",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少 {param_type}",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有选项 {name}。",
    "No such command {name!r}.": "没有命令 {name}。",
    "Invalid value: {message}": "取值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值无效：{message}",
    "Option {name!r} does not take a value.": "选项 {name} 不带值。",
    "Choose from:\n\t{choices}": "可用的有：\n\t{choices}",
    "{value!r} is not a valid {number_type}.": "{value} 不是有效的数（{number_type}）。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename} 是文件。",
    "{name} {filename!r} is a directory.": "{name} {filename} 是目录。",
    "{name} {filename!r} is not readable.": "{name} {filename} 不能读取。",
    "{name} {filename!r} is not writable.": "{name} {filename} 不能写入。",
}
PLURALS = {
    "Option {name!r} requires an argument.": "选项 {name} 缺少值。",
    "Got unexpected extra argument ({args})": "多出的参数：{args}",
    "{value!r} is not {choice}.": "{value} 不可用；可用的有：{choice}。",
    "{value!r} is not one of {choices}.": "{value} 不可用；可用的有：{choices}。",
    "Did you mean {possibility}?": "（是否要用 {possibility}？）",
    "(Did you mean one of: {possibilities}?)": "（是否要用：{possibilities}？）",
}


def _one(message: str) -> str:
    return MESSAGES.get(message, message)


def _many(singular: str, plural: str, count: int) -> str:
    message = singular if count == 1 else plural
    return PLURALS.get(message, PLURALS.get(singular, message))


def speak_chinese() -> None:
    """Give click's modules our words."""
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        module = importlib.import_module(f"click.{name}")
        for word, function in (("_", _one), ("ngettext", _many)):
            if hasattr(module, word):
                setattr(module, word, function)
