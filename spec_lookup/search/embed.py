"""Texts as unit vectors: the dense half of the search, by a small model that onnxruntime runs.

A model is a folder of three files, made once by `make_model.py`:

model.json   what the model is called, and what it takes; another model is another folder
model.onnx   ids in, one vector a text (or one a token, whose mean is taken) out
vocab.txt    the model's words

A question goes through the model by itself (`embed`). Many texts go on all cores and in batches (`embed_all`, and
`batches` where texts come in little by little). A batch holds only texts of equally many tokens, so that nothing is
padded; of short ones at least two. So a text's vector is the same, to the last bit, whatever else is embedded with it,
and what is added to an index later gives what building the whole index would have given. From the vector of `embed` it
differs by less than TOLERANCE, and of a long text not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
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

BATCH = 512
"""Tokens of a batch; larger ones are no faster, or slower where cores share a cache, and take more memory."""

LONG = 64
"""Tokens of a long text, whose vector is in company what it is alone. A short one would take longer alone."""

IN_ORDER = "sentence_embedding_in_order"
"""The model's output for long texts in company; where a model has none, they go one by one."""


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
        distinct = _learnt(texts)
        known = kept.of(distinct)
        new = self._in_batches([text for text in distinct if text not in known])
        kept.add(new)
        known |= new
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            if text in known:
                vectors[row] = known[text]
        return vectors

    @staticmethod
    def unknown(texts: Iterable[str], kept: KeptVectors) -> list[str]:
        """Those of the texts that are still to be embedded, each once."""
        distinct = _learnt(texts)
        known = kept.of(distinct)
        return [text for text in distinct if text not in known]

    @cached_property
    def identity(self) -> str:
        """What a vector depends on besides its text: the model's files as they are, and what runs them."""
        import onnxruntime  # noqa: PLC0415 - as above

        files = (self._path, self._path.with_name("vocab.txt"), self._path.with_name("model.json"))
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
        return " ".join((*digests, f"onnxruntime {onnxruntime.__version__}", f"batches {BATCH} {LONG}"))

    def _in_batches(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of distinct texts."""
        with self.batches() as batches:
            batches.add(texts)
        return batches.vectors

    @contextmanager
    def batches(self) -> Iterator[Batches]:
        """Texts may be added while others are embedded; afterwards all have vectors. Raises ModelBroken.

        After an error no further batch is begun.
        """
        with ThreadPoolExecutor(_cores()) as pool:
            try:
                batches = Batches(self._tokenizer, lambda rows: pool.submit(self._run, rows))
                yield batches
                batches.finish()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

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
        if len(rows[0]) < LONG:
            return self._answer(2 * rows if len(rows) == 1 else rows)[: len(rows)]
        if any(output.name == IN_ORDER for output in self._loaded().get_outputs()):
            return self._answer(rows, IN_ORDER)
        return [vector for row in rows for vector in self._answer([row])]

    def _answer(self, rows: list[list[int]], output: str | None = None) -> list[Vectors]:
        """The vectors that one of the model's outputs has, the first one unless it is named."""
        import numpy as np  # noqa: PLC0415 - as above

        session = self._loaded()
        ids = np.array(rows, dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        output = output or session.get_outputs()[0].name
        answer = session.run([output], {each.name: given[each.name] for each in session.get_inputs()})[0]
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


class Batches:
    """Texts on their way through a model, in batches of equally many tokens; made by `Embedder.batches`.

    A batch is begun when it is full. What fills none waits for more, until `finish`.
    """

    def __init__(self, tokenizer: WordPiece, begin: Callable[[list[list[int]]], Future[list[Vectors]]]) -> None:
        """`begin` has the rows of a batch embedded."""
        self.vectors: dict[str, NDArray[np.float32]] = {}
        self._tokenizer = tokenizer
        self._begin = begin
        self._texts: set[str] = set()
        self._waiting: dict[int, list[tuple[str, list[int]]]] = defaultdict(list)
        self._begun: list[tuple[list[str], Future[list[Vectors]]]] = []

    def add(self, texts: Iterable[str]) -> None:
        """Embed these, too, each once."""
        for text in texts:
            if text not in self._texts:
                self._texts.add(text)
                row = self._tokenizer.tokens(text)
                alike = self._waiting[len(row)]
                alike.append((text, row))
                if len(alike) >= BATCH // len(row):
                    self._begin_batch(len(row))

    def finish(self) -> None:
        """Wait until all have vectors. The longest go first, so that no core waits for one at the end."""
        for length in sorted(self._waiting, reverse=True):
            self._begin_batch(length)
        for texts, vectors in self._begun:
            self.vectors |= zip(texts, vectors.result(), strict=True)
        self._begun.clear()

    def _begin_batch(self, length: int) -> None:
        batch = self._waiting.pop(length)
        self._begun.append(([text for text, _ in batch], self._begin([row for _, row in batch])))


def _learnt(texts: Iterable[str]) -> list[str]:
    """The texts in a script that the model has learnt, each once."""
    return [text for text in dict.fromkeys(texts) if mostly_latin(text)]


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_opening = Lock()


@lru_cache(maxsize=2)
def _opened(folder: Path, threads: int) -> Embedder | None:
    return Embedder._read(folder, threads)  # noqa: SLF001 - its own class, remembered
