"""Chinese titles and descriptions of the tables, columns and facets on Datasette's own pages."""

from __future__ import annotations

import re
from typing import Any

from archive.record.views import VIEWS
from archive.words import DEVIATIONS, DOCUMENT_STATES, LAW_STATES, REVIEW_STATES, STATES
from archive.words.columns import LABELS

TABLES: dict[str, str] = {
    "notices": "通知",
    "areas": "领域",
    "documents": "文件（网页、附件与图片）",
    "versions": "文本版本",
    "attachments": "各版本所附文件",
    "pictures": "网页正文里的图片",
    "items": "公开事项目录",
    "grids": "原始表格",
    "changes": "修订记录",
    "row_changes": "逐行修订",
    "stories": "修订的说明",
    "captures": "抓取记录",
    "crawls": "抓取批次",
    "candidates": "可能的新版",
    "laws": "公开依据所引的法规",
    "citations": "各事项的公开依据",
    "reviews": "等人决定的事项",
    "furniture": "网站自己的栏目",
    "listings": "列表页",
    "listed": "列表页中的文件",
    "looks": "历次查看列表页",
    "signs": "网站的答复头",
    "tasks": "任务分工",
    "locals": "地方目录",
    "deviations": "地方目录与国家标准的差别",
    "behind": "尚未跟上国家标准修订的地方目录",
    "archive_info": "档案信息",
    "origins": "来源档案",
    "came": "并入内容的编号对照",
    "sightings": "各档案见到的文本版本",
    "reports": "各档案记录的修订",
    "row_aliases": "事项原来的永久编号",
    **{view.name: view.title for view in VIEWS},
}

DESCRIPTIONS: dict[str, str] = {
    "notices": "列入名单的部委通知，以及同样监测的法规和地方目录，每份一行。",
    "areas": "试点领域，每个一行，指向规定其标准的通知。",
    "documents": "通知的网页、附件和压缩包内文件。检索框可查标题和现行文本。",
    "versions": "每份文件先后取得的文本，只增不改。",
    "items": "标准目录逐行拆分的公开事项，含历史版本；current 为 1 的是现行内容。检索框只查现行内容。",
    "grids": "读出目录的原始表格，供核对；cells（单元格）和 spans（合并）是压缩的 JSON。",
    "changes": "两个版本之间发生了什么。",
    "captures": "每次抓取：时间、地址、结果、校验值和 WARC 存档位置。",
    "laws": "法律、法规、规章和文件，各有哪些文本，今天是什么状态。",
    "citations": "公开依据里引用的每一处：认出的法规、条文和原文。",
    "origins": "并入本档案的各市档案；编号 0 是本档案自己。",
    "sightings": "一个版本由哪些档案在什么时间见到。",
    "reports": "一项修订由哪些档案记录；来源 -1 是合并时比较出来的。",
    "candidates": "部委列表页上新出现、可能替代现有通知的文件，待人工核对。",
    "reviews": "程序不能肯定、等人决定的事项，以及作出的决定。",
    "locals": "所监测的地方目录，每份一行；不属于全国目录。",
    "deviations": "地方目录的行与国家标准不同之处，每处一行；写法不同而意思相同的不列。",
    "behind": "国家标准修订以后仍是原来内容的地方目录。",
    "looks": "每次抓取时列表页的样子：条目数、新条目、日期、翻页；fault 不为空的不正常。",
    "signs": "每次答复的状态、Date 和 Age，用来发现缓存和时钟的问题；只保留一百天。",
    "furniture": "网页上每次都变、像是网站自己的内容：比对时略去，由人确认。",
    **{view.name: view.about for view in VIEWS},
}

_COMMON = {
    "id": "编号",
    "notice_id": "所属通知",
    "document_id": "所属文件",
    "version_id": "所属版本",
    "capture_id": "取自哪次抓取",
    "crawl_id": "抓取批次",
    "area_id": "领域",
}

