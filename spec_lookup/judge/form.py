"""What the form settles: the set-up form and the question form say what they are.

That holds unless the text reports a failure or a behaviour of the system. Words tell that first; where they are silent,
the router tells it by the meaning of what is stated.
"""

from __future__ import annotations

import re

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.evidence import any_of, expects_answer, own_sentences
from spec_lookup.judge.failures import tells_failure
from spec_lookup.judge.sentences import Reason
from spec_lookup.search.words import fold

SETUP_FORM = "setup"
QUESTION_FORM = "question"

REASONS = {SETUP_FORM: Reason("setup-form"), QUESTION_FORM: Reason("question-form")}
"""The forms that say what they are, and what the requester is told."""

REPORTED = {QUESTION_FORM: 0.15, SETUP_FORM: 0.8}
"""The probability of a failure or a behaviour, together, from which statements report one. Chosen on the part `tune` of
tests/data/forms, and on reports of other sets as if they came by these forms."""

REPORTED_BY_WORDS = {QUESTION_FORM: 0.75, SETUP_FORM: 0.97}
"""The same where there is no model for meanings, and less is known."""

REPORTED_IN_TITLE = 0.9
"""The least for a summary: titles without a verb look like reports."""

REPORTED_OF_A_THING = 0.6
"""The same for one sentence beside a set-up that is about a thing and not about a person."""

LEAST_STATED = 3
"""Words from which statements can be judged by their meaning."""

_SIGN_IN = r"(?:sign|log|logg?ed|signed) ?(?:in|on)"
_SYSTEM = (
    r"(?:it|ct2|system|site|portal|page|list|form|screen|search|report|e-?mails?|mails?|message|button|field|tab|menu"
    r"|invitation|link|code|app|invoice|total|notice|status|import|export|print(?:out)?|filter)"
)

_ASKED = any_of(
    r"\b(?:why|how come)\b[^?]{0,40}?\b(?:is|are|was|were|am|do|does|did|has|have|had|can|can't|cannot|could|couldn't"
    r"|will|won't|isn't|aren't|doesn't|don't|didn't|wasn't|hasn't|haven't|must)\b",
    r"\b(?:is|was|are) (?:it|this|that|there)\b[^?]{0,20}\b(?:normal|right|correct|intended|intentional|on purpose"
    r"|(?:only|just) me|me|a bug|known|wrong|broken|down)\b[^?]{0,80}(?:\?|\Z)",
    r"\b(?:am|are) (?:i|we) (?:doing|getting) (?:something|anything|it) wrong\b",
    r"\b(?:how can it be|how is (?:it|that|this) possible|could it be that|can it be that)\b",
    r"\bwhat(?: is|'s| went| goes) wrong\b",
    r"\b(?:system|ct2|page|portal|screen|form|app) (?:always |still )?(?:asks|wants|demands)\b",
    r"\bwhat(?: has)? happened (?:to|with)\b",
)
"""Questions that report: what is asked about has happened."""

