"""Which process and thread answers a request, and what a visitor may make it do."""
