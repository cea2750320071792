"""How a county spells what the national row says: nothing here is a deviation."""

from __future__ import annotations

import random
import re

from attrs import evolve

from tests.sites.catalogues import Row

AREA_NAMES = {
    "食品药品监管": "食品药品安全",
    "城乡规划": "国土空间规划",
    "农村集体土地征收": "征地补偿",
    "生态环境": "环境保护",
    "就业": "就业创业",
    "卫生健康": "医疗卫生",
    "扶贫": "涉贫涉乡村振兴",
    "城市综合执法": "城市管理综合执法",
}
"""The area as a county calls it."""
AGENCIES = {
    "县级自然资源主管部门": ("自然资源局", "自然资源和规划局"),
    "县级发展改革部门": ("发展和改革局", "发改局"),
    "县级住房和城乡建设部门": ("住房和城乡建设局", "住建局"),
    "县级财政部门": ("财政局",),
    "县级各部门": ("各部门",),
    "县级应急管理部门": ("应急管理局", "应急局"),
    "县级住房保障部门": ("住房保障局", "住房保障中心"),
    "县级房屋征收部门": ("房屋征收局", "房屋征收办公室"),
    "县级城市管理部门": ("城市管理局", "城管局"),
    "县级生态环境部门": ("生态环境局", "生态环境分局"),
    "县级文化和旅游部门": ("文化和旅游局", "文旅局"),
    "县级司法行政部门": ("司法局",),
    "县级扶贫部门": ("扶贫局", "扶贫办"),
    "县级民政部门": ("民政局",),
    "县级市场监管部门": ("市场监督管理局", "市场监管局"),
    "县级人力资源社会保障部门": ("人力资源和社会保障局", "人社局"),
    "县级社会保险经办机构": ("社会保险经办机构", "社保经办机构"),
    "县级公安机关": ("公安局",),
    "县级农业农村部门": ("农业农村局",),
    "县级教育部门": ("教育局",),
    "县级卫生健康部门": ("卫生健康局", "卫健局"),
    "县级公共资源交易监督管理部门": ("公共资源交易监督管理局", "公共资源交易监管局"),
    "县级税务机关": ("税务局",),
    "县级人民政府": ("人民政府",),
}
"""What the national table calls a department, and what a county's is called."""
TOWNSHIPS = ("各乡镇人民政府（街道办事处）", "乡镇人民政府、街道办事处", "各镇人民政府、街道办事处")
LIMITS = {
    "自信息形成或变更之日起20个工作日内": (
        "信息形成或者变更之日起20个工作日内",
        "自信息形成或变更之日起二十个工作日内",
        "自该信息形成或者变更之日起 20 个工作日内予以公开",
        "20个工作日内",
    ),
    "自信息形成之日起7个工作日内": ("自信息形成之日起７个工作日内", "信息形成后7个工作日内"),
    "作出决定之日起7个工作日内": ("自作出决定之日起七个工作日内公开", "作出决定后7个工作日内"),
    "实时公开": ("实时公开。", "实 时 公 开"),
    "每年3月31日前": ("每年03月31日前", "每年3月31日之前"),
    "公示期限不少于7个工作日": ("公示期限不得少于7个工作日", "公示时间不少于 7 个工作日"),
    "收到申请之日起20个工作日内": ("自收到申请之日起20个工作日内答复", "收到申请之日起二十个工作日内"),
}
_WIDE = str.maketrans("0123456789()", "０１２３４５６７８９（）")
_HALF = str.maketrans("（），；：", "(),;:")


def noisy(rng: random.Random, row: Row, county: str) -> Row:
    """The row in the county's words."""
    return evolve(
        row,
        level1=_level(rng, row.level1),
        level2=_level(rng, row.level2),
        content=_text(rng, row.content),
        basis=_basis(rng, row.basis),
        time_limit=rng.choice((row.time_limit, *LIMITS.get(row.time_limit, ()))),
        subject=subject(rng, row.subject, county),
        channels=row.channels if rng.random() < 0.85 else (*row.channels, "政务公开专区"),
    )


def subject(rng: random.Random, name: str, county: str) -> str:
    names = AGENCIES.get(name)
    if names:
        own = rng.choice(names)
        return rng.choice((county + own, county + own, county[-1] + own, name, "本" + county[-1] + own))
    if name.startswith("乡镇人民政府"):
        return rng.choice((name, *TOWNSHIPS))
    return rng.choice((name, name.replace("（", "(").replace("）", ")"), name.replace("县级", county)))


def _level(rng: random.Random, text: str) -> str:
    chance = rng.random()
    if chance < 0.12 and len(text) > 3:
        middle = rng.randint(1, len(text) - 1)
        return text[:middle] + rng.choice((" ", "\u3000", "\n")) + text[middle:]
    if chance < 0.16 and not text.endswith(("信息", "情况")):
        return text + "信息"
    if chance < 0.20:
        return text.translate(_HALF)
    return text


def _text(rng: random.Random, text: str) -> str:
    chance = rng.random()
    if chance < 0.15:
        return text.replace("；", "\n")
    if chance < 0.3:
        return re.sub(r"(\d)\.", r"\1、", text)
    if chance < 0.4:
        return text.translate(_WIDE)
    if chance < 0.5:
        return re.sub(r"(\d)\.", r"（\1）", text)
    return text.replace("；", "； ") if chance < 0.6 else text


def _basis(rng: random.Random, text: str) -> str:
    chance = rng.random()
    if chance < 0.15:
        return text.replace("中华人民共和国", "")
    if chance < 0.3:
        return text.replace("；", "\n")
    if chance < 0.4:
        return text.translate(_HALF)
    return text.replace("；", "、") if chance < 0.5 else text
