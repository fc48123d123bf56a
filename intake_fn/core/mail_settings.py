"""Mail settings of a person: which notices they have turned off, for one request or for all. Pure.

Source: docs/operate/mail.md, "Mail settings". What somebody needs is mailed always: it was asked for, it ends
something, or a clock waits for their answer. The rest is news, which the page of the request shows as well.

| reader    | always                                                          | may be turned off                   |
|-----------|-----------------------------------------------------------------|-------------------------------------|
| requester | receipt, lost link, question, decision, resolution, withdrawal  | all other news                      |
| in copy   | the invitation, which says how to be left alone                 | news; to be added by others         |
| Help Desk | assignment, overdue, appeal, what only they are told; urgent    | `MINE`, copies, mentions; their     |
|           |                                                                 | level is off unless they turn it on |

A setting is no event of a case but of an address. Muting or following one request is one (`NewsMuted`,
`RequestFollowed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intake_fn.core.case import Case
from intake_fn.core.event_spec import ACCEPTED, EventSpec
from intake_fn.core.events import Event
from intake_fn.core.intents import Intent, SendNotice
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import SPECDESK
from intake_fn.core.notices import NOTICES, Audience
from intake_fn.core.process import Process
from intake_fn.core.request import Priority
from intake_fn.core.requester_events import LevelInformed, NewsMuted, RequestFollowed
from intake_fn.texts import Message, message, say

NEEDED = frozenset(("receipt", "link", "question", "overruled", "appeal-decided", "resolved", "withdrawn", "copy"))
"""Notices to requesters and to who is in copy that are mailed always."""

FINAL = frozenset(("step.declined", "step.owner-declined"))
"""What the news of a change says when it is its end: a resolution."""

MINE = frozenset(("replied", "returned", "withdrew", "warned", "recheck"))
"""What who handles a request is told of it, and the desk shows as well."""


COPIED_AS, FOLLOWER, OF_THE_LEVEL = "as", "follower", "level"
"""The field that says as what somebody has a copy, and what it holds for others than the front end of the origin."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What an address has turned off for all requests; nothing, unless its person has said so."""

    news: bool = True
    """Requesters, and who is in copy: each piece of news; without, what they need alone."""
    copies: bool = True
    """Others may have them in copy."""
    mine: bool = True
    """Help Desk: what happens to requests that they handle (`MINE`)."""
    copied: bool = True
    """Help Desk: copies of requests that others handle: as the front end of their origin, or as who follows them."""
    mentions: bool = True
    """Help Desk: internal notes that mention them."""
    level: bool = False
    """Help Desk: each request that comes to their level and is assigned to a colleague."""


def turned_off(notice: SendNotice, case: Case, settings: MailSettings) -> Message | None:
    """Why a notice is not mailed by the wish of its reader; None for one that is."""
    if notice.notice in NEEDED or FINAL & {why.key for why in notice.why}:
        return None
    if NOTICES.get(notice.notice) is Audience.HELP_DESK:
        return None if case.priority is Priority.URGENT or _is_wanted(notice, settings) else _off("off")
    if mailbox(notice.to) in case.muted:
        return _off("muted")
    return None if settings.news else _off("off")


def _is_wanted(notice: SendNotice, settings: MailSettings) -> bool:
    """Whether somebody of the Help Desk wants a notice; those that are named nowhere are mailed always."""
    if notice.notice in MINE:
        return settings.mine
    copied = settings.level if notice.fields.get(COPIED_AS) == OF_THE_LEVEL else settings.copied
    return {"copied": copied, "mentioned": settings.mentions}.get(notice.notice, True)


def _off(why: str) -> Message:
    return message(f"skipped.{why}")


def can_be_turned_off(notice: str) -> bool:
    """Whether the mail of a notice to a requester, or to who is in copy, may say how to get no more like it."""
    return NOTICES.get(notice) in (Audience.REQUESTER, Audience.COPY) and notice not in (NEEDED - {"copy"})


# --- the rows of the lifecycle ---------------------------------------------------------------


def _muted(case: Case, event: NewsMuted) -> dict[str, object]:
    box = mailbox(event.address)
    others = tuple(one for one in case.muted if one != box)
    return {"muted": (*others, box) if event.muted else others}


def _followed(case: Case, event: RequestFollowed) -> dict[str, object]:
    others = tuple(one for one in case.followers if one != event.person)
    return {"followers": (*others, event.person) if event.follows else others}


def _is_a_reader(case: Case, event: NewsMuted, _: Process) -> Iterator[str]:
    """Only who is mailed the news of a request has something to mute, and only once."""
    box = mailbox(event.address)
    if box not in (mailbox(case.request.requester.email), *case.copies):
        yield say("mute.none", address=event.address)
    elif (box in case.muted) == event.muted:
        yield say("mute.as-it-is")


def _is_of_the_help_desk(case: Case, event: RequestFollowed, process: Process) -> Iterator[str]:
    """A person of the Help Desk follows a request, or ends it."""
    if event.person not in process.people:
        yield say("follow.none", person=event.person)
    elif (event.person in case.followers) == event.follows:
        yield say("follow.as-it-is")


def _on_level_informed(_: Case, event: LevelInformed, __: Case, process: Process) -> Iterator[Intent]:
    """The people of the level who asked for it have a copy."""
    for person in (process.people[name] for name in event.people if name in process.people):
        yield SendNotice("copied", person.address, {"name": person.name, COPIED_AS: OF_THE_LEVEL})


MAIL_LIFECYCLE: Mapping[type[Event], EventSpec] = {
    NewsMuted: EventSpec(allowed_in=ACCEPTED, rules=(_is_a_reader,), changes=_muted),
    RequestFollowed: EventSpec(allowed_in=ACCEPTED, rules=(_is_of_the_help_desk,), changes=_followed),
    LevelInformed: EventSpec(allowed_in=ACCEPTED, intents=_on_level_informed),
}
"""What people do about the mails of one request; core/lifecycle.py takes them in."""


def to_followers(before: Case, event: Event, after: Case, process: Process, told: set[str]) -> Iterator[SendNotice]:
    """The copies for those of the Help Desk who follow a request, unless they did it or are told otherwise."""
    for name in after.followers:
        person = process.people.get(name)
        if person is None or name == after.handler or event.actor in (person.address, SPECDESK):
            continue
        if name in before.followers and mailbox(person.address) not in told:
            fields = {"name": person.name, "about": str(after.version), COPIED_AS: FOLLOWER}
            yield SendNotice("copied", person.address, fields)
