"""The vocabulary as people read it: Chinese words for the states, verdicts, reasons and kinds that the tables hold.

Pages, messages and the command line take their words from here, so that one thing has one name everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "never-fetched": "尚未抓取",
    "current": "正常",
    "suspect": "存疑",
    "blocked": "被拦截",
    "unreachable": "无法访问",
    "gone": "已撤下",
}
"""notices.state"""

DOCUMENT_STATES: Mapping[str, str] = {
    "current": "已读取",
    "unread": "尚未读取",
    "unreadable": "无法读取",
    "gone": "已撤下",
}
"""documents.state"""

DOCUMENT_KINDS: Mapping[str, str] = {
    "page": "正文网页",
    "attachment": "附件",
    "member": "压缩包内文件",
    "picture": "正文图片",
}
"""documents.kind"""

HIT_KINDS: Mapping[str, str] = {"notice": "通知", "document": "文件", "item": "目录事项"}
"""What a search finds."""

MATCHES: Mapping[str, str] = {
    "exact": "原词",
    "same": "同义",
    "near": "近似字",
    "parts": "拆开的词",
    "some": "部分词",
}
"""How a hit answers a query (search/query.py)."""

VERDICTS: Mapping[str, str] = {
    "ok": "取得原文",
    "unchanged": "没有变化",
    "suspect": "存疑",
    "gone": "已撤下",
    "error": "抓取失败",
    "forbidden": "网站禁止抓取",
}
"""captures.verdict"""

REASONS: Mapping[str, str] = {
    # suspect
    "challenge": "返回的是人机验证页",
    "soft-404": "返回的是“页面不存在”提示",
    "empty": "没有正文",
    "truncated": "内容不完整",
    "garbled": "文字是乱码",
    "shrunk": "正文比上一版短很多",
    "elsewhere": "返回的是别的文章或首页",
    "unstable": "几次抓取的内容来回变化",
    # ok
    "pictures": "正文所列图片两回不同，下次再看",
    # error
    "timeout": "超时没有应答",
    "dns": "域名无法解析",
    "refused": "服务器拒绝连接",
    "reset": "连接中断",
    "tls": "加密连接失败",
    "too-large": "文件超过大小上限",
    "redirects": "跳转没有尽头",
    "private": "跳转到内部网络地址，未跟随",
    "robots-unreachable": "网站的 robots.txt 暂时取不到，按规定暂不抓取",
    "proxy": "代理服务器没有接通",
    "robots": "网站的 robots.txt 不允许抓取",
    "incomplete": "没有得到结果",
    "scheme": "网址不是 http 或 https",
    "address": "页面给出的网址无效或过长",
    "too-many": "页面上的附件或图片太多，超出部分未抓取",
    "scope": "不在声明的网站范围内，未跟随",
    "unreachable": "网站无法访问",
    "not-in-warc": "给出的 WARC 文件里没有",
    # reading an attachment
    "needs-ocr": "是扫描件，需要文字识别",
    "encrypted": "有密码保护",
    "corrupt": "文件已损坏",
    "unsupported": "暂不支持这种格式",
    "memory": "读取时超出内存上限",
    "crashed": "读取程序意外退出",
}
"""captures.reason, notices.reason and the code of a document's problem; see `reason`."""

CHANGES: Mapping[str, str] = {
    "new": "首次收录",
    "revised": "内容修订",
    "metadata": "文件信息变更",
    "attachment-added": "新增附件",
    "attachment-replaced": "附件更换",
    "attachment-removed": "附件撤下",
    "moved": "地址变更",
    "gone": "原文撤下",
    "restored": "原文恢复",
    "successor": "可能的新版，请核对",
    "upgrade": "读取程序改进",
    "repealed": "已废止",
    "correction": "更正",
    "basis-amended": "依据变化",
}
"""changes.kind"""

VERSION_STATES: Mapping[str, str] = {
    "": "",
    "accepted": "经人工采信",
    "held": "与上一版不同，待核对",
    "aside": "原址现在的文字，没有取代正文",
    "withdrawn": "已撤销，不作现行文本",
    "former": "旧版原文的重新读取，供比对",
}
"""versions.state"""

ROW_CHANGES: Mapping[str, str] = {
    "added": "新增",
    "removed": "删除",
    "changed": "修改",
    "moved": "移动",
    "basis": "以此为依据",
}
"""row_changes.kind"""

LAW_STATES: Mapping[str, str] = {
    "in-force": "有效",
    "not-yet": "尚未生效",
    "amended": "已修改",
    "repealed": "已废止",
    "unknown": "未知",
    "": "—",
}
"""laws.state; '' where the law did not exist"""

