"""False alarms, misses and wrong kinds: named mutations of pages, through reading, verdict and comparison.

    scripts/bench changes [--seed N]

Every mutation of tests/mutations.py is tried on every page of the replica (tests/sites) and, where they are present, on
the saved pages beside the repository; once with the sites' rules, once as if on an unknown host.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from urllib.parse import urljoin

from attrs import evolve, frozen

from archive.compare.compare import compare, is_confident
from archive.model import Change, Document, Verdict
from archive.text.fold import compare_fold
from archive.text.links import link_key
from crawler.judge.verdict import Evidence, judge
from crawler.reading import read
from crawler.reading.rule import Rule
from crawler.sources import load_sources
from scripts.measuring import SHARED, options, saved
from tests.mutations import EDITS, NOISE, Case, Mutation
from tests.sites import build
from tests.sites import modes as modes_module
from tests.sites.server import Page

UNKNOWN = "unknown.example"


@frozen
class Outcome:
    mutation: Mutation
    page: str
    result: str
    """One of RESULTS."""
    changes: tuple[Change, ...] = ()


# ---------------------------------------------------------------- pages


def cases() -> list[Case]:
    return [*replica_cases(), *shared_cases()]


def replica_cases() -> Iterator[Case]:
    exchanges = build.stored()
    spare = next(e.body for e in exchanges if e.url.endswith(".xlsx"))
    for page in exchanges:
        if page.kind == "page":
            files = {e.url: e.body for e in exchanges if e.kind == "attachment" and e.slug == page.slug}
            yield _case(f"replica/{page.slug}", page.url, page.body, page.content_type, files)
            if any(url.endswith(".docx") for url in files):
                yield _with_second_file(page, files, spare)


def _with_second_file(page: build.Exchange, files: dict[str, bytes], spare: bytes) -> Case:
    """The page with a second attachment, for what can only happen to two."""
    html = page.body.decode("gb18030" if b"charset=gb2312" in page.body[:1000] else "utf-8")
    href = next(h for h in re.findall(r"href=[\"']?([^\"' >]+\.docx)", html))
    at = html.find("</a>", html.rindex(href)) + len("</a>")
    html = f'{html[:at]}<br><a href="./P02019second.xlsx">附件：事项清单补充表.xlsx</a>{html[at:]}'
    body = html.encode("gb18030" if b"charset=gb2312" in page.body[:1000] else "utf-8")
    both = {**files, urljoin(page.url, "./P02019second.xlsx"): spare}
    return _case(f"replica/{page.slug} with two files", page.url, body, page.content_type, both)


def shared_cases() -> Iterator[Case]:
    for entry, path in saved(SHARED / "pages"):
        if "_waf" in entry["file"] or not path.exists():
            continue
        url = entry["url"] if entry["url"].startswith("http") else f"http://{entry['file']}"
        yield _case(entry["file"], url, path.read_bytes(), "text/html", {})


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
    plain = [
        line
        for line in document.text.split("\n")
        if line[:1] not in "│┃" and compare_fold(line) != compare_fold(document.title)
    ]
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


def _headers(case: Case) -> dict[str, str]:
    return {"content-type": f"text/html; charset={case.charset}", "content-location": case.url}


@cache
def _file(payload: bytes, url: str) -> Document:
    return read(payload, {"content-location": url}, rule_for(url))


def visit(case: Case, *, generic: bool = False) -> Document:
    """The page and its files as read at one visit; `generic` as if on a host that nobody has described."""
    page = read(case.payload(), _headers(case), rule_for(case.url, generic=generic))
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
            after_case = mutation.mutate(case, random.Random(f"{seed}/{mutation.name}/{case.name}"))
            if after_case is None:
                continue
            after = visit(after_case, generic=generic)
            found = tuple(compare(before, after))
            result = _result(mutation, before, after, found)
            if verdict(after_case, before, after, after_case.payload()) is not Verdict.OK:
                result = "held back"  # it would not become a version
            yield Outcome(mutation, case.name, result, found)


def _result(mutation: Mutation, before: Document, after: Document, found: tuple[Change, ...]) -> str:
    if not is_confident(before, after):
        return "low confidence"
    if mutation.expects is None:
        return "false alarm" if found else "right"
    if not found:
        return "miss"
    return "right" if [(c.kind, c.quiet) for c in found] == [(mutation.expects, mutation.quiet)] else "wrong kind"


# ---------------------------------------------------------------- answers that are not the page


class _Answer:
    """Stands in for the server's handler: keeps what a nasty mode answers."""

    path = "/"
    status, body = 0, b""

    def reply(self, status: int, body: bytes, *_: object) -> None:
        self.status, self.body = status, body


