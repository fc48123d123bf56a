"""The one place that opens files: spec pages in, an index folder out and in again, an evaluation in and its report out.

An index folder holds `stamp.json`, `clauses.jsonl`, bm25s's own files and, with a model, its
vectors. It is written beside its place and then moved there whole, and it is only ever read afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spec_lookup.clause import Clause
from spec_lookup.dense import Dense
from spec_lookup.errors import IndexBroken, IndexMissing, InputBroken, SpecBroken
from spec_lookup.index import Bm25
from spec_lookup.parse import decode

DENSE_FILES = ("wholes.npy", "sentences.npy", "starts.npy")

FORMAT = 3
"""Raised with every change of what an index folder holds."""

ENGINE = "spec_lookup 0.2"
"""Named in every verdict; changes whenever the same input may give another verdict."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an index was made of: `content` is the SHA-256 of the spec's pages, `commit` where they stood."""

    content: str
    commit: str
    clauses: int
    engine: str
    format: int
    model: str = ""
    """SHA-256 of the embedding model that the vectors are of; "" for an index of words alone."""


def read_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every page, sorted by name. Raises SpecBroken."""
    if not folder.is_dir():
        raise SpecBroken(f"There is no folder {folder}. Name the folder that holds the spec's Markdown pages.")
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).as_posix()
        if not any(part.startswith(".") for part in name.split("/")):  # the site leaves those out, too
            yield name, decode(path.read_bytes(), name)


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


def content_stamp(pages: list[tuple[str, str]]) -> str:
    """The same for the same pages, on every machine."""
    digest = hashlib.sha256()
    for name, text in pages:
        for part in (name, text):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def model_folder() -> Path:
    """Where the embedding model stands: SPEC_LOOKUP_MODEL, or build/model beside this package."""
    named = os.environ.get("SPEC_LOOKUP_MODEL")
    return Path(named) if named is not None else Path(__file__).resolve().parent.parent / "build" / "model"


def write_index(out: Path, clauses: list[Clause], bm25: Bm25, dense: Dense | None, stamp: Stamp) -> None:
    """Write an index folder whole; an index that stood there is replaced, anything else is not touched."""
    import numpy as np  # noqa: PLC0415 - only who builds or searches waits for it

    if out.exists() and not (out / "stamp.json").exists() and any(out.iterdir()):
        raise IndexBroken(f"{out} holds something else than an index. Name an empty or a new folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        fresh.chmod(0o755)
        (fresh / "bm25").mkdir()
        if bm25.engine is not None:
            bm25.engine.save(fresh / "bm25", show_progress=False)
        lines = (json.dumps(asdict(clause), ensure_ascii=False) for clause in clauses)
        (fresh / "clauses.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if dense is not None:
            for name, rows in zip(DENSE_FILES, (dense.wholes, dense.sentences, dense.starts), strict=True):
                np.save(fresh / name, np.asarray(rows))
        (fresh / "stamp.json").write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
        _put_in_place(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _put_in_place(fresh: Path, out: Path) -> None:
    """Two renames, so that a reader finds a whole index; who has the old one open keeps reading it."""
    former = fresh.with_name(f"{fresh.name}-former")
    if out.exists():
        out.rename(former)
    try:
        fresh.rename(out)
    except OSError:
        if former.exists():
            former.rename(out)
        raise
    shutil.rmtree(former, ignore_errors=True)


def read_index(folder: Path) -> tuple[list[Clause], Bm25, Dense | None, Stamp]:
    """Open an index folder. Raises IndexMissing or IndexBroken."""
    import bm25s  # noqa: PLC0415 - as above
    import numpy as np  # noqa: PLC0415 - as above

    try:
        stamp = Stamp(**json.loads((folder / "stamp.json").read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise IndexMissing(
            f"There is no index in {folder}. Build it: python -m spec_lookup build SPEC_DIR --out {folder}"
        ) from error
    except (TypeError, ValueError) as error:
        raise IndexBroken(f"The index in {folder} is damaged. Build it again.") from error
    if stamp.format != FORMAT:
        raise IndexBroken(f"The index in {folder} was made by another version. Build it again.")
    try:
        with (folder / "clauses.jsonl").open(encoding="utf-8") as lines:
            clauses = [Clause(**json.loads(line)) for line in lines]
        has_words = any((folder / "bm25").iterdir())  # a spec without a single word has nothing to search in
        engine = bm25s.BM25.load(folder / "bm25", mmap=True, show_progress=False) if has_words else None
        dense = Dense(*(np.load(folder / name, mmap_mode="r") for name in DENSE_FILES)) if stamp.model else None
        whole = (
            (dense is None or len(dense.wholes) == stamp.clauses)
            and len(clauses) == stamp.clauses
            and (not engine or engine.scores["num_docs"] == len(clauses))
        )
    except (OSError, EOFError, LookupError, TypeError, ValueError) as error:
        raise IndexBroken(f"The index in {folder} is damaged. Build it again.") from error
    if not whole:
        raise IndexBroken(f"The files of the index in {folder} do not belong together. Build it again.")
    return clauses, Bm25(engine, len(clauses)), dense, stamp
