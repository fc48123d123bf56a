"""Any sequence of events that `advance` accepts keeps what must always hold."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.case import (
    EVENTS,
    Case,
    Category,
    Escalated,
    Event,
    Failure,
    FileIssue,
    HandedOver,
    JudgeRequest,
    Progress,
    Received,
    Refiled,
    Relation,
    SendNotice,
    Step,
    event_from_plain,
    event_to_plain,
    fold,
    intent_from_plain,
    intent_to_plain,
)
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import advance, allowed, handler_at
from intake_fn.core.notices import render
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Attachment, Channel, Kind, Priority, Request, Requester
from tests.core.samples import CASE_ID, NOW, VERDICT, judged

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
    "clause": words,
    "reason": st.sampled_from(["too-complex", "not-this-level", ""]),
    "number": st.integers(1, 10**6),
    "project": words,
    "url": words,
    "dropped": st.lists(words, max_size=2).map(tuple),
    "late": st.booleans(),
    "other": st.sampled_from(["HD-0000-0001", "HD-0000-0002"]),
    "item": words,
    "told": st.booleans(),
    "works": st.booleans(),
    "mailed": st.booleans(),
    "speciality": st.sampled_from(["", "server"]),
    "reasons": st.lists(words, min_size=1, max_size=2).map(tuple),
    "issue": st.sampled_from([None, 4712]),
    "progress": st.sampled_from(Progress),
    "relation": st.sampled_from(Relation),
    "what": st.sampled_from(["FileIssue", "SendNotice", "JudgeRequest"]),
    "error": words,
    "level": st.integers(0, 4),
    "handler": st.sampled_from(["paul", "system-analysts", "andrei", "roma", "nobody"]),
    "note": words,
    "priority": st.sampled_from(Priority),
    "question": said,
    "text": said,
    "attachments": st.lists(files, max_size=1).map(tuple),
    "resolution": said,
    "activity": st.sampled_from(["analyse", "reproduce", "interview", "gone"]),
    "in_mantis": st.booleans(),
    "theirs": st.just({"status": "new"}),
    "ours": st.just({"status": "assigned"}),
    "share": st.sampled_from([50, 80]),
    "due": st.just(NOW),
    "to": st.sampled_from(["camille@example.com", "paul@example.com", "roma@example.com"]),
    "failure": st.sampled_from(Failure),
    "detail": words,
    "report": words,
    "notice": st.sampled_from(["receipt", "gone"]),
    "why": words,
    "notices": st.lists(words, max_size=2).map(tuple),
}
"""How the fields of events are filled; those with few values, so that much is accepted."""


def any_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a kind, most of them possible ones."""
    names = [name for name in kind.__dataclass_fields__ if name not in ("at", "actor")]
    return st.builds(
        kind,
        at=st.integers(0, 10**6).map(lambda seconds: NOW.fromtimestamp(NOW.timestamp() + seconds, NOW.tzinfo)),
        actor=st.sampled_from(["requester", "specdesk", "paul@example.com"]),
        **{name: FIELDS[name] for name in names},
    )


def made_to_fit(event: Event, case: Case, process: Process) -> Event:
    """The same event with a level, handler and reason that the rules allow, so that cases get around."""
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
    """Urgent is never at level 4; who handles a case is of its level; the log is the truth; it is filed once.

    What is refused changes nothing; what is stored comes back as it was; every notice can be rendered.
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
        assert (case.priority, case.level) != (Priority.URGENT, 4)
        assert case.handler in process.levels[case.level].resources
        assert case.level in process.priorities[case.priority].levels
        assert case.changed_at >= before.changed_at
        below = case.priority is Priority.URGENT and case.level < URGENT_LEVEL
        ways_up = {URGENT_LEVEL} if below else process.levels[case.level].escalates_to
        assert set(allowed(case, process).escalate_to) <= set(ways_up)
        for intent in step.intents:
            if isinstance(intent, SendNotice):
                subject, *_ = render(intent, case, process, "https://desk/s", "https://desk/d")
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
