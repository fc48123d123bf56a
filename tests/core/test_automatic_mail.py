"""What a program wrote and what a person did, where no header tells; and what is nothing but thanks."""

from __future__ import annotations

import pytest

from intake_fn.core.inbound.automatic import automatic, is_group_post
from intake_fn.core.inbound.mail import Bounced, InboundMail, MailAddress, MailFile
from intake_fn.core.inbound.thanks import only_thanks


@pytest.mark.parametrize(
    ("subject", "text", "is_automatic"),
    [
        ("Re: A question", "I am on vacation until Monday and have no access to e-mail.", True),
        ("Re: A question", "Dear Tom,\n\nThank you for your e-mail. I am out of office, back on Monday.", True),
        ("Re: A question", "Guten Tag, danke für Ihre Nachricht. Ich bin im Urlaub und ab Montag wieder da.", True),
        ("Re: A question", "It is voyage 2026-114.\n\nI am out of office from tomorrow until Monday.", False),
        ("Re: A question", "Es ist Reise 114. Ich bin ab morgen im Urlaub, dringend bitte an Ida.", False),
        ("Out of office days missing", "The out of office days are not in the list.", False),
        ("Re: A question", "Hello, I was out of the office until today. The voyage is 7.", False),
        ("I am out of the office (returning 11/30/2026)", "I will respond to you when I am back.", True),
        ("Out of office", "I am away until Monday, out of office.", True),
        ("Away from the office Re: A question", "See you in January.", True),
        ("Re: A question", "I no longer work for Marigold. Please contact ops@marigold.example.org instead.", True),
        ("I no longer work in Paris", "Please change my office to London.", False),
        ("Re: A question", "I no longer work at the depot. I am in London now; please use that account.", False),
        ("Re: A question", "Ann is no longer with us, please contact Bob: it is voyage 7.", False),
    ],
)
def test_an_absence_says_so_first_and_a_person_who_mentions_one_is_a_person(
    subject: str, text: str, is_automatic: bool
) -> None:
    """An answer that also says when its writer is away is an answer."""
    mail = InboundMail(
        senders=(MailAddress("ida@example.org", "Ida"),),
        return_path="ida@example.org",
        subject=subject,
        references=("one@ses.example.com",),
        text=text,
        reply=text,
    )

    assert (automatic(mail, {"helpdesk@example.com"}) is not None) is is_automatic


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("I am on leave from Monday: who approves?", "Please give my approvals to Jo."),
        ("Ich bin ab Montag im Urlaub, bitte Vertretung einrichten", "Bitte tragen Sie meine Vertretung ein."),
        ("Abwesenheitskalender: Fehler beim Speichern", "Der Kalender speichert den 24.12. nicht."),
        ("Automatic reply: not sent to clients", "The system sends no acknowledgement to our clients."),
        ("On leave: how to enter it?", "How do I enter it? I am on leave next week."),
        ("Notices", "Our client says that this message is automatically generated. We have received five."),
        ("Notice twice", 'We have received two notices. They say "please do not reply to this email".'),
    ],
)
def test_a_new_request_about_what_programs_write_is_a_persons(subject: str, text: str) -> None:
    """It answers no mail, and does not say that its writer is away."""
    mail = InboundMail(
        senders=(MailAddress("ida@example.org"),), return_path="x@x.example", subject=subject, reply=text
    )

    assert automatic(mail, {"helpdesk@example.com"}) is None


@pytest.mark.parametrize(
    ("text", "is_automatic"),
    [
        ("", True),
        ("Ida has accepted this invitation.", True),
        ("When: Monday\nWhere: Teams", True),
        ("I cannot come. It is voyage 7.", False),
    ],
)
def test_words_in_an_answer_to_an_invitation_are_a_persons(text: str, is_automatic: bool) -> None:
    """Unless the calendar wrote them by itself."""
    file = MailFile("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n")
    sender = (MailAddress("ida@example.org"),)
    mail = InboundMail(senders=sender, return_path="x@x.example", subject="Declined: Call", reply=text, files=(file,))

    assert (automatic(mail, {"helpdesk@example.com"}) is not None) is is_automatic


@pytest.mark.parametrize("subject", ["Automatic reply: Re: Menu", "Abwesenheitsnotiz: AW: Menu"])
def test_an_absence_above_the_mark_of_a_reply_is_a_programs(subject: str) -> None:
    """Also where it refers to no mail and its text asks something."""
    text = "Questions? The depot is closed until January."
    mail = InboundMail(
        senders=(MailAddress("ida@example.org"),), return_path="x@x.example", subject=subject, reply=text
    )

    assert automatic(mail, {"helpdesk@example.com"}) is not None


@pytest.mark.parametrize(
    ("value", "is_post"),
    [
        ("<mailto:team@example.org>", True),
        ("no-limits@example.org", True),
        ("NO", False),
        ("NO (posting not allowed on this list)", False),
    ],
)
def test_a_group_to_which_nobody_writes_passes_on_no_post(value: str, is_post: bool) -> None:
    """RFC 2369, 3.4: what comes from it is an announcement."""
    mail = InboundMail(senders=(MailAddress("ida@example.org"),), headers={"list-post": (value,)})

    assert is_group_post(mail) is is_post


@pytest.mark.parametrize("status", ["5.1.7", "5.1.8"])
def test_a_bounce_that_blames_the_sender_says_nothing_of_the_mailbox(status: str) -> None:
    """RFC 3463: bad sender's mailbox, bad sender's system; the recipient is not suppressed for it."""
    assert not Bounced("ida@example.org", status, "failed").lasts
    assert Bounced("ida@example.org", "5.1.10", "failed").lasts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Herzlichen Dank, alles bestens.\n\nViele Grüße", True),
        ("Danke, nochmals geht es so.", True),
        ("Danke, so geht es nicht.", False),
        ("Merci infiniment !\n\nBien cordialement,\nIda", True),
        ("Merci, mais le problème persiste.", False),
        ("Bedankt, opgelost!", True),
        ("Thank you very much for the fast response!\n\nKind regards,\nIda", True),
        ("非常感谢", True),
        ("Dank u wel!", True),
        ("谢谢 但是还是不行。", False),
        ("谢谢\uff0c问题解决了。", True),
        ("謝謝您的幫忙\uff01", True),
        ("谢谢您的帮助\uff0c可是还是不行", False),
        ("Thanks, that did the trick 👍", True),
        ("Thanks for that but the second page prints blank", False),
        ("Thank you. The invoice shows zero now.", False),
        ("No thanks to you, it is broken again.", False),
        ("Danke, hat geklappt!", True),
        ("Merci beaucoup, c'est parfait.", True),
        ("Tusind tak for hjælpen!", True),
        ("Tack så mycket, nu fungerar det!\n\nMvh", True),
    ],
)
def test_what_says_more_than_thanks_is_not_only_thanks(text: str, expected: bool) -> None:
    """A word that is not known opens the request again (R24)."""
    assert only_thanks(text, "Ida Holm", "ida@example.org") is expected
