"""What stands in the table: items from our values, and our values from items. Pure.

| pk          | sk           | what                                                  | found by         |
|-------------|--------------|-------------------------------------------------------|------------------|
| REQ#id      | STATE        | the case as queues show it, its version               | key, index queue |
| REQ#id      | EVENT#000001 | one event, as JSON                                    | key              |
| OUT#id      | 000002#001   | an outbox item: what version 2 owes, the first of it  | key, index due   |
| IDEM#key    | IDEM         | the case that was made under a submit key; 90 days    | key              |
| MANTIS#4711 | ISSUE        | the case that was filed as this issue                 | key              |
| LEDGER      | SHARD#3      | counters, moved in the transaction of each step       | key              |
| COUNT#what  | COUNT        | how often something came (desk/spam_check.py)               | key              |
| ONCE#token  | ONCE         | a token that was used; as long as it would be good    | key              |
| SYNC        | MANTIS       | how far the sync has come, and who has it until when  | key              |
| SPENT#date  | SPENT        | a day's cost of the model (budget.py); 40 days        | key              |
| UNREACHED   | mailbox      | a mailbox that gets no more mail, and why             | key              |
| SESSIONS    | person#id    | who is signed in at the desk; until the session ends  | key              |
| SIGN-IN     | asked at, id | that a link to sign in was asked for; 1 day           | key              |
| PACE#id     | mailbox      | what a person was mailed about a case lately; 1 day   | key              |

| index | partition                  | order                       | lists                                      |
|-------|----------------------------|-----------------------------|--------------------------------------------|
| queue | queue: level, open/closed  | place: (U) received at, id  | cases of a level, urgent ones (U) first    |
| queue | queue: quarantined         | place: received at, id      | what a person has to look at first         |
| queue | queue: rejected            | place: received at, id      | what a person has set aside                |
| due   | line: owed/failed, shard   | turn: may be tried at, id   | what a sweep has to try, what was given up |
| due   | line: clock, shard         | turn: next alarm at, id     | cases whose clock has something to say     |
| due   | line: unreadable           | turn: as it was             | outbox items that were set aside           |

Items that are put as a whole carry `format`, the version of the layout in which they were written (FORMAT in
core/case.py; 1 where it is missing); counters and the sync's cursor, which are only ever updated, do not. What a higher
one wrote, or what is otherwise not as it should be, is set aside or passed over by itself: the item stays as it is, and
is read again when a version runs that knows it.

Instants are ISO 8601 in UTC with microseconds: their order as text is their order in time.
`expires` is in seconds since 1970, as DynamoDB's own expiry wants it.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from intake_fn.core.case import Case, Step
from intake_fn.core.case_row import LONGEST_WHY, CaseRow
from intake_fn.core.codec import checked
from intake_fn.core.errors import Refused, Unreadable
from intake_fn.core.events import Event
from intake_fn.core.intents import Intent, UnknownIntent, ready_at
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.core.quarantine import quarantine_note
from intake_fn.core.request import Priority
from intake_fn.core.stored import FORMAT, MISREAD, NEVER, intent_to_plain, read_event, read_intent
from intake_fn.core.vocabulary import Category, Status
from intake_fn.ports import OutboxItem, Session, SignInAsked, SuppressedAddress, SyncCursor

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTBOX_SHARDS = 4
"""Every delivery moves an item about in the index `due`; one partition takes 1,000 writes a second."""

ON_TOP = "U"
"""What the places of open urgent requests begin with."""

UNREADABLE = "unreadable"
"""The partition of the index `due` of outbox items that were set aside."""

LARGEST = 390_000
"""Bytes of one event or outbox item as JSON; DynamoDB's limit is 409,600 with names and keys."""

Item = dict[str, Any]
"""An item as we see it: texts, whole numbers and flags. `wire` and `plain` put DynamoDB's types on and off."""


# --- items -----------------------------------------------------------------------------------


