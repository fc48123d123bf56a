"""Texts as unit vectors: the dense half of the search, by a small model that onnxruntime runs.

A model is a folder of three files, made once by `make_model.py`:

model.json   what the model is called, and what it takes; another model is another folder
model.onnx   ids and mask in, one vector a text (or one a token, whose mean is taken) out
vocab.txt    the model's words

Each text goes through the model by itself. That is faster than padding texts to the longest of a
batch, and a text's vector does not depend on what else was asked for: adding one issue gives what
building the whole index would have given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from spec_lookup.errors import ModelBroken
from spec_lookup.wordpiece import WordPiece
from spec_lookup.words import mostly_latin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

TOKENS = 256
"""Tokens of a text that are read, where the model does not say otherwise."""

REMEMBERED = 4096
"""Vectors that are kept, 1.5 KB each: the same text is often asked for again, by people and by evaluations."""

SMALLEST = 1e-12


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

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> Embedder | None:
        """The model of a folder, the same one each time; None when there is none, or nothing to run it.

        Raises ModelBroken.
        """
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

    def embed_queries(self, texts: Iterable[str]) -> Vectors:
        """The same for questions; some models want them marked as such."""
        return self.embed([self._query_prefix + text for text in texts])

    def _computed(self, text: str) -> Vectors:
        import numpy as np  # noqa: PLC0415 - as above

        session = self._loaded()
        ids = np.array([self._tokenizer.tokens(text)], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        answer = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})[0]
        vector = answer[0].mean(axis=0) if answer.ndim == 3 else answer[0]  # noqa: PLR2004 - texts, tokens, dimensions
        unit: Vectors = (vector / max(float(np.linalg.norm(vector)), SMALLEST)).astype(np.float32)
        return unit

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


@lru_cache(maxsize=2)
def _opened(folder: Path, threads: int) -> Embedder | None:
    return Embedder._read(folder, threads)  # noqa: SLF001 - its own class, remembered
