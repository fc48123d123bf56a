"""An index folder, written and opened again.

It holds `stamp.json`, which names all other files with their sizes, the clauses as lines of JSON, and
arrays (LAYOUT says which): where each clause and each word stands and, with a model, the vectors. It is written beside
its place and then moved there whole, and it is only ever read afterwards. Clauses and most arrays are mapped into
memory: opening reads the list of words, and a search reads what it needs.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spec_lookup.errors import IndexBroken, IndexMissing
from spec_lookup.search.clauses import Clauses
from spec_lookup.search.dense import Dense
from spec_lookup.search.index import Bm25, StoredPostings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.generic]

CLAUSES = "clauses.jsonl"

LAYOUT = {
    "clause_starts": "where each clause begins in clauses.jsonl, and where the last one ends",
    "normative": "whether each clause may decide",
    "passages": "which passages each clause has: from its number here to before the next one's",
    "lengths": "how many words each passage is long, the titles weighed",
    "word_starts": "where the places of each word begin in word_passages, and where the last ones end",
    "word_passages": "the passages that hold a word, word by word",
    "word_counts": "how often each of them does",
    "wholes": "a vector for each passage",
    "sentences": "a vector for each sentence, clause by clause",
    "sentence_starts": "where the sentences of each clause begin, and where the last ones end",
}
"""The arrays of an index, each in a file of its name; the last three only with a model."""

WORDS = len(LAYOUT) - 3

LISTS = ("cites", "words", "synonyms")
"""How each clause is cited, the words by number, and groups of terms, as JSON; cites are read when one is looked up."""

FORMAT = 9
"""Raised with every change of what an index folder holds."""

ENGINE = "spec_lookup 0.13"
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
    words: int = 0
    words_in_no_clause: int = 0
    """Published words of the pages, and how many of them are in no clause, as counted."""


def write_index(
    out: Path, clauses: Clauses, bm25: Bm25, dense: Dense | None, synonyms: list[list[str]], stamp: Stamp
) -> None:
    """Write an index folder whole, in place of the index there. Raises IndexBroken for a folder with anything else."""
    import numpy as np  # noqa: PLC0415 - only who builds or searches waits for it

    if out.exists() and not (out / "stamp.json").exists() and any(out.iterdir()):
        raise IndexBroken(f"{out} holds something else than an index. Name an empty or a new folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        fresh.chmod(0o755)
        (fresh / CLAUSES).write_bytes(clauses.lines)
        for name, texts in zip(LISTS, (clauses.cites, list(bm25.postings), synonyms), strict=True):
            (fresh / f"{name}.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
        for name, array in _arrays(clauses, bm25, dense).items():
            np.save(fresh / f"{name}.npy", array, allow_pickle=False)
        about = asdict(stamp) | {"files": _sizes(fresh)}
        (fresh / "stamp.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        _put_in_place(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _arrays(clauses: Clauses, bm25: Bm25, dense: Dense | None) -> dict[str, Array]:
    """What LAYOUT describes."""
    import numpy as np  # noqa: PLC0415 - as above

    places = list(bm25.postings.values())
    none = np.zeros(0, dtype=np.int32)  # a spec may be without a single word
    arrays = (
        clauses.starts,
        clauses.normative,
        clauses.passages,
        np.asarray(bm25.lengths, dtype=np.int32),
        np.cumsum([0, *(len(texts) for texts, _ in places)], dtype=np.int64),
        np.concatenate([none, *(texts for texts, _ in places)], dtype=np.int32),
        np.concatenate([none, *(counts for _, counts in places)], dtype=np.int32),
        *((dense.wholes, dense.sentences, dense.starts) if dense else ()),
    )
    return dict(zip(LAYOUT, arrays, strict=False))


def _sizes(folder: Path) -> dict[str, int]:
    """The files of an index and their sizes: enough to see what a broken copy has left out or cut off."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.name != "stamp.json"}


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


