"""What a requester does on the status page besides answering: appeal, withdraw, copies, previews, My requests."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from intake_fn.core.events import AskedRequester, Noted, Overruled, Resolved
from intake_fn.core.request import Kind
from intake_fn.core.requester_events import Appealed, CopyAdded, CopyRemoved
from intake_fn.core.vocabulary import Category, Outcome, Status
from intake_fn.desk.my_requests import MOST
from intake_fn.ports import SuppressedAddress
from intake_fn.texts import as_written
from tests.web.samples import PNG
from tests.web.test_status_pages import happen, page_of, seen_on

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from tests.web.conftest import Web

DECIDED: dict[str, Any] = {"category": Category.BUG, "clause": "", "reason": "So it is."}


def shown(web: Web, case: Case, query: str = "") -> str:
    """The status page, as it is read."""
    return html.unescape(web.client.get(page_of(web, case) + query).text)


def of_kind(web: Web, case: Case, kind: type[Event]) -> list[Any]:
    """The events of a kind in the log."""
    return [event for event in web.desk.cases.load(case.id).history if isinstance(event, kind)]


# --- I do not agree ---------------------------------------------------------------------------


def test_an_appeal_with_its_files_is_decided_by_somebody_else_at_the_desk(web: Web) -> None:
    """Who decided before is refused with a sentence; the requester reads the outcome, and the whole chain is kept."""
    case = web.sent()
    happen(web, case, Overruled, **DECIDED)
    seen = seen_on(web, case)
    for _ in range(2):
        answer = web.upload(f"{page_of(web, case)}/appeal", ("proof.png", PNG), text="Page 4 says 45 days.", seen=seen)
        assert 303 == answer.status_code
    page = shown(web, case, "?said=appealed")

    assert 1 == len(of_kind(web, case, Appealed))
    assert "Somebody who has not decided on your request before decides anew" in page
    assert "To be decided anew" in page
    assert "HK CT2 Liaison was asked" in page or "was asked." in page
    assert "proof.png" in page

    web.sign_in()
    desk = web.client.get(f"/desk/requests/{case.id}").text
    assert "The requester does not agree" in desk
    assert "you have decided on" in html.unescape(desk)
    refused = web.act(case, "overrule", category="misc", reason="No.")
    assert 422 == refused.status_code
    web.sign_in("paul@example.com")
    assert 303 == web.act(case, "overrule", category="misc", reason="Page 4 was read.").status_code
    page = shown(web, case)
    assert "All decisions" in page
    assert "Page 4 was read." in page
    assert "You can do this once more" in page
    assert 1 == sum("Your appeal is decided" in mail.subject for mail in web.mailer.sent)


@pytest.mark.parametrize("text", ["", "x" * 50_001])
def test_an_appeal_that_cannot_be_taken_comes_back_with_what_was_typed(web: Web, text: str) -> None:
    """Near its own form, which is open; nothing has happened."""
    case = web.sent()
    happen(web, case, Overruled, **DECIDED)
    answer = web.upload(f"{page_of(web, case)}/appeal", text=text, seen=seen_on(web, case))

    assert 422 == answer.status_code
    assert '<details class="disagree" id="disagree" open>' in answer.text
    assert text in answer.text
    assert [] == of_kind(web, case, Appealed)


def test_an_appeal_from_a_page_that_is_too_old_stands_in_the_reply(web: Web) -> None:
    """They did not agree already in another window: the second text, its file and the reason are shown."""
    case = web.sent()
    happen(web, case, Overruled, **DECIDED)
    assert 303 == web.upload(f"{page_of(web, case)}/appeal", text="Page 4 says 45 days.").status_code
    late = web.upload(f"{page_of(web, case)}/appeal", ("more.png", PNG), text="Page 5 says so, too.")

    assert 422 == late.status_code
    assert 1 == late.text.count('role="alert"')
    assert "Page 5 says so, too.</textarea>" in late.text
    assert "more.png" in late.text
    assert 1 == len(of_kind(web, case, Appealed))


def test_an_appeal_while_the_store_is_down_loses_nothing(web: Web) -> None:
    """503, with the text."""
    case = web.sent()
    happen(web, case, Overruled, **DECIDED)
    web.files.down = True
    answer = web.upload(f"{page_of(web, case)}/appeal", ("more.png", PNG), text="Look again.")

    assert (503, True) == (answer.status_code, "Look again." in answer.text)


def test_what_is_undecided_or_decided_by_the_board_offers_no_appeal(web: Web) -> None:
    """The page does not promise what the program refuses."""
    case = web.sent(summary="Odd", description="It is odd.", expected="It is even.", steps="Look.")

    assert Category.UNDECIDED is web.desk.cases.load(case.id).category
    assert "I do not agree" not in shown(web, case)


def test_a_heic_picture_has_no_preview_and_is_saved_as_it_is(web: Web) -> None:
    """We draw nothing that we cannot draw anew; the page says so, and the link saves every byte."""
    content = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"camera" * 9
    case = web.sent(Kind.BUG, ("IMG_0042.HEIC", content))
    (file,) = case.request.attachments
    page = shown(web, case)

    assert "IMG_0042.HEIC" in page
    assert "No preview for this type of picture: the link saves the file." in page
    assert "/preview" not in page
    saved = web.client.get(urlsplit(web.links.file(case.id, file)).path)
    assert (content, "attachment") == (saved.data, saved.headers["Content-Disposition"].partition(";")[0])


# --- withdrawing ------------------------------------------------------------------------------


def test_a_request_is_withdrawn_after_a_confirmation_and_once(web: Web) -> None:
    """The page asks and says what follows; a second click changes nothing; the assignee is mailed; a reply reopens."""
    case = web.sent()
    asked = web.client.get(f"{page_of(web, case)}/withdraw").text
    seen = re.search(r'name="seen" value="(\d+)"', asked)
    assert seen is not None
    assert "The Mantis issue gets a note and is resolved." in asked
    answers = [
        web.client.post(f"{page_of(web, case)}/withdraw", data={"reason": "Found it.", "seen": seen[1]})
        for _ in range(2)
    ]
    late = web.client.post(f"{page_of(web, case)}/withdraw", data={"reason": "Again."})
    page = shown(web, case, "?said=withdrawn")

    assert [303, 303, 422] == [answer.status_code for answer in (*answers, late)]
    assert "withdrawn this request already" in late.text
    assert [Outcome.WITHDRAWN] == [event.outcome for event in of_kind(web, case, Resolved)]
    assert "You have withdrawn this request" in page
    assert "I do not agree" not in page
    assert "Withdraw the request" not in page
    assert 1 == sum("Withdrawn by the requester" in mail.subject for mail in web.mailer.sent)
    web.client.post(f"{page_of(web, case)}/reply", data={"text": "I need it.", "seen": seen_on(web, case)})
    assert Status.OPEN is web.desk.cases.load(case.id).status
    assert "Reopened" in shown(web, case)


def test_a_reason_that_came_too_late_to_withdraw_is_shown_again(web: Web) -> None:
    """The request was resolved while it was typed."""
    case = web.sent()
    web.client.post(f"{page_of(web, case)}/withdraw", data={"seen": case.version})
    late = web.client.post(f"{page_of(web, case)}/withdraw", data={"reason": "Found it in the other list."})

    assert 422 == late.status_code
    assert "Found it in the other list." in late.text
    assert "You have withdrawn this request already" in late.text


def test_nothing_is_announced_of_what_is_withdrawn_undecided(web: Web) -> None:
    """Nobody decides it any more."""
    case = web.sent(Kind.BUG, summary="reports are wrong", description="They differ.", steps="1. Open the report")
    assert Category.UNDECIDED is case.category
    before = shown(web, case)
    web.client.post(f"{page_of(web, case)}/withdraw", data={"seen": case.version})

    said = "A person of the Help Desk reads the spec and decides what it is"
    assert [True, False] == [said in page for page in (before, shown(web, case))]
    assert "Nobody works on it any more." in shown(web, case)


def test_what_cannot_be_withdrawn_says_why(web: Web) -> None:
    """Also where the address is typed by hand."""
    case = web.sent()
    happen(web, case, Resolved, resolution="Mended.")
    answer = web.client.get(f"{page_of(web, case)}/withdraw")

    assert (422, True) == (answer.status_code, "resolved already" in answer.text)
    assert "Withdraw the request" not in shown(web, case)


# --- people in copy ---------------------------------------------------------------------------


def add(web: Web, case: Case, address: str) -> Any:
    """Add somebody in copy, by the form."""
    return web.client.post(f"{page_of(web, case)}/copies", data={"address": address, "seen": seen_on(web, case)})


def link_in(mail: Any) -> str:
    """The path of the link in a mail."""
    return str(urlsplit(next(word for word in mail.text.split() if word.startswith("http"))).path)


def test_who_is_in_copy_reads_along_and_can_leave(web: Web) -> None:
    """A link of their own; it answers nothing, and opens nothing once they have left; who left is not added again."""
    case = web.sent()
    seen = seen_on(web, case)
    for _ in range(2):
        answer = web.client.post(f"{page_of(web, case)}/copies", data={"address": "Jo@example.com", "seen": seen})
        assert 303 == answer.status_code
    assert 1 == len(of_kind(web, case, CopyAdded))
    (invited,) = [mail for mail in web.mailer.sent if "jo@" in mail.to.lower()]
    path = link_in(invited)
    happen(web, case, AskedRequester, question="Which browser?")
    page = html.unescape(web.client.get(path).text)

    assert path.startswith("/copies/")
    assert "You are in copy of this request of camille@example.com" in page
    assert "Question to the requester" in page
    assert "Waiting for the requester" in page
    for form in ("/reply", "/appeal", "/withdraw", 'name="finding"', "I do not agree"):
        assert form not in page
    assert [404, 404, 404] == [
        web.client.post(f"{path.replace('copies', 'status')}{where}", data={"text": "x"}).status_code
        for where in ("/reply", "/appeal", "/withdraw")
    ]
    assert "News of a request" in web.mailer.sent[-1].subject + web.mailer.sent[-2].subject
    for _ in range(2):
        assert "You are not in copy" in web.client.post(f"{path}/leave").text
    assert [True] == [event.themselves for event in of_kind(web, case, CopyRemoved)]
    assert 410 == web.client.get(path).status_code
    mails = len(web.mailer.sent)
    assert "asked not to be in copy" in add(web, case, "jo@example.com").text
    happen(web, case, Noted, text="On it.")
    assert mails == len(web.mailer.sent)


def test_a_requester_removes_somebody_from_copy(web: Web) -> None:
    """Then their link opens nothing; removing twice says so and changes nothing."""
    case = web.sent()
    add(web, case, "jo@example.com")
    path = link_in([mail for mail in web.mailer.sent if mail.to == "jo@example.com"][-1])
    data = {"address": "jo@example.com", "seen": seen_on(web, case)}
    answers = [web.client.post(f"{page_of(web, case)}/copies/remove", data=data) for _ in range(2)]

    assert [303, 303] == [answer.status_code for answer in answers]
    assert 1 == len(of_kind(web, case, CopyRemoved))
    assert 410 == web.client.get(path).status_code


@pytest.mark.parametrize(
    ("address", "says"),
    [("someone@gmail.com", "is not a mail domain"), ("jo", "e-mail address"), ("", "e-mail address")],
)
def test_an_address_that_cannot_be_in_copy_comes_back(web: Web, address: str, says: str) -> None:
    """With the reason, in its field."""
    case = web.sent()
    answer = add(web, case, address)

    assert (422, True) == (answer.status_code, says in html.unescape(answer.text))
    assert f'value="{address}" autocomplete="off"' in answer.text
    assert [] == of_kind(web, case, CopyAdded)


def test_nobody_is_bombed_with_invitations(web: Web) -> None:
    """Five a day to one address, from all requests together."""
    answers = [add(web, web.sent(summary=f"Request {n}"), "jo@example.com").status_code for n in range(6)]

    assert [303] * 5 + [422] == answers
    assert 5 == sum(mail.to == "jo@example.com" for mail in web.mailer.sent)


def test_a_link_for_a_copy_that_is_too_old_says_what_to_do(web: Web) -> None:
    """410."""
    case = web.sent()
    add(web, case, "jo@example.com")
    path = link_in([mail for mail in web.mailer.sent if mail.to == "jo@example.com"][-1])
    web.clock.advance(days=401)

    assert 410 == web.client.get(path).status_code


# --- files ------------------------------------------------------------------------------------


def picture(size: tuple[int, int] = (1600, 900), kind: str = "PNG") -> bytes:
    """A picture that a browser could show."""
    made = io.BytesIO()
    Image.new("RGB", size, (30, 80, 140)).save(made, kind)
    return made.getvalue()


def test_a_picture_is_shown_small_and_drawn_anew(web: Web) -> None:
    """WebP, at most 720 pixels, without a byte of what was sent; the second time it comes from the store."""
    case = web.sent(Kind.BUG, ("screen.png", picture()), ("note.txt", b"Nothing to see"))
    page = shown(web, case)
    paths = re.findall(r'<img src="(/files/[^"]+/preview)"', page)
    answers = [web.client.get(paths[0]) for _ in range(2)]

    assert 1 == len(paths)
    assert {"image/webp"} == {answer.mimetype for answer in answers}
    assert "nosniff" == answers[0].headers["X-Content-Type-Options"]
    assert (720, 405) == Image.open(io.BytesIO(answers[0].data)).size
    assert answers[0].data == answers[1].data


def test_what_only_looks_like_a_picture_has_no_preview(web: Web) -> None:
    """404, and the file can still be saved; neither has what is too large to be decoded."""
    case = web.sent(Kind.BUG, ("broken.png", PNG), ("large.png", picture((6000, 5000))))
    for file in case.request.attachments:
        path = urlsplit(web.links.file(case.id, file)).path
        assert 404 == web.client.get(f"{path}/preview").status_code
        assert 200 == web.client.get(path).status_code


def test_checksums_and_clause_numbers_are_one_click_away(web: Web) -> None:
    """They stand in the details, below all that a requester reads."""
    case = web.sent()
    before, _, after = web.client.get(page_of(web, case)).text.partition('<details class="card" id="details">')

    assert "SHA-256" not in before
    assert "<code>" not in before
    assert "SHA-256" in after


# --- My requests ------------------------------------------------------------------------------


def ask(web: Web, who: str) -> str:
    """Ask for the links; what the page says then, after the sweep came by."""
    text = web.client.post("/requests/mine", data={"who": who}).text
    web.desk.sweep()
    return str(text)


def test_all_links_of_an_address_are_mailed_to_it(web: Web) -> None:
    """Open ones first, those that were done long ago not at all; whatever is typed, the page says the same."""
    old, done, late = (web.sent(summary=f"Request {n}") for n in range(3))
    happen(web, old, Resolved, resolution="Mended.")
    web.clock.advance(days=91)
    happen(web, done, Resolved, resolution="Mended.")
    other = web.sent(email="jun@example.com")
    known, unknown = ask(web, " CAMILLE@example.com "), ask(web, "nobody@example.com")
    (mail,) = [mail for mail in web.mailer.sent if "Your requests" in mail.subject]
    links = [urlsplit(word).path for word in mail.text.split() if "/status/" in word]

    assert known == unknown
    assert "camille@example.com" == mail.to
    assert [late.id, done.id] == [web.links.status_case_id(link) for link in links]
    assert [200, 200] == [web.client.get(link).status_code for link in links]
    assert not {old.id, other.id} & {*mail.text.split()}
    assert "Resolved" in mail.text


def test_no_list_is_mailed_too_often_nor_where_mail_comes_back(web: Web) -> None:
    """Five within a quarter of an hour; from one source thirty times an hour; none to a suppressed address."""
    web.sent()
    for _ in range(7):
        ask(web, "camille@example.com")
    mails = sum("Your requests" in mail.subject for mail in web.mailer.sent)
    web.clock.advance(hours=1)
    web.store.suppress(SuppressedAddress("camille@example.com", as_written("Mail there came back."), web.clock()))
    ask(web, "camille@example.com")

    assert 5 == mails == sum("Your requests" in mail.subject for mail in web.mailer.sent)


def test_of_what_awaits_review_nobody_is_mailed(web: Web) -> None:
    """The address may be a stranger's."""
    web.sent(homepage="https://spam.example")
    before = len(web.mailer.sent)
    ask(web, "camille@example.com")

    assert before == len(web.mailer.sent)


