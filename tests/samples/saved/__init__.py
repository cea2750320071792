"""A page of ours in the form that Chromium gives a page saved as 网页，全部, with the folder beside it."""

from pathlib import Path

SAVED = Path(__file__).parent
