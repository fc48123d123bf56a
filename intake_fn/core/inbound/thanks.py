"""Whether a mail to a resolved request says nothing but thanks, in the languages we know. Pure.

A page's reply is read by core/reply_intent.py; a mail has a name below it, and may be in another language.
Whatever is not clearly only thanks reopens the request (R24).
"""

from __future__ import annotations

import re
import unicodedata

from intake_fn.core.inbound.languages import COURTESY, GLAD, THANKS
from intake_fn.core.reply_intent import Reading, reading

LONGEST = 300

WORD = re.compile(r"[^\W\d_]+")


def only_thanks(text: str, name: str, address: str) -> bool:
    """Whether a text says only that it works or thanks for it, apart from the sender's own name."""
    own = {word.lower() for word in WORD.findall(f"{name} {address.partition('@')[0]}")}
    lines = text.split("\n")
    kept = "\n".join(" ".join(word for word in line.split() if _bare(word) not in own) for line in lines).strip()
    if reading(kept) is Reading.WORKS:
        return True
    words = {word.lower() for word in WORD.findall(kept)}
    if GLAD & {*kept} and all(
        sign in GLAD or unicodedata.category(sign)[0] in "MSCZ" or sign in "!.," for sign in kept
    ):
        return True
    return bool(words & THANKS) and words <= THANKS | COURTESY and len(kept) <= LONGEST and "?" not in kept


def _bare(word: str) -> str:
    return word.strip(".,;:!-()").lower()
