"""Real saved pages, where they lie beside the repository: metadata as it is known, the body as its own container."""

from __future__ import annotations

import pytest

from scripts.bench_pages import PAGES, results
from scripts.bench_portals import GOLD, NEVER_WRONG, Portal, portals

FOLDER = PAGES
pytestmark = pytest.mark.skipif(
    not (FOLDER / "manifest.jsonl").exists(),
    reason="needs ../shared/pages (pages of authorities, not ours to publish); tests/samples is read instead",
)


def test_saved_pages_are_read_right() -> None:
    found = list(results(FOLDER))
    for name in ("title", "document_number", "index_number"):
        assert [r.gold[name] for r in found if name in r.gold and r.gold[name][0] != r.gold[name][1]] == []
    offices = [r.gold["issuer"] for r in found if "issuer" in r.gold]
    assert sum(known == got for known, got in offices) >= 0.95 * len(offices)
    assert [(r.file, r.f1) for r in found if r.f1 is not None and r.f1 < 0.995] == []


@pytest.fixture(scope="module")
def read_portals() -> list[Portal]:
    if not (FOLDER / "portals").exists():
        pytest.skip("needs ../shared/pages/portals")
    return [page for gold in GOLD for page in portals(gold, FOLDER)]


def test_pages_of_sites_without_a_rule_have_no_wrong_word_where_it_counts(read_portals: list[Portal]) -> None:
    fields = [value for page in read_portals for value in page.wrong if value.partition("=")[0] in NEVER_WRONG]
    assert fields == []


def test_pages_of_sites_without_a_rule_give_their_title_dates_and_files(read_portals: list[Portal]) -> None:
    assert [(page.file, page.wrong, page.missing) for page in read_portals if page.wrong or page.missing] == []
    assert [(page.file, page.lost, page.extra) for page in read_portals if page.lost or page.extra] == []


def test_pages_of_sites_without_a_rule_give_their_whole_body_and_hardly_more(read_portals: list[Portal]) -> None:
    with_text = [page for page in read_portals if page.has_text]
    assert [page.file for page in with_text if page.loss or not page.confident] == []
    assert len([page.file for page in with_text if page.furniture]) <= 0.05 * len(with_text)
