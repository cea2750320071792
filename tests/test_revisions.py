"""The product's promise over real sockets: every revision told once, and no false alarm. One long story."""

from __future__ import annotations

from collections.abc import Iterator
from json import loads
from pathlib import Path

import pytest

from tests.office import Office
from tests.sites.replica import Replica

KNOWN = loads((Path(__file__).parent / "sites" / "known.json").read_text("utf-8"))

BROKEN = {
    "urban-rural-planning": "empty-200",
    "rural-land-expropriation": "soft-404-1",
    "major-construction-projects": "soft-404-2",
    "public-resource-trading": "soft-404-3",
    "budgets-and-final-accounts": "soft-404-4",
    "work-safety-and-disaster-relief": "soft-404-5",
    "tax-administration": "challenge-1",
    "housing-and-urban-services": "challenge-2",
    "ecological-environment": "challenge-3",
    "public-cultural-services": "truncated",
    "public-legal-services": "status-500",
    "poverty-alleviation": "home",
    "social-assistance-and-elderly-care": "garbled",
    "food-and-drug-supervision": "flipping",
    "employment-and-social-insurance": "maintenance",
    "household-registration": "elsewhere",
}


class Watched(Office):
    """The whole replica, watched."""

    def __init__(self, replica: Replica, data: Path) -> None:
        super().__init__(data, replica.write_sources(data.with_suffix(".toml")).read_text("utf-8"))
        self.replica = replica


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with Replica() as replica:
        yield Watched(replica, tmp_path_factory.mktemp("office") / "data")


def test_the_first_crawl_takes_in_every_notice_with_its_rows(office: Watched) -> None:
    report = office.crawl()
    assert report["verdicts"] == {"ok": 19}
    assert {change["kind"] for change in report["changes"]} == {"new"}
    rows = {slug: sum(a["rows"] for a in notice["attachments"]) + notice["rows"] for slug, notice in KNOWN.items()}
    catalogue = office.data / "all.json"
    office.run("export", str(catalogue))
    assert len(loads(catalogue.read_text("utf-8"))) == sum(rows.values())


def test_a_noisy_revisit_is_no_change(office: Watched) -> None:
    for _ in range(2):
        report = office.crawl()
        assert report["changes"] == []
        assert set(report["verdicts"]) <= {"ok", "unchanged"}


def test_broken_answers_become_neither_version_nor_alert(office: Watched) -> None:
    versions = office.run("changes")
    for slug, mode in BROKEN.items():
        office.replica.mode(slug, mode)
    for _ in range(3):  # a maintenance page that stands for three visits is still not the notice
        report = office.crawl(codes=(3,))
        assert report["changes"] == []
        good = {slug for slug, entry in report["notices"].items() if entry["verdict"] in ("ok", "unchanged")}
        # the flipping server also gives the true text: then it is simply unchanged
        assert good - {"food-and-drug-supervision"} == set(report["notices"]) - set(BROKEN)
    assert office.run("changes") == versions
    flagged = {point["notice"] for point in office.run("status", codes=(3,))["attention"]}
    assert flagged >= set(BROKEN) - {"food-and-drug-supervision"}


def test_the_last_good_text_is_still_found(office: Watched) -> None:
    (hit, *_) = office.run("search", "农村集体土地征收")
    assert hit["url"]


def test_back_to_normal_is_no_change_either(office: Watched) -> None:
    for slug in BROKEN:
        office.replica.mode(slug, "")
    report = office.crawl(codes=(0, 3))
    assert report["changes"] == []
    assert set(report["verdicts"]) <= {"ok", "unchanged"}


def test_each_real_edit_is_told_once_with_the_right_kind(office: Watched) -> None:
    replica = office.replica
    replica.edit("tax-administration", "20个工作日", "7个工作日")
    replica.remove_attachment("urban-rural-planning", "附件：城乡规划领域基层政务公开标准目录.docx")
    replica.move("agricultural-subsidies", "/trzgl/202611/t20190827_6323160.htm")
    report = office.crawl(codes=(3,))  # an area without rows is for a person to know
    told = {(change["notice"], change["kind"]) for change in report["changes"]}
    assert told == {
        ("tax-administration", "revised"),
        ("urban-rural-planning", "attachment-removed"),
        ("agricultural-subsidies", "moved"),
    }
    summary = next(c["summary"] for c in report["changes"] if c["kind"] == "revised")
    assert "20个工作日" in summary
    assert "7个工作日" in summary
    assert office.crawl(codes=(0, 3))["changes"] == []


def test_reading_again_is_no_change(office: Watched) -> None:
    assert office.run("reextract")["changes"] == []
