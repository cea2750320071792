"""Recognising what stands on the picture of a page: the extra `ocr`. Where it is not installed, nothing is recognised."""
