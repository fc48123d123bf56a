"""The vectors of the sample spec, worked out once for all tests: who finds them builds an index in a second.

They stand in the checkout's build folder, in a folder that is named by the code that makes them, so that other code
works them out anew. What the spec has since is embedded when a test process first asks; two workers take turns.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from functools import cache
from pathlib import Path

from spec_lookup import Spec
from spec_lookup.search import dense, embed, passages, vectors, wordpiece
from spec_lookup.search.vectors import KeptVectors, beside

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "docs" / "spec"
FOLDER = ROOT / "build" / "tests"
CODE = (dense, embed, passages, vectors, wordpiece)
"""What makes a vector of a text."""


def with_vectors(build: Path) -> Path:
    """A build folder in which an index of the sample spec is to be made; the vectors are laid beside it."""
    build.mkdir(parents=True, exist_ok=True)
    if (kept := beside(index_of_the_spec())).exists():
        shutil.copyfile(kept, beside(build / "index"))
    return build


def remember() -> None:
    """Have the embedding model of this process know them, and keep what it is asked for besides."""
    if embedder := embed.Embedder.open(embed.model_folder()):
        embedder._kept = KeptVectors.read(beside(index_of_the_spec()), embedder.identity)


@cache
def index_of_the_spec() -> Path:
    """The index of the sample spec as it stands."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = FOLDER / _code()
        for former in FOLDER.glob("*/"):
            if former != folder:
                shutil.rmtree(former)
        folder.mkdir(exist_ok=True)
        Spec.build(SPEC, folder / "index")
    return folder / "index"


def _code() -> str:
    """The code by its digest."""
    sources = (Path(str(module.__file__)).read_bytes() for module in CODE)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]
