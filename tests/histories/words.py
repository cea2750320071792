"""Words of our own for generated notices: sentences with figures, rows of a catalogue, titles. Nothing is quoted."""

from __future__ import annotations

from random import Random

from attrs import frozen

AREAS = ("样本救助", "样本养老", "样本食品安全", "样本就业", "样本规划", "样本教育", "样本卫生", "样本文化")
MINISTRIES = ("演示部办公厅", "样例部办公厅", "示范总局办公厅", "模拟部")
HEADINGS = ("一、总体要求", "二、主要任务", "三、公开内容", "四、工作要求", "五、保障措施")

# Each has at least one figure or one word that an edit can change; {n} {m} are filled by the seed.
SENTENCES = (
    "各县（市、区）应当在收到本通知之日起{n}个工作日内制定实施方案。",
    "公开事项发生变化的，应当自变化之日起{n}个工作日内更新。",
    "受理窗口每周开放{m}天，节假日另行安排。",
    "申请材料不齐全的，应当一次性告知，并在{n}日内补正。",
    "公示期限不得少于{n}个工作日，公示渠道不得少于{m}种。",
    "村务公开栏的内容每季度至少更新{m}次。",
    "对涉及群众切身利益的事项，必须逐级公开，不得以内部资料为由拒绝。",
    "年度工作报告于每年3月{n}日前报送上一级主管部门。",
    "各地可以结合实际增加公开内容，但不得减少本指引列明的事项。",
    "补贴标准为每人每月{n}0元，由县级财政统筹安排。",
    "工作人员应当佩戴证件，文明用语，耐心解答。",
    "公开查阅点应当设在便于群众到达的地方，面积不小于{n}平方米。",
    "电话咨询应当在{m}个小时内回复，网上留言在{n}日内答复。",
    "涉及个人隐私的内容，公开前应当作去标识化处理。",
    "乡镇人民政府负责本辖区内公开事项的梳理和登记。",
    "县级主管部门每年组织不少于{m}次培训，并留存记录。",
    "对逾期不公开的单位，予以通报并限期{n}日整改。",
    "同一事项在不同渠道公开的，内容应当一致。",
    "鼓励采用图解、短视频等方式解读政策，解读材料与文件同步发布。",
    "本指引所称基层，是指县级以下行政区域。",
    "公开目录实行动态调整，每{m}年全面修订一次。",
    "资金发放名单应当在发放前公示，公示无异议后{n}日内拨付。",
    "群众满意度低于百分之{n}的，应当查找原因并提出改进措施。",
    "各级财政应当保障公开查阅点的日常开支。",
    "试点单位应当形成可复制的经验，于年底前提交总结。",
    "不予公开的事项应当说明理由，并报上级机关备案。",
    "检查采取随机方式进行，抽查比例不低于百分之{n}。",
    "涉及多个部门的事项，由牵头部门负责统一公开。",
    "信息员由各单位指定，变更后{m}日内重新登记。",
    "公开的文件应当注明文号、成文日期和有效期，有效期一般为{m}年。",
)
ADDED = (
    "新增要求：对老年人和残疾人，应当提供上门办理服务。",
    "补充规定：遇有重大突发事件，应当在24小时内公开首条信息。",
    "另行明确：公开内容的存档期限为10年，到期后移交档案馆。",
    "增加一款：村（居）民委员会协助做好公示结果的收集。",
    "补充说明：本指引适用于各类开发区和园区管理机构。",
)
SWAPS = (
    ("应当", "可以"), ("不得", "不宜"), ("负责", "协助"), ("必须", "应当"), ("统一", "分别"),
    ("每年", "每两年"), ("一般", "最长"),
)  # fmt: skip

HEADER = (
    "序号", "一级事项", "二级事项", "公开内容", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
    "全社会", "特定群体", "主动", "依申请", "县级", "乡级",
)  # fmt: skip
GROUPS = ("政策文件", "审核审批", "监督检查", "资金管理", "办事服务", "队伍建设")
THINGS = (
    "办事指南", "审批结果", "检查计划", "名单公示", "标准额度", "投诉电话",
    "年度报告", "机构名录", "工作流程", "处罚决定", "评审意见", "培训安排",
)  # fmt: skip
LIMITS = (
    "自信息形成之日起20个工作日内",
    "自变更之日起7个工作日内",
    "每年3月底前",
    "实时公开",
    "公示不少于5个工作日",
    "作出决定后15日内",
)
CHANNELS = ("■政府网站 □政府公报", "■政府网站 ■公开查阅点", "■村公示栏 □精准推送", "□广播电视 ■政务服务中心")


@frozen
class Row:
    """One row of a catalogue, as its cells without 序号."""

    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.cells)


def sentence(rng: Random, pattern: str) -> str:
    return pattern.format(n=rng.randint(3, 29), m=rng.randint(2, 6))


def paragraphs(rng: Random, count: int) -> list[str]:
    """Paragraphs of one to three sentences each, no sentence twice."""
    pool = rng.sample(SENTENCES, len(SENTENCES))
    found: list[str] = []
    while len(found) < count and pool:
        take = [pool.pop() for _ in range(min(rng.choice((1, 2, 2, 3)), len(pool)))]
        found.append("".join(sentence(rng, pattern) for pattern in take))
    return found


def row(rng: Random, thing: str) -> Row:
    group = rng.choice(GROUPS)
    content = f"{thing}的名称、依据、条件、时间和联系电话"
    basis = f"《样本条例》第{rng.randint(2, 60)}条"
    flags = ("√", "", "√", "", "√", rng.choice(("√", "")))
    cells = (group, thing, content, basis, rng.choice(LIMITS), "县级主管部门、乡镇人民政府", rng.choice(CHANNELS))
    return Row((*cells, *flags))


def rows(rng: Random, count: int) -> tuple[Row, ...]:
    return tuple(row(rng, thing) for thing in rng.sample(THINGS, min(count, len(THINGS))))
