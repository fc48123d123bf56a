"""Erasure: what is left of the log of a request when somebody's personal data is erased from it. Pure.

Source: docs/operate/data-protection.md. The request stays without its words: its events keep their kinds, instants,
order, levels, priorities, categories and clauses, so that clocks, ledger and figures come out as before.

| text                                  | of their own request | of another one's request that names them          |
|---------------------------------------|----------------------|----------------------------------------------------|
| what requester and Help Desk wrote    | erased               | their address and full name erased, the rest stays; |
|                                       |                      | what they wrote in it themselves is erased          |
| files                                 | erased               | those that they sent                                |
| verdict                               | category, clauses    | their address and full name erased                  |
| words of owners and Board on a change | their address and full name erased                                        |
| clauses, versions, ids of support.yml | stay                                                                      |

Each text of an event is erased unless `KEPT` or `OF_THE_BOARD` names it: a new field is erased until somebody has
decided otherwise (tests/core/test_erasure.py lists them all).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import quote

from intake_fn.core import change_events as change
from intake_fn.core import events as e
from intake_fn.core.case import Case, files_of_event
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.erasure_events import ERASED, DataErased
from intake_fn.core.intents import Intent, NotifyDuplicates, SendNotice
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.request import Attachment, Request, Requester
from intake_fn.core.requester_events import LevelInformed, RequestFollowed
from intake_fn.core.vocabulary import ErasedAs
from intake_fn.texts import Message, as_written

Some = TypeVar("Some")

ADDRESSES = ("actor", "to", "address", "sender")
"""Fields of events that hold an address, and nothing else."""

KEPT: Mapping[type[e.Event], frozenset[str]] = {
    e.Received: frozenset(("handler",)),
    e.Judged: frozenset(("speciality", "handler")),
    e.Overruled: frozenset(("clause", "quote", "url", "module", "spec", "person", "handler")),
    e.RequesterRead: frozenset(("clause", "quote", "url", "spec")),
    e.Filed: frozenset(("project", "url", "dropped")),
    e.DeliveryFailed: frozenset(("what",)),
    e.Escalated: frozenset(("handler", "reason")),
    e.HandedOver: frozenset(("handler",)),
    e.Noted: frozenset(("mentions",)),
    e.Resolved: frozenset(("fixed_in",)),
    e.ActivityCompleted: frozenset(("activity", "version")),
    e.MarkedDuplicate: frozenset(("other",)),
    e.DuplicateAdded: frozenset(("other",)),
    e.DuplicateRemoved: frozenset(("other",)),
    e.LeadUpdated: frozenset(("other", "item", "fixed_in")),
    e.Retried: frozenset(("what",)),
    e.FieldsDropped: frozenset(("dropped",)),
    e.NoticesBundled: frozenset(("notices",)),
    e.NoticeSkipped: frozenset(("notice",)),
    e.MailFailed: frozenset(("report",)),
    RequestFollowed: frozenset(("person",)),
    LevelInformed: frozenset(("people",)),
    ClauseChanged: frozenset(("clause", "old", "new", "digest", "spec")),
    change.SentToOwner: frozenset(("module", "owner")),
    change.ChangeAssessed: frozenset(("clause", "today", "spec", "modules", "commit", "file", "near")),
    change.VoteCast: frozenset(("member",)),
    change.Recused: frozenset(("member",)),
    change.BoardDecided: frozenset(("votes",)),
    change.StageReached: frozenset(("handler", "version")),
    change.ClausePublished: frozenset(("clause", "spec", "text", "commit")),
    change.ChangeReleased: frozenset(("version",)),
    DataErased: frozenset(("dropped",)),
}
"""Fields that name things of ours, or hold a text of the published spec; a subclass has those of its class."""

OF_THE_BOARD: Mapping[type[e.Event], frozenset[str]] = {
    change.ChangeAssessed: frozenset(("proposed", "effort", "risk", "effect")),
    change.OwnerDeclined: frozenset(("reason",)),
    change.Commented: frozenset(("text",)),
    change.MotionPut: frozenset(("reason",)),
    change.VoteCast: frozenset(("reason",)),
    change.Recused: frozenset(("reason",)),
    change.BoardDecided: frozenset(("text",)),
    change.StageReached: frozenset(("note",)),
    change.ChangeReleased: frozenset(("text", "reason")),
}
"""What owners and Board say of a change: it goes on, and the record of how it was decided stays."""

KEPT_OF_A_NOTICE = ("about", "as", "name", "due", "share", "level", "zone")
"""Fields of a pending notice that name things of ours."""

_NAME_OF_A_CLAUSE = re.compile(r"[\w./-]{1,120}(#[\w.-]{1,120})?")
_SHORT = re.compile(r"[\w.:+#/-]{0,40}")
"""A value of a message that is a number, an instant or a name of ours."""

_BETWEEN_WORDS = r"[\s,]+"

NOTHING = r"(?!)"
"""A pattern that is found in no text."""

SHORTEST_PART = 3
"""Letters of a part of a name that is looked for when a person looks through what is left."""


@dataclass(frozen=True, slots=True)
class DataSubject:
    """The person whose data is erased, by mailbox and full names; or everybody but `staff` (mailboxes).

    Of everybody, `names` and `boxes` (mailboxes) are those in one request (`everybody_in`).
    """

    box: str = ""
    names: tuple[str, ...] = ()
    everybody: bool = False
    staff: frozenset[str] = frozenset()
    boxes: tuple[str, ...] = ()
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _parts: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the patterns once: they are looked for in every text."""
        forms = [form for box in (self.box, *self.boxes) for form in _forms_of(box)]
        forms += [form for name in self.names for form in _forms_of_name(name)]
        parts = sorted({re.escape(part) for part in _parts_of(self)})
        object.__setattr__(self, "_pattern", re.compile("|".join(forms) or NOTHING, re.IGNORECASE))
        words = rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else NOTHING
        object.__setattr__(self, "_parts", re.compile(words, re.IGNORECASE))

    def is_theirs(self, address: str) -> bool:
        """Whether an address, or the account of somebody in Mantis, is that of this person."""
        if self.everybody:
            return "@" in address and mailbox(address) not in self.staff
        return bool(address) and mailbox(address) == self.box

    def is_in(self, text: str) -> bool:
        """Whether a text holds their address or full name."""
        return self._pattern.search(text) is not None

    def may_be_in(self, text: str) -> bool:
        """Whether a text holds a part of their name, such as the first name alone; it may be somebody else's."""
        return self._parts.search(text) is not None

    def without(self, text: str) -> str:
        """The text without their address and full name."""
        return self._pattern.sub(ERASED, text)


