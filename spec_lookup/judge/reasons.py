"""What a verdict of the built-in judge shows: its clauses, and its reasons for the requester and for who decides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.evidence import ASKS, any_of
from spec_lookup.judge.form import QUESTION_FORM, REASONS
from spec_lookup.judge.language import is_legible
from spec_lookup.judge.quantity import has_number, limits
from spec_lookup.judge.sentences import Reason
from spec_lookup.judge.verdict import RELATED, Citation
from spec_lookup.search.clause import Clause, squeeze
from spec_lookup.search.published import NO_BREAK
from spec_lookup.search.spec_index import Hit
from spec_lookup.search.words import fold

LONGEST_QUOTE = 6_000
"""Characters of the nearest clause that are quoted; what is longer is a page of its own."""

NO_CLAUSE = Reason("no-clause")
MAY_HELP = Reason("may-help")
SOUNDS_NEW = Reason("sounds-new")


def citations(hits: list[Hit]) -> tuple[Citation, ...]:
    """The nearest clause whole, the others with their best sentences. None takes a side."""
    rows = [(hit.clause, hit.quote if n else whole_text(hit.clause)) for n, hit in enumerate(hits)]
    return tuple(Citation(clause.cite, clause.title, clause.url, quote, RELATED) for clause, quote in rows)


def whole_text(clause: Clause) -> str:
    """The text of a clause line by line, as far as it is quoted: up to the last line that has room."""
    text = clause.markdown.replace(NO_BREAK, " ").strip()
    begin = text[:LONGEST_QUOTE]
    return text if text == begin else begin.rpartition("\n")[0].rstrip() or begin


_TELLS_EXPECTED = any_of(
    r"\b(?:should|shall|must|ought|expect\w*|supposed|want\w*|wish\w*|hop(?:e|ed|ing)|instead of|rather than|promis\w+"
    r"|(?:would|'d|d) (?:like|love|prefer|rather)|prefer\w*|(?:would|could|might) be (?:nice|good|great|better|fine)"
    r"|why (?:not|can'?t|can ?not|is it not|isn'?t)|used to|normally|usually|as before"
    r"|please|pls|plz|(?:can|could|will|would|may) (?:you|we|i|one|somebody|someone)|how about|let us|allow|add"
    r"|thought|think|assum\w+|believ\w+|may not|must not|mustn'?t|not allowed|other way (?:a)?round|enough|needs?)\b"
)
"""What may say what was expected, where nothing stands in the field for it."""


def _sentence(claim: Claim, sentence: str) -> Iterator[Reason]:
    """The sentence of the nearest clause that resembles the claim most, and its limit if no number is told at all."""
    yield Reason("nearest-sentence", {"sentence": sentence})
    bounds = limits(sentence)
    if bounds and is_legible(claim.observed) and not has_number(_all_of(claim)):
        number = bounds[0].quantity.text
        written = re.search(re.escape(number), sentence, re.IGNORECASE)  # 25 MB, which was compared as 25 mb
        yield Reason("number-missing", {"number": written[0] if written else number})


def _all_of(claim: Claim) -> str:
    return f"{claim.observed}\n{claim.expected}\n{claim.steps}"


def _tells_expected(claim: Claim) -> bool:
    """Whether it is said, or may be, what was expected; of another language than English that is not known."""
    text = _all_of(claim)
    return bool(claim.expected.strip() or not is_legible(claim.observed) or _TELLS_EXPECTED.search(fold(text)))


def named(clause: Clause) -> dict[str, str]:
    """A clause as sentences name it."""
    return {"clause": clause.cite, "title": clause.title}


def why_decided(reason: Reason, hits: list[Hit]) -> tuple[Reason, ...]:
    """The reason, and what is to be said of the clauses that stand with it."""
    if not hits:
        return (reason, NO_CLAUSE)
    return (reason, MAY_HELP) if reason in (ASKS, REASONS[QUESTION_FORM]) else (reason,)


def why_undecided(claim: Claim, hits: list[Hit]) -> tuple[Reason, ...]:
    """What a person who decides should know, and what the requester could add.

    `claim` is the whole one: what is said to be missing in it stands nowhere in what was sent.
    """
    reasons = [Reason("person-decides")]
    if not is_legible(claim.observed):
        reasons.append(Reason("another-language"))
    if not hits:
        reasons.append(NO_CLAUSE)
    else:
        near = hits[0].clause
        complete = len(near.markdown.strip()) <= LONGEST_QUOTE
        key = "nearest-whole" if complete else "nearest-begins"
        reasons.append(Reason(key, named(near)))
        reasons += _sentence(claim, squeeze(hits[0].quote))
    if not _tells_expected(claim):
        reasons.append(Reason("nothing-expected"))
    return tuple(reasons)
