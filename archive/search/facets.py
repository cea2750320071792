"""How many of the matches are of an area, an issuer, a level, a deadline, a year."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping

_VALUES = {
    "notice": """SELECT a.slug, n.issuer, substr(n.published_on, 1, 4), NULL, NULL, NULL
                 FROM json_each(?) j CROSS JOIN notices n ON n.id = j.value LEFT JOIN areas a ON a.notice_id = n.id""",
    "document": """SELECT a.slug, n.issuer, substr(n.published_on, 1, 4), NULL, NULL, NULL
                   FROM json_each(?) j CROSS JOIN search_entries e
                     ON e.kind = iif(j.value > 0, 'document', 'former') AND e.id = abs(j.value)
                   CROSS JOIN versions v ON v.id = e.version_id CROSS JOIN documents d ON d.id = v.document_id
                   CROSS JOIN notices n ON n.id = d.notice_id LEFT JOIN areas a ON a.notice_id = n.id""",
    "item": """SELECT a.slug, n.issuer, substr(n.published_on, 1, 4), i.county, i.township, i.deadline
               FROM json_each(?) j CROSS JOIN items i ON i.id = abs(j.value)
               CROSS JOIN documents d ON d.id = i.document_id CROSS JOIN notices n ON n.id = d.notice_id
               LEFT JOIN areas a ON a.id = i.area_id""",
}


def facets(connection: sqlite3.Connection, ids: Mapping[str, Collection[int]]) -> dict[str, Counter[str]]:
    """By name of the filter, its values with the number of matches; a document of several areas counts in each."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in ("area", "issuer", "year", "level", "deadline")}
    for kind, entries in ids.items():
        grouped = f"SELECT *, count(*) FROM ({_VALUES[kind]}) GROUP BY 1, 2, 3, 4, 5, 6"  # noqa: S608 - texts of ours
        for row in connection.execute(grouped, [json.dumps(list(entries))]):
            area, issuer, year, county, township, deadline, count = row
            levels = ("county" if county else "", "township" if township else "")
            for name, value in (("area", area), ("issuer", issuer), ("year", year), ("deadline", deadline)):
                counted[name][value or ""] += count
            for level in levels:
                counted["level"][level] += count
    for values in counted.values():
        del values[""]
    return counted
