"""The search page says what it did; the same as JSON."""

from __future__ import annotations

import json

from tests.web.conftest import Outline, Site


def test_a_relaxed_search_says_so_on_the_page_and_in_json(web: Site) -> None:
    page = web.get("/search?q=征地补偿公开时限")
    assert page.status_code == 200
    assert "没有含有“征地补偿公开时限”的结果" in Outline(page.text).text
    hits = json.loads(web.get("/search.json?q=征地补偿公开时限").text)
    assert hits
    assert {"match", "said", "url", "snippet"} <= set(hits[0])
    assert all(hit["said"] for hit in hits)


def test_filters_offer_what_the_results_have_with_numbers(web: Site) -> None:
    page = web.get("/search?q=征地补偿")
    options = Outline(page.text).all("select")
    assert {"area", "issuer", "version"} <= {element["name"] for element in options}
    assert "农村集体土地征收（" in page.text


def test_a_hit_leads_to_an_anchor_that_is_there(web: Site) -> None:
    hits = json.loads(web.get("/search.json?q=工作日内公开&kind=document").text)
    url = next(hit["url"] for hit in hits if "#l" in hit["url"])
    path, _, anchor = url.partition("#")
    assert f'id="{anchor}"' in web.get(path).text


def test_a_wrong_filter_is_told_as_such(web: Site) -> None:
    assert web.get("/search?q=征地&level=moon").status_code == 400
    assert web.get("/search.json?q=" + "长" * 101).status_code == 400


def test_a_hit_in_a_recognised_scan_says_that_it_may_be_wrong(web: Site) -> None:
    asked = "q=征地补偿安置方案12&kind=document"
    said = {hit["notice"]: hit["review"] for hit in web.get(f"/search.json?{asked}").json()}
    assert "文字识别，可能有误" in said["land"]
    assert said["welfare"] == ""
    assert Outline(web.get(f"/search?{asked}").text).text.count("文字识别，可能有误") == 1