_STATED = any_of(
    r"\b(?:does not|doesn't|did not|didn't|do not|don't|not) (?:seem to )?work(?:ing)?\b(?! (?:for|with|at|in|here))",
    r"\bstopped working\b",
    r"\b(?:please|pls|kindly) (?:correct|fix|repair|rectify|put) (?:it|this|that)\b",
    r"\ball \w{1,20} gone\b",
    r"\bnothing happens\b",
    r"\b(?:get|gets|got|getting|shows?|gives?|gave|see|saw|receive[sd]?) (?:me |us )?(?:an?|the|this|some) "
    r"(?:\w{1,20} ){0,2}(?:error|message|warning)\b",
    rf"\b{_SYSTEM} (?:\w{{1,20}} )?(?:(?:refuse|reject|ignore|lose|double|round|show|say|display|find|give|send|save"
    r"|keep|count|sort|start|change|jump|turn|come|print|list|sum)(?:s|d|ed)|refreshes|forgot|found|gave|said|sent|came"
    r"|went|goes|lost)\b(?! you)",
    rf"\b{_SYSTEM} (?:\w{{1,20}} ){{0,2}}(?:still |just |simply |always )?(?:does not|doesn't|did not|didn't|never"
    r"|won't|is not|isn't|was not|wasn't|has not|hasn't|(?:is|was) (?:empty|gone|missing|wrong|gr[ae]y))\b",
    r"\bstill (?:gets?|shows?|sees?|appears?|says?|stands?|receives?|comes?|is there|can(?!not| not))\b",
    r"\b(?:lets?|allow(?:s|ed)) (?:me|us|him|her|them|everybody|anybody|clients?|users?|(?:the|a) \w{1,20})\b(?! know)",
    r"\b(?:was|were) able to\b|\bnobody (?:had to|stopped|asked|noticed)\b",
    r"\b(?:i|we) (?:chose|put|set|left|made|gave|took|sent|saw|wrote|\w{3,15}ed)\b[^.?!]{1,60}\b(?:and|but) "
    r"(?:then |now )?(?:it|the|nothing|my|our)\b",
    r"\b(?:there (?:is|was|'s)|has|see|find) (?:just |only |simply )?no (?:\w{1,20} ){0,2}(?:button|field|menu|option"
    r"|link|entry)\b",
    r"\b(?:never|not) (?:yet )?(?:arrived?|came|come through|delivered|received|saved|updated)\b",
    rf"\b(?:can|could|cannot|can't|couldn't|could not|unable to|not able to|able to)\b[^.?!]{{0,20}}\b{_SIGN_IN}\b",
    r"\b(?:although|even though|though|instead\b(?! of)|twice|two times|double|wrong(?:ly)?|by itself|as before)\b",
    r"\b(?:each|every) time\b",
    r"\bwhen(?:ever)? (?:i|we|he|she|they|you|clients?|users?) [^.?!]{1,60}?\b(?:it|the \w{1,20}|ct2)"
    r" (?:\w{2,20}(?:s|ed)|went|came|froze)\b",
    r"\b(?:yesterday|today|this morning|since \w{1,15})\b[^.?!]{0,60}\b(?:only|no (?:longer|more)|any ?more|gone"
    r"|vanished|disappeared|missing|suddenly|empty)\b",
    r"\b(?:vanish|disappear)(?:ed|s)\b",
    r"\b(?:is|are|was|were|has|have) (?:suddenly|all of a sudden|disappeared|vanished|gone|missing)\b",
)
"""Statements that report: what the system did, or does not do."""

_OTHERWISE = any_of(
    r"\b(?:sees|shows|showed|(?:was|were|got) (?:shown|displayed|printed|rounded|calculated|charged))\b[^.?!\n]{1,60}?"
    r"(?:,| but| and|\.) (?:but |and |though )?(?:(?:he|she|they|it|this|that) )?(?:should|shouldn't)\b(?! (?:i|we)\b)"
)
"""What is seen, and behind it what should be seen."""

