"""What can be read off a claim and a clause mechanically. Rules as tables; each finding says why.

Three kinds of reading:

- `route`: what needs no clause (a failure, set-up, a question, a wish for something new);
- `quantities`: numbers with their units, in figures or words, times of day and percentages;
- `compare`: which side of the claim a sentence of the spec stands on, by its quantities.

A reading that is not clear yields nothing: a wrong verdict costs more than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spec_lookup.claim import Claim
from spec_lookup.clause import Clause
from spec_lookup.verdict import BUG, CHANGE, MISC, SUPPORTS_EXPECTED, SUPPORTS_OBSERVED
from spec_lookup.words import fold, stem, words

# --- what needs no clause ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """A verdict that rests on the claim alone."""

    category: str
    confidence: float
    reason: str


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.MULTILINE)


_FAILURE = _any(
    r"\b(?:unhandled|null ?pointer|runtime|internal server|fatal|system|server|script) (?:exception|error)\b",
    r"\bexception\b",
    r"\bstack ?trace\b",
    r"\b(?:http )?(?:error )?50[0234]\b(?= |:|\W|$)(?=.{0,40}(?:error|gateway|unavailable|page|time))",
    r"\berror (?:page|500|screen)\b",
    r"\bbad gateway\b",
    r"\b(?:crash(?:es|ed|ing)?|segfault|froze|frozen|freezes|freezing|(?:hangs|hung|hanging)(?! on| because))\b",
    r"\b(?:an?|as|with|only|just|nothing but) (?:completely |totally |all )?(?:white|blank|empty|gr[ae]y)"
    r" (?:page|screen|square|box|file|pdf|sheet)\b",
    r"\b(?:stops|stuck|hangs|stays) (?:at|on) \d+ ?(?:%|percent)",
    r"\b(?:spinner|hourglass|loading) (?:never|for ever|forever|turns|spins)\b",
    r"\bnever (?:finishes|loads|ends|comes back)\b",
    r"\b(?:corrupt(?:ed)?|garbled|damaged file|unreadable|can't be opened|cannot be opened|0 bytes)\b",
    r"\b(?:data|text|notes?|entries|photos?|pictures?|files?|lines?|records?|changes)\b[^.]{0,40}"
    r"\b(?:vanish(?:ed|es)?|disappear(?:ed|s)?|(?:is|are|was|were) (?:all )?(?:gone|lost|wiped))\b",
    r"\blost (?:everything|(?:all|half) (?:of )?(?:the|my|our|it)|my (?:text|notes?|work|input|entries|data|draft))\b",
    r"\b(?:everything|all|what|half (?:a |the )?page|text|notes?) (?:that )?(?:i|we)(?:'d| had)? "
    r"(?:typed|entered|wrote)\b[^.]{0,40}\b(?:gone|away|nowhere|lost|empty)\b",
    r"\b(?:is|are|was|were) (?:nowhere|wiped)\b",
)

_NO_FAILURE = _any(r"\b(?:no|without(?: an?)?|not an?) (?:error|crash|exception)\b")

_PERSON = (
    r"(?:colleague|employee|joiner|starter|trainee|apprentice|temp|intern|locum|nurse|clerk|assistant|team member|hire)"
)

_SETUP = _any(
    r"\b(?:create|set ?up|add|register|activate|make)\b[^.?!]{0,40}"
    r"\b(?:users?|logins?|log-ins?|accounts?|access|client compan(?:y|ies)|firm)\b",
    rf"\b(?:set ?up|register)\b[^.?!]{{0,20}}\b(?:us|{_PERSON}|client|company|customer)\b",
    rf"\b(?:user|login|log-in|account|access)s? (?:for|please)\b[^.?!]{{0,30}}\b(?:new|the|our|{_PERSON})\b",
    r"\bneeds?\b[^.?!]{0,20}\b(?:login|log-in|account)\b",
    r"\bnew (?:user|client|client company|company|customer) (?:for|from|to|called|named|please|starts|joins|wants)\b",
    rf"\b(?:new|additional) {_PERSON}s?\b[^.?!]{{0,60}}\b(?:from|starts?|joins?|works?|begins?|on the|next)\b",
    r"\b(?:forgot(?:ten)?|reset|lost)\b[^.?!]{0,20}\b(?:password|pin|code|second factor)\b",
    r"\b(?:password|pin)\b[^.?!]{0,30}\b(?:forgot(?:ten)?|reset|expired)\b",
)

_BEGINS = r"(?:^|[.!?,;:-]\s+)(?:hello|hi|hey|dear \w+|and|so|but|please|question)?[\s,:]*"

_QUESTION = _any(
    _BEGINS + r"how (?:do|can|could|should|would|must|much|many|long|often|to)\b",
    _BEGINS + r"(?:where|when|who|which|what) (?:do|does|is|are|can|could|should|will|must|would)\b",
    r"\b(?:is|are) there (?:a|any|some) (?:way|possibility|list|guide|manual)\b",
    r"\bwhat (?:do|should|must) (?:i|we) (?:do|ask|send|bring|have to)\b",
    r"\bwhere does one\b",
    r"\b(?:please explain|tell (?:me|us) (?:how|where|when|what|who)|family asks|client asks)\b",
)

_ANSWER = _any(r"^\W*(?:an? )?(?:answer|explanation|information|advice|help|instructions?|to know)\b", r"^\W*$")

_WISH = _any(
    r"\b(?:would|could|might) be (?:nice|great|good|helpful|useful|handy)\b",
    r"\b(?:it would|we would|we'd|i'd|i would) (?:like|love|help|appreciate|prefer)\b",
    r"\b(?:please|could you|can you|can we|could we) (?:also )?"
    r"(?:add|introduce|offer|provide|support|build|make|have|get)\b",
    r"\b(?:feature|enhancement|improvement|suggestion|wish)\b",
    r"\b(?:there (?:is|'s) no|has no|have no|no way to|not possible to|missing)\b",
    r"\b(?:could|can) \w+ (?:also|handle)\b",
)

_INCIDENT = _any(
    r"\b(?:yesterday|today|tonight|last (?:night|week|month)|this (?:morning|week))\b",
    r"\bsince (?:the|monday|tuesday|friday|it)\b",
    r"\b(?:shows?|reads|says|displays?)\b[^.]{0,30}[\"“'][^\"”']+[\"”']",
)
"""What only a report of something that happened says."""

_DEVIATION = _any(
    r"\b(?:instead of|although|even though|despite|but|still|wrong(?:ly)?)\b",
    r"\b(?:not|cannot|never|no (?:longer|more)|any ?more)\b",
    r"\w+n't\b",
    r"\b(?:refused|rejected|blocked|twice|nobody|nowhere|gone|empty)\b",
)

_NOT_KNOWING = _any(r"\b(?:do not|don't|did not|didn't|cannot|can't|not) (?:know|find|sure|see how|understand)\b")
"""What a person says who asks: no sign that something behaves otherwise than it should."""


_FIRST_SENTENCE = re.compile(r"(?<=[.!])\s")
"""A question at the end of a report ("is it only me?") does not make it a question."""

_FAILED = "You describe a failure (an error, a hang, or lost data). That is a bug whatever the spec says."
_TO_SET_UP = "You ask us to set something up (a user, a company, access). No clause has to be read for that."


def route(claim: Claim) -> Route | None:
    """The verdict that needs no clause, if the claim calls for one."""
    said = fold(f"{claim.observed}\n{claim.steps}")
    summary = fold(claim.summary)
    if _FAILURE.search(said) and not _NO_FAILURE.search(said):
        return Route(BUG, 0.85, _FAILED)
    if _SETUP.search(said) and not _DEVIATION.search(summary):
        return Route(MISC, 0.8, _TO_SET_UP)
    begins = f"{summary}\n{_FIRST_SENTENCE.split(fold(claim.what_happened), 1)[0]}"
    asks = _QUESTION.search(begins)
    if asks and _ANSWER.search(fold(claim.expected)) and not _DEVIATION.search(_NOT_KNOWING.sub(" ", said)):
        return Route(MISC, 0.75, "You ask a question. The clauses below may answer it.")
    return None


def wishes(claim: Claim) -> bool:
    """Whether the claim asks for something rather than tells of something that went wrong."""
    said = fold(f"{claim.summary}\n{claim.what_happened}\n{claim.expected}")
    return bool(_WISH.search(said)) and not _INCIDENT.search(said)


# --- quantities -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit's stem, and the words as they stand in the text."""

    value: float
    unit: str
    text: str


