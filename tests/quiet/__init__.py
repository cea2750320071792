"""Sites that die quietly: ministries on simulated days, one death each, and what the operator is told of it.

Written from how such sites die (frozen caches, lists that scripts fill, pagers cut off, lists that stop), not from what
the product looks for: nothing in here knows how a death is found.

| module | what |
|---|---|
| `days.py` | working days, holidays, and how often a list gets something new |
| `site.py` | one site on one day: its notice, its list, their headers |
| `deaths.py` | what may befall it, and what a person has to read of it |
| `run.py` | day after day: one crawl, and what `status` says then |
| `swift.py` | the same for lists alone, without the wire: a year in a minute |
| `report.py` | the table of what was named when |
"""
