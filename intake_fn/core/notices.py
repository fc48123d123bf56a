"""Which notice goes to whom, and what it says. Pure: `render` turns one into a subject, a text, and the same as HTML.

Every subject carries the request's number, so that a person finds the thread and a reply can be
matched. Templates know a fixed set of fields (`FIELDS`); what comes from outside fills fields, is
quoted line by line so that nobody takes it for our words, and is never a template itself. An address that may be
another person's gets none of it (`may_be_quoted`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from markupsafe import Markup

from intake_fn.core import notices_html as html
from intake_fn.core.case import Case
from intake_fn.core.errors import Broken
from intake_fn.core.events import (
    Event,
    Filed,
    HandedOver,
    Judged,
    LeadUpdated,
    Quarantined,
    Refiled,
    Rejected,
    Released,
    RequesterReplied,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.process import Process
from intake_fn.core.quarantine import may_be_quoted
from intake_fn.core.vocabulary import Category


class Audience(StrEnum):
    """Who reads a notice: it decides which link stands in it."""

    REQUESTER = "requester"
    """The signed link to the status page."""
    HELP_DESK = "help desk"
    """The link to the desk, which asks to sign in."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of notice: who reads it, its subject after the number, its text."""

    audience: Audience
    subject: str
    text: str


FIELDS = (
    "summary",
    "verdict",
    "category",
    "priority",
    "level",
    "handler",
    "approver",
    "link",
    "why",
    "text",
    "list",
)
"""What a template may name. `why`, `text` and `list` come with the notice, from the event that caused it: `why` is a
sentence of ours, `text` what a person wrote, `list` lines of ours; the others are the case as it stands."""

NOTICES: Mapping[str, Notice] = {
    "receipt": Notice(
        Audience.REQUESTER,
        "We have your request: {summary}",
        "We have your request. It is with {handler}, {level}.\n\n{verdict}\n\n{approver}\n\n"
        "Follow it, add to it or object here:\n{link}",
    ),
    "link": Notice(
        Audience.REQUESTER,
        "Your link: {summary}",
        "Here is the link to your request. If you did not ask for it, you need not do anything.\n\n{link}",
    ),
    "overruled": Notice(
        Audience.REQUESTER,
        "We looked again: {summary}",
        "A person has looked at your request and decided: {category}.\n\n{text}\n\n"
        "Follow it, add to it or object here:\n{link}",
    ),
    "escalated": Notice(
        Audience.REQUESTER,
        "With another level: {summary}",
        "Your request is now with {handler}, {level}.\n\n{why}\n\nFollow it here:\n{link}",
    ),
    "priority": Notice(
        Audience.REQUESTER,
        "Priority is now {priority}: {summary}",
        "Your request has another priority from now on: {priority}. It is with {handler}, {level}.\n\n"
        "Follow it, add to it or object here:\n{link}",
    ),
    "question": Notice(
        Audience.REQUESTER,
        "A question: {summary}",
        "To go on with your request, {handler} needs to know:\n\n{text}\n\n"
        "Please answer here; until then the request waits:\n{link}",
    ),
    "workaround": Notice(
        Audience.REQUESTER,
        "Until it is mended: {summary}",
        "Until your request is resolved, this may help:\n\n{text}\n\nIf it does not, say so here:\n{link}",
    ),
    "resolved": Notice(
        Audience.REQUESTER,
        "Resolved: {summary}",
        "Your request is resolved. {why}\n\n{text}\n\n"
        "Please say here whether it works now; if it does not, it is reopened:\n{link}",
    ),
    "reopened": Notice(
        Audience.REQUESTER,
        "Reopened: {summary}",
        "Your request is open again, with {handler}, {level}:\n\n{text}\n\nFollow it here:\n{link}",
    ),
    "closed": Notice(
        Audience.REQUESTER,
        "Closed: {summary}",
        "Your request is closed. If it comes back, say so here and it is reopened:\n{link}",
    ),
    "joined": Notice(
        Audience.REQUESTER,
        "The same as another: {summary}",
        "We have had the same request before. From now on you hear how that one goes on, and yours is resolved "
        "together with it. You need not do anything.\n\nFollow it, add to it or object here:\n{link}",
    ),
    "parted": Notice(
        Audience.REQUESTER,
        "Looked at by itself: {summary}",
        "We took your request for the same as another one, and it is not. {why}\n\nFollow it here:\n{link}",
    ),
    "heard": Notice(
        Audience.REQUESTER,
        "News: {summary}",
        "There is news of the request that is the same as yours. {why}\n\n{text}\n\nFollow it here:\n{link}",
    ),
    "assigned": Notice(
        Audience.HELP_DESK,
        "For you ({priority}): {summary}",
        "This request is now with you, at {level}. {why}\n\n{text}\n\nPriority: {priority}\n{verdict}\n\n"
        "{approver}\n\n"
        "Open it on the desk:\n{link}",
    ),
    "orphaned": Notice(
        Audience.HELP_DESK,
        "Nobody has it ({priority}): {summary}",
        "{why} So this request is with nobody, at {level}: take it, or hand it over.\n\n{text}\n\n"
        "Priority: {priority}\n{verdict}\n\n{approver}\n\nOpen it on the desk:\n{link}",
    ),
    "copied": Notice(
        Audience.HELP_DESK,
        "Your copy ({priority}): {summary}",
        "This request is from your side and is with {handler}, {level}. {why}\n\n{text}\n\nPriority: {priority}\n\n"
        "You need not handle it; what you know of it may help.\n\nOpen it on the desk:\n{link}",
    ),
    "replied": Notice(
        Audience.HELP_DESK,
        "The requester wrote: {summary}",
        "The requester wrote:\n\n{text}\n\nOpen it on the desk:\n{link}",
    ),
    "returned": Notice(
        Audience.HELP_DESK,
        "Reopened: {summary}",
        "This request is open again. {why}\n\n{text}\n\nOpen it on the desk:\n{link}",
    ),
    "warned": Notice(
        Audience.HELP_DESK,
        "Due soon ({priority}): {summary}",
        "{why}\n\nOpen it on the desk:\n{link}",
    ),
    "breached": Notice(
        Audience.HELP_DESK,
        "Overdue ({priority}): {summary}",
        "This request is overdue. {why}\n\nOpen it on the desk:\n{link}",
    ),
    "completed": Notice(Audience.HELP_DESK, "Completed: {summary}", "{why}\n\n{text}\n\nOpen it on the desk:\n{link}"),
    "unreached": Notice(
        Audience.HELP_DESK,
        "Mail does not arrive: {summary}",
        "{why}\n\n{text}\n\nPlease reach them another way. An admin can allow mail there again.\n\n"
        "Open it on the desk:\n{link}",
    ),
    "several": Notice(
        Audience.REQUESTER,
        "What is new: {summary}",
        "Much has happened with your request within a short time; this is one mail for all of it:\n\n{list}\n\n"
        "Read it here:\n{link}",
    ),
    "piled": Notice(
        Audience.HELP_DESK,
        "What is new: {summary}",
        "Much has happened with this request within a short time; this is one mail for all of it:\n\n{list}\n\n"
        "Open it on the desk:\n{link}",
    ),
}

