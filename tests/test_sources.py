"""The declarations: complete as built in, and every mistake in an operator's file is one clear error."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.machine.toml import SettingsError
from crawler.sources import load_sources

GOOD = """
[[notice]]
number = 1
slug = "one"
title = "演示通知一"
url = "http://a.example/1.html"
areas = ["就业"]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text, "utf-8")
    return path


def mistake(tmp_path: Path, text: str) -> str:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        load_sources(path)
    assert str(path) in str(raised.value)
    return str(raised.value)


def test_the_built_in_list_has_19_notices_26_areas_and_11_tasks() -> None:
    sources = load_sources(None).sources
    assert [notice.number for notice in sources.notices] == list(range(1, 20))
    assert len(sources.areas) == 26
    assert [task.number for task in sources.tasks] == list(range(1, 12))
    assert all(notice.title.startswith(notice.issuer) for notice in sources.notices)
    assert all(task.task and task.unit and task.due for task in sources.tasks)


def test_every_area_has_exactly_one_notice() -> None:
    sources = load_sources(None).sources
    named = [name for notice in sources.notices for name in notice.areas]
    assert sorted(named) == sorted(area.name for area in sources.areas)


def test_notice_16_goes_without_the_suffix_of_its_site() -> None:
    assert load_sources(None).sources.notices[15].title == "公安部关于印发户籍管理领域基层政务公开标准指引的通知"


def test_every_host_of_the_list_has_a_rule_of_its_own() -> None:
    declared = load_sources(None)
    assert {urlsplit(notice.url).hostname for notice in declared.sources.notices} <= set(declared.rules)


def test_an_unknown_host_gets_the_generic_rule_and_a_rule_is_told_by_its_digest() -> None:
    declared = load_sources(None)
    unknown, known = declared.rule_for("http://x.example/"), declared.rule_for("http://gi.mnr.gov.cn/")
    assert unknown.content == declared.generic.content
    assert known.content[0] == "div#content"
    assert known.digest != unknown.digest


def test_a_notice_only_knows_its_own_areas() -> None:
    declared = load_sources(None)
    notice = declared.sources.notices[12]
    assert [area.name for area in declared.rule_for(notice.url, notice).areas] == ["社会救助", "养老服务"]


def test_a_list_of_other_hosts_brings_its_own_rules_and_uses_the_built_in_areas(tmp_path: Path) -> None:
    site = '[[site]]\nhost = "a.example"\ncontent = ".mine"\n'
    path = written(tmp_path, GOOD + 'content = "#one"\n' + site)
    declared = load_sources(path)
    notice = declared.sources.notices[0]
    assert len(declared.sources.areas) == 26
    assert len(declared.sources.tasks) == 11
    assert declared.rule_for(notice.url, notice).content[:2] == ("#one", ".mine")
    assert declared.rule_for("http://a.example:8080/").content[0] == ".mine"


def test_areas_may_be_empty_aliases_resolve_and_mirrors_are_kept(tmp_path: Path) -> None:
    text = GOOD.replace('["就业"]', '["医疗卫生"]') + 'mirrors = [{url = "http://b.example/", label = "转载"}]\n'
    notice = load_sources(written(tmp_path, text)).sources.notices[0]
    assert notice.areas == ("卫生健康",)
    assert notice.mirrors[0].label == "转载"
    assert load_sources(written(tmp_path, GOOD.replace('["就业"]', "[]"))).sources.notices[0].areas == ()


def test_a_file_written_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert len(load_sources(path).sources.notices) == 1


