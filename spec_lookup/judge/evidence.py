"""What can be read off a claim's own words, without any clause. Rules as tables; each reading says why.

A reading that is not clear yields nothing: a wrong verdict costs more than none. No rule here holds a claim against
a clause; that is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.router import QUESTION, SETUP
from spec_lookup.judge.sentences import Reason
from spec_lookup.judge.verdict import MISC
from spec_lookup.search.words import fold


@dataclass(frozen=True, slots=True)
class Route:
    """A verdict that rests on the claim alone."""

    category: str
    reason: Reason


def any_of(*patterns: str) -> re.Pattern[str]:
    """A pattern for all of these, in any case, line by line."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.MULTILINE)


_NOT_SEEN = any_of(
    r"\b(?:expect(?:s|ed|ing)?|should|shall|ought to|would (?:like|want|prefer|love)|want(?:s|ed)?|wish(?:es|ed)?)\b",
    r"\b(?:instead of|rather than|supposed to|must (?:be|show|say|give|not)|hop(?:e|ed|ing) (?:for|to))\b",
    r"\b(?:manual|handbook|documentation|docs|article|colleague|boss|manager|customer|supplier|vendor|e-?mail|letter)"
    r" (?:says?|said|reads?|claims?|claimed|writes?|wrote|calls?|mentions?|mentioned|about)\b",
)
"""A sentence that tells what is wanted, or what somebody else said, tells nothing that was seen."""

_INTENT = any_of(
    r"\b(?:i|we) (?:just |only )?(?:want|wanted|wish|wished|hoped) to\b[^.?!,]{1,80}?,? (?:and|but)\b(?! (?:i|we)\b)"
)
"""What was meant to be done, up to what came of it: "I wanted to book and got an error page"."""

_MAIL_BELOW = any_of(
    r"^-{3,} ?(?:original|forwarded) message\b",
    r"^begin forwarded message\b",
    r"^from: [^\n]{1,200}\n(?:sent|date|to|subject): ",
    r"^on [^\n]{1,200} wrote:",
)
"""Where pasted mail begins: all below it is somebody else's."""

NEAR_BEFORE = 80
"""Characters before a quotation that are looked at for who says it."""

_QUOTED_LINE = re.compile(r"^[ \t]{0,8}[>|].*$", re.MULTILINE)
_QUOTATION = re.compile(r"[\"\u201c\u201e\u00ab]([^\"\u201c\u201d\u201e\u00ab\u00bb\n]{1,300})[\"\u201d\u201c\u00bb]")
_SHOWN_BEFORE = re.compile(
    r"\b(?:shows?|showed|displays?|displayed|appears?|appeared|gets?|got|see|saw|page|screen|popup|window|message|error"
    r"|system|it|ct2|says|reads|with|gives?|gave)\W{1,3}$"
)
"""What stands before a quotation that was seen on a screen; any other is somebody's words."""

_WRAPPED = re.compile(r"(?<=[^\n]{60})\n(?=[^\n])")
"""The end of a line that goes on in the next, as mail programs break lines."""

_SENTENCES = re.compile(r"(?<=[.!?;])\s|\n")

_PERSON = (
    r"(?:colleague|employee|joiner|starter|trainee|apprentice|temp|intern|locum|nurse|clerk|assistant|team member|hire)"
)

_SETUP = any_of(
    r"\b(?:create|set ?up|add|register|activate|make)\b[^.?!]{0,40}"
    r"\b(?:users?|logins?|log-ins?|accounts?|access|client compan(?:y|ies)|firm)\b",
    rf"\b(?:set ?up|register)\b[^.?!]{{0,20}}\b(?:us|{_PERSON}|client|company|customer)\b",
    rf"\b(?:user|login|log-in|account|access)s? (?:for|please)\b[^.?!]{{0,30}}\b(?:new|the|our|{_PERSON})\b",
    r"\bneeds?\b[^.?!]{0,20}\b(?:login|log-in|account)\b",
    r"\bnew (?:user|client|client company|company|customer) (?:for|from|to|called|named|please|starts|joins|wants)\b",
    rf"\b(?:new|additional) {_PERSON}s?\b[^.?!]{{0,60}}\b(?:from|starts?|joins?|works?|begins?|on the|next)\b",
    r"\b(?:forgot(?:t?en)?|reset|lost)\b[^.?!]{0,20}\b(?:pass?words?|pw|pin|code|second factor)\b",
    r"\b(?:pass?word|pw|pin)\b[^.?!]{0,30}\b(?:forgot(?:ten)?|reset|expired)\b",
)

