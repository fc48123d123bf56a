"""Signing in and out: links that are good once, sessions that can be ended, and answers that tell nothing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from itsdangerous import TimestampSigner

from intake_fn import log
from intake_fn.adapters.signed_links import SignedLinks
from intake_fn.core.errors import Broken, OutcomeUnknown, TryLater, Undeliverable
from intake_fn.core.mail_throttle import MailThrottle
from intake_fn.desk.sign_in import MOST, mail_links
from intake_fn.ports import Asked, SignInAsked, SuppressedAddress
from intake_fn.texts import as_written
from intake_fn.web import WebConfig, create_app
from tests.fakes import MemoryStore, ports_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.web.conftest import Web

PARIS, EVE = "liaison.paris@example.com", "eve@example.com"


@pytest.fixture
def signed(web: Web) -> Web:
    """The application with real tokens, as they leave it."""
    links: Any = SignedLinks(
        base_url="https://help.example.com",
        site_url="",
        secret="only for tests" * 3,
        limits=web.desk.process.intake,
        clock=web.clock,
    )
    desk = replace(web.desk, links=links)
    config: WebConfig = web.client.application.extensions["specdesk"]
    client = create_app(replace(config, desk=lambda: desk, links=links)).test_client()
    return replace(web, client=client, desk=desk, links=links)


def asked(web: Web, address: str = PARIS, **headers: str) -> TestResponse:
    """Ask for a link."""
    page = web.client.get("/desk/sign-in").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    return web.client.post("/desk/sign-in", data={"csrf_token": token, "address": address}, headers=headers)


def links_in(web: Web) -> list[str]:
    """The paths of the links that were mailed."""
    mail_links(web.desk)
    return [urlsplit(mail.text.split("http", 1)[1].split()[0]).path for mail in web.mailer.sent]


# --- links -----------------------------------------------------------------------------------


def test_a_used_link_is_used_up_however_it_is_written(signed: Web) -> None:
    """The last character of a signature has spare bits, and padding is taken off: neither makes a new link of it."""
    asked(signed)
    (path,) = links_in(signed)
    assert 303 == signed.post(path, on=path).status_code
    signed.post("/desk/sign-out", on="/desk")
    page = signed.client.get("/desk/sign-in").text
    csrf = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    for other in (path, f"{path}=", f"{path}==", f"{path}%3D", *(path[:-1] + letter for letter in letters)):
        assert signed.client.post(other, data={"csrf_token": csrf}).status_code in (404, 410)
    assert 302 == signed.client.get("/desk").status_code


def test_two_links_of_one_second_sign_in_twice(signed: Web) -> None:
    """On the laptop and on the phone."""
    asked(signed)
    asked(signed)
    first, second = links_in(signed)

    assert [303, 303] == [signed.post(path, on=path).status_code for path in (first, second)]


# --- sessions --------------------------------------------------------------------------------


def copy_of(web: Web) -> FlaskClient:
    """Another browser with the same cookie."""
    cookie = web.client.get_cookie("specdesk")
    assert cookie is not None
    other = web.client.application.test_client()
    other.set_cookie("specdesk", cookie.value)
    return other


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(web: Web) -> None:
    """The cookie is signed and would be good for hours; the server no longer takes it."""
    web.sign_in()
    copy = copy_of(web)
    assert 200 == copy.get("/desk").status_code

    web.post("/desk/sign-out", on="/desk")

    assert 302 == copy.get("/desk").status_code
    assert [] == list(web.store.sessions())


def test_signing_out_that_the_store_did_not_take_can_be_repeated(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the cookie is gone and the session lives on, with nobody who could end it."""

    def down(*_: str) -> None:
        raise TryLater("The store does not answer.")

    web.sign_in()
    with monkeypatch.context() as patched:
        patched.setattr(web.store, "end_session", down)
        failed = web.post("/desk/sign-out", on="/desk")

    assert (503, 200) == (failed.status_code, web.client.get("/desk").status_code)
    web.post("/desk/sign-out", on="/desk")
    assert [] == list(web.store.sessions())


def test_a_session_that_an_admin_ends_is_over_at_once(web: Web) -> None:
    """Those of one person, and nobody else's."""
    web.sign_in()
    paris = copy_of(web)
    other = replace(web, client=web.client.application.test_client())
    other.sign_in("paul@example.com")
    for session in web.store.sessions("paul"):
        web.store.end_session(session.person, session.id)

    assert (200, 302) == (paris.get("/desk").status_code, other.client.get("/desk").status_code)


