"""Run search, judge and duplicates on a folder of cases whose right answers are known.

A folder holds `specs/<name>/*.md` and any of FILES below, JSON Lines each; what is missing is not
measured. All of it is read and checked before the first case is judged. The right answers never
reach what is measured: it gets pages, claims, queries and reports, and nothing else.

A pair is one request under two versions of a clause. For version B a copy of the pages is made in
memory, the body of the clause is replaced, and a spec is built anew from the copy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from spec_lookup.errors import InputBroken, SpecBroken
from spec_lookup.evaluation.metrics import SEARCHED, SUGGESTED, Judged, Matched, Outcomes, Pair, Searched
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.duplicates import DuplicateIndex, IssueText
from spec_lookup.judge.spec import Spec
from spec_lookup.judge.verdict import BUG, CHANGE, MISC, UNDECIDED, Verdict
from spec_lookup.search.clause import Clause
from spec_lookup.search.folder import read_objects, read_pages
from spec_lookup.search.parse import page_clauses, page_name

Judge = Callable[[Spec, Claim], Verdict]

PARTS = ("tune", "held")

RIGHT = {"bug": BUG, "change": CHANGE, "misc": MISC, "silent": UNDECIDED}
"""The right verdicts as the files name them, and as a judge does."""

REQUEST = {"summary": True, "what_happened": True} | dict.fromkeys(
    ("what_expected", "steps", "module", "reporter_says"), False
)

FILES: dict[str, dict[str, type]] = {
    "pairs": {
        "id": str,
        "spec": str,
        "page": str,
        "anchor": str,
        "clause_b": str,
        "request": dict,
        "verdict_a": str,
        "verdict_b": str,
        "phenomenon": str,
    },
    "singles": {"id": str, "spec": str, "request": dict, "verdict": str, "kind": str},
    "queries": {"id": str, "spec": str, "query": str, "relevant": dict},
    "issues": {"id": str, "spec": str, "summary": str, "description": str},
    "new_reports": {"id": str, "spec": str, "summary": str, "description": str, "duplicates": list},
}
"""The members that each line must have; the checks below take the rest."""

JUDGED_BY_PAGES = ("pairs", "singles", "queries")
"""The files whose rows need the pages of their spec; issues and reports are only compared with each other."""

Pages = list[tuple[str, str]]


class Row(NamedTuple):
    """One line of a file, and where it stands, for messages."""

    where: str
    data: Mapping[str, Any]


class Source:
    """One spec of the folder, as saved."""

    def __init__(self, pages: Pages) -> None:
        """`pages` are name and text of each page."""
        self.pages = pages
        self.clauses = clauses_of(pages)

    @cached_property
    def spec(self) -> Spec:
        """The spec as saved; built on first use."""
        return Spec.of(self.pages)

    def with_body(self, cite: str, body: str) -> Pages:
        """A copy of the pages in which this clause has another body, and nothing else is otherwise.

        Raises ValueError when the body has a heading, or would change another clause or not become this one's text.
        """
        clause, alone = self.clauses[cite], _alone(body)
        pages = [
            (name, _replaced(text, clause, self._next_line(clause), body) if page_name(name) == clause.page else text)
            for name, text in self.pages
        ]
        wanted = {**self.clauses, cite: replace(clause, markdown=alone.markdown, links=alone.links)}
        if _without_lines(clauses_of(pages)) != _without_lines(wanted):
            raise ValueError(cite)
        return pages

    def _next_line(self, clause: Clause) -> int | None:
        """The line of the heading that ends this clause; None for the last one of its page."""
        below = [c.line for c in self.clauses.values() if c.page == clause.page and c.line > clause.line]
        return min(below, default=None)


def clauses_of(pages: Pages) -> dict[str, Clause]:
    """The clauses of some pages by how they are cited."""
    return {clause.cite: clause for name, text in pages for clause in page_clauses(name, text)}


def _without_lines(found: Mapping[str, Clause]) -> dict[str, Clause]:
    return {cite: replace(clause, line=0) for cite, clause in found.items()}


def _alone(body: str) -> Clause:
    """A body as the clause of a page that holds nothing else. Raises ValueError when it has a heading."""
    found = page_clauses("body", f"\n{body}\n")  # below an empty line nothing is front matter
    if [clause.anchor for clause in found] not in ([], [""]):
        raise ValueError(body)
    return found[0] if found else Clause("body", "", "", "", "", 1)


class Cases:
    """A folder that was read and found sound."""

    def __init__(self, folder: Path, part: str | None = None) -> None:
        """Read the folder; with `part` only the rows of that part. Raises InputBroken or SpecBroken."""
        self._folder = folder
        self.sources: dict[str, Source] = {}
        every = {name: [Row(*row) for row in read_objects(folder / f"{name}.jsonl")] for name in FILES}
        for name, rows in every.items():
            for row in rows:
                _has_members(row, FILES[name])
                if name in JUDGED_BY_PAGES:
                    self._open_spec(row)
        self.issues = every["issues"]  # whatever the part: all of them have been filed when a report comes in
        self.pairs, self.singles, self.queries, self.reports = (
            [row for row in every[name] if part in (None, row.data.get("part"))]
            for name in ("pairs", "singles", "queries", "new_reports")
        )
        self._versions = {row.where: self._check_pair(row) for row in self.pairs}
        for row in self.singles:
            self._check_single(row)
        for row in self.queries:
            self._check_query(row)
        self._check_reports()
        if not (self.pairs or self.singles or self.queries or self.reports):
            raise InputBroken(
                f"{folder} holds nothing to measure{f' of the part {part!r}' if part else ''}. It needs specs/ and at "
                "least one of pairs.jsonl, singles.jsonl, queries.jsonl and new_reports.jsonl."
            )

    def version_b(self, row: Row) -> Pages:
        """The pages of a pair's spec with the clause of version B."""
        return self._versions[row.where]

    def source(self, row: Row) -> Source:
        """The spec that a row is about."""
        return self.sources[row.data["spec"]]

    def _open_spec(self, row: Row) -> None:
        name = row.data["spec"]
        if name in self.sources:
            return
        folder = self._folder / "specs" / name
        if Path(name).name != name or not folder.is_dir():
            raise InputBroken(f"{row.where}: there is no spec {name!r}. Put its pages into {folder}.")
        self.sources[name] = Source(list(read_pages(folder)))

    def _check_pair(self, row: Row) -> Pages:
        data = row.data
        _check_request(row)
        cite = f"{data['page']}#{data['anchor']}"
        self._check_clauses(row, [cite, *_texts(row, "also")])
        for member in ("verdict_a", "verdict_b"):
            _check_one_of(row, member, RIGHT)
        try:
            return self.source(row).with_body(cite, data["clause_b"])
        except (ValueError, SpecBroken) as error:
            raise InputBroken(
                f"{row.where}: 'clause_b' can't take the place of {cite}. It has to be a body without headings."
            ) from error

    def _check_single(self, row: Row) -> None:
        _check_request(row)
        _check_one_of(row, "verdict", RIGHT)
        if (cite := _cite(row)) is not None:
            self._check_clauses(row, [cite])

    def _check_query(self, row: Row) -> None:
        self._check_clauses(row, row.data["relevant"])
        if not all(type(grade) is int and grade >= 0 for grade in row.data["relevant"].values()):
            raise InputBroken(f"{row.where}: a grade in 'relevant' has to be 0, 1 or 2.")

    def _check_reports(self) -> None:
        filed = {(row.data["spec"], row.data["id"]) for row in self.issues}
        for row in self.reports:
            for issue in _texts(row, "duplicates"):
                if (row.data["spec"], issue) not in filed:
                    raise InputBroken(f"{row.where}: there is no issue {issue!r} of this spec in issues.jsonl.")

    def _check_clauses(self, row: Row, cites: Iterable[str]) -> None:
        for cite in cites:
            if cite not in self.source(row).clauses:
                raise InputBroken(f"{row.where}: the spec {row.data['spec']!r} has no clause {cite}.")