def broken_answers(page: Case) -> Iterator[tuple[str, int, bytes, bool]]:
    """(name, status, body, cut off) of what sites send in place of a page."""
    served = Page(page.payload())
    for name in BROKEN_MODES:
        answer = _Answer()
        modes_module.MODES[name](answer, served)  # type: ignore[arg-type]
        yield name, answer.status, answer.body, False
    yield "home page", 200, modes_module.home_page(), False
    yield "login page", 200, modes_module.login_page(), False
    payload = page.payload()
    yield "first third of the page", 200, payload[: len(payload) // 3], True


def broken(pages: Sequence[Case], *, generic: bool) -> Iterator[tuple[str, str, bool]]:
    """(answer, page, whether it was held back) for each nasty answer in place of each page."""
    for case in pages:
        before = visit(case, generic=generic)
        for name, status, body, cut in broken_answers(case):
            after = read(body, _headers(case), rule_for(case.url, generic=generic))
            yield name, case.name, verdict(case, before, after, body, status, truncated=cut) is not Verdict.OK


BROKEN_MODES = (
    "empty-200", "soft-404-1", "soft-404-2", "soft-404-3", "soft-404-4", "soft-404-5", "challenge-1", "challenge-2",
    "challenge-3", "maintenance", "elsewhere",
)  # fmt: skip


def verdict(
    case: Case, before: Document, after: Document, payload: bytes, status: int = 200, *, truncated: bool = False
) -> Verdict:
    evidence = Evidence(
        title=before.title,
        declared_url=case.url,
        url=case.url,
        http_status=status,
        headers=_headers(case),
        payload=payload,
        document=after,
        truncated=truncated,
        last_text_length=len(before.text),
        last_document_number=before.metadata.get("document_number", ""),
    )
    return judge(evidence).verdict


# ---------------------------------------------------------------- the table

RESULTS = ("held back", "right", "false alarm", "miss", "wrong kind", "low confidence")


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
    return [outcome for outcome in results if outcome.result in ("false alarm", "miss", "wrong kind", "held back")]


def main(arguments: Sequence[str]) -> int:
    seed = options(__doc__, arguments, seed=1).seed
    pages = cases()
    bad = 0
    for generic in (False, True):
        results = list(outcomes([*NOISE, *EDITS], pages, seed, generic=generic))
        revisits = sum(1 for o in results if o.mutation.expects is None)
        where = "unknown host, no rule" if generic else "rules of the sites"
        print(f"\n{where}: {len(pages)} pages, {revisits} noisy revisits, {len(results) - revisits} edits")
        print(table(results))
        for outcome in failures(results):
            found = "; ".join(f"{c.kind}{' quiet' if c.quiet else ''}: {c.summary}" for c in outcome.changes)
            print(f"  {outcome.result}: {outcome.mutation.name} on {outcome.page}: {found or 'nothing'}")
        taken = [(name, page) for name, page, held in broken(pages, generic=generic) if not held]
        tried = len(pages) * (len(BROKEN_MODES) + 3)
        print(f"broken answers: {tried} in place of a page, taken for the page: {len(taken)}")
        for name, page in taken:
            print(f"  taken: {name} on {page}")
        bad += len(failures(results)) + len(taken)
    return 1 if bad else 0
