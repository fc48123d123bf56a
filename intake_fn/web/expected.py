"""Expected behaviour: what the spec says about a question, in whole clauses. Open to everybody, as the spec is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from werkzeug.exceptions import TooManyRequests

from intake_fn.core.quotes import marked, spoken
from intake_fn.web.access import PUBLIC, config, open_to, source
from intake_fn.web.forms import clean_line
from intake_fn.web.search_limit import WINDOW

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("expected", __name__)

HITS = 10
LONGEST_QUERY = 2000
"""Characters of a text that is searched for, here and in the API."""


@blueprint.get("/expected")
@open_to(PUBLIC)
def shown() -> ResponseReturnValue:
    """A question in, whole clauses out, with the part marked that answers it."""
    text = clean_line(request.args.get("q", ""))[:LONGEST_QUERY]
    if text:
        count_search()
    spec = config().desk().spec() if text else None
    hits = spec.search(text, HITS) if spec else []
    return render_template(
        "expected.html",
        q=text,
        hits=[(hit.clause, marked(spoken(hit.clause.markdown), spoken(hit.quote))) for hit in hits],
        by_words_alone=spec is not None and spec.by_words_alone,
    )


def count_search() -> None:
    """Count a search of whoever calls. Raises TooManyRequests over the limit."""
    if not config().searches.within(source(), config().clock()):
        raise TooManyRequests(retry_after=int(WINDOW.total_seconds()))
