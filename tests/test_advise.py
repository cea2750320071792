"""`try`, `add` and `sources check`, as typed; what they fetch comes from a server of the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.record.about import name_of_list
from crawler.sources import BUILT_IN, load_sources
from tests.crawl.harness import environment, page
from tests.sites.modes import html
from tests.sites.server import SiteServer

TITLE = "关于印发某某管理办法的通知"
SENTENCES = "".join(
    f"<p>第{n}条 各有关单位应当编制目录，明确公开的内容、依据、时限、主体和渠道，并及时更新，具体要求另行通知。</p>"
    for n in range(12)
)
UNKNOWN = f"""<div class="bar"><a href="/">首页</a> <a href="/b">某某栏目</a> 今天是星期六，网站地图</div>
<div class="frame"><h4 class="name">{TITLE}</h4><p>发布日期：2026-01-02</p><div class="q7">{SENTENCES}</div>
<div class="dl"><a href="files/1.doc">附件：某某目录.doc</a></div></div>
<div class="footer">版权所有 某某局 联系我们</div>"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with SiteServer() as server:
        server.put("a.example", "/robots.txt", b"User-agent: *\nDisallow: /closed/\n", "text/plain")
        server.put("a.example", "/x/t1.html", html(TITLE, UNKNOWN))
        server.put("a.example", "/closed/t.html", html(TITLE, UNKNOWN))
        server.put("a.example", "/good.html", page("welfare"))
        server.put("a.example", "/soft.html", html("提示", "<div>您访问的页面不存在或已删除</div>"))
        yield server.host("a.example")


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """A data folder; the server of the tests needs no rest between two requests."""
    (tmp_path / "settings.toml").write_text("delay = 0\n", "utf-8")
    return tmp_path


def guidelines(data: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), *arguments]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr[-3000:]
    return done


def told(data: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(guidelines(data, *arguments, "--json", code=code).stdout)


def test_an_unknown_page_is_read_by_its_sentences_and_nothing_is_kept(site: str, tmp_path: Path) -> None:
    found = told(tmp_path, "try", f"{site}/x/t1.html")
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
    assert found["title"]["value"] == TITLE
    assert {"field": "published_on", "value": "2026-01-02", "rule": "标签“发布日期”"} in found["metadata"]
    assert any("今天是星期六" in piece["what"] for piece in found["left_out"])
    assert found["body"]["confidence"] == "high"
    assert found["proposal"] is None


def test_the_proposed_rule_reads_the_page_surely_once_it_is_pasted(site: str, tmp_path: Path) -> None:
    guidelines(tmp_path, "add", f"{site}/x/t1.html")
    own = tmp_path / "sources.toml"
    rule = f'[[site]]\nhost = "{site.partition("//")[2]}"\ncontent = ["div.q7"]\ntitle = ["h4.name"]\n'
    own.write_text(own.read_text("utf-8") + "\n" + rule, "utf-8")
    found = told(tmp_path, "try", f"{site}/x/t1.html")
    assert found["body"]["selector"] == "div.q7"
    assert found["title"]["rule"] in ("选择器 title：h4.name", "<title>")
    assert found["proposal"] is None


def test_what_robots_forbid_is_not_fetched_for_a_person_either(site: str, tmp_path: Path) -> None:
    assert told(tmp_path, "try", f"{site}/closed/t.html", code=3)["verdict"] == "forbidden"
    assert "robots" in guidelines(tmp_path, "add", f"{site}/closed/t.html", code=1).stderr
    assert not (tmp_path / "sources.toml").exists()


def test_a_saved_file_is_read_as_though_it_came_from_its_address(tmp_path: Path) -> None:
    file = tmp_path / "t.html"
    file.write_bytes(page("welfare", '<p><a href="files/1.doc">附件：目录.doc</a></p>'))
    found = told(tmp_path, "try", str(file), "--url", "http://a.example/x/t.html")
    assert found["body"] | {"characters": 0} == {
        "rule": "正文容器", "selector": "#content", "confidence": "high", "characters": 0,
    }  # fmt: skip
    assert [file["url"] for file in found["files"]] == ["http://a.example/x/files/1.doc"]


def test_an_added_notice_stands_behind_what_the_operator_has_written(site: str, tmp_path: Path) -> None:
    own = tmp_path / "sources.toml"
    before = (
        '# 我们的名单\n[[notice]]\nnumber = 7\nslug = "one"\ntitle = "某某办法"\nurl = "http://a.example/1"  # 一\n'
    )
    own.write_text(before, "utf-8")
    found = told(tmp_path, "add", f"{site}/good.html", "--slug", "welfare")
    assert own.read_text("utf-8").startswith(before)
    _, added = load_sources(own).sources.notices
    assert (added.number, added.slug, added.url) == (8, "welfare", f"{site}/good.html")
    assert added.title == found["notice"]["title"]
    assert added.issuer == "演示部办公厅"
    again = guidelines(tmp_path, "add", f"{site}/good.html", code=1)
    assert "已经有这个网址" in again.stderr
    assert len(load_sources(own).sources.notices) == 2


def test_a_list_begins_with_the_built_in_one(site: str, tmp_path: Path) -> None:
    guidelines(tmp_path, "add", f"{site}/good.html")
    text = (tmp_path / "sources.toml").read_text("utf-8")
    assert text.startswith(BUILT_IN.read_text("utf-8").rstrip())
    assert len(load_sources(tmp_path / "sources.toml").sources.notices) == 20


def test_what_is_no_notice_is_not_added(site: str, tmp_path: Path) -> None:
    assert "页面不存在" in guidelines(tmp_path, "add", f"{site}/soft.html", code=1).stderr
    guidelines(tmp_path, "add", f"{site}/missing.html", code=1)
    guidelines(tmp_path, "add", "ftp://a.example/x", code=1)
    guidelines(tmp_path, "add", f"{site}/good.html", "--slug", "Not A Slug", code=2)
    assert not (tmp_path / "sources.toml").exists()


def test_all_mistakes_of_a_list_are_told_with_their_lines(tmp_path: Path) -> None:
    own = tmp_path / "sources.toml"
    own.write_text(
        '[[notice]]\nnumber = "x"\nslug = "one"\ntitle = "某某办法"\nurl = "ftp://a.example"\nhuh = 1\n', "utf-8"
    )
    found = told(tmp_path, "sources", "check", code=2)
    assert [mistake["line"] for mistake in found["mistakes"]] == [2, 5, 6]
    said = guidelines(tmp_path, "sources", "check", code=2).stdout
    assert f"{own} 第 5 行" in said
    own.write_text("[[notice]\n", "utf-8")
    assert told(tmp_path, "sources", "check", code=2)["mistakes"][0]["line"] == 1
    own.unlink()
    assert told(tmp_path, "sources", "check")["built_in"]


@pytest.mark.parametrize(
    ("given", "titles", "name"),
    [
        ("", ["关于印发救灾领域基层政务公开标准指引的通知"], "基层政务公开标准"),
        ("", ["某某管理办法", "关于印发救灾领域基层政务公开标准指引的通知"], "公文"),
        ("本市规范性文件", ["某某管理办法"], "本市规范性文件"),
    ],
)
def test_a_list_is_called_by_its_name_or_by_what_its_titles_share(given: str, titles: list[str], name: str) -> None:
    assert name_of_list(given, titles) == name
