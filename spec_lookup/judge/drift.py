"""What a change of the spec does to requests that have been judged: claims judged again, and which of them flip.

A request is looked at if a clause that it shows, or by which a person decided it, says something else than before, or
if the clause that is nearest to it now is new. A person's decision stands: when its clause has changed, a person
looks at it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.sentences import Reason
from spec_lookup.judge.spec import CITED, Spec
from spec_lookup.judge.substance import NEW, ClauseChange, clause_changes
from spec_lookup.judge.verdict import UNDECIDED, Verdict

NOT_READ = "not-recorded"
"""The reason of a verdict whose readings are recorded, and this one is not."""

DriftJudge = Callable[[Spec, Claim, tuple[str, ...]], Verdict]
"""From a spec, a claim and the names of people in it to a verdict."""


class FlipKind(StrEnum):
    """What happens to a request when the spec changes."""

    TURNED = "turned"
    """The verdict is another one."""
    UNDECIDED = "undecided"
    """The spec no longer decides it."""
    CLAUSE_CHANGED = "clause-changed"
    """A person decided it by a clause that says something else now."""


@dataclass(frozen=True, slots=True)
class JudgedRequest:
    """A request as far as the spec decides it.

    `names` are people in it, who are not sent outside; `shown` are the clauses that its verdict shows, () if that is
    not known; `decided` is the category that a person decided, "" for none, and `clause` the one that they named.
    """

    id: str
    claim: Claim
    names: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    decided: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """A request on which the changed spec has another word than the former one."""

    request: str
    kind: FlipKind
    before: str
    after: str
    change: ClauseChange
    reasons: tuple[Reason, ...] = ()
    """The reasons of the verdict by the changed spec."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is acknowledged: the request, the clause, and how the clause reads now."""
        return self.request, self.change.cite, self.change.hash


@dataclass(frozen=True, slots=True)
class Drift:
    """What came of judging requests again."""

    changes: Mapping[str, ClauseChange]
    flips: tuple[Flip, ...] = ()
    again: tuple[str, ...] = ()
    """The requests that were looked at again."""
    unread: tuple[str, ...] = ()
    """The requests that cannot be compared, since no reading of them is recorded."""


@dataclass(slots=True)
class _Run:
    flips: list[Flip] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def drift(requests: Iterable[JudgedRequest], old: Spec, new: Spec, judge: DriftJudge) -> Drift:
    """Judge requests by both specs, where their clauses changed in substance, and say which of them flip."""
    changes = clause_changes(old, new)
    of_substance = {cite: change for cite, change in changes.items() if change.is_of_substance}
    run = _Run()
    for request in requests if of_substance else ():
        if not (touched := _touching(request, old, new, of_substance)):
            continue
        run.again.append(request.id)
        if request.decided and request.clause:
            run.flips += _of_decision(request, of_substance)
        else:
            _judge_again(request, (old, new), judge, touched, run)
    return Drift(changes, tuple(run.flips), tuple(run.again), tuple(run.unread))


def _touching(request: JudgedRequest, old: Spec, new: Spec, changes: Mapping[str, ClauseChange]) -> list[ClauseChange]:
    """The changes that concern a request, the clause that decided it first."""
    parts = request.claim.evidence().parts()
    shown = request.shown or tuple(hit.clause.cite for hit in old.deciding(parts, CITED))
    cites = dict.fromkeys((request.clause, *shown) if request.clause else shown)
    touched = [changes[cite] for cite in cites if cite in changes]
    if not touched and any(change.kinds == (NEW,) for change in changes.values()):
        nearest = changes.get(new.nearest(request.claim))
        touched = [nearest] if nearest and nearest.kinds == (NEW,) else []
    return touched


def _of_decision(request: JudgedRequest, changes: Mapping[str, ClauseChange]) -> Iterator[Flip]:
    if change := changes.get(request.clause):
        yield Flip(request.id, FlipKind.CLAUSE_CHANGED, request.decided, request.decided, change)


def _judge_again(
    request: JudgedRequest, specs: tuple[Spec, Spec], judge: DriftJudge, touched: list[ClauseChange], run: _Run
) -> None:
    """Compare the verdicts by both specs; what neither decided before cannot flip."""
    before, after = (judge(spec, request.claim, request.names) for spec in specs)
    if any(reason.key == NOT_READ for verdict in (before, after) for reason in verdict.reasons):
        run.unread.append(request.id)
        return
    held = request.decided or before.category
    agrees = after.category in (before.category, held)
    if agrees or held == UNDECIDED or (request.decided and after.category == UNDECIDED):
        return
    kind = FlipKind.UNDECIDED if after.category == UNDECIDED else FlipKind.TURNED
    run.flips.append(Flip(request.id, kind, held, after.category, _decisive(before, after, touched), after.reasons))


def _decisive(before: Verdict, after: Verdict, touched: list[ClauseChange]) -> ClauseChange:
    """The change that is named with a flip: of the clause that is cited first, by the former verdict and by this."""
    changed = {change.cite: change for change in touched}
    cited = (citation.clause for verdict in (before, after) for citation in verdict.citations)
    return next((changed[cite] for cite in cited if cite in changed), touched[0])
