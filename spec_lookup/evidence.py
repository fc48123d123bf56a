"""What can be read off a claim and a clause mechanically. Rules as tables; each finding says why.

Three kinds of reading:

- `route`: what needs no clause (a failure, set-up, a question, a wish for something new);
- `wishes`: whether a claim asks for something rather than reports it;
- `compare`: which side of the claim a sentence of the spec stands on, by its quantities and limits.

A reading that is not clear yields nothing: a wrong verdict costs more than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec_lookup.claim import Claim
from spec_lookup.clause import Clause
from spec_lookup.quantity import Limit, Quantity, limits, quantities
from spec_lookup.router import FAILURE, NEW, QUESTION, SETUP
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
    r"\bsince (?:the|\d+ \w+|monday|tuesday|wednesday|thursday|friday|it)\b",
    r"\b(?:on|by) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    r"\b(?:i|we) (?:saved|added|uploaded|clicked|pressed|typed|entered|attached|sent)\b",
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


_ASKS = "You ask a question. The clauses below may answer it."
NEW_TO_SPEC = "You ask for something that the spec does not have. That is a request for a change."

ROUTES: Mapping[str, tuple[str, str]] = {
    FAILURE: (BUG, _FAILED),
    SETUP: (MISC, _TO_SET_UP),
    QUESTION: (MISC, _ASKS),
    NEW: (CHANGE, NEW_TO_SPEC),
}
"""Category and reason for each kind of claim that needs no clause. Behaviour is not among them: it needs one."""


def route(claim: Claim) -> Route | None:
    """The verdict that needs no clause, if the claim calls for one in so many words."""
    said = fold(f"{claim.observed}\n{claim.steps}")
    summary = fold(claim.summary)
    if _FAILURE.search(said) and not _NO_FAILURE.search(said):
        return Route(BUG, 0.85, _FAILED)
    if _SETUP.search(said) and not _DEVIATION.search(summary):
        return Route(MISC, 0.8, _TO_SET_UP)
    begins = f"{summary}\n{_FIRST_SENTENCE.split(fold(claim.what_happened), 1)[0]}"
    asks = _QUESTION.search(begins)
    if asks and expects_answer(claim) and not deviates(claim):
        return Route(MISC, 0.75, _ASKS)
    return None


def deviates(claim: Claim) -> bool:
    """Whether a claim has words of something that is otherwise than it should be."""
    return bool(_DEVIATION.search(_NOT_KNOWING.sub(" ", fold(f"{claim.observed}\n{claim.steps}"))))


def expects_answer(claim: Claim) -> bool:
    """Whether nothing is expected, or nothing but an answer."""
    return bool(_ANSWER.search(fold(claim.expected)))


def wishes(claim: Claim) -> bool:
    """Whether the claim asks for something rather than tells of something that went wrong."""
    said = fold(f"{claim.summary}\n{claim.what_happened}\n{claim.expected}")
    return bool(_WISH.search(said)) and not _INCIDENT.search(said)


# --- a sentence of the spec beside the claim --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that stands on one side of the claim, and why. If it does not decide, it can only cast doubt."""

    clause: Clause
    quote: str
    stance: str
    strength: float
    reason: str
    decides: bool


LEAST_SHARED = 2
"""Words that a sentence must share with the claim before its numbers mean anything for it."""

SHARED_WITH_LIMIT = 3
"""The same for limits, which take more reading."""

ENOUGH_SHARED = 6
"""Words in common that make a sentence certain to be about the claim."""

NUMBER = 1.0
LIMIT = 0.6
"""How strong a finding is at most: the very same number, or a side of a limit."""

PERMISSION = 0.6
"""The same for what is allowed or forbidden."""

