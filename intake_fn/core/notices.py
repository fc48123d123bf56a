"""Which notice goes to whom, and what it says. Pure: `render` turns one into a subject and a text.

Every subject carries the request's number, so that a person can find the thread and a reply can be
matched. Templates know a fixed set of fields; what comes from outside fills fields and is never a
template itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake_fn.core.case import Case, SendNotice
from intake_fn.core.errors import Broken
from intake_fn.core.process import Process

REQUESTER = "requester"
COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of notice: who reads it, its subject after the number, its text."""

    audience: str
    subject: str
    text: str


NOTICES: Mapping[str, Template] = {
    "receipt": Template(
        REQUESTER,
        "We have your request: {summary}",
        "We have your request and it is with {handler} (level {level}).\n\n{verdict}\n\n"
        "You can follow it, add to it or object here:\n{link}",
    ),
    "overruled": Template(
        REQUESTER,
        "We looked again: {summary}",
        "A person has looked at the verdict and decided otherwise: {category}.\n\n{reason}\n\n{link}",
    ),
    "escalated": Template(
        REQUESTER,
        "Your request is now with level {level}: {summary}",
        "Your request is now with {handler} (level {level}).\n\n{note}\n\n{link}",
    ),
    "question": Template(
        REQUESTER,
        "A question about your request: {summary}",
        "To go on we need to know:\n\n{question}\n\nPlease answer here; until then the request waits:\n{link}",
    ),
    "resolved": Template(
        REQUESTER,
        "Resolved: {summary}",
        "Your request is resolved.\n\n{resolution}\n\nIf it is not, say so here and it is opened again:\n{link}",
    ),
    "reopened": Template(REQUESTER, "Opened again: {summary}", "Your request is open again.\n\n{reason}\n\n{link}"),
    "closed": Template(
        REQUESTER,
        "Closed: {summary}",
        "Your request is closed. If it comes back, write here and it is opened again:\n{link}",
    ),
    "assigned": Template(
        COLLEAGUE,
        "For you: {summary}",
        "{priority} request at level {level}, {category}.\n\n{note}\n\n{verdict}\n\n{desk}",
    ),
    "replied": Template(COLLEAGUE, "The requester replied: {summary}", "{text}\n\n{desk}"),
    "completed": Template(
        COLLEAGUE,
        "Level {level} has completed: {summary}",
        "Level {level} has resolved it.\n\n{resolution}\n\n{desk}",
    ),
}

VERDICTS: Mapping[str, str] = {
    "bug": "We take it for a bug",
    "change": "The system does what its spec says, or what you ask for is new: we take it for a change request",
    "misc": "We take it for a question or a set-up request",
    "undecided": "A person will decide what it is",
}
"""The category, as a requester reads it."""

OPTIONAL = ("note", "reason", "question", "text", "resolution")
"""Fields that the event fills; empty where it had nothing to say."""


def render(notice: SendNotice, case: Case, process: Process, status_link: str, desk_link: str) -> tuple[str, str]:
    """Subject and plain text. Raises Broken for a notice that has no row here."""
    template = NOTICES.get(notice.notice)
    if template is None:
        raise Broken(f"There is no notice {notice.notice!r} in core/notices.py.")
    fields = {
        **dict.fromkeys(OPTIONAL, ""),
        **notice.fields,
        "summary": case.request.summary,
        "handler": process.people[case.handler].name,
        "level": str(case.level),
        "priority": process.priorities[case.priority].name,
        "category": case.category.value,
        "verdict": verdict_in_words(case),
        "link": status_link,
        "desk": desk_link,
    }
    subject = " ".join(f"[{case.id}] {template.subject.format_map(fields)}".split())
    text = template.text.format_map(fields)
    return subject, f"{_paragraphs(text)}\n\n--\n{process.mail.name}, request {case.id}\n"


def verdict_in_words(case: Case) -> str:
    """The verdict as a requester reads it: category, reasons, the quoted clause."""
    lines = [VERDICTS[case.category.value] + "."]
    if case.verdict:
        lines += [f"- {reason}" for reason in case.verdict["reasons"]]
        lines += [f'The spec ({cited["clause"]}): "{cited["quote"]}"' for cited in case.verdict["citations"][:1]]
    return "\n".join(lines)


def _paragraphs(text: str) -> str:
    """The text without the gaps that empty fields leave."""
    return "\n\n".join(part.strip("\n") for part in text.split("\n\n") if part.strip())
