"""What leaves the archive for others to work with: the catalogue as a file, feeds, reports."""