_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}

_UNITS = {
    "d": "day", "h": "hour", "hr": "hour", "min": "minut", "sec": "second", "s": "second", "%": "percent",
    "kb": "kb", "mb": "mb", "gb": "gb", "kg": "kg", "km": "km", "m3": "m3", "cbm": "m3", "€": "eur", "euro": "eur",
    "$": "usd", "dollar": "usd", "£": "gbp", "pound": "gbp", "char": "charact",
}  # fmt: skip

_CONVERT = {
    "week": ("day", 7),
    "hour": ("minut", 60),
    "minut": ("minut", 1),
    "second": ("minut", 1 / 60),
    "gb": ("mb", 1024),
}
"""Units that are compared in another: a week is seven days, whatever the text prefers."""

_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b(?:\s*([ap])\.?m\b)?|\b(1[0-2]|[1-9])\s*([ap])\.?m\b")
_AMOUNT = re.compile(
    r"(?<![\w.,:-])(?P<sign>[€$£])?\s?(?P<number>\d+(?:[ ,]\d{3})*(?:[.,]\d+)?|"
    + "|".join(_NUMBER_WORDS)
    + r")(?P<unit>\s?%|\s?[€$£]|(?:[\s-](?:working|business|calendar|full|more|other|different|separate))?"
    + r"[\s-]?[a-z]\w*)?"
)
_NO_UNIT = frozenset(
    "of the and or to in on at is was are were for with by from out as than a an it they that which times".split()
)


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text, in order; those without a unit are left out, they compare with nothing."""
    folded = fold(text)
    found = []
    for match in _CLOCK.finditer(folded):
        hour = int(match.group(1) or match.group(4)) % 24
        half = match.group(3) or match.group(5)
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        found.append(Quantity(hour * 60 + int(match.group(2) or 0), "clock", match.group()))
    for match in _AMOUNT.finditer(_CLOCK.sub(" ", folded)):
        unit = (match.group("sign") or match.group("unit") or "").strip(" -")
        unit = unit.split()[-1].split("-")[-1] if unit else ""
        if not unit or unit in _NO_UNIT:
            continue
        number = match.group("number")
        value = float(_NUMBER_WORDS.get(number, -1)) if number in _NUMBER_WORDS else _value(number)
        name = _UNITS.get(unit) or _UNITS.get(unit.rstrip("s")) or stem(unit)
        name, factor = _CONVERT.get(name, (name, 1))
        found.append(Quantity(round(value * factor, 4), name, match.group().strip()))
    return found


def _value(number: str) -> float:
    """5,000 and 5 000 are thousands; 2,5 is a decimal."""
    plain = re.sub(r"[ ,](?=\d{3}\b)", "", number)
    return float(plain.replace(",", "."))


# --- a sentence of the spec beside the claim --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that stands on one side of the claim, and why."""

    clause: Clause
    quote: str
    stance: str
    strength: float
    reason: str


