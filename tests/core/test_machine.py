"""Any sequence of events that `advance` accepts keeps what must always hold."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.case import Case, Step
from intake_fn.core.copies import MOST as MOST_COPIES
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import handler_at
from intake_fn.core.events import Escalated, Event, HandedOver, Received, Refiled, UnknownEvent
from intake_fn.core.intents import FileIssue, JudgeRequest, SendNotice
from intake_fn.core.lifecycle import EVENTS
from intake_fn.core.messages import MESSAGES, is_on_page
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Attachment, Channel, Kind, Priority, Request, Requester
from intake_fn.core.steps import advance, allowed, fold
from intake_fn.core.stored import event_from_plain, event_to_plain, intent_from_plain, intent_to_plain, read_event
from intake_fn.core.vocabulary import Category, Failure, Outcome, Progress, Relation, Reproduced
from intake_fn.texts import Message
from tests.core.samples import CASE_ID, NOW, VERDICT, judged, received
from tests.core.test_codec import values
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process

MAXIMUM = 16
URGENT_LEVEL = 3

words = st.text(max_size=12)
said = st.text(min_size=1, max_size=12)
files = st.builds(
    Attachment, key=words, name=words, content_type=words, size=st.integers(0, 10**9), sha256=st.just("ab" * 32)
)
requests = st.builds(
    Request,
    kind=st.sampled_from(Kind),
    requester=st.builds(
        Requester,
        name=words,
        email=st.just("camille@example.com"),
        office=st.sampled_from(["new-york", "london", "paris", "hong-kong", CLIENT]),
        company=words,
    ),
    summary=words,
    description=words,
    expected=words,
    steps=words,
    always=st.sampled_from([True, False, None]),
    priority=st.sampled_from(Priority),
    module=st.sampled_from(["shipments", "server", ""]),
    channel=st.sampled_from(Channel),
    clause=words,
    details=st.dictionaries(words, words, max_size=2),
    attachments=st.lists(files, max_size=2).map(tuple),
    on_behalf_of=st.sampled_from([None, Requester("Jo", "jo@example.com", CLIENT), Requester("?", "?", CLIENT)]),
)
messages = st.builds(
    Message,
    st.sampled_from(["why.new", "why.left", "quarantine.links", "as-written", "of a newer version"]),
    st.dictionaries(st.sampled_from(["person", "links", "text"]), words),
)
PLACES = (
    (0, "paris-liaison"),
    (1, "ihelp"),
    (2, "marc-selter"),
    (3, "paul"),
    (3, "system-analysts"),
    (4, "andrei"),
    (4, "roma"),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "category": st.sampled_from(Category),
    "verdict": st.just(VERDICT),
    "module": st.sampled_from(["", "server", "gone"]),
    "outcome": st.sampled_from(Outcome),
    "fixed_in": st.sampled_from(["", "4.2"]),
    "reason": st.sampled_from(["too-complex", "not-this-level", ""]),
    "number": st.integers(1, 10**6),
    "dropped": st.lists(words, max_size=2).map(tuple),
    "other": st.sampled_from(["HD-0000-0001", "HD-0000-0002"]),
    "speciality": st.sampled_from(["", "server"]),
    "reasons": st.lists(messages, min_size=1, max_size=2).map(tuple),
    "issue": st.sampled_from([None, 4712]),
    "progress": st.sampled_from(Progress),
    "relation": st.sampled_from(Relation),
    "what": st.sampled_from(["FileIssue", "SendNotice", "JudgeRequest"]),
    "level": st.integers(0, 4),
    "handler": st.sampled_from(["paul", "system-analysts", "andrei", "roma", "nobody"]),
    "priority": st.sampled_from(Priority),
    "question": said,
    "text": said,
    "attachments": st.lists(files, max_size=1).map(tuple),
    "resolution": said,
    "activity": st.sampled_from(["analyse", "reproduce", "interview", "gone"]),
    "reproduced": st.sampled_from(Reproduced),
    "version": st.sampled_from(["", "4.2"]),
    "mentions": st.just(()),
    "answers": st.sampled_from(
        [{}, {"steps": "Open it."}, {"priority": "urgent"}, {"priority": "low"}, {"priority": "x"}]
    ),
    "address": st.sampled_from(["jo@example.com", "liv@example.com", "camille@example.com", "jo@elsewhere.test", "?"]),
    "theirs": st.just({"status": "new"}),
    "ours": st.just({"status": "assigned"}),
    "share": st.sampled_from([50, 80]),
    "due": st.just(NOW),
    "to": st.sampled_from(["camille@example.com", "paul@example.com", "roma@example.com"]),
    "failure": st.sampled_from(Failure),
    "notice": st.sampled_from(["receipt", "gone"]),
    "why": messages,
    "notices": st.lists(words, max_size=2).map(tuple),
}
"""How the fields of events are filled with few values, so that much is accepted; all others hold any value."""


def any_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a kind, most of them possible ones."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in ("at", "actor")}
    return st.builds(
        kind,
        at=st.integers(0, 10**6).map(lambda seconds: NOW.fromtimestamp(NOW.timestamp() + seconds, NOW.tzinfo)),
        actor=st.sampled_from(["requester", "specdesk", "paul@example.com"]),
        **{name: FIELDS.get(name, values(hint)) for name, hint in hints.items()},
    )


def made_to_fit(event: Event, case: Case, process: Process) -> Event:
    """The event with a level, handler and reason that the rules allow, so that cases get around."""
    options = allowed(case, process)
    if isinstance(event, Escalated) and options.escalate_to:
        level = options.escalate_to[0]
        return replace(event, level=level, handler=handler_at(level, case, process), reason="too-complex")
    if isinstance(event, HandedOver) and options.hand_over_to:
        return replace(event, handler=options.hand_over_to[0])
    return event


events = st.one_of([any_event(kind) for kind in (*EVENTS.values(), Escalated, Escalated) if kind is not Received])
"""Any event but the first; escalations more often, so that cases come to all levels."""

logs = st.lists(st.tuples(events, st.sampled_from([True, True, False])), min_size=5, max_size=MAXIMUM)
"""Events, and whether they are made to fit."""


@settings(max_examples=120, derandomize=True, deadline=None)
@given(request=requests, place=st.sampled_from(PLACES), is_judged=st.sampled_from([True, True, False]), log=logs)
def test_any_accepted_sequence_keeps_the_invariants(
    process: Process, request: Request, place: tuple[int, str], is_judged: bool, log: list[tuple[Event, bool]]
) -> None:
    """Urgent is never at level 4; who handles a case is of its level, or owns its change; the log is the truth.

    It is filed once; what is refused changes nothing; what is stored comes back as it was; notices can be rendered.
    """
    level, handler = place
    if level not in process.priorities[request.priority].levels:
        request = replace(request, priority=Priority.HIGH)
    first = Received(at=NOW, actor="requester", request=request, level=level, handler=handler)
    step = Step(fold(CASE_ID, [first]), (first,), (JudgeRequest(),))
    stored, owed = list(step.events), list(step.intents)
    log = [(judged(), False)] * is_judged + log
    for event, fits in log:
        before = step.case
        try:
            step = advance(before, made_to_fit(event, before, process) if fits else event, process)
        except Refused:
            continue
        case = step.case
        stored += step.events
        owed += step.intents

        assert before.version + len(step.events) == case.version
        assert {(step.events[0].at, step.events[0].actor)} == {(event.at, event.actor) for event in step.events}
        assert (case.priority, case.level) != (Priority.URGENT, 4)
        assert case.stage.is_on_its_way or case.handler in process.levels[case.level].resources
        assert case.level in process.priorities[case.priority].levels
        assert case.changed_at >= before.changed_at
        assert not case.appealed or case.status.is_open
        assert len(case.copies) == len({*case.copies}) <= MOST_COPIES
        below = case.priority is Priority.URGENT and case.level < URGENT_LEVEL
        ways_up = {URGENT_LEVEL} if below else process.levels[case.level].escalates_to
        assert set(allowed(case, process).escalate_to) <= set(ways_up)
        caused = {name for event in step.events for name in MESSAGES[type(event)].notices}
        caused |= {"informed"} if any(map(is_on_page, step.events)) else set()
        for intent in step.intents:
            if isinstance(intent, SendNotice):
                assert intent.notice in caused
                subject, *_ = letter_of(intent, case, process, "https://desk/s", "https://desk/d")
                assert subject.startswith(f"[{CASE_ID}] ")
                assert not {unicodedata.category(sign) for sign in subject} & {"Cc", "Cs", "Zl", "Zp"}

    written = json.loads(json.dumps([event_to_plain(event) for event in stored]))
    read = [event_from_plain(plain) for plain in written]

    assert stored == read
    assert step.case == fold(CASE_ID, read)
    assert owed == [intent_from_plain(json.loads(json.dumps(intent_to_plain(intent)))) for intent in owed]
    assert owed.count(FileIssue()) <= 1 + sum(isinstance(event, Refiled) for event in stored)
    assert (FileIssue() in owed) == (step.case.status != "new")


@settings(max_examples=100, derandomize=True, deadline=None)
@given(event=events)
def test_every_event_survives_the_store(event: Event) -> None:
    """Written as JSON and read back, an event is the same."""
    assert event == event_from_plain(json.loads(json.dumps(event_to_plain(event))))


received_ones = st.builds(
    Received, at=st.just(NOW), actor=st.just("requester"), request=requests, level=FIELDS["level"], handler=words
)


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize("other", [{"x": 1}, [{"x": 1}], 7.5, "7"], ids=repr)
@settings(max_examples=20)
@given(data=st.data())
def test_an_event_with_a_field_of_another_kind_is_an_unknown_one(
    kind: type[Event], other: Any, data: st.DataObject
) -> None:
    """Whichever field it is, also within the request: else a page, a mail or the sweep would fail where it is used."""
    plain = json.loads(json.dumps(event_to_plain(data.draw(received_ones if kind is Received else any_event(kind)))))
    of = plain["request"] if kind is Received and data.draw(st.booleans()) else plain
    name = data.draw(st.sampled_from(sorted(of)))
    before, of[name] = of[name], other

    assert isinstance(read_event(json.dumps(plain)), UnknownEvent) or isinstance(before, type(other))


@pytest.mark.parametrize(
    "name", [*VERDICT, "citations.0", *(f"citations.0.{name}" for name in VERDICT["citations"][0])]
)
@pytest.mark.parametrize("other", [{"x": 1}, [{"x": 1}], None, True], ids=repr)
def test_a_verdict_that_lacks_what_is_shown_of_it_is_an_unknown_event(name: str, other: Any) -> None:
    """It is shown on two pages, told in mails and written to Mantis."""
    plain = json.loads(json.dumps(event_to_plain(judged())))
    *path, last = name.split(".")
    inner = plain["verdict"]
    for step in path:
        inner = inner[int(step) if step.isdigit() else step]
    inner[int(last) if last.isdigit() else last] = other
    fits = name == "counter" and other is None

    assert fits is not isinstance(read_event(json.dumps(plain)), UnknownEvent)


@pytest.mark.parametrize("level", [-1, 10, 10**30])
def test_a_level_that_no_process_has_is_an_unknown_event(level: int) -> None:
    """A level has one digit in support.yml."""
    plain = event_to_plain(received(1, "paul"))

    assert isinstance(read_event(json.dumps(plain | {"level": level})), UnknownEvent)


def test_a_level_that_only_another_process_has_is_read() -> None:
    """A process may have more levels than ours."""
    plain = event_to_plain(received(1, "paul")) | {"level": 9}

    assert plain == event_to_plain(read_event(json.dumps(plain)))
