"""A file of what a build keeps for the next one: a line of JSON that says whose it is, and the rest with its SHA-256.

One that is cut off, altered or no such file at all holds nothing; what it holds must mean the same to whoever reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def read_kept(path: Path) -> tuple[Mapping[str, Any], bytes]:
    """What the first line says, and the rest; nothing of a file that is not sound."""
    with suppress(OSError, LookupError, TypeError, ValueError):
        head, _, body = path.read_bytes().partition(b"\n")
        about = json.loads(head)
        if about["sha256"] == hashlib.sha256(body).hexdigest():
            return about, body
    return {}, b""


def write_kept(path: Path, about: Mapping[str, Any], body: bytes) -> None:
    """Write the file whole or not at all; a place that cannot be written to keeps none."""
    head = json.dumps({**about, "sha256": hashlib.sha256(body).hexdigest()}).encode()
    with suppress(OSError):
        replace_file(path, head + b"\n" + body)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink()
        raise
