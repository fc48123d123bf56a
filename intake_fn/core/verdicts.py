"""What judges and people have said that a case is: proposals and decisions. Pure."""

from __future__ import annotations

from intake_fn.core.case import Case
from intake_fn.core.events import Judged, Overruled
from intake_fn.core.vocabulary import Category

BUILT_IN = "built-in"
"""How the name of the built-in judge begins, also where it speaks in the place of a language model."""


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


def decided_with_lead(case: Case) -> bool:
    """Whether it was decided with the request that it is a duplicate of, and not by its own verdict."""
    judged = judgement(case)
    if judged is None or decision(case) or case.category is Category.UNDECIDED:
        return False
    return not judged.acts or judged.category is not case.category
