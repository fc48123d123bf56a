"""What people wrote reads in its own direction, on every page and in every mail."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.events import Noted, RequesterReplied
from intake_fn.core.intents import SendNotice
from intake_fn.core.notices import NOTICES, Audience
from intake_fn.core.request import Kind
from tests.core.samples import NOW, case_at, case_of, happened, judged, received
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

HEBREW = "שלום (HD-1), A!"
VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "source", "wbr"})
ELSEWHERE = frozenset({"title", "option"})
"""Elements whose text no direction can be given to; browsers look at the text itself there."""


class Directions(HTMLParser):
    """Where the Hebrew words stand without a direction of their own: the elements around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found = 0
        self.wrong: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element, and look at what is typed in it."""
        auto = dict(attrs).get("dir") == "auto"
        if tag not in VOID:
            self._open.append((tag, auto))
        elif HEBREW in (dict(attrs).get("value") or "") and dict(attrs).get("type") != "hidden":
            self._note(tag, right=auto)

    def handle_endtag(self, tag: str) -> None:
        """Go out of it."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Look at the words."""
        if HEBREW in data and self._open[-1][0] not in ELSEWHERE:
            self._note(" > ".join(tag for tag, _ in self._open), right=any(auto for _, auto in self._open))

    def _note(self, where: str, *, right: bool) -> None:
        self.found += 1
        self.wrong += [] if right else [where]


TYPED: dict[str, Any] = dict.fromkeys(
    ("name", "company", "summary", "description", "expected", "steps", "no_screenshot"), HEBREW
)


def test_every_page_gives_what_was_typed_its_own_direction(web: Web) -> None:
    """A form shown again, the receipt, the queue, the desk's page of a request, and what could not be sent."""
    picture = (f"{HEBREW}.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40)
    web.sign_in()
    again = web.send(Kind.BUG, picture, **{**TYPED, "email": "nobody"})
    case = web.sent(Kind.BUG, picture, **TYPED)
    receipt = web.client.get(f"/status/{web.links.status(case.id).rsplit('/', 1)[1]}")
    web.act(case, "note", text=HEBREW)
    web.act(case, "overrule", category="bug", clause="", reason=HEBREW)
    pages = {
        "shown again": again.text,
        "receipt": receipt.text,
        "queue": web.client.get("/desk?show=all").text,
        "request": web.client.get(f"/desk/requests/{case.id}").text,
        "not taken": web.client.post("/desk/requests/HD-0000-0001/note", data={"text": HEBREW}).text,
        "looked up": web.client.get("/expected", query_string={"q": HEBREW}).text,
    }
    looked = {name: Directions(page) for name, page in pages.items()}

    assert {name: [] for name in pages} == {name: page.wrong for name, page in looked.items()}
    assert all(page.found for page in looked.values())
    assert looked["request"].found > 10


def test_what_is_held_back_reads_in_its_own_direction(web: Web) -> None:
    """The list of what a person has to look at is made of strangers' words."""
    web.send(Kind.QUESTION, **{**TYPED, "no_screenshot": None, "homepage": "x", "expected": None, "steps": None})
    web.sign_in("paul@example.com")
    page = Directions(web.client.get("/desk/quarantine").text)

    assert (True, []) == (page.found >= 2, page.wrong)


@pytest.mark.parametrize("name", list(NOTICES))
def test_every_mail_gives_what_was_typed_its_own_direction(process: Process, name: str) -> None:
    """Summary, words and quotations; what mail programs show as plain text has no directions."""
    said = {"text": HEBREW}
    case = case_of(received(3, "paul", summary=HEBREW), judged(), happened(Noted, text="On it."))
    letter = letter_of(SendNotice(name, "a@example.com", said), case, process, "s", "d")
    page = Directions(letter.html)

    assert (True, []) == (page.found > 0, page.wrong)


@pytest.mark.parametrize("name", [name for name, audience in NOTICES.items() if audience is not Audience.COPY])
def test_a_mail_about_what_nobody_has_acted_on_gives_it_its_direction(process: Process, name: str) -> None:
    """The requester and the Help Desk get what was typed at once."""
    said = {"text": HEBREW}
    letter = letter_of(SendNotice(name, "a@example.com", said), case_at(3, "paul", summary=HEBREW), process, "s", "d")
    page = Directions(letter.html)

    assert (True, []) == (page.found > 0, page.wrong)


@pytest.mark.parametrize("name", [name for name, audience in NOTICES.items() if audience is Audience.COPY])
def test_who_is_in_copy_gets_nothing_typed_before_a_person_has_acted(process: Process, name: str) -> None:
    """Neither the summary nor what the requester wrote later, in either body or in the subject."""
    replied = RequesterReplied(at=NOW, actor="requester", text=HEBREW)
    case = case_of(received(3, "paul", summary=HEBREW), judged(), replied)
    letter = letter_of(SendNotice(name, "a@example.com", {"about": str(case.version)}), case, process, "s", "d")

    assert HEBREW not in letter.subject + letter.text + letter.html
