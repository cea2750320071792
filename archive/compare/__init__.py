"""Two Documents in, what a reader would call a change out. Pure."""
