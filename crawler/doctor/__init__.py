"""What `guidelines doctor` asks of the crawler: every parser once, every declared host once. Nothing is kept."""
