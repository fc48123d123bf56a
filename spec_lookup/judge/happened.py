"""Whether words for a crash tell of one that happened, in this program.

They may tell of another program, of a crash that is over, or of a page that is only spoken of. A crash is decided
without a clause, so what stands around its words has to leave no doubt. In doubt a person decides.
"""

from __future__ import annotations

import re

from spec_lookup.judge.evidence import any_of
from spec_lookup.judge.language import is_legible

NEAR = 80
"""Characters before and behind the words that are looked at, within their sentence."""

_DENIED_WITHIN = re.compile(
    r"\b(?:no longer|no more|never|not|hardly|rarely|seldom|used to) (?:\w+ )?(?:crash|hang|hung|froze|freez|quit|clos)"
)
_DENIED_BEHIND = re.compile(
    r"^ (?:(?!(?:and|but|so|or|when|while|if|because|then|which|that)\b)[\w'-]{1,20} ){0,4}"
    r"(?:(?<!not )any ?more|no more|no longer|never again)\b"
)
_ONLY_SAID = re.compile(
    r"\b(?:afraid|worried|worry|fear(?:ed)?|announced?|treats?|handles?|trainer (?:showed|said)|in the slides?"
    r"|(?:on|in) (?:the|an?) (?:internet|web|forum|review)|(?:in|during|for) (?:the|an?|our) (?:training|drill"
    r"|tutorial)|as an example)\b"
)
"""A sentence that tells what might be, what is said elsewhere or was shown in a training."""

_NOT_NOW = re.compile(
    r"\b(?:years?|months?|weeks) ago\b|\bin the past\b|\b(?:i|we|they) (?:plan|will|shall|intend)\b"
    r"|\bgoing to\b|\bwe'll\b"
)
_ASKS_FOR = re.compile(r"^\W{0,5}(?:and |so |please )?(?:could|can|would|may|will|might|is it possible|how about)\b")
_STOPPED = re.compile(r"^s? (?:have |has )?(?:now |all )?(?:stopped|ended|ceased)\b")
"""A sentence about another time, or one that asks for something."""

_OWN_CAUSE = re.compile(r"^[^\n]{0,30}\bbecause (?:of )?(?:my|our|i|we)\b")

_MEANING_ASKED = re.compile(r"\bwhat(?: does| do| is| are|'s)(?: (?:the|an?|this|that|your))?(?: [\w'-]{1,20})? $")

_PAGE = re.compile(r"error (?:page|screen)|stack ?trace")
_PAGE_SPOKEN_OF = re.compile(
    r"(?:\b(?:needs?|nicer|better|prettier|new|own|translated?|texts?|wording|designs?|titles?|colou?rs?|logos?|tests?"
    r"|translations?|fonts?|layouts?|buttons?|links?|pictures?|images?)"
    r"(?: (?:of|on|in|for|to|the|an?|our|your|this|that)){0,2} )$"
)
_PAGE_DESCRIBED = re.compile(
    r"^(?:'s)? (?:(?:is|are|was|were|has|had)"
    r"(?! (?:what|all|shown|displayed|back|there|coming|come|appear|still|again))"
    r"|looks?|looked|needs?|could|went|should|texts?|wording|design|layout)\b"
)
_WRITING = re.compile(r"\b(?:spelling|typos?|wording|misspel\w+|translat\w+|logo|fonts?|grammar)\b")
"""An error page that is spoken of and was not met: its text, its looks."""

_COLOUR = re.compile(r"\b(?:white|black|blank)\b")
_LOOKS = re.compile(
    r"^ and (?:white|black)\b|\b(?:colou?rs?|design|themes?|dark mode|prefer\w*|nicer|better|bright\w*)\b"
)
"""A page whose looks are spoken of, and not that it shows nothing."""

