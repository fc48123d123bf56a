"""Who may do what, and what follows: the registry of core/lifecycle.py, row by row."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core import change_events, desk_events, drift_events, erasure_events, events, requester_events
from intake_fn.core.case import Case, Step
from intake_fn.core.change_events import (
    BoardDecided,
    ChangeAssessed,
    ChangeReleased,
    ClausePublished,
    Commented,
    DeferralEnded,
    MotionPut,
    OwnerDeclined,
    Recused,
    SentToOwner,
    StageReached,
    VoteCast,
    VoteClosed,
)
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.erasure_events import DataErased
from intake_fn.core.errors import Refused
from intake_fn.core.escalation import front_end, handler_at
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    ChangedInMantis,
    Closed,
    DeliveryFailed,
    DuplicateAdded,
    DuplicateRemoved,
    Escalated,
    Event,
    FieldsDropped,
    Filed,
    FoundInMantis,
    HandedOver,
    Judged,
    JudgedInShadow,
    LeadUpdated,
    Linked,
    LinkRequested,
    MailFailed,
    MarkedDuplicate,
    MissingInMantis,
    Noted,
    NotedInMantis,
    NoticesBundled,
    NoticeSkipped,
    Overruled,
    Quarantined,
    Received,
    Refiled,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    RequesterRead,
    RequesterReplied,
    Resolved,
    Retried,
    UnknownEvent,
    Unlinked,
    UnmarkedDuplicate,
    Warned,
)
from intake_fn.core.intents import AddNote, BackfillNotes, FileIssue, JudgeRequest, RelateIssue, SendNotice
from intake_fn.core.lifecycle import ACTIONS, EVENTS, LIFECYCLE, TRANSITIONS
from intake_fn.core.messages import is_on_page, note_of
from intake_fn.core.notices import UNMAILED
from intake_fn.core.process import CLIENT, WorkingDayHours
from intake_fn.core.request import Attachment, Priority, Requester
from intake_fn.core.requester_events import (
    Appealed,
    CopyAdded,
    CopyRemoved,
    LevelInformed,
    NewsMuted,
    RequesterChanged,
    RequesterKept,
    RequestFollowed,
    Withdrawn,
)
from intake_fn.core.sla import CLOCK_STATE, ClockState
from intake_fn.core.steps import advance, allowed, take_in
from intake_fn.core.vocabulary import (
    Category,
    Decision,
    ErasedAs,
    Failure,
    Motion,
    Progress,
    Relation,
    Reproduced,
    Stage,
    Stance,
    Status,
    Vote,
)
from intake_fn.texts import message
from tests.core.samples import CASE_ID, NOW, PAUL, VERDICT, at, case_at, case_of, happened, judged, received, request

if TYPE_CHECKING:
    from intake_fn.core.process import Process

URGENT, HIGH, MEDIUM, LOW = Priority
MARC = "marc.selter@example.com"
CAMILLE, LIAISON = "camille@example.com", "liaison.paris@example.com"
CHLOE = Requester("Chloe Yip", "chloe@client.example.org", CLIENT, "Lotus Line")

SAMPLES: dict[type[Event], dict[str, Any]] = {
    Received: {"request": request(), "level": 0, "handler": "paris-liaison"},
    Judged: {"category": Category.BUG, "verdict": VERDICT},
    JudgedInShadow: {"category": Category.BUG, "verdict": VERDICT},
    RequesterRead: {"clause": "billing#due", "stance": Stance.MATCHES, "quote": "Q", "url": "u", "spec": "s"},
    ClauseChanged: {
        "clause": "billing#due",
        "before": Category.BUG,
        "after": Category.CHANGE,
        "old": "An invoice is due after 30 days.",
        "new": "An invoice is due after 45 days.",
        "digest": "0123456789ab",
        "spec": "s",
    },
    Overruled: {"category": Category.CHANGE, "clause": "billing#due", "reason": "It says so."},
    Filed: {"number": 7, "project": "Bugs InBox", "url": "http://mantis/7"},
    DeliveryFailed: {"what": "SendNotice", "error": "No such address."},
    Escalated: {"level": 4, "handler": "roma", "reason": "too-complex", "note": "See the log."},
    HandedOver: {"handler": "system-analysts", "note": "Yours."},
    Reprioritised: {"priority": LOW, "note": "It can wait."},
    AskedRequester: {"question": "Which browser?"},
    RequesterReplied: {"text": "Firefox."},
    Quarantined: {"reasons": (message("quarantine.links", links=9),)},
    Released: {},
    Rejected: {"reason": "An advertisement."},
    LinkRequested: {},
    Noted: {"text": "On it."},
    Resolved: {"resolution": "Mended."},
    Reopened: {"reason": "It came back."},
    Closed: {"note": "Nobody objected."},
    Warned: {"at": at("2026-11-24 23:00"), "share": 50, "due": at("2026-11-25 11:00")},
    Breached: {"at": at("2026-11-25 11:01"), "due": at("2026-11-25 11:00")},
    Retried: {"what": "SendNotice"},
    NotedInMantis: {"number": 1, "text": "It is the firewall."},
    ChangedInMantis: {"theirs": {"status": "new"}, "ours": {"status": "assigned"}},
    MissingInMantis: {"number": 4711},
    FoundInMantis: {"number": 4711},
    FieldsDropped: {"dropped": ("handler",)},
    ActivityCompleted: {"activity": "reproduce", "note": "Always.", "reproduced": Reproduced.YES, "version": "4.2"},
    UpdateSent: {"text": "We are on it."},
    Deescalated: {"level": 2, "handler": "marc-selter", "note": "A matter of training."},
    Refiled: {},
    Unlinked: {"number": 4700},
    MarkedDuplicate: {"other": "HD-0000-0002", "number": 4700},
    UnmarkedDuplicate: {},
    DuplicateAdded: {"other": "HD-0000-0003"},
    DuplicateRemoved: {"other": "HD-0000-0003"},
    LeadUpdated: {"other": "HD-0000-0002", "item": "HD-0000-0002#7#1", "progress": Progress.ESCALATED},
    Linked: {"number": 4700, "relation": Relation.DUPLICATE},
    SentToOwner: {"module": "billing", "owner": "marc-selter"},
    ChangeAssessed: {
        "clause": "billing#due",
        "today": "30 days.",
        "spec": "s1",
        "proposed": "45 days.",
        "effort": "2",
    },
    OwnerDeclined: {"actor": PAUL, "reason": "Too dear."},
    Commented: {"text": "It touches customs."},
    MotionPut: {"motion": Motion.APPROVE},
    VoteCast: {"member": "paul", "vote": Vote.YES},
    Recused: {"member": "paul", "reason": "I wrote it."},
    BoardDecided: {
        "actor": MARC,
        "decision": Decision.APPROVED,
        "votes": {"marc-selter": "yes", "paul": "yes"},
        "text": "Yes.",
    },
    VoteClosed: {"actor": "specdesk", "voted": 0},
    DeferralEnded: {"actor": "specdesk"},
    StageReached: {"stage": Stage.DEVELOPMENT, "handler": "andrei"},
    ClausePublished: {"clause": "billing#due", "spec": "s2", "text": "45 days.", "as_proposed": True},
    ChangeReleased: {"version": "4.3", "text": "45 days now.", "reason": "The page follows."},
    NoticesBundled: {"to": "camille@example.com", "notices": ("escalated", "question")},
    MailFailed: {"to": "camille@example.com", "failure": Failure.BOUNCED, "detail": "No such user.", "report": "1"},
    Appealed: {"actor": "requester", "text": "The clause says 45 days."},
    Withdrawn: {"actor": "requester"},
    CopyAdded: {"actor": "requester", "address": "jo@example.com"},
    CopyRemoved: {"actor": "requester", "address": "jo@example.com"},
    RequesterChanged: {"address": CHLOE.email},
    RequesterKept: {"address": CHLOE.email},
    NewsMuted: {"actor": "requester", "address": "camille@example.com"},
    RequestFollowed: {"person": "roma"},
    LevelInformed: {"people": ("roma", "andrei")},
    DataErased: {"role": ErasedAs.REQUESTER, "texts": 3, "files": 1},
    NoticeSkipped: {
        "to": "camille@example.com",
        "notice": "question",
        "why": message("skipped.left", person="Camille"),
    },
}
"""One good event of each kind, for a case in Paul's hands at level 3; one without a row here only needs texts."""

