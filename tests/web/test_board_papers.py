"""The Board's papers: the agenda to print, the minutes as Markdown, and the invitations that the sweep mails."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import OutcomeUnknown, TryLater, Unreadable
from intake_fn.core.process import MeetingRule
from intake_fn.core.steps import fold
from intake_fn.ports import SuppressedAddress
from intake_fn.texts import message
from tests.web.boards import (
    ANALYSTS,
    ANDREI,
    MARC,
    PAUL,
    before_the_board,
    press,
    proclaim,
    text_of,
    vote,
    with_board,
)
from tests.web.conftest import application_of
from tests.web.samples import HOSTILE
from tests.web.test_removed_names import reopened

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from intake_fn.ports import Mail
    from spec_lookup import Spec
    from tests.web.conftest import Web

TUESDAY, WEDNESDAY = MeetingRule(1, time(10), 2), MeetingRule(2, time(10), 2)


# --- the agenda on one page ------------------------------------------------------------------


def test_the_whole_agenda_is_one_page(web: Web) -> None:
    """Each item with its diff, assessment, packet, comments and votes, in the order of the agenda."""
    first = before_the_board(web, summary="First")
    web.sign_in()
    packet = f"/desk/requests/{first.id}/impact"
    web.post(packet, on=packet)
    web.clock.advance(hours=1)
    urgent = before_the_board(web, summary="Urgent", priority="urgent")
    vote(web, first, "paul", "yes", reason="Cheap.")
    press(web, first, "comment", text="Customs is not touched.")
    answer = web.client.get("/desk/board/agenda")
    page, text = answer.text, text_of(answer.text)

    assert page.index(f'id="{urgent.id}"') < page.index(f'id="{first.id}"')
    assert 2 == page.count("<del>30</del><ins>45</ins>")
    assert "Paul yes Cheap." in text
    assert "Customs is not touched." in text
    assert 1 == text.count("by the clause as it would read: 0 of 0 would flip.")
    assert 1 == text.count("have not been judged again yet"), "nobody has asked for it"
    assert 2 == text.count("Impact: clauses that have to do with it")
    assert "quotes#" in text
    assert "<form" not in page[page.index("<main") :]
    with web.client.get(re.search(r'href="(/static/specdesk\.css[^"]*)"', page)[1]) as css:  # type: ignore[index]  # every page has it
        assert ".agenda-item { break-before: page" in css.get_data(as_text=True)


def test_an_empty_agenda_prints_that(web: Web) -> None:
    """With the Board and its meeting rule."""
    web.sign_in()

    assert "Nothing is before the Board." in text_of(web.client.get("/desk/board/agenda").text)


# --- the minutes -----------------------------------------------------------------------------


def minutes(web: Web, query: str = "") -> str:
    """The minutes as they are downloaded."""
    answer = web.client.get(f"/desk/board/minutes.md{query}")
    assert (200, "text/markdown; charset=utf-8") == (answer.status_code, answer.content_type)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="minutes-2026-11-')
    return answer.text


def test_the_minutes_hold_what_was_decided_with_votes_and_reasons(process: Process, spec: Spec) -> None:
    """As they counted then: who voted how, who was recused and why, and what is still open."""
    web = application_of(with_board(process, deputies={"paul": "andrei"}), spec)
    case, other = before_the_board(web), before_the_board(web, summary="Another")
    vote(web, case, "paul", "no", by=ANDREI, reason="Too dear.")
    vote(web, case, "paul", "yes", by=ANDREI, reason="Cheap\nafter all.")
    web.sign_in(ANALYSTS)
    press(web, case, "recuse", member="system-analysts", reason="We would build it.")
    vote(web, case, "marc-selter", "yes")
    proclaim(web, case, "approved", "Clients ask for it.\nIt is cheap.")
    text = minutes(web)

    assert text.startswith("# The CT2 Board: minutes of 23 Nov 2026\n\nMembers: Marc Selter (chair), System Analysts")
    assert f"## {case.id}: Show the consignee's reference on the arrival notice" in text
    assert "- Paul (by the deputy, Andrei): yes: Cheap after all.\n" in text
    assert "Too dear." not in text
    assert "- System Analysts (SAs): recused: We would build it." in text
    assert "**Decision: approved.** Proclaimed by Marc Selter on 23 Nov 2026." in text
    assert "> Clients ask for it.\n> It is cheap." in text
    assert f"## Still on the agenda\n\n- {other.id}: Another\n" in text


def test_the_minutes_of_a_day_without_decisions_say_so(web: Web) -> None:
    """And the decisions of another day stand in the minutes of that day."""
    case = before_the_board(web)
    vote(web, case, "paul", "no")
    vote(web, case, "marc-selter", "no")
    proclaim(web, case, "declined", "No.")
    web.clock.advance(days=1)
    web.sign_in()

    assert "Nothing was decided." in minutes(web)
    assert case.id in minutes(web, "?first=2026-11-23&last=2026-11-23")
    assert "minutes of 23 Nov 2026 to 24 Nov 2026" in minutes(web, "?first=2026-11-23")


@pytest.mark.parametrize(
    "query",
    [
        "?first=soon",
        "?first=2026-11-24&last=2026-11-23",
        "?first=9999-12-31&last=9999-12-31",
        "?first=0001-01-01&last=2026-11-23",
    ],
)
def test_dates_that_are_none_are_refused(web: Web, query: str) -> None:
    """With what to write; so is a span of years."""
    web.sign_in()

    assert 422 == web.client.get(f"/desk/board/minutes.md{query}").status_code


def test_a_decision_that_cannot_be_read_is_named(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer version wrote it: the agenda and the minutes are there without it, and say so."""
    case, other = before_the_board(web), before_the_board(web, summary="Another")
    vote(web, case, "paul", "no")
    vote(web, case, "marc-selter", "no")
    proclaim(web, case, "declined", "No.")
    load = web.store.load
    without = load(case.id).history[:-2]

    def unreadable(case_id: str) -> Case:
        raise Unreadable(f"{case_id} cannot be read.")

    def partly(case_id: str) -> Case:
        return fold(case_id, without) if case_id == case.id else load(case_id)

    for loads in (unreadable, partly):
        monkeypatch.setattr(web.store, "load", loads)
        assert f"The decision on {case.id} cannot be read by this version" in minutes(web)
        assert other.id in web.client.get("/desk/board").text


