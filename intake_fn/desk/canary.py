"""A canary: a made-up request goes through all that a real one needs, and leaves nothing behind.

    table ─► judged ─► files ─► filed in a project of its own, read, closed ─► mail

It is no case: it is in no list, no ledger, no report and no search, and nobody is told of it. Its mail goes to the
mailbox simulator of SES, which takes mail and has no reader.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core import steps
from intake_fn.core.errors import Broken, Refused, SpecdeskError
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.redaction import redacted
from intake_fn.core.request import Kind, Request, Requester
from intake_fn.core.vocabulary import Status
from intake_fn.desk.filing import issue_of
from intake_fn.desk.judging import judged
from intake_fn.ports import Mail
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.desk import Desk
    from spec_lookup import Clause, Spec

EVERY = timedelta(minutes=1)
"""How often a canary may run, over all instances of the function."""

SIMULATOR = "success@simulator.amazonses.com"
SUMMARY = "Canary: nobody has to do anything"
CONTENT = b"canary"
FOLDER = "canary/"
RESOLUTION = "done"
LONGEST = 300
"""Characters that are told of a clause, or of an error."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part did: whether it works, in how many milliseconds, and what it says."""

    name: str
    ok: bool
    milliseconds: int
    says: str


def run(desk: Desk, project: str) -> list[Part]:
    """Send one through; each part is tried, whatever the others do. `project` is that of Mantis, "" for none.

    Raises Refused where one has run within the last minute; nothing is tried then.
    """
    now = desk.clock()
    if not desk.counters.use_once(f"canary#{int(now.timestamp() // EVERY.total_seconds())}", now + 2 * EVERY):
        raise Refused("A canary has run within this minute. Send the next one in a minute.")
    case: list[Case] = []

    def judging() -> str:
        made = _case(desk, _clause(desk.spec()))
        event = judged(made, desk.judge, desk.spec(), desk.process, desk.clock, desk.may_act)
        case.append(steps.advance(made, event, desk.process).case)
        return f"{event.category}, by {event.verdict['judge'] if event.verdict else 'nobody'}"

    parts = {
        "table": lambda: _table(desk),
        "judge": judging,
        "files": lambda: _files(desk),
        "mantis": lambda: _filed(desk, case, project),
        "mail": lambda: _mailed(desk),
    }
    return [_tried(name, act) for name, act in parts.items()]


def _tried(name: str, act: Callable[[], str]) -> Part:
    begin, ok = time.perf_counter(), True
    try:
        says = act()
    except (SpecdeskError, SpecLookupError) as error:
        says, ok = redacted(str(error))[:LONGEST], False
    return Part(name, ok, round((time.perf_counter() - begin) * 1000), says)


def _table(desk: Desk) -> str:
    """The table is read; `run` has written to it when it took the minute."""
    ledger = desk.counters.ledger()
    return "the ledger balances" if ledger.balanced else "the ledger does not balance"


def _clause(spec: Spec) -> Clause:
    """The clause that the request is about: the first one that decides. Raises Broken for a spec without any."""
    found = next((clause for clause in spec.clauses() if clause.normative and clause.markdown.strip()), None)
    if found is None:
        raise Broken("The index holds no clause. Build it again: specdesk build-index.")
    return found


def _case(desk: Desk, clause: Clause) -> Case:
    """A request about a clause, received and not kept. Raises Broken where the search does not find the clause."""
    office = next(iter(desk.process.offices))
    request = Request(
        kind=Kind.QUESTION,
        requester=Requester("Canary", SIMULATOR, office),
        summary=SUMMARY,
        description=f"{clause.title}. {clause.markdown}"[:LONGEST],
    )
    hits = desk.spec().search(request.description, limit=5)
    if clause.cite not in [hit.clause.cite for hit in hits]:
        raise Broken(f"The search does not find {clause.cite} by its own words. Build the index again.")
    return steps.take_in(desk.new_id(), request, desk.clock(), desk.process).case


def _files(desk: Desk) -> str:
    """A file is kept, read and deleted."""
    key = f"{FOLDER}{desk.new_id()}"
    desk.files.put(key, CONTENT, "text/plain")
    read = desk.files.get(key)
    desk.files.delete(key)
    if read != CONTENT:
        raise Broken("The file store gave other bytes back than it was given.")
    return "a file was kept, read and deleted"


def _filed(desk: Desk, case: list[Case], project: str) -> str:
    """An issue is filed, read and closed. Raises Broken, TryLater, Refused."""
    if not project:
        raise Refused("Set SPECDESK_CANARY_PROJECT to a project of Mantis that is for this alone.")
    if project in desk.process.mantis.projects.values():
        raise Refused(f"{project} is a project of requests: its issues count. Name another one for the canary.")
    if not case:
        raise Refused("There is nothing to file: judging failed.")
    mapping, process = desk.process.mantis, desk.process
    issue = replace(
        issue_of(case[0], process, desk.links),
        project=project,
        category=mapping.category,
        handler="",
        status=_open(desk),
    )
    placed = desk.tracker.file(issue)
    stands = desk.tracker.look(placed.number)
    closed = mapping.status[Status.CLOSED]
    desk.tracker.update(
        placed.number,
        project=project,
        handler="",
        status=closed,
        priority=issue.priority,
        resolution=mapping.resolution[RESOLUTION],
    )
    after = desk.tracker.look(placed.number)
    if (stands.project, stands.summary, after.status) != (project, issue.summary, closed):
        raise Broken(f"Issue {placed.number} stands in {stands.project!r} as {after.status!r}. Look at it in Mantis.")
    return f"issue {placed.number} was filed and closed"


def _open(desk: Desk) -> str:
    return desk.process.mantis.status[Status.NEW]


def _mailed(desk: Desk) -> str:
    """A mail is taken by SES. Raises Broken, TryLater."""
    desk.mailer.send(Mail(SIMULATOR, SUMMARY, "It was sent to see that mail goes out."))
    return "a mail was taken for the mailbox simulator"
