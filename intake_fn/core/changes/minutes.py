"""The minutes: what the Board decided in a span of time, with the votes as they were, as Markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from intake_fn.core.case import Case
from intake_fn.core.change_events import BoardDecided, ChangeAssessed
from intake_fn.core.changes.agenda import Item
from intake_fn.core.changes.board import Round, voting_round
from intake_fn.core.changes.rules import is_person
from intake_fn.core.names import actor_of, board_date, last_day, name_of
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Decision
from intake_fn.texts import say

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~&])")


def minutes(
    cases: Iterable[Case],
    still_open: Iterable[Item],
    process: Process,
    since: datetime,
    until: datetime,
    unread: Iterable[str] = (),
) -> str:
    """The decisions from `since` until before `until`, and what is still on the agenda.

    `cases` are those with decisions in that time; what this version cannot read of them, as of `unread`, is named.
    """
    board = process.board
    first, last = board_date(since, process), last_day(until, process)
    date = first if first == last else _say("span", first=first, last=last)
    members = ", ".join(
        f"{name_of(member, process)} ({_say('chair')})" if member == board.chair else name_of(member, process)
        for member in board.members
    )
    lines = [
        f"# {_say('title', board=board.name, date=date)}",
        f"{_say('members')} {members}. {_say('quorum', quorum=str(board.quorum))}",
    ]
    found = [(case, list(_decisions(case, since, until))) for case in cases]
    decided = sorted(((case, event) for case, events in found for event in events), key=lambda one: one[1].at)
    unread = [*unread, *(case.id for case, events in found if not events)]
    if not decided and not unread:
        lines.append(_say("nothing"))
    for case, event in decided:
        lines += _decision(case, event, process)
    lines += [_say("unread", request=case_id) for case_id in unread]
    waiting = list(still_open)
    if waiting:
        lines.append(f"## {_say('open')}")
        lines.append("\n".join(f"- {item.case.id}: {_plain(item.case.request.summary)}" for item in waiting))
    return "\n\n".join(lines) + "\n"


def _decisions(case: Case, since: datetime, until: datetime) -> Iterator[BoardDecided]:
    """The decisions on a case in a span of time; none where this version cannot read what a newer one wrote."""
    return (event for event in case.history if isinstance(event, BoardDecided) and since <= event.at < until)


def _decision(case: Case, event: BoardDecided, process: Process) -> Iterator[str]:
    before = case.history[: case.history.index(event)]
    voting = voting_round(before, case.request.requester.email, process)
    assessed = next((one for one in reversed(before) if isinstance(one, ChangeAssessed)), None)
    yield f"## {case.id}: {_plain(case.request.summary)}"
    if assessed:
        yield f"{_say('clause')} `{assessed.clause}`. {_say('effort', effort=_plain(assessed.effort))}"
    if voting.motion:
        yield f"{_say('motion')} {say(f'motion.{voting.motion.motion}')}."
    if votes := list(_votes(event, voting, process)):
        yield "\n".join(votes)
    until = f" ({board_date(event.until, process)})" if event.until and event.decision is Decision.DEFERRED else ""
    proclaimed = _say("proclaimed", person=actor_of(event, process), date=board_date(event.at, process))
    yield f"**{_say('decision')} {say(f'decision.{event.decision}')}{until}.** {proclaimed}"
    yield "\n".join(f"> {_plain(line)}" for line in event.text.strip().splitlines())


def _votes(event: BoardDecided, voting: Round, process: Process) -> Iterator[str]:
    """The votes that counted, as the decision holds them, with their reasons; then who did not vote, and why."""
    for member, vote in event.votes.items():
        cast = voting.votes.get(member)
        deputy = ""
        if cast and not is_person(member, cast.actor, process):
            deputy = f" ({_say('deputy', person=actor_of(cast, process))})"
        reason = f": {_plain(' '.join(cast.reason.split()))}" if cast and cast.reason else ""
        yield f"- {name_of(member, process)}{deputy}: {say(f'vote.{vote}')}{reason}"
    for member, reason in voting.recused.items():
        why = _plain(" ".join(reason.split())) or _say("own")
        yield f"- {name_of(member, process)}: {_say('recused')}: {why}"


def _say(name: str, **values: str) -> str:
    """A text of the minutes."""
    return say(f"minutes.{name}", values)


def _plain(text: str) -> str:
    """What a person wrote, so that no Markdown comes of it."""
    return _SIGNS.sub(r"\\\1", text)
