"""The requester's page: receipt, status, reply, files, lost links."""

from __future__ import annotations

import hashlib
import html
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from intake_fn.core.case import Step
from intake_fn.core.erasure_events import DataErased
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import (
    AskedRequester,
    Escalated,
    Judged,
    MarkedDuplicate,
    Noted,
    NoticeSkipped,
    Overruled,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.process import JudgePolicy
from intake_fn.core.request import Kind
from intake_fn.core.steps import apply
from intake_fn.core.verdicts import reasons_of
from intake_fn.core.vocabulary import Category, ErasedAs, Status
from intake_fn.ports import Purpose, SuppressedAddress
from intake_fn.texts import as_written
from tests.web.conftest import application_of
from tests.web.samples import HOSTILE, PNG

if TYPE_CHECKING:
    from typing import Any

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web

PARIS = "liaison.paris@example.com"


def page_of(web: Web, case: Case) -> str:
    """The path of a case's status page."""
    return urlsplit(web.links.status(case.id)).path


def happen(web: Web, case: Case, kind: type[Event], **what: Any) -> Case:
    """Let a person of the Help Desk do something."""
    version = web.desk.cases.load(case.id).version
    return web.desk.act(case.id, kind(at=web.clock(), actor=PARIS, **what), version)


def test_the_receipt_lists_each_file_with_name_size_and_hash(web: Web) -> None:
    """So that the requester can see that what arrived is what was sent (R12)."""
    case = web.sent(Kind.BUG, ("écran.png", PNG))
    text = web.client.get(page_of(web, case)).text

    assert "écran.png" in text
    assert f"{len(PNG)} B" in text
    assert hashlib.sha256(PNG).hexdigest() in text


def test_the_verdict_is_shown_with_its_evidence(web: Web) -> None:
    """Category in words, confidence in words, reasons, each quote with a link that lands on its clause (R25)."""
    case = web.sent()
    assert case.verdict is not None
    verdict = {
        **case.verdict,
        "category": "bug",
        "confidence": 0.93,
        "judge": "bedrock:a.model",
        "ground": "reading",
        "reasons": ["The clause promises it."],
        "citations": [
            {"clause": "a#b", "title": "Title B", "url": "a/#b", "quote": "It shall.", "stance": "supports-expected"}
        ],
        "counter": {"clause": "c#d", "title": "Title D", "url": "c/#d", "quote": "But.", "stance": "supports-observed"},
    }
    spoken = Judged(at=web.clock(), actor="specdesk", category=Category.BUG, verdict=verdict)
    web.store.save(case.version, Step(apply(case, spoken), (spoken,)))  # as another judge would have spoken
    text = web.client.get(page_of(web, case)).text

    for said in (
        "The program takes this for a bug.",
        "By one reading of request and clauses by a language model (a.model).",
        "By its own estimate, which is no measurement, the reading is sure (93 %).",
        "I do not agree",
        "The clause promises it.",
        "It shall.",
        "Evidence against it",
    ):
        assert said in text
    assert '<a href="https://help.example.com/spec/a/#b">Title B</a>' in text
    assert '<a href="https://help.example.com/spec/c/#d">Title D</a>' in text


def test_a_persons_decision_stands_above_the_judges(web: Web) -> None:
    """With its clause and its reason."""
    case = web.sent()
    happen(web, case, Overruled, category=Category.CHANGE, clause="quotes#validity", reason="The spec wants it so.")
    text = web.client.get(page_of(web, case)).text

    assert "Paris CT2 Liaison has decided:" in text
    assert "quotes#validity" in text.partition('id="details"')[2]
    assert "The spec wants it so." in text
    assert "The program takes this" not in text


def test_what_colleagues_write_to_each_other_is_not_shown(web: Web) -> None:
    """Notes are for the desk; the escalation itself is told, its note is not."""
    case = web.sent()
    happen(web, case, Noted, text="The client is difficult")
    happen(web, case, Escalated, level=1, handler="ihelp", reason="too-complex", note="I have no idea")
    text = web.client.get(page_of(web, case)).text

    assert "difficult" not in text
    assert "no idea" not in text
    assert "Level 1" in text
    assert "iHelp" in text


@pytest.mark.parametrize(
    ("happened", "says"),
    [
        ((AskedRequester, {"question": "Which browser?"}), "Which browser?"),
        ((Resolved, {"resolution": "Mended in 4.2."}), "Mended in 4.2."),
    ],
)
def test_the_page_says_what_happens_next(web: Web, happened: tuple[type[Event], dict[str, str]], says: str) -> None:
    """A question waits for the requester; a resolution can be contradicted."""
    case = web.sent()
    happen(web, case, happened[0], **happened[1])
    text = web.client.get(page_of(web, case)).text

    assert says in text
    assert ("Send answer" in text) == (happened[0] is AskedRequester)
    assert ("It is not solved" in text) == (happened[0] is Resolved)
    assert text.index(says) < text.index("What happens next")


def test_of_a_request_that_is_the_same_its_requester_reads_only_what_concerns_theirs(web: Web) -> None:
    """Neither number, name nor text of the other one, nor what it asked for."""
    lead = web.sent(name="Camille Lefort", summary="The total is wrong")
    case = web.sent(name="Jun", email="jun@example.com", summary="My total is wrong, too")
    happen(web, case, MarkedDuplicate, other=lead.id)
    happen(web, lead, Overruled, category=Category.CHANGE, clause="", reason="Camille, it has to be so.")
    happen(web, lead, Resolved, resolution="Camille and I mended it.")
    page = web.client.get(page_of(web, case)).text

    assert "Marked as a duplicate of an earlier request" in page
    assert "[name 1], it has to be so." in page
    assert "[name 1] and I mended it." in page
    assert not [word for word in (lead.id, "Camille", "Lefort", "The total is wrong") if word in page]
    assert case.id not in web.client.get(page_of(web, lead)).text


def test_a_reply_is_saved_with_its_files_and_told_to_the_handler(web: Web) -> None:
    """It reopens the clock; sent twice from one page it is there once."""
    case = web.sent()
    happen(web, case, AskedRequester, question="Which browser?")
    seen = seen_on(web, case)
    for _ in range(2):
        answer = web.upload(f"{page_of(web, case)}/reply", ("more.png", PNG), text="Firefox\r\n140", seen=seen)
        assert answer.status_code == 303
    case = web.desk.cases.load(case.id)
    replies = [event for event in case.history if isinstance(event, RequesterReplied)]

    assert [reply.text for reply in replies] == ["Firefox\n140"]
    assert [file.name for file in replies[0].attachments] == ["more.png"]
    assert case.status is Status.OPEN
    assert "more.png" in web.client.get(page_of(web, case)).text


def seen_on(web: Web, case: Case) -> str:
    """What the page's form says of the version that it shows."""
    return web.client.get(page_of(web, case)).text.partition('name="seen" value="')[2].partition('"')[0]


def test_the_same_words_to_another_question_are_another_answer(web: Web) -> None:
    """And so are other files with the same words; only what one page sends twice is a double click."""
    case = web.sent()
    for question in ("Is it still broken?", "And now?"):
        happen(web, case, AskedRequester, question=question)
        web.upload(f"{page_of(web, case)}/reply", text="Yes.", seen=seen_on(web, case))
    seen = seen_on(web, case)
    for name, content in (("one.png", PNG), ("two.png", PNG + b"2")):
        web.upload(f"{page_of(web, case)}/reply", (name, content), text="Here.", seen=seen)
    replies = [event for event in web.desk.cases.load(case.id).history if isinstance(event, RequesterReplied)]

    assert ["Yes.", "Yes.", "Here.", "Here."] == [reply.text for reply in replies]
    assert Status.OPEN is web.desk.cases.load(case.id).status


def test_a_reply_that_was_saved_although_the_answer_was_lost_is_there_once(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form comes back, as it was, and is sent again."""
    case = web.sent()
    save = web.store.save

    def save_and_lose(*args: Any, **kwargs: Any) -> None:
        save(*args, **kwargs)
        raise TryLater("The answer was lost.")

    monkeypatch.setattr(web.store, "save", save_and_lose)
    seen = seen_on(web, case)
    lost = web.upload(f"{page_of(web, case)}/reply", text="Firefox.", seen=seen)
    monkeypatch.undo()
    web.upload(f"{page_of(web, case)}/reply", text="Firefox.", seen=seen)
    replies = [event for event in web.desk.cases.load(case.id).history if isinstance(event, RequesterReplied)]

    assert (503, True) == (lost.status_code, f'name="seen" value="{seen}"' in lost.text)
    assert 1 == len(replies)


@pytest.mark.parametrize(
    ("text", "status", "says"), [("  ", 422, "enter a message"), ("x" * 50_001, 422, "the limit is 50,000")]
)
def test_a_reply_that_can_not_be_taken_comes_back(web: Web, text: str, status: int, says: str) -> None:
    """With what was typed, near the field."""
    case = web.sent()
    answer = web.client.post(f"{page_of(web, case)}/reply", data={"text": text})

    assert answer.status_code == status
    assert says in answer.text
    assert text.strip() in answer.text


def test_a_reply_may_be_a_file_alone(web: Web) -> None:
    """As by mail: the screenshot that was asked for is the answer, and the page shows it."""
    case = web.sent()
    happen(web, case, AskedRequester, question="Please send a screenshot.")
    answer = web.upload(f"{page_of(web, case)}/reply", ("shot.png", PNG), text=" ", seen=seen_on(web, case))
    case = web.desk.cases.load(case.id)

    assert (303, Status.OPEN) == (answer.status_code, case.status)
    assert "shot.png" in web.client.get(page_of(web, case)).text


def test_a_reply_comes_back_while_the_files_can_not_be_kept(web: Web) -> None:
    """503, with the text."""
    case = web.sent()
    web.files.down = True
    answer = web.upload(f"{page_of(web, case)}/reply", ("more.png", PNG), text="Here it is")

    assert answer.status_code == 503
    assert "Here it is" in answer.text


def test_an_expired_link_gets_a_page_that_offers_a_new_one(web: Web) -> None:
    """410, with the form to ask for it."""
    page = page_of(web, web.sent())
    web.clock.advance(days=401)
    answer = web.client.get(page)

    assert answer.status_code == 410
    assert 'action="/requests/mine"' in answer.text


@pytest.mark.parametrize("path", ["/status/garbage", "/files/garbage", "/desk/sign-in/garbage"])
def test_a_link_that_was_tampered_with_opens_nothing(web: Web, path: str) -> None:
    """404, in the site's look; a token of one purpose opens nothing else."""
    case = web.sent()
    status_token = web.links.sign(Purpose.STATUS, case.id)

    assert web.client.get(path).status_code == 404
    if not path.startswith("/status"):
        assert web.client.get(path.replace("garbage", status_token)).status_code == 404


def test_a_link_that_is_asked_for_while_mail_is_down_goes_when_it_is_back(web: Web) -> None:
    """It waits like every mail; an engineer who has the page open may go on."""
    case = web.sent()
    web.mailer.down = True
    answer = web.client.post("/status/lost", data={"number": case.id})
    web.desk.act(case.id, Noted(at=web.clock(), actor="paul@example.com", text="On it."), case.version)
    web.mailer.down = False
    web.clock.advance(minutes=1)
    web.desk.sweep()

    assert 200 == answer.status_code
    assert 1 == sum("Your link" in mail.subject for mail in web.mailer.sent)


def test_no_link_is_mailed_where_mail_comes_back(web: Web) -> None:
    """The mailbox is marked: the history says why nothing was sent."""
    case = web.sent()
    web.store.suppress(
        SuppressedAddress(case.request.requester.email, as_written("Mail there came back."), web.clock())
    )
    before = len(web.mailer.sent)
    web.client.post("/status/lost", data={"number": case.id})

    assert before == len(web.mailer.sent)
    assert NoticeSkipped in {type(event) for event in web.desk.cases.load(case.id).history}


@pytest.mark.parametrize("typed", ["HD-0000-0001", " hd 0000 0001 ", "hd-oooo-oool", "00000001"])
def test_a_lost_link_is_mailed_to_the_requesters_own_address(web: Web, typed: str) -> None:
    """However the number is typed."""
    case = web.sent()
    before = len(web.mailer.sent)
    answer = web.client.post("/status/lost", data={"number": typed})
    mail = web.mailer.sent[-1]

    assert answer.status_code == 200
    assert len(web.mailer.sent) == before + 1
    assert mail.to == case.request.requester.email
    assert web.client.get(urlsplit(mail.text.split("http", 1)[1].split()[0]).path).status_code == 200


def test_a_number_that_does_not_exist_gets_the_same_answer(web: Web) -> None:
    """Nobody learns which numbers exist, and nobody's mailbox is filled by asking again and again."""
    web.sent()
    known = web.client.post("/status/lost", data={"number": "HD-0000-0001"})
    mails = len(web.mailer.sent)
    unknown = web.client.post("/status/lost", data={"number": "HD-9999-9999"})
    again = web.client.post("/status/lost", data={"number": "HD-0000-0001"})

    assert known.text == unknown.text == again.text
    assert mails == len(web.mailer.sent)


def test_a_file_is_saved_under_its_name_and_never_shown(web: Web) -> None:
    """Whatever it holds, no browser takes it for a page; a file that is not of the request is none."""
    page = b"<script>alert(1)</script> \xff\x00"
    case = web.sent(Kind.QUESTION, ("\u00e9cran 1.txt", page))
    file = case.request.attachments[0]
    answer = web.client.get(urlsplit(web.links.file(case.id, file)).path)
    other = web.client.get(urlsplit(web.links.file(case.id, replace(file, key="files/other"))).path)

    assert page == answer.data
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert "application/octet-stream" == answer.headers["Content-Type"]
    assert "no-store" == answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "%C3%A9cran%201.txt" in answer.headers["Content-Disposition"]
    assert other.status_code == 404


def test_a_large_file_leads_to_a_fresh_link_of_the_store(web: Web) -> None:
    """No answer of the function can hold it. Signed for minutes only."""
    content = b"line\n" * 1_000_000
    permission = web.client.post("/uploads", data={"name": "trace.log", "size": len(content)}).get_json()
    web.files.put(permission["fields"]["key"], content, "text/plain")
    case = web.sent(Kind.QUESTION, uploaded=permission["token"])
    file = case.request.attachments[0]
    answer = web.client.get(urlsplit(web.links.file(case.id, file)).path)

    assert (302, web.files.link(file, 300)) == (answer.status_code, answer.headers["Location"])


def test_hostile_text_is_text_everywhere(web: Web) -> None:
    """On the receipt, at the desk, in the queue, in errors: never markup, never a template."""
    answers = dict.fromkeys(("summary", "description", "expected", "steps", "name"), HOSTILE)
    case = web.sent(Kind.BUG, ("<img src=x>.png", PNG), **answers)
    web.client.post(f"{page_of(web, case)}/reply", data={"text": HOSTILE})
    web.sign_in()
    web.act(case, "note", text=HOSTILE)
    pages = [
        page_of(web, case),
        "/desk?show=all",
        f"/desk/requests/{case.id}",
        f"/expected?q={HOSTILE}",
        f"/status/{HOSTILE}",
        f"/nowhere/{HOSTILE}",
    ]
    for page in pages:
        text = web.client.get(page).text
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
        assert "49" not in text.partition("{{ 7")[2][:20], page


def test_the_store_being_down_is_said_in_the_sites_look(web: Web) -> None:
    """503 with a time to come back."""
    page = page_of(web, web.sent())
    web.store.down = True
    answer = web.client.get(page)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "Please try again in a minute" in answer.text


def resolved(web: Web) -> tuple[Case, str, str]:
    """A resolved case, where its replies go, and what its page has seen."""
    case = web.sent()
    happen(web, case, Resolved, resolution="Mended.")
    return case, f"{page_of(web, case)}/reply", seen_on(web, case)


def test_a_resolved_request_asks_with_two_buttons_whether_it_works(web: Web) -> None:
    """And an open one does not; both are plain buttons of the form, so that they work without JavaScript."""
    open_page = web.client.get(page_of(web, web.sent())).text
    case, *_ = resolved(web)
    page = web.client.get(page_of(web, case)).text

    for value in ("works", "trouble"):
        assert f'name="finding" value="{value}"' in page
        assert f'name="finding" value="{value}"' not in open_page
    assert "Is it solved?" in page


@pytest.mark.parametrize(
    ("data", "status", "text"),
    [
        ({"text": "", "finding": "works"}, Status.RESOLVED, ""),
        ({"text": "Label 4711 is not there, but I do not need it.", "finding": "works"}, Status.RESOLVED, None),
        ({"text": "Thank you, works now"}, Status.RESOLVED, None),
        ({"text": "", "finding": "trouble"}, Status.OPEN, "It is not solved."),
        ({"text": "Thank you, works now", "finding": "trouble"}, Status.OPEN, None),
        ({"text": "The total is still wrong."}, Status.OPEN, None),
        ({"text": "The total is still wrong.", "finding": "other"}, Status.OPEN, None),
    ],
)
def test_a_reply_to_what_is_resolved_reopens_it_only_where_it_does_not_work(
    web: Web, data: dict[str, str], status: Status, text: str | None
) -> None:
    """The button decides; without one, words that only thank are kept and reopen nothing."""
    case, address, seen = resolved(web)
    answers = [web.client.post(address, data={**data, "seen": seen}) for _ in range(2)]
    case = web.desk.cases.load(case.id)
    replies = [event for event in case.history if isinstance(event, RequesterReplied)]
    page = web.client.get(urlsplit(answers[0].headers["Location"]).path, query_string={"replied": "works"}).text

    assert [303, 303] == [answer.status_code for answer in answers]
    assert status is case.status
    assert [(data["text"] if text is None else text, status is Status.RESOLVED)] == [
        (reply.text, reply.works) for reply in replies
    ]
    assert ("Thank you for the confirmation" in page) == (status is Status.RESOLVED)


def test_a_reply_that_could_mean_either_is_asked_and_nothing_is_lost(web: Web) -> None:
    """The page comes back with the words, the question and the two buttons; the request stays as it was."""
    case, address, seen = resolved(web)
    words = "Thanks, works. Can you also look at 4711?"
    answer = web.client.post(address, data={"text": words, "seen": seen})

    assert (422, Status.RESOLVED) == (answer.status_code, web.desk.cases.load(case.id).status)
    assert words in answer.text
    assert "Is it solved? Please press one of the two buttons" in answer.text


def test_an_answer_to_a_question_is_an_answer_whatever_it_thanks_for(web: Web) -> None:
    """Only what is done can be said to work: what waits goes on."""
    case = web.sent()
    happen(web, case, AskedRequester, question="Does it work now?")
    web.client.post(f"{page_of(web, case)}/reply", data={"text": "Thanks, works.", "seen": seen_on(web, case)})

    assert Status.OPEN is web.desk.cases.load(case.id).status


def test_a_proposal_is_called_one(process: Process, spec: Spec) -> None:
    """Status page, desk and API say that the program proposes and a person decides, with the grounds."""
    web = application_of(replace(process, judge=JudgePolicy(acts=frozenset())), spec)
    case = web.sent()
    assert case.verdict is not None
    web.sign_in()

    assert ("bug", Category.UNDECIDED) == (case.verdict["category"], case.category)
    for path in (page_of(web, case), f"/desk/requests/{case.id}"):
        text = html.unescape(web.client.get(path).text)
        assert "Proposed by the program: a bug. A person decides." in text
        assert reasons_of(case.verdict)[0] in text
        assert "This is a bug" not in text
        assert "Decided together" not in text


def test_of_an_erased_request_nothing_is_shown_and_nobody_is_asked(web: Web) -> None:
    """Its links say so; the desk shows what is left, and offers no letter to nobody."""
    case = web.sent()
    happen(web, case, DataErased, role=ErasedAs.REQUESTER, texts=9, files=0)

    answer = web.client.get(page_of(web, case))
    replied = web.client.post(f"{page_of(web, case)}/reply", data={"text": "Hello?"})
    web.sign_in(PARIS)
    desk = web.client.get(f"/desk/requests/{case.id}")

    assert 410 == answer.status_code
    assert "The data of this request was erased" in answer.text
    assert 410 == replied.status_code
    assert 200 == desk.status_code
    assert "The requester&#39;s personal data was erased: 9 texts, 0 files" in desk.text
    assert not [name for name in ("update", "ask") if f'/{case.id}/{name}"' in desk.text]
    with pytest.raises(Refused, match="nobody can be asked"):
        happen(web, case, AskedRequester, question="Which one?")
