"""公开渠道和载体: the official list, and how a choice from it is written."""

from __future__ import annotations

from collections.abc import Iterable

CHANNELS = (
    "政府网站", "政府公报", "两微一端", "发布会/听证会", "广播电视", "纸质媒体", "公开查阅点", "政务服务中心",
    "便民服务站", "入户/现场", "社区/企事业单位/村公示栏（电子屏）", "精准推送", "其他",
)  # fmt: skip
"""In the order of the official form."""


# as the official form sets them: two a line, the long name alone
_LINES = (CHANNELS[0:2], CHANNELS[2:4], CHANNELS[4:6], CHANNELS[6:8], CHANNELS[8:10], CHANNELS[10:11], CHANNELS[11:13])


def official_list(chosen: Iterable[str]) -> str:
    """The official layout: the whole list with ■ before what is chosen, then, a line each, what the list lacks."""
    names = list(dict.fromkeys(chosen))
    listed = [" ".join(("■" if name in names else "□") + name for name in line) for line in _LINES]
    return "\n".join([*listed, *("■" + name for name in names if name not in CHANNELS)])


DELIVERY = {"mail": "邮件", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "apprise": "apprise"}
"""The ways a message is delivered, by the name of the sender."""
