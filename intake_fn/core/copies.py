"""People in copy: whom a requester has read along, by address. Pure.

Source: docs/process/index.md, "Somebody in copy". Who is in copy has a status link of their own, which shows and
changes nothing but that they are in copy, and gets each piece of news by mail. Nobody is mailed against their will:

| bound                        | because                                                              |
|------------------------------|----------------------------------------------------------------------|
| known mail domains only      | a form that mails anybody anything is a way to bother strangers       |
| of one company, or of ours   | no client company reads of another one's requests                    |
| `MOST` at a time, `EVER` ever | one request is no mailing list                                        |
| who left is not added again  | they have said that they do not want it                              |
| who follows a request by themselves is of its requester's mail domain, or of ours | nobody has asked them in |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake_fn.core.addresses import wrong_with
from intake_fn.core.case import Case
from intake_fn.core.events import Event, RequesterReplied
from intake_fn.core.intents import Intent, SendNotice
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import is_on_page
from intake_fn.core.process import Process
from intake_fn.core.quarantine import known_domain
from intake_fn.core.requester_events import Appealed, CopyAdded, CopyRemoved
from intake_fn.texts import say

MOST = 5
"""People in copy of one request at a time."""

EVER = 10
"""People who were ever added to one request."""

UNTOLD = frozenset(("link", "receipt"))
"""Mails to the requester that tell no news of the request."""


def may_be_in_copy(case: Case, address: str, process: Process) -> Iterator[str]:
    """Whether a requester may have this address in copy; sentences for what speaks against it."""
    if wrong := wrong_with(address):
        yield wrong
        return
    box = mailbox(address)
    added = [event for event in case.history if isinstance(event, CopyAdded)]
    if box == mailbox(case.request.requester.email):
        yield say("copy.yourself")
    elif box in case.copies:
        yield say("copy.there", address=address)
    elif any(isinstance(e, CopyRemoved) and e.themselves and mailbox(e.address) == box for e in case.history):
        yield say("copy.left", address=address)
    elif len(case.copies) >= MOST:
        yield say("copy.most", most=MOST)
    elif len(added) >= EVER:
        yield say("copy.ever", most=EVER)
    elif not _is_near(case, box, process):
        yield say("copy.domain", domain=box.rpartition("@")[2])


def _is_near(case: Case, box: str, process: Process) -> bool:
    """Whether it is of a known mail domain: of the requester's company, of ours, or of any if the requester is ours."""
    theirs, domain, ours = _domains(case, box, process)
    return bool(domain) and (domain == theirs or domain in ours or (bool(theirs) and theirs in ours))


def _domains(case: Case, box: str, process: Process) -> tuple[str, str, set[str]]:
    """The known mail domains of the requester and of a mailbox, and ours."""
    limits = process.intake.quarantine
    theirs, domain = (known_domain(one, limits) for one in (mailbox(case.request.requester.email), box))
    return theirs, domain, {mailbox(person.address).rpartition("@")[2] for person in process.people.values()}


def may_follow(case: Case, address: str, process: Process) -> Iterator[str]:
    """Whether somebody may be in copy whom the requester has not added; sentences for what speaks against it.

    They are of the requester's own company, or of ours: no client company reads of another one's requests, nor of ours.
    """
    problems = [*may_be_in_copy(case, address, process)]
    yield from problems
    theirs, domain, ours = _domains(case, mailbox(address), process)
    if not problems and domain != theirs and domain not in ours:
        yield say("copy.domain", domain=domain)


def can_be_added(case: Case, event: CopyAdded, process: Process) -> Iterator[str]:
    """The address may be in copy."""
    yield from (may_follow if event.themselves else may_be_in_copy)(case, event.address, process)


def is_in_copy(case: Case, event: CopyRemoved, _: Process) -> Iterator[str]:
    """The address is in copy."""
    if mailbox(event.address) not in case.copies:
        yield say("copy.gone", address=event.address)


def added(case: Case, event: CopyAdded) -> dict[str, object]:
    """The people in copy with one more."""
    return {"copies": (*case.copies, mailbox(event.address))}


def removed(case: Case, event: CopyRemoved) -> dict[str, object]:
    """The people in copy with one less."""
    return {"copies": tuple(box for box in case.copies if box != mailbox(event.address))}


def on_copy_added(_: Case, event: CopyAdded, __: Case, ___: Process) -> Iterator[Intent]:
    """They are mailed a link of their own, and how to be left alone."""
    yield SendNotice("copy", event.address)


def informed(event: Event, after: Case, caused: Iterable[Intent]) -> Iterator[SendNotice]:
    """The mails to people in copy: about each event that the requester is mailed about, and what the requester writes.

    Who wrote it knows it, and who comes into copy by it reads it on the page.
    """
    notices = [intent for intent in caused if isinstance(intent, SendNotice)]
    told = any(one.to == after.request.requester.email and one.notice not in UNTOLD for one in notices)
    if is_on_page(event) and (told or isinstance(event, RequesterReplied | Appealed)):
        knowing = {mailbox(one.to) for one in notices if one.notice == "copy"}
        knowing |= {mailbox(event.sender)} if isinstance(event, RequesterReplied) else set()
        for address in (box for box in after.copies if box not in knowing):
            yield SendNotice("informed", address, {"about": str(after.version)})
