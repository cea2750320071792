"""The crawl: from declared addresses to captures and Documents."""
