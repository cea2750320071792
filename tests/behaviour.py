"""python -m tests.behaviour make DATA · tell DATA OUT

`make` writes an archive with 60 crawls: the replica of the 19 notices, at each crawl with other edits and other noise.
`tell` writes all that people and programs get from an archive into files, one a page, command, export or feed. Made
with one commit and told by two, the folders show what a change of the code changed for users: `diff -r OLD NEW`.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from attrs import evolve

from archive.web.app import site
from tests.mutations import EDITS, NOISE, Case
from tests.sites.build import Exchange, stored, warc

CRAWLS = 60
START = (
    "/", "/changes", "/catalogue", "/tasks", "/status", "/status.json", "/changes.atom", "/changes.json", "/review",
    "/search?q=%E5%BE%81%E5%9C%B0", "/search?q=%E4%BD%8E%E4%BF%9D", "/archive", "/archive/items", "/archive/changes",
)  # fmt: skip
DAY = 86_400
SENTENCE = re.compile(r">([^<>。]{8,80}。)")
LINK = re.compile(r'href="([^"]+\.(?:docx?|xlsx?|pdf|zip|wps|et))"')
LOST = b"<html><head><title>404</title></head><body><h1>404 Not Found</h1></body></html>"


def make(data: Path) -> None:
    chance = random.Random(9)
    exchanges = {exchange.url: exchange for exchange in stored()}
    pages = [e.url for e in exchanges.values() if e.kind == "page" and e.slug and "html" in e.content_type]
    folder = data.parent / "visits"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(CRAWLS):
        shown = dict(exchanges)
        for url in chance.sample(pages, 6):
            lasting = chance.random() < 0.6
            for changed in edited(exchanges, url, chance, lasting=lasting):
                shown[changed.url] = changed
                if lasting:
                    exchanges[changed.url] = changed
        path = folder / f"{number:02}.warc.gz"
        path.write_bytes(warc(tuple(shown.values())))
        env = os.environ | {"GUIDELINES_CLOCK_OFFSET": str((number - CRAWLS) * DAY)}
        guidelines(data, "crawl", "--replay", str(path), env=env)
        print(f"{number + 1}/{CRAWLS}", file=sys.stderr, flush=True)


def edited(exchanges: dict[str, Exchange], url: str, chance: random.Random, *, lasting: bool) -> Iterator[Exchange]:
    """The answers of one page and its files after one edit; what does not last may be a failure, too."""
    page = exchanges[url]
    if not lasting and chance.random() < 0.3:
        yield evolve(page, body=LOST, status=chance.choice((200, 404, 500)))
        return
    charset = "gb18030" if b"gb" in page.body[:800].lower() else "utf-8"
    html = page.body.decode(charset, "replace")
    sentences = tuple(text for text in dict.fromkeys(SENTENCE.findall(html)) if html.count(text) == 1)
    links = tuple(dict.fromkeys(LINK.findall(html)))
    addresses = [urljoin(url, link) for link in links]
    files = {address: exchanges[address].body for address in addresses if address in exchanges}
    case = Case(url, url, html, charset, sentences, files, links)
    kinds = EDITS if lasting else NOISE
    after = chance.choice(kinds).mutate(case, chance)
    if after is None or after.url != url:
        return
    yield evolve(page, body=after.payload())
    for address, body in after.files.items():
        if address in exchanges and exchanges[address].body != body:
            yield evolve(exchanges[address], body=body)


def guidelines(data: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), *arguments]
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
    return f"{done.stdout}\n[{done.returncode}]\n{done.stderr if done.returncode == 1 else ''}"


def tell(data: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, line in commands(out):
        (out / f"command-{name}.txt").write_text(guidelines(data, *line), "utf-8")
    asyncio.run(pages(data, out))


def commands(out: Path) -> Iterator[tuple[str, list[str]]]:
    yield "changes", ["changes"]
    yield "changes-json", ["changes", "--json"]
    yield "status-json", ["status", "--json"]
    yield "status", ["status"]
    yield "review", ["review"]
    yield "candidates", ["candidates"]
    yield "verify", ["verify", "--json"]
    for word in ("征地", "低保", "公开时限", "民政部"):
        yield f"search-{word}", ["search", word]
        yield f"search-{word}-json", ["search", word, "--json"]
    for number in range(1, 120, 2):
        yield f"diff-{number:03}", ["diff", str(number)]
        yield f"diff-{number:03}-json", ["diff", str(number), "--json"]
    for ending in ("csv", "json"):
        yield f"export-{ending}", ["export", str(out / f"export.{ending}")]
        yield f"export-{ending}-township", ["export", str(out / f"township.{ending}"), "--level", "township"]


async def pages(data: Path, out: Path) -> None:
    """Every address that a reader can reach from the home page, two thousand at most, in the order of a walk."""
    opened = site(data)
    await opened.invoke_startup()
    waiting = [*START]
    seen = set(waiting)
    done = 0
    while waiting and done < 2000:
        address = waiting.pop(0)
        answer = await opened.client.get(address)
        done += 1
        name = re.sub(r"[^\w=.-]+", "_", address)[:150]
        kind = answer.headers.get("content-type", "")
        (out / f"page-{name}").write_text(f"{answer.status_code} {kind}\n{answer.text}", "utf-8")
        if "html" not in kind or address.startswith(("/archive", "/-/")):
            continue
        for link in re.findall(r'href="(/[^"#]*)"', answer.text):
            link = link.replace("&amp;", "&")
            if link not in seen and not link.startswith(("/-/", "/archive", "/static")):
                seen.add(link)
                waiting.append(link)


def main() -> None:
    what, data, *rest = sys.argv[1:]
    if what == "make":
        make(Path(data))
    else:
        tell(Path(data), Path(rest[0]))


if __name__ == "__main__":
    main()
