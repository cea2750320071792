"""The further pages of a text that a site cuts into several: 下一页, a row of numbers, a script that writes them.

Only addresses that differ from the page's own in nothing but a number are taken, so that the next document in a list
(下一篇) never is; the pages between two known numbers are named, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from crawler.reading.html.dom import Element, select, text_of
from crawler.reading.page.address import Addresses

MOST = 20
"""Pages of one text that are followed."""
HERE = "{page}"
_CALLED = re.compile(r"[\[【<\s]*(?:下一?页|尾页|末页|最后一页|第?\s*\d{1,2}\s*页?|>|»|››?|next)[\]】>\s]*", re.I)
_WRITTEN = re.compile(
    r"createPage(?:HTML|Html)?\w*\s*\(\s*(\d{1,2})\s*,\s*0\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](s?html?)[\"']"
)
_NUMBER = frozenset(("page", "p", "pageno", "pagenum", "pageindex", "currentpage", "curpage", "pn", "pg"))


def continued(root: Element, body: Element, url: str, addresses: Addresses) -> tuple[str, ...]:
    """Addresses of page 2, 3 … of the text on this page, in their order; none for a text on one page.

    A row of numbers is the text's where it stands in the body or in one of the two boxes around it.
    """
    near = [body, *body.iterancestors()][:3][-1]
    shapes: dict[int, str] = {}
    for address in (*_linked(near, addresses), *_written(root, addresses)):
        told = _numbered(url, address)
        if told is not None:
            shapes.setdefault(*told)
    if not shapes:
        return ()
    first, last = min(shapes), min(max(shapes), min(shapes) + MOST - 2)
    return tuple(shapes[first].replace(HERE, str(number)) for number in range(first, last + 1))


def _linked(root: Element, addresses: Addresses) -> Iterator[str]:
    for anchor in select(root, "a[href]"):
        if _CALLED.fullmatch(text_of(anchor)):
            address = addresses.absolute(anchor.get("href", ""))
            if address:
                yield address


def _written(root: Element, addresses: Addresses) -> Iterator[str]:
    """TRS: createPageHTML(3, 0, "t2021_1", "html") stands for t2021_1_1.html and t2021_1_2.html."""
    for script in select(root, "script"):
        for count, name, ending in _WRITTEN.findall("".join(map(str, script.itertext()))[:100_000]):
            for number in range(1, min(int(count), MOST)):
                yield addresses.absolute(f"{name}_{number}.{ending}")


def _numbered(url: str, address: str) -> tuple[int, str] | None:
    """(number, the address with HERE for it) when an address is the page's own with a number more; else None."""
    own, other = urlsplit(url), urlsplit(address)
    if (own.scheme, own.netloc) != (other.scheme, other.netloc):
        return None
    if own.query == other.query:
        stem, dot, ending = own.path.rpartition(".")
        found = re.fullmatch(rf"{re.escape(stem)}([_-])(\d{{1,2}})\.{re.escape(ending)}", other.path) if dot else None
        if found is None:
            return None
        shape = urlunsplit(other._replace(path=f"{stem}{found[1]}{HERE}.{ending}"))
        return int(found[2]), shape
    return _by_query(own.query, address) if own.path == other.path else None


def _by_query(own: str, address: str) -> tuple[int, str] | None:
    query = urlsplit(address).query
    here, there = dict(parse_qsl(own)), dict(parse_qsl(query))
    changed = [name for name in there if here.get(name) != there[name]]
    if len(changed) != 1 or changed[0].lower() not in _NUMBER or set(here) - set(there):
        return None
    name, number = changed[0], there[changed[0]]
    if not re.fullmatch(r"[1-9]\d?", number) or int(number) < 2:
        return None
    return int(number), address.replace(f"{name}={number}", f"{name}={HERE}")