AT_LEVEL_3 = case_at(3, "paul")
VOTED = (
    happened(MotionPut, motion=Motion.APPROVE),
    VoteCast(at=NOW, actor=MARC, member="marc-selter", vote=Vote.YES),
    VoteCast(at=NOW, actor=PAUL, member="paul", vote=Vote.YES),
)
"""What the Board has said of a change that it approves."""
ONLINE = happened(MotionPut, motion=Motion.APPROVE, closes=NOW)
PUT_OFF = happened(BoardDecided, decision=Decision.DEFERRED, votes={"paul": "yes"}, text="Later.", until=NOW)
HELD_BACK = case_of(
    received(3, "paul"), Quarantined(at=NOW, actor="specdesk", reasons=(message("quarantine.links", links=9),))
)
BY_STATUS = {
    Status.QUARANTINED: HELD_BACK,
    Status.REJECTED: case_of(*HELD_BACK.history, happened(Rejected, reason="An advertisement.")),
    Status.NEW: case_of(received(3, "paul")),
    Status.OPEN: AT_LEVEL_3,
    Status.WAITING: case_of(*AT_LEVEL_3.history, happened(AskedRequester, question="Which browser?")),
    Status.RESOLVED: case_of(*AT_LEVEL_3.history, happened(Resolved, resolution="Mended.")),
    Status.CLOSED: case_of(*AT_LEVEL_3.history, happened(Resolved, resolution="Mended."), happened(Closed)),
}


def step_of(case: Case, kind: type[Event], process: Process, **changes: Any) -> Step:
    """What a good event of a kind does to a case."""
    texts = {part.name: "So." for part in fields(kind) if part.type == "str" and part.default is MISSING}
    process = replace(process, board=replace(process.board, owner_declines=tuple(process.modules)))
    return advance(case, kind(**{**texts, "at": NOW, "actor": PAUL, **SAMPLES.get(kind, {}), **changes}), process)


