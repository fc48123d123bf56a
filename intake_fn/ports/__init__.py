"""The outside world as the desk sees it: the few Protocols that have two implementations.

| Port      | what                                         | real                     | in unit tests  |
|-----------|----------------------------------------------|--------------------------|----------------|
| CaseStore | cases, events, states; steps as transactions | adapters/dynamodb/      | tests/fakes.py |
| Outbox    | what is to be delivered, leases on it        | adapters/dynamodb/      | tests/fakes.py |
| Figures   | figures of the reports, by day               | adapters/dynamodb/      | tests/fakes.py |
| Counters  | ledger, counts, tokens that work once        | adapters/dynamodb/      | tests/fakes.py |
| MailState | mail throttle, suppression list              | adapters/dynamodb/      | tests/fakes.py |
| SyncState | cursor of the sync with Mantis               | adapters/dynamodb/      | tests/fakes.py |
| ClauseAnswers | what clauses have answered              | adapters/dynamodb/      | tests/fakes.py |
| Meetings  | the last invitation of the Board             | adapters/dynamodb/      | tests/fakes.py |
| SearchIndex | words of requests                         | adapters/dynamodb/       | tests/fakes.py |
| Presence  | who looks at a request now                   | adapters/dynamodb/      | tests/fakes.py |
| Sessions  | sessions, requests for sign-in links         | adapters/dynamodb/      | tests/fakes.py |
| Views     | named lists of the queue                     | adapters/dynamodb/       | tests/fakes.py |
| InboundMails | mails that came in                        | adapters/dynamodb/      | tests/fakes.py |
| Dispatch  | deliveries after the answer                  | adapters/background.py, own_function.py | tests/fakes.py |
| Tracker   | Mantis                                       | adapters/mantis/         | tests/fakes.py |
| Mailer    | mail that goes out                           | adapters/ses.py          | tests/fakes.py |
| Erasures  | all that is stored, logs written anew        | adapters/dynamodb/      | there          |
| RetentionLists | what retention takes next, for a preview | adapters/dynamodb/      | tests/fakes.py |
| IssueEraser | what an issue says, taken out              | adapters/mantis/         | there          |
| Files     | attachments, raw mails                       | adapters/s3.py           | tests/fakes.py |
| Links     | addresses and signed tokens                  | adapters/signed_links.py | tests/fakes.py |

Every adapter turns the errors of its own library into those of core/errors.py, where it meets them. A name is imported
from its module when it is first asked for: an empty form asks for two.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intake_fn.ports.cases import CaseStore
    from intake_fn.ports.clause_answers import ClauseAnswers
    from intake_fn.ports.counters import Came, Counters, Ledger
    from intake_fn.ports.dispatch import Dispatch
    from intake_fn.ports.erasures import (
        Aged,
        ErasureRecord,
        Erasures,
        IssueEraser,
        IssueLeft,
        IssueTexts,
        Place,
        RetentionLists,
        Stored,
    )
    from intake_fn.ports.figures import EntryPage, Figures, Unbalanced
    from intake_fn.ports.files import Files, Upload
    from intake_fn.ports.inbound import InboundMails, MailPage
    from intake_fn.ports.links import LEEWAY, Links, Purpose
    from intake_fn.ports.mail_state import MailState, Recipient, SuppressedAddress
    from intake_fn.ports.mailer import ITEM_TAG, CalendarPart, Mail, Mailer, MailReport
    from intake_fn.ports.meetings import Meetings
    from intake_fn.ports.outbox import Outbox, OutboxItem
    from intake_fn.ports.presence import Presence
    from intake_fn.ports.search_index import Pending, Posting, SearchIndex
    from intake_fn.ports.sessions import SESSION, Asked, Session, Sessions, SignInAsked
    from intake_fn.ports.sync_state import SyncCursor, SyncState
    from intake_fn.ports.tracker import NOTHING_DECIDED, Change, Decided, Instead, Issue, Placed, Tracker
    from intake_fn.ports.views import Views

__all__ = [
    "ITEM_TAG",
    "LEEWAY",
    "NOTHING_DECIDED",
    "SESSION",
    "Aged",
    "Asked",
    "CalendarPart",
    "Came",
    "CaseStore",
    "Change",
    "ClauseAnswers",
    "Counters",
    "Decided",
    "Dispatch",
    "EntryPage",
    "ErasureRecord",
    "Erasures",
    "Figures",
    "Files",
    "InboundMails",
    "Instead",
    "Issue",
    "IssueEraser",
    "IssueLeft",
    "IssueTexts",
    "Ledger",
    "Links",
    "Mail",
    "MailPage",
    "MailReport",
    "MailState",
    "Mailer",
    "Meetings",
    "Outbox",
    "OutboxItem",
    "Pending",
    "Place",
    "Placed",
    "Posting",
    "Presence",
    "Purpose",
    "Recipient",
    "RetentionLists",
    "SearchIndex",
    "Session",
    "Sessions",
    "SignInAsked",
    "Stored",
    "SuppressedAddress",
    "SyncCursor",
    "SyncState",
    "Tracker",
    "Unbalanced",
    "Upload",
    "Views",
]

_HOME = {
    name: module
    for module, names in {
        "cases": "CaseStore",
        "clause_answers": "ClauseAnswers",
        "counters": "Came Counters Ledger",
        "dispatch": "Dispatch",
        "erasures": "Aged ErasureRecord Erasures IssueEraser IssueLeft IssueTexts Place RetentionLists Stored",
        "figures": "EntryPage Figures Unbalanced",
        "files": "Files Upload",
        "inbound": "InboundMails MailPage",
        "links": "LEEWAY Links Purpose",
        "mail_state": "MailState Recipient SuppressedAddress",
        "mailer": "ITEM_TAG CalendarPart Mail Mailer MailReport",
        "meetings": "Meetings",
        "outbox": "Outbox OutboxItem",
        "presence": "Presence",
        "search_index": "Pending Posting SearchIndex",
        "sessions": "SESSION Asked Session Sessions SignInAsked",
        "sync_state": "SyncCursor SyncState",
        "tracker": "NOTHING_DECIDED Change Decided Instead Issue Placed Tracker",
        "views": "Views",
    }.items()
    for name in names.split()
}
"""The module of each name."""


def __getattr__(name: str) -> Any:
    """A name of the face, from its module."""
    if name not in _HOME:
        raise AttributeError(f"module 'intake_fn.ports' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"intake_fn.ports.{_HOME[name]}"), name)
    return value
