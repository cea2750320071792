"""For whoever mends a rule or adds a notice: a page is fetched once, kept nowhere, and shown as it is read."""
