"""The pages of incoming mail: nothing of a mail runs, loads or leads anywhere, and a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import Noted, RequesterReplied
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.desk.inbound_mail import keep, take

if TYPE_CHECKING:
    from intake_fn.core.events import Event
    from intake_fn.core.inbound.record import MailRecord
    from tests.web.conftest import Web

ADMIN = "paul@example.com"
HOSTILE = (
    b'From: "<script>alert(1)</script>" <eve@example.net>, other@example.net\r\n'
    b"Subject: <img src=x onerror=alert(2)> hello\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b'--b\r\nContent-Type: text/html\r\n\r\n<p>Look <img src="https://track.example.net/p.gif"></p><script>x()</script>\r\n'
    b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="../../etc/passwd"\r\n\r\n'
    b"root\r\n--b--\r\n"
)


def received(web: Web, raw: bytes = HOSTILE) -> MailRecord:
    """A mail that came in, and waits for a person."""
    record = take(web.desk, keep(web.desk, raw))

    assert record.outcome is MailOutcome.QUARANTINED
    return record


def test_a_mail_that_needs_a_person_is_seen_from_the_queue(web: Web) -> None:
    """With the count; the list has it with its reason."""
    web.sign_in()
    record = received(web)

    assert "1 needs a person" in web.client.get("/desk").text
    page = web.client.get("/desk/mail?end=quarantined").text
    assert f'href="/desk/mail/{record.id}"' in page
    assert "Needs a person" in page


def test_the_list_shows_the_beginning_of_a_long_subject(web: Web) -> None:
    """One mail does not fill the page; its own page has all that is kept."""
    web.sign_in()
    record = received(web, b"From: a@example.org\r\nSubject: " + b"Menu " * 1000 + b"\r\n\r\n\0\0\0\0")

    assert 100 > web.client.get("/desk/mail").text.count("Menu") > 0
    assert 1000 <= web.client.get(f"/desk/mail/{record.id}").text.count("Menu")


def test_nothing_of_a_mail_runs_or_loads(web: Web) -> None:
    """Not on the list, not on its page; a file's name leads nowhere."""
    web.sign_in()
    record = received(web)

    for path in ("/desk/mail", f"/desk/mail/{record.id}"):
        page = web.client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'track.example.net/p.gif"' not in page
        assert "../.." not in page


def test_the_original_is_a_download_of_the_very_bytes(web: Web) -> None:
    """It is saved, and a browser never shows it."""
    web.sign_in()
    record = received(web)
    answer = web.client.get(f"/desk/mail/{record.id}/original")

    assert HOSTILE == answer.data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "application/octet-stream" == answer.mimetype
    assert "no-store" == answer.headers["Cache-Control"]


def test_an_admin_rejects_a_mail_with_a_reason(web: Web) -> None:
    """Without one the page says so, and nothing has changed."""
    web.sign_in(ADMIN)
    record = received(web)
    page = f"/desk/mail/{record.id}"

    assert 422 == web.post(page, on=page, action="reject").status_code
    assert (
        "too long"
        in web.post(page, on=page, action="reject", reason="x" * (web.desk.process.intake.text_characters + 1)).text
    )
    assert 303 == web.post(page, on=page, action="reject", reason="It sells something.").status_code
    after = web.desk.inbound.mail(record.id)
    assert (MailOutcome.REJECTED, ADMIN) == (after.outcome, after.reviewed_by)
    assert "It sells something." in web.client.get(page).text


def test_two_who_decide_at_once_are_told(web: Web) -> None:
    """The second one sees what became of it."""
    web.sign_in(ADMIN)
    record = received(web)
    page = f"/desk/mail/{record.id}"
    web.post(page, on=page, action="reject", reason="It sells something.")
    answer = web.post(page, on="/desk/outbox", action="reject", reason="Again.")

    assert 422 == answer.status_code
    assert "Again.</textarea>" in answer.text
    assert "It sells something." in answer.text


def test_a_double_click_rejects_once(web: Web) -> None:
    """The second click is not told that its reason is not saved: it is."""
    web.sign_in(ADMIN)
    record = received(web)
    page = f"/desk/mail/{record.id}"
    for _ in range(2):
        answer = web.post(page, on="/desk/outbox", action="reject", reason="It sells something.")
        assert 303 == answer.status_code


