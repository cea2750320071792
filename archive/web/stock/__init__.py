"""Datasette's own pages in Chinese."""
