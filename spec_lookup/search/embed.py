"""Texts as unit vectors: the dense half of the search, by a small model that onnxruntime runs.

A model is a folder of three files, made once by `make_model.py`:

model.json   what the model is called, and what it takes; another model is another folder
model.onnx   ids and mask in, one vector a text (or one a token, whose mean is taken) out
vocab.txt    the model's words

A question goes through the model by itself (`embed`). Many texts go on all cores, sorted by length, the short ones in
batches (`embed_all`). A batch holds only texts of equally many tokens, so that nothing is padded, and at least two; a
long text gains nothing from company and always goes alone. So a text's vector is the same, to the last bit, whatever
else is embedded with it, and what is added to an index later gives what building the whole index would have given.
From the vector of `embed` it differs by less than TOLERANCE.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from spec_lookup.errors import ModelBroken
from spec_lookup.search.vectors import KeptVectors
from spec_lookup.search.wordpiece import WordPiece
from spec_lookup.search.words import mostly_latin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

TOKENS = 256
"""Tokens of a text that are read, where the model does not say otherwise."""

REMEMBERED = 4096
"""Vectors that are kept, 1.5 KB each: the same text is often asked for again, by people and by evaluations."""

SMALLEST = 1e-12

TOLERANCE = 1e-6
"""The largest difference between a number of a text's vector in a batch and the same number of the text by itself."""

BATCH = 1024
"""Tokens of a batch; larger ones are no faster and take more memory."""

ALONE = 64
"""Tokens from which a text goes alone. Of ten tokens each, texts take half as long together, of sixty as long."""


def model_folder() -> Path:
    """Where the embedding model stands: SPEC_LOOKUP_MODEL, or build/model beside the package."""
    named = os.environ.get("SPEC_LOOKUP_MODEL")
    return Path(named) if named is not None else Path(__file__).resolve().parents[2] / "build" / "model"


class Embedder:
    """A model, ready to be asked; it is loaded with the first question. Made by `open`."""

    def __init__(self, folder: Path, about: dict[str, Any], tokenizer: WordPiece, threads: int) -> None:
        """`about` is what model.json says."""
        self.name: str = about["name"]
        self.dimensions: int = about["dimensions"]
        self.digest: str = about["sha256"]["model.onnx"]
        self._query_prefix: str = about.get("query_prefix", "")
        self._path = folder / "model.onnx"
        self._tokenizer = tokenizer
        self._threads = threads
        self._session: Any = None
        self._loading = Lock()
        self._vector = lru_cache(maxsize=REMEMBERED)(self._computed)
        self._kept = KeptVectors(REMEMBERED)

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> Embedder | None:
        """The model of a folder, the same one each time; None when there is none, or nothing to run it.

        Raises ModelBroken.
        """
        with _opening:  # two threads that open the first one would each load the model
            return _opened(folder, threads)

    @classmethod
    def _read(cls, folder: Path, threads: int) -> Embedder | None:
        if not (folder / "model.json").is_file() or find_spec("onnxruntime") is None:
            return None
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            tokenizer = WordPiece.read(folder / "vocab.txt", about.get("tokens", TOKENS))
            return cls(folder, about, tokenizer, threads)
        except (OSError, LookupError, TypeError, ValueError) as error:
            raise ModelBroken(f"The model in {folder} cannot be read: {error!r}. Make it again.") from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector of unit length for each text, as rows; zeros for one in a script that the model has not learnt.

        Raises ModelBroken when the model does not load.
        """
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            if mostly_latin(text):
                vectors[row] = self._vector(text)
        return vectors

    def embed_all(self, texts: Sequence[str], kept: KeptVectors | None = None) -> Vectors:
        """The same for many texts, within TOLERANCE: only those are embedded whose vectors are not `kept`."""
        import numpy as np  # noqa: PLC0415 - as above

        kept = self._kept if kept is None else kept
        distinct = [text for text in dict.fromkeys(texts) if mostly_latin(text)]
        known = kept.of(distinct)
        new = self._in_batches([text for text in distinct if text not in known])
        kept.add(new)
        known |= new
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            if text in known:
                vectors[row] = known[text]
        return vectors

    @cached_property
    def identity(self) -> str:
        """What a vector depends on besides its text: the model's files as they are, and what runs them."""
        import onnxruntime  # noqa: PLC0415 - as above

        files = (self._path, self._path.with_name("vocab.txt"), self._path.with_name("model.json"))
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
        return " ".join((*digests, f"onnxruntime {onnxruntime.__version__}", f"batches {BATCH} {ALONE}"))

    def _in_batches(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of distinct texts."""
        if not texts:
            return {}
        self._loaded()
        batches = list(_batches([self._tokenizer.tokens(text) for text in texts]))
        with ThreadPoolExecutor(_cores()) as pool:
            done = pool.map(lambda batch: self._run([rows for _, rows in batch]), batches)
            return {
                texts[place]: vector
                for batch, vectors in zip(batches, done, strict=True)
                for (place, _), vector in zip(batch, vectors, strict=True)
            }

    def embed_queries(self, texts: Iterable[str]) -> Vectors:
        """The same for questions."""
        return self.embed([self.as_query(text) for text in texts])

    def as_query(self, text: str) -> str:
        """A question as the model wants it marked."""
        return self._query_prefix + text

    def _computed(self, text: str) -> Vectors:
        return self._answer([self._tokenizer.tokens(text)])[0]

    def _run(self, rows: list[list[int]]) -> list[Vectors]:
        """The vectors of a batch. A short text without company goes in twice: by itself it gets other last digits."""
        twice = len(rows) == 1 and len(rows[0]) < ALONE
        return self._answer(2 * rows if twice else rows)[: len(rows)]

    def _answer(self, rows: list[list[int]]) -> list[Vectors]:
        import numpy as np  # noqa: PLC0415 - as above

        session = self._loaded()
        ids = np.array(rows, dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        answer = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})[0]
        vectors = answer.mean(axis=1) if answer.ndim == 3 else answer  # noqa: PLR2004 - texts, tokens, dimensions
        return [(row / max(float(np.linalg.norm(row)), SMALLEST)).astype(np.float32) for row in vectors]

    def _loaded(self) -> Any:
        """The session, made on first use: 50 ms that who does not search does not wait for."""
        with self._loading:
            if self._session is None:
                self._session = self._load()
        return self._session

    def _load(self) -> Any:
        """A new session of the model. Raises ModelBroken."""
        import onnxruntime  # noqa: PLC0415 - as above

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            return onnxruntime.InferenceSession(self._path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors share no other base
            raise ModelBroken(f"{self._path} cannot be loaded: {error}. Make it again.") from error


def _batches(rows: Sequence[list[int]]) -> Iterator[list[tuple[int, list[int]]]]:
    """The rows with their places in batches of equal length, the longest first: no core waits for one at the end."""
    by_length: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_length[len(row)].append((place, row))
    for length in sorted(by_length, reverse=True):
        size = 1 if length >= ALONE else BATCH // length
        alike = by_length[length]
        yield from (alike[first : first + size] for first in range(0, len(alike), size))


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_opening = Lock()


@lru_cache(maxsize=2)
def _opened(folder: Path, threads: int) -> Embedder | None:
    return Embedder._read(folder, threads)  # noqa: SLF001 - its own class, remembered
