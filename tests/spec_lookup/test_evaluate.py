"""Evaluation: what is counted, what the judge is shown, and which lines are refused."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spec_lookup import Citation, Claim, InputBroken, Spec, SpecBroken, Verdict
from spec_lookup.evaluation.cases import Cases
from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.grounds import calibration_error
from spec_lookup.evaluation.metrics import Judged, Outcomes, Pair, Share, ndcg, recall
from spec_lookup.evaluation.report import as_data, as_html, as_text
from spec_lookup.evaluation.source import Source
from spec_lookup.evaluation.tables import tables

TINY = Path(__file__).parent.parent / "data" / "evaluation-tiny"


@pytest.fixture(autouse=True)
def _by_words_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is counted does not depend on a model, and words are faster."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", str(tmp_path / "no-model"))


class Reader:
    """A judge that looks the numbers of the two clauses up in the spec that it is given, and keeps what it was shown.

    It is sure (0.9) of pairs and leaves the rest undecided.
    """

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    def __call__(self, spec: Spec, claim: Claim) -> Verdict:
        """The verdict on the claim."""
        bodies = {cite: clause.text for cite in ("plots#barrels", "plots#watering") if (clause := spec.clause(cite))}
        self.shown.append((claim.summary, " ".join(bodies.values())))
        if "barrel" in claim.summary:
            return self._says("change" if "3 barrels" in bodies["plots#barrels"] else "bug", "plots#barrels", claim)
        if "tap" in claim.summary:
            return self._says("bug" if "20:00" in bodies["plots#watering"] else "change", "plots#barrels", claim)
        return self._says("undecided", "plots#barrels", claim)

    @staticmethod
    def _says(category: str, cite: str, claim: Claim) -> Verdict:
        citation = Citation(cite, "", "", "", "related")
        confidence = 0.0 if category == "undecided" else 0.9
        return Verdict(category, confidence, (citation,), None, (), "reader", "test", "", claim)


def figures(outcomes: Outcomes) -> dict[str, dict[Any, dict[str, Any]]]:
    """Each table's rows by the first column."""
    return {key: {next(iter(row.values())): row for row in rows} for key, rows in as_data(tables(outcomes)).items()}


def judged(gold: str, said: str, confidence: float = 0.9) -> Judged:
    """A case without a clause."""
    return Judged(gold, "numbers", said, confidence, (), 0.01)


def counts(share: dict[str, Any]) -> tuple[int, int]:
    """How many of how many."""
    return share["count"], share["of"]


def test_the_judge_sees_each_version_of_a_clause_alone() -> None:
    """Version B has the new body and not the old one; all other clauses stay as they are."""
    reader = Reader()
    evaluate(TINY, judge=reader)

    assert [
        ("fourth barrel refused", "A plot has at most 3 barrels. The tap is open until 20:00. Hoses are allowed."),
        ("fourth barrel refused", "A plot has at most 5 barrels. The tap is open until 20:00. Hoses are allowed."),
        ("tap shut at seven", "A plot has at most 3 barrels. The tap is open until 20:00. Hoses are allowed."),
        ("tap shut at seven", "A plot has at most 3 barrels. The tap is open until 18:00. Hoses are allowed."),
    ] == reader.shown[:4]


def test_a_judge_that_reads_gets_both_versions_right() -> None:
    """Undecided is the right answer where the spec is silent, and counts as not decided."""
    found = figures(evaluate(TINY, judge=Reader()))

    assert (2, 2) == counts(found["pairs"]["pair accuracy (both versions right)"]["share"])
    assert (1, 2) == counts(found["singles"]["verdict accuracy"]["share"])
    assert (0, 2) == counts(found["singles"]["decided (coverage)"]["share"])
    assert (1, 1) == counts(found["singles-by-kind"]["silent"]["accuracy"])