@pytest.mark.parametrize("change", ["left", "address"])
def test_a_person_who_leaves_or_gets_another_address_is_signed_out(web: Web, change: str) -> None:
    """What signed them in was their mailbox; whoever has their name in support.yml later is somebody else."""
    web.sign_in("andrei@example.com")
    people = dict(web.desk.process.people)
    person = people.pop("andrei")
    if change == "address":
        people["andrei"] = replace(person, address="another.andrei@example.com")
    config: WebConfig = web.client.application.extensions["specdesk"]
    desk = replace(web.desk, process=replace(web.desk.process, people=people))
    app = create_app(replace(config, desk=lambda: desk, process=desk.process))
    client = app.test_client()
    client.set_cookie("specdesk", web.client.get_cookie("specdesk").value)  # type: ignore[union-attr]  # signed in

    assert 302 == client.get("/desk").status_code


def test_a_session_ends_after_twelve_hours(web: Web) -> None:
    """However busy it was."""
    web.sign_in()
    for _ in range(11):
        web.clock.advance(hours=1)
        assert 200 == web.client.get("/desk").status_code
    web.clock.advance(hours=1)

    assert 302 == web.client.get("/desk").status_code


@pytest.mark.parametrize(("ahead", "status"), [(0, 200), (60, 200), (3600, 302), (-13 * 3600, 302)])
def test_a_cookie_of_a_clock_a_little_ahead_is_good(web: Web, ahead: int, status: int) -> None:
    """Signed by one instance, read by another a moment before: who has just signed in is not asked to sign in."""
    web.sign_in()
    app = web.client.application
    serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # a cookie's
    cookie = web.client.get_cookie("specdesk")
    assert cookie is not None

    class Ahead(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() + ahead

    content = serializer.loads(cookie.value)
    serializer.signer = Ahead
    web.client.set_cookie("specdesk", serializer.dumps(content))

    assert status == web.client.get("/desk").status_code


def test_while_the_store_is_down_nobody_is_let_in_and_the_page_says_so(web: Web) -> None:
    """503, in the site's look: the head of the page looks nothing up."""
    web.sign_in()
    web.store.down = True
    answer = web.client.get("/desk")

    assert 503 == answer.status_code
    assert "Not available at the moment" in answer.text


# --- answers that tell nothing -----------------------------------------------------------------


class Counted(MemoryStore):
    """A store that counts what it is asked to do: a count of steps stands for the time."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: Counter[str] = Counter()

    def _up(self) -> Any:
        import sys  # noqa: PLC0415 - only here

        self.steps[sys._getframe(1).f_code.co_name] += 1
        return super()._up()


@pytest.mark.parametrize("trouble", [None, TryLater("down"), Broken("not verified")])
def test_known_and_unknown_addresses_get_the_same_answer_by_the_same_steps(web: Web, trouble: Exception | None) -> None:
    """Also while no mail goes out: nothing is mailed before the answer, and whose address it is is not looked at.

    Nor does it matter that an address is suppressed, or was mailed as many links as it may be.
    """
    full, suppressed = "roma@example.com", "andrei@example.com"
    told = []
    for address in (PARIS, EVE, full, suppressed):
        store = Counted()
        store.suppress(SuppressedAddress(suppressed, as_written("It came back."), web.clock()))
        store.save_throttle("sign-in", full, MailThrottle(), MailThrottle({f"{n}": web.clock() for n in range(MOST)}))
        store.steps.clear()
        desk = replace(web.desk, **ports_of(store), mailer=Failing(trouble))
        config: WebConfig = web.client.application.extensions["specdesk"]
        client = create_app(replace(config, desk=lambda desk=desk: desk)).test_client()  # type: ignore[misc]  # a default
        answer = asked(replace(web, client=client), address)
        text = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text.replace(address, "X"))
        told.append((answer.status_code, text, dict(store.steps)))

    assert [told[0]] * len(told) == told
    assert 200 == told[0][0]


class Failing:
    """A mailer that is not to be called, or fails."""

    def __init__(self, trouble: Exception | None) -> None:
        self.trouble = trouble

    def send(self, _: Any) -> str:
        """Nothing is sent before the answer."""
        raise self.trouble or AssertionError("A mail was sent before the answer.")


def test_a_link_that_was_asked_for_in_an_outage_is_mailed_after_it(web: Web) -> None:
    """Made when it is mailed, so it is good for its whole time."""
    web.mailer.down = True
    asked(web)
    assert 0 == web.desk.sweep().delivered
    web.clock.advance(minutes=20)
    web.mailer.down = False
    web.desk.sweep()
    web.desk.sweep()
    (path,) = links_in(web)

    assert [PARIS] == [mail.to for mail in web.mailer.sent]
    assert 200 == web.client.get(path).status_code


@pytest.mark.parametrize("down", [False, True])
def test_thirty_posts_mail_five_links_also_when_mail_was_down(web: Web, *, down: bool) -> None:
    """Whoever is mailed no more has valid links; whatever state mail is in, each post is answered alike."""
    web.mailer.down = down
    answers = set()
    for _ in range(30):
        answers |= {asked(web, PARIS).status_code, asked(web, EVE).status_code}
    web.desk.sweep()
    assert {200} == answers
    assert (0 if down else 5) == len(web.mailer.sent)

    web.mailer.down = False
    for _ in range(10):
        web.clock.advance(minutes=1)
        web.desk.sweep()
    assert [PARIS] * 5 == [mail.to for mail in web.mailer.sent]
    assert [] == list(web.store.sign_ins_asked())


def test_at_most_five_links_go_to_one_address_while_a_link_is_valid(web: Web) -> None:
    """In each quarter of an hour, wherever it begins; 20 in an hour."""
    sent = []
    for _ in range(120):
        web.store.ask_sign_in(SignInAsked(f"{web.clock.at}", PARIS, web.clock()))
        sent += [web.clock()] * mail_links(web.desk)
        web.clock.advance(seconds=30)

    assert 20 == len(sent)
    for at in sent:
        assert sum(at <= other < at + timedelta(minutes=15) for other in sent) <= 5


def test_a_link_that_cannot_be_mailed_is_shown_to_admins_and_attempted_for_a_day(web: Web) -> None:
    """Later each time; then it is given up with an error in the log. Of strangers nothing is shown."""
    web.mailer.down = True
    asked(web)
    asked(web, EVE)
    web.desk.sweep()
    web.mailer.down = False
    web.sign_in("paul@example.com")
    web.mailer.down = True
    page = web.client.get("/desk/outbox").text
    (waits,) = web.store.sign_ins_asked()
    assert (1, PARIS) == (waits.tries, waits.address)
    assert "Sign-in link for Paris CT2 Liaison" in page
    assert "The mail service does not answer" in page
    assert EVE not in page

    for _ in range(24 * 12):
        web.clock.advance(minutes=5)
        web.desk.sweep()
    (waits,) = web.store.sign_ins_asked()
    assert 60 < waits.tries < 130
    web.clock.advance(minutes=20)
    with log.captured() as lines:
        web.desk.sweep()
    assert ["links_given_up"] == [line["event"] for line in lines if line["level"] == "error"]
    assert [] == list(web.store.sign_ins_asked())


@pytest.mark.parametrize("trouble", [Undeliverable("not taken"), OutcomeUnknown("no answer"), ValueError("x")])
def test_a_link_that_one_address_does_not_take_delays_no_other(web: Web, trouble: Exception) -> None:
    """It is attempted again, with the reason; of an error that nobody thought of, the kind alone is shown."""
    asked(web)
    asked(web, "paul@example.com")
    send = web.mailer.send

    def refuse(mail: Any) -> str:
        if mail.to == PARIS:
            raise trouble
        return send(mail)

    web.mailer.send = refuse  # type: ignore[method-assign]
    web.desk.sweep()
    (waits,) = web.store.sign_ins_asked()

    assert ["paul@example.com"] == [mail.to for mail in web.mailer.sent]
    assert waits.last_error == ("ValueError. The log says where." if type(trouble) is ValueError else str(trouble))


def test_a_link_whose_mail_cannot_be_made_delays_no_other(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is attempted again until it is given up, and the sweep goes on."""

    def broken(*_: object) -> None:
        raise ValueError("x")

    monkeypatch.setattr("intake_fn.desk.my_requests.mail_of", broken)
    web.store.ask_sign_in(SignInAsked("1", EVE, web.clock() - timedelta(seconds=1), what=Asked.MY_REQUESTS))
    asked(web, "paul@example.com")
    with log.captured() as lines:
        web.desk.sweep()
    (waits,) = web.store.sign_ins_asked()

    assert ["paul@example.com"] == [mail.to for mail in web.mailer.sent]
    assert (1, "ValueError. The log says where.") == (waits.tries, waits.last_error)
    assert "link_failed_unexpectedly" in {line["event"] for line in lines}

    web.clock.advance(days=2)
    web.desk.sweep()
    assert [] == list(web.store.sign_ins_asked())


def test_a_sweep_that_is_cut_off_loses_no_link(web: Web) -> None:
    """What it had begun with is attempted again; two at once mail it once."""
    asked(web)
    (link,) = web.store.sign_ins_asked()
    assert web.store.attempt_sign_in(link, web.clock() + timedelta(seconds=30))
    assert 0 == mail_links(web.desk)

    web.clock.advance(minutes=1)
    assert (1, 0) == (mail_links(web.desk), mail_links(web.desk))
    assert [PARIS] == [mail.to for mail in web.mailer.sent]


def test_a_hundred_posts_mail_five_links_and_are_all_answered_alike(web: Web) -> None:
    """For a known address as for another; an hour later it goes on."""
    answers = {asked(web, PARIS).status_code for _ in range(100)} | {asked(web, EVE).status_code for _ in range(100)}
    while mail_links(web.desk):
        pass
    assert {200} == answers
    assert 5 == len(web.mailer.sent)

    web.clock.advance(hours=1)
    asked(web, PARIS)
    assert 6 == len(links_in(web))


def test_many_who_ask_in_vain_delay_nobody(web: Web) -> None:
    """From many places, under many names; the next sweep mails whoever works here."""
    for number in range(300):
        address = f"{number}@elsewhere.example"
        web.store.ask_sign_in(SignInAsked(f"{number}", address, web.clock() - timedelta(seconds=1)))
    asked(web)
    web.desk.sweep()

    assert [PARIS] == [mail.to for mail in web.mailer.sent]
    assert [] == list(web.store.sign_ins_asked())


def test_one_source_may_ask_for_thirty_links_an_hour_whatever_it_says_of_itself(web: Web) -> None:
    """X-Forwarded-For is what clients write into it."""
    people = [person.address for person in web.desk.process.people.values()]
    for number in range(60):
        asked(web, people[number % len(people)], **{"X-Forwarded-For": f"192.0.2.{number}"})
        web.clock.advance(seconds=1)

    assert len(web.store.sign_ins_asked(100)) <= 30


def test_what_is_no_address_is_told_at_the_field(web: Web) -> None:
    """It tells nobody who works here, and spares the wait for a mail that cannot come."""
    answer = asked(web, "paul@example..com")

    assert 422 == answer.status_code
    assert "two periods in a row" in answer.text
    assert 'value="paul@example..com"' in answer.text


def test_permissions_to_upload_are_limited_by_source(web: Web) -> None:
    """Each is for up to 25 MB, and asking costs nothing."""
    answers = [web.client.post("/uploads", data={"name": "a.log", "size": 2**20}) for _ in range(70)]
    codes = Counter(answer.status_code for answer in answers)

    assert {200: 60, 429: 10} == dict(codes)
    assert "try again later" in answers[-1].get_json()["problem"]
    assert "3600" == answers[-1].headers["Retry-After"]
    web.clock.advance(hours=1)
    assert 200 == web.client.post("/uploads", data={"name": "a.log", "size": 2**20}).status_code


def test_numbers_cannot_be_tried_out_for_lost_links_without_end(web: Web) -> None:
    """The answer is the same, and after thirty within an hour nothing is looked up."""
    case = web.sent()
    mails = len(web.mailer.sent)
    for _ in range(30):
        web.client.post("/status/lost", data={"number": "HD-9999-9999"})
    answer = web.client.post("/status/lost", data={"number": case.id})

    assert 200 == answer.status_code
    assert mails == len(web.mailer.sent)


def test_whose_session_has_ended_comes_back_to_the_page_of_the_form(web: Web) -> None:
    """What was typed is shown to be copied, without what nobody typed; the link leads to the request, not to a post."""
    case = web.sent()
    page = f"/desk/requests/{case.id}"
    typed = {"text": "A long answer.", "as": "update", "seen": "3"}
    for shown in (page, f"{page}?done=note", f"{page}/update"):
        answer = web.client.post(f"{page}/update", data=typed, headers={"Referer": f"http://localhost{shown}"})

        assert 401 == answer.status_code
        assert "A long answer." in answer.text
        assert 1 == answer.text.count("<textarea")
        assert "attach your files" not in answer.text
        assert f'action="/desk/sign-in?next={page}"' in answer.text

    with_file = web.client.post(f"{page}/update", data={**typed, "uploaded": "token"})
    assert "Please attach your files again, too." in with_file.text
    web.post(f"/desk/sign-in?next={page}", on="/desk/sign-in", address=PARIS)
    link = links_in(web)[-1]
    assert page == web.post(link, on=link).headers["Location"]


@pytest.mark.parametrize("shown", ["", "https://evil.example.com/desk", "http://localhost/nowhere/at/all"])
def test_a_page_that_is_none_of_the_desk_is_not_gone_back_to(web: Web, shown: str) -> None:
    """The queue, then."""
    case = web.sent()
    headers = {"Referer": shown} if shown else {}
    answer = web.client.post(f"/desk/requests/{case.id}/note", data={"text": "Seen."}, headers=headers)

    assert 401 == answer.status_code
    assert "evil" not in answer.text