_EXCEPTION = _any(r"\b(?:unless|except|only if|other than|apart from)\b")
_DENIAL = _any(
    r"\b(?:no|(?<!or )not|never|none|nobody|nothing|cannot|neither|nor)\b",
    r"\w+n't\b",
    r"\b(?:refus|reject|impossib|forbid|forbidden|missing|fails?\b|failed|unable|den(?:y|ied|ies)\b)",
)
_REFUSED = _any(
    r"\b(?:refus|reject|bounced|forbidden|denied|grey|gray|thrown back|turns? red)",
    r"\b(?:cannot|can't|couldn't|could not|can not|unable to)\b",
    r"\b(?:won't|doesn't|didn't|does not|will not|would not|wouldn't) (?:let|take|accept|allow|go)\b",
    r"\bnot (?:possible|allowed|valid|offered|taken|accepted|permitted)\b",
    r"\bno (?:button|option|way|menu|icon|entry|\W\w+\W)\b",
    r"\b(?:button|icon|menu|item|field|option)\b[^.]{0,30}\b(?:missing|not there|isn't there|gone)\b",
)
_CONDITION = _any(
    r"\b(?:unless|except|if|only|other than|apart from|when|once|twice)\b",
    r"\b(?:until|within|before|after|at most|at least|up to)\b",
    r"\d",
)
_FORBIDDEN = _any(
    r"\b(?:cannot|can't|can not|may not|must not|no way|not (?:possible|allowed))\b",
    r"\b(?:is|are) (?:not|never) \w+(?:ed|en|out|back|off)\b",
)
_ALLOWED = _any(r"\b(?:can|may)\b", r"\b(?:is|are) (?:possible|allowed)\b")
_FREE = re.compile(r"\b(?:no|without(?: any)?) (?:extra )?(?:charge|cost|fee)s?\b|\bfree of charge\b")
_SEGMENT = re.compile(r"[.:;,!?()\n]+\s")


@dataclass(frozen=True, slots=True)
class _Sides:
    """A claim beside one sentence of a clause, ready to be compared. Values by unit, with their words."""

    sentence: str
    said: frozenset[str]
    subject: frozenset[str]
    seen: Mapping[str, Mapping[float, str]]
    wanted: Mapping[str, Mapping[float, str]]
    there: Mapping[str, Mapping[float, str]]
    observed: str
    expected: str

    @property
    def shared(self) -> int:
        """Words that the sentence, under its title, has in common with the claim."""
        return len(self.subject & self.said)


Reading = Iterator[tuple[str, str]]
"""Stances with their reasons, as a rule finds them."""


NEAR_ENOUGH = 0.8
"""How near a clause must be, beside the nearest, for its numbers to decide: the same number stands in many clauses."""


def compare(claim: Claim, clause: Clause, nearness: float = 1.0) -> Iterator[Finding]:
    """What each sentence of a clause says for or against the claim.

    `nearness` is 1 for the clause that was found first and less for the others, whose numbers count less. A limit
    speaks of every number with its unit, so it decides only in the nearest clause; in the others it casts doubt.
    """
    seen, wanted = _by_unit(quantities(claim.observed)), _by_unit(quantities(claim.expected))
    said = frozenset(words(f"{claim.observed} {claim.expected}"))
    topic = frozenset(words(clause.title))
    for sentence in clause.sentences():
        there = _by_unit(quantities(sentence))
        subject = frozenset(words(sentence)) | topic
        if not there or not _is_row_of(sentence, said):
            continue
        sides = _Sides(sentence, said, subject, seen, wanted, there, claim.observed, claim.expected)
        if sides.shared < LEAST_SHARED:
            continue
        certainty = min(1.0, sides.shared / ENOUGH_SHARED)
        for stance, reason in _same_number(sides):
            yield Finding(
                clause, sentence, stance, NUMBER * certainty * nearness, reason, decides=nearness >= NEAR_ENOUGH
            )
        for stance, reason in _limit(sides):
            yield Finding(clause, sentence, stance, LIMIT * certainty, reason, decides=nearness == 1)
    yield from _permissions(claim, clause, said, decides=nearness == 1)


def _permissions(claim: Claim, clause: Clause, said: frozenset[str], *, decides: bool) -> Iterator[Finding]:
    """What was refused is what a sentence allows, or forbids, without any condition: then it is on that side."""
    if not _REFUSED.search(fold(claim.observed)) or _DENIAL.search(fold(claim.expected)):
        return
    topic = frozenset(words(clause.title))
    for sentence in clause.sentences():
        rule = _plain(sentence)
        shared = len((frozenset(words(sentence)) | topic) & said)
        if _CONDITION.search(rule) or shared < SHARED_WITH_LIMIT:
            continue
        strength = PERMISSION * min(1.0, shared / ENOUGH_SHARED)
        if _FORBIDDEN.search(rule):
            reason = "The spec says that this is not possible, which is what you saw."
            yield Finding(clause, sentence, SUPPORTS_OBSERVED, strength, reason, decides)
        elif _ALLOWED.search(rule):
            yield Finding(
                clause, sentence, SUPPORTS_EXPECTED, strength, "The spec says that this is possible.", decides
            )


