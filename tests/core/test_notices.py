"""What is mailed to whom: every notice reads well, reaches its audience and can't be bent from outside."""

from __future__ import annotations

from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from jinja2 import meta

from intake_fn.core.errors import Broken
from intake_fn.core.events import AskedRequester, Noted
from intake_fn.core.intents import SendNotice
from intake_fn.core.notices import NOTICES, Audience, Letter, MailValues
from intake_fn.core.request import Requester
from intake_fn.core.steps import advance
from intake_fn.core.vocabulary import Category
from intake_fn.mail_templates import environment
from tests.core.samples import CASE_ID, NOW, case_at, case_of, happened, received, request
from tests.letters import SETTINGS_LINK, letter_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

STATUS_LINK, DESK_LINK = "https://desk.example.com/status/token", "https://desk.example.com/desk/requests/HD"
SAID = {"name": "Camille", "why": "Paul handed it over.", "text": "Which browser?\nAnd which version?"}


def read(case: Case) -> Case:
    """The case once a person has acted on it: from then on all mails quote what was typed."""
    return case_of(*case.history, happened(Noted, text="On it."))


def rendered(name: str, process: Process, **summary: str) -> Letter:
    """A notice about a case at level 3."""
    case = read(case_at(3, "paul", **summary))
    said = {**SAID, "notices": "question resolved question"}
    return letter_of(SendNotice(name, "someone@example.com", said), case, process, STATUS_LINK, DESK_LINK)


SHARED = {"quote", "clause_quote", "bullets", "button", "approved", "p", "_", "ngettext", "language"}
"""What templates may name besides the values: the parts of `_layout/`, and what translates."""


def test_templates_name_only_known_values() -> None:
    """A mistyped name would show nothing, or fail when the mail is due."""
    made, known = environment(), {field.name for field in fields(MailValues)} | SHARED | {"title", "subject"}
    used = {
        name: meta.find_undeclared_variables(made.parse(made.loader.get_source(made, name)[0]))  # type: ignore[union-attr]
        for name in made.list_templates()
    }

    assert {name: names - known for name, names in used.items() if names - known} == {}


def test_every_notice_has_its_three_templates() -> None:
    """And there is no folder that no notice uses."""
    expected = {f"{name}/{part}" for name in NOTICES for part in ("subject.txt", "body.txt", "body.html")}

    assert expected == {name for name in environment().list_templates() if not name.startswith("_layout/")}


def test_a_mail_of_several_notices_lists_what_they_were_about(process: Process) -> None:
    """By the words that their subjects begin with; what came more than once stands there once, with how often."""
    subject, text, html = rendered("several", process)

    assert f"[{CASE_ID}] Digest: Error page when a shipment is opened" == subject
    assert "\n\n- A question (2 times)\n- Resolved\n\n" in text
    assert "<li>A question (2 times)</li>" in html


@pytest.mark.parametrize("name", list(NOTICES))
def test_every_notice_carries_number_summary_and_the_link_of_its_audience(process: Process, name: str) -> None:
    """A requester gets the signed link and never the desk's; a colleague gets the desk's, which asks to sign in."""
    subject, text, _ = rendered(name, process)
    for_requester = NOTICES[name] is not Audience.HELP_DESK

    assert subject.startswith(f"[{CASE_ID}] ")
    assert "Error page when a shipment is opened" in subject
    assert (for_requester, not for_requester) == (STATUS_LINK in text, DESK_LINK in text)
    assert text.startswith("Hello Camille,\n\n")
    assert "\n\n\n" not in text


def test_a_question_reads_like_this(process: Process) -> None:
    """One notice in full, as a person gets it."""
    subject, text, _ = rendered("question", process)

    assert f"[{CASE_ID}] A question: Error page when a shipment is opened" == subject
    assert text == (
        "Hello Camille,\n\n"
        "To continue with your request, Paul needs to know:\n\n"
        "> Which browser?\n> And which version?\n\n"
        f"Please reply to this mail or here; the request waits until then:\n{STATUS_LINK}\n\n"
        "Your request: Error page when a shipment is opened\n\n"
        f"-- \nCT2 Help Desk, {CASE_ID}\nChoose which mails you get\n{SETTINGS_LINK}\n"
    )


def test_a_receipt_quotes_the_clause(process: Process) -> None:
    """The requester reads the verdict, its reasons and the clause that decided (R25)."""
    _, text, _ = rendered("receipt", process)

    assert "The program takes this for a bug.\n- The clause promises what was expected.\n" in text
    assert "The spec (billing#due, When an invoice is due):\n> An invoice is due after 30 days." in text