_NO_PLACE = r"(?<!\bon )(?<!\bin )(?<!\bwith )(?<!\bfrom )"
_OWN_DEVICE = (
    r"(?:my|our|his|her|their|your) (?:\w+ )?(?:(?:mobile|smart)?phone|mobile|laptop|pc|computer|router|printer"
    r"|scanner|tv|watch|car|bank)"
)
_OTHER_PRODUCT = (
    r"(?:windows|outlook|excel|powerpoint|teams|zoom|skype|whatsapp|android|ios|linux|macos|sap|gmail|facebook|google"
    r"|paypal|netflix|youtube|instagram)"
)
_DOES = r"(?:shows?|showed|gives?|gave|displays?|says?|has|had|gets?|got|always|often|also|now|still|itself|with)"
_OTHERS_BEFORE = re.compile(
    rf"{_NO_PLACE}\b(?:{_OWN_DEVICE}|{_OTHER_PRODUCT})(?: {_DOES}){{0,2}}(?: (?:an?|me|us))?"
    r"(?: (?!(?:the|this|your|ct2)\b)\w{1,20}){0,2} $"
    r"|\b(?!(?:it|that|there|here|what|let|to|yester|week|month|year)'s)[^\W\d_]{3,20}(?<!day)'s (?:\w{1,20} )?$"
)
"""Whose program it is that fails, where it stands before the failure: Outlook, the bank's app."""

_NETWORK = (
    r"(?:router|modem|wi-?fi|wlan|vpn|firewall|proxy|nas|dns|isp|internet(?: (?:connection|provider|line|access))?"
    r"|(?:network|internet|telephone|power) (?:provider|company|supply|cable|switch)|electricity)"
)
_DEVICE = (
    rf"(?:{_NETWORK}|(?:my|our|his|her|their|your) (?:\w+ )?(?:(?:mobile|smart)?phone|mobile|laptop|notebook|macbook"
    r"|mac|pc|computer|printer|tv|watch|car|switch|network|connection|server room|mouse|keyboard|monitor)"
    r"|the (?:\w+ )?(?:printer|beamer|projector))"
)
_FAILS = (
    r"(?:crash(?:es|ed|ing)?|hangs|hung|freezes|froze|frozen|fails?|failed|down|dead|died|dies|broken?|broke|offline"
    r"|out of order|reboots?|restarts?|rebooted|restarted|blocks|blocked|drops?|dropped|outage|interrupted"
    r"|(?:not|n't) (?:work|working|respond|responding)|no (?:signal|power|connection))"
)
_DEVICE_FAILS = re.compile(
    rf"\b{_DEVICE}\b(?: (?!(?:not|never|and|but|or|so|when|while|if|that|the|it)\b)[\w'-]{{1,20}}){{0,3}}"
    rf" {_FAILS}\b(?!-)"
)
"""The requester's own device or line fails: what fails beside it may come of that."""

_OF_THE_PROGRAM = (
    r"(?:page|app|application|program(?:me)?|tab|form|screen|site|system|portal|calendar|list|export|import|upload|download"
    r"|report|account|dashboard|desk|session|search|ct2|view|window|table|everything|it|that|one)s?"
)
_OWN_THING_FAILS = re.compile(
    rf"\b(?:my|our|his|her|their) (?!{_OF_THE_PROGRAM}\b)(?:[\w'-]{{1,20}} ){{0,2}}(?!{_OF_THE_PROGRAM} )[\w'-]{{2,20}}"
    r" (?:always |often |now |also )?(?:crash(?:es|ed)|hangs|hung|freezes|froze)\b"
)
"""What people call theirs fails, and it is no page and no part of a program."""

_STARTS_WITH_DEVICE = re.compile(rf"\A\W*(?:(?:my|our|the) )?(?:\w+ )?{_DEVICE}\b")
"""A sentence about a device; where "it" fails in the next one, the device does."""

_IT = re.compile(r"^it ")

_OVER_IN_OTHER_LANGUAGES = re.compile(
    r"\b(?:nicht mehr|kein\w*|ohne|behoben|gelost|danke|plus d'erreur|plus d'\w+|ne \w+ plus|sans|resolue?|reparee?"
    r"|corrigee?|merci|ya no|sin|resuelto|arreglado|solucionado|gracias|risolto|grazie|non \w+ piu)\b"
    r"|不再|没有|已解决|已经好|谢谢"
)
"""Words by which German, French, Spanish, Italian and Chinese deny a failure or say that it is over. Where one stands
in a sentence that is not read, who can read it decides."""

_FILE = re.compile(r"corrupt|garbled|damaged|0 ?(?:bytes|kb)")
"""A broken file, which another program shows."""

