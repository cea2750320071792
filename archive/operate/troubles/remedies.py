"""What a person can do about a page that is not there as it should be: one sentence and one command for each reason.

None of them takes for the notice what is not the notice. A text that may be it goes through `guidelines review`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from archive.operate.troubles.trouble import Trouble

AGAIN = "guidelines crawl --notice {slug}"
KNOWN = "guidelines acknowledge {slug}"


@frozen
class Remedy:
    why: str
    command: str = AGAIN


REMEDIES: Mapping[str, Remedy] = {
    "challenge": Remedy(
        "网站要求人机验证，程序不破解；请用浏览器打开，另存为 .mhtml 后用 guidelines receive 收录；核对后可记为已知",
        KNOWN,
    ),
    "soft-404": Remedy("网站答复正常，页面却说内容不存在；请在网站上查找新址，改好 sources.toml 里的网址后再抓取"),
    "empty": Remedy("页面里没有读到正文，多为网站一时出错或改版；请用浏览器打开核对，再抓取一次"),
    "truncated": Remedy("内容没有传完就中断了，多为网络一时不稳；再抓取一次即可"),
    "garbled": Remedy("正文是乱码，多为网站一时出错；请用浏览器打开核对，再抓取一次"),
    "shrunk": Remedy("正文比上一版短很多，可能只传了一部分；再抓取一次，若仍如此会请您决定"),
    "elsewhere": Remedy("这个地址上现在是别的内容；请在网站上查找新址，改好 sources.toml 里的网址后再抓取"),
    "unstable": Remedy("同一次抓取的两回内容不一样，可能是几台服务器不同步；再抓取一次，若仍如此会请您决定"),
    "robots": Remedy(
        "网站的 robots.txt 不允许抓取这个地址；请与网站联系，或在浏览器里另存为 .mhtml 后用 guidelines receive 收录",
        KNOWN,
    ),
    "dns": Remedy("域名无法解析，可能是本机断网，也可能是网站停用了域名；请先检查本机网络"),
    "incomplete": Remedy("抓取程序没有得到结果，原因见日志；再抓取一次"),
}

OF_THE_MACHINE: Mapping[str, tuple[str, str]] = {
    "network": ("所有网站都连不上，多半是网线、代理或域名解析的问题", "其间部委如有修订，不会收到提醒"),
    "disk": ("磁盘快满了，抓取和备份可能写不下", "写不下时抓取会停止，其间如有修订不会收到提醒"),
    "clock": ("依据各网站答复头中的 Date，多数网站彼此一致而与本机不同", "记下的时间不对，定时抓取和提醒会早或晚"),
    "overdue": ("定时任务没有按时运行", "没有抓取，就不知道部委有没有修订"),
    "interrupted": ("最近一次抓取没有到头", "没有抓到的通知这次没有核对"),
    "failed": ("最近一次抓取中途失败", "没有抓到的通知这次没有核对"),
    "damage": ("数据目录里有文件损坏或缺失", "损坏不修复，之后的备份都不可靠"),
    "verify": ("档案与原始记录对不上", "档案中的文字或原文可能不可信"),
    "backup": ("很久没有新的备份", "磁盘损坏时，最近的抓取和修订记录会丢失"),
    "deliveries-damaged": ("投递记录读不出来", "不知道哪些提醒已经发出，新的提醒也发不出去"),
    "deliveries": ("对方长时间没有收下，已停止重试", "有人没有收到修订提醒"),
}
"""Code of a trouble of the machine → (why, what is at stake)."""

OTHER = Remedy("没有取得内容，程序会自动再试；若持续如此，请用浏览器打开核对地址")
WITHDRAWN = Remedy("网站上已没有这个页面；档案保留最后一次的全文。请在网站上查找新址，改好 sources.toml 后再抓取")


def remedy(state: str, reason: str) -> Remedy:
    """`state` of a notice or document, `reason` of its latest capture."""
    return WITHDRAWN if state == "gone" else REMEDIES.get(reason, OTHER)


def of_the_machine(code: str, what: str, since: str, command: str, **more: Any) -> Trouble:
    """A trouble that no notice has; it does not depend on crawls unless `crawls` says so. `more`: fields of Trouble."""
    why, stake = OF_THE_MACHINE[code]
    return Trouble(code, code, what, "", since, command, why=why, stake=stake, **({"crawls": 0} | more))
