"""An index on disk: the same bytes for the same spec, whole or not at all, and no nonsense out of a damaged one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from spec_lookup import IndexBroken, Spec
from spec_lookup.search.dense import Dense
from spec_lookup.search.stored_index import FORMAT, LAYOUT, read_index, write_index

PLANT = Path(__file__).parent.parent / "data" / "specs" / "plant"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plant's index."""
    index = tmp_path_factory.mktemp("built") / "index"
    Spec.build(PLANT, index)
    return index


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    shutil.copytree(built, tmp_path / "index")
    return tmp_path / "index"


def content(index: Path) -> dict[str, bytes]:
    """Every file of an index."""
    return {path.name: path.read_bytes() for path in index.iterdir()}


def test_the_same_spec_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """An index can be compared and cached by its content; one that was opened and written again is the same, too."""
    Spec.build(PLANT, tmp_path / "again")
    Spec.open(built).save(tmp_path / "copied")

    assert content(built) == content(tmp_path / "again")
    assert content(built) == content(tmp_path / "copied")


def test_every_file_is_described(built: Path) -> None:
    """What stands in the folder is what LAYOUT and the stamp say."""
    arrays = {name.removesuffix(".npy") for name in content(built) if name.endswith(".npy")}

    assert arrays in (set(LAYOUT), set(list(LAYOUT)[:6]))
    assert set(content(built)) == {"stamp.json", *json.loads((built / "stamp.json").read_text())["files"]}


@pytest.mark.parametrize("damage", ["gone", "cut", "longer", "empty"])
def test_a_file_that_is_not_whole_is_noticed(index: Path, damage: str) -> None:
    """A copy that broke off is told from an index when it is opened, whichever file it is."""
    for path in sorted(index.iterdir()):
        data = path.read_bytes()
        if path.name == "stamp.json" or not data:
            continue
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes({"cut": data[:-1], "longer": data + b"\n", "empty": b""}[damage])
        with pytest.raises(IndexBroken, match="damaged"):
            Spec.open(index)
        path.write_bytes(data)
    Spec.open(index)


@pytest.mark.parametrize(
    "stamp", ["", "{", "[]", "{}", f'{{"format": {FORMAT}}}', f'{{"format": {FORMAT}, "files": {{}}, "more": 1}}']
)
def test_a_stamp_that_says_nothing_is_noticed(index: Path, stamp: str) -> None:
    """Whatever stands in its place."""
    (index / "stamp.json").write_text(stamp, encoding="utf-8")
    with pytest.raises(IndexBroken, match="damaged"):
        Spec.open(index)


def test_an_index_of_another_version_is_not_read(index: Path) -> None:
    """It has to be built again, and says so."""
    about = json.loads((index / "stamp.json").read_text())
    (index / "stamp.json").write_text(json.dumps(about | {"format": 3}), encoding="utf-8")
    with pytest.raises(IndexBroken, match="another version"):
        Spec.open(index)


@pytest.mark.parametrize("name", ["words.json", "lengths.npy", "word_starts.npy", "clause_starts.npy"])
def test_a_file_of_the_right_size_with_nonsense_in_it_is_noticed(index: Path, name: str) -> None:
    """What is read when opening is looked at."""
    (index / name).write_bytes(b"\xff" * (index / name).stat().st_size)
    with pytest.raises(IndexBroken):
        Spec.open(index)


def test_nonsense_in_a_clause_is_noticed_when_it_is_found(index: Path) -> None:
    """Clauses are parsed late; then a broken one is an error of the index and no stack trace."""
    (index / "clauses.jsonl").write_bytes(b"{" * (index / "clauses.jsonl").stat().st_size)
    (index / "cites.json").write_bytes(b"[" * (index / "cites.json").stat().st_size)
    spec = Spec.open(index)
    for ask in (lambda: spec.search("pressure alarm"), lambda: spec.clause("ops/alarms#thresholds")):
        with pytest.raises(IndexBroken, match="Build"):
            ask()


def test_places_that_point_elsewhere_are_noticed(index: Path) -> None:
    """A clause that begins in the middle of another is none."""
    starts = np.load(index / "clause_starts.npy")
    starts[1:-1] += 3
    np.save(index / "clause_starts.npy", starts)
    spec = Spec.open(index)
    with pytest.raises(IndexBroken, match="Build"):
        spec.search("pressure alarm")


def test_a_write_that_fails_leaves_the_old_index_and_nothing_else(index: Path) -> None:
    """Half an index is never seen, neither in its place nor beside it."""
    before = content(index)
    clauses, bm25, _, synonyms, stamp = read_index(index)
    broken = Dense(*(np.array([object()]) for _ in range(4)))
    with pytest.raises(ValueError, match="allow_pickle"):
        write_index(index, clauses, bm25, broken, synonyms, stamp)

    assert before == content(index)
    assert [index] == list(index.parent.iterdir())


def test_an_open_index_outlives_its_replacement(index: Path) -> None:
    """Who has opened one goes on with it while a new one is put in its place."""
    spec = Spec.open(index)
    before = [hit.clause for hit in Spec.open(index).search("pressure alarm")]
    Spec.of([("other.md", "# Other\n\n## Nothing\n\nNothing at all.\n")]).save(index)

    assert before == [hit.clause for hit in spec.search("pressure alarm")]
    assert before[0] == spec.clause(before[0].cite)
    assert spec.clause("other#nothing") is None
    assert ["other#nothing"] == [hit.clause.cite for hit in Spec.open(index).search("nothing at all")]


def test_every_clause_can_be_looked_up(built: Path) -> None:
    """By its citation, as in memory; what is not there is None."""
    spec = Spec.open(built)
    clauses = read_index(built)[0]
    for clause in (clauses[n] for n in range(len(clauses))):
        assert clause == spec.clause(clause.cite)
    assert spec.clause("no#where") is None