def made_ready(case: Case, kind: type[Event]) -> Case:
    """The case with what an event of this kind needs besides its status."""
    needs: dict[type[Event], dict[str, Any]] = {
        Refiled: {"issue": 4711, "missing_in_mantis": True},
        Unlinked: {"links": {4700: Relation.RELATED}},
        UnmarkedDuplicate: {
            "duplicate_of": "HD-0000-0002",
            **_with_history(case, happened(MarkedDuplicate, other="HD-0000-0002")),
        },
        LeadUpdated: {"duplicate_of": "HD-0000-0002"},
        CopyRemoved: {"copies": ("jo@example.com",)},
        RequesterChanged: _forwarded(case),
        RequesterKept: _forwarded(case),
        RequesterRead: {"category": Category.UNDECIDED},
        DuplicateRemoved: {"duplicates": ("HD-0000-0003",)},
        SentToOwner: {"category": Category.CHANGE},
        ChangeAssessed: {"stage": Stage.OWNER},
        OwnerDeclined: {"stage": Stage.OWNER},
        Commented: {"stage": Stage.BOARD},
        MotionPut: {"stage": Stage.BOARD},
        VoteCast: {"stage": Stage.BOARD, **_with_history(case, *VOTED[:1])},
        Recused: {"stage": Stage.BOARD},
        BoardDecided: {"stage": Stage.BOARD, **_with_history(case, *VOTED)},
        VoteClosed: {
            "stage": Stage.BOARD,
            **_with_history(case, ONLINE),
        },
        DeferralEnded: {"stage": Stage.DEFERRED, **_with_history(case, PUT_OFF)},
        StageReached: {"stage": Stage.DESIGN},
        ClausePublished: {"stage": Stage.DESIGN},
        ChangeReleased: {"stage": Stage.READY},
    }
    return replace(case, **needs.get(kind, {}))


def _forwarded(case: Case) -> dict[str, Any]:
    return {"request": replace(case.request, on_behalf_of=CHLOE)}


def _with_history(case: Case, *events: Event) -> dict[str, Any]:
    return {"history": (*case.history, *events), "statuses": (*case.statuses, *[case.status] * len(events))}


def timed(process: Process) -> Process:
    """The process with 24 hours for everything at level 3."""
    level = replace(process.levels[3], response=dict.fromkeys(Priority, WorkingDayHours(24)))
    return replace(process, levels={**process.levels, 3: level})


def in_short(step: Step) -> list[str]:
    """Intents as names; notices with their address."""
    return [
        f"{intent.notice} to {intent.to}" if isinstance(intent, SendNotice) else type(intent).__name__
        for intent in step.intents
    ]


# --- where a request goes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        pytest.param("london", (0, "london-liaison"), id="Level 0: non-NY office users, by the liaison of London"),
        pytest.param("paris", (0, "paris-liaison"), id="Level 0: of Paris"),
        pytest.param("hong-kong", (0, "hk-liaison"), id="Level 0: of Hong Kong"),
        pytest.param("new-york", (1, "ihelp"), id="Level 1: NY office users"),
        pytest.param(CLIENT, (1, "ihelp"), id="Level 1: client users"),
    ],
)
def test_a_request_comes_to_its_front_end(process: Process, office: str, expected: tuple[int, str]) -> None:
    """The process page names the front end of everybody."""
    assert expected == front_end(request(office), process)


def test_an_office_that_is_not_there_is_refused_with_those_that_are(process: Process) -> None:
    """Nobody is sent to the wrong front end because of a typing error."""
    with pytest.raises(Refused, match=r"no office 'rome'.*new-york, london, paris, hong-kong, client"):
        front_end(request("rome"), process)


@pytest.mark.parametrize(
    ("level", "module", "expected"),
    [
        pytest.param(0, "billing", "paris-liaison", id="the liaison of the requester's office"),
        pytest.param(1, "billing", "ihelp", id="the only one there"),
        pytest.param(2, "server", "marc-selter", id="the only one there, whatever it is about"),
        pytest.param(3, "server", "paul", id="Paul handles server issues, firewall issues"),
        pytest.param(3, "billing", "system-analysts", id="SAs handle all other issues"),
        pytest.param(3, "", "system-analysts", id="no module is an other issue"),
        pytest.param(3, "gone", "system-analysts", id="a module that is gone is an other issue"),
    ],
)
def test_a_level_chooses_who_handles_a_case(process: Process, level: int, module: str, expected: str) -> None:
    """Liaisons by office, specialists by module."""
    assert expected == handler_at(level, case_at(1, "ihelp", module=module), process)


def test_level_4_shares_its_cases_and_always_answers_alike(process: Process) -> None:
    """Both engineers get their share; the case's number decides, so that asking twice gives one answer."""
    cases = [replace(AT_LEVEL_3, id=f"HD-{n:04}-0000") for n in range(200)]
    chosen = [handler_at(4, case, process) for case in cases]

    assert chosen == [handler_at(4, case, process) for case in cases]
    assert {"andrei", "roma"} == set(chosen)
    assert 70 <= chosen.count("andrei") <= 130


def test_a_request_is_taken_in_with_a_verdict_owed(process: Process) -> None:
    """The first step: received by its front end, and nothing is owed but the judging."""
    step = take_in(CASE_ID, request(), NOW, process)

    assert (JudgeRequest(),) == step.intents
    assert (CASE_ID, 1, Status.NEW, 0, "paris-liaison") == (
        step.case.id,
        step.case.version,
        step.case.status,
        step.case.level,
        step.case.handler,
    )
    assert step.events == step.case.history


