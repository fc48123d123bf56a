"""support.yml for the function: as the package holds it, checked and loaded already, or read and checked here.

The templates that are pages of the wiki come as JSON, which `specdesk build-index` writes beside the index.

`specdesk package` puts the loaded process beside the file, with the digest of the text that it is of. Reading it takes
neither PyYAML nor the schema. It counts for that text alone: a changed file is read and checked again.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import asdict
from typing import TYPE_CHECKING

from intake_fn.core.process import AnswerTemplate, Process

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIX = ".loaded"
DIGEST = hashlib.sha256().digest_size


def read_process(path: Path) -> Process:
    """The process of a file. Raises ProcessError naming every problem, OSError."""
    text = path.read_bytes()
    try:
        kept = path.with_suffix(SUFFIX).read_bytes()
    except FileNotFoundError:
        return _checked(path, text)
    if kept[:DIGEST] != hashlib.sha256(text).digest():
        return _checked(path, text)
    process = pickle.loads(kept[DIGEST:])  # noqa: S301 - it came with our code, in one package
    if not isinstance(process, Process):
        raise TypeError(f"{path.with_suffix(SUFFIX)} holds no process; make the package again")
    return process


def read_templates(path: Path) -> list[AnswerTemplate]:
    """The templates that are pages of the wiki, as `specdesk build-index` has written them; none without the file."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [AnswerTemplate(**{**row, **{name: tuple(row[name]) for name in ("answers", "kinds")}}) for row in rows]


def keep_templates(templates: Iterable[AnswerTemplate], path: Path) -> None:
    """Write them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in templates], ensure_ascii=False, indent=1), encoding="utf-8")


def keep_loaded(path: Path) -> None:
    """Put the loaded process beside its file. Raises ProcessError."""
    text = path.read_bytes()
    loaded = pickle.dumps(_checked(path, text), protocol=pickle.HIGHEST_PROTOCOL)
    path.with_suffix(SUFFIX).write_bytes(hashlib.sha256(text).digest() + loaded)


def _checked(path: Path, text: bytes) -> Process:
    from intake_fn.core.process_file import parse  # noqa: PLC0415 - not where it is loaded already

    return parse(text.decode("utf-8"), path.name)
