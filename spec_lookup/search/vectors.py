"""Vectors that were worked out before: in memory, and in a file beside an index for the next build.

A vector is kept under the SHA-256 of its text. The file says which model its vectors are of, and its own SHA-256:
one that is of another model, cut off, altered or no such file at all holds nothing, and everything is embedded anew.

    {"format": 1, "model": ..., "vectors": 2, "sha256": ...}     one line of JSON
    the digests of the texts, 32 bytes each, and then the vectors, float32
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from spec_lookup.search.kept_file import read_kept, write_kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

FORMAT = 1
DIGEST = 32
"""Bytes of a text's SHA-256."""

ENDING = ".vectors"


def beside(index: Path) -> Path:
    """The file of an index's vectors. It is not in the folder, for who searches needs none of it."""
    return index.with_name(index.name + ENDING)


class KeptVectors:
    """Vectors by text; with a limit the oldest are dropped."""

    def __init__(self, limit: int | None = None) -> None:
        """None are kept yet."""
        self._rows: dict[bytes, Vector] = {}
        self._needed: dict[bytes, None] = {}
        self._limit = limit

    def of(self, texts: Iterable[str]) -> dict[str, Vector]:
        """The vectors of those texts that have one."""
        digests = {text: _digest(text) for text in texts}
        rows = {text: row for text, digest in digests.items() if (row := self._rows.get(digest)) is not None}
        if self._limit is None:
            self._needed |= dict.fromkeys(digests[text] for text in rows)
        return rows

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Keep these, too."""
        new = {_digest(text): vector for text, vector in vectors.items()}
        self._rows |= new
        if self._limit is None:
            self._needed |= dict.fromkeys(new)
        else:
            for digest in list(self._rows)[: max(len(self._rows) - self._limit, 0)]:
                self._rows.pop(digest, None)

    @classmethod
    def read(cls, path: Path, model: str) -> KeptVectors:
        """What a file has of this model; nothing when there is no such file, or it is damaged or of another model."""
        kept = cls()
        about, body = read_kept(path)
        with suppress(LookupError, TypeError, ValueError):
            if (about["format"], about["model"]) == (FORMAT, model):
                kept._rows = _rows(body, about["vectors"])
        return kept

    def write(self, path: Path, model: str) -> None:
        """Write those that were asked for or added since; a place that cannot be written to keeps none."""
        import numpy as np  # noqa: PLC0415 - only who builds waits for it

        needed = [(digest, self._rows[digest]) for digest in self._needed]
        body = b"".join(digest for digest, _ in needed)
        body += b"".join(np.asarray(row, dtype="<f4").tobytes() for _, row in needed)
        write_kept(path, {"format": FORMAT, "model": model, "vectors": len(needed)}, body)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _rows(body: bytes, count: int) -> dict[bytes, Vector]:
    import numpy as np  # noqa: PLC0415 - as above

    if not count:
        return {}
    numbers = np.frombuffer(body, dtype="<f4", offset=DIGEST * count).reshape(count, -1)
    return {body[DIGEST * n : DIGEST * (n + 1)]: row for n, row in enumerate(numbers)}