# --- which event in which status -------------------------------------------------------------


@pytest.mark.parametrize("kind", list(EVENTS.values()))
@pytest.mark.parametrize("status", list(Status))
def test_every_pair_of_status_and_event_is_decided(process: Process, status: Status, kind: type[Event]) -> None:
    """What the table allows happens; all else is refused naming what is possible, and changes nothing."""
    case = BY_STATUS[status]
    if kind is Judged and case.verdict is not None:
        case = replace(case, verdict=None)  # a verdict that comes late
    case = made_ready(case, kind)
    before = replace(case)
    process = timed(process)
    if kind in TRANSITIONS[status]:
        assert case.version < step_of(case, kind, process).case.version
    else:
        with pytest.raises(Refused, match=f"{CASE_ID} is {status.value}.*Possible are: "):
            step_of(case, kind, process)

    assert before == case


ENDS_WAITING: dict[type[Event], Status] = {
    RequesterReplied: Status.OPEN,
    Appealed: Status.OPEN,
    Resolved: Status.RESOLVED,
    ChangeReleased: Status.RESOLVED,
    OwnerDeclined: Status.RESOLVED,
}


@pytest.mark.parametrize("kind", sorted(TRANSITIONS[Status.WAITING], key=repr))
def test_only_an_answer_or_a_resolution_ends_the_waiting(process: Process, kind: type[Event]) -> None:
    """Escalated, handed over or given another priority, the requester still owes the answer, and the clock stands."""
    case = BY_STATUS[Status.WAITING]
    case = made_ready(replace(case, verdict=None) if kind is Judged else case, kind)
    after = step_of(case, kind, process).case

    expected = ENDS_WAITING.get(kind, Status.WAITING)
    assert expected is after.status
    assert (CLOCK_STATE[after.status] is ClockState.PAUSED) == (expected is Status.WAITING)


def test_what_waits_is_paused_at_the_level_that_receives_it(process: Process) -> None:
    """Escalated while we wait: level 4's clock stands from the first moment, and runs from the answer on."""
    waiting = step_of(BY_STATUS[Status.WAITING], Escalated, process)
    answered = step_of(waiting.case, RequesterReplied, process, at=at("2026-11-25 10:00"))

    assert (Status.WAITING, 4, None, None) == (waiting.case.status, waiting.case.level, waiting.due, waiting.next_alert)
    assert at("2026-11-25 17:00") == answered.due


def test_the_registry_has_a_row_for_every_event() -> None:
    """No event is forgotten, and each may happen somewhere; two begin a case."""
    modules = (events, change_events, desk_events, drift_events, erasure_events, requester_events)
    named = [kind for module in modules for kind in vars(module).values()]
    kinds = {kind for kind in named if isinstance(kind, type) and issubclass(kind, Event)}

    assert set(LIFECYCLE) == kinds - {Event, UnknownEvent}
    assert set(LIFECYCLE) - {Received, Quarantined} == set().union(*TRANSITIONS.values())
    assert set(Status) == set(TRANSITIONS)


@pytest.mark.parametrize("kind", LIFECYCLE)
def test_a_row_names_no_status_that_its_event_cannot_meet(kind: type[Event]) -> None:
    """Where a row says by status what follows, the event may happen in that status."""
    row = LIFECYCLE[kind]

    assert set(row.leads_to) in (set(), set(Status)) or set(row.leads_to) <= row.allowed_in