def test_other_engineers_look_and_do_not_decide(web: Web) -> None:
    """The page names who decides."""
    web.sign_in()
    record = received(web)
    page = f"/desk/mail/{record.id}"

    assert "Only admins decide" in web.client.get(page).text
    assert 403 == web.post(page, on="/desk", action="reject", reason="x").status_code
    assert record == web.desk.inbound.mail(record.id)


@pytest.mark.parametrize(
    ("path", "status"), [("/desk/mail/none", 404), ("/desk/mail?end=lost", 422), ("/desk/mail?cursor=x", 422)]
)
def test_what_is_not_there_is_told(web: Web, path: str, status: int) -> None:
    """An address that names no mail, no list, no page of one."""
    web.sign_in()

    assert status == web.client.get(path).status_code


def test_a_file_store_that_is_down_hides_only_the_text(web: Web) -> None:
    """The record is shown, and where the mail is."""
    web.sign_in()
    record = received(web)
    web.files.down = True
    page = web.client.get(f"/desk/mail/{record.id}")

    assert 200 == page.status_code
    assert "The mail is kept there." in page.text


def test_an_admin_takes_a_mail_in_after_all(web: Web) -> None:
    """It is a request then, and its page says which."""
    web.sign_in(ADMIN)
    raw = b"X-SES-Spam-Verdict: FAIL\r\nFrom: dana@example.com\r\nSubject: Menu\r\n\r\nThe menu is cut.\r\n"
    record = received(web, raw)
    page = f"/desk/mail/{record.id}"
    answer = web.post(page, on=page, action="release")
    after = web.desk.inbound.mail(record.id)

    assert (303, MailOutcome.TICKETED, ADMIN) == (answer.status_code, after.outcome, after.reviewed_by)
    assert "The menu is cut." in web.desk.cases.load(after.case_id).request.description
    assert f"/desk/requests/{after.case_id}" in web.client.get(page).text
    assert "Release</button>" not in web.client.get(page).text


@pytest.mark.parametrize(("action", "kind"), [("reply", RequesterReplied), ("note", Noted)])
def test_a_mail_joins_the_request_that_a_person_names(web: Web, action: str, kind: type[Event]) -> None:
    """As a reply or a note; a number that is none is told beside what was typed."""
    case = web.sent()
    web.sign_in(ADMIN)
    record = received(web)
    page = f"/desk/mail/{record.id}"
    wrong = web.post(page, on=page, action=action, request="HD-0000")
    missing = web.post(page, on=page, action=action, request="HD-ZZZZ-ZZZZ")

    assert (422, 422) == (wrong.status_code, missing.status_code)
    assert 'value="HD-0000"' in wrong.text
    assert 303 == web.post(page, on=page, action=action, request=case.id.lower()).status_code
    assert isinstance(web.desk.cases.load(case.id).history[-1], kind)
    after = web.desk.inbound.mail(record.id)
    assert (MailOutcome.THREADED, case.id) == (after.outcome, after.case_id)


def test_a_mail_that_cannot_be_read_says_what_is_wrong_and_offers_the_original(web: Web) -> None:
    """No text is shown that is none, and nobody is told that the mail had none."""
    web.sign_in()
    record = received(web, b"From: dana@example.net\r\nSubject: Menu\r\n\r\n" + bytes(300))
    page = web.client.get(f"/desk/mail/{record.id}").text

    assert "its text cannot be read" in page
    assert "No text of it can be shown." in page
    assert "The mail holds no text." not in page
    assert page.count(f"/desk/mail/{record.id}/original") == 2


def test_a_request_leads_to_the_mail_that_it_was(web: Web) -> None:
    """The original is there with a click, whatever was made of its text; what was lost stands in a note."""
    web.sign_in()
    text = "Nemůžu otevřít přílohu k zásilce.".encode("cp1250")
    record = take(web.desk, keep(web.desk, b"From: dana@example.net\r\nSubject: Menu\r\n\r\n" + text))
    page = web.client.get(f"/desk/requests/{record.case_id}").text
    answer = web.client.get(f"/desk/mail/of/{record.fingerprint}")

    assert page.count(f"/desk/mail/of/{record.fingerprint}") == 2
    assert "was read as windows-1250" in page
    assert 2 == page.count("It has also what may be left out here: a signature, a notice, an earlier mail.")
    assert f"/desk/mail/{record.id}" == answer.headers["Location"]
    assert 404 == web.client.get("/desk/mail/of/0000").status_code
