"""Rows as long as the published ones: cells of several clauses, merged 一级事项 and 二级事项. All text is made up."""

from __future__ import annotations

import random

from archive.words.channels import CHANNELS
from tests.catalogue.generator import Row

GROUPS = (
    ("政策文件", ("法律法规", "部门和地方规章", "其他政策文件")),
    ("行政许可", ("演示建设项目环境影响评价文件审批", "防治演示污染设施拆除或闲置审批")),
    ("监督检查", ("演示机构信息", "监督检查计划", "检查结果公示", "信访通讯地址及投诉电话")),
    ("最低生活保障", ("政策法规文件", "办事指南", "审核信息", "审批信息")),
    ("公共服务事项", ("便民服务演示事项办理指南及流程说明",)),
    ("补偿安置", ("征收决定公告", "补偿方案征求意见情况", "分户补偿情况")),
)
CLAUSES = (
    "申请条件、申请材料、受理部门和联系方式",
    "办理流程",
    "受理环节：受理情况公示、报告书全本",
    "审批环节：拟作出审批意见公示（包括项目概况、主要影响、拟采取的措施）",
    "审批决定：文号、时间和全文",
    "补偿标准每亩42.5万元、安置人数及发放时间",
    "监督举报电话12345，受理时间为工作日9:00—17:30",
    "演示信息（含编制说明、意见采纳情况）",
    "《演示市城乡居民演示保障办法》及配套文件",
)
LAWS = (
    "《中华人民共和国政府信息公开条例》（国务院令第711号）",
    "《中华人民共和国演示评价法》",
    "《演示行政许可法》第四十条、第六十一条",
    "《关于全面推进演示领域政务公开工作的意见》（演办发〔2016〕8号）",
    "《演示暂行办法》（演示令第649号）",
)
LIMITS = (
    "自该信息形成或者变更之日起20个工作日内",
    "制定或获取信息之日起10个工作日内；其中公示期限不少于7个工作日",
    "及时公开",
    "每年3月底前",
)
SUBJECTS = ("县级演示主管部门", "县级人民政府、乡镇人民政府（街道办事处）", "演示区应急管理局")


def long_rows(rng: random.Random, count: int, *, clauses: int = 5) -> list[Row]:
    """`count` rows with up to `clauses` clauses in a cell; neighbours share 一级事项, often basis and subject."""
    made: list[Row] = []
    while len(made) < count:
        level1, seconds = GROUPS[(len(made) * 7 + rng.randint(0, 2)) % len(GROUPS)]
        if made and made[-1]["level1"] == level1:
            continue
        subject = rng.choice(SUBJECTS)
        for second in seconds:
            made.append(_row(rng, len(made) + 1, level1, second, subject, clauses))
    return made[:count]


def _row(rng: random.Random, number: int, level1: str, level2: str, subject: str, clauses: int) -> Row:
    parts = rng.sample(CLAUSES, rng.randint(1, clauses))
    content = "\n".join(f"{n}.{part}{'。' if n == len(parts) else '；'}" for n, part in enumerate(parts, 1))
    public = rng.random() < 0.75
    names = rng.sample(CHANNELS[1:-1], rng.randint(1, 4))
    return {
        "serial": str(number),
        "level1": level1,
        "level2": level2,
        "content": content if len(parts) > 1 else parts[0],
        "basis": "\n".join(rng.sample(LAWS, rng.randint(1, 3))),
        "time_limit": rng.choice(LIMITS),
        "subject": subject,
        "channels": tuple(name for name in CHANNELS if name in names or name == "政府网站"),
        "audience_all": public,
        "audience_specific": not public,
        "proactive": public,
        "on_request": not public,
        "county": True,
        "township": rng.random() < 0.5,
        "area": "",
    }