_AUXILIARY = r"(?:of|is|are|was|were|am|be|can|may|must|do|does|did|should|will|has|have)"
_NO_DEED = r"(?:needed|need|allowed|required|called|used|based|added|included|related|named|red)"
_COMPLAINS = any_of(
    r"\bwhen (?:will|do|does|are|is|can|could) (?:you|they|it|this|that|somebody|someone|the \w{1,20})\b[^?]{0,40}"
    r"\b(?:fix|repair|mend|correct|solve|restore|work(?:s|ing)? again|sort(?:ed)? out)\w*",
    r"\b(?:finally|at last|for once|ever going to|yet again|right again)\b|(?<!\bi )(?<!\bwe )\bsupposed to\b",
    r"\bwhere\b[^?]{0,60}\b(?:gone|went|vanish\w*|disappear\w*)\b",
    r"\bwhere (?:do|does|did) (?!(?:i|we)\b)[^?]{1,60}\bgo\b",
    rf"\b(?:who|what|which(?: (?!{_AUXILIARY}\b)[a-z]{{2,20}}){{1,2}}) (?:(?:on earth|the hell|has|have) )?"
    rf"(?!{_NO_DEED}\b)(?:[a-z]{{2,20}}ed|broke|took|made|put|gave|sent|hid|wrote|told|let|set|chose)\b"
    r"(?! (?:you|us|me)\b)",
    r"\bwhat(?:'s| is) the (?:point|use|sense|matter)\b|\bwhat sense\b",
    r"\bhow (?:long|often|many times|much longer)\b[^?]{0,40}\b(?:have to|must|need to|wait)\b[^?]{0,60}"
    r"\b(?:until|till|before) (?:it|the|this|that|you|somebody|someone|anybody|anyone|something|anything)\b",
    r"\b(?:stop|prevent|keep|hinder) (?:it|ct2|this|that|them|you|the \w{1,20}) from \w+ing\b",
    r"\b(?:make|get) (?:it|ct2|this|that|them|the \w{1,20}) (?:to )?(?:accept|work|right|correct|stop)\w*",
    r"\b(?:left out|forgot (?!(?:my|our|his|her|their|the) (?:password|pin|code|login))|failed to|incorrect|mistaken"
    r"|wrong|(?:was|were|got|been) (?:refused|rejected)|(?:charged|billed|booked|paid|counted)\b[^?]{0,20}\btwice"
    r"|too (?:high|low))\b",
    r"\b(?:like|as) (?:the|my|our|your|it|he|she|they|ours|mine|his|hers)\b(?: \w{1,20})? "
    r"(?:did|does|said|says|told|tells|was|showed|shows)\b",
    r"\bafter (?:it|the \w{1,20}) (?:had )?(?:\w{2,20}ed|broke|went|did)\b",
    r"\bmy (?:bill|invoice|total|balance) of\b|\bthe fact that\b",
    r"\b(?:do|did) you (?:know|realise|realize) that\b|\bare you aware\b",
    r"\b(?:when|while|although|as soon as) (?:the |your )?(?:app|system|page|form|screen|machine|program|portal"
    r"|site)\b",
    r"\b(?:that|which|what|whose|because|so that)"
    r" (?:the|your|it|they|this|nobody|somebody|my|our|his|her|their|he|she)\b(?! (?:can|may|could|should|must)\b)",
    r"(?<!and)(?<!or)(?<!but)(?<!,) (?:that|which|who) "
    r"(?:(?:is|are|was|were|has|have|had) (?:still|\w{2,20}ed|been|made|taken|put|given|sent)\b"
    r"|(?:never|always|only|still|just)\b|(?:stays?|shows?|keeps?|comes?|came|does|did|goes|went|denies|refuses?"
    r"|takes?|gives?|lists?|prints?|says?|charges?|asks?)\b)",
    r"\b[a-z]{3,20} who (?:\w{2,20}ed|paid|got|lost|had|was|were|came|saw)\b",
)
"""A question of who is not content: it takes for granted that something went wrong."""

_QUESTIONS = re.compile(r"[^.!?\n]{0,1000}\?")

_EXPECTED = any_of(
    r"\b(?:i|we|he|she|they|than) (?:had )?expected\b|\b(?:instead of|rather than) (?:the )?\d",
    r"\bshould (?:have been|(?:be|show|say|read) \d)",
)
"""What should have been, which tells that it was otherwise."""

_OF_THE_PROGRAM = (
    r"(?:pages?|columns?|fields?|reports?|logs?|buttons?|rules?|filters?|statements?|logos?|options?|screens?|menus?"
    r"|themes?|modes?|reminders?|second address|colou?rs?|tabs?|forms?|exports?|imports?|functions?|features?)"
)
_NOBODY = r"(?:(?!(?:to|for|from|with|him|her|them|me|us|mr|ms|mrs|users?|accounts?|logins?|access)\b)[\w-]{1,20} )"
_OF_A_CHANGE = any_of(
    rf"\b(?:make|create|add|introduce|build|put|register|set up|activate|enable|allow|change) {_NOBODY}{{0,4}}"
    rf"(?:(?:account|access|user|login) )?{_OF_THE_PROGRAM}\b",
    r"\badd\b[^.?!]{1,40}\bto (?:the|each|every|all|our) (?:\w{1,20} ){0,2}(?:invoices?|pages?|reports?|screens?"
    r"|user accounts?|receipts?|mails?)\b",
    r"\b(?:create|introduce|make) (?:an?|the) (?:new )?(?:role|user right|right)\b",
    r"\b(?:numbers?|passwords?|codes?|pages?|lists?|reports?|invoices?) (?:should|must|shall|needs? to) "
    r"(?:have|be|show|contain)\b",
    r"\b(?:bigger|smaller|larger|nicer|prettier)\b",
    r"\b(?:raise|lower|increase|reduce|extend|shorten|lengthen) (?:the|our)\b",
    r"\b(?:let|allow) (?:all |our |the )?(?!(?:me|us|him|her|them|mr|ms|mrs)\b)[a-z]{3,20}s\b|\bshould work\b",
    r"\b(?:users?|clients?|customers?|everybody|everyone|people) (?:are|is) not (?:logged|signed|locked) (?:out|in)\b",
    r"(?:^|[.!?,;]\s?)(?:all |our |new |the )?(?:users|clients|customers|guests|members|everybody|everyone|people) "
    r"(?:should|want|need|must|could)\b",
)
"""What is to be otherwise in the program itself, and no set-up of a person or a company."""

