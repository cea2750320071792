"""Attachment formats: bytes of one kind each, to blocks."""
