"""WARC files: what was asked and answered, byte for byte, kept for ever."""