# --- what is owed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "kind", "expected"),
    [
        pytest.param(
            case_of(received(0, "paris-liaison")),
            Judged,
            ["FileIssue", f"receipt to {CAMILLE}", f"assigned to {LIAISON}"],
            id="a verdict makes it an issue, a receipt and somebody's work",
        ),
        pytest.param(
            case_of(received(0, "paris-liaison")),
            Overruled,
            ["FileIssue", "BackfillNotes", f"receipt to {CAMILLE}", "assigned to sa@example.com"],
            id="where the judge can't speak, a person's decision does the same",
        ),
        pytest.param(
            case_of(received(0, "paris-liaison"), happened(Noted, text="Early."), happened(RequesterReplied, text="!")),
            Judged,
            ["FileIssue", "BackfillNotes", f"receipt to {CAMILLE}", f"assigned to {LIAISON}"],
            id="what was said before the verdict follows the issue",
        ),
        pytest.param(case_of(received(0, "paris-liaison")), Noted, [], id="before that Mantis is told nothing"),
        pytest.param(
            case_of(received(0, "paris-liaison")), RequesterReplied, [f"replied to {LIAISON}"], id="but the handler is"
        ),
        pytest.param(
            case_of(received(3, "paul"), happened(Overruled, category=Category.BUG, clause="", reason="See.")),
            Judged,
            [],
            id="a verdict that comes after a person's decision files nothing again",
        ),
        pytest.param(
            AT_LEVEL_3,
            Overruled,
            ["AddNote", "UpdateIssue", f"overruled to {CAMILLE}", "assigned to sa@example.com"],
            id="a change moves to its project and to the owner of its module",
        ),
        pytest.param(AT_LEVEL_3, Filed, [], id="filed: it is what was owed"),
        pytest.param(AT_LEVEL_3, DeliveryFailed, [], id="given up: a person has to look"),
        pytest.param(
            AT_LEVEL_3,
            Escalated,
            ["AddNote", "UpdateIssue", "assigned to roma@example.com", f"escalated to {CAMILLE}"],
            id="escalated: the new handler and the requester know",
        ),
        pytest.param(
            AT_LEVEL_3, HandedOver, ["AddNote", "UpdateIssue", "assigned to sa@example.com"], id="handed over: the new"
        ),
        pytest.param(
            AT_LEVEL_3,
            Reprioritised,
            ["AddNote", "UpdateIssue", f"priority to {CAMILLE}"],
            id="a priority is Mantis's business too, and the requester's",
        ),
        pytest.param(AT_LEVEL_3, AskedRequester, ["AddNote", "UpdateIssue", f"question to {CAMILLE}"], id="asked"),
        pytest.param(AT_LEVEL_3, RequesterReplied, ["AddNote", "UpdateIssue", f"replied to {PAUL}"], id="replied"),
        pytest.param(AT_LEVEL_3, Noted, ["AddNote"], id="a note is for colleagues only"),
        pytest.param(AT_LEVEL_3, Resolved, ["AddNote", "UpdateIssue", f"resolved to {CAMILLE}"], id="level 3 resolved"),
        pytest.param(
            case_at(4, "roma"),
            Resolved,
            ["AddNote", "UpdateIssue", f"resolved to {CAMILLE}", "completed to sa@example.com"],
            id="level 4 resolved: once completed notify Level 3 by e-mail",
        ),
        pytest.param(
            BY_STATUS[Status.RESOLVED],
            Reopened,
            ["AddNote", "UpdateIssue", f"reopened to {CAMILLE}", f"returned to {PAUL}"],
            id="reopened: both sides know",
        ),
        pytest.param(
            BY_STATUS[Status.RESOLVED], Closed, ["AddNote", "UpdateIssue", f"closed to {CAMILLE}"], id="closed"
        ),
    ],
)
def test_what_an_event_makes_us_owe(process: Process, case: Case, kind: type[Event], expected: list[str]) -> None:
    """Mantis, the requester and the handler hear of what concerns them, once each."""
    assert expected == in_short(step_of(case, kind, process))


ON_THE_PAGE = ("status", "level", "handler", "priority", "category", "issue")
SHOWN = [(status, kind) for status, kinds in TRANSITIONS.items() for kind in sorted(kinds, key=repr)]


@pytest.mark.parametrize(("status", "kind"), SHOWN)
def test_a_requester_gets_one_mail_of_all_that_their_page_shows_or_there_is_a_reason_why_not(
    process: Process, status: Status, kind: type[Event]
) -> None:
    """R29; where they get none, the table says why."""
    case = BY_STATUS[status]
    case = made_ready(replace(case, verdict=None) if kind is Judged else case, kind)
    step = step_of(case, kind, timed(process))
    before, after = (
        (*(getattr(one, name) for name in ON_THE_PAGE), sum(map(is_on_page, one.history))) for one in (case, step.case)
    )
    mails = sum(isinstance(intent, SendNotice) and intent.to == CAMILLE for intent in step.intents)

    assert mails == (before != after) or (kind in UNMAILED and mails == 0) or kind is LinkRequested


def test_what_was_filed_late_is_looked_at(process: Process) -> None:
    """It may have stood in Mantis for a while, and somebody may have done something there."""
    assert ["UpdateIssue"] == in_short(step_of(AT_LEVEL_3, Filed, process, late=True))


def test_level_3_hears_of_completion_by_whoever_had_the_case_there(process: Process) -> None:
    """Paul escalated it although the module is not his: he is told, not the System Analysts."""
    case = case_of(
        *AT_LEVEL_3.history,
        happened(Escalated, level=4, handler="roma", reason="too-complex"),
        happened(Noted, text="!"),
    )

    assert f"completed to {PAUL}" == in_short(step_of(case, Resolved, process))[-1]


def test_the_filing_comes_before_everything_else_that_mantis_is_owed(process: Process) -> None:
    """Deliveries to Mantis go in their order: a note before the issue would wait for ever and hold it up."""
    case = case_of(received(0, "paris-liaison"), happened(Noted, text="Early."))
    for_mantis = [i for i in step_of(case, Judged, process).intents if not isinstance(i, SendNotice)]

    assert [FileIssue(), BackfillNotes()] == for_mantis


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Escalated, "Escalated to level 4, Roma: The task is too complex for this level (Paul)\nSee the log."),
        (HandedOver, "Reassigned to System Analysts (SAs) (Paul)\nYours."),
        (Reprioritised, "Priority is now Low (Paul)\nIt can wait."),
        (Overruled, "Decided: change request, by clause billing#due (Paul)\nIt says so."),
        (AskedRequester, "Question to the requester (Paul)\nWhich browser?"),
        (Resolved, "Resolved (Paul)\nMended."),
    ],
)
def test_a_note_in_mantis_says_what_happened_by_whom_and_why(
    process: Process, kind: type[Event], expected: str
) -> None:
    """Whoever works in Mantis alone can follow the case."""
    step = step_of(AT_LEVEL_3, kind, process)

    assert [AddNote(step.case.version)] == [i for i in step.intents if isinstance(i, AddNote)]
    assert expected == note_of(step.case.history[-1], process)


