"""What judges and people have said that a case is: proposals and decisions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from intake_fn.core.case import Case
from intake_fn.core.events import Filed, Judged, JudgedInShadow, Overruled, RequesterRead
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Category, Stance
from intake_fn.texts import say
from spec_lookup import RECORDED as RECORDED_READER
from spec_lookup import SAID, Reason, as_reason

BUILT_IN = "built-in"
"""How the name of the built-in judge begins, also where it speaks in the place of a language model."""

RECORDED = f"{RECORDED_READER}:"
"""How the name of a judge begins whose readings were recorded before, such as in the demonstration."""


def reasons_of(verdict: Mapping[str, Any]) -> tuple[str, ...]:
    """The reasons of a verdict in words; a former version stored them as sentences."""
    return tuple(in_words(reason_of(plain)) for plain in verdict["reasons"])


def reason_of(plain: Mapping[str, Any] | str) -> Reason:
    """A stored reason by its key."""
    return as_reason(plain) if isinstance(plain, str) else Reason(plain["key"], plain["values"])


def in_words(reason: Reason) -> str:
    """A reason in the language in use."""
    return say(f"verdict.{reason.key}", reason.values)


def as_stored(verdict: Mapping[str, Any]) -> Mapping[str, Any]:
    """The verdict with the sentences that a former version stored as it showed them, such as in an issue of Mantis."""
    said = ({"key": SAID, "values": {"text": one}} if isinstance(one, str) else one for one in verdict["reasons"])
    return {**verdict, "reasons": list(said)}


def decision(case: Case) -> Overruled | None:
    """What a person decided last, if one did: it stands above the judge's verdict."""
    return next((event for event in reversed(case.history) if isinstance(event, Overruled)), None)


def judgement(case: Case) -> Judged | None:
    """What the judge said; None where it has not spoken yet."""
    return next((event for event in reversed(case.history) if isinstance(event, Judged)), None)


def proposal(case: Case) -> Category | None:
    """What the judge proposes while a person has to decide; None for no proposal, and once the request is decided."""
    judged = judgement(case)
    if judged is None or judged.acts or case.category is not Category.UNDECIDED:
        return None
    return judged.category if judged.category is not Category.UNDECIDED else None


def is_placed(case: Case) -> bool:
    """Whether it is what it is by the project in which a person created its issue, and nobody has decided since."""
    chosen = (event.category for event in case.history if isinstance(event, Filed) and event.found)
    return next(chosen, Category.UNDECIDED) is not Category.UNDECIDED and decision(case) is None


def judged_otherwise(case: Case) -> Category | None:
    """What the judge takes a request for whose project says something else; None where they agree, or it is unsure."""
    judged = judgement(case) if is_placed(case) else None
    return judged.category if judged and judged.category not in (case.category, Category.UNDECIDED) else None


def decided_with_lead(case: Case) -> bool:
    """Whether it was decided with the request that it is a duplicate of, and not by its own verdict."""
    judged = judgement(case)
    if judged is None or decision(case) or case.category is Category.UNDECIDED or is_placed(case):
        return False
    return not judged.acts or judged.category is not case.category


@dataclass(frozen=True, slots=True)
class RequesterReading:
    """What a requester says of a clause, at the stamp `spec`. `quote` and `url` are "" if it came with the request."""

    clause: str
    stance: Stance
    spec: str
    quote: str = ""
    url: str = ""


def requester_reading(case: Case) -> RequesterReading | None:
    """What the requester said last of a clause; None if nothing."""
    for event in reversed(case.history):
        if isinstance(event, RequesterRead):
            return RequesterReading(event.clause, event.stance, event.spec, event.quote, event.url)
    request = case.request
    if not request.reading_clause:
        return None
    return RequesterReading(request.reading_clause, request.reading_stance, request.reading_spec)


def shown_clauses(case: Case) -> Mapping[str, Mapping[str, Any]]:
    """The clauses that the verdict and its readings show, each once and the nearest first, as they were cited."""
    shown: dict[str, Mapping[str, Any]] = {}
    for row in _cited(case.verdict or {}):
        shown.setdefault(row["clause"], row)
    return shown


def _cited(verdict: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from verdict.get("citations", ())
    if verdict.get("counter"):
        yield verdict["counter"]
    yield from (reading["citation"] for reading in verdict.get("readings", ()) if reading["citation"])


def in_shadow(case: Case) -> tuple[JudgedInShadow, ...]:
    """What judges said that change nothing."""
    return tuple(event for event in case.history if isinstance(event, JudgedInShadow))


def is_recorded(verdict: Mapping[str, Any]) -> bool:
    """Whether no model was asked for a verdict: its readings were recorded before."""
    return str(verdict["judge"]).startswith(RECORDED)