SECOND = GOOD.replace("number = 1", "number = 2").replace('"one"', '"two"').replace("/1.html", "/2.html")
MISTAKES = {
    "same number": (GOOD + SECOND.replace("number = 2", "number = 1"), "第2条通知（slug two）", "number 1"),
    "same slug": (GOOD + SECOND.replace('"two"', '"one"'), "第2条通知（slug one）", "slug"),
    "same url": (GOOD + SECOND.replace("/2.html", "/1.html"), "第2条通知（slug two）", "url"),
    "unknown area": (GOOD.replace("就业", "航天"), "第1条通知（slug one）", "航天"),
    "unknown key": (GOOD + 'tittle = "x"\n', "第1条通知（slug one）", "tittle"),
    "no url": (GOOD.replace('url = "http://a.example/1.html"\n', ""), "第1条通知（slug one）", "缺少 url"),
    "no title": (GOOD.replace("演示通知一", " "), "第1条通知（slug one）", "缺少 title"),
    "not http": (GOOD.replace("http://", "ftp://"), "第1条通知（slug one）", "ftp://"),
    "no host": (GOOD.replace("http://a.example/1.html", "http:///x"), "第1条通知", "http:///x"),
    "bad port": (GOOD.replace("a.example", "a.example:99999"), "第1条通知", "99999"),
    "bad CSS": (GOOD + 'content = "div["\n', "第1条通知（slug one）", "div["),
    "bad CSS of a site": (GOOD + '[[site]]\nhost = "a"\ndrop = ["::("]\n', "第1条网站规则（host a）", "drop"),
    "number as text": (GOOD.replace("number = 1", 'number = "1"'), "第1条通知", "整数"),
    "number as a flag": (GOOD.replace("number = 1", "number = true"), "第1条通知", "整数"),
    "slug in Chinese": (GOOD.replace('"one"', '"一"'), "第1条通知", "slug"),
    "areas as text": (GOOD.replace('["就业"]', '"就业"'), "第1条通知", "areas"),
    "mirror without label": (GOOD + 'mirrors = [{url = "http://b.example/"}]\n', "第1个镜像", "label"),
    "mirror of itself": (GOOD + 'mirrors = [{url = "http://a.example/1.html", label = "x"}]\n', "第1个镜像", "重复"),
    "unknown table": (GOOD + "[[notices]]\n", "notices", "notice"),
    "no array": ('[notice]\nslug = "x"\n', "notice", "[[notice]]"),
    "two areas of one name": (
        GOOD + '[[area]]\nslug="a"\nname="就业"\n[[area]]\nslug="b"\nname="就业"\n',
        "第2条领域",
        "就业",
    ),
    "a site's address for its host": (GOOD + '[[site]]\nhost = "http://a/"\n', "第1条网站规则", "主机名"),
    "no notice": ("", "notice", "没有任何"),
    "no TOML": ("[[notice]\n", "TOML", "TOML"),
}


@pytest.mark.parametrize(("text", "entry", "what"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_file_and_entry(tmp_path: Path, text: str, entry: str, what: str) -> None:
    message = mistake(tmp_path, text)
    assert entry in message
    assert what in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml：无法读取"):
        load_sources(tmp_path / "none.toml")


WATCHED = """
[[law]]
slug = "rescue"
title = "演示救助办法"
url = "http://a.example/law.html"

[[local]]
name = "演示县"
url = "http://county.example/list.html"
area = "医疗卫生"
"""


def test_laws_and_local_catalogues_are_watched_beside_the_built_in_notices(tmp_path: Path) -> None:
    sources = load_sources(written(tmp_path, WATCHED)).sources
    assert len(sources.notices) == 19
    assert [law.slug for law in sources.laws] == ["rescue"]
    (local,) = sources.locals
    assert local.area == ("卫生健康",)
    assert local.slug.startswith("local-")
    moved = load_sources(written(tmp_path, WATCHED.replace("/list.html", "/new.html"))).sources.locals[0]
    assert moved.slug == local.slug
    assert [str(role) for role, _ in sources.watched[19:]] == ["law", "local"]
    assert [notice.slug for notice in sources.watch(["rescue", "tax"])] == ["rescue"]


WATCHED_MISTAKES = {
    "law without title": (WATCHED.replace('title = "演示救助办法"', ""), "第1条法规（slug rescue）", "缺少 title", 2),
    "law without address": (WATCHED.replace("http://a.example", ""), "第1条法规（slug rescue）", "url", 5),
    "slug of a notice": (GOOD + WATCHED.replace('"rescue"', '"one"'), "第1条法规（slug one）", "重复", 10),
    "address of a law": (WATCHED.replace("county.example/list", "a.example/law"), "第1条地方目录", "重复", 9),
    "local of no area": (WATCHED.replace("医疗卫生", "航天"), "第1条地方目录", "航天", 10),
    "two alike": (WATCHED + WATCHED[WATCHED.index("[[local]]") :].replace("/list", "/2"), "第2条地方目录", "slug", 11),
    "key of a notice": (WATCHED + 'areas = ["就业"]\n', "第1条地方目录", "不认识的设置项 areas", 11),
}


@pytest.mark.parametrize(("text", "entry", "what", "line"), WATCHED_MISTAKES.values(), ids=WATCHED_MISTAKES)
def test_a_mistake_about_a_law_or_a_local_catalogue_is_told_with_its_line(
    tmp_path: Path, text: str, entry: str, what: str, line: int
) -> None:
    said = mistake(tmp_path, text)
    assert entry in said
    assert what in said
    assert f"第 {line} 行" in said