def test_lenient_citations_take_also() -> None:
    """The second pair cites a clause of `also` only: no strict hit, a lenient one; singles have no gold clause here."""
    found = figures(evaluate(TINY, judge=Reader()))["citations"]

    assert (2, 4) == counts(found["pairs"]["hit@1"])
    assert (4, 4) == counts(found["pairs"]["hit@1 lenient"])
    assert (0, 0) == counts(found["singles"]["hit@1"])


def test_search_and_duplicates_are_measured() -> None:
    """The barrel is found first; the report with the same words is called a duplicate, the invoice is not."""
    found = figures(evaluate(TINY))

    assert round(3 / (3 + 1 / math.log2(3)), 4) == found["search"]["nDCG@10"]["mean"]  # the other shares no word
    assert 1 == found["search"]["nDCG@10"]["queries"]
    assert 1.0 == found["duplicates"]["recall@5 (mean over reports that have duplicates)"]["figure"]
    assert (1, 1) == counts(found["duplicates"]["true duplicates called so"]["figure"])
    assert (0, 1) == counts(found["duplicates"]["false alarms"]["figure"])


def test_a_part_is_measured_alone() -> None:
    """Rows of the other part are left out; filed issues are there for both."""
    held = Cases(TINY, "held")

    assert ["p2", "s2", "n2"] == [row.data["id"] for row in (*held.pairs, *held.singles, *held.queries, *held.reports)]
    assert 2 == len(held.issues)


def test_wrong_way_round_means_both_verdicts_swapped() -> None:
    """The same verdict twice is one right and one wrong; an abstention is never the wrong way round."""
    swapped = Pair(judged("bug", "change"), judged("change", "bug"))
    same = Pair(judged("bug", "bug"), judged("change", "bug"))
    abstained = Pair(judged("bug", "change"), judged("change", "undecided"))

    assert [True, False, False] == [pair.wrong_way_round for pair in (swapped, same, abstained)]


def test_the_risk_coverage_curve_has_a_row_for_each_confidence() -> None:
    """Coverage is of all cases, accuracy of those that are at least so sure; undecided ones are never covered."""
    singles = [
        judged("bug", "bug", 0.9),
        judged("bug", "change", 0.7),
        judged("misc", "misc", 0.7),
        judged("bug", "undecided", 0.0),
    ]
    curve = next(table for table in tables(Outcomes(singles=singles)) if table.key == "risk-coverage-singles")

    assert ((0.9, Share(1, 4), Share(1, 1)), (0.7, Share(3, 4), Share(2, 3))) == curve.rows


def test_ndcg_follows_its_definition() -> None:
    """Gain 2^grade - 1, discount log2(rank + 1), ideal from all graded clauses; rank 11 counts nothing."""
    grades = {"a": 2, "b": 1}
    ideal = 3 + 1 / math.log2(3)

    assert 1.0 == ndcg(["a", "b"], grades)
    assert pytest.approx((1 + 3 / math.log2(3)) / ideal) == ndcg(["b", "a"], grades)
    assert 0.0 == ndcg([*"cdefghijkl", "a"], grades)


def test_recall_counts_the_first_five() -> None:
    """The sixth suggestion is not seen."""
    assert 0.5 == recall([*"abcdef"], frozenset("af"))


