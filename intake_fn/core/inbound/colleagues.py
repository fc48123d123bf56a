"""What an engineer's mail does to a request that it joins. Pure.

| the engineer, who is of the request's level | what it does                                                        |
|---------------------------------------------|---------------------------------------------------------------------|
| sends it to somebody of a level above       | it is escalated to them if the text gives a reason; else it is asked |
| begins with `Escalate to NAME: reason`      | the same                                                            |
| sends it to somebody of the same level      | it is handed over to them                                           |
| begins with `Hand over to NAME`             | the same                                                            |
| begins with `Ask:`                          | the requester is asked what follows                                 |
| begins with `Answer:`                       | the requester is sent what follows                                  |
| does anything else, or is of another level  | an internal note, which the requester does not see                  |

Nothing that is not marked so reaches a requester: a note to colleagues must never be mailed to a client by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from intake_fn.core.escalation import colleagues as of_same_level
from intake_fn.core.escalation import handler_at, ways_up
from intake_fn.core.inbound.languages import NOT_THIS_LEVEL_WORDS, TOO_COMPLEX, pattern
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.mentions import names
from intake_fn.core.process import NOT_THIS_LEVEL

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.process import Person, Process

ESCALATE = re.compile(
    r"\s*(?:please )?escalat(?:e|ing)\b(?:(?: it| this)? to @?([^:,\n]{1,60}?))?\s*(?:[:,.-]|\n|$|\bas\b|\bbecause\b)",
    re.IGNORECASE,
)
HAND_OVER = re.compile(
    r"\s*(?:please )?(?:hand (?:it |this )?over|reassign)\b(?: it| this)? to @?([^:,\n]{1,60})", re.IGNORECASE
)
ASK = re.compile(r"\s*(?:ask|question)\s*:\s*", re.IGNORECASE)
ANSWER = re.compile(r"\s*answer\s*:\s*", re.IGNORECASE)
LEVEL = re.compile(r"level (\d)\b", re.IGNORECASE)
DENIED = re.compile(r"(?:\bnot|n't|\bnicht|\bpas|\bnever|\bno longer) (?:really |that |so |at all )?$")
"""The end of what stands before words that are denied."""
IN_OTHER_WORDS = {"too-complex": pattern(TOO_COMPLEX), NOT_THIS_LEVEL: pattern(NOT_THIS_LEVEL_WORDS)}
"""The reasons of the process that are known by more words than their own."""


class Act(StrEnum):
    """What a mail of an engineer does."""

    NOTE = "note"
    ASK = "ask"
    ANSWER = "answer"
    ESCALATE = "escalate"
    HAND_OVER = "hand over"


@dataclass(frozen=True, slots=True)
class Meant:
    """What an engineer's mail asks for: the act, its text, and the new handler and reason where it moves."""

    act: Act
    text: str
    person: str = ""
    level: int | None = None
    reason: str = ""

    @property
    def lacks_reason(self) -> bool:
        """Whether it is to be escalated, without a reason."""
        return self.act is Act.ESCALATE and not self.reason


def meant(mail: InboundMail, text: str, author: Person, case: Case, process: Process) -> Meant:
    """What the mail of an engineer does to a case."""
    if author.id not in process.level(case.level).resources:
        return Meant(Act.NOTE, text)
    if found := ASK.match(text):
        return Meant(Act.ASK, text[found.end() :])
    if found := ANSWER.match(text):
        return Meant(Act.ANSWER, text[found.end() :])
    ordered = _ordered(text, case, process)
    return ordered or _by_recipients(mail, text, author, case, process) or Meant(Act.NOTE, text)


def _ordered(text: str, case: Case, process: Process) -> Meant | None:
    """What the first line says in so many words."""
    if found := HAND_OVER.match(text):
        person = _person(found[1], process)
        return Meant(Act.HAND_OVER, text, person) if person in of_same_level(case, process) else None
    if found := ESCALATE.match(text):
        person = _person(found[1] or "", process)
        said = LEVEL.search(found[1] or "")
        return _up(text, person, int(said[1]) if said else None, case, process)
    return None


def _by_recipients(mail: InboundMail, text: str, author: Person, case: Case, process: Process) -> Meant | None:
    """The addressees besides the Help Desk: those of To, since a copy moves nothing."""
    to = {one.address for one in mail.to}
    people = [
        person.id for person in process.people.values() if mailbox(person.address) in to and person.id != author.id
    ]
    above = next((person for person in people if _level_above(person, case, process) is not None), "")
    if above:
        return _up(text, above, None, case, process)
    beside = next((person for person in people if person in of_same_level(case, process)), "")
    return Meant(Act.HAND_OVER, text, beside) if beside else None


def _up(text: str, person: str, level: int | None, case: Case, process: Process) -> Meant | None:
    targets = ways_up(case, process)
    to = _level_above(person, case, process) if person else level if level in targets else next(iter(targets), None)
    if to is None:
        return None
    return Meant(Act.ESCALATE, text, person or handler_at(to, case, process), to, reason_in(text, process))


def _level_above(person: str, case: Case, process: Process) -> int | None:
    return next((level for level in ways_up(case, process) if person in process.level(level).resources), None)


def reason_in(text: str, process: Process) -> str:
    """The reason of an escalation that a text gives: its sentence, its words in their order, or other words for it.

    Between its words stand at most three others. What is denied is no reason: "it is not too complex".
    """
    plain = " ".join(text.casefold().replace("\u2019", "'").split())
    for reason, sentence in process.escalation_reasons.items():
        words = [re.escape(word) for word in reason.casefold().split("-")]
        in_order = re.compile(r"\b" + r"\b(?:\W+\w+){0,3}\W+".join(words) + r"\b")
        patterns = filter(None, (in_order, IN_OTHER_WORDS.get(reason)))
        if sentence.casefold() in plain or any(_is_said(one, plain) for one in patterns):
            return reason
    return ""


def _is_said(reason: re.Pattern[str], plain: str) -> bool:
    """Whether a text gives a reason somewhere without denying it."""
    return any(not DENIED.search(plain[: found.start()]) for found in reason.finditer(plain))


def _person(name: str, process: Process) -> str:
    """The id of a person by how colleagues call them; "" for nobody."""
    known = names(process)
    bare = " ".join(name.casefold().strip(" .@").split())
    full = {person.name.casefold(): person.id for person in process.people.values()}
    return full.get(bare) or known.get(bare.replace(" ", "-")) or known.get(bare.replace(" ", "")) or ""


def reasons_in_words(process: Process) -> Sequence[str]:
    """How an engineer may write each reason."""
    return [reason.replace("-", " ") for reason in process.escalation_reasons]
