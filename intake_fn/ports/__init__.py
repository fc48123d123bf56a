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
| Tracker   | Mantis                                       | adapters/mantis/         | tests/fakes.py |
| Mailer    | mail that goes out                           | adapters/ses.py          | tests/fakes.py |
| Files     | attachments, raw mails                       | adapters/s3.py           | tests/fakes.py |
| Links     | addresses and signed tokens                  | adapters/signed_links.py | tests/fakes.py |

Every adapter turns the errors of its own library into those of core/errors.py, where it meets them.
"""

from __future__ import annotations

from intake_fn.ports.cases import CaseStore
from intake_fn.ports.clause_answers import ClauseAnswers
from intake_fn.ports.counters import Counters, Ledger
from intake_fn.ports.figures import EntryPage, Figures, Unbalanced
from intake_fn.ports.files import Files, Upload
from intake_fn.ports.inbound import InboundMails, MailPage
from intake_fn.ports.links import LEEWAY, Links, Purpose
from intake_fn.ports.mail_state import MailState, SuppressedAddress
from intake_fn.ports.mailer import ITEM_TAG, CalendarPart, Mail, Mailer, MailReport
from intake_fn.ports.meetings import Meetings
from intake_fn.ports.outbox import Outbox, OutboxItem
from intake_fn.ports.presence import Presence
from intake_fn.ports.search_index import Pending, Posting, SearchIndex
from intake_fn.ports.sessions import Asked, Session, Sessions, SignInAsked
from intake_fn.ports.sync_state import SyncCursor, SyncState
from intake_fn.ports.tracker import NOTHING_DECIDED, Change, Decided, Instead, Issue, Placed, Tracker
from intake_fn.ports.views import Views

__all__ = [
    "ITEM_TAG",
    "LEEWAY",
    "NOTHING_DECIDED",
    "Asked",
    "CalendarPart",
    "CaseStore",
    "Change",
    "ClauseAnswers",
    "Counters",
    "Decided",
    "EntryPage",
    "Figures",
    "Files",
    "InboundMails",
    "Instead",
    "Issue",
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
    "Placed",
    "Posting",
    "Presence",
    "Purpose",
    "SearchIndex",
    "Session",
    "Sessions",
    "SignInAsked",
    "SuppressedAddress",
    "SyncCursor",
    "SyncState",
    "Tracker",
    "Unbalanced",
    "Upload",
    "Views",
]
