"""support.yml for the function: as the package holds it, checked and loaded already, or read and checked here.

The templates that are pages of the wiki come as JSON, which `specdesk build-index` writes beside the index.

`specdesk package` puts the loaded process beside the file, with the digest of the texts that it is of. Reading it takes
neither PyYAML nor the schema. It counts for these texts alone: a changed file is read and checked again.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from intake_fn.core.process import AnswerTemplate, Process

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIX = ".loaded"
DIGEST = hashlib.sha256().digest_size

NO_PAGES = b"[]"


def read_process(path: Path, templates: Path | None = None) -> Process:
    """The process of a file, with the templates of the wiki. Raises ProcessError naming every problem, OSError."""
    text, pages = path.read_bytes(), _pages(templates)
    try:
        kept = path.with_suffix(SUFFIX).read_bytes()
    except FileNotFoundError:
        return _checked(path, text, pages)
    if kept[:DIGEST] != _digest(text, pages):
        return _checked(path, text, pages)
    process = pickle.loads(kept[DIGEST:])  # noqa: S301 - it came with our code, in one package
    if not isinstance(process, Process):
        raise TypeError(f"{path.with_suffix(SUFFIX)} holds no process; make the package again")
    return process


def read_templates(path: Path) -> list[AnswerTemplate]:
    """The templates that are pages of the wiki, as `specdesk build-index` has written them; none without the file."""
    return _templates(_pages(path))


def _pages(path: Path | None) -> bytes:
    try:
        return path.read_bytes() if path else NO_PAGES
    except FileNotFoundError:
        return NO_PAGES


def _templates(pages: bytes) -> list[AnswerTemplate]:
    rows = json.loads(pages)
    return [AnswerTemplate(**{**row, **{name: tuple(row[name]) for name in ("answers", "kinds")}}) for row in rows]


def keep_templates(templates: Iterable[AnswerTemplate], path: Path) -> None:
    """Write them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in templates], ensure_ascii=False, indent=1), encoding="utf-8")


def keep_loaded(path: Path, templates: Path | None = None) -> None:
    """Put the loaded process beside its file. Raises ProcessError."""
    text, pages = path.read_bytes(), _pages(templates)
    loaded = pickle.dumps(_checked(path, text, pages), protocol=pickle.HIGHEST_PROTOCOL)
    path.with_suffix(SUFFIX).write_bytes(_digest(text, pages) + loaded)


def _digest(text: bytes, pages: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(text).digest() + pages).digest()


def _checked(path: Path, text: bytes, pages: bytes) -> Process:
    from intake_fn.core.process_file import parse  # noqa: PLC0415 - not where it is loaded already

    process = parse(text.decode("utf-8"), path.name)
    return replace(process, templates={**{one.id: one for one in _templates(pages)}, **process.templates})
