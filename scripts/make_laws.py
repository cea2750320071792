"""Make `archive/laws/register.jsonl` from the headings of a collection: `python -m scripts.make_laws LAWS.jsonl`.

The collection gives for each text a date and the lines of its heading. Which of these dates are texts, and which are
the day of force, is decided here, by rule, and counted on stderr:

- A line with 施行 gives the day of force of the text before it.
- A regulation is a text when it is published; that a meeting passed or approved it is not, where publication follows.
- The entry's own date, when it is later than every text of the heading: a correction of many regulations by one
  decision, which headings do not repeat. Where it follows within a month, it is the publication of the same text.
- The entry's own date, when it is earlier than the heading's last text and none of its dates: an error; left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_NAMED = re.compile(r"《[^》]*》?|[〈<][^〉>]*[〉>]?")
_FORCE = re.compile(r"\s*起?(?:施行|执行|实施|生效)")
_PASSED = re.compile(r"(?:国务院|军事委员会)[^国]*会议.*(?:通过|修订)$|批准(?!.*修订)")
_NUMBER = re.compile(r"(?:中华人民共和国)?(国务院令|主席令)第([一二三四五六七八九十百〇零\d]+)号")
MONTH = timedelta(days=31)
FACTS = Path(__file__).parents[1] / "archive" / "laws" / "register.jsonl"
counts: Counter[str] = Counter()


def _steps(line: str) -> Iterator[tuple[str, str]]:
    """(day, what happened) of each date in a line of a heading, not those inside a title."""
    plain = _NAMED.sub("", line)
    found = list(_DATE.finditer(plain))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(plain)
        day = date(*map(int, match.groups()))  # type: ignore[arg-type]
        yield day.isoformat(), plain[match.end() : end].strip()


def texts_of(entry: dict[str, Any]) -> dict[str, dict[str, str]]:
    """{day: {"force", "number"}} of the texts that one entry knows."""
    texts: dict[str, dict[str, str]] = {}
    passed: list[str] = []
    for day, what in [step for line in entry["history"] for step in _steps(line)]:
        if _FORCE.match(what):
            before = [text for text in texts if text <= day]
            if before:
                texts[max(before)].setdefault("force", day)
        elif _PASSED.search(what.rstrip("）)")) and "代表大会" not in what:
            passed.append(day)
        else:
            number = _NUMBER.search(what)
            texts.setdefault(day, {}).update({"number": f"{number[1]}第{number[2]}号"} if number else {})
    return _with_own_date(entry, texts, passed)


def _with_own_date(
    entry: dict[str, Any], texts: dict[str, dict[str, str]], passed: list[str]
) -> dict[str, dict[str, str]]:
    own, last = entry["date"], max(texts, default="")
    if not entry["history"]:
        counts["no heading: the entry's date alone"] += 1
    elif own == last:
        counts["the same day"] += 1
        return texts
    elif own in texts:
        counts["an earlier text of the heading"] += 1
        return texts
    elif any(own == text.get("force") for text in texts.values()):
        counts["the day of force"] += 1
        return texts
    elif own < last:
        counts["before the heading's last text and none of its days: left out"] += 1
        return texts
    elif last and own not in passed and date.fromisoformat(own) - date.fromisoformat(last) <= MONTH:
        counts["within a month after the heading: the same text"] += 1
        return texts
    elif last:
        counts["a later correction that the heading does not repeat"] += 1
    else:
        counts["a heading without a text"] += 1
    return texts | {own: {}}


def main(source: Path) -> None:
    laws: dict[str, dict[str, Any]] = {}
    texts: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for line in source.read_text("utf-8").splitlines():
        entry = json.loads(line)
        title = entry["title"].strip()
        laws.setdefault(title, {"title": title, "category": entry["category"]})
        if entry["history"] and max(map(_last, entry["history"])) != entry["date"]:
            counts["entries whose date is not the heading's last"] += 1
        for day, facts in texts_of(entry).items():
            texts[title].setdefault(day, {}).update(facts)
    with FACTS.open("w", encoding="utf-8") as out:
        for title in sorted(laws):
            known = [{"date": day} | texts[title][day] for day in sorted(texts[title])]
            out.write(json.dumps(laws[title] | {"texts": known}, ensure_ascii=False) + "\n")
    for what, n in counts.most_common():
        print(f"{n:5} {what}", file=sys.stderr)


def _last(line: str) -> str:
    return max((day for day, _ in _steps(line)), default="")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