def test_what_is_neither_an_address_nor_a_number_is_said(web: Web) -> None:
    """No promise is made; a number in an address is no request number; old forms and links still lead here."""
    for typed in ("my request", "", "camille@example", "x"):
        answer = web.client.post("/requests/mine", data={"who": typed})
        assert (422, False) == (answer.status_code, "by e-mail within" in answer.text)
        assert f'value="{typed}"' in answer.text
    old = web.client.get("/status/lost", follow_redirects=True)
    assert "My requests" in old.text
    case = web.sent()
    before = len(web.mailer.sent)
    web.client.post("/status/lost", data={"number": case.id})
    assert before + 1 == len(web.mailer.sent)


def test_a_long_list_says_how_much_is_left(web: Web) -> None:
    """Thirty of an address in one mail."""
    for number in range(MOST + 2):
        web.clock.advance(hours=1)
        web.sent(summary=f"Request {number}")
    web.clock.advance(hours=1)
    ask(web, "camille@example.com")
    (mail,) = [mail for mail in web.mailer.sent if "Your requests" in mail.subject]

    assert MOST == mail.text.count("/status/")
    assert "2 more requests are older." in mail.text


def test_where_no_time_is_agreed_the_page_says_what_is_usual(web: Web) -> None:
    """From our own figures, once there are enough of them; until then that none is promised."""
    case = web.sent()
    before = shown(web, case)
    for number in range(20):
        web.clock.advance(hours=1)
        done = web.sent(summary=f"Error page when shipment {number} is opened")
        web.clock.advance(minutes=40)
        happen(web, done, Resolved, resolution="Here.")
    after = shown(web, case)

    assert "so none is promised." in before
    assert "Usually" not in before
    assert "half of the last 20 requests at this level were resolved or passed on within 1 hour" in after


