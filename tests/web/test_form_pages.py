"""The forms in use: taken in, shown again with everything typed and attached, sent twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.request import Channel, Kind
from intake_fn.core.verdict_texts import said_of
from intake_fn.core.vocabulary import Filing
from tests.web.samples import ANSWERS, HOSTILE, PNG

if TYPE_CHECKING:
    from tests.web.conftest import Web


@pytest.mark.parametrize("kind", Kind)
def test_a_complete_form_leads_to_its_receipt(web: Web, kind: Kind) -> None:
    """Saved, judged, filed; the receipt says number, verdict and where it stands in Mantis."""
    answer = web.send(kind, follow=True)
    case = web.desk.cases.load("HD-0000-0001")

    assert answer.status_code == 200
    assert case.request.channel is Channel.FORM
    assert case.filing is Filing.FILED
    for said in (case.id, case.request.summary, said_of(case), f"#{case.issue}</a> in {case.issue_project}"):
        assert said in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_form_comes_back_with_every_missing_part_named(web: Web, kind: Kind) -> None:
    """Once at the top, with a link to the field, and once at the field."""
    answer = web.client.post(f"/requests/{kind.value}", data={})

    assert answer.status_code == 422
    for name in re.findall(r'id="(\w+)-error"', answer.text):
        assert f'<a href="#{name}">' in answer.text
        assert f'id="{name}"' in answer.text
    assert 'id="summary-error"' in answer.text
    assert web.desk.counters.ledger().received == 0


def test_what_was_typed_is_still_there_when_a_part_is_missing(web: Web) -> None:
    """Texts, choices and the clause, all of it."""
    answer = web.send(steps="", clause="shipments#open", always="no")

    assert answer.status_code == 422
    assert ANSWERS[Kind.BUG]["description"] in answer.text
    assert f'value="{ANSWERS[Kind.BUG]["summary"]}"' in answer.text
    assert '<option value="high" selected>' in answer.text
    assert 'value="no" checked' in answer.text
    assert 'name="clause" value="shipments#open"' in answer.text


def test_what_was_attached_is_still_attached_when_a_part_is_missing(web: Web) -> None:
    """The file waits in the store and travels as a signed token; the second try need not choose it again."""
    answer = web.send(Kind.BUG, ("écran.png", PNG), steps="")
    held = re.search(r'name="held" value="([^"]+)"', answer.text)

    assert held is not None
    assert "écran.png" in answer.text

    case = web.sent(Kind.BUG, ("more.png", PNG + b"2"), held=held[1])

    assert [file.name for file in case.request.attachments] == ["écran.png", "more.png"]
    assert web.files.get(case.request.attachments[0].key) == PNG
    assert not any(file.key.startswith("held/") for file in case.request.attachments)


def test_two_files_of_one_name_are_two_files(web: Web) -> None:
    """Of one size as well: both are kept, both have a link of their own, both reach Mantis."""
    case = web.sent(Kind.BUG, ("screen.png", PNG + b"1"), ("screen.png", PNG + b"2"))
    files = case.request.attachments

    assert [PNG + b"1", PNG + b"2"] == [web.files.get(file.key) for file in files]
    assert [PNG + b"1", PNG + b"2"] == [content for _, content in web.tracker.files[case.issue or 0]]
    for file in files:
        assert file.sha256 in web.tracker.issues[case.issue or 0].information


def test_a_held_file_can_be_left_out_again(web: Web) -> None:
    """Unticked, its token does not come back, and a bug report has no picture then."""
    web.send(Kind.BUG, ("écran.png", PNG), steps="")
    answer = web.client.post("/requests/bug", data=ANSWERS[Kind.BUG])

    assert answer.status_code == 422
    assert "Please attach a screenshot" in answer.text


@pytest.mark.parametrize("days", [0, 2])
def test_a_held_file_whose_token_is_no_longer_good_is_asked_for_again(web: Web, days: int) -> None:
    """Tampered with or too old: the rest of the form is kept."""
    answer = web.send(Kind.BUG, ("écran.png", PNG), steps="")
    token = re.findall(r'name="held" value="([^"]+)"', answer.text)[0]
    web.clock.advance(days=days)
    answer = web.send(held=token if days else "x" + token)

    assert answer.status_code == 422
    assert "has expired" in answer.text
    assert ANSWERS[Kind.BUG]["steps"].splitlines()[0] in answer.text


def test_a_program_under_a_pictures_name_is_refused_near_the_field(web: Web) -> None:
    """The other file stays attached, and nothing is taken in."""
    answer = web.send(Kind.BUG, ("tool.png", b"MZ\x90\x00"), ("screen.png", PNG))

    assert answer.status_code == 422
    assert "tool.png is not a PNG picture: its content is a Windows program" in answer.text
    assert "<strong>screen.png</strong></span> is attached" in answer.text
    assert web.desk.counters.ledger().received == 0


def test_of_thirty_files_the_first_ten_are_kept(web: Web) -> None:
    """And the message says how many are allowed."""
    answer = web.send(Kind.BUG, *((f"{n}.png", PNG + bytes([n])) for n in range(30)))

    assert answer.status_code == 422
    assert "At most 10 files" in answer.text
    assert answer.text.count('name="held"') == 10
    assert ANSWERS[Kind.BUG]["description"] in answer.text


def test_a_screenshot_of_25_mb_costs_nothing_that_was_typed(web: Web) -> None:
    """It is refused with its size and the limit."""
    answer = web.send(Kind.BUG, ("big.png", PNG + bytes(25 * 2**20)))

    assert answer.status_code == 422
    assert "big.png (25.0 MB) is too large" in answer.text
    assert ANSWERS[Kind.BUG]["description"] in answer.text


def test_more_than_can_be_read_gets_a_page_that_says_what_to_do(web: Web) -> None:
    """Nobody reads 100 MB; the browser still has what was typed."""
    answer = web.client.post("/requests/bug", environ_overrides={"CONTENT_LENGTH": str(100 * 2**20)})

    assert answer.status_code == 413
    assert "Go back: your text is still in the form" in answer.text


def test_a_text_of_a_megabyte_comes_back_with_its_limit(web: Web) -> None:
    """Not cut, not lost."""
    answer = web.send(description="x" * 2**20)

    assert answer.status_code == 422
    assert "1,048,576 characters; the limit is 50,000" in answer.text
    assert "x" * 2**20 in answer.text


def test_a_text_too_long_for_the_store_comes_back(web: Web) -> None:
    """Three long texts in a script of three bytes a letter are within the form's limits and beyond an item's."""
    answer = web.send(description="語" * 50_000, expected="語" * 50_000, steps="語" * 50_000)

    assert answer.status_code == 422
    assert "too long" in answer.text
    assert "語" * 50_000 in answer.text


@pytest.mark.parametrize("multipart", [True, False])
def test_text_in_another_encoding_is_named_and_kept(web: Web, multipart: bool) -> None:
    """A program that sends Latin-1 is told so, and what could be read stands there."""
    if multipart:
        part = b'--b\r\nContent-Disposition: form-data; name="summary"\r\n\r\nCaf\xe9 closed\r\n--b--\r\n'
        answer = web.client.post("/requests/bug", data=part, content_type="multipart/form-data; boundary=b")
    else:
        answer = web.client.post(
            "/requests/bug", data=b"summary=Caf%E9+closed", content_type="application/x-www-form-urlencoded"
        )

    assert answer.status_code == 422
    assert "could not be read" in answer.text
    assert "Caf\ufffd closed" in answer.text


def test_a_replacement_character_that_was_really_typed_is_fine(web: Web) -> None:
    """A bug about a label that prints � must be reportable."""
    assert web.sent(summary="The label prints Caf\ufffd").request.summary == "The label prints Caf\ufffd"


def test_control_characters_are_left_out_and_line_ends_are_lf(web: Web) -> None:
    """What no keyboard types reaches neither Mantis nor a mail."""
    case = web.sent(summary="One\x00 two\r\nthree", steps="1. a\r\n2. b\x1b[31m")

    assert case.request.summary == "One two three"
    assert case.request.steps == "1. a\n2. b[31m"


def test_the_same_form_twice_gives_the_same_receipt(web: Web) -> None:
    """A double click, the back button, a retry: one request, one issue (R9)."""
    first, second = web.sent(key="k" * 22), web.sent(key="k" * 22)

    assert first.id == second.id
    assert len(web.tracker.issues) == 1
    assert web.desk.counters.ledger().received == 1


def test_a_form_without_a_key_is_known_by_its_content(web: Web) -> None:
    """The static form of the wiki has no key; a changed text is another request."""
    first, second, other = web.sent(), web.sent(), web.sent(summary="Another thing altogether")

    assert first.id == second.id != other.id


def test_what_was_changed_before_sending_again_is_not_lost_silently(web: Web) -> None:
    """Back, edit, send: the first request stands, and the receipt says that the change is not in it."""
    web.send(key="k" * 22)
    answer = web.send(key="k" * 22, description="Now with more words.", follow=True)

    assert "This form has already been sent" in answer.text
    assert web.desk.counters.ledger().received == 1
    assert "This form has already been sent" not in web.send(key="k" * 22, follow=True).text
    changed = web.send(Kind.BUG, ("b.png", PNG + b"2"), key="k" * 22, follow=True).text
    assert "This form has already been sent" in changed


def test_while_mantis_is_down_the_receipt_says_that_filing_is_delayed(web: Web) -> None:
    """The receipt depends on the store only; when Mantis answers, the number stands there.

    At first nobody knows whether it is delayed: deliveries go on after the receipt.
    """
    web.tracker.down = True
    answer = web.send(follow=True)

    assert answer.status_code == 200
    assert "it is being filed in Mantis" in answer.text
    assert "filing is delayed" not in answer.text
    web.clock.advance(minutes=3)
    answer = web.client.get(answer.request.path)
    assert "filing is delayed" in answer.text
    assert "It is filed as soon as Mantis responds" in answer.text

    web.tracker.down = False
    web.clock.advance(minutes=5)
    web.desk.sweep()
    answer = web.client.get(answer.request.path)

    assert "filing is delayed" not in answer.text
    assert '">#1</a>' in answer.text


@pytest.mark.parametrize("part", ["store", "files"])
def test_when_nothing_can_be_saved_the_form_comes_back_as_it_was(web: Web, part: str) -> None:
    """503, with all texts, so that the same form can be sent a minute later."""
    getattr(web, part).down = True
    answer = web.send(key="k" * 22)

    assert answer.status_code == 503
    assert "Your text is still here" in answer.text
    assert ANSWERS[Kind.BUG]["description"] in answer.text

    getattr(web, part).down = False

    assert web.sent(key="k" * 22).filing is Filing.FILED


@pytest.mark.parametrize("clause", ["shipments#open", "ops/customs#hs-code_1"])
def test_the_clause_complained_about_is_shown_and_kept(web: Web, clause: str) -> None:
    """From the wiki's link at the clause to the request."""
    answer = web.client.get("/requests/new/bug", query_string={"clause": clause})
    page, _, anchor = clause.partition("#")

    assert f'href="https://help.example.com/spec/{page}/#{anchor}"' in answer.text
    assert web.sent(clause=clause).request.clause == clause


def test_what_is_no_clause_is_left_out(web: Web) -> None:
    """A link that somebody made up puts nothing of theirs on our page."""
    answer = web.client.get("/requests/new/bug", query_string={"clause": HOSTILE})

    assert "About the clause" not in answer.text
    assert "alert(" not in answer.text


def test_each_form_shown_has_a_key_of_its_own(web: Web) -> None:
    """Two people with two forms never share a receipt."""
    keys = {re.findall(r'name="key" value="([^"]+)"', web.client.get("/requests/new/bug").text)[0] for _ in range(2)}

    assert len(keys) == 2


def test_the_address_of_a_form_shown_again_can_be_reloaded(web: Web) -> None:
    """Enter in the address bar after an error leads to an empty form, not to an error page."""
    assert web.client.get("/requests/bug").headers["Location"] == "/requests/new/bug"


def test_there_is_a_page_to_choose_a_form(web: Web) -> None:
    """All four are on it."""
    text = web.client.get("/requests/new").text

    assert all(f'href="/requests/new/{kind.value}"' in text for kind in Kind)
