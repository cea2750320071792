"""The feeds, with conditional GET."""

from __future__ import annotations

from collections.abc import Callable

from datasette import Response

from archive.publish.feeds import NoSuchArea, changes_json, feed, not_modified
from archive.settings import Settings, load_settings
from archive.web.views import answer
from archive.web.visit import Missing, Visit

Made = tuple[bytes, str, str]
ATOM = "application/atom+xml; charset=utf-8"
JSON = "application/json; charset=utf-8"


def atom(visit: Visit) -> Response:
    area, zone = visit.vars.get("slug", ""), load_settings(visit.data).zone
    return _conditional(visit, ATOM, lambda base: feed(visit.connection, base, area, zone))


def as_json(visit: Visit) -> Response:
    return _conditional(visit, JSON, lambda base: changes_json(visit.connection, base))


def _conditional(visit: Visit, content_type: str, make: Callable[[str], Made]) -> Response:
    try:
        body, etag, last_modified = make(base_url(visit))
    except NoSuchArea as error:
        raise Missing(f"没有名为“{visit.vars['slug']}”的领域。") from error
    headers = {"etag": etag, "last-modified": last_modified, "cache-control": "no-cache"}
    asked = visit.headers
    if not_modified(etag, last_modified, asked.get("if-none-match", ""), asked.get("if-modified-since", "")):
        return Response(b"", status=304, headers=headers, content_type=content_type)
    return Response(body, headers=headers, content_type=content_type)


def base_url(visit: Visit) -> str:
    """The address of the site: as it is set, else as this visitor has reached it, whatever the port."""
    found = load_settings(visit.data).base_url
    host = visit.headers.get("host", "")
    if found != Settings().base_url or not host:
        return found
    scheme = "https" if visit.headers.get("x-forwarded-proto") == "https" else "http"
    return f"{scheme}://{host}{visit.below}"


ROUTES = (
    (r"^/changes\.atom$", answer(atom)),
    (r"^/changes\.json$", answer(as_json)),
    (r"^/areas/(?P<slug>[^/.]+)\.atom$", answer(atom)),
)
