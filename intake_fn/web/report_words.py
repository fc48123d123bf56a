"""The words of the reports: tables, columns, names of breakdowns, periods and times."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from intake_fn.core.figures import Figure
from intake_fn.core.figures.periods import Period, Unit, month_of
from intake_fn.core.figures.tables import Cell, Kind, Made, Pick, Row
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.request import Channel
from intake_fn.core.vocabulary import Filing, Outcome
from intake_fn.web.words import CATEGORY, CHANNEL, MAIL_END, OUTCOME

if TYPE_CHECKING:
    from intake_fn.core.process import Process

PAGES: Mapping[str, str] = {
    "requests": "Requests",
    "decisions": "Decisions",
    "times": "Times",
    "mail": "Mail and quarantine",
}

TITLES: Mapping[str, str] = {
    "flow": "Received and resolved",
    "backlog": "Backlog by age",
    "modules": "Requests by module",
    "channels": "Received by channel",
    "outcomes": "Resolved by outcome",
    "answered-by-clause": "Answered by a clause",
    "answering-clauses": "Answered by a clause, by clause",
    "decided": "Verdicts and decisions",
    "appeals": "Appeals",
    "overridden-modules": "Verdicts overridden, by module",
    "overridden-clauses": "Verdicts overridden, by clause",
    "clauses": "Busiest clauses",
    "answered": "Time to the first answer",
    "solved": "Time to the resolution",
    "levels": "Levels",
    "due": "Due times (SLA)",
    "quarantine": "Quarantine",
    "mails-in": "Mail that came in",
    "by-mail": "Requests by e-mail",
    "mail": "Mail that was sent",
    "undelivered": "Mail that did not arrive",
    "ledger": "Ledger",
}

ABOUT: Mapping[str, str] = {
    "flow": "What came in and what was resolved. A request that is reopened and resolved again counts each time.",
    "backlog": "Open requests at the end of each period, by the time since they were received.",
    "modules": (
        "Received: by the module that the requester named. All others: by the module that the request belongs to now."
    ),
    "channels": "How the requests came in; those in Mantis were created there by hand.",
    "outcomes": "What came of the requests, as the person said who resolved them.",
    "decided": (
        "A judge's verdict decides, or leaves the request to people. Overridden: a person decided later that it is "
        "something else; it counts on the day of the verdict."
    ),
    "answered-by-clause": (
        "People who said, while they were writing, that a clause answers them, and sent no request. It is taken back "
        "when the same person comes again on that clause within seven days."
    ),
    "answering-clauses": "The same, by the clause that they read.",
    "appeals": (
        "How often requesters did not agree with a decision, and what somebody else decided then. An appeal that waits "
        "for its decision is not counted as decided."
    ),
    "overridden-modules": "Of the verdicts of these days that decided: how many people have overridden since.",
    "overridden-clauses": (
        "The same by the clause on which the verdict rests. Verdicts that rest on no clause are left out."
    ),
    "clauses": "Bugs and change requests by the clause that decides them, on the day of the decision.",
    "answered": (
        "From the receipt of a request to the first question, update, workaround or resolution for the requester, by "
        "the clock. The automatic receipt is no answer."
    ),
    "solved": "How long the Help Desk had the request until then, without the waits for the requester.",
    "levels": (
        "How long requests stay at a level, without the waits for the requester; and how many due times the level "
        "kept. Where no response time is agreed, no due time is kept or missed."
    ),
    "due": "One due time for each request and level with a response time. One that was missed once stays missed.",
    "quarantine": "Requests that were put into quarantine on arrival, and what became of them.",
    "ledger": "Requests by the period in which they were received, and how far each has come by now.",
    "mail": (
        "Mail about requests that the mail service took, by who got it, and replies of requesters. A digest is one "
        "mail. Sign-in links are not counted."
    ),
    "mails-in": (
        "Mails to the Help Desk on the day on which they were received, by what has become of each by now: received is "
        "the sum of the others. A mail that is delivered twice is received twice, and does what it does once."
    ),
    "by-mail": "How many of the requests of these days came as an e-mail; a mail that joined a request makes none.",
    "undelivered": "What the mail service reported of mails that it took; notices that were not sent, and why.",
}

COLUMNS: Mapping[str, str] = {
    "received": "Received",
    "resolved": "Resolved",
    "reopened": "Reopened",
    "duplicates": "Duplicates",
    "0-2": "Up to 2 days",
    "3-7": "3 to 7 days",
    "8-30": "8 to 30 days",
    "31": "Over 30 days",
    "any": "Open",
    "judged": "Decided by a verdict",
    "left": "Left to people",
    "decided": "Decided by people",
    "overridden": "Overridden",
    "overridden-share": "Share overridden",
    "requests": "Requests",
    "bugs": "Bugs",
    "changes": "Change requests",
    "answered": "Answered",
    "half": "Half within",
    "nine-in-ten": "Nine in ten within",
    "stays": "Stays",
    "kept": "Due times kept",
    "missed": "Due times missed",
    "quarantined": "Quarantined",
    "released": "Released",
    "rejected": "Rejected",
    "filed": "Filed",
    "queued": "Queued",
    "failed": "Dead letters",
    "replies": "Replies of requesters",
    "bounced": "Bounced",
    "undelivered": "Not delivered",
    "complained": "Reported as unwanted",
    "undeliverable": "Undeliverable address",
    "withdrawn": "Withdrawn",
    "clause-answered": "Answered",
    "clause-taken-back": "Taken back",
    "appeals": "Appeals",
    "stands": "Decision stands",
    "changed": "Decision changed",
    "to-requester": "Sent to requesters",
    "to-copy": "Sent to people in copy",
    "to-help-desk": "Sent to the Help Desk",
    "not-sent-suppressed": "Not sent: suppressed address",
    "not-sent-left": "Not sent: reader has left",
    "not-sent-no-address": "Not sent: no address known",
    "not-sent-turned-off": "Not sent: turned off by its reader",
    "digests": "Digests",
    "dead-letters": "Dead letters",
    "mails-came": "Mails received",
    **{f"came-{end.value}": name[:1].upper() + name[1:] for end, name in MAIL_END.items()},
    "by-mail": "By e-mail",
    "by-mail-share": "Share by e-mail",
}

FIRST_COLUMN: Mapping[str, str] = {
    "module": "Module",
    "clause": "Clause",
    "level": "Level",
    "channel": "Channel",
    "outcome": "Outcome",
}

FIGURES: Mapping[Figure, str] = {
    Figure.RECEIVED: "Received",
    Figure.FILING: "Received, by now",
    Figure.QUARANTINED: "Quarantined",
    Figure.RELEASED: "Released from quarantine",
    Figure.REJECTED: "Rejected",
    Figure.JUDGED: "Decided by a verdict",
    Figure.LEFT: "Left to people by a judge",
    Figure.DECIDED: "Decided by people",
    Figure.OVERRIDDEN: "Verdicts overridden",
    Figure.CLAUSE: "Decided by a clause",
    Figure.RESOLVED: "Resolved",
    Figure.REOPENED: "Reopened",
    Figure.DUPLICATE: "Marked as duplicates",
    Figure.OPENED: "Came into the backlog",
    Figure.CLEARED: "Left the backlog",
    Figure.ANSWERED: "First answers",
    Figure.AT_LEVEL: "Stays at a level that ended",
    Figure.DUE_KEPT: "Due times kept",
    Figure.DUE_MISSED: "Due times missed",
    Figure.APPEALED: "Appeals",
    Figure.APPEAL_DECIDED: "Appeals decided",
    Figure.WITHDRAWN: "Withdrawn by the requester",
    Figure.CLAUSE_ANSWERED: "Answered by a clause",
    Figure.CLAUSE_TAKEN_BACK: "Answered by a clause, and taken back",
    Figure.MAILED: "Mails sent",
    Figure.MAIL_FAILED: "Mails that failed",
    Figure.NOT_SENT: "Notices not sent",
    Figure.DIGEST: "Digests",
    Figure.REPLIED: "Replies of requesters",
    Figure.DEAD_LETTER: "Dead letters",
    Figure.MAIL_CAME: "Mails received",
}

BREAKDOWNS: Mapping[str, str] = {
    "clause-bug": "bugs by the clause ",
    "clause-change": "change requests by the clause ",
    "level": "",
    "filing": "",
    "decision": "",
    "to": "",
    "why": "",
    "failure": "",
    "end": "",
}
"""Breakdowns that are not called as their names are."""

OUTCOMES: Mapping[Outcome, str] = {**OUTCOME, Outcome.WITHDRAWN: "Withdrawn by the requester"}

MINUTE, HOUR, DAY = 60, 3600, 86400


def named(by: str, name: str, process: Process) -> str:
    """A name of a breakdown in words."""
    tables: Mapping[str, Callable[[], str]] = {
        "module": lambda: process.modules[name].name if name in process.modules else f"No module ({name})",
        "level": lambda: f"Level {name}",
        "filing": lambda: COLUMNS[name].lower() if name in {*Filing} else name,
        "decision": lambda: COLUMNS.get(name, name).lower(),
        "to": lambda: COLUMNS.get(f"to-{name}", name).removeprefix("Sent "),
        "why": lambda: COLUMNS.get(f"not-sent-{name}", name).removeprefix("Not sent: "),
        "failure": lambda: COLUMNS.get(name, name).lower(),
        "end": lambda: MAIL_END.get(MailOutcome(name), name) if name in {*MailOutcome} else name,
        "channel": lambda: CHANNEL.get(Channel(name), name) if name in {*Channel} else name,
        "outcome": lambda: OUTCOMES.get(Outcome(name), name) if name in {*Outcome} else "Not said",
        "category": lambda: next((words for category, words in CATEGORY.items() if category == name), name),
    }
    return tables[by]() if by in tables else name


def first_column(made: Made) -> str:
    """The head of the column of names."""
    return FIRST_COLUMN.get(made.table.by, "At the end of" if made.table.ages else "Period")


def row_name(row: Row, made: Made, process: Process) -> str:
    """What a row is about."""
    if made.table.by:
        return named(made.table.by, row.name, process)
    return day(row.period.last) if made.table.ages else of_period(row.period)


def of_period(period: Period) -> str:
    """A month by its name, all else by its first and last day."""
    if month_of(period.first) == period:
        return f"{period.first:%B %Y}"
    if period.first == period.last:
        return day(period.first)
    if (period.first.year, period.first.month) == (period.last.year, period.last.month):
        return f"{period.first.day}\u2013{day(period.last)}"
    if period.first.year == period.last.year:
        return f"{period.first.day} {period.first:%b} \u2013 {day(period.last)}"
    return f"{day(period.first)} \u2013 {day(period.last)}"


def day(when: date) -> str:
    """A date in words."""
    return f"{when.day} {when:%b %Y}"


def shown(cell: Cell) -> str:
    """A value in words; an en dash where there is nothing to say."""
    if cell.value is None:
        return "\u2013"
    if cell.kind is Kind.SHARE:
        return f"{cell.value:.0%}"
    return of_seconds(cell.value) if cell.kind is Kind.SECONDS else f"{cell.value:,.0f}"


def of_seconds(seconds: float) -> str:
    """A step of the times in words."""
    if math.isinf(seconds):
        return "more than 90 days"
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= unit:
            number = round(seconds / unit)
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds:.0f} seconds"


def plain(cell: Cell) -> int | float | str | None:
    """A value for programs: a number, a share from 0 to 1, seconds; "beyond" for more than the last step."""
    if cell.value is None or cell.kind is Kind.NUMBER:
        return None if cell.value is None else int(cell.value)
    return "beyond" if math.isinf(cell.value) else round(cell.value, 4)


def of_pick(pick: Pick, process: Process) -> str:
    """What a list of requests holds."""
    if pick.age:
        age = "" if pick.age == "any" else f" for {COLUMNS[pick.age][:1].lower()}{COLUMNS[pick.age][1:]}"
        return f"Open{age} at the end of {day(pick.last)}"
    assert pick.figure  # noqa: S101 - the other kind of pick
    what = FIGURES[pick.figure]
    words = BREAKDOWNS.get(pick.by, f"{pick.by} ")
    of_name = f", {words}{named(pick.by, pick.name, process)}" if pick.by else ""
    return f"{what}{of_name}, {of_period(Period(pick.first, pick.last))}"


UNITS: Mapping[Unit, str] = {Unit.DAY: "Days", Unit.WEEK: "Weeks", Unit.MONTH: "Months"}