def _forms_of(box: str) -> Iterator[str]:
    """The address as texts and links hold it; of an account of Mantis, which may be any word, where it is a member."""
    if "@" not in box:
        yield from [rf'"(?:account|{"|".join(ADDRESSES)})": ?"{re.escape(box)}"'] if box else []
        return
    for form in {box, _unicode(box), quote(box, safe="")}:
        yield rf"(?<![\w.+%-]){re.escape(form)}(?![\w-]|\.\w)"


def _unicode(box: str) -> str:
    """With the host as people write it."""
    name, at, host = box.rpartition("@")
    try:
        return f"{name}{at}{host.encode('ascii').decode('idna')}"
    except UnicodeError:
        return box


def is_full(name: str) -> bool:
    """Whether a name says who somebody is: one word alone may be anybody's."""
    return len(name.split()) > 1


def _forms_of_name(name: str) -> Iterator[str]:
    """A full name in the order of words and with the last word first; of one word none."""
    words = [re.escape(word) for word in name.split()]
    if len(words) > 1:
        last, others = words[-1], _BETWEEN_WORDS.join(words[:-1])
        yield rf"(?<!\w){others}{_BETWEEN_WORDS}{last}(?!\w)"
        yield rf"(?<!\w){last},?\s+{others}(?!\w)"