def test_a_quote_that_only_resembles_the_request_says_so(process: Process) -> None:
    """The mail names the clause, quotes its lines, and does not pass them off as what decided."""
    near = {
        "category": "undecided",
        "reasons": ["A person reads it."],
        "citations": [{"clause": "a#b", "quote": "One.\n- Two.", "stance": "related"}],
    }
    case = replace(case_at(3, "paul"), category=Category.UNDECIDED, verdict=near)
    _, text, page = letter_of(SendNotice("receipt", "camille@example.com", SAID), case, process, STATUS_LINK, DESK_LINK)

    assert "A person of the Help Desk reads the spec and decides what it is" in text
    assert "We mail you the decision." in text
    assert "The clause nearest to the request, which decides nothing by itself (a#b):\n> One.\n> Two." in text
    assert "which decides nothing by itself (a#b):" in page


def test_what_a_person_decided_is_not_argued_with_the_judges_reasons(process: Process) -> None:
    """Reasons and quote belong to the judge's category; they are not shown for another."""
    case = replace(case_at(3, "paul"), verdict={"category": "change", "reasons": ["No."], "citations": []})
    _, text, _ = letter_of(SendNotice("assigned", "paul@example.com"), case, process, STATUS_LINK, DESK_LINK)

    assert "The program takes this for a bug." in text
    assert "- No." not in text


def test_who_gets_a_request_reads_when_it_is_due(process: Process) -> None:
    """In the zone of the clock that counts; nothing where no clock runs, or while it waits for the requester."""
    waiting = advance(case_at(4, "roma"), happened(AskedRequester, question="Which?"), process).case
    due = "Due Tue 24 Nov 2026, 18:00 (America/New_York), by the response time of Help Desk Level 4 for high requests."
    for case, said in ((case_at(4, "roma"), True), (case_at(3, "paul"), False), (waiting, False)):
        notice = SendNotice("assigned", "roma@example.com")
        _, text, page = letter_of(notice, case, process, STATUS_LINK, DESK_LINK)

        assert said is (f"Priority: High\n{due}\n" in text)
        assert said is ("Due Tue 24 Nov" in page)
        assert said or "Priority: High\nThe program takes this" in text
        assert "none is promised" not in text


def test_before_the_verdict_the_notice_says_that_a_person_decides(process: Process) -> None:
    """A case without a verdict renders too."""
    case = case_of(received(3, "paul"))
    _, text, _ = letter_of(SendNotice("replied", "paul@example.com", SAID), case, process, STATUS_LINK, DESK_LINK)

    assert "> Which browser?" in text


@pytest.mark.parametrize(
    "summary",
    [
        "Boom\r\nBcc: everyone@example.com",
        "Boom\nBcc: everyone@example.com",
        "Boom\x0b\x0c\x1c\x85\u2028\u2029Bcc: everyone@example.com",
        "Boom\x00\x1b Bcc: everyone@example.com",
    ],
)
def test_a_line_break_in_a_summary_starts_no_header(process: Process, summary: str) -> None:
    """Whatever ends a line anywhere becomes a space in the subject."""
    subject, *_ = rendered("receipt", process, summary=summary)

    assert f"[{CASE_ID}] We have received your request: Boom Bcc: everyone@example.com" == subject


def test_text_from_outside_is_never_a_template(process: Process) -> None:
    """Braces are just braces, in the summary and in what was said."""
    case = case_at(3, "paul", summary="{link} {0} {process.mail}")
    notice = SendNotice("replied", "paul@example.com", {"text": "{desk} {summary.__class__}"})
    subject, text, _ = letter_of(notice, case, process, STATUS_LINK, DESK_LINK)

    assert "{link} {0} {process.mail}" in subject
    assert "> {desk} {summary.__class__}\n" in text


def test_nobody_can_pass_their_words_off_as_ours(process: Process) -> None:
    """What a person wrote is quoted line by line, and characters that turn text round are gone."""
    notice = SendNotice("replied", "paul@example.com", {"text": "Hi\n\n-- \nCT2 Help Desk: sign in at \u202eevil"})
    _, text, _ = letter_of(notice, case_at(3, "paul"), process, STATUS_LINK, DESK_LINK)

    assert "> Hi\n>\n> --\n> CT2 Help Desk: sign in at  evil\n" in text


def test_a_notice_without_a_row_is_our_mistake(process: Process) -> None:
    """It is named, with the file that has to have it."""
    with pytest.raises(Broken, match=r"'welcome'.*core/notices\.py"):
        letter_of(SendNotice("welcome", "a@example.com"), case_at(3, "paul"), process, STATUS_LINK, DESK_LINK)


def test_the_request_of_a_long_summary_keeps_its_number_in_front(process: Process) -> None:
    """Mail programs cut subjects; the number is what must survive."""
    subject, *_ = rendered("receipt", process, summary=request().summary * 10)

    assert subject.startswith(f"[{CASE_ID}] We have received your request: Error")


