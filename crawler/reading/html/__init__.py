"""Any piece of html, as a tree, as lines, as tables."""