def _same_number(sides: _Sides) -> Reading:
    """The spec's number is that which was expected, or that which was seen, and not both."""
    for unit, spec in sides.there.items():
        seen, wanted = sides.seen.get(unit, {}), sides.wanted.get(unit, {})
        only_seen = [value for value in seen if value not in wanted]
        promised = [value for value in wanted if value in spec]
        met = [value for value in only_seen if value in spec]
        if promised and only_seen and not met:
            yield (
                SUPPORTS_EXPECTED,
                f"The spec says {spec[promised[0]]}, as you expected; you saw {seen[only_seen[0]]}.",
            )
        elif met and wanted and not promised and len(spec) == 1:
            yield (
                SUPPORTS_OBSERVED,
                f"The spec says {spec[met[0]]}, which is what you saw; you want {next(iter(wanted.values()))}.",
            )


def _limit(sides: _Sides) -> Reading:
    """The spec's only limit of that unit: what is wanted lies beyond it, or what was seen lies on one side of it."""
    found = limits(sides.sentence)
    if sides.shared < SHARED_WITH_LIMIT or len(found) != 1 or _EXCEPTION.search(sides.sentence):
        return
    limit = found[0]
    unit = limit.quantity.unit
    wanted = sides.wanted.get(unit, {})
    if len(sides.there[unit]) > 1 or limit.quantity.value in wanted:
        return
    beyond = [text for value, text in wanted.items() if not limit.holds(value)]
    if limit.strict and wanted and len(beyond) == len(wanted) and not _DENIAL.search(fold(sides.expected)):
        yield (
            SUPPORTS_OBSERVED,
            f"The spec's limit is {limit.quantity.text}; {beyond[0]}, which you want, is beyond it.",
        )
    else:
        yield from _side_of_limit(sides, limit, {**sides.seen.get(unit, {}), **wanted})


def _side_of_limit(sides: _Sides, limit: Limit, values: Mapping[float, str]) -> Reading:
    """On this side of the limit is what the sentence says, on the other side the opposite."""
    on_this_side = {limit.holds(value) for value in values}
    wish = _same_thing(sides.expected, sides.sentence)
    if len(on_this_side) != 1 or not wish:
        return
    is_so = on_this_side == {not _denies(sides.sentence, frozenset())}
    is_wanted = not _denies(wish, frozenset(words(sides.sentence)))
    value = next(iter(values.values()))
    side = "within" if on_this_side == {True} else "outside"
    found = f"The spec's limit is {limit.quantity.text}, and {value} is {side} it;"
    if is_so == is_wanted:
        yield SUPPORTS_EXPECTED, f"{found} what you expected is what the spec says."
    else:
        yield SUPPORTS_OBSERVED, f"{found} what you saw is what the spec says."


def _by_unit(found: list[Quantity]) -> dict[str, dict[float, str]]:
    """The words of each value, by unit."""
    values: dict[str, dict[float, str]] = {}
    for quantity in found:
        values.setdefault(quantity.unit, {}).setdefault(quantity.value, quantity.text)
    return values


def _is_row_of(sentence: str, said: frozenset[str]) -> bool:
    """Whether the row of a table is about the claim: its first cell names what the claim names. All else may be."""
    if not sentence.startswith("|"):
        return True
    head = words(sentence.split("|")[1])
    return all(word in said for word in head)


def _same_thing(text: str, sentence: str) -> str:
    """The part of a text that speaks of the same thing as the sentence, numbers and units apart; "" if none does."""
    subject = {word for word in words(_plain(sentence)) if not word[0].isdigit()} - _UNIT_WORDS
    best = max(_SEGMENT.split(_plain(text)), key=lambda part: len(subject.intersection(words(part))))
    return best if subject.intersection(words(best)) else ""


def _plain(text: str) -> str:
    """Folded, with "no charge" as "free"."""
    return _FREE.sub("free", fold(text))


def _denies(text: str, but: frozenset[str]) -> bool:
    """Whether a text says that something is not so; words that the other side uses for the thing itself don't count."""
    denials = [match.group() for match in _DENIAL.finditer(_plain(text))]
    return len([word for word in denials if stem(word) not in but]) % 2 == 1


_UNIT_WORDS = frozenset(words("minutes hours days weeks months years percent number times"))

STANCES = {SUPPORTS_OBSERVED: CHANGE, SUPPORTS_EXPECTED: BUG}
"""The system does as the spec says, and the requester wants otherwise: change. The spec promises it: bug."""