_OWN: dict[str, dict[str, str]] = {
    "notices": {
        "number": "名单中的序号",
        "role": "notice 部委通知、law 法规、local 地方目录",
        "slug": "网址用名",
        "title": "标题",
        "issuer": "发文机关",
        "url": "现用地址",
        "document_number": "发文字号",
        "issued_on": "成文日期",
        "published_on": "发布日期",
        "state": "状态：" + "、".join(f"{code} {word}" for code, word in STATES.items()),
        "checked_at": "最近一次抓取（UTC）",
        "changed_at": "最近一次变化（UTC）",
        "last_success": "最近一次取得原文（UTC）",
        "next_due": "下次抓取（UTC）",
    },
    "areas": {"slug": "网址用名", "name": "名称", "aliases": "别名"},
    "documents": {
        "kind": "page 网页、attachment 附件、member 压缩包内文件、picture 正文图片",
        "url": "地址",
        "name": "名称",
        "media_type": "文件类型",
        "state": "、".join(f"{code} {word}" for code, word in DOCUMENT_STATES.items()),
        "reason": "不能读取的原因",
        "mirror": "转载来源，空表示取自原地址",
    },
    "versions": {
        "number": "第几版",
        "captured_at": "取得时间（UTC）",
        "title": "标题",
        "text": "文本",
        "text_sha256": "文本的 SHA-256",
        "metadata": "文件信息（JSON）",
        "confidence": "high 可靠、low 较低",
        "reader": "读取程序",
    },
    "items": {
        "key": "固定编号（事项网址中的）",
        **{name: word for name, word in LABELS.items() if name != "area"},
        "position": "在文件中的行次",
        "more": "其他（JSON）：原始标记、推定的列、所在表格",
        "current": "1 为现行内容",
    },
    "captures": {
        "url": "应答的地址",
        "fetched_at": "时间（UTC）",
        "http_status": "HTTP 状态",
        "verdict": "结果",
        "reason": "原因",
        "sha256": "内容的 SHA-256",
        "bytes": "字节数",
        "warc_file": "WARC 文件",
        "warc_offset": "记录在文件中的位置",
        "decision": "人工决定",
    },
    "changes": {
        "candidate_id": "所告知的新版线索",
        "kind": "种类",
        "from_version": "旧版本",
        "to_version": "新版本",
        "detected_at": "发现时间（UTC）",
        "summary": "摘要",
    },
    "laws": {
        "slug": "网址用名",
        "title": "名称",
        "category": "类别",
        "number": "文号",
        "state": "状态：" + "、".join(f"{code} {word}" for code, word in LAW_STATES.items() if code),
        "date": "最新文本的日期",
        "force": "它的施行日期",
        "repealed": "废止日期",
        "texts": "历次文本（JSON）：日期、施行日期、文号",
        "known": "已告知的（JSON）",
    },
    "citations": {
        "item_id": "事项",
        "law_id": "认出的法规",
        "position": "第几处",
        "article": "条文",
        "printed": "原文写法",
        "number": "所注文号",
        "year": "所注年份",
        "based_on": "目录印发的日期",
    },
    "reviews": {
        "kind": "种类",
        "subject_id": "所问内容在其表中的编号",
        "why": "为什么不能肯定",
        "opened_at": "提出时间（UTC）",
        "state": "、".join(f"{code} {word}" for code, word in REVIEW_STATES.items()),
        "decided_at": "决定时间（UTC）",
    },
    "furniture": {
        "kind": "figures 数字、links 链接、banner 时有时无",
        "pattern": "不变的部分",
        "examples": "曾经的内容（JSON）",
        "state": "proposed 待确认、accepted 已确认、rejected 是通知的内容",
    },
    "locals": {
        "slug": "网址用名",
        "name": "名称",
        "areas": "声明的领域（JSON）",
        "url": "地址",
        "found": "各领域各种结论的行数（JSON）",
        "notes": "说明（JSON）",
        "compared_at": "最近一次对照（UTC）",
    },
    "deviations": {
        "local_id": "地方目录",
        "local_item_id": "地方目录的行，空表示本地没有",
        "item_id": "国家标准的行，空表示国家标准没有",
        "kind": "、".join(f"{code} {word}" for code, word in DEVIATIONS.items()),
        "column": "哪一栏，空表示整行",
        "national": "国家标准的内容",
        "local": "本地的内容",
        "says": "说明",
    },
    "behind": {"change_id": "修订记录", "local_id": "地方目录"},
    "tasks": {"number": "序号", "task": "工作任务", "unit": "责任单位", "due": "时间进度"},
}

_FOR_DATASETTE: dict[str, dict[str, Any]] = {
    "notices": {"fts_table": "notices_fts", "fts_pk": "id", "label_column": "title"},
    "areas": {"label_column": "name"},
    "laws": {"label_column": "title"},
    "documents": {"fts_table": "documents_fts", "fts_pk": "id", "label_column": "name"},
    "versions": {"label_column": "number"},
    "items": {
        "fts_table": "items_fts",
        "fts_pk": "id",
        "facets": ["area_id", "county", "township", "deadline", {"array": "channels"}],
        "sort": "id",
    },
    "locals": {"label_column": "name"},
    "archive_info": {"hidden": True},
}
"""Its own keys of a table: what its search box asks, what stands for a row elsewhere, what a page starts with."""


def metadata() -> dict[str, Any]:
    """Datasette's metadata: title, description and columns of every table."""
    tables = {
        name: {"title": title, "description": DESCRIPTIONS.get(name, ""), "columns": _OWN.get(name, {})}
        | _FOR_DATASETTE.get(name, {})
        for name, title in TABLES.items()
    }
    tables["_sqlite_migrations"] = {"hidden": True}
    tables["search_entries"] = {"hidden": True}
    return {
        "title": "档案",
        "databases": {
            "archive": {
                "title": "档案数据",
                "description": "全部数据表，可筛选、检索、导出；只读。",
                "tables": tables,
            }
        },
    }


_CRUMBS = {"home": "首页", "archive": "数据表"}


def crumb(label: str) -> str:
    return _CRUMBS.get(label) or table_name(label)


def column_name(table: str, column: str) -> str:
    return _OWN.get(table, {}).get(column) or _COMMON.get(column) or column


_DESCRIPTION = (
    (r"^where ", "条件："),
    (r'search matches "', "检索“"),
    (r'"(?= and| sorted|$)', "”"),
    (r" and ", "，且 "),
    (r" sorted by (\S+) descending$", r"，按 \1 降序"),
    (r" sorted by (\S+)$", r"，按 \1 排序"),
    (r"^sorted by (\S+) descending$", r"按 \1 降序"),
    (r"^sorted by (\S+)$", r"按 \1 排序"),
)


def description(english: str) -> str:
    """Datasette's sentence about a filtered table, its fixed words in Chinese."""
    for pattern, chinese in _DESCRIPTION:
        english = re.sub(pattern, chinese, english)
    return english


def table_name(name: str) -> str:
    return f"{TABLES[name]} {name}" if name in TABLES else name
