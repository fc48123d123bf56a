"""Whether what a verdict says is so: a second implementation, which shares nothing with the judge but the texts.

It takes each reason's values and each quote, and looks them up in the claim and in the clauses that are cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spec_lookup.judge.sentences import SAID, Reason, in_words
from spec_lookup.judge.spec import Spec
from spec_lookup.judge.verdict import Verdict
from spec_lookup.search.clause import Clause

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_MARKS = re.compile(r"[*_`\\|#>\[\]]|\(\S*?\)|\s")


def false_sentences(spec: Spec, verdict: Verdict) -> tuple[str, ...]:
    """The sentences and quotes of a verdict that are not so, each with what is wrong."""
    return (*_quotes(spec, verdict), *(wrong for reason in verdict.reasons for wrong in _reason(spec, verdict, reason)))


def _quotes(spec: Spec, verdict: Verdict) -> Iterator[str]:
    for citation in (*verdict.citations, *([verdict.counter] if verdict.counter else [])):
        clause = spec.clause(citation.clause)
        if clause is None:
            yield f"there is no clause {citation.clause}"
        elif citation.title != clause.title or _bare(citation.quote) not in _bare(clause.markdown):
            yield f"{citation.clause} does not say: {citation.quote}"


def _reason(spec: Spec, verdict: Verdict, reason: Reason) -> Iterator[str]:
    said, first = in_words(reason), _first(spec, verdict)
    if reason.key == SAID:
        known = {number for text in _texts(spec, verdict) for number in _DIGITS.findall(text)}
        if set(_DIGITS.findall(said)) - known:
            yield f"a number stands neither in the claim nor in a clause: {said}"
    if "clause" in reason.values:
        clause = spec.clause(reason.values["clause"])
        if clause is None or clause.title != reason.values["title"]:
            yield f"there is no such clause: {said}"
    if reason.key in ("nearest-whole", "nearest-begins") and _claimed_whole(verdict, first, reason):
        yield f"what is quoted is something else: {said}"
    for name in ("sentence", "number"):
        if name in reason.values and (first is None or _bare(reason.values[name]) not in _bare(first.markdown)):
            yield f"the nearest clause does not have it: {said}"
    if not _fits(verdict, reason):
        yield f"the claim is not so: {said}"


def _claimed_whole(verdict: Verdict, first: Clause | None, reason: Reason) -> bool:
    """Whether the first quote is not what it is said to be: the clause that is named, whole or its beginning."""
    if first is None or first.cite != reason.values["clause"]:
        return True
    quote, whole = _bare(verdict.citations[0].quote), _bare(first.markdown)
    return (quote == whole) != (reason.key == "nearest-whole") or not whole.startswith(quote)


def _fits(verdict: Verdict, reason: Reason) -> bool:
    """Whether what a reason says of the claim, and of the search, is so."""
    claim = verdict.claim
    text = f"{claim.summary} {claim.what_happened} {claim.what_expected} {claim.steps}"
    return {
        "setup-form": claim.reporter_says == "setup",
        "question-form": claim.reporter_says == "question",
        "no-clause": not verdict.citations,
        "may-help": bool(verdict.citations),
        "nothing-expected": not re.search(r"\w", claim.what_expected),
        "number-missing": not re.search(r"\d", text),
    }.get(reason.key, True)


def _first(spec: Spec, verdict: Verdict) -> Clause | None:
    return spec.clause(verdict.citations[0].clause) if verdict.citations else None


def _texts(spec: Spec, verdict: Verdict) -> Iterator[str]:
    claim = verdict.claim
    yield from (claim.summary, claim.what_happened, claim.what_expected, claim.steps)
    for citation in verdict.citations:
        if clause := spec.clause(citation.clause):
            yield clause.markdown
            yield clause.title


def _bare(text: str) -> str:
    """Letters and digits in their order, without marks, targets of links and white space."""
    return _MARKS.sub("", text.replace("\N{NO-BREAK SPACE}", " ")).casefold()
