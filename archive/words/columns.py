"""The columns of a standard catalogue (标准目录): what they are called, how wide they print, what they hold."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class Column:
    field: str
    """Its name in the table `items` and in `Item`."""
    heading: str
    """In the official form."""
    width: int
    """On a printed sheet, in Excel's characters."""
    group: str = ""
    """The heading above several columns, a key of GROUPS."""
    flag: bool = False
    """Holds a tick, not a text."""

    @property
    def name(self) -> str:
        """In a sentence: the heading without what explains it."""
        return self.heading.partition("（")[0]

    @property
    def label(self) -> str:
        """Where it stands without its group."""
        return f"{GROUPS[self.group]}：{self.heading}" if self.flag else self.heading


GROUPS: Mapping[str, str] = {"matter": "公开事项", "audience": "公开对象", "method": "公开方式", "level": "公开层级"}

CATALOGUE = (
    Column("serial", "序号", 5),
    Column("level1", "一级事项", 12, "matter"),
    Column("level2", "二级事项", 16, "matter"),
    Column("content", "公开内容（要素）", 34),
    Column("basis", "公开依据", 30),
    Column("time_limit", "公开时限", 16),
    Column("subject", "公开主体", 13),
    Column("channels", "公开渠道和载体", 32),
    Column("audience_all", "全社会", 5, "audience", flag=True),
    Column("audience_specific", "特定群体", 8, "audience", flag=True),
    Column("proactive", "主动", 5, "method", flag=True),
    Column("on_request", "依申请", 6, "method", flag=True),
    Column("county", "县级", 5, "level", flag=True),
    Column("township", "乡级", 5, "level", flag=True),
)
"""In the order of the official form."""

FLAGS = tuple(column.field for column in CATALOGUE if column.flag)
TEXTS = tuple(column.field for column in CATALOGUE if not column.flag)
LEVELS: Mapping[str, str] = {column.field: column.heading for column in CATALOGUE if column.group == "level"}

NAMES: Mapping[str, str] = {column.field: column.name for column in CATALOGUE} | {"level3": "三级事项"} | dict(GROUPS)
"""What a column or a group is called in a sentence. Some authorities' tables have a third level."""

LABELS: Mapping[str, str] = (
    {"serial": "序号", "area": "领域"}
    | {column.field: column.label for column in CATALOGUE}
    | {"deadline": "时限（归类）", "review": "需核对"}
)
"""What a row holds, as a page shows it: the columns of the form and what we know beside them."""