def state_item(step: Step) -> Item:
    """The state of a case after a step; `queue` and `place`, `line` and `turn` are its places in the two indexes."""
    case = step.case
    state = {
        "pk": f"REQ#{case.id}",
        "sk": "STATE",
        "id": case.id,
        "version": case.version,
        "summary": case.request.summary,
        "requester": case.request.requester.name,
        "status": case.status,
        "level": case.level,
        "handler": case.handler,
        "priority": case.priority,
        "category": case.category,
        "received_at": instant(case.received_at),
        "changed_at": instant(case.changed_at),
        "filing": case.filing,
        "queue": queue_of(case),
        "place": f"{_first(case)}{instant(case.received_at)}#{case.id}",
    }
    if case.issue is not None:
        state["issue"] = case.issue
    if case.missing_in_mantis:
        state["gone"] = True
    if why := quarantine_note(case)[:LONGEST_WHY]:
        state["why"] = why
    if step.due is not None:
        state["due"] = instant(step.due)
    if step.next_alert is not None:
        state |= {"line": f"clock#{_shard(case.id)}", "turn": f"{instant(step.next_alert)}#{case.id}"}
    return state


def _first(case: Case) -> str:
    """What brings an open urgent request to the top of a queue: a letter comes after all digits."""
    return ON_TOP if case.priority is Priority.URGENT and case.status.is_open else ""


def queue_of(case: Case) -> str:
    """The partition of the index `queue` in which a case stands."""
    if case.status.in_quarantine:
        return case.status
    return f"{case.level}#{'open' if case.status.is_open else 'closed'}"


def written(item: Mapping[str, Any]) -> int:
    """The format in which an item was written."""
    number = item.get("format", 1)
    return number if isinstance(number, int) else FORMAT + 1


def id_of(state: Mapping[str, Any]) -> str:
    """The id of the case whose state it is."""
    return str(state.get("pk", "")).removeprefix("REQ#")


def row_of(item: Item) -> CaseRow:
    """The row of a queue, from a state. Raises Unreadable."""
    if written(item) > FORMAT:
        raise Unreadable(f"The state of {id_of(item)} was written by a newer version of Specdesk.")
    try:
        return checked(_row(item))
    except MISREAD as error:
        raise Unreadable(
            f"The state of {id_of(item)} is not as this version of Specdesk knows it: {error!r}."
        ) from error


def event_of(item: Item) -> Event:
    """The event that stands in a log; UnknownEvent for one that cannot be read."""
    return read_event(str(item.get("body", "")), written(item))


def _row(item: Item) -> CaseRow:
    if item["id"] != id_of(item):
        raise ValueError("it names another case than its key")
    return CaseRow(
        id=item["id"],
        summary=item["summary"],
        requester=item["requester"],
        status=Status(item["status"]),
        level=item["level"],
        handler=item["handler"],
        priority=Priority(item["priority"]),
        category=Category(item["category"]),
        received_at=instant_of(item["received_at"]),
        changed_at=instant_of(item["changed_at"]),
        issue=item.get("issue"),
        filing=item["filing"],
        due=instant_of(item["due"]) if "due" in item else None,
        next_alert=instant_of(item["turn"].partition("#")[0]) if "turn" in item else None,
        version=item["version"],
        missing_in_mantis=item.get("gone", False),
        why=item.get("why", ""),
        on_top=item["place"].startswith(ON_TOP),
    )


def tally(case: Case | CaseRow) -> Counter[str]:
    """How the ledger counts a case as it stands."""
    stand = Counter({"received": 1, str(case.filing): 1})
    if case.status.is_open:
        stand[f"open_{case.level}"] = 1
    return stand


def outbox_entry(case: Case, number: int, intent: Intent) -> Item:
    """The outbox item for the `number`th intent (from 1) of the step that led to `case`."""
    item_id = f"{case.id}#{case.version}#{number}"
    return {
        **outbox_key(item_id),
        "id": item_id,
        "case_id": case.id,
        "body": json_of(intent_to_plain(intent)),
        "tries": 0,
        "last_error": "",
        **waiting(item_id, ready_at(intent, case.changed_at), dead_lettered=False),
    }


def outbox_key(item_id: str) -> Item:
    """Numbers are padded, so that the items of a case stand in the order in which they came to be owed."""
    case_id, version, number = item_id.rsplit("#", 2)
    return {"pk": f"OUT#{case_id}", "sk": f"{int(version):06}#{int(number):03}"}


def waiting(item_id: str, until: datetime, *, dead_lettered: bool) -> Item:
    """Where an item that nobody has a lease on stands in the index `due`."""
    shard = _shard(item_id.partition("#")[0])
    return {
        "not_before": instant(until),
        "leased_until": "",
        "failed": dead_lettered,
        "line": f"{'failed' if dead_lettered else 'owed'}#{shard}",
        "turn": f"{instant(until)}#{item_id}",
    }


