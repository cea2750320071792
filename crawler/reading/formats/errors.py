"""Why a file cannot be read, as Document.problem says it: a code, then a sentence for people with the next step."""

from __future__ import annotations

import struct
import zlib

from archive.model import CORRUPT, Problem

KEPT = "原件已保存"


class UnreadableError(Exception):
    """Raised inside a reader; `read_file` turns it into Document.problem."""

    def __init__(self, code: str, sentence: str) -> None:
        self.problem = Problem(code, sentence)
        super().__init__(self.problem)


def corrupt(what: str) -> UnreadableError:
    return UnreadableError(
        CORRUPT, f"{what}已损坏或不完整，无法读取。{KEPT}；请在浏览器里重新下载核对，必要时联系发布单位重新上传。"
    )


def encrypted(what: str) -> UnreadableError:
    return UnreadableError("encrypted", f"{what}设有密码，无法读取。{KEPT}；请向发布单位索取不带密码的文件。")


def too_large(what: str) -> UnreadableError:
    return UnreadableError("too-large", f"{what}，超过读取上限，没有读取。{KEPT}；请下载后用办公软件打开核对。")


def unsupported(what: str) -> UnreadableError:
    return UnreadableError("unsupported", f"暂不能读取{what}。{KEPT}；请下载后用相应软件打开核对。")


def needs_ocr(why: str) -> UnreadableError:
    return UnreadableError("needs-ocr", f"{why}，需要文字识别（OCR）才能读取。{KEPT}；请下载后人工核对。")


def empty(what: str) -> UnreadableError:
    return UnreadableError("empty", f"{what}里没有任何文字。{KEPT}；请打开原件核对，或等待发布单位补传。")


DAMAGE = (
    ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError, RuntimeError, EOFError,
    OSError, struct.error, zlib.error,
)  # fmt: skip
"""What parsers written in Python raise, beside their own exceptions, when bytes are not what they take for granted."""