_TOLD_BESIDE = any_of(
    r"(?:,|\bsince|\bbecause|\bbut) (?:the|it|they|this|that)\b(?: \w{1,20}){0,2} "
    r"(?:takes?|shows?|lets?|disappears?|vanish\w*|refuses?|sends?|allows?) ?(?!(?:over|part)\b)",
    r"\b(?:he|she|they|it) (?:can|could|sees?|gets?) (?!not\b|be reached|start|help|answer)",
    r"\bit (?:has )?\w{2,20}ed (?:me|us|him|her|them)\b",
    r"\bhas access to\b[^.?!]{0,40}\b(?:other|others|all|every|wrong|strange|foreign)\b",
)
"""What the system does, told in the sentence that asks for a set-up."""

_ADDRESSED = (
    r"\A\W*(?:(?:hello|hi|hey|dear [\w ]{1,30}|sir|madam|and|so|but|also|please|pls|question|kindly|could you|can you"
    r"|would you)[\s,:]{1,3}){0,3}"
)
_FOR_INFORMATION = (
    _ADDRESSED + r"(?:how|where|when (?:do|does|is|are|can|should|will|must|may)|who|whom|which|what|until when"
    r"|since when|may|can|could|should|must|shall|will|is|are|do|does|has|have|in which|to how many|for which"
    r"|by when|whether|if|explain|advise|tell|confirm|inform|clarify|let (?:me|us) know)\b",
    r"\A\W{0,5}\w[\w'-]{0,29}(?:[^\w'?-]{1,3}\w[\w'-]{0,29}){0,3} ?\?\s{0,5}\Z",
    r"\b(?:explain|advise|clarify|inform)\b",
)
_ASKS_FOR_INFORMATION = any_of(
    *_FOR_INFORMATION, r"[,;]? (?:how|where|who|which|what|when|may|can) [^?]{1,80}\?\s{0,5}\Z"
)
"""A sentence that asks for information, and neither why something is as it is nor for something to be done."""

_ASKS = any_of(
    *_FOR_INFORMATION,
    _ADDRESSED + r"did\b",
    r"\b(?:wonder(?:ing)?|asks?|curious|revert)\b",
    r"\bor (?:not|is|are|does|do|can|must)\b[^?]{0,60}\?\s*\Z",
)
"""A sentence that asks; it states nothing."""

_PEOPLE = (
    r"(?:i|we|he|she|they|you|nobody|no one|somebody|someone|everybody|(?:my|our|your|the|some|one|a) "
    r"(?:\w{1,20} )?(?:manager|boss|team|office|colleagues?|clients?|customers?|company|people|trainees?|users?"
    r"|warehouse))"
)
_OF_PEOPLE = any_of(
    rf"\A\W*{_PEOPLE} (?:am|is|are|was|were|will be)(?: not| never| only| also)? "
    r"(?:in|on|off|away|here|there|new|out|at|sure|curious|back|sick|ill|abroad|open|closed|having|going|planning)\b",
    rf"\A\W*{_PEOPLE} (?:have|has|had) (?:never|not|no|to|some|\d+|one|two|three|four|five)\b",
    rf"\A\W*{_PEOPLE} (?:will |would |do not |don't |does not |doesn't )?"
    r"(?:needs?|works?|knows?|thinks?|plans?|likes?|discuss|moves?|changes?|changed (?:his|her|their) minds?)\b",
    r"\A\W*(?:many |very )?thank(?:s| you)\b|\bvery good\b|\bno hurry\b|\bnot (?:urgent|important)\b",
    r"\bsorry\b|\bnew here\b|\A\W*(?:i|we)'ll\b",
)
"""A sentence about people and not about the system."""

