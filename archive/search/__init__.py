"""Chinese full-text search: what is indexed, how a query is asked, what is shown of a hit."""
