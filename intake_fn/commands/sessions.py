"""`specdesk sessions`: who is signed in at the desk, and ending sessions, as when a person leaves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from intake_fn.commands import background_desk, say
from intake_fn.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.process import Process
    from intake_fn.ports import Session


def add(commands: Any) -> None:
    """Put `sessions` on the command line."""
    command = commands.add_parser("sessions", help=sessions.__doc__, description=sessions.__doc__)
    command.add_argument("action", choices=("list", "end"))
    command.add_argument("person", nargs="*", help="as support.yml names them, or named them before they left")
    command.add_argument("--all", action="store_true", help="end the sessions of everybody")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=sessions, mistyped=command.error)


def sessions(args: argparse.Namespace) -> None:
    """List who is signed in at the desk, or end the sessions of some people or all: their next page asks to sign in."""
    if args.action == "list" and args.all:
        args.mistyped("`sessions list` lists all unless people are named")
    if args.action == "end" and bool(args.person) == args.all:
        args.mistyped("name whose sessions are to end, or --all")
    desk = background_desk()
    current = [
        session
        for person in args.person or [""]
        for session in desk.sessions.sessions(person)
        if session.until > desk.clock()
    ]
    _refuse_unknown(args.person, current, desk.process)
    if args.action == "list":
        say(
            args,
            {"sessions": [_plain(session) for session in current]},
            [*map(_line, current)] or ["Nobody is signed in."],
        )
        return
    ended = [session for session in current if desk.sessions.end_session(session.person, session.id)]
    lines = [f"Ended: {_line(session)}" for session in ended]
    say(args, {"ended": [_plain(session) for session in ended]}, lines or ["Nobody of them is signed in."])


def _refuse_unknown(people: Sequence[str], current: Sequence[Session], process: Process) -> None:
    """Raise Refused for a name that nobody has, or an address: a slip must not read as "nobody is signed in"."""
    known = {*process.people, *process.former, *(session.person for session in current)}
    if unknown := [person for person in people if person not in known]:
        names = ", ".join(sorted({*process.people, *process.former}))
        raise Refused(
            f"Nobody is called {', '.join(unknown)} in support.yml; people there: {names}. Nothing was ended."
        )


def _plain(session: Session) -> dict[str, str]:
    since, until = (at.isoformat(timespec="seconds") for at in (session.since, session.until))
    return {"person": session.person, "address": session.mailbox, "since": since, "until": until}


def _line(session: Session) -> str:
    plain = _plain(session)
    return f"{plain['person']}  {plain['address']}  since {plain['since']} until {plain['until']}"
