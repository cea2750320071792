"""Real saved pages, where they lie beside the repository: metadata as it is known, the body as its own container."""

from __future__ import annotations

import pytest

from scripts.bench_pages import PAGES, results

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
