from collections.abc import Iterator
from typing import Any
def files() -> Iterator[tuple[str, bytes, list[dict[str, Any]], str]]:
    return iter(())
