"""What a reply to a resolved request says where its sender pressed neither button of the status page.

A reply to what is done reopens it, unless its sender says that it works. Words that only thank say so, words of
trouble say the opposite, and what could be either is asked.
"""

from __future__ import annotations

import re
from enum import StrEnum

_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
_APOSTROPHES = str.maketrans("\u2019\u02bc\u2018`\u00b4", "'" * 5)
_LONGEST = 400
"""Characters of a message that may be nothing but thanks; a longer one says something that a person should read."""

_THANKS = frozenset(
    "thank thanks thankyou thx tks ty cheers appreciated grateful works working worked fine good great perfect"
    " perfectly excellent super solved fixed resolved sorted done ok okay brilliant confirmed correct wonderful"
    " awesome".split()
)
"""Words by which somebody says that it works."""

_COURTESY = frozenset(
    "assistance fixing prompt resolution resolving response solution speedy"
    " a again all already am and any appreciate as at best can close closed colleagues confirm day dear everything fast"
    " for from great happy has have having hello help helped helping here hi how i i'm i've in indeed is it it's its"
    " job just kind kindly lot lots many me mine much my nice nicely now of on our please quick quickly quite really"
    " regards request see seems side sincerely so support swift team that that's the ticket this to today too up us"
    " very was we we're we've weekend well with work yes you your yours".split()
)
"""Words that change nothing in a message of thanks."""

_TROUBLE = frozenset(
    "not no never nothing none still but however although except unfortunately cannot can't couldn't don't doesn't"
    " didn't isn't wasn't won't haven't hasn't aren't weren't wouldn't shouldn't nor without fails failed failing"
    " failure error errors broken breaks wrong missing lost crash crashes crashed incorrect stuck reopen worse".split()
)
"""Words by which somebody says that it does not."""

_NO_TROUBLE = re.compile(r"\b(?:no|without)(?: any)?(?: more| further)? (?:problems?|issues?|errors?|trouble)\b")

_ASKS_FOR_HELP = re.compile(r"\bplease (?:\w{1,20} )?help\b|\bhelp (?:me|us|please)\b|\b(?:can|could) you help\b")


class Reading(StrEnum):
    """What a reply to a resolved request says of it."""

    WORKS = "works"
    TROUBLE = "trouble"
    UNCLEAR = "unclear"


def reading(text: str) -> Reading:
    """What a reply says by its words alone; those of another language than English are for a person to read."""
    plain = _NO_TROUBLE.sub(" fine ", " ".join(text[: _LONGEST + 1].lower().translate(_APOSTROPHES).split()))
    words = set(_WORD.findall(plain))
    if words & _TROUBLE or not words & _THANKS:
        return Reading.TROUBLE
    asks = "?" in text or _ASKS_FOR_HELP.search(plain)
    only = words <= _THANKS | _COURTESY and not asks and len(text) <= _LONGEST
    return Reading.WORKS if only else Reading.UNCLEAR
