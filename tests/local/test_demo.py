"""The demonstration's two local catalogues are what their sample says."""

from __future__ import annotations

from tests.sites import locals as demo
from tests.sites.build import HERE, warc


def test_the_stored_local_catalogues_are_those_of_the_generator() -> None:
    made = demo.exchanges()
    assert [exchange.slug for exchange in made] == [local["slug"] for local in demo.declared()]
    assert (HERE / "locals.warc.gz").read_bytes() == warc(made)
