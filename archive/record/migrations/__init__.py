"""The tables of `archive.db`, as migrations that read from top to bottom, a module a release.

A table is added by a new function at the end of the newest module; a released function is never changed.
"""
