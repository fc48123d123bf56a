"""The store of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Attachment


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how a browser may put one file itself: a form post of `fields` and then the file."""

    key: str
    url: str
    fields: Mapping[str, str]


class Files(Protocol):
    """Attachments, and mails as they came in. Raises TryLater when the service is down."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Keep a file."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes of a file. Raises Unknown."""
        ...

    def link(self, attachment: Attachment, seconds: int) -> str:
        """A signed link that downloads it under its own name, for `seconds`."""
        ...

    def upload(self, key: str, max_bytes: int, seconds: int) -> Upload:
        """Permission for a browser to put a file of at most `max_bytes` there itself."""
        ...

    def keys(self, beginning: str, limit: int = 100) -> Sequence[str]:
        """The first keys that begin so, in their order."""
        ...

    def every(self, beginning: str) -> Iterator[str]:
        """All keys that begin so, a page at a time in memory; some may be gone when they are read."""
        ...

    def aged(self, beginning: str, after: str, limit: int) -> Sequence[tuple[str, datetime]]:
        """The first keys that begin so and come after a key, in their order, each with when it was kept last."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file, be it there or not."""
        ...
