"""The local replica of the 19 pages, and what it is built from. What the demonstration replays is in archive/demo."""

from pathlib import Path

DEMO = Path(__file__).parents[2] / "archive" / "demo"
