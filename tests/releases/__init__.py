"""Archives that earlier releases have written, and what those releases said of them (made by `build.py`)."""

from pathlib import Path

COMMIT = "4404b85"
"""Release 1.0.0."""
CRAWLS = 60
PORT = 18419
"""Of the local sites that it watches; below the ports that systems give out by themselves."""
ARCHIVE = Path(__file__).with_name("archive-1.0.0.tar.xz")
RECORDED = Path(__file__).with_name("archive-1.0.0.json")
