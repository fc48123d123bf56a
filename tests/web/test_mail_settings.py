"""Which mails somebody gets: muted requests, settings of an address, one-click unsubscribing, followers, levels."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from intake_fn.core.events import (
    AskedRequester,
    Escalated,
    HandedOver,
    Noted,
    NoticeSkipped,
    Reprioritised,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.mail_settings import FINAL, MailSettings, can_be_turned_off, turned_off
from intake_fn.core.notices import NOTICES, Audience
from intake_fn.core.request import Priority
from intake_fn.core.requester_events import CopyAdded, CopyRemoved, LevelInformed, NewsMuted
from intake_fn.core.vocabulary import Outcome
from intake_fn.texts import message
from tests.web.test_status_pages import happen, page_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.ports import Mail
    from tests.web.conftest import Web

CAMILLE, JO = "camille@example.com", "jo@example.com"
OFF = MailSettings(news=False, copies=False, mine=False, copied=False, mentions=False)


def settings_of(mail: Mail) -> str:
    """The path of the page that a mail leads to."""
    (link,) = re.findall(r"https://\S+/(?:mail/\S+|desk/settings)", mail.text)
    return str(urlsplit(link).path)


def sent_to(web: Web, address: str) -> list[Mail]:
    """The mails to an address."""
    return [mail for mail in web.mailer.sent if mail.to == address]


def seen(web: Web, case: Case) -> int:
    """The version of a case as it stands."""
    return web.desk.cases.load(case.id).version


def skipped(web: Web, case: Case) -> list[tuple[str, str]]:
    """The notices that were not mailed, and why."""
    history = web.desk.cases.load(case.id).history
    return [(event.notice, event.why.key) for event in history if isinstance(event, NoticeSkipped)]


# --- the rule --------------------------------------------------------------------------------

ALWAYS = {"receipt", "link", "question", "overruled", "appeal-decided", "resolved", "withdrawn", "copy"}
DESK_ALWAYS = {"assigned", "board", "orphaned", "breached", "completed", "unreached", "appealed", "piled"}


@pytest.mark.parametrize("name", list(NOTICES))
def test_what_somebody_needs_is_mailed_whatever_they_have_turned_off(web: Web, name: str) -> None:
    """Receipt, question, decision, resolution; assignments and what is overdue. Everything, to who has said nothing."""
    case = web.sent()
    notice = SendNotice(name, CAMILLE)

    assert turned_off(notice, case, MailSettings()) is None
    assert (name in ALWAYS | DESK_ALWAYS) == (turned_off(notice, case, OFF) is None)
    assert can_be_turned_off(name) == (NOTICES[name] is not Audience.HELP_DESK and name not in ALWAYS - {"copy"})


def test_a_change_that_is_declined_is_no_news_but_its_end(web: Web) -> None:
    """The same notice tells of steps, and of the resolution."""
    case = web.sent()
    for key in FINAL:
        assert turned_off(SendNotice("change", CAMILLE, why=(message(key),)), case, OFF) is None
    assert turned_off(SendNotice("change", CAMILLE, why=(message("step.assessed"),)), case, OFF)


# --- requesters ------------------------------------------------------------------------------


def test_a_requester_mutes_a_request_and_hears_of_it_again(web: Web) -> None:
    """News is recorded as not mailed, with the reason; questions and the resolution come all the same."""
    case = web.sent()
    path = settings_of(sent_to(web, CAMILLE)[0])
    page = html.unescape(web.client.get(path).text)
    assert f"Mails about {case.id}" in page
    assert CAMILLE in page

    for _ in range(2):
        answer = web.client.post(path, data={"request": "needed", "news": "all", "copies": "on"})
        assert 303 == answer.status_code
    assert 1 == sum(isinstance(event, NewsMuted) for event in web.desk.cases.load(case.id).history)
    before = len(sent_to(web, CAMILLE))
    happen(web, case, Reprioritised, priority=Priority.LOW)
    assert [("priority", "skipped.muted")] == skipped(web, case)
    happen(web, case, AskedRequester, question="Which one?")
    happen(web, case, RequesterReplied, text="That one.")
    happen(web, case, Resolved, resolution="Done.", outcome=Outcome.DONE)
    assert before + 2 == len(sent_to(web, CAMILLE))

    web.client.post(path, data={"request": "all", "news": "all", "copies": "on"})
    happen(web, case, RequesterReplied, text="No.")
    happen(web, case, Reprioritised, priority=Priority.HIGH)
    assert before + 3 == len(sent_to(web, CAMILLE))


def test_the_settings_of_an_address_hold_for_all_its_requests(web: Web) -> None:
    """From the mail about one of them; the status page promises no more than is mailed."""
    case, other = web.sent(), web.sent(summary="Another one")
    path = settings_of(sent_to(web, CAMILLE)[0])
    web.client.post(path, data={"request": "all", "news": "needed"})
    happen(web, other, Reprioritised, priority=Priority.LOW)

    assert [("priority", "skipped.off")] == skipped(web, other)
    assert [] == skipped(web, case)
    assert "you have muted the rest" in web.client.get(page_of(web, other)).text


def test_a_form_without_choices_turns_nothing_off(web: Web) -> None:
    """A program that follows the link with an empty post chose nothing."""
    web.sent()
    path = settings_of(sent_to(web, CAMILLE)[0])
    web.client.post(path)

    assert MailSettings() == web.desk.mail_state.settings(CAMILLE)


def test_mail_programs_unsubscribe_with_one_click(web: Web) -> None:
    """RFC 8058: a post without a cookie mutes the request; what cannot be turned off offers none."""
    case = web.sent()
    happen(web, case, Reprioritised, priority=Priority.LOW)
    receipt, news = sent_to(web, CAMILLE)
    assert "List-Unsubscribe" not in receipt.headers
    assert "List-Unsubscribe=One-Click" == news.headers["List-Unsubscribe-Post"]
    path = urlsplit(news.headers["List-Unsubscribe"].strip("<>")).path
    assert 204 == web.client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code

    assert (CAMILLE,) == web.desk.cases.load(case.id).muted
    assert MailSettings() == web.desk.mail_state.settings(CAMILLE), "its other requests go on"


def test_who_is_in_copy_mutes_leaves_and_is_not_added_again(web: Web) -> None:
    """One click takes them out; an address that does not want to be in copy cannot be added by others."""
    case = web.sent()
    happen(web, case, CopyAdded, address=JO)
    path = settings_of(sent_to(web, JO)[0])
    web.client.post(path, data={"request": "needed", "news": "all"})
    happen(web, case, Reprioritised, priority=Priority.LOW)
    assert ("informed", "skipped.muted") in skipped(web, case)

    web.client.post(path, data={"List-Unsubscribe": "One-Click"})
    history = web.desk.cases.load(case.id).history
    assert [True] == [event.themselves for event in history if isinstance(event, CopyRemoved)]
    assert "gets no mails about" in web.client.get(path).text

    other = web.sent(summary="Another one")
    refused = web.client.post(f"{page_of(web, other)}/copies", data={"address": JO})
    assert 422 == refused.status_code
    assert "does not want to be in copy" in refused.text
    assert () == web.desk.cases.load(other.id).copies


@pytest.mark.parametrize("token", ["x", "{status}"])
def test_another_link_opens_no_settings(web: Web, token: str) -> None:
    """Neither one that was made up nor the link to a status page."""
    status = page_of(web, web.sent()).rpartition("/")[2]
    assert 404 == web.client.get(f"/mail/{token.format(status=status)}").status_code


# --- the Help Desk ---------------------------------------------------------------------------


def chosen(web: Web, **names: Any) -> None:
    """Save the settings of who is signed in."""
    assert 303 == web.post("/desk/settings", on="/desk/settings", **names).status_code


def test_an_engineer_turns_kinds_of_mail_off(web: Web) -> None:
    """Replies to a request of theirs, and mentions; the reason stands in the history."""
    case = web.sent()
    handler = web.desk.process.people[case.handler]
    web.sign_in(handler.address)
    assert "Your mails" in web.client.get("/desk/settings").text
    chosen(web, copied="on")
    happen(web, case, RequesterReplied, text="Any news?")
    web.desk.act(
        case.id, Noted(at=web.clock(), actor="roma@example.com", text=f"@{handler.id} please look."), seen(web, case)
    )

    assert [("replied", "skipped.off"), ("mentioned", "skipped.off")] == skipped(web, case)
    assert MailSettings(mine=False, mentions=False) == web.desk.mail_state.settings(handler.address)


def test_a_follower_gets_a_copy_of_each_step_of_others(web: Web) -> None:
    """Not of their own; and none any more once they have stopped."""
    case = web.sent()
    web.sign_in("roma@example.com")
    for _ in range(2):
        assert 303 == web.post(f"/desk/requests/{case.id}/follow", on="/desk/settings", follow="yes").status_code
    assert ("roma",) == web.desk.cases.load(case.id).followers
    assert "No longer follow" in web.client.get(f"/desk/requests/{case.id}").text
    before = len(sent_to(web, "roma@example.com"))
    happen(web, case, AskedRequester, question="Which one?")
    (copy,) = sent_to(web, "roma@example.com")[before:]

    assert "You follow this request." in copy.text
    assert "Which one?" in copy.text
    assert settings_of(copy) == "/desk/settings"
    web.post(f"/desk/requests/{case.id}/follow", on="/desk/settings", follow="no")
    happen(web, case, RequesterReplied, text="That one.")
    assert before + 1 == len(sent_to(web, "roma@example.com"))


def test_who_wants_to_know_is_told_of_each_request_of_their_level(web: Web) -> None:
    """Once, when it comes to their level and is assigned to a colleague."""
    web.sign_in("paul@example.com")
    chosen(web, mine="on", copied="on", mentions="on", level="on")
    case = web.sent()
    for level, handler in ((1, "ihelp"), (2, "marc-selter"), (3, "system-analysts")):
        if web.desk.cases.load(case.id).level < level:
            happen(web, case, Escalated, level=level, handler=handler, reason="too-complex")
    web.desk.sweep()
    history = web.desk.cases.load(case.id).history

    assert [("paul",)] == [event.people for event in history if isinstance(event, LevelInformed)]
    assert 1 == sum("has come to your level" in mail.text for mail in sent_to(web, "paul@example.com"))
    happen(web, case, HandedOver, handler="paul")
    assert 1 == sum("has come to your level" in mail.text for mail in web.mailer.sent)


def test_my_requests_lists_those_of_which_one_is_in_copy(web: Web) -> None:
    """With a link of one's own; none any more once one has left, and the settings of the address at the end."""
    case, left = web.sent(), web.sent(summary="Another one")
    for one in (case, left):
        happen(web, one, CopyAdded, address=JO)
    happen(web, left, CopyRemoved, address=JO, themselves=True)
    web.client.post("/requests/mine", data={"who": JO})
    web.desk.sweep()
    mail = sent_to(web, JO)[-1]

    assert case.id in mail.text
    assert left.id not in mail.text
    assert "/copies/" in mail.text
    assert "/status/" not in mail.text
    assert JO in web.client.get(settings_of(mail)).text