def evaluate(folder: Path, part: str | None = None, judge: Judge = Spec.judge) -> Outcomes:
    """Answer every case of a folder; metrics.tables() makes figures of it. Raises InputBroken or SpecBroken."""
    cases = Cases(folder, part)
    return Outcomes(
        pairs=[_pair(cases, row, judge) for row in cases.pairs],
        singles=[_single(cases, row, judge) for row in cases.singles],
        queries=[_searched(cases, row) for row in cases.queries],
        reports=list(_matched(cases)),
    )


def _pair(cases: Cases, row: Row, judge: Judge) -> Pair:
    gold = {"clause": _cite(row), "also": tuple(_texts(row, "also")), "group": row.data["phenomenon"]}
    return Pair(
        a=_judged(judge, cases.source(row).spec, row, "verdict_a", gold),
        b=_judged(judge, Spec.of(cases.version_b(row)), row, "verdict_b", gold),
    )


def _single(cases: Cases, row: Row, judge: Judge) -> Judged:
    return _judged(judge, cases.source(row).spec, row, "verdict", {"clause": _cite(row), "group": row.data["kind"]})


def _judged(judge: Judge, spec: Spec, row: Row, verdict: str, gold: Mapping[str, Any]) -> Judged:
    request = row.data["request"]
    claim = Claim(**{name: request[name] for name in REQUEST if request.get(name) is not None})
    began = time.perf_counter()
    said = judge(spec, claim)
    return Judged(
        gold=RIGHT[row.data[verdict]],
        said=said.category,
        confidence=said.confidence,
        cited=tuple(citation.clause for citation in said.citations),
        seconds=time.perf_counter() - began,
        **gold,
    )


