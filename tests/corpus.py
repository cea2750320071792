"""Generated Chinese documents for search: seeded, with traditional and full-width forms strewn in. No real text."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from archive.machine.database import atomic
from archive.model import Area, Attachment, Document, Item, Notice
from archive.record.declare import declare
from archive.record.store import Store
from archive.watched import Sources
from tests.factory import capture

_WORDS = """
社会救助 养老服务 征地补偿 安置方案 公共法律服务 食品药品 监督检查 行政处罚 办事指南 政策解读 财政预算 决算报告
涉农补贴 义务教育 招生入学 户籍管理 就业创业 社会保险 医疗卫生 保障性住房 危房改造 城市综合执法 市政服务 公共文化
扶贫项目 资金分配 公示公告 听证会 申请材料 办理时限 联系方式 投诉举报 救助标准 特困人员 临时救助 低保对象
土地征收 启动公告 现状调查 补偿登记
"""
WORDS = _WORDS.split()
LINKS = ("的", "和", "与", "及", "应当", "按照", "自", "由", "向", "对", "在", "于", "为", "并", "可", "不得")
MARKS = ("，", "、", "；", "。", "：", "（一）", "“", "”", "《", "》")
LAWS = (
    "《中华人民共和国政府信息公开条例》（国令第711号）",
    "国办发〔2019〕54号",
    "国办发【２０１９】５４号",
    "民发[2020]69號",
)
TRADITIONAL = str.maketrans("扶贫资项办应当社会养务标准", "扶貧資項辦應當社會養務標準")
BATCH = 500
"""Documents that are kept in one transaction."""
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x3A)})


def sentence(chance: random.Random, words: Sequence[str] = WORDS) -> str:
    parts = []
    for _ in range(chance.randint(4, 14)):
        parts.append(
            chance.choice((*words, *words, *LINKS, *LAWS, str(chance.randint(1, 60)), "个工作日", "App", "ABC"))
        )
        if chance.random() < 0.3:
            parts.append(chance.choice(MARKS))
    text = "".join(parts)
    if chance.random() < 0.1:
        text = text.translate(TRADITIONAL)
    if chance.random() < 0.1:
        text = text.translate(WIDE)
    if chance.random() < 0.1:
        text = text.replace("，", " \u3000\n")
    return text + "。"


def texts(count: int, seed: int = 7, sentences: int = 25, words: Sequence[str] = WORDS) -> list[str]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        lines = [sentence(chance, words) for _ in range(chance.randint(3, sentences))]
        rows = [f"┃{n}│{chance.choice(words)}│{chance.choice(words)}│√" for n in range(chance.randint(0, 6))]
        made.append("\n".join([f"第{number}号演示文件", *lines, *rows]))
    return made


def fill(data: Path, bodies: list[str], items: int = 1000, seed: int = 8) -> Store:
    """An archive of these documents (attachments of 19 notices) and `items` catalogue rows, by the store's own way."""
    chance = random.Random(seed)
    areas = tuple(Area(f"area-{n}", word) for n, word in enumerate(WORDS[:26], 1))
    notices = tuple(
        Notice(
            n,
            f"n{n}",
            f"演示部关于印发{area.name}领域标准指引的通知",
            f"演示部{n}司",
            f"http://n{n}.example/",
            (area.name,),
        )
        for n, area in enumerate(areas[:19], 1)
    )
    store = Store.open(data)
    store.db.execute("PRAGMA synchronous=OFF")
    declare(store, Sources(notices, areas))
    crawl = store.begin_crawl("corpus", "live", "test/1", {})
    for notice in notices:
        files = range(notice.number - 1, len(bodies), len(notices))
        links = tuple(Attachment(f"附件{n}", f"{notice.url}{n}.docx") for n in files)
        with atomic(store.db):
            page = store.document(notice.number, "page", notice.url)
            reading = Document(title=notice.title, attachments=links, reader="test/1")
            capture(store, crawl, page, notice.url, reading)
    share = max(1, -(-items // max(1, len(bodies))))
    rows = (_item(chance, number % share + 1, areas) for number in range(items))
    files_of = enumerate(bodies)
    while batch := list(islice(files_of, BATCH)):
        with atomic(store.db):
            for number, body in batch:
                _file(store, crawl, number, body, tuple(islice(rows, share)))
    store.end_crawl(crawl, {})
    return store


def _file(store: Store, crawl: int, number: int, body: str, rows: tuple[Item, ...]) -> None:
    notice = number % 19 + 1
    url = f"http://n{notice}.example/{number}.docx"
    document = store.document(notice, "attachment", url, name=f"附件{number}")
    reading = Document(text=body, title=body.split("\n", 1)[0], items=rows, reader="test/1")
    capture(store, crawl, document, url, reading)


def items(count: int, seed: int = 8) -> Iterator[Item]:
    """So many catalogue rows of the areas that `fill` declares."""
    chance = random.Random(seed)
    areas = tuple(Area(f"area-{n}", word) for n, word in enumerate(WORDS[:26], 1))
    for position in range(1, count + 1):
        yield _item(chance, position, areas)


def _item(chance: random.Random, position: int, areas: tuple[Area, ...]) -> Item:
    return Item(
        position=position,
        serial=str(position),
        level1=chance.choice(WORDS),
        level2=chance.choice(WORDS) + chance.choice(WORDS),
        content=sentence(chance),
        basis=chance.choice(LAWS),
        time_limit=f"自信息形成之日起{chance.choice((3, 7, 20))}个工作日内",
        subject="县级" + chance.choice(WORDS) + "部门",
        channels=("政府网站", "公示栏"),
        county=True,
        township=chance.random() < 0.5,
        area=chance.choice(areas).slug,
    )


def queries(
    bodies: list[str], lengths: tuple[int, ...] = (1, 2, 3, 4, 6, 10), each: int = 40, seed: int = 9
) -> list[str]:
    """Pieces of the texts of these lengths, without white space; each is found at least once by a substring scan."""
    chance = random.Random(seed)
    found = []
    for length in lengths:
        for _ in range(each):
            body = "".join(chance.choice(bodies).split())
            at = chance.randrange(max(1, len(body) - length))
            found.append(body[at : at + length])
    return found