def test_what_is_missing_is_not_measured(tmp_path: Path) -> None:
    """A folder with nothing but duplicates gives nothing but their table, and needs no pages."""
    for name in ("issues", "new_reports"):
        shutil.copy(TINY / f"{name}.jsonl", tmp_path)

    assert ["duplicates"] == [table.key for table in tables(evaluate(tmp_path))]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """Nothing measured must not look like a result."""
    with pytest.raises(InputBroken, match="nothing to measure"):
        evaluate(tmp_path)


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("pairs", {"anchor": "pond"}, "no clause plots#pond"),
        ("pairs", {"also": ["plots#pond"]}, "no clause plots#pond"),
        ("pairs", {"clause_b": "Text.\n\n## Another clause"}, "without headings"),
        ("pairs", {"verdict_b": "perhaps"}, "one of bug, change, misc, silent"),
        ("singles", {"request": {"summary": "x"}}, "no 'what_happened'"),
        ("singles", {"page": "plots", "anchor": "pond"}, "no clause plots#pond"),
        ("queries", {"spec": "../garden"}, "no spec '../garden'"),
        ("queries", {"relevant": {"plots#pond": 2}}, "no clause plots#pond"),
        ("queries", {"relevant": {"plots#barrels": "2"}}, "0, 1 or 2"),
        ("new_reports", {"duplicates": ["G-9"]}, "no issue 'G-9'"),
        ("new_reports", {"duplicates": "G-1"}, "has to be a list"),
        ("issues", {"summary": None}, "'summary' is missing"),
        ("issues", {"part": "half"}, "one of tune, held"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, file: str, change: dict[str, Any], says: str) -> None:
    """File and line stand before what is wrong."""
    folder = tmp_path / "set"
    shutil.copytree(TINY, folder)
    lines = (folder / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    lines[0] = "\n" + json.dumps(json.loads(lines[0]) | change)
    (folder / f"{file}.jsonl").write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(InputBroken, match=rf"{file}\.jsonl:2: ") as refused:
        evaluate(folder)
    assert says in str(refused.value)


def test_a_clause_without_a_body_can_be_given_one() -> None:
    """Only that clause changes."""
    source = next(iter(Cases(TINY).sources.values()))
    spec = Spec.of(source.with_body("plots#renting", "A plot costs 90 EUR."))
    renting, barrels = spec.clause("plots#renting"), spec.clause("plots#barrels")

    assert renting is not None
    assert barrels is not None
    assert ("A plot costs 90 EUR.", "A plot has at most 3 barrels.") == (renting.text, barrels.text)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("## Heading {#other}\n\nText.", "a heading begins another clause"),
        ("Text.\n\nUnder lined\n-----", "so does an underlined one"),
        ("> ### Quoted\n> Text.", "and one in a quotation"),
        ("<template>Text.", "the text is not published"),
        ("Text.\n\n[plots]: other.md", "no other clause may get another text or link"),
    ],
)
def test_a_body_that_would_change_anything_else_is_refused(body: str, why: str) -> None:
    """Version B is the pages with one clause changed, and that clause says what the row says."""
    source = next(iter(Cases(TINY).sources.values()))
    pages = [(name, text.replace("A plot has", "See [plots]. A plot has")) for name, text in source.pages]

    with pytest.raises((ValueError, SpecBroken)):
        raise AssertionError((why, Source(pages).with_body("plots#watering", body)))


def test_the_text_of_the_changed_clause_is_the_body_as_it_is_published() -> None:
    """Markup becomes what a person reads, and a first line with a colon is no front matter."""
    source = next(iter(Cases(TINY).sources.values()))
    spec = Spec.of(source.with_body("plots#renting", "Price: **90** EUR.\n\n| A | B |\n|---|---|\n| x | y |"))
    renting = spec.clause("plots#renting")

    assert renting is not None
    assert "Price: 90 EUR. A: x; B: y" == renting.text


def test_the_report_is_one_file_without_scripts() -> None:
    """Plots are inline, nothing is loaded, and what comes from the files is escaped."""
    strange = Judged("bug", "<script>", "bug", 0.9, (), 0.01)
    page = as_html(tables(Outcomes(pairs=[Pair(strange, strange)], singles=[strange])), "A & B")

    assert page.count("<svg") == 2
    assert "<script" not in page
    assert "http" not in page
    assert "A &amp; B" in page


