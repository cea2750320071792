"""Laws and citations against their gold (tests/laws), and what is resolved of real and replicated catalogues.

scripts/bench laws [--table]     --table prints the states of all 80 laws
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.laws.citations import Resolver
from archive.laws.register import Register, load_register
from archive.laws.titles import number_key
from archive.model import Document
from archive.publish.laws import check, coverage
from archive.record.laws import settle_laws
from archive.record.look import read_only
from archive.words import LAW_STATES
from crawler.readings import read_one
from crawler.sources import load_sources
from scripts.measuring import SHARED, TOP

GOLD = TOP / "tests" / "laws"
FILES = (".html", ".doc", ".docx", ".xls", ".xlsx", ".ods", ".pdf", ".ofd", ".wps")


def main(arguments: Sequence[str]) -> int:
    register = load_register()
    resolver = Resolver(register)
    wrong = _strings(resolver)
    for name in ("layouts", "attachments", "attachments/real"):
        _resolved(name, resolver, (item.basis for document in _documents(name) for item in document.items))
    _resolved("replica", resolver, _replica())
    wrong += _states(register, whole="--table" in arguments)
    _amended()
    return 1 if wrong else 0


def _strings(resolver: Resolver) -> int:
    strings = json.loads((GOLD / "citations.json").read_text("utf-8"))
    counts: Counter[str] = Counter()
    for string in strings:
        found = [_key(c.title, c.number, c.year, c.articles) for c in resolver.find(string["text"])]
        expected = [_key(c["title"], c["number"], c["year"], c["articles"]) for c in string["citations"]]
        counts["citations"] += len(expected)
        counts["resolved"] += sum(bool(title) for title, *_ in found)
        counts["resolvable"] += sum(bool(title) for title, *_ in expected)
        wrong = sum(one not in expected for one in found if one[0])
        counts["wrong"] += wrong + (len(found) != len(expected))
    print(f"{len(strings)} strings: " + ", ".join(f"{what} {n}" for what, n in counts.items()))
    return counts["wrong"]


def _key(title: str, number: str, year: str, articles: Iterable[str]) -> tuple[Any, ...]:
    return title, number_key(number), year, tuple(articles)


def _documents(folder: str) -> Iterator[Document]:
    declared = load_sources(None)
    for path in sorted((SHARED / folder).glob("*")):
        if path.suffix in FILES:
            url = f"http://x.example/{path.name}"
            yield read_one(path.read_bytes(), {}, url, declared.rule_for(url))


def _replica() -> Iterator[str]:
    from tests.sites.catalogues import read_areas

    for rows in read_areas().values():
        for row in rows:
            yield row.basis


def _resolved(name: str, resolver: Resolver, bases: Iterable[str]) -> None:
    counts: Counter[str] = Counter()
    rows = total = 0
    for basis in bases:
        rows += 1
        for citation in resolver.find(basis):
            total += 1
            if not citation.title:
                counts[citation.printed] += 1
    if total:
        share = 1 - sum(counts.values()) / total
        print(f"{name}: {rows} rows, {total} citations, {share:.1%} resolved; not: {dict(counts.most_common(6))}")
    else:
        print(f"{name}: no rows (is {SHARED} there?)")


def _states(register: Register, *, whole: bool) -> int:
    counts: Counter[str] = Counter()
    for law in json.loads((GOLD / "states80.json").read_text("utf-8")):
        entry = register[law["title"]]
        text = entry.newest("2019-06-01")
        found = [LAW_STATES[str(entry.state(day) or "")] for day in law["states"]]
        counts["texts of 2019 wrong"] += (text.date if text else "—") != law["text_2019"]
        for state, expected in zip(found, law["states"].values(), strict=True):
            counts["states"] += 1
            counts["unknown"] += state == "未知"
            counts["wrong"] += state not in ("未知", expected)
        if whole:
            newest = entry.newest("2025-04-01")
            print("\t".join((law["title"], text.date if text else "—", *found, newest.date if newest else "—")))
    print("80 laws: " + ", ".join(f"{what} {n}" for what, n in counts.items()))
    return counts["wrong"] + counts["texts of 2019 wrong"]


def _amended() -> None:
    from tests.laws.test_changes import EIGHTEEN, amend, archive

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with closing(archive(data)) as store:
            first = settle_laws(store, 1)
            amend(data, EIGHTEEN, 'date = "2026-11-01"\nforce = "2026-11-02"')
            changes = settle_laws(store, 1)
        with closing(read_only(data)) as connection:
            rows = len({row["item"] for row in check(connection, "2026-11-02")})
            print(
                f"{len(EIGHTEEN)} laws amended: {len(first)} changes at first, then {len(changes)}; {rows} rows marked"
            )
            print(f"their archive: {coverage(connection)}")
