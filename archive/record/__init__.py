"""What the archive knows and what a person decided: the tables and who writes them."""
