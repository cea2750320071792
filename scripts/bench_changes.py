"""False alarms, misses and wrong kinds: named mutations of pages, through reading, verdict and comparison.

    scripts/bench changes [--seed N]

Every mutation of tests/mutations.py is tried on every page of the replica (tests/sites) and, where they are present, on
the saved pages beside the repository; once with the sites' rules, once as if on an unknown host.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from attrs import evolve, frozen

from archive.changes import compare, is_confident
from archive.model import Change, Document
from archive.normal import fold, link_key
from crawler.reading import read
from crawler.reading.rule import Rule
from crawler.sources import load_sources
from tests.mutations import EDITS, NOISE, Case, Mutation
from tests.sites import build

SHARED = Path(os.environ.get("GUIDELINES_SHARED", Path(__file__).parents[2] / "shared"))
UNKNOWN = "unknown.example"


@frozen
class Outcome:
    mutation: Mutation
    page: str
    result: str
    """right | false alarm | miss | wrong kind | low confidence"""
    changes: tuple[Change, ...] = ()


# ---------------------------------------------------------------- pages


def cases() -> list[Case]:
    return [*replica_cases(), *shared_cases()]


def replica_cases() -> Iterator[Case]:
    exchanges = build.stored()
    for page in exchanges:
        if page.kind == "page":
            files = {e.url: e.body for e in exchanges if e.kind == "attachment" and e.slug == page.slug}
            yield _case(f"replica/{page.slug}", page.url, page.body, page.content_type, files)


def shared_cases() -> Iterator[Case]:
    manifest = SHARED / "pages" / "manifest.jsonl"
    if not manifest.exists():
        return
    for line in manifest.read_text("utf-8").splitlines():
        entry = json.loads(line)
        path = SHARED / "pages" / entry["file"]
        if "_waf" in entry["file"] or not path.exists():
            continue
        yield _case(entry["file"], entry.get("url") or f"http://{entry['file']}", path.read_bytes(), "text/html", {})


def _case(name: str, url: str, body: bytes, content_type: str, files: dict[str, bytes]) -> Case:
    found = re.search(rb"charset=[\"']?([\w-]+)", body[:3000])
    charset = (found[1].decode() if found else "utf-8").lower()
    charset = "gb18030" if charset.startswith("gb") else "utf-8"
    try:
        html = body.decode(charset)
    except UnicodeDecodeError:
        charset = "gb18030" if charset == "utf-8" else "utf-8"
        html = body.decode(charset, "replace")
    document = read(body, {"content-type": content_type, "content-location": url}, rule_for(url))
    return Case(name, url, html, charset, _sentences(html, document), files, _links(html, url, files))


def _sentences(html: str, document: Document) -> tuple[str, ...]:
    """Sentences of the body (no headings or signature) that stand in the source once and in one piece."""
    plain = [line for line in document.text.split("\n") if line[:1] not in "│┃" and fold(line) != fold(document.title)]
    found = [s for line in plain for s in re.findall(r"[^。；]+[。；]", line) if len(s) > 9]
    return tuple(s.strip() for s in found if html.count(s.strip()) == 1)


def _links(html: str, url: str, files: dict[str, bytes]) -> tuple[str, ...]:
    """The hrefs of the files, in their order."""
    hrefs = {link_key(urljoin(url, h.replace("&amp;", "&"))): h for h in re.findall(r"href=[\"']?([^\"' >]+)", html)}
    return tuple(hrefs[link_key(address)] for address in files if link_key(address) in hrefs)


# ---------------------------------------------------------------- reading


@cache
def _declared() -> object:
    return load_sources(None)


def rule_for(url: str, *, generic: bool = False) -> Rule:
    return _declared().rule_for(f"http://{UNKNOWN}/" if generic else url)  # type: ignore[attr-defined,no-any-return]


@cache
def _file(payload: bytes, url: str) -> Document:
    return read(payload, {"content-location": url}, rule_for(url))


def visit(case: Case, *, generic: bool = False) -> Document:
    """The page and its files as read at one visit; `generic` as if on a host that nobody has described."""
    page = read(
        case.payload(),
        {"content-type": f"text/html; charset={case.charset}", "content-location": case.url},
        rule_for(case.url, generic=generic),
    )
    payloads = {link_key(url): (url, payload) for url, payload in case.files.items()}
    attachments = []
    for attachment in page.attachments:
        url, payload = payloads.get(link_key(attachment.url), ("", b""))
        if payload:
            digest = hashlib.sha256(payload).hexdigest()
            attachment = evolve(attachment, document=_file(payload, url), sha256=digest)
        attachments.append(attachment)
    return evolve(page, attachments=tuple(attachments))


# ---------------------------------------------------------------- judging


def outcomes(mutations: Sequence[Mutation], pages: Sequence[Case], seed: int, *, generic: bool) -> Iterator[Outcome]:
    for case in pages:
        before = visit(case, generic=generic)
        for mutation in mutations:
            after_case = mutation.mutate(case, random.Random(f"{seed}/{mutation.name}/{case.name}"))  # noqa: S311
            if after_case is None:
                continue
            after = visit(after_case, generic=generic)
            found = tuple(compare(before, after))
            yield Outcome(mutation, case.name, _result(mutation, before, after, found), found)


def _result(mutation: Mutation, before: Document, after: Document, found: tuple[Change, ...]) -> str:
    if not is_confident(before, after):
        return "low confidence"
    if mutation.expects is None:
        return "false alarm" if found else "right"
    if not found:
        return "miss"
    return "right" if [(c.kind, c.quiet) for c in found] == [(mutation.expects, mutation.quiet)] else "wrong kind"


RESULTS = ("right", "false alarm", "miss", "wrong kind", "low confidence")


def table(results: Sequence[Outcome]) -> str:
    lines = [f"{'mutation':44}{'expected':22}" + "".join(f"{r:>15}" for r in RESULTS)]
    for mutation in (*NOISE, *EDITS):
        counts = Counter(o.result for o in results if o.mutation is mutation)
        expected = (mutation.expects or "nothing") + (" (quiet)" if mutation.quiet else "")
        lines.append(f"{mutation.name:44}{expected:30}"[:66] + "".join(f"{counts[r]:15}" for r in RESULTS))
    total = Counter(o.result for o in results)
    lines.append(f"{'total':66}" + "".join(f"{total[r]:15}" for r in RESULTS))
    return "\n".join(lines)


def failures(results: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in results if outcome.result in ("false alarm", "miss", "wrong kind")]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    pages = cases()
    bad = 0
    for generic in (False, True):
        results = list(outcomes([*NOISE, *EDITS], pages, options.seed, generic=generic))
        revisits = sum(1 for o in results if o.mutation.expects is None)
        where = "unknown host, no rule" if generic else "rules of the sites"
        print(f"\n{where}: {len(pages)} pages, {revisits} noisy revisits, {len(results) - revisits} edits")
        print(table(results))
        for outcome in failures(results):
            found = "; ".join(f"{c.kind}{' quiet' if c.quiet else ''}: {c.summary}" for c in outcome.changes)
            print(f"  {outcome.result}: {outcome.mutation.name} on {outcome.page}: {found or 'nothing'}")
        bad += len(failures(results))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