def _shard(case_id: str) -> int:
    return crc32(case_id.encode()) % OUTBOX_SHARDS


def outbox_item(item: Item) -> OutboxItem:
    """What the desk sees of an outbox item; its intent is an UnknownIntent where something of it cannot be read."""
    intent = read_intent(str(item.get("body", "")), written(item))
    try:
        return _owed(item, intent)
    except MISREAD as error:
        kind = intent.kind if isinstance(intent, UnknownIntent) else type(intent).__name__
        return _set_aside(item, UnknownIntent(kind, f"What is stored of it is not complete ({error!r})."))


def _owed(item: Item, intent: Intent) -> OutboxItem:
    if {"pk": item["pk"], "sk": item["sk"]} != outbox_key(item["id"]):
        raise ValueError("it names another item than its key")
    owed = OutboxItem(
        id=item["id"],
        case_id=item["case_id"],
        intent=intent,
        tries=item["tries"],
        next_attempt=instant_of(item["not_before"]),
        last_error=item["last_error"],
        dead_lettered=item["failed"],
        leased=bool(item["leased_until"]),
    )
    return checked(owed)


def _set_aside(item: Item, intent: UnknownIntent) -> OutboxItem:
    """What can be known of an item whose attributes are not as they should be: its key is always there."""
    case_id = str(item["pk"]).removeprefix("OUT#")
    version, _, number = str(item["sk"]).partition("#")
    plain_id = f"{case_id}#{version.lstrip('0')}#{number.lstrip('0')}"
    last_error, dead_lettered = str(item.get("last_error", "")), item.get("failed") is True
    return OutboxItem(plain_id, case_id, intent, 0, NEVER, last_error, dead_lettered)


SYNC: Item = {"pk": "SYNC", "sk": "MANTIS"}
"""The key of the sync's cursor."""


def sync_body(cursor: SyncCursor) -> str:
    """All of a cursor but its lease, as JSON."""
    return json_of(
        {
            "since": instant(cursor.since) if cursor.since else "",
            "listed": instant(cursor.listed) if cursor.listed else "",
            "once": {str(number): instant(at) for number, at in cursor.once.items()},
            "twice": {str(number): instant(at) for number, at in cursor.twice.items()},
            "unread": list(cursor.unread),
        }
    )


def sync_cursor(item: Item, until: datetime) -> SyncCursor:
    """The cursor that stands in the table, taken until `until`; one that begins if none stands there yet."""
    try:
        return _cursor(item, until)
    except MISREAD:  # it only says from where to go on: all is listed anew
        return SyncCursor(until)


def _cursor(item: Item, until: datetime) -> SyncCursor:
    body = json.loads(item.get("body", "{}"))
    since, listed = (instant_of(body[name]) if body.get(name) else None for name in ("since", "listed"))
    once, twice = (
        {int(number): instant_of(at) for number, at in body.get(name, {}).items()} for name in ("once", "twice")
    )
    return SyncCursor(until, since, listed, once, twice, tuple(int(number) for number in body.get("unread", ())))


SESSIONS = "SESSIONS"
SIGN_IN = "SIGN-IN"
UNREACHED = "UNREACHED"
"""The partition of the mailboxes that get no more mail."""


def suppression_item(mark: SuppressedAddress) -> Item:
    """A mailbox that gets no more mail."""
    return {
        "pk": UNREACHED,
        "sk": mark.mailbox,
        "why": mark.why,
        "since": instant(mark.since),
        "case_id": mark.case_id,
    }


def mark_of(item: Item) -> SuppressedAddress:
    """What `mark_item` wrote; that it is marked holds, whatever else of it cannot be read."""
    try:
        return checked(SuppressedAddress(item["sk"], item["why"], instant_of(item["since"]), item["case_id"]))
    except MISREAD:
        return SuppressedAddress(str(item["sk"]), str(item.get("why", "The reason cannot be read.")), NEVER)


def session_item(session: Session) -> Item:
    """Somebody who is signed in."""
    return {
        **session_key(session.person, session.id),
        "mailbox": session.mailbox,
        "since": instant(session.since),
        "until": instant(session.until),
        "expires": epoch(session.until),
    }