def _searched(cases: Cases, row: Row) -> Searched:
    hits = cases.source(row).spec.search(row.data["query"], SEARCHED)
    return Searched(tuple(hit.clause.cite for hit in hits), row.data["relevant"])


def _matched(cases: Cases) -> Iterable[Matched]:
    """Each report beside the filed issues of its own spec."""
    indexes = {
        spec: DuplicateIndex.of(_issue(row) for row in cases.issues if row.data["spec"] == spec)
        for spec in dict.fromkeys(row.data["spec"] for row in cases.reports)
    }
    for row in cases.reports:
        index = indexes[row.data["spec"]]
        found = index.find(_issue(row), SUGGESTED)
        duplicates = frozenset(row.data["duplicates"])
        yield Matched(tuple(candidate.id for candidate in found), duplicates, index.is_duplicate(found))


def _issue(row: Row) -> IssueText:
    return IssueText(row.data["id"], row.data["summary"], row.data["description"])


def _replaced(text: str, clause: Clause, next_line: int | None, body: str) -> str:
    """The page with another body between the clause's heading and the next one."""
    lines = text.split("\n")
    below = lines[next_line - 1 :] if next_line else []
    return "\n".join([*lines[: clause.line], "", body, "", *below])


def _cite(row: Row) -> str | None:
    """The gold clause; None where no clause decides."""
    page, anchor = row.data.get("page"), row.data.get("anchor")
    return None if page is None and anchor is None else f"{page}#{anchor}"


def _texts(row: Row, member: str) -> list[str]:
    """A list of texts that may be missing."""
    texts = row.data.get(member) or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InputBroken(f"{row.where}: the member {member!r} has to be a list of texts.")
    return texts


def _has_members(row: Row, members: Mapping[str, type]) -> None:
    names: dict[type, str] = {str: "a text", dict: "an object", list: "a list"}
    for member, kind in members.items():
        if row.data.get(member) is None:
            raise InputBroken(f"{row.where}: the member {member!r} is missing.")
        if not isinstance(row.data[member], kind):
            raise InputBroken(f"{row.where}: the member {member!r} has to be {names[kind]}.")
    if row.data.get("part") is not None:
        _check_one_of(row, "part", PARTS)


def _check_request(row: Row) -> None:
    for member, needed in REQUEST.items():
        value = row.data["request"].get(member)
        if value is None and needed:
            raise InputBroken(f"{row.where}: the request has no {member!r}.")
        if value is not None and not isinstance(value, str):
            raise InputBroken(f"{row.where}: {member!r} of the request has to be a text.")


def _check_one_of(row: Row, member: str, known: Iterable[str]) -> None:
    if row.data[member] not in tuple(known):
        raise InputBroken(f"{row.where}: {member!r} is {row.data[member]!r}, but has to be one of {', '.join(known)}.")
