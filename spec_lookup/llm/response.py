"""A language model's response, checked: every citation stands in the spec word by word, and the parts agree.

AGREE is the whole table of what a verdict may rest on. What fails a check is a Fault, whose message the
model is told once; nothing of a faulty response is ever shown to anybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spec_lookup.judge.claim import visible
from spec_lookup.judge.quantity import NUMBER_WORDS
from spec_lookup.judge.verdict import RELATED, SUPPORTS_EXPECTED, SUPPORTS_OBSERVED, Citation
from spec_lookup.llm.prompt import (
    GROUNDS,
    LONGEST_SEARCH,
    MOST_RELATED,
    MOST_SEARCHES,
    PAIR_TOOL,
    SEARCH_TOOL,
    STANCES,
    TOOL,
    VERDICTS,
    Plain,
)
from spec_lookup.search.clause import Clause

NONE = "none"

AGREE: Mapping[tuple[str, str], frozenset[str]] = {
    ("bug", "clause"): frozenset({SUPPORTS_EXPECTED}),
    ("bug", "failure"): frozenset({NONE, SUPPORTS_EXPECTED}),
    ("change", "clause"): frozenset({SUPPORTS_OBSERVED}),
    ("change", "new"): frozenset({NONE}),
    ("misc", NONE): frozenset({NONE}),
    ("silent", NONE): frozenset({NONE}),
}
"""Verdict and ground, and the stances that the cited clause may have with them."""

AGAINST = {"bug": SUPPORTS_OBSERVED, "change": SUPPORTS_EXPECTED}
"""The stance of a clause that speaks against a verdict."""

BY_HAND = {TOOL: "verdict", SEARCH_TOOL: "searches", PAIR_TOOL: "relation"}
"""The member by which the input of each tool is known where it was written by hand."""

LONGEST_REASON = 700
FEWEST_WORDS = 2
"""Words that a quote has at least, unless it is the whole clause."""

_ADDRESS = re.compile(r"\w://|\bwww\.", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`]+|\[|\](?:\([^()]*\))?")
_FIGURES = re.compile(r"\d+(?:[.,' \u2019]\d{3}(?!\d))*(?:[.,]\d+)?")
_THOUSANDS = re.compile(r"[.,' \u2019](?=\d{3}(?!\d))")
_NAMED = re.compile(rf"\b(?:{'|'.join(sorted(NUMBER_WORDS, key=lambda word: (-len(word), word)))})\b")
_ALIKE = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u2011\u00a0", "''\"\"--- ")
"""Signs that are written in more than one way; each stays one sign."""


class Fault(Exception):
    """A response that cannot be taken; the message tells the model what is wrong."""


@dataclass(frozen=True, slots=True)
class Response:
    """A judgement that holds. `citations` has the deciding clause first, if there is one."""

    verdict: str
    ground: str
    confidence: float
    citations: tuple[Citation, ...]
    counter: Citation | None
    reason: str


def tool_call(response: Plain, tool: str = TOOL) -> Plain | None:
    """The call of the tool in a response: id, name and input. None when there is none.

    A response is what `converse` returns, or, written by hand, just the tool's input.
    """
    if "output" not in response:
        return {"toolUseId": "given", "name": tool, "input": response} if BY_HAND[tool] in response else None
    try:
        for block in response["output"]["message"]["content"]:
            call = block.get("toolUse")
            if call and call["name"] == tool and isinstance(call["input"], dict):
                return {"toolUseId": str(call["toolUseId"]), "name": tool, "input": call["input"]}
    except (AttributeError, LookupError, TypeError):
        return None
    return None


def checked_response(judgement: Plain, clauses: Sequence[Clause], claim: str | None = None) -> Response:
    """The judgement in the tool's input, checked against these clauses. Raises Fault.

    With the text of the `claim` a reason is left out whose numbers stand neither there nor in a quote.
    """
    by_cite = {clause.cite: clause for clause in clauses}
    verdict, ground = _one_of(judgement, "verdict", VERDICTS), _one_of(judgement, "ground", GROUNDS)
    stance = _one_of(judgement, "stance", STANCES)
    if stance not in AGREE.get((verdict, ground), ()):
        allowed = "; ".join(f"{v} with ground {g} and stance {' or '.join(sorted(s))}" for (v, g), s in AGREE.items())
        raise Fault(f"{verdict} does not go with ground {ground} and stance {stance}. What goes together: {allowed}.")
    decides = ground == "clause"
    deciding = [_citation(judgement, "clause", "quote", by_cite, stance if stance != NONE else RELATED, needed=decides)]
    counter = _citation(judgement, "counter_clause", "counter_quote", by_cite, AGAINST.get(verdict, RELATED))
    citations = tuple(citation for citation in [*deciding, *_related(judgement, by_cite)] if citation)
    reason = _reason(judgement)
    quotes = [citation.quote for citation in [*citations, counter] if citation]
    return Response(
        verdict=verdict,
        ground=ground,
        confidence=_confidence(judgement),
        citations=citations,
        counter=counter,
        reason=reason if claim is None or numbers_in(reason) <= numbers_in(" ".join([claim, *quotes])) else "",
    )


def searches_in(response: Plain) -> list[str]:
    """The searches of a response; none when it has no call of the tool or the call no texts."""
    call = tool_call(response, SEARCH_TOOL)
    rows = call["input"].get("searches") if call else None
    texts = [
        " ".join(visible(row).split())[:LONGEST_SEARCH]
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, str)
    ]
    return [text for text in dict.fromkeys(texts) if text][:MOST_SEARCHES]


def numbers_in(text: str) -> frozenset[str]:
    """The numbers of a text, in figures or words, as figures without separators of thousands."""
    figures = {_plain_number(match[0]) for match in _FIGURES.finditer(unicodedata.normalize("NFKC", text))}
    named = {str(NUMBER_WORDS[match[0]]) for match in _NAMED.finditer(text.lower())}
    return frozenset(figures | named)


def _plain_number(figures: str) -> str:
    whole = _THOUSANDS.sub("", figures).replace(",", ".")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole.lstrip("0") or "0"


def verbatim(quote: str, clause: Clause) -> str | None:
    """The passage of the clause's text that a quote copies, as it stands there; None when it copies none.

    White space, emphasis, link targets and the many forms of quotation marks and dashes make no difference.
    """
    bare, places = _bare(clause.text)
    wanted = _bare(quote)[0].strip()
    start = bare.find(wanted) if wanted else -1
    if start < 0 or (len(wanted.split()) < FEWEST_WORDS and wanted != bare.strip()):
        return None
    return clause.text[places[start] : places[start + len(wanted) - 1] + 1]


def _bare(text: str) -> tuple[str, list[int]]:
    """The text without markup and with single spaces, and where each of its signs stands in `text`."""
    marked = {place for match in _MARKUP.finditer(text) for place in range(*match.span())}
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text.translate(_ALIKE)):
        if place in marked or (sign.isspace() and signs and signs[-1] == " "):
            continue
        signs.append(" " if sign.isspace() else sign)
        places.append(place)
    return "".join(signs), places


def _one_of(judgement: Plain, name: str, known: Sequence[str]) -> str:
    value = judgement.get(name)
    if value not in known:
        raise Fault(f'"{name}" has to be one of {", ".join(known)}.')
    return str(value)


def _citation(
    judgement: Mapping[str, Any], clause_name: str, quote_name: str, by_cite: Mapping[str, Clause], stance: str,
    *, needed: bool = False,
) -> Citation | None:  # fmt: skip
    """The citation in two members of the judgement; None when it has none and needs none."""
    cite, quote = judgement.get(clause_name), judgement.get(quote_name)
    if not cite:
        if needed:
            raise Fault(f'"{clause_name}" is needed with the ground "clause".')
        return None
    clause = by_cite.get(cite) if isinstance(cite, str) else None
    if clause is None:
        raise Fault(f'"{clause_name}" is {cite!r}, which is none of the clauses shown.')
    passage = verbatim(quote, clause) if isinstance(quote, str) else None
    if passage is None:
        raise Fault(f'"{quote_name}" does not stand in {cite} like that. Copy a passage of its text sign by sign.')
    return Citation(clause.cite, clause.title, clause.url, passage, stance)


def _related(judgement: Plain, by_cite: Mapping[str, Clause]) -> list[Citation]:
    """The other clauses that hold; they decide nothing, so one that does not is left out and no fault."""
    rows = judgement.get("related")
    citations = []
    for row in rows[:MOST_RELATED] if isinstance(rows, list) else ():
        try:
            citations.append(_citation(row, "clause", "quote", by_cite, RELATED))
        except (AttributeError, Fault):
            continue
    return [citation for citation in citations if citation]


def _confidence(judgement: Plain) -> float:
    value = judgement.get("confidence")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Fault('"confidence" has to be a number from 0 to 1.')
    return float(value)


def _reason(judgement: Plain) -> str:
    reason = judgement.get("reason")
    text = " ".join(visible(reason).split()) if isinstance(reason, str) else ""
    if not text:
        raise Fault('"reason" is missing.')
    if _ADDRESS.search(text):
        raise Fault('"reason" must not hold addresses.')
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON].rsplit(' ', 1)[0]} ..."