def test_a_reply_names_the_files_that_came_with_it(process: Process) -> None:
    """The handler sees in the mail and in Mantis that there is something to look at."""
    file = Attachment("k/1", "log.txt", "text/plain", 120, "ab" * 32)
    event = RequesterReplied(at=NOW, actor="requester", text="", attachments=(file,))
    step = advance(AT_LEVEL_3, event, process)

    assert AddNote(step.case.version) in step.intents
    assert "Reply (the requester)\nFile: log.txt (120 bytes)" == note_of(event, process)


# --- escalation ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "changes", "says"),
    [
        pytest.param(
            case_at(0, "paris-liaison"), {"level": 3, "handler": "paul"}, "escalates to level 1", id="no jump"
        ),
        pytest.param(AT_LEVEL_3, {"level": 2, "handler": "marc-selter"}, "escalates to level 4", id="no way back"),
        pytest.param(case_at(4, "roma"), {"level": 4}, "nowhere: it is the last", id="level 4 is the last"),
        pytest.param(AT_LEVEL_3, {"level": 9}, "escalates to level 4, not to level 9", id="no such level"),
        pytest.param(AT_LEVEL_3, {"reason": "busy"}, "“The task is too complex.*“This level", id="the page's reasons"),
        pytest.param(AT_LEVEL_3, {"reason": ""}, "needs its reason", id="a reason is needed"),
        pytest.param(AT_LEVEL_3, {"handler": "paul"}, "Paul is not at level 4.*Andrei, Roma", id="a resource of it"),
        pytest.param(AT_LEVEL_3, {"handler": ""}, "'' is not at level 4", id="somebody"),
        pytest.param(
            case_at(3, "paul", priority=URGENT), {}, "Urgent.*at level 3 at the latest, never at level 4", id="urgent"
        ),
    ],
)
def test_an_escalation_that_the_page_does_not_know_is_refused(
    process: Process, case: Case, changes: dict[str, Any], says: str
) -> None:
    """One level up, for one of the two reasons, to a resource of that level, and never urgent to level 4."""
    with pytest.raises(Refused, match=says):
        step_of(case, Escalated, process, **changes)


def test_everything_that_is_wrong_with_a_step_is_said_at_once(process: Process) -> None:
    """Nobody has to send a form three times to learn three things."""
    with pytest.raises(Refused) as refused:
        step_of(AT_LEVEL_3, Escalated, process, handler="x", reason="")

    assert ("needs its reason" in str(refused.value), "not at level 4" in str(refused.value)) == (True, True)


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        ("paul", f"Paul has {CASE_ID} already"),
        ("roma", "Roma is not at level 3; you may hand it over to System Analysts"),
        ("nobody", "'nobody' is not at level 3"),
    ],
)
def test_a_case_is_handed_over_only_to_a_colleague_of_the_level(process: Process, handler: str, says: str) -> None:
    """Handing over stays on the level; another level is an escalation and needs its reason."""
    with pytest.raises(Refused, match=says):
        step_of(AT_LEVEL_3, HandedOver, process, handler=handler)


# --- urgent ----------------------------------------------------------------------------------


def test_raising_a_request_to_urgent_at_level_4_moves_it_to_level_3(process: Process) -> None:
    """All urgent issues are handled at level 3; whoever had it there gets it back, with one update for Mantis."""
    case = case_of(*AT_LEVEL_3.history, happened(Escalated, level=4, handler="roma", reason="too-complex"))
    step = step_of(case, Reprioritised, process, priority=URGENT)

    assert (3, "paul", URGENT) == (step.case.level, step.case.handler, step.case.priority)
    assert [Escalated, Reprioritised] == [type(event) for event in step.events]
    both = ["AddNote", f"assigned to {PAUL}", f"escalated to {CAMILLE}", "AddNote", "UpdateIssue"]
    assert [*both, f"priority to {CAMILLE}", f"copied to {LIAISON}"] == in_short(step)


def test_not_even_the_log_holds_an_urgent_request_at_level_4(process: Process) -> None:
    """The move comes before the new priority: every prefix of the log is a case that may be."""
    step = step_of(case_at(4, "roma"), Reprioritised, process, priority=URGENT)
    prefixes = [case_of(*step.case.history[:length]) for length in range(1, len(step.case.history) + 1)]

    assert [] == [case for case in prefixes if (case.priority, case.level) == (URGENT, 4)]


def test_an_urgent_request_at_level_3_stays_where_it_is(process: Process) -> None:
    """It is where urgent ones are handled."""
    step = step_of(AT_LEVEL_3, Reprioritised, process, priority=URGENT)

    assert (3, URGENT, 1) == (step.case.level, step.case.priority, len(step.events))


@pytest.mark.parametrize(
    ("levels", "says"),
    [((0, 1, 2, 3, 4), "has the priority High already"), ((0, 1), "Low requests are not handled at level 3")],
)
def test_a_priority_that_is_not_new_or_not_for_the_level_is_refused(
    process: Process, levels: tuple[int, ...], says: str
) -> None:
    """The message says which levels handle it."""
    rule = replace(process.priorities[LOW], levels=levels)
    odd = replace(process, priorities={**process.priorities, LOW: rule})
    with pytest.raises(Refused, match=says):
        step_of(AT_LEVEL_3, Reprioritised, odd, priority=HIGH if 3 in levels else LOW)