_KNOWN = any_of(r"\A\W*(?:and |but )?(?:i|we) know\b")
"""What people know of the world outside."""

_OWN_SLIP = any_of(
    r"\b(?:typed|entered|wrote|spelled|spelt|put|chose)\b[^.?!]{0,30}\bwrong(?:ly)?\b",
    r"\bwrong (?:pin|password|code)\b",
)
"""What people did wrong themselves."""

_PERSON_LACKS = any_of(
    r"\b(?:he|she|they|i|we|\w{2,20}) (?:do not|does not|don't|doesn't|cannot|can't|can not) (?:yet )?"
    r"(?:see|have|open|access|use|edit|reach)\b",
    r"\b(?:he|she|they|i|we) (?:do not|does not|don't|doesn't) (?:yet )?work\b",
    r"\b(?:he|she|they|i|we|\w{2,20}) (?:cannot|can't|can not) (?:yet )?work\b",
    r"\b(?:has|have|had) (?:still |yet )?(?:no|not)\b",
)
"""What a person cannot do without rights: that is what the set-up form is for."""

_NOT_KNOWING = any_of(
    r"\b(?:do not|don't|did not|didn't|cannot|can't|can not|could not|couldn't|am not|was not|not) "
    r"(?:know|find|found|sure|see how|understand|remember)\b"
)

_ITS = r"(?:its?|this|that|there|these|those|the|he|she|they|his|her|their|my|our|mine|ours|one|nobody|somebody)"
_OF_ONES_OWN = (
    rf"(?:{_ITS}|(?:i|we)(?! (?:need|want|would|'d|know|have to|am|are|think|plan|like|wonder|ask|must|should|can"
    r"|could|cannot|can't|do not|don't)\b)|each|every|all|\w{2,20}'s)"
)
_PRESUPPOSES = any_of(
    rf"(?:[,:(\u2013\u2014]|\s-)\s{{0,3}}(?:(?:and|but|so|yet) )?{_OF_ONES_OWN} [^?]{{0,80}}?\w",
    rf"\b(?:since|although|though|because|now that|given that|seeing that|whereas|while) {_OF_ONES_OWN}\b",
    r"\b(?:when|if|as) (?:each|every|all|mine|ours|my|our|no|none|nobody)\b",
    r"\b(?:when|if|as) it (?:is|was|does|did|has|never|always|only)\b",
    r"\b(?:that|which|who|whose)\b[^.?!,]{0,60}(?:\b(?:not|never|nobody|nothing|none)\b|n't\b)(?![^.?!]{0,40}\byet\b)",
    r"\b(?:no longer|no more|any ?more|mine|ours|theirs)\b",
    r", (?:as|like|where) (?:it|the|our|my|his|her|their|he|she|they|we|i)\b",
    r", (?:which|who) (?:the|it|our|my|he|she|they|we|i|\w+s)\b",
    r"\b(?:did so|used to|always did|so far)\b",
)
"""A question that takes for granted that something has happened: "how do I get mine, which did not come?"."""

_OF_THE_THING = any_of(r"\A\W*(?:and |but |so )?(?:it|they|mine|ours|theirs|one|this one|these|those)\b")
"""A sentence beside a question about the thing that is asked about: "they come mixed"."""

_ASIDE = any_of(
    r"\b(?:by the way|btw|incidentally|apart from (?:this|that)|on another note|while (?:i am|i'm|you are|you're) at it"
    r"|(?:an|one) ?(?:other|more) thing|as an aside)\b|\bp\. ?s\b|\bps\b ?[:,.-]"
)
"""Where something else begins than what is asked for."""

