"""Failures that a requester saw: a crash of the program, and what is said to be gone, empty or stuck.

A crash is a failure unless one of the nearest clauses speaks of what may be its cause. What is gone or stuck is as
often what the spec says ("drafts are removed after a week") as it is a failure, so nothing is decided by such words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.evidence import any_of, seen
from spec_lookup.judge.happened import has_happened, is_denied, is_no_failure_of_ours
from spec_lookup.judge.sentences import Reason
from spec_lookup.search.clause import Clause
from spec_lookup.search.words import fold

CRASH = Reason("crash")
SOUNDS_LOST = Reason("sounds-lost")

_PROGRAM = r"(?:page|pg|app|application|program(?:me)?|browser|tab|form|screen|site|system|server|import|export|ct2)s?"
_END = (
    r"(?=\W*$|[.,;:!?)]| (?:and|when|while|as|at|on|since|every|each|again|completely|after|before|if|for \d"
    r"|without (?:an?y? )?(?:message|warning|error|notice|word|saying))\b)"
)
"""What follows when a program fails; an object ("freezes the price") tells what it did."""
_OBJECT = (
    r" (?:into|my|our|his|her|their|an?|the(?! (?:moment|second|minute|instant|first|last|next|same|whole|other)))\b"
)
"""What is crashed by somebody or something: a car, a party."""

_ERRORS = any_of(
    r"\b(?:unhandled|null ?pointer|runtime|internal server|fatal|script|unexpected) (?:exception|error)\b",
    r"\b\w+exception\b(?= (?:at|in|:)|[:.(])",
    r"\bstack ?trace\b",
    r"\b(?:http|error|code|status|fehler(?:code)?|erreur|errore|erro|fout|ошибка)[ :#]{0,3}50[0234]\b",
    r"(?:错误|錯誤|エラー)[ :#]{0,3}50[0234]\b",
    r"\b(?:server|site|page|api|app) (?:returns|returned|answers|answered|responds|responded|replies)"
    r"(?: with)?(?: an?)? 50[0234]\b(?! \w+s\b)",
    r"\b50[0234][ :-]{1,3}(?:(?:internal )?server error|bad gateway|service unavailable|gateway time|error"
    r"|unavailable)",
    r"\berror (?:page|screen)\b",
    r"\b(?:bad gateway|gateway time-?out|seg ?faults?|segmentation fault|null ?reference)\b",
    r"\bcore dumped\b|\bpanic: |\bora-\d{5}\b|\bsqlstate\b",
    r"\b(?:type|value|reference|syntax|key|index|range|runtime|attribute|assertion|overflow|memory|import|timeout"
    r"|connection)error\b",
    r"\btraceback \(most recent call|\b[a-z]\w*(?:\.[a-z]\w*){1,9}(?:exception|error)\b",
    r"^\s*at [\w.$<>]{3,200}\([\w./:-]{1,200}:\d+",
    r"\bundefined is not\b|\bunexpected (?:token|end of)\b|\bdivision by zero\b|\btoo many redirects\b",
    r"\bconnection was reset\b|\b(?:site|page) (?:can't|cannot) be reached\b(?! (?:by|from|on foot|with))",
    r"\bnull null\b|#ref!",
    r"\b(?:says?|said|message|page|screen|shows?|sorry|oops)\W{1,3}something went wrong\b",
)
_HANGS = any_of(
    rf"\b{_PROGRAM} (?:\w+ ){{0,2}}(?:froze|freezes|is frozen"
    rf"|(?:hangs|hung)(?! on| because| at the (?:wrong|right|entrance|exit|door|gate|wall))){_END}",
    r"\b(?:bar|progress|upload|download|export|import|sync|update|report)\b[^.?!]{0,40}"
    r"\b(?:stops|stopped|stuck|hangs|hung|stays|frozen) (?:at|on) \d+ ?(?:%|percent)",
    r"\b(?:hangs|hung|freezes|froze|frozen) (?:at|on) \d+ ?(?:%|percent)",
    r"\b(?:spinner|hourglass|little wheel) (?:never|for ever|forever|(?:\w+ ){0,2}(?:turn|spin)(?:s|ing))\b",
    r"\bnothing reacts\b|\b(?:screen|mouse|app|program(?:me)?|tablet|keyboard|browser) (?:is )?"
    r"(?:does not|doesn't|did not|didn't|not) (?:react|respond)(?:ing)?\b",
)
_BROKEN = any_of(
    r"\b(?:corrupt(?:ed)?|garbled|damaged file|(?:file|pdf) is damaged|0 ?(?:bytes|kb))\b",
    r"\b(?:acrobat|excel|word|reader) says? (?:it is |that it is )?damaged\b",
    r"\b(?:page|pg|screen|window|tablet) (?:goes|went|turns|turned|stays|stayed|is) "
    rf"(?:completely |totally |just |all |blank ){{0,2}}(?:white|blank|black){_END}",
    r"\b(?:only|just|nothing but) (?:an? )?(?:completely |totally |all )?(?:white|blank|black) (?:page|screen)\b",
    r"\b(?:question marks|squares|boxes|strange symbols) instead of (?:the |all |its |our )?(?:letters|text|names?)\b",
)
_CLOSES = any_of(
    rf"\b{_PROGRAM} (?:\w+ ){{0,2}}(?:crash(?:es|ed)\b(?!{_OBJECT})|keeps? crashing|quits{_END})",
    r"\b(?:app|program(?:me)?|browser|page) (?:closes|closed|quits|shuts) (?:by )?itself\b",
    r"\bit crashes (?:when|whenever|every|each|as soon as|(?:on|after|while) (?!my|our|his|her|their)\w)",
    r"\b(?:thrown|kicked|back) (?:out )?to the (?:home screen|desktop)\b",
)

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

_SHOWS_ERROR = any_of(
    r"\b(?:crash|stack ?trace|internal (?:server )?error|error (?:page|screen)|(?:error|http|code) 50[0234]\b"
    r"|maintenance|went wrong|test (?:mode|system))"
)
_MAKES_WAIT = any_of(
    r"\b(?:freez|froz|hang(?:s|ing)\b|spinner|lock|wait|queue|overnight|at night|every night|processing|maintenance"
    r"|(?:up to|takes|lasts) .{0,20}(?:seconds|minutes|hours))"
)
_SHOWS_BLANK = any_of(
    r"\b(?:blank|empty|white|black|damaged|corrupt|garbl|preview|shows? nothing|masked|password|protected|encrypt)"
)
_ENDS = any_of(
    r"\b(?:clos(?:es|ed) itself|shuts?|quits?|crash|restart|time-?outs?|timed? out|sign(?:s|ed)? out|log(?:s|ged)? out"
    r"|inactiv|idle|without input|updates? itself|maintenance)"
)

_CRASHES = ((_ERRORS, _SHOWS_ERROR), (_HANGS, _MAKES_WAIT), (_BROKEN, _SHOWS_BLANK), (_CLOSES, _ENDS))
"""Ways to say that the program itself fails, each with the words of a clause that may be the cause."""

_LOSSES = ((_GONE, _REMOVES), (_STUCK, _HOLDS_UP), (_BLANK, _SHOWS_NOTHING), (_NAMED, _NAMES))
"""Ways to say that something is lost or does not end, which is as often what a clause says as it is a failure."""

_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|none|without|nor|neither|cannot|avoids?|prevents?|if|whether|in case of|unless|until|like"
    r"|please|pls|kindly|could you|can you)"
    r"|n't)(?: [\w'-]{1,30}){0,4} ?$"
)
"""What stands before a failure that did not happen: "no", "does not give an", "if there is ever an", "please show"."""

NEAR_BEFORE = 80
"""Characters before a failure that are looked at for that."""


def tells_crash(claim: Claim) -> bool:
    """Whether the requester says in so many words that the program itself failed, and that of nobody else.

    A failure that is over, or a page that is only spoken of, is none.
    """
    observed = seen(claim)
    crashes = [match for said, _ in _CRASHES for match in _matches(said, observed)]
    return not is_no_failure_of_ours(observed) and any(map(has_happened, crashes))


def tells_error(claim: Claim) -> bool:
    """Whether the words of a crash are those of an error that only programs have."""
    return any(map(has_happened, _matches(_ERRORS, seen(claim))))


def mentions_crash(claim: Claim) -> bool:
    """Whether the claim has words for a crash, be it that of another program, or one that is over."""
    return any(_seen(said, claim) for said, _ in _CRASHES)


def tells_loss(claim: Claim) -> bool:
    """Whether the requester says that something is gone, is empty or does not end."""
    return any(_seen(said, claim) for said, _ in _LOSSES)


def is_elsewhere(claim: Claim) -> bool:
    """Whether what fails is another's or is over, so that nothing is said of a failure here."""
    observed = seen(claim)
    said = [match for pattern, _ in (*_CRASHES, *_LOSSES) for match in _matches(pattern, observed)]
    return is_no_failure_of_ours(observed) or all(map(is_denied, said))


