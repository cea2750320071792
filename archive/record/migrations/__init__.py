"""The tables of `archive.db`, as migrations that read from top to bottom, a module a release.

A table is added by a new function at the end of the newest module; a released function is never changed.
Modules beside `release_2` hold what release 2 adds for one subject, and depend on nothing but what stands before them.
"""

from archive.record.migrations import release_2, release_2_rows

MODULES = (release_2, release_2_rows)
"""In the order in which their migrations are made; each adds to the one list."""
migrations = release_2.migrations