LEAST_SHARED = 2
"""Words that a sentence must share with the claim before its numbers mean anything for it."""


def compare(claim: Claim, clause: Clause) -> Iterator[Finding]:
    """Findings by quantity: the same kind of number on both sides of the claim, one of them the spec's."""
    seen, wanted = quantities(claim.observed), quantities(claim.expected)
    said = set(words(f"{claim.observed} {claim.expected}"))
    topic = set(words(clause.title))
    for sentence in clause.sentences():
        there = quantities(sentence)
        shared = len((set(words(sentence)) | topic) & said)
        if not there or shared < LEAST_SHARED:
            continue
        for unit in sorted({q.unit for q in there}):
            spec = {q.value: q for q in there if q.unit == unit}
            observed = {q.value: q for q in seen if q.unit == unit}
            expected = {q.value: q for q in wanted if q.unit == unit}
            if len(spec) != 1 or not observed or not expected or set(observed) & set(expected):
                continue  # several limits in one sentence, or nothing to hold against it: for a person
            value, quantity = next(iter(spec.items()))
            strength = min(1.0, shared / 6)
            if value in observed and value not in expected:
                wanted_text = next(iter(expected.values())).text
                yield Finding(
                    clause,
                    sentence,
                    SUPPORTS_OBSERVED,
                    strength,
                    f"The spec says {quantity.text}, and that is what you saw; you would rather have {wanted_text}.",
                )
            elif value in expected and value not in observed and len(observed) == 1:
                seen_text = next(iter(observed.values())).text
                yield Finding(
                    clause,
                    sentence,
                    SUPPORTS_EXPECTED,
                    strength,
                    f"The spec says {quantity.text}, as you expected; you saw {seen_text}.",
                )


STANCES = {SUPPORTS_OBSERVED: CHANGE, SUPPORTS_EXPECTED: BUG}
"""The system does as the spec says, and the requester wants otherwise: change. The spec promises it: bug."""
