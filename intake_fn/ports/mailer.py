"""Mail that goes out, and what the mail service reports of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Failure


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object in a mail, and its iTIP method, which stands in the part's header, too."""

    method: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, ready to go. Header values have no line breaks: the adapter refuses them."""

    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    """The outbox item it is sent for, if it is for one: the mail service names it in its reports."""
    calendar: CalendarPart | None = None
    reply_to: str = ""
    """Where it is answered, "" for the address of support.yml."""


ITEM_TAG = "specdesk-item"
"""The tag under which the mail service keeps the outbox item of a mail, # written as _."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """What the mail service says of a mail after it took it; `id` is the same however often it says so."""

    id: str
    to: str
    failure: Failure
    detail: str
    item: str = ""


class Mailer(Protocol):
    """Sends mail.

    Raises TryLater when the service is down, Undeliverable for an address it will not take, Refused for a mail it will
    not take, and OutcomeUnknown where the mail may have been sent and may not.
    """

    def send(self, mail: Mail) -> str:
        """Returns the service's message id."""
        ...
