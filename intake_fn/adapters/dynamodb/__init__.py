"""The ports on one DynamoDB table: one module for each port; what stands in the table, and where it is found.

| pk          | sk           | what                                                 | found by         |
|-------------|--------------|------------------------------------------------------|------------------|
| REQ#id      | STATE        | the case as lists show it, its version               | key, all indexes |
| REQ#id      | EVENT#000001 | one event, as JSON                                   | key              |
| REQ#id      | WORDS        | the words of a request that are in the search index  | key              |
| FIND        | id           | a request whose words are not all in the index yet   | key              |
| WORD#est    | estate#at#id | a posting: a word, and a request that holds it       | key              |
| OUT#id      | 000002#001   | an outbox item: of version 2, its first intent       | key, due         |
| IDEM#key    | IDEM         | the case that was made under a submit key; 90 days   | key              |
| MANTIS#4711 | ISSUE        | the case that was filed as this issue                | key              |
| REQUESTER#… | received, id | a case, by the digest of its requester's mailbox     | key              |
| BOARD       | AGENDA#id    | a case that is before the Board, or put off by it    | key              |
| BOARD       | DECIDED#at   | a decision of the Board, with its case               | key              |
| BOARD       | INVITATION   | the invitation to its meeting that was mailed last   | key              |
| LEDGER      | SHARD#3      | counters, moved in the transaction of each step      | key              |
| FIGURES#v   | day#3        | a day's row of the reports: its counters             | key              |
| COUNTED#v#m | day#id       | the entries of a case on a day, in month m           | key              |
| RECOUNT#v   | id           | that the last step of a case could not be counted    | key              |
| MAILED#m    | at#item      | a mail that was sent, for the figures                | key              |
| ANSWERS#m   | at#id        | an answer by a clause                                | key              |
| ANSWERED#…  | at#id        | the same, by a digest of who was answered; 7 days    | key              |
| COUNT#what  | COUNT        | how often something came (desk/spam_check.py)        | key              |
| ONCE#token  | ONCE         | a token that was used; as long as it would be good   | key              |
| SYNC        | MANTIS       | how far the sync has come, and who has it until when | key              |
| SPENT#date  | SPENT        | a day's cost of the model; 40 days                   | key              |
| UNREACHED   | mailbox      | an entry of the suppression list                     | key              |
| SESSIONS    | person#id    | who is signed in at the desk; until the session ends | key              |
| SIGN-IN     | asked at, id | that a link to sign in was asked for; 1 day          | key              |
| VIEWS#      | name         | a shared view of the queue; VIEWS#person: their own  | key              |
| LOOKING#id  | person       | who has the page of a request open; 2 minutes        | key              |
| MAILBOX#    | SETTINGS     | the mail settings of a mailbox                       | key              |
| PACE#id     | mailbox      | the mail throttle of a recipient of a case; 1 day    | key              |
| MAILIN#id   | RECORD       | a mail that came in                                  | key              |
| MAILIN#fp   | DECISION     | what was decided for a mail, by its fingerprint      | key              |
| MAILS#end   | received#id  | a mail that came in, by its outcome                  | key              |
| MAIL-LEDGER | SHARD#3      | how many mails came in, and how they ended           | key              |
| ERASURES    | at#digest    | that somebody's data was erased                      | key              |
| RETENTION   | RULES        | how the rules of retention have settled              | key              |
| MESSAGE#…   | CASE         | the case of a mail, by the digest of its Message-ID  | key              |

| index   | partition                 | order                      | lists                                   |
|---------|---------------------------|----------------------------|-----------------------------------------|
| queue   | queue: level, open/closed | place: (U) received at, id | cases of a level, urgent ones (U) first |
| queue   | queue: quarantined        | place: received at, id     | cases that await review                 |
| queue   | queue: rejected           | place: received at, id     | cases that were rejected                |
| handler | handler                   | queue: level, open/closed  | open cases of a handler                 |
| changed | sk: STATE                 | changed at                 | cases that have changed of late         |
| due     | line: owed/failed, shard  | turn: next attempt, id     | outbox items that are due, dead letters |
| due     | line: clock, shard        | turn: next alert, id       | cases with an SLA alert to come         |
| due     | line: rest…, shard        | turn: rests since, id      | requests that rest, by the rule they go by |
| due     | line: unreadable          | turn: as it was            | outbox items that were set aside        |

The index `due` holds keys only, so that a write that moves nobody there, such as a lease, does not write it. The others
hold whole items.

`v` is the layout of the figures and the zone whose days they are of (core/figures).

Everything is read by Get and Query: what a read costs depends on what it returns, not on what exists.

Items that are put as a whole carry `format`, the version of the layout in which they were written (FORMAT in
core/stored.py; 1 where it is missing); counters and the sync's cursor, which are only ever updated, do not. What a
higher one wrote, or what is otherwise not as it should be, is set aside or passed over by itself: the item stays as it
is, and is read again when a version runs that knows it.

Instants are ISO 8601 in UTC with microseconds: their order as text is their order in time.
`expires` is in seconds since 1970, as DynamoDB's own expiry wants it.
"""

from __future__ import annotations

from intake_fn.adapters.dynamodb.store import DynamoStore
from intake_fn.adapters.dynamodb.table import Table

__all__ = ["DynamoStore", "Table"]
