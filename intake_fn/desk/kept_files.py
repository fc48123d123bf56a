"""What is worked out now and then, and shown often: kept as a JSON file of the file store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from intake_fn import log
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.errors import SpecdeskError, Unknown

if TYPE_CHECKING:
    from intake_fn.ports import Files

Kept = TypeVar("Kept")


def keep(files: Files, key: str, made: object) -> None:
    """Keep a dataclass that the codec knows. Raises TryLater."""
    files.put(key, json.dumps(to_plain(made), ensure_ascii=False).encode(), "application/json")


def kept(files: Files, key: str, kind: type[Kept]) -> Kept | None:
    """What was kept last; None where nothing was, it is damaged, or another version wrote it.

    Raises TryLater where the file store does not answer, and Broken where it refuses: then it is not known.
    """
    try:
        content = files.get(key)
    except Unknown:
        return None
    try:
        return from_plain(kind, json.loads(content))
    except (SpecdeskError, AttributeError, LookupError, TypeError, ValueError) as error:
        log.warning("kept_file_not_read", key=key, error=str(error))
        return None