def _parts_of(subject: DataSubject) -> Iterator[str]:
    for name in (*subject.names, re.sub(r"[._+-]+", " ", subject.box.partition("@")[0])):
        yield from (word for word in name.split() if len(word) >= SHORTEST_PART and not word.isdecimal())


# --- a request --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left of a log, event by event, and what went with it. `look` says that a person should look it through.

    `unnamed` counts texts of others that hold a part of the person's name and stay.
    """

    role: ErasedAs
    events: tuple[e.Event, ...]
    texts: int
    files: tuple[Attachment, ...]
    unnamed: int

    def changed(self, case: Case) -> dict[int, e.Event]:
        """The events that are to be written anew, by their number from 1."""
        pairs = enumerate(zip(case.history, self.events, strict=True), 1)
        return {number: after for number, (before, after) in pairs if before != after}

    def gone(self, case: Case) -> tuple[str, ...]:
        """The lines of texts that went in full, the longest first: copies of them may stand elsewhere."""
        lines: set[str] = set()
        for before, after in zip(case.history, self.events, strict=True):
            for part in fields(before):
                if getattr(after, part.name) == ERASED and part.name not in ADDRESSES:
                    lines.update(line.strip() for line in str(getattr(before, part.name)).splitlines())
        return tuple(sorted(lines - {"", ERASED}, key=len, reverse=True))


def role_of(case: Case, subject: DataSubject) -> ErasedAs:
    """The role of a person in a request, or that retention erases it."""
    if subject.everybody:
        return ErasedAs.RETENTION
    who = case.request.requester
    return ErasedAs.REQUESTER if subject.is_theirs(who.email) or subject.is_theirs(who.account) else ErasedAs.MENTIONED


def names_in(case: Case, subject: DataSubject) -> frozenset[str]:
    """The names by which a person wrote a request of theirs."""
    who = (case.request.requester, *_requesters_in(case))
    return frozenset(
        one.name.strip() for one in who if subject.is_theirs(one.email) or subject.is_theirs(one.account)
    ) - {
        "",
        ERASED,
    }


def addresses_in(case: Case) -> Iterator[str]:
    """The addresses of all who ever were its requester or in copy."""
    yield from (one.email for one in (case.request.requester, *_requesters_in(case)) if one.email)
    for event in case.history:
        address = getattr(event, "address", "")
        if "@" in address:
            yield address


def accounts_in(case: Case) -> Iterator[str]:
    """The accounts of Mantis of all who ever were its requester."""
    yield from (one.account for one in (case.request.requester, *_requesters_in(case)) if one.account)


def _requesters_in(case: Case) -> Iterator[Requester]:
    for event in case.history:
        for part in fields(event):
            value = getattr(event, part.name)
            values = (getattr(value, one.name) for one in fields(value)) if isinstance(value, Request) else (value,)
            yield from (one for one in values if isinstance(one, Requester))


def everybody_in(case: Case, subject: DataSubject) -> DataSubject:
    """Everybody but the staff, with the addresses and names of this request; another person as they are."""
    if not subject.everybody:
        return subject
    senders = (getattr(event, "sender", "") for event in case.history)
    boxes = {mailbox(address) for address in (*addresses_in(case), *senders) if "@" in address} - subject.staff
    names = {one.name for one in _requesters_in(case) if mailbox(one.email) not in subject.staff} - {"", ERASED}
    return replace(subject, boxes=tuple(sorted(boxes)), names=tuple(sorted(names)))


def erased(case: Case, subject: DataSubject) -> Erased:
    """What is left of a request's log without somebody's personal data; a second time nothing changes."""
    subject = everybody_in(case, subject)
    role = role_of(case, subject)
    mask = _Mask(subject, whole=role.is_whole)
    events = tuple(mask.event(event) for event in case.history)
    return Erased(role, events, mask.texts, tuple(mask.files), mask.unnamed)


def without_files(case: Case) -> Erased:
    """What is left of a request's log without its files."""
    events, gone = [], list[Attachment]()
    for event in case.history:
        files = event.request.attachments if isinstance(event, e.Received) else files_of_event(event)
        gone += files
        changes: dict[str, Any] = {"attachments": ()}
        if isinstance(event, e.Received):
            changes = {"request": replace(event.request, attachments=())}
        events.append(replace(event, **changes) if files else event)
    return Erased(ErasedAs.FILES, tuple(events), 0, tuple(gone), 0)


