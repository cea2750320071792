"""Laws and what a basis says of them: the register of texts and their days, and citations found in a printed basis."""

from pathlib import Path

HERE = Path(__file__).parent
BUILT_IN = ("register.jsonl", "documents.toml")
NAME = "laws.toml"
"""The operator's lines, in the data folder."""
