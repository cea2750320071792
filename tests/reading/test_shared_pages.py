"""Real saved pages, where they lie beside the repository: metadata as it is known, the body as its own container."""

from __future__ import annotations

import pytest

from crawler.reading import read
from crawler.sources import load_sources
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


def test_only_pictures_of_the_body_are_taken_for_some() -> None:
    """Looked at one by one: posters, scanned pages, charts, photographs. No icon, button, spacer or emblem."""
    known = {
        "non-gov-zh/xinhuanet.com.c_1125597921.html": 3,
        "portals/bdgjj.baoding.gov.cn/9f1f31224cbf.html": 1,
        "portals/cmzd.zhangzhou.gov.cn/773940ff032f.html": 1,
        "portals/dghrss.dg.gov.cn/b8393824acc7.html": 22,
        "portals/fcj.xining.gov.cn/743748ae3afd.html": 3,
        "portals/fsgjj.foshan.gov.cn/015b3e276596.html": 1,
        "portals/gjj.gz.gov.cn/0ab4fdb60926.html": 1,
        "portals/gjj.gzlps.gov.cn/0e4ac8c6bd8e.html": 1,
        "portals/www.dg.gov.cn/6b555ce69669.html": 2,
        "www.cmse.gov.cn/gne_cmse_1.html": 1,
    }
    found = {}
    for path in sorted(FOLDER.rglob("*.html")):
        url = f"http://{path.parent.name}/a/b/c.html"
        headers = {"content-type": "text/html", "content-location": url}
        document = read(path.read_bytes(), headers, load_sources(None).rule_for(url))
        if document.pictures:
            found[str(path.relative_to(FOLDER))] = len(document.pictures)
    assert found == {file: count for file, count in known.items() if (FOLDER / file).exists()}
