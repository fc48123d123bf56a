"""What a version of the product delivers: which issues its release notes hold, and what they say of each. Pure.

An issue that Mantis says is fixed in the version stands in exactly one place: among the bugs, among the changes, or
among those that a person has to look at. What is misc or resolved otherwise (such as a duplicate) is left out.

Seed, "Bug Report": the summary "will become Mantis Summary field / Release Notes summary". It is taken as filed; where
somebody has worded it anew in Mantis, as it stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from intake_fn.core.case import Case, resolved_by
from intake_fn.core.changes.clause_text import assessment_of, published_since
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import Process
from intake_fn.core.verdicts import decision
from intake_fn.core.vocabulary import Category, Outcome, Status

FEWEST_WORDS = 3
"""Words from which a summary can be a sentence of the release notes."""

LONGEST = 128
"""Characters of a summary in Mantis: one of that length was most likely cut."""

OF_A_MAIL = ("re:", "fw:", "fwd:", "aw:", "wg:", "tr:")
"""How subjects begin that were answered or forwarded."""

Masked = Callable[[Case | None, str], str]
"""A text without personal data, for the case that it belongs to."""


@dataclass(frozen=True, slots=True)
class FixedIssue:
    """An issue of our projects in which Mantis names the version that it is fixed in. Names are Mantis's."""

    number: int
    summary: str
    project: str
    category: str
    status: str
    resolution: str
    fixed_in: str


@dataclass(frozen=True, slots=True)
class Line:
    """What the notes say of one issue. `before` and `after` are a clause's text, "" where no case holds it."""

    number: int
    summary: str
    module: str = ""
    case: str = ""
    clause: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """An issue, or a request without one, that a person has to look at, and why."""

    number: int | None
    case: str
    why: str


