"""Between Scrapy and the wire, from the engine: scope, robots, retry, decode, revisit, cookies, capture, wire."""