def erased_intent(intent: Intent, subject: DataSubject, role: ErasedAs) -> Intent | None:
    """What is left of a pending delivery; None where it is a mail to the person, which is not sent."""
    if isinstance(intent, SendNotice):
        if subject.is_theirs(intent.to):
            return None
        mask = _Mask(subject, whole=role.is_whole)
        left = {name: value if name in KEPT_OF_A_NOTICE else mask.words(value) for name, value in intent.fields.items()}
        return replace(intent, fields=left, why=tuple(mask.message(why) for why in intent.why))
    if isinstance(intent, NotifyDuplicates):
        mask = _Mask(subject, whole=role.is_whole)
        return replace(intent, text=mask.words(intent.text), why=mask.message(intent.why) if intent.why else None)
    return intent


@dataclass(slots=True)
class _Mask:
    """Erases, and counts what it erased."""

    subject: DataSubject
    whole: bool
    texts: int = 0
    files: list[Attachment] = field(default_factory=list)
    unnamed: int = 0

    def event(self, event: e.Event) -> e.Event:
        """An event without the person's data."""
        kept, board = _of_class(KEPT, event), _of_class(OF_THE_BOARD, event)
        theirs = self.whole or self.subject.is_theirs(getattr(event, "sender", ""))
        changes: dict[str, Any] = {}
        for part in fields(event):
            value = getattr(event, part.name)
            if part.name in ADDRESSES and isinstance(value, str):
                changes[part.name] = self.address(value)
            elif part.name not in kept:
                changes[part.name] = self.value(value, scrub=part.name in board or not theirs)
        if theirs and (files := files_of_event(event)):
            self.files += files
            changes["attachments"] = ()
        if isinstance(event, e.RequesterReplied) and theirs:
            changes["mail"] = ""
        return (
            event
            if all(getattr(event, name) == value for name, value in changes.items())
            else replace(event, **changes)
        )

    def address(self, address: str) -> str:
        """An address, unless it is the person's."""
        if address in (REQUESTER, SPECDESK, ERASED) or not self.subject.is_theirs(address):
            return address
        self.texts += 1
        return ERASED

    def value(self, value: Any, *, scrub: bool) -> Any:
        """A field of an event by what it holds; what is no text stays."""
        if isinstance(value, str) and not isinstance(value, Enum):
            return self.scrubbed(value) if scrub else self.gone(value)
        if isinstance(value, tuple):
            return tuple(self.value(one, scrub=scrub) for one in value)
        if isinstance(value, Mapping):
            return self.verdict(value) if "citations" in value else self.members(value, scrub=scrub)
        return self.record(value)

    def record(self, value: Any) -> Any:
        """A record of ours that an event holds."""
        match value:
            case Request():
                return self.request(value)
            case Requester():
                return self.requester(value)
            case Message():
                return self.message(value)
            case Attachment():
                return replace(value, name=self.scrubbed(value.name))
        return value

    def members(self, members: Mapping[str, Any], *, scrub: bool) -> dict[str, Any]:
        """Values by name, such as what Mantis had in its fields; names of ours stay."""
        return {
            name: value
            if isinstance(value, str) and not scrub and _SHORT.fullmatch(value) and not self._names(value)
            else self.value(value, scrub=scrub)
            for name, value in members.items()
        }

    def words(self, text: str) -> str:
        """A text that somebody wrote: nothing of it is left, be it of the person or about them."""
        if not self.whole:
            return self.scrubbed(text)
        return self.gone(text)

    def gone(self, text: str) -> str:
        """Nothing of a text is left but that there was one."""
        if not text.strip() or text == ERASED:
            return text
        self.texts += 1
        return ERASED

    def scrubbed(self, text: str) -> str:
        """A text of others without the person's address and full name."""
        left = self.subject.without(text)
        self.texts += left != text
        self.unnamed += self.subject.may_be_in(left)
        return left

    def message(self, message: Message) -> Message:
        """A message of ours: its values are numbers and names, unless somebody wrote them."""
        if message.key == as_written("").key:
            return as_written(self.words(message.values.get("text", "")))
        return Message(message.key, self.members(message.values, scrub=not self.whole))

    def request(self, request: Request) -> Request:
        """The request as it was sent."""
        of_request: dict[str, Any] = {
            part.name: self.requester(value)
            for part in fields(request)
            if isinstance(value := getattr(request, part.name), Requester)
        }
        write = self.words if self.whole else self.scrubbed
        of_request |= {name: write(getattr(request, name)) for name in _TEXTS_OF_A_REQUEST}
        of_request["details"] = {name: write(text) for name, text in request.details.items()}
        if self.whole:
            self.files += request.attachments
            named = {name: getattr(request, name) for name in ("clause", "reading_clause", "reading_spec")}
            of_request |= {
                name: self.gone(text) for name, text in named.items() if text and not _NAME_OF_A_CLAUSE.fullmatch(text)
            }
        files = () if self.whole else tuple(self.record(one) for one in request.attachments)
        return replace(request, **of_request, attachments=files)

    def requester(self, requester: Requester) -> Requester:
        """Who asks; another one than the person stays. The office stays: figures count by it."""
        who = self.subject
        if self.whole and who.everybody:
            theirs = mailbox(requester.email) not in who.staff
        else:
            theirs = who.is_theirs(requester.email) or who.is_theirs(requester.account)
        if not theirs or requester.name == ERASED:
            return requester
        self.texts += 1
        return Requester(ERASED, "", requester.office)

    def verdict(self, verdict: Mapping[str, Any]) -> dict[str, Any]:
        """A verdict: what it says and the clauses stay, what it took from the request goes."""
        if not self.whole:
            return {name: self._plain(value, self.scrubbed) for name, value in verdict.items()}
        kept = ("category", "confidence", "citations", "counter", "judge", "engine", "spec", "ground", "proof")
        self.texts += 1 if verdict.get("reasons") else 0
        left: dict[str, Any] = {name: verdict[name] for name in kept if name in verdict}
        if "claim" in verdict:
            left["claim"] = self._plain(verdict["claim"], self.gone)
        if "readings" in verdict:
            left["readings"] = []
        return {**left, "reasons": []}

    def _plain(self, value: Any, text: Callable[[str], str]) -> Any:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, Mapping):
            return {name: self._plain(one, text) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(one, text) for one in value]
        return value

    def _names(self, value: str) -> bool:
        return "@" in value or self.subject.is_in(value) or self.subject.may_be_in(value)


_TEXTS_OF_A_REQUEST = ("summary", "description", "expected", "steps")


def _of_class(table: Mapping[type[e.Event], frozenset[str]], event: e.Event) -> frozenset[str]:
    """What a table says of a kind of event, and of those that it is a kind of."""
    return frozenset(name for kind in type(event).__mro__ for name in table.get(kind, ()))


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a value of ours, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from texts_in(name)
            yield from texts_in(one)
    elif isinstance(value, Iterable):
        for one in value:
            yield from texts_in(one)
    elif is_dataclass(value):
        yield from texts_in([getattr(value, part.name) for part in fields(value)])
