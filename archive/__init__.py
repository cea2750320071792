"""The archive: vocabulary, tables, changes, search, alerts and pages. Imports nothing of `crawler`."""

VERSION = "1.0.0"
SOFTWARE = f"guidelines-archive/{VERSION}"