def session_key(person: str, session_id: str) -> Item:
    """Where a session stands."""
    return {"pk": SESSIONS, "sk": f"{person}#{session_id}"}


def session_of(item: Item) -> Session:
    """What `session_item` wrote; one that cannot be read is nobody's and over, and can be ended."""
    person, _, session_id = str(item["sk"]).partition("#")
    try:
        since, until = (instant_of(item[name]) for name in ("since", "until"))
        return checked(Session(person, session_id, item["mailbox"], since, until))
    except MISREAD:
        return Session(person, session_id, "", NEVER, NEVER)


def asked_key(asked: SignInAsked) -> Item:
    """Where it stands that a link was asked for."""
    return {"pk": SIGN_IN, "sk": f"{instant(asked.at)}#{asked.id}"}


def asked_of(item: Item) -> SignInAsked:
    """A link that was asked for; of one that cannot be read it is not known for whom, so it leads nowhere."""
    at, _, asked_id = str(item["sk"]).partition("#")
    try:
        return checked(SignInAsked(asked_id, item["address"], instant_of(at)))
    except MISREAD:
        return SignInAsked(asked_id, "", _instant_or_never(at))


def throttle_key(case_id: str, mailbox: str) -> Item:
    """Where it stands what a person was mailed about a case."""
    return {"pk": f"PACE#{case_id}", "sk": mailbox}


def throttle_body(pace: MailThrottle) -> str:
    """As JSON; equal ones are equal texts."""
    sent = {item: instant(at) for item, at in sorted(pace.sent.items())}
    return json_of({"sent": sent, "quiet": instant(pace.quiet) if pace.quiet else ""})


def throttle_of(body: str) -> MailThrottle:
    """What `pace_body` wrote. Raises one of MISREAD."""
    found = json.loads(body)
    sent = {item: instant_of(at) for item, at in found["sent"].items()}
    return MailThrottle(sent, instant_of(found["quiet"]) if found["quiet"] else None)


def json_of(plain: Mapping[str, Any]) -> str:
    """As JSON. Raises Refused when it is larger than an item may be, or holds half a character."""
    body = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    try:
        size = len(body.encode())
    except UnicodeEncodeError as error:
        raise Refused("The text holds a broken character (half of a surrogate pair). Type it again.") from error
    if size > LARGEST:
        raise Refused(
            f"The text is too long to be kept: {size // 1000} kB, and {LARGEST // 1000} kB fit. "
            "Shorten it, or send the long part as a file."
        )
    return body


# --- instants, cursors, DynamoDB's types -----------------------------------------------------


def instant(at: datetime) -> str:
    """As text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def instant_of(text: str) -> datetime:
    """The instant that is written. Raises ValueError for a time without its zone."""
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError("a time without a zone is no instant")
    return at


def _instant_or_never(text: str) -> datetime:
    try:
        return instant_of(text)
    except MISREAD:
        return NEVER


def epoch(at: datetime) -> int:
    """In seconds since 1970."""
    return int(at.timestamp())


PLACE = re.compile(r"U?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00#[!-~]{1,40}")


def cursor_of(place: str) -> str:
    """The place of the last row, URL-safe, with a checksum before it: a cursor is a hint, not a secret."""
    return base64.urlsafe_b64encode(crc32(place.encode()).to_bytes(4, "big") + place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> str:
    """The place that a cursor names. Raises Refused when it is damaged."""
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)[4:].decode()
    except ValueError:
        place = ""
    if not PLACE.fullmatch(place) or cursor_of(place) != cursor:
        raise Refused("This page of the list does not exist. Start again at its first page.")
    return place


def names(expression: str) -> dict[str, str]:
    """Every #name of an expression; all names are written so, because DynamoDB reserves 573 words."""
    return {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}


def wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """With DynamoDB's types: texts, whole numbers and flags are all we use."""
    return {name: _typed(value) for name, value in item.items()}


def _typed(value: str | int | bool) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"S": str(value)}


def plain(item: Mapping[str, Any]) -> Item:
    """Without them."""
    return {name: _number(typed["N"]) if "N" in typed else next(iter(typed.values())) for name, typed in item.items()}


def _number(text: str) -> int | str:
    """A whole number; as its text where it is another one, which is none of ours."""
    try:
        return int(text)
    except ValueError:
        return text
