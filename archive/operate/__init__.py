"""Keeping the archive running: what machine and data folder may do to it, and what to say and do then."""
