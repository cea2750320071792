"""Recognising what stands on the picture of a page, where the extra `ocr` is installed."""