_BY_THE_WAY = any_of(
    r"\b(?:right now|at the moment|at present|currently|as things are|so far|these days|with (?:his|her|their|my|our)"
    r" (?:present|current|old))\b",
    r"\b(?:funn(?:y|ily)|strange(?:ly)?|odd(?:ly)?|weird(?:ly)?|surpris\w+|astonish\w+|puzzl\w+|notic(?:ed?|ing)"
    r"|realis(?:ed?|ing)|realiz(?:ed?|ing)|apparently|turns out)\b",
    r"\bwithout (?:anybody|anyone|any|being|asking)\b",
    r"\A\W*(?:(?:also|and|but|so|now)\W{1,2})?(?!(?:this|his|its|yes|thanks|as|is|was|has|does|always)\b)"
    r"(?:\w{2,20}s|people|everybody|anybody|everyone|anyone|each(?: of \w+)?) (?:now |still |always )?(?:can|may|could"
    r"|are|have|has|gets?|sees?|do|does|don't|never|still|add|read|pay|take)\b",
    r"\b(?:stay|remain|keep|get|is|are|was|were)(?:s|ing)? (?:still |always |never )?"
    r"(?:signed|logged|locked|thrown|kicked) ?(?:in|out|off)?\b",
    r"\b(?:ever )?since (?:(?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|last \w+"
    r"|the (?:last )?(?:update|upgrade|release|change|migration|new version))\b",
)
"""Something told beside a set-up: what the system does now, or what was noticed."""

_OF_A_THING = any_of(
    r"\A\W*(?:(?:also|and|but|besides|then)\W{1,2})?"
    r"(?:the|his|her|their|our|my|its?|in|at|on|with|every|each|all|some|many|one) "
)

_STATES_NOTHING = (_ASKS, _NOT_KNOWING, _OF_PEOPLE)


def says_what_it_is(claim: Claim) -> bool:
    """Whether the claim came by a form that says what it is, and nothing but an answer is expected."""
    return claim.reporter_says in REASONS and expects_answer(claim) and not claim.steps.strip()


def asks(claim: Claim) -> bool:
    """Whether a text asks for information in so many words."""
    sentences = [*own_sentences(claim.summary), *own_sentences(claim.what_happened)]
    return any(map(_ASKS_FOR_INFORMATION.search, sentences))


def tells_report(claim: Claim) -> bool:
    """Whether the claim reports a failure or a behaviour in so many words."""
    sentences = [*own_sentences(claim.summary), *own_sentences(claim.what_happened)]
    whole = [fold(each) for each in (claim.summary, claim.what_happened)]
    otherwise = any(way.search(each) for each in whole for way in (_OTHERWISE, _EXPECTED))
    if any(_COMPLAINS.search(question) for each in whole for question in _QUESTIONS.findall(each)):
        return True
    return otherwise or tells_failure(claim) or any(_reports(each, claim.reporter_says) for each in sentences)


def changes_program(claim: Claim) -> bool:
    """Whether a set-up is of a thing of the program, such as a field, or tells beside what the program does."""
    folded = fold(claim.observed)
    return bool(_OF_A_CHANGE.search(folded) or _TOLD_BESIDE.search(folded))


def _reports(sentence: str, form: str) -> bool:
    if _ASKED.search(sentence) or _ASIDE.search(sentence) or (form == SETUP_FORM and _BY_THE_WAY.search(sentence)):
        return True
    beside = _PRESUPPOSES if _ASKS.search(sentence) else _OF_THE_THING
    if form == QUESTION_FORM and beside.search(sentence) and not _OF_PEOPLE.search(sentence):
        return True
    stated = _OWN_SLIP.sub(" ", sentence)
    stated = _PERSON_LACKS.sub(" ", stated) if form == SETUP_FORM else stated
    return not _ASKS.search(sentence) and not _KNOWN.search(sentence) and bool(_STATED.search(stated))


def stated_with_sureness(claim: Claim, *, by_words_alone: bool) -> list[tuple[str, float]]:
    """What the summary states and what the rest states, each with the probability from which it is a report.

    Of a set-up also each sentence about a thing: among many about people it would not be seen.
    """
    sure = (REPORTED_BY_WORDS if by_words_alone else REPORTED)[claim.reporter_says]
    parts = [(stated(claim.summary), max(sure, REPORTED_IN_TITLE)), (stated(claim.what_happened), sure)]
    if claim.reporter_says == SETUP_FORM and not by_words_alone:
        parts += [
            (each, REPORTED_OF_A_THING) for each in own_sentences(claim.what_happened) if _OF_A_THING.search(each)
        ]
    return [(said, sure) for said, sure in parts if len(said.split()) >= LEAST_STATED]


def stated(text: str) -> str:
    """The sentences that state something: no question, no wish, nothing that is only not known."""
    sentences = own_sentences(text)
    return " ".join(each for each in sentences if not any(way.search(each) for way in _STATES_NOTHING))