@dataclass(frozen=True, slots=True)
class ReleaseNotes:
    """The notes of a version: `versions` are those that it delivers together, the latest first."""

    versions: tuple[str, ...]
    bugs: tuple[Line, ...] = ()
    changes: tuple[Line, ...] = ()
    open: tuple[Open, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many issues are left out, by reason."""


def versions_between(known: Mapping[str, Sequence[str]], version: str, since: str = "") -> tuple[str, ...]:
    """The version, and those between it and `since`, which is not among them; the latest first.

    `known` are the versions of each project as Mantis has them, the latest first. Raises Refused for an unknown one.
    """
    for name in filter(None, (version, since)):
        if not any(name in names for names in known.values()):
            every = ", ".join(dict.fromkeys(each for names in known.values() for each in names)) or "none"
            raise Refused(
                f"Mantis does not know the version {name!r} in {' or '.join(known)}. It knows: {every}. "
                "Correct the name, or make the version in Mantis (its page of the project)."
            )
    if not since:
        return (version,)
    names = next((list(names) for names in known.values() if version in names and since in names), None)
    if names is None:
        raise Refused(f"No project of Mantis has both {version} and {since}: nobody knows what came between them.")
    first, end = names.index(version), names.index(since)
    if first >= end:
        raise Refused(f"In Mantis {since} does not come before {version}. Name the earlier version with --since.")
    return tuple(names[first:end])


def notes_of(
    versions: tuple[str, ...], issues: Iterable[FixedIssue], cases: Iterable[Case], process: Process, masked: Masked
) -> ReleaseNotes:
    """The notes of these versions. `cases` are our requests that are resolved."""
    wanted = {name.casefold() for name in versions}
    fixed = sorted({one.number: one for one in issues if one.fixed_in.casefold() in wanted}.values(), key=_place)
    there = {issue.number for issue in fixed}
    known = {case.issue: case for case in cases if case.issue in there or _names_one(case, wanted)}
    lines: dict[Category, list[Line]] = {Category.BUG: [], Category.CHANGE: []}
    unclear: list[Open] = []
    left_out: Counter[str] = Counter()
    for issue in fixed:
        case = known.get(issue.number)
        category = _category(issue, case, process)
        if reason := _not_delivered(issue, category, process):
            left_out[reason] += 1
            continue
        summary = _summary(issue, case)
        why = _contradiction(issue, process) or unusable(summary, masked(case, summary))
        if why:
            unclear.append(Open(issue.number, case.id if case else "", why))
        else:
            lines[category].append(_line(issue, case, category, summary))
    numbers = {issue.number for issue in fixed}
    unclear += _only_ours(known.values(), numbers, wanted)
    return ReleaseNotes(
        versions,
        tuple(lines[Category.BUG]),
        tuple(lines[Category.CHANGE]),
        tuple(unclear),
        dict(sorted(left_out.items())),
    )


def unusable(summary: str, without_personal_data: str) -> str:
    """Why a summary cannot stand in release notes; "" when it can."""
    text = summary.strip()
    if not text:
        return "It has no summary."
    if without_personal_data.strip() != text:
        return "Its summary holds personal data."
    if text.casefold().startswith(OF_A_MAIL):
        return "Its summary is the subject of a mail that was answered or forwarded."
    if len(text.split()) < FEWEST_WORDS and text.isascii():
        return f"Its summary has fewer than {FEWEST_WORDS} words."
    if len(text) == LONGEST and text[-1] not in ".!?":
        return f"Its summary was cut at {LONGEST} characters."
    return ""


# --- parts ------------------------------------------------------------------------------------


def _place(issue: FixedIssue) -> tuple[str, int]:
    return issue.category.casefold(), issue.number


def _category(issue: FixedIssue, case: Case | None, process: Process) -> Category:
    """Bug or change by the project in which it stands; all else is misc. Its case's where the projects are shared."""
    projects = process.mantis.projects
    if case is not None and projects[case.category] == issue.project:
        return case.category
    return next((Category(name) for name, project in projects.items() if project == issue.project), Category.MISC)


def _not_delivered(issue: FixedIssue, category: Category, process: Process) -> str:
    """Why it is no matter of the release notes; "" when it is."""
    if category not in (Category.BUG, Category.CHANGE):
        return "misc"
    resolutions = process.mantis.resolution
    delivered = {resolutions[name].casefold() for name in (Outcome.FIXED, Outcome.DONE)}
    return "" if issue.resolution.casefold() in delivered or not _is_done(issue, process) else issue.resolution


def _contradiction(issue: FixedIssue, process: Process) -> str:
    if _is_done(issue, process):
        return ""
    return f"Mantis says fixed in {issue.fixed_in}, and its status is {issue.status}."


def _is_done(issue: FixedIssue, process: Process) -> bool:
    return issue.status.casefold() in {process.mantis.status[one].casefold() for one in Status if one.is_done}


def _summary(issue: FixedIssue, case: Case | None) -> str:
    """The summary as it was filed, or as Mantis has it where somebody changed it there."""
    filed = " ".join(case.request.summary.split()) if case else ""
    if filed and _letters(filed).startswith(_letters(issue.summary)):  # Mantis cuts it, and drops characters
        return filed
    return " ".join(issue.summary.replace("\N{ZERO WIDTH SPACE}", "").split())


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _line(issue: FixedIssue, case: Case | None, category: Category, summary: str) -> Line:
    if case is None:
        return Line(issue.number, summary, issue.category)
    clause, before, after = _clause_of(case) if category is Category.CHANGE else ("", "", "")
    decided = decision(case)
    clause = clause or (decided.clause if decided else "")
    return Line(issue.number, summary, issue.category, case.id, clause, before, after)


def _clause_of(case: Case) -> tuple[str, str, str]:
    """The clause that a change is about, as it was and as it is published, or else as it was proposed."""
    assessed = assessment_of(case)
    if assessed is None:
        return "", "", ""
    published = published_since(case)
    if published is None:
        return assessed.clause, assessed.today, assessed.proposed
    return published.clause, assessed.today, published.text


def _names_one(case: Case, wanted: set[str]) -> bool:
    """Whether a request with an issue was resolved here as delivered in one of the versions."""
    done = resolved_by(case)
    return case.issue is not None and done is not None and case.status.is_done and done.fixed_in.casefold() in wanted


def _only_ours(cases: Iterable[Case], numbers: set[int], wanted: set[str]) -> Iterator[Open]:
    """Requests that were resolved here as delivered in the version, where Mantis does not name it."""
    for case in sorted(cases, key=lambda one: one.issue or 0):
        done = resolved_by(case)
        if done and _names_one(case, wanted) and case.issue not in numbers and not case.duplicate_of:
            yield Open(case.issue, case.id, f"It is resolved here in {done.fixed_in}, and not in Mantis.")
