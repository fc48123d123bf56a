"""Expected behaviour, for everybody: whole clauses about a question, and a limit on how often one source searches."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.web.search_limit import MOST, MOST_SOURCES, WINDOW, SearchLimit
from spec_lookup import Spec
from tests.web.conftest import application_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

QUESTION = {"q": "how long is a quote valid"}


LONG = (
    "A parcel is weighed when it comes in, and the weight stands on its label. A parcel that is damaged is "
    "photographed from two sides before it is moved. A parcel is kept for 12 days; then it is sent back. Whoever "
    "fetches a parcel shows a passport, and the clerk notes its number. Parcels of more than 30 kg are handed out at "
    "the ramp. The clerk of the evening locks the room and writes the number of parcels into the book, with the hour."
)


def test_a_question_finds_its_clause_whole_with_a_link_that_lands_on_it(process: Process) -> None:
    """Nobody has to sign in; the sentence that answers is marked within all of the clause."""
    page = f"---\nowner: ihelp\n---\n# Parcels\n\n## Keeping parcels {{#keeping}}\n\n{LONG}\n"
    web = application_of(process, Spec.of([("parcels", page)]))
    text = web.client.get("/expected", query_string={"q": "for how many days is a parcel kept"}).text
    before, _, rest = text.partition("<mark>")
    sentence, _, after = rest.partition("</mark>")

    assert 'href="https://help.example.com/spec/parcels/#keeping"' in before
    assert "A parcel is kept for 12 days" in sentence
    assert len(sentence) < len(LONG)
    assert LONG in (before[-len(LONG) :] + sentence + after[: len(LONG)]).replace("\n", " ")


def test_a_question_that_the_spec_does_not_answer_leads_to_a_form_with_it(web: Web) -> None:
    """What was searched for need not be typed again; an empty page explains what can be asked."""
    text = web.client.get("/expected?q=xyzzyplugh").text

    assert "The search found no clause about this" in text
    assert "/requests/new/question?summary=xyzzyplugh" in text
    assert 'value="xyzzyplugh"' in web.client.get("/requests/new/question?summary=xyzzyplugh").text
    assert "Enter a question" in web.client.get("/expected").text


def test_the_former_address_leads_on(web: Web) -> None:
    """It stands in bookmarks of engineers."""
    web.sign_in()
    answer = web.client.get("/desk/expected?q=a+quote")

    assert (301, "/expected?q=a+quote") == (answer.status_code, answer.headers["Location"])


def test_who_searches_too_often_is_told_when_to_try_again(web: Web) -> None:
    """Page and API share the limit; after the window all is as before, and nothing of it is stored."""
    for _ in range(MOST):
        assert 200 == web.client.get("/expected?q=zzz").status_code
    page, api = web.client.get("/expected?q=zzz"), web.client.get("/api/search?q=zzz")

    assert [429, 429] == [page.status_code, api.status_code]
    assert ["60", "60"] == [page.headers["Retry-After"], api.headers["Retry-After"]]
    assert "Too many searches" in page.text
    assert 200 == web.client.get("/expected").status_code

    web.clock.advance(seconds=WINDOW.total_seconds())

    assert 200 == web.client.get("/api/search?q=zzz").status_code


def test_sources_are_counted_apart_and_never_without_end(web: Web) -> None:
    """Memory is bounded whoever calls."""
    limit, now = SearchLimit(1), web.clock()

    assert [True, False, True] == [limit.within(who, now) for who in ("one", "one", "another")]
    for number in range(MOST_SOURCES):
        limit.within(str(number), now + timedelta(seconds=1))
    assert limit.within("one", now + timedelta(seconds=1))


def test_the_wiki_may_read_the_search_from_its_own_origin(web: Web) -> None:
    """A wiki on another host asks the engine, too; pages of others may not."""
    mine = web.client.get("/api/search", query_string=QUESTION, headers={"Origin": "https://elsewhere.example"})

    assert "Access-Control-Allow-Origin" not in mine.headers
    assert "Origin" in mine.headers["Vary"]
