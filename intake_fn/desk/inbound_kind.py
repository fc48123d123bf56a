"""The form that a mail stands for, guessed by the house's judge: a label that a person may change, and no evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.inbound.languages import WISHES, pattern
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category
from intake_fn.desk.judging import claim_of
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from intake_fn.core.request import Request
    from intake_fn.desk.needs import TakingMail

KINDS = {Category.BUG: Kind.BUG, Category.CHANGE: Kind.CHANGE, Category.MISC: Kind.SETUP}
ASKS = ("?", "\uff1f")
WISH = pattern(WISHES)
BEGINNING = 600
"""Characters in which a wish says that it is one."""


def with_kind(desk: TakingMail, request: Request) -> Request:
    """The request as the form that fits it: a question asks and reports nothing, by the judge's own rules.

    Where the judge can't decide, a title that asks is a question, and words of a wish are one.
    """
    if "?" in f"{request.summary}{request.description}":
        asked = replace(request, kind=Kind.QUESTION)
        category = _category(desk, asked)
        if category is Category.MISC or (category is Category.UNDECIDED and request.summary.endswith(ASKS)):
            return asked
    category = _category(desk, request)
    undecided = Kind.CHANGE if WISH.search(f"{request.summary}\n{request.description}"[:BEGINNING]) else Kind.BUG
    return replace(request, kind=KINDS.get(category, undecided))


def _category(desk: TakingMail, request: Request) -> Category:
    try:
        return Category(desk.spec().judge(claim_of(request)).category)
    except (SpecLookupError, ValueError) as error:
        log.warning("kind_not_guessed", error=str(error))
        return Category.UNDECIDED