# --- words, doubles and clocks ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (Overruled, "reason"),
        (AskedRequester, "question"),
        (RequesterReplied, "text"),
        (Noted, "text"),
        (Resolved, "resolution"),
        (Reopened, "reason"),
    ],
)
@pytest.mark.parametrize("nothing", ["", " \n\t "])
def test_words_that_somebody_will_read_must_be_there(
    process: Process, kind: type[Event], field: str, nothing: str
) -> None:
    """An empty question or resolution helps nobody."""
    case = BY_STATUS[Status.RESOLVED] if kind is Reopened else AT_LEVEL_3
    with pytest.raises(Refused, match="Please "):
        step_of(case, kind, process, **{field: nothing})


def test_a_person_decides_and_does_not_leave_it_undecided(process: Process) -> None:
    """Bug, change or support: mutually exclusive, and one of them."""
    with pytest.raises(Refused, match="Please decide"):
        step_of(AT_LEVEL_3, Overruled, process, category=Category.UNDECIDED)


@pytest.mark.parametrize("kind", [Judged, Filed])
def test_what_happens_once_happens_once(process: Process, kind: type[Event]) -> None:
    """A second verdict or a second issue would be a duplicate: it is refused, whoever sends it."""
    case = AT_LEVEL_3 if kind is Judged else step_of(AT_LEVEL_3, Filed, process).case
    with pytest.raises(Refused, match=f"has been {kind.__name__.lower()} before"):
        step_of(case, kind, process)


def test_a_decision_stands_whatever_the_judge_says_later(process: Process) -> None:
    """The verdict is kept beside it, as evidence."""
    decided = step_of(BY_STATUS[Status.NEW], Overruled, process).case
    case = step_of(decided, Judged, process).case

    assert (Category.CHANGE, VERDICT, Status.OPEN) == (case.category, case.verdict, case.status)


def test_a_failed_mail_is_no_failed_filing(process: Process) -> None:
    """Only the filing itself, given up before it succeeded, makes the case show it."""
    queued = step_of(AT_LEVEL_3, DeliveryFailed, process).case
    failed = step_of(AT_LEVEL_3, DeliveryFailed, process, what="FileIssue").case
    filed = step_of(step_of(failed, Filed, process).case, DeliveryFailed, process, what="FileIssue").case

    assert ["queued", "failed", "filed"] == [queued.filing, failed.filing, filed.filing]


def test_the_log_never_runs_backwards(process: Process) -> None:
    """The clocks of two machines differ by a little: an event that seems older happens at the last instant."""
    early = Noted(at=NOW - timedelta(seconds=3), actor=PAUL, text="On it.")

    assert NOW == advance(AT_LEVEL_3, early, process).case.changed_at


def test_a_reply_to_what_is_done_reopens_it(process: Process) -> None:
    """A requester is never sent away; an answer resumes what waits; what was set aside is looked at again."""
    after = {status: step_of(case, RequesterReplied, process).case.status for status, case in BY_STATUS.items()}

    assert {
        Status.QUARANTINED: Status.QUARANTINED,
        Status.REJECTED: Status.QUARANTINED,
        Status.NEW: Status.NEW,
        Status.OPEN: Status.OPEN,
        Status.WAITING: Status.OPEN,
        Status.RESOLVED: Status.OPEN,
        Status.CLOSED: Status.OPEN,
    } == after


# --- what the desk offers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "words", "escalate_to", "hand_over_to"),
    [
        pytest.param(
            AT_LEVEL_3,
            {
                "escalate",
                "send it back to the level below",
                "hand over",
                "change the priority",
                "override the verdict",
                "ask the requester",
                "write to the requester",
                "complete an activity",
                "link it to another issue",
                "mark it as a duplicate",
                "add a note",
                "resolve",
            },
            (4,),
            ("system-analysts",),
            id="in work at level 3",
        ),
        pytest.param(
            case_at(3, "paul", priority=URGENT),
            {
                "hand over",
                "change the priority",
                "override the verdict",
                "ask the requester",
                "write to the requester",
                "complete an activity",
                "link it to another issue",
                "mark it as a duplicate",
                "add a note",
                "resolve",
            },
            (),
            ("system-analysts",),
            id="urgent at level 3 goes no further",
        ),
        pytest.param(
            case_at(2, "marc-selter"),
            {
                "escalate",
                "send it back to the level below",
                "change the priority",
                "override the verdict",
                "ask the requester",
                "write to the requester",
                "complete an activity",
                "link it to another issue",
                "mark it as a duplicate",
                "add a note",
                "resolve",
            },
            (3,),
            (),
            id="alone at level 2",
        ),
        pytest.param(BY_STATUS[Status.NEW], {"override the verdict", "add a note"}, (), (), id="not judged yet"),
        pytest.param(
            BY_STATUS[Status.RESOLVED],
            {
                "add a note",
                "write to the requester",
                "override the verdict",
                "link it to another issue",
                "reopen",
                "close",
            },
            (),
            (),
            id="resolved",
        ),
        pytest.param(
            BY_STATUS[Status.CLOSED],
            {"add a note", "write to the requester", "link it to another issue", "reopen"},
            (),
            (),
            id="closed",
        ),
    ],
)
def test_the_desk_offers_what_is_allowed(
    process: Process, case: Case, words: set[str], escalate_to: tuple[int, ...], hand_over_to: tuple[str, ...]
) -> None:
    """No button that would be refused, and none missing."""
    options = allowed(case, process)

    assert words == {ACTIONS[kind] for kind in options.events}
    assert (escalate_to, hand_over_to) == (options.escalate_to, options.hand_over_to)


