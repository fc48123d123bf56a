"""The files of an evaluation: JSON Lines in, a report out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spec_lookup.errors import InputBroken


def read_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line of a JSON Lines file as (file:line, object); a missing file has none. Raises InputBroken."""
    if not path.exists():
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputBroken(f"{path} can't be read: {error.strerror}.") from error
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line.decode())
        except ValueError as error:
            raise InputBroken(f"{where}: this is not a line of JSON in UTF-8 ({error}).") from error
        if not isinstance(row, dict):
            raise InputBroken(f"{where}: a JSON object is needed.")
        yield where, row


def write_report(path: Path, page: str) -> None:
    """Write a report. Raises InputBroken when its place can't be written to."""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputBroken(f"{path} can't be written: {error.strerror}. Name a file in a folder that exists.") from error
