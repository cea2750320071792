"""What click itself says, in Chinese: a gettext catalogue of its messages, which gettext finds without click's doing.

tests/test_cli.py holds the catalogue (locale/…/messages.po) against the messages of the installed click, and
messages.mo, which scripts/messages builds, against the catalogue.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")


def speak_chinese() -> None:
    """From now on this process, and those that it starts, say in Chinese whatever has a Chinese text."""
    os.environ["LANGUAGE"] = "zh_CN"
    gettext.bindtextdomain("messages", LOCALE)
