"""The archive: vocabulary, tables, changes, search, alerts and pages. Imports nothing of `crawler`."""

from importlib.metadata import version

SOFTWARE = f"guidelines-archive/{version('guidelines-archive')}"