def tells_failure(claim: Claim) -> bool:
    """Whether the requester says in so many words that they saw a failure, be it one that a clause explains."""
    return mentions_crash(claim) or tells_loss(claim)


def explaining(claim: Claim, clauses: Sequence[Clause]) -> Clause | None:
    """The first of these clauses that speaks of what may be the cause of what is said to fail, if there is one.

    Of several crashes each needs its own.
    """
    crashes = [_first(cause, clauses) for said, cause in _CRASHES if _seen(said, claim)]
    if crashes:
        return None if None in crashes else crashes[0]
    losses = [_first(cause, clauses) for said, cause in _LOSSES if _seen(said, claim)]
    return next((clause for clause in losses if clause), None)


def _first(cause: re.Pattern[str], clauses: Iterable[Clause]) -> Clause | None:
    return next((clause for clause in clauses if cause.search(_text(clause))), None)


def _text(clause: Clause) -> str:
    return fold(f"{clause.title}\n{clause.markdown}")


def _seen(pattern: re.Pattern[str], claim: Claim) -> list[str]:
    """What a pattern finds in what was seen, without what is denied."""
    return [match.group() for match in _matches(pattern, seen(claim))]


def _matches(pattern: re.Pattern[str], observed: str) -> list[re.Match[str]]:
    return [
        match
        for match in pattern.finditer(observed)
        if not _DENIED_BEFORE.search(observed[max(0, match.start() - NEAR_BEFORE) : match.start()])
    ]
