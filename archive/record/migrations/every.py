"""Every migration of this release, in the order in which they are made; each module adds to the one list."""

from archive.record.migrations import (
    release_2,
    release_2_further,
    release_2_laws,
    release_2_listing,
    release_2_local,
    release_2_merged,
    release_2_pictures,
    release_2_quiet,
    release_2_received,
    release_2_roles,
    release_2_rows,
    release_2_search,
    release_2_size,
    release_2_unsure,
)

MODULES = (
    release_2,
    release_2_rows,
    release_2_roles,
    release_2_unsure,
    release_2_listing,
    release_2_laws,
    release_2_local,
    release_2_search,
    release_2_received,
    release_2_merged,
    release_2_quiet,
    release_2_size,
    release_2_further,
    release_2_pictures,
)
migrations = release_2.migrations
