"""Our own pages, one module a page."""
