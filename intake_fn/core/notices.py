"""Which notice goes to whom, what may be quoted in it, and the values that its templates show. Pure.

The words stand in `templates/mail/<notice>/`. Values from outside are cleaned here: a subject has one line, and what a
person wrote is given line by line, so that nobody takes it for our words. An address that may be another person's gets
none of it (`may_be_quoted`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from intake_fn.core.case import Case, module_of
from intake_fn.core.change_events import ClausePublished
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
    RequesterRead,
    RequesterReplied,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.interview import Interview, interview
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.messages import in_copy, in_note, in_words
from intake_fn.core.names import actor_of
from intake_fn.core.process import Process
from intake_fn.core.quarantine import has_been_read, may_be_quoted
from intake_fn.core.quotes import Marked, marked, nearest_sentence, spoken
from intake_fn.core.requester_events import Appealed, CopyAdded, CopyRemoved, Withdrawn
from intake_fn.core.verdict_texts import (
    due_for_assignee,
    due_in_words,
    has_replied,
    is_shown_clause,
    missing,
    reached_by,
    reasons_to_show,
    said_of,
    sureness,
    zone_of_requester,
)
from intake_fn.core.verdicts import proposal
from intake_fn.core.vocabulary import Category, Stage
from intake_fn.texts import say


class Audience(StrEnum):
    """Who reads a notice: it decides which link stands in it."""

    REQUESTER = "requester"
    """The signed link to the status page."""
    COPY = "copy"
    """Who is in copy of a request: a signed link of their own, which shows the page and changes nothing."""
    HELP_DESK = "help desk"
    """The link to the desk, which asks to sign in."""


NOTICES: Mapping[str, Audience] = {
    **dict.fromkeys(
        (
            "receipt",
            "link",
            "overruled",
            "escalated",
            "change",
            "priority",
            "question",
            "workaround",
            "update",
            "deescalated",
            "resolved",
            "reopened",
            "closed",
            "clause-changed",
            "joined",
            "parted",
            "heard",
            "appeal-decided",
            "withdrawn",
            "several",
        ),
        Audience.REQUESTER,
    ),
    **dict.fromkeys(("copy", "informed", "gathered"), Audience.COPY),
    **dict.fromkeys(
        (
            "assigned",
            "board",
            "orphaned",
            "copied",
            "replied",
            "mentioned",
            "returned",
            "warned",
            "breached",
            "completed",
            "recheck",
            "unreached",
            "appealed",
            "withdrew",
            "piled",
        ),
        Audience.HELP_DESK,
    ),
}
"""Every notice, with who reads it; its texts stand in the folder of that name in `templates/mail/`."""

UNMAILED: Mapping[type[Event], str] = {
    Quarantined: "The address may be a stranger's; the page says it.",
    Rejected: "The address may be a stranger's; the page says it.",
    Withdrawn: "The address may be a stranger's; the page says it.",
    Released: "The receipt follows with the verdict.",
    Judged: "The receipt tells it; after a person's decision it changes nothing.",
    RequesterRead: "They pressed the button themselves, and the page shows it at once.",
    Filed: "Under which number it stands in Mantis changes nothing for the requester.",
    Refiled: "Under which number it stands in Mantis changes nothing for the requester.",
    HandedOver: "It stays at its level, with its due time; the page says who has it.",
    RequesterReplied: "They wrote it themselves, and the page says at once that it was taken.",
    ClausePublished: "What the requester waits for is the release, which is mailed.",
    Appealed: "They wrote it themselves, and the page says at once that it was taken.",
    CopyAdded: "They added somebody themselves, and the page shows who is in copy.",
    CopyRemoved: "It changes nothing for the requester; the page shows who is in copy.",
    LeadUpdated: "What follows from it is mailed; who sent both requests is told as the requester of the other one.",
}
"""Why a requester may get no mail of what their page shows; of all else that it shows they get exactly one."""

BUNDLES: Mapping[Audience, str] = {
    Audience.REQUESTER: "several",
    Audience.COPY: "gathered",
    Audience.HELP_DESK: "piled",
}
"""The notice that stands for several."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line ends, what reverses the direction of reading, and half characters. Joiners, as in family
emoji, Persian and Hindi, and spaces of other kinds stay: they are part of what was typed."""


LONGEST_IN_MAIL = 700
"""Characters of a clause that a mail quotes whole; of a longer one it quotes the nearest sentence, if that is known."""


class Citation(NamedTuple):
    """The first clause of a verdict, with the lines of its quote (R25: the quote is the judge's)."""

    clause: str
    title: str
    lines: tuple[Marked, ...]
    decides: bool
    """Whether the judge rests on it, or it only resembles the request."""
    whole: bool
    """Whether all of the quote stands here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailValues:
    """The values that the templates of a notice show; no other name is known there."""

    notice: str
    number: str
    for_requester: bool
    for_copy: bool
    """Whether its reader is in copy of somebody else's request."""
    requester: str
    """The address of the requester, for who is in copy."""
    quoted: bool
    """Whether the mail may hold what the requester typed; if not, those values are empty."""
    name: str
    summary: str
    category: str
    says: str
    """What the request is, and who says so."""
    by: str
    """How a verdict was reached, and how sure a language model calls itself."""
    due: str
    """When the request is due, in words; "" for the Help Desk where no clock runs."""
    missing: tuple[str, ...]
    """What the requester could add."""
    form: str
    """Where they fill it in, in a form that holds what is known; "" for no such form."""
    undecided: bool
    """Whether that is for a person to decide by."""
    priority: str
    level: str
    """Where it is handled: its level, or of a change on its way how far that has come."""
    on_its_way: bool
    """Whether it is a change request that is handled by nobody of its level."""
    handler: str
    approver: tuple[str, ...]
    """The person who approves the set-up, as the requester names them; only they can say that they approve it."""
    reasons: tuple[str, ...]
    citation: Citation | None
    """Reasons and citation belong to the judge's category: there are none once a person has decided otherwise."""
    by_version: str
    """The version in which it was seen, where the citation is that of its spec; "" for today's."""
    why: str
    """What we say of the cause."""
    text: tuple[str, ...]
    """What a person wrote, line by line."""
    bundled: tuple[tuple[str, int], ...]
    """The notices that a bundled one stands for, each with how often."""
    link: str
    copied_as: str
    """Why a person of the Help Desk has a copy: "follower", "level", or "" as the front end of its origin."""
    settings: str
    """The page on which its reader chooses which mails they get."""
    sender: str


class Letter(NamedTuple):
    """A notice, ready to be sent: subject (one line), plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


RenderMail = Callable[[MailValues], Letter]
"""Makes the letter of a notice from its values, by templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLinks:
    """The addresses that a mail may show: the page of its reader, that of the desk, and that of the mail settings.

    `form` is that of the form of a report that came by mail, for its requester.
    """

    status: str
    desk: str
    settings: str
    form: str = ""


def values_of(notice: SendNotice, case: Case, process: Process, links: MailLinks, by_version: str = "") -> MailValues:
    """What a notice shows of the case as it stands; `by_version` is the version by whose spec it was judged.

    Raises Broken for a notice that has no row here.
    """
    audience = NOTICES.get(notice.notice)
    if audience is None:
        raise Broken(f"{case.id} owes the notice {notice.notice!r}, and core/notices.py has no row of that name.")
    for_requester, for_copy = audience is Audience.REQUESTER, audience is Audience.COPY
    quoted = _may_quote(audience, case, process)
    case = case if quoted else _without_words(case)
    wanted = tuple(one.question for one in missing(case)) if for_requester else ()
    reasons, citation, by = _grounds(case, asks=bool(wanted))
    why, text = _cause(notice, case, process)
    bundled = Counter(name for name in notice.fields.get("notices", "").split() if name in NOTICES)
    return MailValues(
        notice=notice.notice,
        number=case.id,
        for_requester=for_requester,
        for_copy=for_copy,
        requester=case.request.requester.email,
        quoted=quoted,
        name=one_line(notice.fields.get("name", "")) if quoted else "",
        summary=one_line(case.request.summary),
        category=say(f"proposed.{proposed}" if (proposed := proposal(case)) else f"kind.{case.category}"),
        says=_says(case, for_requester=for_requester),
        by=by,
        due=_due(case, process, audience),
        missing=wanted,
        form=links.form if wanted and interview(case) is Interview.OPEN else "",
        undecided=case.category is Category.UNDECIDED,
        priority=process.priorities[case.priority].name,
        level=place_of(case, process),
        on_its_way=off_the_levels(case, process),
        handler=say("handler.help-desk") if process.has_left(case.handler) else process.people[case.handler].name,
        approver=tuple(
            one_line(detail) for name in ("approver", "approver_email") if (detail := case.request.details.get(name))
        ),
        reasons=reasons,
        citation=citation,
        by_version=one_line(by_version) if citation else "",
        why=one_line(why),
        text=_lines(text),
        bundled=tuple(bundled.items()),
        link=links.desk if audience is Audience.HELP_DESK else links.status,
        copied_as=notice.fields.get("as", ""),
        settings=links.settings,
        sender=f"{process.mail.name}, {case.id}",
    )


def _due(case: Case, process: Process, audience: Audience) -> str:
    if not case.history:
        return ""
    now = case.history[-1].at
    if audience is Audience.HELP_DESK:
        return due_for_assignee(case, process, now)
    return due_in_words(case, process, now, zone_of_requester(case, process))


def _may_quote(audience: Audience, case: Case, process: Process) -> bool:
    """Whether a mail may hold what the requester typed: to who is in copy only once a person has acted on it."""
    if audience is Audience.COPY:
        return has_been_read(case)
    return audience is Audience.HELP_DESK or may_be_quoted(case, process.intake.quarantine)


def off_the_levels(case: Case, process: Process) -> bool:
    """Whether it is a change request on its way, or one that came to its end with somebody who is not of its level."""
    is_there = case.handler in process.level(case.level).resources
    return case.stage.is_on_its_way or (case.stage is not Stage.NONE and not is_there)


def place_of(case: Case, process: Process) -> str:
    """Where a case is handled, in words that follow the name of its handler."""
    if not off_the_levels(case, process):
        return process.level(case.level).name
    module = process.modules.get(module_of(case))
    if case.stage is Stage.OWNER and module:
        return say("place.owner", module=module.name)
    return say(f"stage.{case.stage}")


def _cause(notice: SendNotice, case: Case, process: Process) -> tuple[str, str]:
    """What we say of the cause, and what a person wrote: those of the event that a copy is about, or of the notice."""
    if "about" not in notice.fields:
        return in_words(notice.why, process), notice.fields.get("text", "")
    event = case.history[int(notice.fields["about"]) - 1]
    if NOTICES[notice.notice] is Audience.COPY:
        shown = in_copy(event, process) or ("", "")
        return shown[0], shown[1] if has_been_read(case) else ""
    headline, text = in_note(event, process)
    return say("why.copied", headline=headline, actor=actor_of(event, process)), text


def _without_words(case: Case) -> Case:
    """The case without what its requester typed, nor what the judge says of it."""
    verdict = case.verdict and {**case.verdict, "reasons": []}
    return replace(case, request=replace(case.request, summary="", details={}), verdict=verdict)


def bundle(notices: Sequence[SendNotice]) -> SendNotice:
    """A notice in place of several to the reader of the first one."""
    first = notices[0]
    fields = {"name": first.fields.get("name", ""), "notices": " ".join(notice.notice for notice in notices)}
    return SendNotice(BUNDLES[NOTICES[first.notice]], first.to, fields)


def _says(case: Case, *, for_requester: bool) -> str:
    mailed = for_requester and case.category is Category.UNDECIDED
    return " ".join(filter(None, (said_of(case, for_requester=for_requester), say("says.mailed") if mailed else "")))


def _grounds(case: Case, *, asks: bool) -> tuple[tuple[str, ...], Citation | None, str]:
    """Reasons, first citation and ground of the verdict; none of a verdict that a person has overruled."""
    verdict = case.verdict
    if not verdict or verdict["category"] != (proposal(case) or case.category):
        return (), None, ""
    reasons = tuple(one_line(reason) for reason in reasons_to_show(verdict, asks=asks or has_replied(case)))
    by = one_line(f"{reached_by(verdict)} {sureness(verdict)}")
    row = next(iter(verdict["citations"]), None) if is_shown_clause(verdict) else None
    return reasons, _citation(row, verdict) if row else None, by


def _citation(row: Mapping[str, str], verdict: Mapping[str, Any]) -> Citation:
    text, sentence = spoken(row["quote"]), nearest_sentence(verdict)
    whole = len(text) <= LONGEST_IN_MAIL or not sentence
    lines = tuple(marked(line, sentence) for line in _lines(text if whole else sentence))
    decides = row.get("stance") != "related"
    return Citation(one_line(row["clause"]), one_line(row.get("title", "")), lines, decides, whole)


def one_line(text: str) -> str:
    """The text on one line: a line break in it can't start a header of its own."""
    return re.sub(" {2,}", " ", _printable(text)).strip(" ")


def _lines(text: str) -> tuple[str, ...]:
    """What a person wrote, line by line."""
    return tuple(_printable(line) for line in text.strip().splitlines())


def _printable(text: str) -> str:
    """The text as it was typed, with spaces in place of invisible characters."""
    return _UNSEEN.sub(" ", text)
