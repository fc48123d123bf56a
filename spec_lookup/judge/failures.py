"""Failures that a requester saw: a crash, which no clause explains, and what is gone or stuck, which a clause may.

"My draft is gone" is a failure, unless the spec says that drafts are removed after a week. So the nearest clauses are
looked at before such a word is taken for a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.evidence import any_of, seen
from spec_lookup.judge.sentences import Reason
from spec_lookup.search.clause import Clause
from spec_lookup.search.words import fold

CRASH = Reason("crash")
LOSS = Reason("loss")

_CRASH = any_of(
    r"\b(?:unhandled|null ?pointer|runtime|internal server|fatal|script|unexpected) (?:exception|error)\b",
    r"\b\w+exception\b(?= (?:at|in|:)|[:.(])",
    r"\bstack ?trace\b",
    r"\b(?:http )?(?:error )?50[0234]\b(?= |:|\W|$)(?=.{0,40}(?:error|gateway|unavailable|page|time))",
    r"\berror (?:page|500|screen)\b",
    r"\b(?:bad gateway|gateway time-?out|segfault)\b",
    r"\b(?:page|app|application|program|browser|tab|form|screen|site|system|server|program|import|export)s? "
    r"(?:\w+ ){0,2}(?:crash(?:es|ed)|froze|freezes|(?:hangs|hung)(?! on| because))\b",
    r"\b(?:stops|stuck|hangs|stays) (?:at|on) \d+ ?(?:%|percent)",
    r"\b(?:spinner|hourglass) (?:never|for ever|forever|turns|spins)\b",
    r"\b(?:corrupt(?:ed)?|garbled|damaged file|(?:file|pdf) is damaged|says? (?:it is )?damaged|0 bytes)\b",
    r"\b(?:type|value|reference|syntax|key|index|range)error\b",
    r"\b(?:app|program|browser|page) (?:closes|closed|quits|shuts) (?:by )?itself\b",
)
"""A page of an error, a program that crashes or hangs, a file that is broken: whatever the spec says."""

_GONE = any_of(
    r"\b(?:data|text|notes?|entries|photos?|pictures?|files?|lines?|records?|changes)\b[^.]{0,40}"
    r"\b(?:vanish(?:ed|es)?|disappear(?:ed|s)?|(?:is|are|was|were) (?:all )?(?:gone|lost|wiped))\b",
    r"\blost (?:everything|(?:all|half) (?:of )?(?:the|my|our|it)|my (?:text|notes?|work|input|entries|data|draft))\b",
    r"\b(?:everything|all|what|half (?:a |the )?page|text|notes?) (?:that )?(?:i|we)(?:'d| had)? "
    r"(?:typed|entered|wrote)\b[^.]{0,40}\b(?:gone|away|nowhere|lost|empty)\b",
    r"\b(?:is|are|was|were) (?:nowhere|wiped)\b",
)
_STUCK = any_of(
    r"\b(?:froze|frozen|freezes|freezing|(?:hangs|hung|hanging)(?! on| because))\b",
    r"\bloading (?:never|for ever|forever|turns|spins)\b",
    r"\bnever (?:finishes|loads|ends|comes back)\b",
)
_BLANK = any_of(
    r"\b(?:an?|as|with|only|just|nothing but) (?:completely |totally |all )?(?:white|blank|empty|gr[ae]y)"
    r" (?:page|screen|square|box|file|pdf|sheet)\b",
    r"\b(?:unreadable|can't be opened|cannot be opened)\b",
)
_NAMED = any_of(r"\b(?:system|server) (?:exception|error)\b", r"\bexception\b", r"\bcrash(?:es|ed|ing)?\b")

_REMOVES = any_of(
    r"\b(?:remov|delet|expir|laps|purg|discard|withdr[ae]w|cancel|revok|archiv|hid(?:e|es|den|ing)\b|disappear|vanish"
    r"|clear(?:s|ed)\b|clean(?:s|ed)\b|overwr|wip(?:e|ing)|eras(?:e|ing|ure)|anonymi|destroy|kept (?:for|until)"
    r"|keeps? .{0,30}\bfor\b|retention|retain|moved? to\b|no longer|without saving|unsaved|gone\b|lost\b|los(?:e|es)\b"
    r"|not (?:shown|visible|listed|displayed|saved|kept|stored)|timed? ?out|sign(?:s|ed)? out|log(?:s|ged)? out)"
)
_HOLDS_UP = any_of(
    r"\b(?:lock|block|freez|froz|suspend|wait|pending|queue|on hold|held\b|overnight|at night|every night|paus"
    r"|up to .{0,20}(?:minutes|hours)|takes .{0,20}(?:minutes|hours)|until\b|maintenance)"
)
_SHOWS_NOTHING = any_of(
    r"\b(?:blank|empty|gr[ae]y|white|hid(?:e|es|den|ing)\b|shows? nothing|not (?:shown|visible|displayed)|masked"
    r"|password|protected|encrypt|remov|delet|expir)"
)
_NAMES = any_of(r"\b(?:crash|exception|server|system)")

_LOSSES = ((_GONE, _REMOVES), (_STUCK, _HOLDS_UP), (_BLANK, _SHOWS_NOTHING), (_NAMED, _NAMES))
"""Ways to say that something fails or is lost, each with the words of a clause that may be the cause."""

_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|none|without|nor|neither|cannot|avoids?|prevents?|if|whether|in case of|unless|until|like)"
    r"|n't)(?: [\w'-]{1,30}){0,4} ?$"
)
"""What stands before a failure that did not happen: "no", "does not give an", "if there is ever an"."""

NEAR_BEFORE = 80
"""Characters before a failure that are looked at for that."""


def tells_crash(claim: Claim) -> bool:
    """Whether the requester says in so many words that they saw a failure that no clause explains."""
    return bool(_seen(_CRASH, claim))


def tells_loss(claim: Claim) -> bool:
    """Whether the requester says that something is gone, is empty or does not end."""
    return any(_seen(said, claim) for said, _ in _LOSSES)


def tells_failure(claim: Claim) -> bool:
    """Whether the requester says in so many words that they saw a failure, be it one that a clause explains."""
    return tells_crash(claim) or tells_loss(claim)


def denies_failure(claim: Claim) -> bool:
    """Whether failures are spoken of, yet none that was seen."""
    folded = fold(f"{claim.observed}\n{claim.steps}\n{claim.expected}")
    return any(said.search(folded) for said in (_CRASH, *(said for said, _ in _LOSSES))) and not tells_failure(claim)


def explaining(claim: Claim, clauses: Iterable[Clause]) -> Clause | None:
    """The first of these clauses that speaks of what may be the cause; of anything such if it was not said in words."""
    causes = [cause for said, cause in _LOSSES if _seen(said, claim)] or [cause for _, cause in _LOSSES]
    return next((clause for clause in clauses if any(cause.search(_text(clause)) for cause in causes)), None)


def _text(clause: Clause) -> str:
    return fold(f"{clause.title}\n{clause.markdown}")


def _seen(pattern: re.Pattern[str], claim: Claim) -> list[str]:
    """What a pattern finds in what was seen, without what is denied."""
    observed = seen(claim)
    return [
        match.group()
        for match in pattern.finditer(observed)
        if not _DENIED_BEFORE.search(observed[max(0, match.start() - NEAR_BEFORE) : match.start()])
    ]
