"""A folder of cases whose right answers are known, read and checked before the first case is judged.

It holds `specs/<name>/*.md` and any of FILES below, JSON Lines each; what is missing is not measured. A file
may stand there in parts, `pairs-<name>.jsonl`; `probes` and `requests` are singles, too, and so are `forms`: texts of
the forms that say what they are. A spec may lie elsewhere, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from spec_lookup.errors import InputBroken, SpecBroken
from spec_lookup.evaluation.files import read_objects
from spec_lookup.evaluation.source import Pages, Source
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.verdict import BUG, CHANGE, MISC, UNDECIDED
from spec_lookup.search.pages import read_pages

HELD = "held"
PARTS = ("tune", HELD)

SINGLES = ("singles", "probes", "requests", "forms")

REPORTS = {"nothing": "misc", "failure": "bug", "behaviour": "silent"}
"""What a text of `forms` reports, and its right verdict: a behaviour is for a person to decide."""

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


class Row(NamedTuple):
    """One line of a file, and where it stands, for messages."""

    where: str
    data: Mapping[str, Any]


class Cases:
    """A folder that was read and found sound."""

    def __init__(self, folder: Path, part: str | None = None, specs: Mapping[str, Path] | None = None) -> None:
        """Read the folder; with `part` only the rows of that part; `specs` lie elsewhere.

        Raises InputBroken or SpecBroken.
        """
        self._folder = folder
        self._specs = specs or {}
        self.sources: dict[str, Source] = {}
        every = {
            name: [Row(*_row(*row)) for file in _files(folder, name) for row in read_objects(file)] for name in FILES
        }
        for name, rows in every.items():
            for row in rows:
                _has_members(row, FILES[name])
                if name in JUDGED_BY_PAGES:
                    self._open_spec(row)
        self.issues = every["issues"]  # whatever the part: all of them have been filed when a report comes in
        self.pairs, self.singles, self.queries, self.reports = (
            [row for row in every[name] if part in (None, part_of(row))]
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
        own = self._folder / "specs" / name
        folder = own if own.is_dir() else self._specs.get(name, own)
        if Path(name).name != name or not folder.is_dir():
            raise InputBroken(f"{row.where}: there is no spec {name!r}. Put its pages into {folder}.")
        self.sources[name] = Source(list(read_pages(folder)))

    def _check_pair(self, row: Row) -> Pages:
        data = row.data
        _check_request(row)
        cite = f"{data['page']}#{data['anchor']}"
        self._check_clauses(row, [cite, *texts_in(row, "also")])
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
        if (cite := cite_of(row)) is not None:
            self._check_clauses(row, [cite])

    def _check_query(self, row: Row) -> None:
        self._check_clauses(row, row.data["relevant"])
        if not all(type(grade) is int and grade >= 0 for grade in row.data["relevant"].values()):
            raise InputBroken(f"{row.where}: a grade in 'relevant' has to be 0, 1 or 2.")

    def _check_reports(self) -> None:
        filed = {(row.data["spec"], row.data["id"]) for row in self.issues}
        for row in self.reports:
            for issue in texts_in(row, "duplicates"):
                if (row.data["spec"], issue) not in filed:
                    raise InputBroken(f"{row.where}: there is no issue {issue!r} of this spec in issues.jsonl.")

    def _check_clauses(self, row: Row, cites: Iterable[str]) -> None:
        for cite in cites:
            if cite not in self.source(row).clauses:
                raise InputBroken(f"{row.where}: the spec {row.data['spec']!r} has no clause {cite}.")


def _files(folder: Path, name: str) -> list[Path]:
    """The files of this name; a folder may have one for each spec."""
    names = SINGLES if name == "singles" else [name]
    return [file for each in names for file in [folder / f"{each}.jsonl", *sorted(folder.glob(f"{each}-*.jsonl"))]]


def _row(where: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A line as it is, or a text of a form as the single that it is."""
    if "form" not in data or "request" in data:
        return where, data
    request = {"summary": data.get("summary"), "what_happened": data.get("description"), "reporter_says": data["form"]}
    reports = data.get("reports")
    return where, {**data, "request": request, "kind": reports, "verdict": REPORTS.get(str(reports), reports)}


def part_of(row: Row) -> str | None:
    """The part of a row: as it says, or by `held`; None where it says nothing of it."""
    if "held" in row.data:
        return HELD if row.data["held"] else PARTS[0]
    return row.data.get("part")


def spec_elsewhere(text: str) -> tuple[str, Path]:
    """A spec that lies elsewhere, as it is given on the command line: NAME=DIR. Raises ValueError."""
    name, sign, folder = text.partition("=")
    if not (name and sign and folder):
        raise ValueError(text)
    return name, Path(folder)


def cite_of(row: Row) -> str | None:
    """The gold clause; None where no clause decides."""
    page, anchor = row.data.get("page"), row.data.get("anchor")
    return None if page is None and anchor is None else f"{page}#{anchor}"


def claim_of(row: Row) -> Claim:
    """What a judge reads of a case."""
    request = row.data["request"]
    return Claim(**{name: request[name] for name in REQUEST if request.get(name) is not None})


def texts_in(row: Row, member: str) -> list[str]:
    """A list of texts, empty for a missing member. Raises InputBroken."""
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