def test_counts_stand_beside_percentages() -> None:
    """With few items a percentage alone misleads; a share of nothing is a dash."""
    text = as_text(tables(Outcomes(singles=[judged("bug", "bug"), judged("bug", "undecided", 0.0)])))

    assert "1/2  50.0 %" in text
    assert "0/0  -" in text


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    """Data on stdout with --json, the report beside it."""
    page = tmp_path / "report.html"
    command = [sys.executable, "-m", "spec_lookup", "evaluate", str(TINY), "--json", "--report", str(page)]
    done = subprocess.run(command, capture_output=True, check=False)

    assert (0, b"") == (done.returncode, done.stderr)
    assert 2 == json.loads(done.stdout)["pairs"][0]["share"]["of"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_refuses_a_broken_folder(tmp_path: Path) -> None:
    """Exit status 2, nothing printed as if it were a result."""
    (tmp_path / "pairs.jsonl").write_text("{", encoding="utf-8")
    command = [sys.executable, "-m", "spec_lookup", "evaluate", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False)

    assert (2, b"") == (done.returncode, done.stdout)
    assert b"pairs.jsonl:1: this is not a line of JSON" in done.stderr


def grounded(ground: str, gold: str, confidence: float, *, held: bool = False, false: tuple[str, ...] = ()) -> Judged:
    """A case that a ground took for misc, or that was left undecided."""
    given = "misc" if ground else "undecided"
    return Judged(gold, "", given, confidence, (), 0.0, ground=ground, held=held, false=false)


def test_each_ground_is_counted_and_what_is_held_back_stands_apart() -> None:
    """Decided, right, wrong, and what the checker found."""
    cases = [
        grounded("question", "misc", 0.9),
        grounded("question", "bug", 0.9, held=True, false=("not so",)),
        grounded("set-up", "misc", 0.8, held=True),
        grounded("", "bug", 0.0, held=True, false=("not so", "nor this")),
    ]
    found = as_data(tables(Outcomes(singles=cases)))
    every, apart = ({row["ground"]: row for row in found[key]} for key in ("grounds", "grounds-held"))

    assert (2, 1, 1, 1) == tuple(every["question"][name] for name in ("cases", "right", "wrong", "false sentences"))
    assert (1, 0, 1) == tuple(apart["question"][name] for name in ("cases", "right", "wrong"))
    assert (2, 1, 1, 1) == tuple(
        apart["all that is decided"][n] for n in ("cases", "right", "wrong", "false sentences")
    )
    assert (1, 2) == (every["undecided"]["cases"], every["undecided"]["false sentences"])


def test_the_calibration_error_is_how_far_the_stated_is_from_the_right() -> None:
    """By bins, each by its weight; of nothing there is none."""
    right, wrong = grounded("question", "misc", 0.92), grounded("question", "bug", 0.92)

    assert calibration_error([]) is None
    assert calibration_error([grounded("", "bug", 0.0)]) is None
    assert 0.08 == calibration_error([right])
    assert 0.92 == calibration_error([wrong])
    assert 0.42 == calibration_error([right, wrong])
    assert 0.26 == calibration_error([right, wrong, grounded("set-up", "misc", 0.8), grounded("set-up", "misc", 1.0)])


def test_texts_of_forms_and_specs_that_lie_elsewhere(tmp_path: Path) -> None:
    """A text that reports nothing is misc, a failure a bug, and a behaviour for a person; `held` is a part."""
    parts: dict[str, dict[str, Any]] = {"nothing": {"held": True}, "failure": {"part": "held"}, "behaviour": {}}
    rows = [
        {"id": str(n), "spec": "plots", "form": "setup", "summary": "a", "description": "b", "reports": kind, **part}
        for n, (kind, part) in enumerate(parts.items())
    ]
    (tmp_path / "forms.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    specs = {"plots": next((TINY / "specs").iterdir())}

    assert ["misc", "bug", "silent"] == [row.data["verdict"] for row in Cases(tmp_path, None, specs).singles]
    assert ["0", "1"] == [row.data["id"] for row in Cases(tmp_path, "held", specs).singles]
    with pytest.raises(InputBroken, match="no spec 'plots'"):
        Cases(tmp_path)