_ASKS_FOR = any_of(
    r"\b(?:please|pls|plz|kindly|needs?|wants?|would like|we'd like|i'd like|should (?:get|have|be able)|requires?)\b",
    r"\b(?:can|could|will|would) (?:you|some(?:one|body)|any(?:one|body))\b",
    r"^\W*(?:create|set ?up|add|register|activate|deactivate|reset|enable|invite)\b",
    r"\b(?:joins|joining|starts|starting|begins|forgot(?:t?en)?|successor)\b",
)
"""What somebody says who wants something to be set up, and not who tells that it was."""

_ACCESS = any_of(
    r"\b(?:users?|log-?ins?|log(?:ged)? ?(?:in|on)|sign(?:ed)? ?(?:in|up|on)|acc(?:oun)?ts?|access|pass?words?|pw|pin"
    r"|rights|roles?|permissions?|cards?|badges?|invit\w+|register\w*|deactivat\w*|compan(?:y|ies)|firm|clients?"
    r"|cust(?:omer)?s?|member|tenant)\b"
)
"""What is set up: somebody's way into the system, or a company in it."""

_IMAGINED = any_of(r"\b(?:suppose|supposing|imagine|hypothetical\w*)\b")

_BEGINS = r"(?:^|[.!?,;:-]\s{1,4})(?:hello|hi|hey|dear \w{1,40}|and|so|but|please|question)?[\s,:]{0,4}"

_QUESTION = any_of(
    _BEGINS + r"how (?:do|can|could|should|would|must|much|many|long|often|to)\b",
    _BEGINS + r"(?:where|when|who|which|what) (?:do|does|is|are|can|could|should|will|must|would)\b",
    r"\b(?:is|are) there (?:a|any|some) (?:way|possibility|list|guide|manual)\b",
    r"\bwhat (?:do|should|must) (?:i|we) (?:do|ask|send|bring|have to)\b",
    r"\bwhere does one\b",
    r"\b(?:please explain|tell (?:me|us) (?:how|where|when|what|who)|family asks|client asks)\b",
)

_ANSWER = any_of(r"\A\W*(?:an? )?(?:answer|explanation|information|advice|help|instructions?|to know)\b", r"\A\W*\Z")

_WISH = any_of(
    r"\b(?:would|could|might) be (?:nice|great|good|helpful|useful|handy)\b",
    r"\b(?:it would|we would|we'd|i'd|i would) (?:like|love|help|appreciate|prefer)\b",
    r"\b(?:please|could you|can you|can we|could we) (?:also )?"
    r"(?:add|introduce|offer|provide|support|build|make|have|get)\b",
    r"\b(?:feature|enhancement|improvement|suggestion|wish)\b",
    r"\b(?:there (?:is|'s) no|(?:has|have) no(?! (?:login|log-in|account|access|user|password|rights|card)\b)|no way to"
    r"|not possible to|missing)\b",
    r"\b(?:could|can) \w+ (?:also|handle)\b",
)

_INCIDENT = any_of(
    r"\b(?:yesterday|today|tonight|last (?:night|week|month)|this (?:morning|week))\b",
    r"\bsince (?:the|\d+ \w+|monday|tuesday|wednesday|thursday|friday|it)\b",
    r"\b(?:on|by) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    r"\b(?:i|we) (?:saved|added|uploaded|clicked|pressed|typed|entered|attached|sent)\b",
    r"\b(?:shows?|reads|says|displays?)\b[^.]{0,30}[\"“'][^\"”']{1,200}[\"”']",
)
"""What only a report of something that happened says."""

