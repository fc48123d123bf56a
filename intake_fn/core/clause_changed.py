"""A clause that a request rests on has changed: said once, to its requester and to who has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from intake_fn.core.case import Case
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.escalation import keeper
from intake_fn.core.events import Overruled
from intake_fn.core.intents import AddNote, Intent, SendNotice
from intake_fn.core.process import Process
from intake_fn.texts import Message, message

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")


def is_new_to_it(case: Case, event: ClauseChanged, _: Process) -> Iterator[str]:
    """The change was not recorded before: each text of a clause is recorded once."""
    if was_told(case, event.clause, event.digest):
        yield f"{case.id} knows that {event.clause} reads like that."


def was_told(case: Case, clause: str, digest: str) -> bool:
    """Whether the log has it that the clause reads like that."""
    told = (event for event in case.history if isinstance(event, ClauseChanged))
    return any((event.clause, event.digest) == (clause, digest) for event in told)


def unsettled(case: Case) -> tuple[ClauseChanged, ...]:
    """The changes since a person decided last: somebody has to look at the request again."""
    found: list[ClauseChanged] = []
    for event in case.history:
        if isinstance(event, Overruled):
            found = []
        elif isinstance(event, ClauseChanged):
            found = [*(other for other in found if other.clause != event.clause), event]
    return tuple(found)


def on_clause_changed(_: Case, event: ClauseChanged, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis has a note; the requester and who has the request get one notice each, with what changed in the clause."""
    yield AddNote(after.version)
    why = [message("why.clause-changed", clause=event.clause), *_turned(event)]
    requester, person = after.request.requester, keeper(after, process)
    text = sentence_diff(event.old, event.new)
    yield SendNotice("clause-changed", requester.email, {"name": requester.name, "text": text}, why=tuple(why))
    yield SendNotice("recheck", person.address, {"name": person.name, "text": text}, why=tuple(why))


def _turned(event: ClauseChanged) -> Iterator[Message]:
    """What it would be now, where that is something else."""
    if event.before is not event.after:
        yield message("why.clause-turned", category=event.after.value)


def sentence_diff(old: str, new: str) -> str:
    """The sentences that differ, a line each: "- " before those that are gone, "+ " before those that came."""
    former, latter = ([part for part in _SENTENCES.split(text.strip()) if part] for text in (old, new))
    lines = []
    for how, a, b, c, d in SequenceMatcher(None, former, latter, autojunk=False).get_opcodes():
        if how != "equal":
            lines += [f"- {part}" for part in former[a:b]] + [f"+ {part}" for part in latter[c:d]]
    return "\n".join(lines)
