"""A language made of brackets: what a requester reads comes from the catalogue, and longer texts break no page.

Each text of the catalogue becomes ⟦a longer one with accents⟧. What stands outside of brackets escaped the translators,
unless it is data: what support.yml, a clause or a person says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from intake_fn.core.events import AskedRequester, Closed, Released, Resolved
from intake_fn.core.intents import SendNotice
from intake_fn.core.notices import NOTICES, Audience
from intake_fn.core.request import Kind
from intake_fn.core.verdicts import reasons_of
from intake_fn.core.vocabulary import Outcome
from intake_fn.texts import ENGLISH, message, using
from tests.core.samples import case_at
from tests.letters import SETTINGS_LINK, letter_of
from tests.web.conftest import application_of
from tests.web.samples import ANSWERS, PNG, SPEC
from tests.web.test_status_pages import happen, page_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web

ACCENTED = str.maketrans("aeiouyAEIOUYcnsz", "àéîöüýÀÉÎÖÜÝçñšž")
KEPT = re.compile(r"(%\(\w+\)[a-z]|%%|<[^>]*>|&\w+;)")
"""Values and markup of a text, which a translator leaves as they are."""


def pseudo(text: str) -> str:
    """The text with accents, a third longer, in brackets."""
    parts = KEPT.split(text)
    accented = "".join(part if index % 2 else part.translate(ACCENTED) for index, part in enumerate(parts))
    longer = " ".join(["öž"] * max(1, len(text) // 9))
    return f"⟦{accented} {longer}⟧"


class Pseudo(NullTranslations):
    """Translates everything."""

    def gettext(self, message: str) -> str:
        """One text."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The text for a number."""
        return pseudo(msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def _pseudo_locale() -> Iterator[None]:
    """The whole module speaks it."""
    with using("en-XA", Pseudo()):
        yield


SHOWN = ("title", "aria-label", "placeholder", "data-uploads")
SILENT = ("script", "style")
VOID = ("br", "img", "input", "link", "meta", "hr")


class Texts(HTMLParser):
    """What a page shows that is not marked as a person's words, an instant or code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.shown: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what its attributes show, and whether it holds data."""
        given = dict(attrs)
        self.shown += [f" {given[name]} " for name in SHOWN if given.get(name)]
        data = tag in (*SILENT, "time", "code") or "dir" in given or given.get("class") == "hash"
        if tag not in VOID:
            self.open.append((tag, data or any(inside for _, inside in self.open)))
        else:
            self.shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text that is none of the data."""
        hidden = bool(self.open) and self.open[-1][1]
        self.shown.append("☐" if hidden and data.strip() else data)


def escaped(text: str, data: Iterator[str]) -> list[str]:
    """The words that stand neither in brackets nor in the data."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    for known in sorted(set(data), key=len, reverse=True):
        text = text.replace(known, " ")
    return re.findall(r"[^\W\d_]{2,}", text)


def words_of(value: Any) -> Iterator[str]:
    """Every text of a value, such as the whole of support.yml."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (*words_of(key), *words_of(inner))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from words_of(inner)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from words_of(getattr(value, name))


def data_of(process: Process, *more: str) -> Iterator[str]:
    """What is no text of ours."""
    yield from (text for text in words_of(process) if len(text) > 1)
    yield from (part for text in words_of(dict(ANSWERS)) for part in (text, *text.split("\n")))
    yield from more


# --- what is shown ---------------------------------------------------------------------------

NOBODY = dict.fromkeys(ANSWERS[Kind.BUG], "")


def _status(web: Web, *happened: tuple[type[Any], dict[str, Any]], **changed: Any) -> str:
    case = web.sent(**changed)
    for kind, what in happened:
        case = happen(web, case, kind, **what)
    return page_of(web, case)


DONE = (Resolved, {"resolution": "Mended.", "outcome": Outcome.FIXED, "fixed_in": "4.2"})
SPAM = {"homepage": "x"}


@contextmanager
def _down(web: Web) -> Iterator[None]:
    web.store.down = True
    try:
        yield
    finally:
        web.store.down = False


def _unsaved(web: Web) -> str:
    with _down(web):
        return web.send().text


PAGES: dict[str, Callable[[Web], str]] = {
    "choose": lambda web: web.client.get("/requests/new").text,
    **{f"{kind} form": lambda web, kind=kind: web.client.get(f"/requests/new/{kind}").text for kind in Kind},  # type: ignore[misc]  # a default in a lambda
    "form about a clause": lambda web: web.client.get("/requests/new/bug?clause=shipments%23open").text,
    **{f"{kind} form with errors": lambda web, kind=kind: web.send(kind, **NOBODY).text for kind in Kind},  # type: ignore[misc]  # as above
    "form with a bad address": lambda web: web.send(email="camille", summary="x" * 200).text,
    "form with bad files": lambda web: web.send(Kind.BUG, ("a.exe", b"MZ"), ("a.png", b"no"), ("b.png", b"")).text,
    "form that is shown again with files": lambda web: web.send(Kind.BUG, ("a.png", PNG), summary="").text,
    "form that could not be saved": _unsaved,
    "answers to check": lambda web: web.checked().text,
    "form that is no longer kept": lambda web: web.client.get("/requests/new/bug?gone=1").text,
    "suggestions": lambda web: web.client.post("/suggestions", data={"summary": "How long is a quote valid"}).text,
    "receipt": lambda web: web.client.get(f"{_status(web)}?new=1").text,
    "receipt of a form that was sent twice": lambda web: web.client.get(f"{_status(web)}?new=1&changed=1").text,
    "open": lambda web: web.client.get(_status(web)).text,
    "in quarantine": lambda web: web.client.get(f"{_status(web, **SPAM)}?new=1").text,
    "released": lambda web: web.client.get(_status(web, (Released, {}), **SPAM)).text,
    "waiting": lambda web: web.client.get(_status(web, (AskedRequester, {"question": "Which?"}))).text,
    "resolved": lambda web: web.client.get(f"{_status(web, DONE)}?replied=works").text,
    "closed": lambda web: web.client.get(_status(web, DONE, (Closed, {}))).text,
    "replied": lambda web: web.client.get(f"{_status(web)}?replied=trouble").text,
    "reply that is empty": lambda web: web.upload(f"{_status(web)}/reply", text="").text,
    "reply that is unclear": lambda web: web.upload(f"{_status(web, DONE)}/reply", text="Is it fixed?").text,
    "lost link": lambda web: web.client.get("/requests/mine").text,
    "lost link, sent": lambda web: web.client.post("/requests/mine", data={"who": "HD-0000-0000"}).text,
    "nothing there": lambda web: web.client.get("/nowhere").text,
}


def named(process: Process) -> list[str]:
    """Titles of clauses, and who decides."""
    titles = re.findall(r"^#+ ([^{\n]+?)(?: \{|$)", "\n".join(SPEC.values()), re.MULTILINE)
    return [*titles, *(person.name for person in process.everyone.values())]


@pytest.mark.parametrize("name", list(PAGES))
def test_no_sentence_of_a_page_escapes_the_catalogue(web: Web, process: Process, name: str) -> None:
    """Every text that a requester reads is in brackets, or is data."""
    page = PAGES[name](web)
    texts = Texts(page)
    numbers = re.findall(r"HD-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    links = re.findall(r"https?://[^\s\"<⟧]+", page)
    more = ["shipments#open", "built-in", "SHA-256", "MB", "KB", "UTC", "bug", "change", *links, *numbers]

    assert "⟦" in page
    assert [] == escaped("".join(texts.shown), data_of(process, *more, *named(process)))


WHY = (message("lead.escalated", person="Roma", level="Help Desk Level 4"), message("outcome.fixed-in", version="4.2"))


def letter(name: str, process: Process) -> Any:
    """A notice about a case at level 3."""
    fields = {"name": "Camille", "text": "Which browser?", "notices": "question resolved question"}
    notice = SendNotice(name, "camille@example.com", fields, why=WHY)
    return letter_of(notice, case_at(3, "paul"), process, "https://desk.example.com/s", "https://desk.example.com/d")


def mailed(process: Process, case: Case) -> Iterator[str]:
    """What a mail shows that is no text of ours."""
    yield from data_of(process, case.id, case.request.summary, "Camille", "Which browser?")
    verdict = case.verdict or {}
    yield from words_of(
        [reasons_of(verdict), [(row["clause"], row["title"], row["quote"]) for row in verdict["citations"]]]
    )
    yield from ("https://desk.example.com/s", "https://desk.example.com/d", SETTINGS_LINK)


@pytest.mark.parametrize("name", [name for name, audience in NOTICES.items() if audience is Audience.REQUESTER])
def test_no_sentence_of_a_mail_escapes_the_catalogue(process: Process, name: str) -> None:
    """Subject, plain text and HTML."""
    sent = letter(name, process)
    case = case_at(3, "paul")
    html = "".join(Texts(sent.html).shown)

    assert {
        part: escaped(text, mailed(process, case)) for part, text in enumerate((sent.subject, sent.text, html))
    } == {
        0: [],
        1: [],
        2: [],
    }


# --- layout ----------------------------------------------------------------------------------

OVERFLOWING = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.offsetParent !== null && !e.closest('.sd-away, .skip, .sd-sr'))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1
        || (e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible'
            && getComputedStyle(e).display !== 'inline'))
    .map(e => `${e.tagName}.${e.className}: ${(e.textContent || '').trim().slice(0, 60)}`)"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_no_layout_breaks_with_texts_a_third_longer(process: Process, spec: Spec, browser: Browser, width: int) -> None:
    """On a phone and on a desktop: nothing is wider than its place, on pages as in mails."""
    pages = {name: make(application_of(process, spec)) for name, make in PAGES.items()}
    pages |= {
        f"mail {name}": letter(name, process).html
        for name, audience in NOTICES.items()
        if audience is Audience.REQUESTER
    }
    shown, assets = {"html": ""}, application_of(process, spec).client

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/shown":
            route.fulfill(body=shown["html"], content_type="text/html; charset=utf-8")
        else:
            with assets.get(path) as file:
                route.fulfill(status=file.status_code, body=file.data, content_type=file.content_type)

    page = browser.new_page(viewport={"width": width, "height": 900})
    page.route("**/*", answer)
    wrong = {}
    for name, html in pages.items():
        shown["html"] = html
        page.goto("https://desk.example.com/shown")
        if folder := os.environ.get("SCREENS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        if too_wide := page.evaluate(OVERFLOWING):
            wrong[name] = too_wide

    page.close()
    assert wrong == {}


@pytest.mark.browser
def test_what_the_script_says_is_translated(process: Process, spec: Spec, browser: Browser) -> None:
    """A text that is too long says so at once, in the language of the page."""
    web = application_of(process, spec)
    form = web.client.get("/requests/new/question").text

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        with web.client.get(path) as file:
            route.fulfill(status=file.status_code, body=file.data, content_type=file.content_type)

    page = browser.new_page()
    page.route("**/*", answer)
    page.goto("https://desk.example.com/requests/new/question")
    page.fill("#summary", "x" * 200)
    shown = page.text_content("#summary ~ .sd-error")
    page.close()

    assert "data-texts=" in form
    assert pseudo("%(length)s characters; the limit is %(limit)s.") % {"length": 200, "limit": 128} == shown


def test_a_page_in_english_brings_no_translations(web: Web) -> None:
    """The script has them."""
    with using(ENGLISH, NullTranslations()):
        assert "data-texts" not in web.client.get("/requests/new/question").text
