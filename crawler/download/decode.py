"""Content coding undone, behind the capture (which keeps the bytes as they came) and up to the size limit."""

from __future__ import annotations

from typing import Any

from scrapy.http import Request, Response

from archive.warc.coding import undo


class DecodeMiddleware:
    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Any) -> DecodeMiddleware:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises TooLarge for a compressed body that unfolds beyond the limit; a cut one gets the flag `dataloss`."""
        encodings = b",".join(response.headers.getlist(b"Content-Encoding")).decode("latin-1")
        if not encodings or not response.body:
            return response
        body, complete = undo(response.body, encodings, self.limit)
        headers = response.headers.copy()
        del headers[b"Content-Encoding"]
        headers.pop(b"Content-Length", None)  # of the coded bytes: it would look as if the body were cut
        flags = response.flags if complete else [*response.flags, "dataloss"]
        return response.replace(body=body, headers=headers, flags=flags)
