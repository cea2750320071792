"""Every page: what it shows, that nothing in it can run, that mistakes are told in Chinese."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.web.conftest import Outline, Site
from tests.web.sample import make_site

PAGES = (
    "/",
    "/notices/land",
    "/notices/welfare",
    "/notices/poverty",
    "/areas/land-expropriation",
    "/areas/poverty-alleviation",
    "/changes",
    "/changes/1",
    "/changes/1?view=side",
    "/changes/2?whole=1",
    "/search",
    "/search?q=" + quote("征地"),
    "/catalogue",
    "/catalogue?level=township",
    "/catalogue?area=land-expropriation&area=social-assistance",
    "/compile",
    "/api",
    "/compile?areas=land-expropriation.social-assistance&level=township",
    "/items/132",
    "/items/12",
    "/documents/2",
    "/documents/2?version=1",
    "/tasks",
    "/status",
)
DATASETTE = (
    "/archive",
    "/archive/items",
    "/archive/documents",
    "/archive/notices/1",
    "/archive?sql=select+1",
    "/archive?sql=select+nonsense",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_plain_accessible_html_without_script(web: Site, path: str) -> None:
    answer = web.get(path)
    page = Outline(answer.text)
    assert answer.status_code == 200
    assert page.all("html")[0]["lang"] == "zh-CN"
    assert not page.all("script", "style", "iframe")
    assert not [a for _, a in page.elements if "style" in a or any(name.startswith("on") for name in a)]
    assert len(page.all("h1")) == 1
    assert all(th.get("scope") for th in page.all("th"))
    labels = {label["for"] for label in page.all("label")}
    fields = [f for f in page.all("input", "select", "textarea") if f.get("type") != "hidden"]
    assert all(field["id"] in labels for field in fields)
    for link in page.all("a"):
        assert urlsplit(link["href"] or "").scheme in ("", "http", "https")


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_site_leads_somewhere(web: Site, path: str) -> None:
    for link in Outline(web.get(path).text).all("a"):
        href = link["href"] or ""
        if href.startswith("/") and not href.endswith("/file") and ".xlsx" not in href and ".csv" not in href:
            assert web.get(href).status_code == 200, href


@pytest.mark.parametrize("path", PAGES)
def test_our_pages_carry_the_strict_policy(web: Site, path: str) -> None:
    headers = web.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", DATASETTE)
def test_datasettes_pages_run_only_their_own_scripts(sql_web: Site, path: str) -> None:
    answer = sql_web.get(path)
    policy = answer.headers["content-security-policy"]
    found = re.search(r"'nonce-([^']+)'", policy)
    assert found
    page = Outline(answer.text)
    assert page.all("script")
    assert all(script.get("nonce") == found.group(1) for script in page.all("script", "style"))
    assert "script-src 'self' 'nonce-" in policy
    assert "返回基层政务公开标准档案" in page.text
    assert (
        f"'nonce-{found.group(1)}'" not in sql_web.get(path).headers["content-security-policy"]
    )  # each answer its own


def test_a_script_in_the_data_gets_no_nonce(web: Site) -> None:
    answer = web.get("/archive/documents?_search=" + quote("名"))
    page = web.get("/archive/documents").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert answer.status_code == 200


def test_home_lists_every_area_and_notice_with_its_state(web: Site) -> None:
    text = Outline(web.get("/").text).text
    for word in ("农村集体土地征收", "社会救助", "养老服务", "扶贫", "演示发〔2019〕2号", "被拦截", "正常"):
        assert word in text


def test_the_notice_page_says_where_everything_comes_from(web: Site) -> None:
    text = Outline(web.get("/notices/welfare").text).text
    for word in ("20261122-1.warc.gz", "1234", "返回的是人机验证页"):
        assert word in text
    assert "guidelines accept" not in text, "a challenge page is never recommended for acceptance"
    assert "guidelines acknowledge welfare" in text
    assert re.search(r"[0-9a-f]{64}", text)


def test_the_last_good_text_stays_on_the_page_of_a_blocked_notice(web: Site) -> None:
    text = Outline(web.get("/notices/welfare").text).text
    assert "现将标准指引印发给你们" in text
    assert "下面是最后一次取得的原文" in text


def test_a_file_says_above_its_text_why_a_person_should_look(web: Site) -> None:
    assert "文字识别，可能有误" in web.get("/documents/2").text
    assert "文字识别，可能有误" not in web.get("/documents/2?version=1").text


def test_what_comes_from_a_mirror_is_labelled_everywhere(web: Site) -> None:
    text = Outline(web.get("/notices/welfare").text).text
    assert "转载自 政府网" in text
    assert "转载处的文字略有不同" not in text  # the declared address has a text
    mirror = web.get("/archive/documents.json?mirror=" + quote("政府网") + "&_shape=array").json()[0]["id"]
    assert "转载自 政府网" in web.get(f"/documents/{mirror}").text


def test_a_table_that_needs_a_look_is_shown_raw(web: Site) -> None:
    page = web.get("/notices/land").text
    assert "第3行不能归入目录" in page
    assert "共1项" in page
    assert "&lt;b&gt;方案&lt;/b&gt;" in page


def test_a_candidate_is_shown_with_its_evidence_and_the_command(web: Site) -> None:
    text = Outline(web.get("/notices/poverty").text).text
    assert "可能的新版，请核对" in text
    assert "同时废止" in text
    assert "guidelines candidates accept 1" in text


def test_hostile_names_and_addresses_are_only_text(web: Site) -> None:
    answer = web.get("/notices/poverty").text
    assert "<script>" not in answer
    assert "&lt;script&gt;" in answer
    assert 'href="javascript:' not in answer


def test_the_redline_is_readable_without_colour(web: Site) -> None:
    for path in ("/changes/1", "/changes/1?view=side"):
        page = web.get(path).text
        assert re.search(r'<ins><span class="mark">＋</span>[^<]*修订后的', page)
        assert re.search(r'<del><span class="mark">－</span>[^<]*扶贫资金', page)


def test_row_changes_name_the_row_the_column_and_both_texts(web: Site) -> None:
    text = Outline(web.get("/changes/2").text).text
    for word in (
        "征地补偿安置方案12",
        "公开时限",
        "自信息形成之日起－20个工作日内",
        "自信息形成之日起＋7个工作日内",
        "新增",
    ):
        assert word in text


def test_a_change_of_metadata_shows_both_values(web: Site) -> None:
    text = Outline(web.get("/changes/1").text).text
    for word in ("发文字号", "－演示发〔2019〕1号", "＋演示发〔2026〕9号", "时效状态", "＋有效"):
        assert word in text


def test_changes_are_filtered_by_kind_notice_and_date(web: Site) -> None:
    assert "共 1 条" in web.get("/changes?kind=revised").text
    assert "共 2 条" in web.get("/changes?notice=land&since=2026-11-22").text
    # found at 17:32 UTC, which is the next day in Asia/Shanghai
    assert "共 2 条" in web.get("/changes?since=2026-11-23&until=2026-11-23").text
    assert "没有符合条件" in web.get("/changes?since=2026-11-24").text
    assert "没有符合条件" in web.get("/changes?until=2026-11-22").text
    assert "没有符合条件" in web.get("/changes?notice=welfare").text


def test_the_catalogue_is_filtered_and_paged_on_the_server(web: Site) -> None:
    assert "共 121 条" in web.get("/catalogue").text
    assert "共 40 条" in web.get("/catalogue?level=township").text
    assert "共 1 条" in web.get("/catalogue?deadline=" + quote("7个工作日")).text
    assert "共 121 条" in web.get("/catalogue?channel=" + quote("政府网站")).text
    assert "共 61 条" in web.get("/areas/land-expropriation").text
    last = web.get("/catalogue?page=3")
    assert "第 3 页，共 3 页" in last.text
    assert len(re.findall(r'href="/rows/[0-9a-f]+"', last.text)) == 21


def test_each_row_has_a_page_with_its_columns_marks_place_and_history(web: Site) -> None:
    text = Outline(web.get("/items/132").text).text
    for word in (
        "■政府网站 □政府公报",
        "第 2 页",
        "公开依据",
        "由上一行或合并单元格补全：一级事项",
        "修订告知单第 2 号",
    ):
        assert word in text


def test_the_number_of_a_row_in_an_old_version_leads_to_the_row(web: Site) -> None:
    then, now = (web.get(f"/items/{id}", follow_redirects=False) for id in (12, 132))
    assert then.status_code == now.status_code == 301
    assert then.headers["location"] == now.headers["location"]


def test_an_old_version_stays_readable(web: Site) -> None:
    answer = web.get("/documents/1?version=1").text
    assert "这是旧版本" in answer
    assert "扶贫资金项目公告公示" in answer


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/notices/nope", 404, "名单中没有"),
        ("/areas/nope", 404, "没有名为"),
        ("/items/999999", 404, "没有编号为"),
        ("/items/99999999999999999999", 404, "没有编号为"),
        ("/documents/999", 404, "没有编号为"),
        ("/documents/1?version=9", 404, "没有第 9 版"),
        ("/changes/999", 404, "没有编号为"),
        ("/changes/1?view=x", 400, "对照方式"),
        ("/changes?since=x", 400, "起始日期"),
        ("/changes?kind=x", 400, "种类"),
        ("/changes?page=0", 400, "页码"),
        ("/changes?page=99", 404, "没有第 99 页"),
        ("/catalogue?level=x", 400, "公开层级"),
        ("/catalogue.xlsx?level=x", 400, "公开层级"),
        ("/search?q=" + "a" * 101, 400, "检索词太长"),
        ("/search?q=a+b+c+d+e+f+g+h+i", 400, "检索词太多"),
        ("/search?q=a&area=nope", 400, "领域"),
        ("/nope", 404, "这个地址没有内容"),
        ("/archive/nope", 404, "这个地址没有内容"),
    ],
)
def test_mistakes_are_told_in_chinese(web: Site, path: str, status: int, words: str) -> None:
    answer = web.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert '<html lang="zh-CN">' in answer.text


def test_an_error_behind_json_is_json(web: Site) -> None:
    answer = web.get("/archive/nope.json")
    assert answer.status_code == 404
    assert answer.json()["ok"] is False


def test_nothing_can_be_submitted(web: Site) -> None:
    import asyncio

    assert asyncio.iscoroutinefunction(web.datasette.client.post)
    answer = web.loop.run_until_complete(web.datasette.client.post("/changes", data={"a": "b"}))
    assert answer.status_code in (403, 405)


def test_status_is_the_same_as_json(web: Site) -> None:
    found = web.get("/status.json").json()
    assert {"ok", "notices", "attention", "review", "candidates", "deliveries"} <= set(found)
    assert [n["slug"] for n in found["notices"]] == ["land", "welfare", "poverty"]


def test_only_the_demonstration_carries_the_banner_on_every_page(web: Site, tmp_path: Path) -> None:
    store = make_site(tmp_path / "demo")
    store.set_info("demo", "1")
    store.close()
    demo = Site(tmp_path / "demo")
    for path in (*PAGES, *DATASETTE, "/nope", "/changes?since=x"):
        assert "演示数据，非部委原文" in demo.get(path).text, path
        assert "演示数据，非部委原文" not in web.get(path).text, path
    demo.close()


def test_links_in_feeds_lead_to_the_address_that_was_asked(web: Site, tmp_path: Path) -> None:
    """Whatever the port, as long as no address is set."""
    asked = {"host": "10.1.2.3:9123"}
    for path in ("/changes.atom", "/changes.json"):
        assert "http://10.1.2.3:9123/changes/1" in web.get(path, headers=asked).text, path
    secure = web.get("/changes.json", headers=asked | {"x-forwarded-proto": "https"}).text
    assert "https://10.1.2.3:9123/changes/1" in secure
    make_site(tmp_path).close()
    (tmp_path / "settings.toml").write_text('base_url = "https://archive.example.gov.cn"\n')
    with closing(Site(tmp_path)) as site:
        assert "https://archive.example.gov.cn/changes/1" in site.get("/changes.json", headers=asked).text


def test_feeds_answer_a_conditional_request(web: Site) -> None:
    for path in ("/changes.atom", "/areas/land-expropriation.atom", "/changes.json"):
        first = web.get(path)
        assert first.status_code == 200
        again = web.get(path, headers={"if-none-match": first.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""
    assert web.get("/areas/nope.atom").status_code == 404


WRITER = """
import sys; from pathlib import Path
from archive.model import Capture, Verdict
from archive.record.store import Store
store = Store.open(Path(sys.argv[1]))
crawl = store.begin_crawl("writer", "live", "test/1", {})
print("ready", flush=True)
seen = Capture(1, "http://land.example/t1.html", "2026-11-23T00:00:00Z", Verdict.UNCHANGED, http_status=304)
for n in range(int(sys.argv[2])):
    store.add_capture(crawl, seen)
store.end_crawl(crawl, {})
"""


def test_the_site_keeps_answering_while_another_process_writes(tmp_path: Path) -> None:
    make_site(tmp_path / "data").close()
    site = Site(tmp_path / "data")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "data"), "200"], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    answers = 0
    while writer.poll() is None or answers < len(PAGES):
        answer = site.get(PAGES[answers % len(PAGES)])
        assert answer.status_code == 200
        answers += 1
    writer.stdout.close()
    assert writer.returncode == 0
    assert "共 203 次" in site.get("/notices/land").text or "共 204 次" in site.get("/notices/land").text
    site.close()


def test_status_says_in_chinese_what_each_run_was(tmp_path: Path) -> None:
    store = make_site(tmp_path / "data")
    for kind in ("live", "replay", "reextract", "accept", "reject", "undo"):
        store.end_crawl(store.begin_crawl(f"a run: {kind}", kind, "test/1", {}), {})
    store.close()
    site = Site(tmp_path / "data")
    section = site.get("/status").text.partition('id="crawls"')[2]
    site.close()
    kinds = re.findall(r'data-label="方式">([^<]*)<', section)
    assert len(set(kinds)) == 6
    assert not [kind for kind in kinds if re.search("[a-z]", kind)]
