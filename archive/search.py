"""Chinese full-text search (to be filled): folding, indexing, queries."""

from sqlite_utils import Database


def index_notice(db: Database, notice_id: int) -> None: ...


def index_document(db: Database, document_id: int) -> None: ...
