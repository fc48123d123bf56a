"""What a reply to a resolved request says by its words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake_fn.core.case import Case
from intake_fn.core.events import Closed, Event, Reopened, RequesterReplied, Resolved
from intake_fn.core.intents import AddNote, SendNotice, UpdateIssue
from intake_fn.core.messages import note_of
from intake_fn.core.process import Process
from intake_fn.core.reply_intent import Reading, reading
from intake_fn.core.steps import advance
from intake_fn.core.vocabulary import Status
from tests.core.samples import case_at, happened

CASE = replace(case_at(3, "paul"), issue=4711)

ONLY_THANKS = [
    "Thank you, works now",
    "Thanks!",
    "It works now, thanks a lot.",
    "Many thanks for the quick help. Best regards",
    "Works. You can close the ticket.",
    "Great, that\u2019s fixed. Cheers!",
    "thx",
    "Thank you very much, everything is working again.",
    "No more problems, thank you!",
    "Thanks for your help again",
]
TROUBLE = [
    "It still shows the wrong total.",
    "Thanks, but it still does not work.",
    "Thank you. Unfortunately the label is missing again.",
    "The label of 4711 has the old address.",
    "Thanks for trying, it fails.",
    "Not fixed.",
    "It doesn\u2019t work.",
    "No thanks needed: the error is back",
    "Merci, mais non.",
]
UNCLEAR = [
    "Thanks, works. Can you also send me the guide?",
    "Is it fixed?",
    "Thank you, the label of 4711 is printed with the old address.",
    "Works in London.",
    "help me please ok",
    "OK, please help again today",
    "Thanks, can you help us now",
    "Thanks. " + "Thanks again. " * 60,
]


def after(case: Case, *events: Event, process: Process) -> Case:
    """The case after all of that."""
    for event in events:
        case = advance(case, event, process).case
    return case


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, Reading.WORKS) for text in ONLY_THANKS),
        *((text, Reading.TROUBLE) for text in TROUBLE),
        *((text, Reading.UNCLEAR) for text in UNCLEAR),
    ],
)
def test_thanks_and_trouble_are_told_apart_and_what_could_be_either_is_asked(text: str, expected: Reading) -> None:
    """A word of trouble weighs more than any thanks: nobody's complaint is taken for thanks."""
    assert expected is reading(text)


def test_what_works_stays_resolved_and_asks_for_nothing(process: Process) -> None:
    """It is kept, in Mantis too; nobody is mailed, the issue is not touched, and followers hear nothing."""
    done = after(CASE, happened(Resolved, resolution="Mended."), process=process)
    for case in (done, after(done, happened(Closed), process=process)):
        step = advance(case, happened(RequesterReplied, text="Thank you!", works=True), process)

        assert case.status is step.case.status
        assert (AddNote(step.case.version),) == step.intents
        assert "Reply (Paul)\nIt works.\nThank you!" == note_of(step.case.history[-1], process)
        assert not [intent for intent in step.intents if isinstance(intent, UpdateIssue | SendNotice)]


def test_what_works_may_go_without_a_word_and_what_does_not_reopens(process: Process) -> None:
    """The button says it; and what is open when the button is pressed goes on, for its handler to read."""
    done = after(CASE, happened(Resolved, resolution="Mended."), process=process)
    said = advance(done, happened(RequesterReplied, text="", works=True), process)
    back = advance(done, happened(RequesterReplied, text="It still does not work."), process)
    meanwhile = after(done, happened(Reopened, reason="It came back."), process=process)
    late = advance(meanwhile, happened(RequesterReplied, text="", works=True), process)

    assert (Status.RESOLVED, Status.OPEN, Status.OPEN) == (said.case.status, back.case.status, late.case.status)
    assert ["It works."] == [
        intent.fields["text"]
        for intent in late.intents
        if isinstance(intent, SendNotice) and intent.notice == "replied"
    ]