WAITING: Mapping[str, str] = {
    "capture": "取得的内容可疑，没有收录，待核对",
    "version": "的文字与上一版不同，待核对",
    "candidate": "可能有新版，待核对",
    "furniture": "的网页上有一处每次都变，像是网站自己的栏目，待核对",
}
"""reviews.kind, after the title of the notice"""

PLACES = "的网页上有 {} 处每次都变，像是网站自己的栏目，待逐一核对"
"""In place of WAITING["furniture"] when a page has several."""

REVIEW_STATES: Mapping[str, str] = {
    "open": "待决定",
    "accepted": "已接受",
    "rejected": "已排除",
    "settled": "情况已变，无需再决定",
}
"""reviews.state"""

WHY: Mapping[str, str] = {
    "unsure": "正文只由通用方法识别，不能肯定是部委改的还是网页改的",
    "base-lost": "上一版的原始记录已损坏或丢失，新读出的文字无法与它用同一程序比对",
    "shrunk": "正文比上一版短很多",
    "unstable": "隔一会儿再取，内容又不一样",
    "elsewhere": "这个地址上现在是别的文章",
    "successor": "部委的列表里出现了题名相近的新网页",
    "figures": "同一行字，几次抓取只有数字或日期不同",
    "links": "同一处的链接，几次抓取各不相同",
    "banner": "同一行字时有时无",
}
"""reviews.why"""

CANDIDATES: Mapping[str, str] = {"new": "待核对", "accepted": "已采纳", "rejected": "已排除"}
"""candidates.state"""

CONFIDENCE: Mapping[str, str] = {"high": "可靠", "low": "较低（没有适用的网站规则，正文由通用方法推断）"}
"""versions.confidence"""

DECISIONS: Mapping[str, str] = {
    "accepted": "经人工采信",
    "rejected": "经人工排除",
    "withdrawn": "所依据的决定已撤销",
}
"""captures.decision"""

CRAWLS: Mapping[str, str] = {
    "live": "联网抓取",
    "replay": "由存档文件重放",
    "receive": "人工补采",
    "reextract": "重新读取存档",
    "accept": "人工接受",
    "reject": "人工排除",
    "undo": "撤销人工决定",
}
"""crawls.kind"""

METADATA: Mapping[str, str] = {
    "title": "标题",
    "document_number": "发文字号",
    "index_number": "索引号",
    "issuer": "发布机构",
    "issued_on": "成文日期",
    "published_on": "发布日期",
    "effective_on": "生效日期",
    "expires_on": "失效日期",
    "in_force": "时效状态",
    "repealed": "页面注明",
    "category": "主题分类",
    "rank": "效力级别",
    "source": "来源",
    "dimensions": "图片尺寸",
}
"""Keys of versions.metadata, in the order of a page."""


def state(code: str) -> str:
    return STATES.get(code, code)


def verdict(code: str, why: str = "") -> str:
    """'存疑：返回的是人机验证页', or only the verdict when there is no reason."""
    word = VERDICTS.get(code, code)
    return f"{word}：{reason(why)}" if why else word


def reason(code: str) -> str:
    """The words for a reason; 'http-503' and unknown codes are said as they are."""
    return f"服务器返回 HTTP {code.removeprefix('http-')}" if code.startswith("http-") else REASONS.get(code, code)


def change(code: str) -> str:
    return CHANGES.get(code, code)


def attachment(name: str) -> str:
    """An attachment as a sentence names it: many names begin with 附件 themselves."""
    return f"“{name}”" if name.startswith("附件") else f"附件“{name}”"


def row(area: str, serial: str, matter: str) -> str:
    """The one way to name a row of a catalogue, by the number that the table prints: '社会救助 序号6“临时救助”'."""
    number = f"序号{serial}" if serial else ""
    return f"{area}{' ' if area and number else ''}{number}“{matter}”"


DEVIATIONS: Mapping[str, str] = {
    "same": "一致",
    "deadline-longer": "时限偏长",
    "deadline-shorter": "时限偏短",
    "channel-missing": "缺少渠道",
    "subject-missing": "缺少公开主体",
    "subject-specific": "公开主体更具体",
    "basis-outdated": "依据过时",
    "level-changed": "公开层级不同",
    "audience-changed": "公开对象不同",
    "method-changed": "公开方式不同",
    "missing": "本地缺少",
    "additional": "本地增加",
    "doubtful": "需人工判断",
}
"""In what a local row deviates from the national one (archive/local/result.py)."""
