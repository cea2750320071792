"""When two addresses lead to the same file: what servers add anew at each visit does not count.

Three keys, each looser than the one before. `link_key` leaves out what says by its name that it belongs to the visit
(session ids, signatures and when they expire); two addresses with one key are one address. `loose_key` also leaves out
values that look drawn by lot: they may as well name another file, so it only ever counts beside other evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from archive.text.late import late

_SESSION = late(
    r"(?:j|php|asp)?_?sess(?:ion)?_?(?:id)?|jsessionid|sid|token|_|rand(?:om)?|nonce|timestamp|ts", re.IGNORECASE
)
_PERHAPS_SESSION = late(r"[trv]|ver|time|date", re.IGNORECASE)
_STAMP = late(r"\d{8,}|0?\.\d+")
_SIGNATURE = late(
    r"sign|signature|sig|x-\w+-signature|q-signature|auth_?key|(?:ws|tx)secret|authorization|hmac|hash_?sign"
    r"|(?:access_?|down(?:load)?_?|file_?|temp_?|api_?)token|sign_?key|url_?sign|ossaccesskeyid|awsaccesskeyid"
    r"|accesskeyid|hwaccesskeyid|x-\w+-security-token|security-?token",
    re.IGNORECASE,
)
"""Parameters that sign an address: 阿里云, 腾讯云, 华为云, AWS, Azure, 网宿 and home-made ones."""
_SIGNED_WITH = late(
    r"expires?(?:_?(?:in|at|time))?|(?:ws|tx)time|sign_?(?:time|at|method|type|version)|signed_?at|x-(?:amz|oss|cos|obs|bce|goog|tos)-.+"
    r"|q-[a-z-]+|key-pair-id|policy|se|sp|sv|sr|st|spr|e|exp|t|time(?:_?stamp)?|ts|nonce(?:_?str)?|rand(?:om)?|app_?key"
    r"|app_?id|ak|access_?key(?:_?id)?|algorithm|credential",
    re.IGNORECASE,
)
"""Parameters that belong to a signature beside them; alone they may be anything."""
_BY_LOT = late(
    r"[0-9A-Fa-f]{16,}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|(?=.*\d)(?=.*[A-Za-z])[\w+/=%~-]{16,}|[\w+/-]{14,}={1,2}|(?=.*[a-z])(?=.*[A-Z])[A-Za-z+/]{20,}"
)
_MOMENT = late(r"1[4-9]\d{8}(?:\d{3})?|20\d{12}(?:\d{3})?|0?\.\d{6,}")
DRAWN = "*"


@lru_cache(maxsize=10_000)  # lists of links are compared each with each
def link_key(url: str) -> str:
    """An address without what changes at every visit: session ids, signatures, cache busters, fragment; http and https
    are one."""
    where, path, query = _parts(url)
    return f"{where}{quote(path)}" + (f"?{urlencode(query)}" if query else "")


def loose_key(url: str) -> str:
    """`link_key` with every value and folder that looks drawn by lot (hex or base64 of 16 and more, moments) as '*'.

    Ids of files look like that, too: equal loose keys prove nothing by themselves.
    """
    where, path, query = _parts(url)
    *folders, name = path.split("/")
    path = "/".join([*(DRAWN if _drawn(folder) else folder for folder in folders), name])
    lasting = sorted((key, DRAWN if _drawn(value) else value) for key, value in query)
    return f"{where}{quote(path, safe='/*')}" + (f"?{urlencode(lasting)}" if lasting else "")


def is_signed(query: str) -> bool:
    """Whether an address carries a signature, so that no part of its query may be left out when it is asked for."""
    return any(_SIGNATURE.fullmatch(key) for key, _ in parse_qsl(query, keep_blank_values=True))


def _drawn(value: str) -> bool:
    return bool(_BY_LOT.fullmatch(value) or _MOMENT.fullmatch(value))


def _parts(url: str) -> tuple[str, str, list[tuple[str, str]]]:
    """(host with port, path, lasting parameters sorted)."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower()
    port = f":{parts.port}" if _port_matters(parts.scheme, parts.port) else ""
    path = re.sub(r";[^/]*", "", unquote(parts.path)).rstrip("/")
    return host + port, path, sorted(_lasting(parts.query))


def _lasting(query: str) -> Iterator[tuple[str, str]]:
    signed = is_signed(query)
    for key, value in parse_qsl(query, keep_blank_values=True):
        if _SESSION.fullmatch(key) or _SIGNATURE.fullmatch(key) or (signed and _SIGNED_WITH.fullmatch(key)):
            continue
        if _PERHAPS_SESSION.fullmatch(key) and _STAMP.fullmatch(value):
            continue
        if key.lower() in ("expires", "expire", "e", "exp") and _MOMENT.fullmatch(value):
            continue
        yield key, value


def _port_matters(scheme: str, port: int | None) -> bool:
    return port is not None and (scheme, port) not in {("http", 80), ("https", 443)}