def test_nobodys_words_become_markdown(web: Web) -> None:
    """Summaries, reasons and decisions are text in the minutes, as they are in the pages."""
    case = before_the_board(web, summary=f"# {HOSTILE} [x](https://evil.example)")
    vote(web, case, "paul", "no", reason="**No** <b>")
    vote(web, case, "marc-selter", "no")
    proclaim(web, case, "declined", "# Not a heading\n<script>alert(1)</script>")
    text = minutes(web)
    page = web.client.get(f"/desk/board/{case.id}").text

    assert not re.search(r"(?<!\\)<", text)
    assert "](https" not in text.replace("\\]", "")
    assert "> \\# Not a heading" in text
    assert "<script>alert" not in page


# --- invitations -----------------------------------------------------------------------------


def invitations(web: Web) -> list[Mail]:
    """The mails with a calendar part."""
    return [mail for mail in web.mailer.sent if mail.calendar]


def trouble(web: Web, *errors: Exception | None) -> None:
    """Have the next mails meet these errors, one each; None is none."""
    send, left = web.mailer.send, list(errors)

    def sending(mail: Mail) -> str:
        error = left.pop(0) if left else None
        if error:
            raise error
        return send(mail)

    web.mailer.send = sending  # type: ignore[method-assign]  # the fake with trouble


def test_the_members_are_invited_once(process: Process, spec: Spec) -> None:
    """By the sweep, with the date in words and as a calendar part; the next sweeps say nothing."""
    web = application_of(with_board(process, meets=TUESDAY), spec)
    for _ in range(3):
        web.desk.invite()
    mails = invitations(web)

    assert [MARC, ANALYSTS, PAUL] == [mail.to for mail in mails]
    assert "Invitation: The CT2 Board, 8 Dec 2026, 10:00 (America/New_York)" == mails[0].subject
    assert "Agenda: https://help.example.com/desk/board" in mails[0].text
    assert mails[0].calendar is not None
    assert "REQUEST" == mails[0].calendar.method
    assert "\r\nSEQUENCE:0\r\n" in mails[0].calendar.text


def test_when_the_meeting_moves_the_invitation_is_updated(process: Process, spec: Spec) -> None:
    """The same UID with a raised SEQUENCE; called off when there is no rule any more."""
    web = application_of(with_board(process, meets=TUESDAY), spec)
    web.desk.invite()
    first = invitations(web)[0]
    web = reopened(web, with_board(process, meets=WEDNESDAY))
    web.desk.invite()
    moved = invitations(web)[3:]
    web = reopened(web, process)
    web.desk.invite()
    off = invitations(web)[6:]

    assert [3, 3] == [len(moved), len(off)]
    assert "Changed: The CT2 Board, 9 Dec 2026, 10:00 (America/New_York)" == moved[0].subject
    assert off[0].subject.startswith("Called off: ")
    parts = [mail.calendar for mail in (first, moved[0], off[0]) if mail.calendar]
    assert ["REQUEST", "REQUEST", "CANCEL"] == [part.method for part in parts]
    assert ["0", "1", "2"] == [re.search(r"SEQUENCE:(\d)", part.text)[1] for part in parts]  # type: ignore[index]  # each has one
    assert 1 == len({re.search(r"UID:(\S+)", part.text)[1] for part in parts})  # type: ignore[index]  # each has one


def test_who_could_not_be_mailed_is_mailed_by_the_next_sweep(process: Process, spec: Spec) -> None:
    """And nobody twice."""
    web = application_of(with_board(process, meets=TUESDAY), spec)
    trouble(web, None, TryLater("SES is down."))
    web.desk.invite()
    assert [MARC] == [mail.to for mail in invitations(web)]
    web.desk.invite()

    assert [MARC, ANALYSTS, PAUL] == [mail.to for mail in invitations(web)]


def test_what_may_have_been_sent_is_not_sent_again(process: Process, spec: Spec) -> None:
    """The others are invited all the same; who is on the suppression list is not mailed."""
    web = application_of(with_board(process, meets=TUESDAY), spec)
    web.store.suppress(SuppressedAddress(PAUL, message("failure.bounced"), web.clock()))
    trouble(web, OutcomeUnknown("No answer."))
    web.desk.invite()
    web.desk.invite()

    assert [ANALYSTS] == [mail.to for mail in invitations(web)]


def test_two_sweeps_at_once_invite_once(process: Process, spec: Spec) -> None:
    """The second one finds the invitation taken."""
    web = application_of(with_board(process, meets=TUESDAY), spec)
    send = web.mailer.send

    def meanwhile(mail: Mail) -> str:
        web.mailer.send = send  # type: ignore[method-assign]  # once
        web.desk.invite()
        return send(mail)

    web.mailer.send = meanwhile  # type: ignore[method-assign]  # a second sweep begins while the first one mails
    web.desk.invite()

    assert [MARC, ANALYSTS, PAUL] == [mail.to for mail in invitations(web)]
    assert web.store.invitation() == replace(web.store.invitation(), pending=(), leased_until=None)  # type: ignore[type-var]  # there is one