@pytest.mark.parametrize(("what", "field"), [("reply", "text"), ("appeal", "text"), ("withdraw", "reason")])
def test_an_answer_that_comes_twice_is_refused_and_both_are_shown(web: Web, what: str, field: str) -> None:
    """Else the second would be lost unsaid."""
    case = web.sent()
    twice = MultiDict([(field, "It is the first page."), (field, "It is the last page.")])
    answer = web.client.post(f"{page_of(web, case)}/{what}", data=twice)

    assert 422 == answer.status_code
    assert "This answer came more than once" in answer.text
    assert "It is the first page.\n\nIt is the last page." in answer.text.replace("\r", "")
    assert case.version == web.desk.cases.load(case.id).version


@pytest.mark.parametrize(("what", "field"), [("reply", "finding"), ("copies", "address")])
def test_a_button_or_an_address_that_comes_twice_is_refused(web: Web, what: str, field: str) -> None:
    """Neither is chosen for the requester."""
    case = web.sent()
    sent = {"reply": ("works", "trouble"), "copies": ("ann@example.com", "bob@example.com")}[what]
    answer = web.client.post(f"{page_of(web, case)}/{what}", data=MultiDict([(field, one) for one in sent]))

    assert 422 == answer.status_code
    assert "This answer came more than once" in answer.text
    assert case.version == web.desk.cases.load(case.id).version
