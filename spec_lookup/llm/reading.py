"""Two readings of one claim: what each came to, and whether they agree."""

from __future__ import annotations

from spec_lookup.judge.verdict import BUG, CHANGE, MISC, UNDECIDED, Reading
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.response import Response

CATEGORIES = {"bug": BUG, "change": CHANGE, "misc": MISC, "silent": UNDECIDED}

TRUST = 0.9
"""How much of its distance from one half a stated confidence keeps where one reading decides; models state too much."""

SURE = 0.9
AGREED = 0.97
"""The confidence where two readings agree and both state SURE or more. Careful readers were right in 375 of 375 such
cases of held-out data (189 of evaluation-held-out, 131 probes, 55 in a clerk's words): by the rule of three, at least
.99 in 95 of 100 such measurements. Below SURE too little was measured, and the rule for one reading holds."""

LEAST = 0.65
"""The stated confidence below which nothing is decided. Of the 385 cases that careful readers decided on that data 2
were below, and wrong; above it none was. It was chosen by them."""


def is_unsure(responses: list[Response]) -> bool:
    """Whether a reading states less than LEAST of its own verdict."""
    return min(response.confidence for response in responses) < LEAST


def agree(first: Response, second: Response) -> bool:
    """Whether two readings say the same for the same cause.

    The deciding clause of each is at least cited by the other: which of two clauses that decide together is named first
    is no difference. Without a clause the ground is the cause.
    """
    if first.verdict != second.verdict:
        return False
    if first.ground != "clause" or second.ground != "clause":
        return first.ground == second.ground
    cited, cited_again = ([citation.clause for citation in response.citations] for response in (first, second))
    return cited[0] in cited_again and cited_again[0] in cited


def confidence_of(responses: list[Response]) -> float:
    """The confidence of a decision that rests on these readings, which agree."""
    if CATEGORIES[responses[0].verdict] == UNDECIDED:
        return 0.0
    stated = min(response.confidence for response in responses)
    if len(responses) > 1 and stated >= SURE:
        return AGREED
    return round(min(max(0.5 + TRUST * (stated - 0.5), 0.0), 1.0), 4)


def reading_of(response: Response, masking: Masking) -> Reading:
    """A reading as a verdict keeps it."""
    return Reading(
        category=CATEGORIES[response.verdict],
        confidence=response.confidence,
        citation=response.citations[0] if response.citations and response.ground == "clause" else None,
        reason=masking.unmask(response.reason),
    )
