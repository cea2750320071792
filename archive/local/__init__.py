"""A local catalogue held against the national one, row by row. Pure."""