_OTHERS = any_of(
    r"\bnothing to do with\b",
    r"\bnot (?:your|our|this) (?:app|fault|program(?:me)?|system|site|product)\b",
    r"\b(?:hosted|made|run|sold|built) (?:by|at) (?:another|some other|an ?other|others)\b",
    r"\b(?:our|my|their) own (?:web ?site|site|app|server|system|portal|program(?:me)?|home ?page)\b",
    r"\btheir (?:fault|app|web ?site|server|program(?:me)?)\b",
    rf"{_NO_PLACE}\b(?:{_OTHER_PRODUCT}|word) (?:crash(?:es|ed)|freezes|froze|hangs|hung|closes|closed)\b",
)
"""What is said of a failure that is not this program's."""

_OVER = any_of(
    r"\b(?:it|that|this|error|bug|crash|problem|issue)\b[^.?!\n]{0,30}(?:\b(?:is|are|was|been)|'s) "
    r"(?:now |already |all |finally )?(?:fixed|solved|resolved|repaired)\b",
    r"\b(?:you|you've|they) (?:have )?(?:fixed|solved|resolved|repaired|mended) (?:it|this|that|the)\b",
    r"\bthank(?:s| you)[^.?!\n]{0,20}\b(?:fix|fixing|repair\w*|solving|solution)\b",
    r"\bclose (?:my|the|this|that) (?:ticket|request|report|case|issue)\b|\b(?:you (?:can|may)|please|pls) close it\b",
    r"\b(?:error|crash|page|problem|it|message|failure) (?:is|has) (?:now )?(?:gone(?: away)?|disappeared|vanished) "
    r"(?:since|now|after|thank)",
    r"\b(?:since|after) (?:the|your|this|last|yesterday's|today's) (?:\w+ )?(?:update|fix|patch|release|version"
    r"|restart)\b[^.?!\n]{0,20}\b(?:it|all|everything) works\b",
)
"""What is said of a failure that is over."""

_CONTENT = any_of(
    r"\b(?:that|this|which)(?: is|'s| was) (?:all |just |quite |much |very |also )?(?:fine|good|ok|okay|great|better"
    r"|intended|on purpose|as it should)\b",
    r"\bas (?:it is |it was )?(?:set|configured|agreed|intended|planned)\b",
)
"""What somebody says who is content with it."""


def is_no_failure_of_ours(observed: str) -> bool:
    """Whether what was seen, folded, tells that a failure is another program's, is over or is no failure."""
    if any(way.search(observed) for way in (_OTHERS, _OVER, _CONTENT, _DEVICE_FAILS, _OWN_THING_FAILS)):
        return True
    return any(_OVER_IN_OTHER_LANGUAGES.search(said) and not is_legible(said) for said in observed.split("\n"))


def is_denied(match: re.Match[str]) -> bool:
    """Whether the words of a failure, or those behind them in their sentence, say that there is none any more."""
    behind = match.string[match.end() : match.end() + NEAR].partition("\n")[0]
    return bool(_DENIED_WITHIN.search(match[0]) or _DENIED_BEHIND.search(behind))


def has_happened(match: re.Match[str]) -> bool:
    """Whether what stands around the words of a crash, in their sentence, leaves it one that happened."""
    said = match[0]
    before = match.string[max(0, match.start() - NEAR) : match.start()].rpartition("\n")[2]
    behind = match.string[match.end() : match.end() + NEAR].partition("\n")[0]
    denied = is_denied(match)
    others = (_OTHERS_BEFORE.search(before) and not _FILE.search(said)) or _is_of_a_device(match)
    other_time = _NOT_NOW.search(f"{before} {behind}") or _ASKS_FOR.search(before) or _STOPPED.search(behind)
    told = (
        other_time
        or _MEANING_ASKED.search(before)
        or _ONLY_SAID.search(f"{before} {behind}")
        or _OWN_CAUSE.search(behind)
    )
    return not (denied or others or told or _is_spoken_of(said, before, behind, match.string))


def _is_of_a_device(match: re.Match[str]) -> bool:
    """Whether "it" fails, and the sentence before is about a device of the requester."""
    said = match.string[: match.start()].rstrip("\n").rpartition("\n")[2]
    return bool(_IT.search(match[0]) and _STARTS_WITH_DEVICE.search(said))


def _is_spoken_of(said: str, before: str, behind: str, observed: str) -> bool:
    """Whether a page is spoken of that was not met: what it says, how it looks."""
    if _PAGE.fullmatch(said):
        return bool(_PAGE_SPOKEN_OF.search(before) or _PAGE_DESCRIBED.search(behind) or _WRITING.search(observed))
    return bool(_COLOUR.search(said) and _LOOKS.search(behind))
