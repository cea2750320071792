"""What a monitor asks for: `/healthz` (JSON, 200 or 503) and `/metrics` (Prometheus text)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from datasette import Response

from archive import clock
from archive.clock import parse
from archive.operate import alive, health
from archive.operate.troubles.machine import deliveries
from archive.web.views import answer
from archive.web.visit import Visit

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def healthz(visit: Visit) -> Response:
    """Whether the archive is alive, and what is wrong when it is not."""
    found = alive.signs(visit.data, visit.connection, clock.now())
    ok = all(sign.ok for sign in found)
    checks = {sign.what: {"ok": sign.ok, "says": sign.says} for sign in found}
    return Response.json({"ok": ok, "checks": checks}, status=200 if ok else 503, headers={"cache-control": "no-cache"})


def metrics(visit: Visit) -> Response:
    text = "".join(f"{line}\n" for line in _samples(visit))
    return Response(text, content_type=PROMETHEUS, headers={"cache-control": "no-cache"})


def _samples(visit: Visit) -> Iterator[str]:
    """Lines of the text format of Prometheus. Names end in their unit."""
    now = clock.now()
    for sign in alive.signs(visit.data, visit.connection, now):
        yield f'guidelines_ok{{check="{sign.what}"}} {int(sign.ok)}'
    last = visit.value("SELECT max(finished_at) FROM own_crawls WHERE outcome IS NULL OR outcome = 'done'")
    if last:
        yield f"guidelines_last_crawl_timestamp_seconds {parse(last).timestamp():.0f}"
    states = "SELECT state, count(*) FROM notices WHERE declared = 1 GROUP BY state ORDER BY state"
    for state, count in visit.connection.execute(states):
        yield f'guidelines_notices{{state="{state}"}} {count}'
    standing = [trouble for trouble in health.troubles(visit.data, visit.connection, now) if not trouble.acknowledged]
    yield f"guidelines_attention {len(standing)}"
    waiting = visit.value("SELECT count(*) FROM waiting")
    yield f"guidelines_review_waiting {waiting}"
    for kind, count in visit.connection.execute("SELECT kind, count(*) FROM changes GROUP BY kind ORDER BY kind"):
        yield f'guidelines_changes_total{{kind="{kind}"}} {count}'
    for state, count in deliveries(visit.data).items():
        yield f'guidelines_deliveries{{state="{state}"}} {count}'
    yield f"guidelines_disk_free_bytes {shutil.disk_usage(visit.data).free}"
    yield f"guidelines_warc_bytes {health.warc_size(visit.data)}"


ROUTES = (
    (r"^/healthz$", answer(healthz)),
    (r"^/metrics$", answer(metrics)),
)
