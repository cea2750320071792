"""Beside changedetection.io and urlwatch: the same site through the same steps; alarms, processor time, bytes, disk.

scripts/bench peers [--days N] [--folder DIR] [--json FILE]

Each program gets a copy of the site of its own (19 pages with their attachments, tests/sites), all its addresses, and
the element that holds each page's text. The peers are installed into environments of their own under `--folder`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from attrs import Factory, define

from scripts.measuring import keep_figures, options
from scripts.peers import CountingReplica, Peer, programs
from scripts.processes import size
from tests.sites.files import docx

HURT = ("urban-rural-planning", "health", "tax-administration", "compulsory-education")
"""Whose pages the troubles befall."""
REVISED = ("ecological-environment", "health", "household-registration")
END = "本页为演示样本"
Change = Callable[[CountingReplica, int], set[str]]
"""Does something to the site; returns the notices that are really others now."""


def revise(slugs: Sequence[str]) -> Change:
    def change(site: CountingReplica, turn: int) -> set[str]:
        for slug in slugs:
            site.edit(slug, END, f"第{turn}次修订：公开时限改为{turn + 2}个工作日。{END}")
        return set(slugs)

    return change


def trouble(mode: str, slugs: Sequence[str] = HURT) -> Change:
    def change(site: CountingReplica, turn: int) -> set[str]:
        for slug in slugs:
            site.mode(slug, mode)
        return set()

    return change


def redesign(site: CountingReplica, turn: int) -> set[str]:
    """New menus, another footer, other classes; the texts stay."""
    for slug in site.slugs:
        text = site.body(slug)
        menu = "".join(f'<li><a href="/lm{n}/">栏目{turn}之{n}</a></li>' for n in range(8))
        text = re.sub(r"(<body[^>]*>)", rf'\1<div class="top-{turn}"><ul>{menu}</ul></div>', text, count=1)
        text = text.replace("<p>", f'<p class="p{turn}">').replace("</body>", "<div>网站标识码 演示</div></body>")
        site.rewrite(slug, text)
    return set()


def counters(site: CountingReplica, turn: int) -> set[str]:
    for slug in site.slugs:
        text = re.sub(r'<p class="hits">[^<]*</p>', "", site.body(slug))
        hits = f'<p class="hits">阅读次数：{1000 + 37 * turn}　今天是第{turn}天</p>'
        site.rewrite(slug, re.sub(r"(<body[^>]*>)", rf"\1{hits}", text, count=1))
    return set()


def new_file(site: CountingReplica, turn: int) -> set[str]:
    slug = "ecological-environment"
    site.replace_attachment(slug, "生态环境领域基层政务公开标准指引（试行）.docx", docx(f"演示样本第{turn}版", []))
    return {slug}


def nothing(site: CountingReplica, turn: int) -> set[str]:
    return set()


STEPS: Mapping[str, Change] = {
    "cold": nothing, "unchanged": nothing, "3 revisions": revise(REVISED), "file replaced": new_file,
    "redesign": redesign, "counters": counters, "500": trouble("status-500"), "restored after 500": trouble(""),
    "empty": trouble("empty-200"), "restored after empty": trouble(""), "soft 404": trouble("soft-404-1"),
    "restored after soft 404": trouble(""), "challenge": trouble("challenge-1"),
    "restored after challenge": trouble(""), "truncated": trouble("truncated"), "restored": trouble(""),
}  # fmt: skip


def days(count: int) -> dict[str, Change]:
    """Days of noise: counters move on every day, every third day a page is really revised."""
    slugs = ("tax-administration", "health", "public-legal-services", "agricultural-subsidies", "poverty-alleviation",
             "public-resource-trading", "employment-and-social-insurance", "housing-and-urban-services",
             "budgets-and-final-accounts", "food-and-drug-supervision")  # fmt: skip
    edits = iter(slugs)

    def of_day(day: int) -> Change:
        edit = revise([slug]) if day % 3 == 1 and (slug := next(edits, "")) else nothing
        return lambda site, turn: counters(site, turn) | edit(site, turn)

    return {f"day {day}": of_day(day) for day in range(1, count + 1)}


@define
class Record:
    """What one program did."""

    steps: list[dict[str, Any]] = Factory(list)
    settings: dict[str, Any] = Factory(dict)

    def sums(self) -> dict[str, Any]:
        total = {name: sum(len(step[name]) for step in self.steps) for name in ("true", "missed", "false")}
        unchanged = next(step for step in self.steps if step["step"] == "unchanged")
        return total | {
            "processor of an unchanged cycle": unchanged["processor"],
            "processor of all": round(sum(step["processor"] for step in self.steps), 1),
            "memory": max(step["memory"] for step in self.steps),
            "bytes of an unchanged cycle": unchanged["bytes"]["same"],
            "bytes, same addresses": sum(step["bytes"]["same"] for step in self.steps),
            "bytes, robots, lists and confirmations": sum(step["bytes"]["apart"] for step in self.steps),
            "disk": self.steps[-1]["disk"],
        }


def through(peer: Peer, steps: Mapping[str, Change], say: Callable[[str], None]) -> Record:
    """One program through all steps, on a site of its own."""
    with CountingReplica() as site:
        peer.prepare(site)
        record = Record(settings=peer.settings)
        for turn, (name, change) in enumerate(steps.items()):
            really = change(site, turn)
            site.begin()
            cost, alarms = peer.cycle()
            wanted = really if turn else set()
            alarms = alarms if turn else set()  # what is new is no alarm
            record.steps.append(
                {
                    "step": name, "true": sorted(alarms & wanted), "missed": sorted(wanted - alarms),
                    "false": sorted(alarms - wanted), "processor": round(cost.processor, 2),
                    "wall": round(cost.wall, 1), "memory": cost.memory, "bytes": site.counted(),
                    "disk": size(peer.folder), "code": cost.code,
                }
            )  # fmt: skip
            say(f"{peer.name:20} {name:24} {len(alarms & wanted)} true, {len(wanted - alarms)} missed, "
                f"{len(alarms - wanted)} false, {cost.processor:.2f} s")  # fmt: skip
        return record


def main(arguments: Sequence[str]) -> int:
    asked = options(__doc__, arguments, days=30, folder="", json="docs/benchmarks/peers.json", only="")
    folder = Path(asked.folder or tempfile.mkdtemp(prefix="peers-"))
    steps = dict(STEPS) | days(asked.days)
    peers = [peer for peer in programs(folder) if asked.only in ("", peer.name)]
    with ThreadPoolExecutor(2) as pool:
        records = list(pool.map(lambda peer: through(peer, steps, lambda line: print(line, file=sys.stderr)), peers))
    found = {
        peer.name: {
            "version": peer.version, "settings": record.settings, "sums": record.sums(), "steps": record.steps,
        }
        for peer, record in zip(peers, records, strict=True)
    }  # fmt: skip
    keep_figures("peers", asked, programs=found)
    return 0
