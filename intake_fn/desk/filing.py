"""A case as an issue for Mantis: the field map of support.yml, carried out.

Pure text work. What Mantis can and cannot hold (lengths, characters, mentions) is the adapter's concern;
what an issue says and where it lands is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from intake_fn.core.case import Case, files_of_event, module_of, resolved_by
from intake_fn.core.change_events import ChangeReleased, StageReached
from intake_fn.core.events import Event, Filed, Judged, LeadUpdated, Overruled, Received, Resolved
from intake_fn.core.form_labels import answer_label, labelled
from intake_fn.core.names import actor_of, name_of
from intake_fn.core.process import CLIENT, Process
from intake_fn.core.request import Request
from intake_fn.core.steps import states
from intake_fn.core.verdicts import (
    as_stored,
    decided_with_lead,
    decision,
    is_placed,
    judged_otherwise,
    proposal,
    reasons_of,
)
from intake_fn.core.vocabulary import Category
from intake_fn.ports import Decided, Instead, Issue, Links
from intake_fn.texts import say

_REPRODUCIBILITY = {True: "always", False: "random", None: "have not tried"}


def project_of(case: Case, process: Process) -> str:
    """The Mantis project that the case's category belongs to (seed: "3 mutually exclusive categories")."""
    return process.mantis.projects[case.category]


def category_of(case: Case, process: Process) -> str:
    """The Mantis category that the case's module has, or the one for all else."""
    module = process.modules.get(module_of(case))
    return module.name if module else process.mantis.category


def issue_of(case: Case, process: Process, links: Links) -> Issue:
    """The issue as it should stand in Mantis now."""
    request = case.request
    module = process.modules.get(module_of(case))
    return Issue(
        marker=process.mantis.marker.format(id=case.id),
        project=project_of(case, process),
        summary=request.summary,
        description="\n\n".join(_description(case, process, links)),
        steps=request.steps,
        information="\n".join(_information(case, process, links)),
        category=category_of(case, process),
        priority=process.priorities[case.priority].mantis,
        reproducibility=_REPRODUCIBILITY[request.always],
        handler="" if process.has_left(case.handler) else process.people[case.handler].mantis,
        status=process.mantis.status_of(case.status, case.stage),
        tags=("specdesk", *((module.id,) if module else ())),
        since=case.received_at,
    )


def _description(case: Case, process: Process, links: Links) -> Iterator[str]:
    request = case.request
    yield request.description
    if request.expected:
        yield _section(request, "expected", request.expected)
    if approver := request.details.get("approver"):
        named = ", ".join(filter(None, (approver, request.details.get("approver_email"))))
        yield _section(request, "approver", named)
    yield _verdict(case, process, links)
    office = request.requester.office
    origin = (office == CLIENT and request.requester.company) or process.origin(office)
    yield f"REQUESTER\n{request.requester.name} <{request.requester.email}>, {origin}"


def _section(request: Request, name: str, answer: str) -> str:
    """A part of the description, headed with the label of its field."""
    return f"{answer_label(request.kind, name).upper()}\n{answer}"


# --- what was decided ------------------------------------------------------------------------


def decided_of(case: Case, process: Process, links: Links) -> Decided:
    """What the issue should show of the decisions, and what it may show of them because of us until then."""
    before = [*_decisions(case)]
    stored = [*before, *(replace(state, verdict=as_stored(state.verdict)) for state in before if state.verdict)]
    verdicts = [_verdict(state, process, links) for state in stored]
    verdicts += [_verdict_before(state, links) for state in stored]
    done = resolved_by(case)
    fixed_in = done.fixed_in if done and case.status.is_done else ""
    versions = tuple(filter(None, map(version_of, case.history)))
    stages = (event.version for event in reversed(case.history) if isinstance(event, StageReached) and event.version)
    return Decided(
        category=Instead(category_of(case, process), tuple({category_of(state, process) for state in before})),
        fixed_in=Instead(fixed_in, versions),
        target=Instead(fixed_in or next(stages, ""), versions),
        verdict=Instead(_verdict(case, process, links), tuple(dict.fromkeys(verdicts))),
    )


def version_of(event: Event) -> str:
    """The version that an event names for its issue, planned or delivered."""
    if isinstance(event, StageReached | ChangeReleased):
        return event.version
    return event.fixed_in if isinstance(event, Resolved) else ""


def _category(case: Case) -> str:
    return say(f"category.{case.category}")


def _decisions(case: Case) -> Iterator[Case]:
    """The case as it was received, and after each event that says what it is; the latest first."""
    decided = [state for event, state in states(case) if isinstance(event, Received | Judged | Overruled | LeadUpdated)]
    yield from reversed(decided)


