"""A case as an issue for Mantis: the field map of support.yml, carried out.

Pure text work. What Mantis can and cannot hold (lengths, characters, mentions) is the adapter's concern;
what an issue says and where it lands is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.case import Case, RequesterReplied
from intake_fn.core.process import CLIENT, Process
from intake_fn.ports import Issue, Links

_REPRODUCIBILITY = {True: "always", False: "random", None: "have not tried"}


def project_of(case: Case, process: Process) -> str:
    """The Mantis project that the case's category belongs to (seed: "3 mutually exclusive categories")."""
    return process.mantis.projects[case.category]


def category_of(case: Case, process: Process) -> str:
    """The Mantis category that the case's module has, or the one for all else."""
    module = process.modules.get(case.request.module)
    return module.name if module else process.mantis.category


def issue_of(case: Case, process: Process, links: Links) -> Issue:
    """The issue as it should stand in Mantis now."""
    request = case.request
    module = process.modules.get(request.module)
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
        status=process.mantis.status[case.status],
        tags=("specdesk", *((module.id,) if module else ())),
        since=case.received_at,
    )


def _description(case: Case, process: Process, links: Links) -> Iterator[str]:
    request = case.request
    yield request.description
    if request.expected:
        yield f"EXPECTED\n{request.expected}"
    if approver := request.details.get("approver"):
        named = ", ".join(filter(None, (approver, request.details.get("approver_email"))))
        yield f"APPROVER (Office Manager, as named by the requester)\n{named}"
    yield f"VERDICT\n{_verdict(case, links)}"
    office = request.requester.office
    origin = (office == CLIENT and request.requester.company) or process.origin(office)
    yield f"REQUESTER\n{request.requester.name} <{request.requester.email}>, {origin}"


def _verdict(case: Case, links: Links) -> str:
    if not case.verdict:
        return "Not judged yet."
    lines = [f"{case.category.value} (judge: {case.verdict['judge']}, confidence {case.verdict['confidence']:.2f})"]
    lines += [f"- {reason}" for reason in case.verdict["reasons"]]
    lines += [f'{c["clause"]}: "{c["quote"]}"\n{links.clause(c["url"])}' for c in case.verdict["citations"]]
    return "\n".join(lines)


def _information(case: Case, process: Process, links: Links) -> Iterator[str]:
    """The marker stands first: it must be there whatever else Mantis does with the text."""
    yield process.mantis.marker.format(id=case.id)
    yield links.desk(case.id)
    request = case.request
    if request.clause:
        yield f"Clause that the requester names: {request.clause}"
    for name, answer in request.details.items():
        if answer:
            yield f"{name.replace('_', ' ').capitalize()}: {answer}"
    for file in request.attachments:
        yield f"File: {file.name} ({file.size} bytes, SHA-256 {file.sha256})\n{links.file(case.id, file)}"


def note_text(case: Case, number: int, text: str, links: Links) -> str:
    """A note as Mantis gets it; `number` is that of the event it tells of. A reply's files come with their links."""
    event = case.history[number - 1]
    files = event.attachments if isinstance(event, RequesterReplied) else ()
    return "\n".join([text, *(f"{file.name}: {links.file(case.id, file)}" for file in files)])