def read_index(folder: Path) -> tuple[Clauses, Bm25, Dense | None, list[list[str]], Stamp]:
    """Open an index folder. Raises IndexMissing or IndexBroken."""
    try:
        about = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise IndexBroken(f"The index in {folder} was made by another version. Build it again.")
        files = about.pop("files")
        stamp = Stamp(**about)
    except FileNotFoundError as error:
        raise IndexMissing(
            f"There is no index in {folder}. Build it: python -m spec_lookup build SPEC_DIR --out {folder}"
        ) from error
    except (LookupError, TypeError, ValueError) as error:
        raise IndexBroken(f"The index in {folder} is damaged. Build it again.") from error
    try:
        if files != _sizes(folder):
            raise IndexBroken(f"The index in {folder} is damaged: files are missing or cut off. Build it again.")
        synonyms = json.loads((folder / "synonyms.json").read_text(encoding="utf-8"))
        return *_opened(folder, with_vectors=bool(stamp.model)), synonyms, stamp
    except (OSError, EOFError, LookupError, TypeError, ValueError) as error:
        raise IndexBroken(f"The index in {folder} is damaged. Build it again.") from error


def _opened(folder: Path, *, with_vectors: bool) -> tuple[Clauses, Bm25, Dense | None]:
    """The parts of an index. Raises ValueError when they do not belong together."""
    import numpy as np  # noqa: PLC0415 - only who searches waits for it

    names = list(LAYOUT)[: None if with_vectors else WORDS]
    arrays = [np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in names]
    starts, normative, passages, lengths, word_starts, texts, counts = arrays[:WORDS]
    lines, cites, words = (_mapped(folder / name) for name in (CLAUSES, "cites.json", "words.json"))
    clauses = Clauses(lines, starts, normative, passages, lambda: _list(cites, len(normative)))
    bm25 = Bm25(StoredPostings(_list(words, len(word_starts) - 1), word_starts, texts, counts), lengths)
    dense = (
        Dense(arrays[WORDS], _Rows(folder / f"{names[WORDS + 1]}.npy"), arrays[-1], passages) if with_vectors else None
    )
    ends = [(starts, lines), (passages, lengths), (word_starts, texts), (word_starts, counts)]
    sizes = {len(starts) - 1, len(normative), len(passages) - 1}
    if dense:
        ends += [(dense.starts, dense.sentences), (passages, dense.wholes)]
        sizes.add(len(dense.starts) - 1)
    if len(sizes) > 1 or any(first[-1] != len(rest) for first, rest in ends):
        raise ValueError(folder)
    return clauses, bm25, dense


class _Rows:
    """The rows of a matrix in a file, read as they are asked for.

    Were the file mapped, the kernel would keep the neighbours of every row that is read in memory, too.
    """

    def __init__(self, path: Path) -> None:
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        matrix = np.load(path, mmap_mode="r")
        self._count, self._columns = matrix.shape
        self._kind, self._start, self._width = matrix.dtype, matrix.offset, matrix.strides[0]
        self._file = os.open(path, os.O_RDONLY)  # kept: the index may be replaced while it is in use
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return int(self._count)

    def __getitem__(self, rows: slice) -> Any:
        import numpy as np  # noqa: PLC0415 - as above

        first, end, _ = rows.indices(self._count)
        data = os.pread(self._file, self._width * (end - first), self._start + self._width * first)
        return np.frombuffer(data, dtype=self._kind).reshape(end - first, self._columns)

    def runs(self, bounds: Sequence[tuple[int, int]]) -> Any:
        """The rows from one to another, of several such runs."""
        import numpy as np  # noqa: PLC0415 - as above

        file, width, start = self._file, self._width, self._start
        data = b"".join([os.pread(file, width * (end - first), start + width * first) for first, end in bounds])
        return np.frombuffer(data, dtype=self._kind).reshape(-1, self._columns)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        del copy
        return self[:].astype(dtype or self._kind)


def _mapped(path: Path) -> bytes | mmap:
    """The content of a file, read as far as it is looked at."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""


def _list(data: bytes | mmap, size: int) -> list[str]:
    """A list of so many texts. Raises IndexBroken."""
    try:
        texts: list[str] = json.loads(data[:])
    except ValueError as error:
        raise IndexBroken("A list of the index is damaged. Build the index again.") from error
    if len(texts) != size:
        raise IndexBroken("A list of the index does not belong to the rest of it. Build the index again.")
    return texts