def test_every_offered_choice_is_accepted(process: Process) -> None:
    """Options and `advance` read the same tables; trying all of them shows it."""
    for level, row in process.levels.items():
        for person in row.resources:
            case = case_at(level, person)
            options = allowed(case, process)
            for to in options.escalate_to:
                step_of(case, Escalated, process, level=to, handler=handler_at(to, case, process))
            for colleague in options.hand_over_to:
                step_of(case, HandedOver, process, handler=colleague)
            for priority in options.priorities:
                step_of(case, Reprioritised, process, priority=priority)


def test_the_source_of_rules_is_the_process_file(process: Process) -> None:
    """Another file, other rules: level 1 may escalate to level 3 where support.yml says so."""
    level = replace(process.levels[1], escalates_to=(2, 3))
    odd = replace(process, levels={**process.levels, 1: level})
    case = case_at(1, "ihelp")

    assert (2, 3) == allowed(case, odd).escalate_to
    assert step_of(case, Escalated, odd, level=3, handler="paul").case.level == 3


def test_judging_is_what_opens_a_case(process: Process) -> None:
    """From then on it is in a level's hands."""
    step = advance(BY_STATUS[Status.NEW], judged(), process)

    assert (Status.OPEN, Category.BUG, VERDICT) == (step.case.status, step.case.category, step.case.verdict)
    assert TRANSITIONS[step.case.status] >= {Escalated, Resolved}


# --- mail that fails -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "handler", "to", "failure", "told"),
    [
        pytest.param(0, "paris-liaison", CAMILLE, Failure.BOUNCED, [f"unreached to {LIAISON}"], id="the handler"),
        pytest.param(0, "paris-liaison", CAMILLE, Failure.COMPLAINED, [f"unreached to {LIAISON}"], id="of a complaint"),
        pytest.param(0, "paris-liaison", CAMILLE, Failure.UNDELIVERED, [], id="nobody, if it was this once"),
        pytest.param(0, "paris-liaison", LIAISON, Failure.BOUNCED, ["unreached to sa@example.com"], id="level 3"),
        pytest.param(3, "paul", PAUL, Failure.BOUNCED, [], id="nobody, of level 3 itself: doctor tells"),
        pytest.param(4, "roma", "Roma@Example.com", Failure.BOUNCED, ["unreached to sa@example.com"], id="as well"),
        pytest.param(4, "roma", PAUL, Failure.BOUNCED, ["unreached to roma@example.com"], id="the handler, of a third"),
    ],
)
def test_who_is_told_of_mail_that_does_not_arrive(
    process: Process, level: int, handler: str, to: str, failure: Failure, told: list[str]
) -> None:
    """Somebody who can be reached, and who can reach others in another way."""
    step = step_of(case_at(level, handler), MailFailed, process, to=to, failure=failure)

    assert told == in_short(step)
    assert step.case.status is Status.OPEN


@pytest.mark.parametrize(
    ("changes", "number", "why"),
    [
        ({"issue": 4711}, 4711, "another issue"),
        ({"issue": 4711}, 0, "another issue"),
        ({"issue": 4711, "missing_in_mantis": True}, 4700, "missing in Mantis"),
        ({"issue": 4711, "links": {4700: Relation.RELATED}}, 4700, "like this already"),
    ],
)
def test_an_issue_is_linked_to_another_one_that_is_not_linked_like_this(
    process: Process, changes: dict[str, Any], number: int, why: str
) -> None:
    """Anything else is a slip of the hand."""
    case = replace(BY_STATUS[Status.OPEN], **changes)

    with pytest.raises(Refused, match=why):
        step_of(case, Linked, process, number=number, relation=Relation.RELATED)


def test_a_link_is_taken_back_here_and_in_mantis(process: Process) -> None:
    """One that is there."""
    case = replace(BY_STATUS[Status.OPEN], issue=4711, links={4700: Relation.RELATED, 4701: Relation.CHILD})
    step = step_of(case, Unlinked, process, number=4700)

    assert {4701: Relation.CHILD} == step.case.links
    assert (RelateIssue(4700, None),) == step.intents
    with pytest.raises(Refused, match="not linked to #4702"):
        step_of(case, Unlinked, process, number=4702)
    with pytest.raises(Refused, match="missing in Mantis"):
        step_of(replace(case, missing_in_mantis=True), Unlinked, process)


def test_another_relation_takes_the_place_of_the_one_before(process: Process) -> None:
    """As in Mantis, which is told of it."""
    case = replace(BY_STATUS[Status.OPEN], issue=4711, links={4700: Relation.RELATED})
    step = step_of(case, Linked, process, number=4700, relation=Relation.DUPLICATE)

    assert {4700: Relation.DUPLICATE} == step.case.links
    assert (RelateIssue(4700, Relation.DUPLICATE),) == step.intents