def _verdict(case: Case, process: Process, links: Links) -> str:
    """The part of the description that says what it is, who says so, and by what."""
    return "\n".join(("VERDICT", *_grounds(case, process, links)))


def _grounds(case: Case, process: Process, links: Links) -> Iterator[str]:
    if decided := decision(case):
        yield f"{_category(case)}, decided by {actor_of(decided, process)}"
        if decided.stance:
            yield f"- {say(f'stance.{decided.stance}')}"
        if decided.reason:
            yield f"- {decided.reason}"
        yield from _clause(decided, case, links)
    elif proposed := proposal(case):
        yield f"undecided: a person of the Help Desk decides. Proposed by the program: {say(f'category.{proposed}')}"
        yield from _evidence(case.verdict or {}, links)
    elif decided_with_lead(case):
        yield f"{_category(case)}, decided with the request that is the same, {_lead(case)}"
    elif is_placed(case) and case.verdict:
        yield f"{_category(case)}, by the project in which it was created"
        if other := judged_otherwise(case):
            yield f"- The program takes it for: {say(f'category.{other}')}. A person of the Help Desk may decide so."
        yield from _evidence(case.verdict, links)
    elif case.verdict:
        yield from _judged(case, case.verdict, links)
    else:
        yield "Not judged yet."


def _clause(decision: Overruled, case: Case, links: Links) -> Iterator[str]:
    """The clause that a person decided by, as it was then; of logs before that, as the judge quoted it."""
    cited = [row for row in (case.verdict or {}).get("citations", ()) if row["clause"] == decision.clause]
    quote = decision.quote or next((row["quote"] for row in cited), "")
    url = decision.url or next((row["url"] for row in cited), "")
    if not decision.clause:
        yield "The spec is silent."
    elif quote:
        yield f'{decision.clause}: "{quote}"'
    else:
        yield f"By clause {decision.clause}"
    if url:
        yield links.clause(url)


def _judged(case: Case, verdict: Mapping[str, Any], links: Links) -> Iterator[str]:
    if case.category is Category.UNDECIDED:
        yield "undecided: a person of the Help Desk decides"
    else:
        yield f"{_category(case)} (judge: {verdict['judge']}, confidence {verdict['confidence']:.2f})"
    yield from _evidence(verdict, links)


def _evidence(verdict: Mapping[str, Any], links: Links) -> Iterator[str]:
    yield from (f"- {reason}" for reason in reasons_of(verdict))
    yield from (f'{c["clause"]}: "{c["quote"]}"\n{links.clause(c["url"])}' for c in verdict["citations"])


def _lead(case: Case) -> str:
    return next((event.other for event in reversed(case.history) if isinstance(event, LeadUpdated)), case.duplicate_of)


def _verdict_before(case: Case, links: Links) -> str:
    """The verdict as version 0 wrote it; issues in Mantis still have it so."""
    if not case.verdict:
        return "VERDICT\nNot judged yet."
    head = f"{case.category.value} (judge: {case.verdict['judge']}, confidence {case.verdict['confidence']:.2f})"
    return "\n".join(("VERDICT", head, *_evidence(case.verdict, links)))


# --- what else the issue says ----------------------------------------------------------------


def _information(case: Case, process: Process, links: Links) -> Iterator[str]:
    """The marker comes first: Mantis must keep it whatever else it does with the text."""
    yield process.mantis.marker.format(id=case.id)
    yield links.desk(case.id)
    request = case.request
    if request.clause:
        yield f"Clause that the requester names: {request.clause}"
    for name, answer in request.details.items():
        if answer:
            yield labelled(request.kind, name, answer)
    for file in request.attachments:
        yield f"File: {file.name} ({file.size} bytes, SHA-256 {file.sha256})\n{links.file(case.id, file)}"


def note_text(case: Case, number: int, text: str, process: Process, links: Links) -> str:
    """A note as Mantis gets it; `number` is that of the event it tells of. Its files come with their links."""
    event = case.history[number - 1]
    files = [f"{file.name}: {links.file(case.id, file)}" for file in files_of_event(event)]
    return "\n".join([text, *files, *(_taken_in(case, process, links) if isinstance(event, Filed) else ())])


def _taken_in(case: Case, process: Process, links: Links) -> Iterator[str]:
    """What stands in the description of an issue of ours: in that of an issue of somebody else's we write nothing."""
    requester = case.request.requester
    yield say(
        "note.taken-in-here",
        level=case.level,
        handler=name_of(case.handler, process),
        priority=process.priorities[case.priority].name,
        link=links.desk(case.id),
    )
    if not requester.email:
        yield say("note.no-address", account=requester.account or requester.name)
    yield f"\n{_verdict(case, process, links)}"
