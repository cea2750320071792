"""A notice's files that its page keeps far from the text: hidden lists, behind the footer, tables of labels, scripts.

A file far from the body is taken only on evidence that it is this notice's: it lies in the folder of the page, stands
in the page's list of labels or in a box named for attachments, or is called 附件; and never among a list of pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from attrs import frozen

from crawler.reading.html.dom import Element, is_hidden, parse, select, tag_of, text_of
from crawler.reading.page.address import Addresses, files_in, is_file, target
from crawler.reading.page.lines import names_of
from crawler.reading.page.page import Page

_BOX = re.compile(
    r"(?:^|[-_])(?:attach\w*|fujian\w*|fj\d*|\w*fj|annex\w*|appen\w*|fjdown|fjxz|xiazai|filelist|file-list)(?:$|[-_\d])",
    re.I,
)
_CALLED = re.compile(r"[【\[（(]?附\s*[件表录]")
_UPLOADED = re.compile(r"/(?=[^/]*\d)[^/.?]{6,}\.\w+(?:$|\?)")
_LONGEST = 200_000
"""Characters of a script that are looked through."""
_GROUPS = frozenset(("ul", "ol", "dl", "table"))
_UP = 4
_MANY = 3


@frozen
class Elsewhere:
    page: Page
    addresses: Addresses

    def files(self, seen: Set[Element]) -> Iterator[tuple[Element, str]]:
        """(element, address) of each file that is not among `seen`."""
        lists = {element for box in self.page.lists for element in box.iter()}
        for element in self.page.root.iter():
            tag = tag_of(element)
            if not tag or element in seen or tag == "link":
                continue
            if tag == "script":
                yield from self._in_script(element)
                continue
            named = target(element) or (element.get("value", "") if tag == "input" else "")
            if not named or not is_file(named):
                continue
            url = self.addresses.absolute(named)
            if url and (element in lists or (not self._is_foreign(element) and self._is_own(element, url))):
                yield element, url

    def _is_own(self, element: Element, url: str) -> bool:
        if self.addresses.is_beside(url) or _CALLED.match(text_of(element)):
            return True
        around = [outer for _, outer in zip(range(_UP), element.iterancestors(), strict=False)]
        if any(_BOX.search(name) for outer in (element, *around) for name in names_of(outer)):
            return True
        hidden = next((outer for outer in around if is_hidden(outer)), None)
        return hidden is not None and all(is_file(target(a)) for a in select(hidden, "a[href]"))

    def _is_foreign(self, element: Element) -> bool:
        """Whether it stands in a menu, or in a list that mostly leads to pages: those of other documents."""
        if self.page.asides.hold(element):
            return True
        group = next((outer for outer in element.iterancestors() if tag_of(outer) in _GROUPS), element.getparent())
        links = [] if group is None else [a for a in select(group, "a[href]") if target(a)]
        pages = [a for a in links if not is_file(target(a))]
        return len(links) >= _MANY and len(pages) * 2 > len(links)

    def _in_script(self, script: Element) -> Iterator[tuple[Element, str]]:
        source = "".join(map(str, script.itertext()))[:_LONGEST]
        if self.page.asides.hold(script) or "." not in source:
            return
        given: set[str] = set()
        for piece in re.findall(
            r"<a\s[^<>]{0,600}>[^<>]{0,300}</a>", source.replace('\\"', '"').replace("\\/", "/"), re.I
        ):
            for anchor in select(parse(piece), "a[href]"):
                url = self.addresses.absolute(anchor.get("href", "").strip("'\"\\"))
                if url and is_file(url) and (self.addresses.is_beside(url) or _CALLED.match(text_of(anchor))):
                    given.add(url)
                    yield anchor, url
        for named in files_in(source):
            url = self.addresses.absolute(named)
            # what a system calls an uploaded file has digits in it; test.txt and .doc are the script's own words
            if url and url not in given and self.addresses.is_beside(url) and _UPLOADED.search(url):
                given.add(url)
                yield script, url