UNMAILED: Mapping[type[Event], str] = {
    Quarantined: "The address may be a stranger's; the page says it.",
    Rejected: "The address may be a stranger's; the page says it.",
    Released: "The receipt follows with the verdict.",
    Judged: "The receipt tells it; after a person's decision it changes nothing.",
    Filed: "Under which number it stands in Mantis changes nothing for the requester.",
    Refiled: "Under which number it stands in Mantis changes nothing for the requester.",
    HandedOver: "It stays at its level, with its due time; the page says who has it.",
    RequesterReplied: "They wrote it themselves, and the page says at once that it was taken.",
    LeadUpdated: "What follows from it is mailed; who sent both requests is told as the requester of the other one.",
}
"""Why a requester may get no mail of what their page shows; of all else that it shows they get exactly one."""

BUNDLES: Mapping[Audience, str] = {Audience.REQUESTER: "several", Audience.HELP_DESK: "piled"}
"""The notice that stands for several."""

CATEGORIES: Mapping[Category, str] = {
    Category.BUG: "a bug",
    Category.CHANGE: "a request for change: something is to be otherwise than it is",
    Category.MISC: "a matter for support: a question or a set-up",
    Category.UNDECIDED: "to be decided by a person, who reads the spec",
}

NEAREST = "The clause nearest to it, which decides nothing by itself"
DECIDING = "The spec"
"""What stands before a quote: whether it only resembles the request, or the judge rests on it."""


OPEN: Mapping[Audience, str] = {
    Audience.REQUESTER: "Open your request",
    Audience.HELP_DESK: "Open it on the desk",
}
"""What stands on the link where it looks like a button."""


_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line ends, what reverses the direction of reading, and half characters. Joiners, as in family
emoji, Persian and Hindi, and spaces of other kinds stay: they are part of what was typed."""


ABOUT: Mapping[Audience, str] = {Audience.REQUESTER: "Your request:", Audience.HELP_DESK: "About:"}
"""What stands before the summary at the end."""


UNQUOTED = "What you wrote stands on its page."
"""In place of the summary, where a mail may not hold it."""


class Letter(NamedTuple):
    """A notice, ready to be sent: subject (one line), plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


