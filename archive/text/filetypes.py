"""The endings of file names that are files and no pages: the one list for links, names of attachments and verdicts."""

from __future__ import annotations

# fmt: off
OFFICE = (
    "docx?", "docm", "wps", "wpt", "dotx?", "xlsx?", "xlsm", "et", "ett", "csv", "ods", "odt", "pdf", "ofd", "ceb",
    "gd", "zip", "rar", "7z", "tar", "gz", "txt", "rtf", "pptx?", "dps", "odp", "xml", "mht",
)
"""Whatever a link to it is called, such an address is a file."""
PAGES = ("s?html?", "mhtml")
"""Files too, when the page calls them so; an address that ends like this mostly is a page."""
# fmt: on
FILE = "|".join(OFFICE)
NAMED = "|".join((*OFFICE, *PAGES))
