"""The impact packet of a change request: its clause's neighbours, and the requests that would flip.

Judging requests again may take its time and, with a language model, cost something. So it is done when somebody asks,
for as long as a page may take, goes on where it stopped, and is kept as a file of the file store.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn.core.changes.clause_text import assessment_of
from intake_fn.core.changes.word_diff import Piece, clause_diff
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import module_of_clause
from intake_fn.core.impact import Affected, Impact, cites, decisions_on, is_new, key_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.desk import kept_files
from intake_fn.desk.judged_requests import judged_cases, judged_request
from intake_fn.desk.judging import without_fallback
from spec_lookup import SpecBroken

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.change_events import ChangeAssessed
    from intake_fn.core.process import Module, Process
    from intake_fn.desk import Desk
    from spec_lookup import Neighbour, Spec

RECENT = 200
"""Requests that are no longer open and are looked at, the latest ones."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A clause that has to do with the one that would change, and the module that it belongs to, if any."""

    neighbour: Neighbour
    module: Module | None


@dataclass(frozen=True, slots=True)
class Packet:
    """What owner and Board read of a change. `impact` is None until requests have been judged again for it.

    `is_old` says that the assessment or the spec has changed since they were.
    """

    assessment: ChangeAssessed
    diff: tuple[Piece, ...]
    beside: tuple[Beside, ...]
    impact: Impact | None
    is_old: bool


def packet(desk: Desk, case: Case) -> Packet | None:
    """The packet of a change request as it stands; None before it is assessed. Nothing is judged.

    Raises TryLater and Broken where the file store does not say what was judged.
    """
    assessment = assessment_of(case)
    if assessment is None:
        return None
    spec, process = desk.spec(), desk.process
    impact = kept(desk, case)
    return Packet(
        assessment=assessment,
        diff=tuple(clause_diff(assessment.today, assessment.proposed)),
        beside=beside(spec, process, assessment.clause, assessment.proposed),
        impact=impact,
        is_old=impact is not None and impact.of != key_of(assessment, spec.stamp.content),
    )


def beside(spec: Spec, process: Process, clause: str, proposed: str) -> tuple[Beside, ...]:
    """The neighbours of a clause that would read so, with their modules."""
    return tuple(
        Beside(one, process.modules.get(module_of_clause(one.clause.cite, process)))
        for one in spec_lookup.neighbours(spec, clause, proposed)
    )


def modules_near(spec: Spec, process: Process, clause: str, proposed: str) -> tuple[str, ...]:
    """The other modules whose clauses are neighbours of a clause that would read so, by their ids."""
    here = clause.partition("#")[0]
    modules = (one.module for one in beside(spec, process, clause, proposed))
    return tuple(dict.fromkeys(module.id for module in modules if module and here not in module.spec))


def judge_again(desk: Desk, case: Case) -> Impact:
    """Judge the requests that cite the clause by the clause as it would read, for as long as a page may take.

    What was judged before for the same clause and spec is not judged again. Raises Refused for a change that is not
    assessed, or whose clause cannot be read; TryLater when store or model do not answer.
    """
    assessment = assessment_of(case)
    if assessment is None:
        raise Refused(f"{case.id} has no assessment yet: its owner writes how the clause would read.")
    spec, until = desk.spec(), desk.clock() + desk.inline
    amended = _amended(spec, assessment)
    others = [other for other in judged_cases(desk, RECENT) if other.id != case.id]
    of, before = key_of(assessment, spec.stamp.content), kept(desk, case)
    known = {one.request: one for one in before.affected} if before and before.of == of and before.left else {}
    affected: list[Affected] = []
    left = 0
    for other in others:
        if other.id in known:
            affected.append(known[other.id])
        elif not _may_be_affected(other, assessment):
            continue
        elif affected and desk.clock() >= until:
            left += 1
        elif one := _affected(desk, other, spec, amended, assessment):
            affected.append(one)
    made = Impact(of, desk.clock(), tuple(affected), tuple(decisions_on(others, assessment.clause)), left)
    kept_files.keep(desk.files, _file(case), made)
    return made


def kept(desk: Desk, case: Case) -> Impact | None:
    """What was worked out last for a change request; None where nothing was, or another version wrote it.

    Raises TryLater, Broken.
    """
    return kept_files.kept(desk.files, _file(case), Impact)


def _amended(spec: Spec, assessment: ChangeAssessed) -> Spec:
    try:
        return spec.amended(assessment.clause, assessment.proposed)
    except SpecBroken as error:
        raise Refused(f"The clause as it would read cannot be read: {error} Assess the change again.") from error


def _may_be_affected(other: Case, assessment: ChangeAssessed) -> bool:
    """Whether a request is looked at: it cites the clause; of a new clause any may be about it."""
    return is_new(assessment) or cites(other, assessment.clause)


def _affected(desk: Desk, other: Case, spec: Spec, amended: Spec, assessment: ChangeAssessed) -> Affected | None:
    """What a request would be; None for one that has nothing to do with a new clause."""
    result = spec_lookup.drift([judged_request(other)], spec, amended, without_fallback(desk.judge))
    if is_new(assessment) and not result.again:
        return None
    made = Affected(other.id, other.status.is_open, comparable=not result.unread)
    if not result.flips:
        return made
    flip = result.flips[0]
    return replace(made, flip=flip.kind.value, before=flip.before, after=flip.after)


def _file(case: Case) -> str:
    return f"impact/{case.id}.json"