def render(notice: SendNotice, case: Case, process: Process, status_link: str, desk_link: str) -> Letter:
    """What a notice says of the case as it stands. Raises Broken for a notice that has no row here."""
    row = NOTICES.get(notice.notice)
    if row is None:
        raise Broken(f"{case.id} owes the notice {notice.notice!r}, and core/notices.py has no row of that name.")
    quotes = row.audience is Audience.HELP_DESK or may_be_quoted(case, process.intake.quarantine)
    case = case if quotes else _without_words(case)
    said = _lines(notice.fields.get("text", ""))
    listed = _lines(notice.fields.get("list", ""))
    fields = {
        **_standing(case, process),
        "verdict": _verdict(case),
        "link": status_link if row.audience is Audience.REQUESTER else desk_link,
        "why": _one_line(notice.fields.get("why", "")),
        "text": _quoted(said),
        "list": "\n".join(f"- {line}" for line in listed),
    }
    blocks = {
        "list": html.bullets(listed),
        "verdict": _verdict_block(case),
        "link": html.button(fields["link"], OPEN[row.audience]),
        "text": html.quote(said),
    }
    title = row.subject if quotes else row.subject.partition(": {summary}")[0]
    subject = _one_line(f"[{case.id}] {title.format_map(fields)}")
    name = _one_line(notice.fields.get("name", "")) if quotes else ""
    greeting = f"Hello {name}," if name else ""
    about = (ABOUT[row.audience], fields["summary"])
    sender = f"{process.mail.name}, {case.id}"
    text = _without_gaps("\n\n".join((greeting, row.text.format_map(fields), " ".join(about))))
    greeted = [html.paragraph([greeting])] if greeting else []
    page = html.page(subject, [*greeted, *html.filled(row.text, fields, blocks), html.foot(*about, sender)])
    return Letter(subject, f"{text}\n\n-- \n{sender}\n", page)


def _without_words(case: Case) -> Case:
    """The case without what its requester typed, nor what the judge says of it."""
    verdict = case.verdict and {**case.verdict, "reasons": []}
    return replace(case, request=replace(case.request, summary=UNQUOTED, details={}), verdict=verdict)


def bundle(notices: Sequence[SendNotice], case: Case, process: Process) -> SendNotice:
    """One notice for several to the same person, the first of which says who that is: what they were about."""
    first = notices[0]
    fields = _standing(case, process)
    times = Counter(NOTICES[one.notice].subject.partition(": {")[0].format_map(fields) for one in notices)
    listed = "\n".join(title if count == 1 else f"{title} ({count} times)" for title, count in times.items())
    about = {"name": first.fields.get("name", ""), "list": listed}
    return SendNotice(BUNDLES[NOTICES[first.notice].audience], first.to, about)


def title_of(notice: str) -> str:
    """What a notice is about, in the words its subject begins with."""
    row = NOTICES.get(notice)
    return row.subject.partition(": {")[0].partition(" (")[0] if row else notice


def _standing(case: Case, process: Process) -> dict[str, str]:
    """The case as it stands, for templates."""
    return {
        "summary": _one_line(case.request.summary),
        "category": CATEGORIES[case.category],
        "priority": process.priorities[case.priority].name,
        "level": process.level(case.level).name,
        "handler": "the Help Desk" if process.has_left(case.handler) else process.people[case.handler].name,
        "approver": _approver(case),
    }


def _approver(case: Case) -> str:
    """Whom the requester names as approving what is to be set up; that they approve it, only they can say."""
    named = [_one_line(said) for name in ("approver", "approver_email") if (said := case.request.details.get(name))]
    return f"Office Manager who approves it, as named in the request: {', '.join(named)}" if named else ""


def _verdict(case: Case) -> str:
    """The category with its reasons and the first quoted clause (R25: the quote is the judge's, verbatim)."""
    reasons, quotes = _grounds(case)
    lines = [f"It is {CATEGORIES[case.category]}."]
    lines += [f"- {reason}" for reason in reasons]
    lines += [f"{heading} ({clause}):\n{_quoted(quote)}" for heading, clause, quote in quotes]
    return "\n".join(lines)


def _verdict_block(case: Case) -> Markup:
    """The same as HTML."""
    reasons, quotes = _grounds(case)
    parts = [html.paragraph([f"It is {CATEGORIES[case.category]}."]), html.bullets(reasons)]
    parts += [html.paragraph([f"{heading} ({clause}):"]) + html.quote(quote) for heading, clause, quote in quotes]
    return Markup("\n").join(part for part in parts if part)


def _grounds(case: Case) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """Reasons, and the first clause with the lines of its quote; none of a verdict that a person has overruled."""
    if not case.verdict or case.verdict["category"] != case.category:
        return [], []
    reasons = [_one_line(reason) for reason in case.verdict["reasons"]]
    first = [
        (NEAREST if row.get("stance") == "related" else DECIDING, _one_line(row["clause"]), _lines(row["quote"]))
        for row in case.verdict["citations"][:1]
    ]
    return reasons, first


def _one_line(text: str) -> str:
    """The text on one line: a line break in it can't start a header of its own."""
    return re.sub(" {2,}", " ", _printable(text)).strip(" ")


def _lines(text: str) -> list[str]:
    """What a person wrote, line by line."""
    return [_printable(line) for line in text.strip().splitlines()]


def _quoted(lines: Iterable[str]) -> str:
    """Each line marked as theirs."""
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _printable(text: str) -> str:
    """The text as it was typed, but for what nobody types or sees, which becomes spaces."""
    return _UNSEEN.sub(" ", text)


def _without_gaps(text: str) -> str:
    """The text without the gaps that empty fields leave."""
    return "\n\n".join(part.strip() for part in text.split("\n\n") if part.strip())