@pytest.mark.parametrize("name", [name for name, audience in NOTICES.items() if audience is Audience.REQUESTER])
def test_an_address_that_may_be_anothers_gets_none_of_the_senders_words(process: Process, name: str) -> None:
    """Anybody can type any address: neither summary nor name nor the judge's words on them are mailed to strangers."""
    evil = "Pay here: https://evil.example"
    strangers = Requester(evil, "victim@elsewhere.example", "client", evil)
    case = case_at(3, "paul", summary=evil, description=evil, requester=strangers)
    case = replace(case, verdict={**(case.verdict or {}), "reasons": [evil]})
    said = SendNotice(name, strangers.email, {"name": evil})
    letter = letter_of(said, case, process, STATUS_LINK, DESK_LINK)

    assert letter.subject.startswith(f"[{CASE_ID}] ")
    assert "Pay here" not in " ".join(letter)
    assert STATUS_LINK in letter.text
    assert "Your text is on the status page." in letter.text


def test_once_a_person_has_acted_the_requester_is_mailed_what_they_wrote(process: Process) -> None:
    """Somebody has read it; and whose domain is known was never kept from it."""
    stranger = Requester("Kim", "kim@elsewhere.example", "client", "Acme")
    case = case_at(3, "paul", summary="The label is blank", requester=stranger)
    looked = replace(case, history=(*case.history, Noted(at=NOW, actor="paul@example.com", text="Real.")))
    subject = letter_of(SendNotice("receipt", stranger.email), looked, process, STATUS_LINK, DESK_LINK).subject

    assert f"[{CASE_ID}] We have received your request: The label is blank" == subject


# --- HTML ------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a mail program sees of an HTML part: its elements, its links, its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and what it would lead to or load."""
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.loads += [name for name, value in attrs if name in ("src", "background") or "url(" in (value or "")]

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.append(data)


ELEMENTS = set("html head meta title body div p br ul li blockquote a span b".split())


@pytest.mark.parametrize("name", list(NOTICES))
def test_every_notice_says_in_html_what_it_says_in_plain_text(process: Process, name: str) -> None:
    """The same words; its audience's link, and that of the mail settings; nothing that is loaded from elsewhere."""
    subject, text, html = rendered(name, process)
    page = Page(html)
    words = " ".join(" ".join(page.words).split())
    link = DESK_LINK if NOTICES[name] is Audience.HELP_DESK else STATUS_LINK
    plain = [line.lstrip(">- ") for line in text.splitlines() if line not in (link, SETTINGS_LINK, "-- ", "")]

    assert [] == [line for line in plain if line.removesuffix(":") not in words]
    assert (
        (NOTICES[name] is Audience.HELP_DESK) == text.count("Open it on the desk") == words.count("Open it on the desk")
    )
    assert ([link, SETTINGS_LINK], []) == (page.links, page.loads)
    assert set(page.elements) <= ELEMENTS
    assert subject in words
    assert "{" not in html


EVIL = """<script>alert(1)</script> & "quoted" 'too' <img src=x onerror=y> {link}"""


@pytest.mark.parametrize("name", list(NOTICES))
def test_nothing_from_outside_becomes_markup(process: Process, name: str) -> None:
    """Summary, text, name, reason and the judge's quote are words, whatever they look like."""
    verdict = {"category": "bug", "reasons": [EVIL], "citations": [{"clause": EVIL, "quote": EVIL}]}
    case = replace(read(case_at(3, "paul", summary=EVIL)), verdict=verdict)
    notice = SendNotice(name, "someone@example.com", {"name": EVIL, "why": EVIL, "text": f"{EVIL}\n{EVIL}"})
    _, text, html = letter_of(notice, case, process, f"{STATUS_LINK}?a=1&b=2", f"{DESK_LINK}?a=1&b=2")
    page = Page(html)

    assert set(page.elements) <= ELEMENTS
    assert [f"{link}?a=1&b=2" for link in (STATUS_LINK, DESK_LINK) if link in text] == page.links[:-1]
    assert SETTINGS_LINK == page.links[-1]
    assert EVIL in "".join(page.words)
    assert EVIL in text


def test_the_html_of_a_question_reads_like_this(process: Process) -> None:
    """Greeting, our words, theirs as a quotation, the link as a button, and whom it is from."""
    page = Page(rendered("question", process).html)

    assert [
        f"[{CASE_ID}] A question: Error page when a shipment is opened",
        "Hello Camille,",
        "To continue with your request, Paul needs to know:",
        "Which browser?",
        "And which version?",
        "Please reply to this mail or here; the request waits until then:",
        "Open your request",
        "Your request: ",
        "Error page when a shipment is opened",
        f"CT2 Help Desk, {CASE_ID}",
        "Choose which mails you get",
    ] == [words for words in page.words if words.strip()]
    body = page.elements[page.elements.index("div") + 1 :]
    assert ["p", "p", "blockquote", "br", "p", "p", "a", "p", "span", "br", "br", "a"] == body


def test_the_verdict_is_a_list_of_reasons_and_a_quotation(process: Process) -> None:
    """As the receipt has it."""
    html = rendered("receipt", process).html

    assert "<li>The clause promises what was expected.</li>" in html
    assert ">An invoice is due after 30 days.</blockquote>" in html
