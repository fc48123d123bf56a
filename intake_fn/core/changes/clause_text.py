"""The clause of a change as Markdown: how it reads today, how it would read, and what may not change in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256

from intake_fn.core.case import Case
from intake_fn.core.change_events import ChangeAssessed, ClausePublished, StageReached
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.verdicts import decision, requester_reading, shown_clauses

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*(?:\{:?\s*#([^\s{}#]+)\s*\})?\s*")
_ANCHOR = re.compile(r"[a-z0-9][a-z0-9_-]*")
SHOWN = 12
"""Characters of a hash that people read."""


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause as it stands in the spec: page#anchor, its Markdown, its file, and the spec's stamp and commit.

    Of a new clause only the page is known: then `source` is "".
    """

    cite: str
    source: str
    file: str
    spec: str
    commit: str

    @property
    def is_new(self) -> bool:
        """Whether there is no such clause yet."""
        return "#" not in self.cite


def digest_of(source: str) -> str:
    """The SHA-256 of a clause's text, in hex; "" for a clause that is not there."""
    return sha256(source.encode()).hexdigest() if source else ""


def assessment_of(case: Case) -> ChangeAssessed | None:
    """The owner's assessment, the latest one; None before there is one."""
    return next((event for event in reversed(case.history) if isinstance(event, ChangeAssessed)), None)


def nearest_clause(case: Case) -> str:
    """The clause that would change, "" if unknown: the one assessed, decided on, read, named or found."""
    assessed, decided, read = assessment_of(case), decision(case), requester_reading(case)
    named = (
        assessed.clause if assessed else "",
        decided.clause if decided else "",
        read.clause if read else "",
        case.request.clause,
        *shown_clauses(case),
    )
    return next(filter(None, named), "")


def cite_of(event: ChangeAssessed) -> str:
    """The clause that the change is about, as page#anchor; of a new one by the anchor that it would have."""
    if event.today:
        return event.clause
    heading = _heading(event.proposed)
    return f"{event.clause}#{heading[3]}" if heading and heading[3] else event.clause


def published_since(case: Case) -> ClausePublished | None:
    """How the clause of the latest assessment was published last; None where it has not changed since."""
    for event in reversed(case.history):
        if isinstance(event, ClausePublished):
            return event
        if isinstance(event, ChangeAssessed):
            return None
    return None


def planned_version(case: Case) -> str:
    """The version that an approved change is meant for; "" where none is named."""
    named = (event.version for event in reversed(case.history) if isinstance(event, StageReached) and event.version)
    return next(named, "")


def problems(text: ClauseText, proposed: str, is_there: Callable[[str], bool]) -> Iterator[str]:
    """What is wrong with a clause as it would read: its heading keeps its anchor, and a new one has a free one."""
    heading = _heading(proposed)
    if heading is None:
        yield "Please begin with the heading of the clause, such as: ## Title {#anchor}"
    elif text.is_new:
        anchor = heading[3] or ""
        if not _ANCHOR.fullmatch(anchor):
            yield "A new clause needs an anchor at its heading, in small letters, such as: ## Title {#anchor}"
        elif is_there(f"{text.cite}#{anchor}"):
            yield f"The clause {text.cite}#{anchor} exists already. Choose it, or give the new one another anchor."
    else:
        yield from _keeps_its_anchor(text, heading)
    if len(_headings(proposed)) > 1:
        yield "Please write one clause: a second heading would begin another one."


def _keeps_its_anchor(text: ClauseText, heading: re.Match[str]) -> Iterator[str]:
    today, anchor = _heading(text.source), text.cite.partition("#")[2]
    by_title = today is not None and not today[3] and heading[2] == today[2]
    if heading[3] != anchor and not (by_title and not heading[3]):
        yield f"The heading has to keep its anchor, {{#{anchor}}}: links, citations and verdicts name it."
    if today is not None and heading[1] != today[1]:
        yield f"The heading has to keep its level, {today[1]}."


def _heading(source: str) -> re.Match[str] | None:
    return _HEADING.fullmatch(source.strip().partition("\n")[0])


def _headings(source: str) -> list[str]:
    """The lines that are headings; those within fences are code."""
    found, fenced = [], False
    for line in source.splitlines():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if not fenced and re.match(r"#{1,6}\s", line):
            found.append(line)
    return found
