"""While somebody writes: the clauses that the text resembles, whole, and open requests that are like it.

A script asks for them (static/form_suggestions.js); without it the receipt shows the nearest clause. What is asked is
neither kept nor logged, and nothing here decides: what a requester says of a clause goes along as their reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

import spec_lookup
from intake_fn import log
from intake_fn.core import quotes, request_id
from intake_fn.core.addresses import wrong_with
from intake_fn.core.errors import TryLater, Unknown
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Stance
from intake_fn.desk import answered, copies, similar_requests
from intake_fn.desk.limits import ANSWERS_BY_SOURCE, within
from intake_fn.texts import gettext, mark
from intake_fn.web.access import PUBLIC, config, open_to, source
from intake_fn.web.forms import citation, clean_line, clean_text
from intake_fn.web.submission import VISITOR, stance_in
from spec_lookup import Claim, SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.quotes import Marked
    from intake_fn.desk import Desk
    from spec_lookup import Hit

blueprint = Blueprint("suggestions", __name__)

SHOWN = 3
"""Clauses at once; those that the person has put aside are replaced by the next ones."""

NEAR = 0.6
"""The share of the best score below which a clause is not shown: it resembles the text far less."""

FEWEST_WORDS = 3
LONGEST = 600
"""Characters of each text that are read: what is meant is said by then, and the answer has to be there at once."""

MOST_ASIDE = 10

PRESSED: Mapping[Stance, str] = {
    Stance.MATCHES: mark("The system does what this says, I want it otherwise"),
    Stance.CONTRADICTS: mark("The system does something else"),
}
"""What a requester may say of a clause and their request; beside *that answers it* and *not about this*."""

NO_ADDRESS = mark("Please enter your e-mail address in the form first: the link is mailed to it.")
FOLLOWED = mark(
    "If your address is of the company of %(number)s, a mail with its link is on its way to you. Nothing else was "
    "sent. If no mail arrives, please send your own request."
)
NOT_COUNTED = mark("This could not be saved. Your text is still here.")


@dataclass(frozen=True, slots=True)
class SuggestedClause:
    """A clause as it is shown: all of it, with the sentence marked that is nearest."""

    cite: str
    title: str
    page: str
    url: str
    text: Marked


@blueprint.post("/suggestions")
@open_to(PUBLIC)
def suggest() -> ResponseReturnValue:
    """What resembles the texts of a form, as a part of a page; empty where nothing does."""
    desk = config().desk()
    aside = {cite for cite in request.form.getlist("aside")[:MOST_ASIDE] if citation(cite)}
    said = {name: clean_text(request.form.get(name, ""))[:LONGEST] for name in ("summary", "description")}
    claim = Claim(clean_line(said["summary"]), said["description"]).evidence()
    picked = citation(request.form.get("reading_clause", ""))
    try:
        clauses = near(desk, claim, aside)
    except SpecLookupError as error:
        log.warning("nothing_suggested", error=str(error))
        clauses = []
    like = []
    if clauses:
        like = similar_requests.similar(desk.issue_index, desk.cases, claim, clauses[0].cite)
    return render_template(
        "suggestions.html",
        clauses=clauses,
        like=like,
        pressed=PRESSED,
        picked=picked,
        stance=stance_in(request.form.get("reading_stance")),
        asks=request.form.get("kind") == Kind.QUESTION,
    )


def near(desk: Desk, claim: Claim, aside: set[str]) -> list[SuggestedClause]:
    """The clauses that a claim resembles, the nearest first. Raises SpecLookupError.

    It is searched for as one text, written as the issue index has it, so that its meaning is worked out once. On the
    part `tune` of tests/data/evaluation that finds the clause among three for 103 of 154 texts; in parts, as the judge
    searches, 101.
    """
    text = ". ".join(filter(None, (claim.summary, claim.what_happened)))
    if len(re.findall(r"\w+", text)) < FEWEST_WORDS:
        return []
    hits = desk.spec().search(text, SHOWN + len(aside), deciding=True)
    close = [hit for hit in hits if hit.score >= NEAR * hits[0].score and hit.clause.cite not in aside]
    return [_shown(hit) for hit in close[:SHOWN]]


def _shown(hit: Hit) -> SuggestedClause:
    clause = hit.clause
    text = quotes.marked(quotes.spoken(spec_lookup.whole_text(clause)), quotes.spoken(hit.quote))
    return SuggestedClause(clause.cite, clause.title, clause.page_title, config().links.clause(clause.url), text)


@blueprint.post("/answered")
@open_to(PUBLIC)
def answer() -> ResponseReturnValue:
    """Somebody says that a clause answers them; with `back`, that it does not after all. Nothing is sent."""
    desk = config().desk()
    clause, visitor = citation(request.form.get("clause", "")), request.form.get("visitor", "")
    who = answered.people_of(clean_line(request.form.get("email", "")), visitor if VISITOR.fullmatch(visitor) else "")
    try:
        if not clause or not who:
            return {"problem": gettext(NOT_COUNTED)}, 422
        if not within(desk.counters, ANSWERS_BY_SOURCE, source(), desk.clock()):
            return {"problem": gettext(NOT_COUNTED)}, 429
        if request.form.get("back"):
            answered.not_after_all(desk.clause_answers, desk.clock(), clause, *who)
        else:
            stamp = desk.spec().stamp.content
            answered.keep(desk.clause_answers, desk.new_id, desk.clock(), clause, stamp, *who)
    except (TryLater, SpecLookupError) as error:
        log.warning("answer_not_counted", error=str(error))
        return {"problem": gettext(NOT_COUNTED)}, 503
    return {}


@blueprint.post("/follow")
@open_to(PUBLIC)
def follow() -> ResponseReturnValue:
    """Somebody follows a request instead of sending theirs. The answer is the same whether they may or not."""
    desk = config().desk()
    address, number = clean_line(request.form.get("email", "")), request_id.typed(request.form.get("request", ""))
    if wrong_with(address):
        return {"problem": gettext(NO_ADDRESS)}, 422
    try:
        copies.follow(desk, desk.cases.load(number), address, source())
    except Unknown:
        pass
    except TryLater as error:
        log.warning("not_followed", error=str(error))
        return {"problem": gettext(NOT_COUNTED)}, 503
    return {"done": gettext(FOLLOWED) % {"number": number}}
