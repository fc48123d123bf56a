"""What a colleague's mail says: the reason of an escalation, and the issue of Mantis that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.inbound.colleagues import ESCALATE, reason_in
from intake_fn.core.inbound.mail import InboundMail, MailAddress
from intake_fn.core.inbound.quoting import above_forwarded, forwarded_by
from intake_fn.core.inbound.threads import issues

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Too complex for us, please look.", "too-complex"),
        ("This is too complicated for level 3.", "too-complex"),
        ("We can\u2019t fix this at our level.", "too-complex"),
        ("Das ist zu komplex für uns.", "too-complex"),
        ("C'est trop compliqué pour nous.", "too-complex"),
        ("Not for our level.", "not-this-level"),
        ("This is not a level 3 matter, it needs a code change.", "not-this-level"),
        ("It is above our level.", "not-this-level"),
        ("This level is not supposed to handle this type of task.", "not-this-level"),
        ("It is not too complex, but please look.", ""),
        ("It isn't so complicated, I think.", ""),
        ("Nicht zu komplex, aber bitte ansehen.", ""),
        ("Please have a look at level 4.", ""),
        ("Can you take it?", ""),
    ],
)
def test_a_reason_may_be_given_in_other_words(process: Process, text: str, reason: str) -> None:
    """What is denied is none; where there is none the engineer is asked."""
    assert reason == reason_in(text, process)


@pytest.mark.parametrize(
    ("text", "is_order"),
    [
        ("Escalate to Andrei: too complex", True),
        ("Escalating to Andrei because it is too complex.", True),
        ("escalate this to Roma, it is not for us", True),
        ("Let us not escalate this.", False),
        ("The escalation of yesterday was wrong.", False),
    ],
)
def test_an_order_stands_at_the_beginning(text: str, is_order: bool) -> None:
    """Whoever speaks of an escalation orders none."""
    assert is_order is (ESCALATE.match(text) is not None)


@pytest.mark.parametrize(
    ("subject", "text", "found"),
    [
        ("Log for #4711", "", [4711]),
        ("Re: [CT2 Bugs InBox 0004711]: Error page", "", [4711]),
        ("Mantis issue no. 4711", "", [4711]),
        ("Log", "See http://mantis.example.com/view.php?id=4711", [4711]),
        ("Issue 12: log", "", [12]),
        ("Log", "We had this bug 3 times, and the issue 2 weeks ago.", []),
        ("Log", "[mailto:client5@example.org] wrote", []),
        ("Order 4711", "", []),
    ],
)
def test_an_issue_is_known_by_how_it_is_named(subject: str, text: str, found: list[int]) -> None:
    """Numbers of other things are none."""
    assert found == issues(InboundMail(subject=subject, reply=text))


@pytest.mark.parametrize(
    ("subject", "above", "found"),
    [
        ("FW: Issue 7 with the printer", "Please take this.", []),
        ("FW: Issue 7 with the printer", "It belongs to #4711.", [4711]),
        ("FW: [CT2 0004711]: Printer", "Please see below.", [4711]),
    ],
)
def test_what_a_client_wrote_names_no_issue_of_ours(subject: str, above: str, found: list[int]) -> None:
    """Of a mail that is passed on, what stands above it counts."""
    text = f"{above}\n\nFrom: Jo <jo@client.example.org>\nSent: today\nTo: us\nSubject: x\n\nBug 9 is back, see #8."
    mail = InboundMail(subject=subject, reply=text, forwarded=MailAddress("jo@client.example.org"))

    assert found == issues(mail)


WHO = "Chloe Yip <chloe@client.example.org>"


@pytest.mark.parametrize(
    ("subject", "lines"),
    [
        ("I: Elenco", f"Da: {WHO}\nInviato: giovedì\nA: us\nOggetto: Elenco"),
        ("RV: Lista", f"De: {WHO}\nEnviado el: jueves\nPara: us\nAsunto: Lista"),
        ("轉寄: 清單", f"寄件者: {WHO}\n寄件日期: 2026\n收件者: us\n主旨: 清單"),
        ("Fw: Notes", f"----- Forwarded by Kim Lau/HK on 26/11/2026 -----\n\nFrom:\t{WHO}\nTo:\tus\nSubject:\tNotes"),
        ("Fw: Yahoo", f"----- Forwarded Message -----\nFrom: {WHO}\nTo: us\nSubject: Yahoo"),
        ("Fwd: Bird", f"Subject: \tBird\nDate: \tThu\nFrom: \t{WHO}\nTo: \tus"),
        ("Fwd: Quoted", f"---------- Forwarded message ---------\n> From: {WHO}\n> Date: Thu\n> To: us"),
        ("Please handle", f"---------- Forwarded message ---------\nFrom: {WHO}\nDate: Thu\nTo: us"),
    ],
)
def test_who_wrote_what_is_passed_on_is_read_from_the_lines_above_it(subject: str, lines: str) -> None:
    """Of many programs and languages; what stands above them is the colleague's."""
    text = f"Please see below.\n\n{lines}\n\nThe list is empty."
    found = forwarded_by(text, subject)

    assert ("chloe@client.example.org", "Chloe Yip") == (found and found.address, found and found.name)
    assert "Please see below." == above_forwarded(text, subject).strip()


@pytest.mark.parametrize("subject", ["I: drive is full", "Re: List"])
def test_a_mail_that_passes_nothing_on_names_nobody(subject: str) -> None:
    """Neither a drive's name nor an answer with its history."""
    assert forwarded_by("It is full.\n\nFrom: me\nand so on", subject) is None
