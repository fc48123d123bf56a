"""My requests: the links to all requests that were sent from an address or have it in copy, mailed to it alone.

Whatever address is typed, the same steps are taken until the sweep looks it up, so neither the answer nor the time that
it takes tells whether it is known (desk/sign_in.py has the drawing).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core.errors import SpecdeskError
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.notices import one_line
from intake_fn.core.quarantine import has_been_read, may_be_quoted
from intake_fn.core.requester_status import requester_status
from intake_fn.desk.limits import LOST_LINK_BY_SOURCE, within
from intake_fn.ports import Asked, Mail, SignInAsked
from intake_fn.texts import gettext, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.case import Case
    from intake_fn.desk.needs import ListingRequests

RECENT = timedelta(days=90)
"""How long a request that is done stands in the list after its last change."""

MOST = 30
"""Requests in one mail, the open ones first, then the latest."""

READ = 60
"""The latest requests of an address that are looked at: each costs a query."""


def ask(desk: ListingRequests, address: str, source: str) -> None:
    """Have the list mailed to an address, if it is known; nothing happens when the source asks too often."""
    now = desk.clock()
    if within(desk.counters, LOST_LINK_BY_SOURCE, source, now):
        desk.sessions.ask_sign_in(SignInAsked(secrets.token_hex(8), address, now, what=Asked.MY_REQUESTS))


def mail_of(desk: ListingRequests, address: str) -> Mail | None:
    """The mail with the links; None for an address that has no request, or gets no mail. Raises TryLater."""
    box = mailbox(address)
    if not box or desk.mail_state.suppression(box):
        return None
    cases = sorted(_requests(desk, box), key=lambda case: (not case.status.is_open, -case.received_at.timestamp()))
    if not cases:
        return None
    shown = cases[:MOST]
    parts = [say("mine.hello"), *("\n".join(_lines(desk, case, box)) for case in shown)]
    if len(cases) > MOST:
        parts.append(say("mine.more", left=len(cases) - MOST))
    settings = say("mine.settings", link=desk.links.mail_settings("", box))
    parts += [say("mine.not-you"), settings, desk.process.mail.name]
    own = (case.request.requester.email for case in cases)
    to = next((one for one in own if mailbox(one) == box), box)
    return Mail(to, say("mine.subject", name=desk.process.product.name), "\n\n".join(parts) + "\n", headers=_HEADERS)


_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def _requests(desk: ListingRequests, box: str) -> Iterator[Case]:
    """The open and recent requests that a mailbox reads; of those in quarantine nobody is mailed."""
    for case_id in desk.cases.requests_of(box, READ):
        try:
            case = desk.cases.load(case_id)
        except SpecdeskError:  # one that cannot be read keeps no other from being listed
            continue
        recent = desk.clock() - case.changed_at <= RECENT
        reads = box == mailbox(case.request.requester.email) or box in case.copies
        if reads and not case.status.in_quarantine and (case.status.is_open or recent):
            yield case


def _lines(desk: ListingRequests, case: Case, box: str) -> Iterator[str]:
    is_own = box == mailbox(case.request.requester.email)
    quoted = may_be_quoted(case, desk.process.intake.quarantine) if is_own else has_been_read(case)
    summary = one_line(case.request.summary) if quoted else gettext("Your text is on the status page.")
    status = say(f"status.{requester_status(case)}")
    yield f"{case.id} · {case.received_at:%-d %b %Y} · {status}"
    yield summary
    if not is_own:
        yield say("mine.copy", requester=one_line(case.request.requester.email))
    yield desk.links.status(case.id) if is_own else desk.links.copy(case.id, box)