_DEVIATION = any_of(
    r"\b(?:instead of|although|even though|despite|but|still|wrong(?:ly)?)\b",
    r"\b(?:not|cannot|never|no (?:longer|more)|any ?more)\b",
    r"(?<=\w)n't\b",
    r"\b(?:refused|rejected|blocked|twice|nobody|nowhere|gone|empty)\b",
)

_NOT_KNOWING = any_of(r"\b(?:do not|don't|did not|didn't|cannot|can't|not) (?:know|find|sure|see how|understand)\b")
"""What a person says who asks: no sign that something behaves otherwise than it should."""


_FIRST_SENTENCE = re.compile(r"(?<=[.!])\s")
"""A question at the end of a report ("is it only me?") does not make it a question."""

TO_SET_UP = Reason("set-up")
ASKS = Reason("question")

ROUTES: Mapping[str, Route] = {SETUP: Route(MISC, TO_SET_UP), QUESTION: Route(MISC, ASKS)}
"""The verdict of each kind of claim that needs no clause and is no failure (failures.py)."""


def route(claim: Claim) -> Route | None:
    """The verdict that needs no clause, if the claim calls for one in so many words."""
    folded = fold(f"{claim.observed}\n{claim.steps}")
    summary = fold(claim.summary)
    if _SETUP.search(folded) and not _DEVIATION.search(summary):
        return ROUTES[SETUP]
    begins = f"{summary}\n{_FIRST_SENTENCE.split(fold(claim.what_happened), 1)[0]}"
    asks = _QUESTION.search(begins)
    if asks and expects_answer(claim) and not deviates(claim):
        return ROUTES[QUESTION]
    return None


def seen(claim: Claim) -> str:
    """What the requester says that they saw, folded: no pasted mail, no quotation of others, nothing wished for."""
    return "\n".join(_seen_in(fold(part)) for part in (claim.summary, claim.what_happened, claim.steps))


def own_sentences(text: str) -> list[str]:
    """The sentences of a text, folded: no pasted mail, no quotation of others, nothing wished for."""
    return [sentence.strip() for sentence in _seen_in(fold(text)).split("\n") if sentence.strip()]


def _seen_in(text: str) -> str:
    below = _MAIL_BELOW.search(text)
    own = _QUOTED_LINE.sub("", text[: below.start()] if below else text)
    sentences = (_after_intent(sentence) for sentence in _SENTENCES.split(_WRAPPED.sub(" ", own)))
    return "\n".join(_QUOTATION.sub(_as_seen, sentence) for sentence in sentences if not _NOT_SEEN.search(sentence))


def _after_intent(sentence: str) -> str:
    """A sentence without what somebody meant to do, if it goes on with what came of it."""
    return _INTENT.sub("", sentence, count=1)


def _as_seen(quotation: re.Match[str]) -> str:
    before = quotation.string[max(0, quotation.start() - NEAR_BEFORE) : quotation.start()]
    return quotation.group(1) if _SHOWN_BEFORE.search(before) else " "


def deviates(claim: Claim) -> bool:
    """Whether a claim has words of something that is otherwise than it should be."""
    return bool(_DEVIATION.search(_NOT_KNOWING.sub(" ", fold(f"{claim.observed}\n{claim.steps}"))))


def expects_answer(claim: Claim) -> bool:
    """Whether nothing is expected, or nothing but an answer."""
    return bool(_ANSWER.search(fold(claim.expected)))


def asks_for(claim: Claim) -> bool:
    """Whether a claim asks for something to be set up."""
    return bool(_ASKS_FOR.search(fold(f"{claim.observed}\n{claim.steps}\n{claim.expected}")))


def names_access(claim: Claim) -> bool:
    """Whether a claim names a way into the system or a company."""
    return bool(_ACCESS.search(fold(f"{claim.observed}\n{claim.expected}")))


def imagines(claim: Claim) -> bool:
    """Whether a claim tells what might be."""
    return bool(_IMAGINED.search(fold(claim.observed)))


def wishes(claim: Claim) -> bool:
    """Whether the claim asks for something rather than tells of something that went wrong."""
    folded = fold(f"{claim.summary}\n{claim.what_happened}\n{claim.expected}")
    return bool(_WISH.search(folded)) and not _INCIDENT.search(folded)
