"""Issues that people create in Mantis by hand: which of them become requests, and what request an issue becomes. Pure.

Source: docs/process/index.md, "Created in Mantis".

| An issue that we did not create              | So                                                            |
|----------------------------------------------|---------------------------------------------------------------|
| in none of our projects                      | it is left; it is taken in when it is moved into one          |
| private                                      | it is left: the desk would show it to more people than Mantis |
| that came before the starting instant        | it is left: it is of the time before Specdesk was connected   |
| that was done elsewhere before it came       | it is left, such as an archive that is moved                  |
| any other, done or not                       | it is taken in, once                                          |

It came when it was created, moved into one of our projects, or made public, whichever was last: from then on whoever
handles it has it, and from then on its clock runs. What the person chose stands: project, priority, handler, category.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from intake_fn.core.case import Step
from intake_fn.core.escalation import arrival
from intake_fn.core.events import Filed, Received
from intake_fn.core.intents import JudgeRequest
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.process import IN_MANTIS, Process
from intake_fn.core.request import Channel, Kind, Priority, Request, Requester
from intake_fn.core.steps import apply, standing
from intake_fn.core.vocabulary import Category, Status
from intake_fn.texts import say

KINDS = {
    Category.BUG: Kind.BUG,
    Category.CHANGE: Kind.CHANGE,
    Category.MISC: Kind.QUESTION,
    Category.UNDECIDED: Kind.QUESTION,
}
"""The form that fits what stands in a project, in the order in which a project that has several is taken."""

LONGEST_TEXT = 20_000
"""Characters of a text that are taken over, so that all of them fit into one item; Mantis holds 65,535 of each."""

_EVERY_TIME = {"always": True, "sometimes": False, "random": False}
_PRESSING = {"immediate": Priority.URGENT}
"""Priorities of Mantis that support.yml need not name, and what they are here."""


class Left(StrEnum):
    """Why an issue is not taken in."""

    OURS = "created by our own account"
    ELSEWHERE = "in none of our projects"
    PRIVATE = "private"
    FROM_BEFORE = "from before the starting instant"
    DONE_ELSEWHERE = "done before it came"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIssue:
    """An issue as it stands in Mantis, in full; names are Mantis's, instants are in UTC.

    `came` is when it was created, moved into one of our projects, or made public, whichever was last. `files` are
    attachments: name, bytes, address.
    """

    number: int
    url: str
    project: str
    reporter: str
    summary: str
    description: str
    status: str
    priority: str
    created: datetime
    came: datetime
    steps: str = ""
    information: str = ""
    reproducibility: str = ""
    category: str = ""
    handler: str = ""
    resolution: str = ""
    is_ours: bool = False
    is_private: bool = False
    files: tuple[tuple[str, int, str], ...] = ()


def why_left(found: FoundIssue, process: Process, since: datetime) -> Left | None:
    """Why an issue is not taken in; None for one that is. `since` is the starting instant."""
    done = {process.mantis.status[status].casefold() for status in Status if status.is_done}
    if found.is_ours:
        return Left.OURS
    if found.project not in process.mantis.projects.values():
        return Left.ELSEWHERE
    if found.is_private:
        return Left.PRIVATE
    if found.came < since:
        return Left.FROM_BEFORE
    if found.came != found.created and found.status.casefold() in done:
        return Left.DONE_ELSEWHERE
    return None


def take_in(case_id: str, found: FoundIssue, now: datetime, process: Process) -> Step:
    """The first step of a case for an issue that stands in Mantis already. It is to be judged like any other.

    It is with whoever handles it in Mantis, at their level; an urgent one at the level of urgent ones.
    """
    request = request_of(found, process)
    level, handler = level_of(found, request, process, case_id)
    received = Received(at=min(found.came, now), actor=REQUESTER, request=request, level=level, handler=handler)
    filed = Filed(
        at=now,
        actor=SPECDESK,
        number=found.number,
        project=found.project,
        url=found.url,
        found={
            "project": found.project,
            "handler": found.handler,
            "status": found.status,
            "priority": found.priority,
            "resolution": found.resolution,
        },
        category=category_of(found, process),
    )
    case = apply(apply(None, received, case_id), filed)
    return standing(case, process, (received, filed), (JudgeRequest(),))


def category_of(found: FoundIssue, process: Process) -> Category:
    """What an issue is by its project; the Help Desk's project for the rest holds both misc and undecided: misc."""
    projects = process.mantis.projects
    return next((kind for kind in KINDS if projects[kind] == found.project), Category.UNDECIDED)


def request_of(found: FoundIssue, process: Process) -> Request:
    """The request that an issue is, its texts as they were typed there."""
    names = {module.name.casefold(): module.id for module in process.modules.values()}
    return Request(
        kind=KINDS[category_of(found, process)],
        requester=_requester(found, process),
        summary=" ".join(_whole(found.summary).split()),
        description=_text(found.description),
        steps=_text(found.steps),
        always=_EVERY_TIME.get(found.reproducibility.casefold()),
        priority=_priority(found, process),
        module=names.get(found.category.casefold(), ""),
        channel=Channel.MANTIS,
        details=dict(_details(found)),
    )


def _requester(found: FoundIssue, process: Process) -> Requester:
    """Who created it. Of an account that support.yml does not know, there is no address."""
    person = process.account_of(found.reporter, process.people)
    name, address = (person.name, person.address) if person else (found.reporter or say("mantis.nobody"), "")
    return Requester(name, address, IN_MANTIS, account=found.reporter)


def _priority(found: FoundIssue, process: Process) -> Priority:
    """The priority of that name; of one that support.yml does not name, medium."""
    of_name = {rule.mantis.casefold(): priority for priority, rule in process.priorities.items()}
    name = found.priority.casefold()
    return of_name.get(name) or _PRESSING.get(name, Priority.MEDIUM)


def _details(found: FoundIssue) -> Iterator[tuple[str, str]]:
    if found.information.strip():
        yield "additional_information", _text(found.information)
    if found.files:
        yield "files_in_mantis", "\n".join(f"{name} ({size} bytes): {url}" for name, size, url in found.files)


def _text(text: str) -> str:
    """A text with line ends of ours; of a longer one its beginning, and that it goes on in Mantis."""
    plain = _whole(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    return plain if len(plain) <= LONGEST_TEXT else "\n\n".join((plain[:LONGEST_TEXT], say("mantis.cut")))


def _whole(text: str) -> str:
    """A text without half characters, which nothing can keep."""
    return text.encode("utf-8", "replace").decode()


def level_of(found: FoundIssue, request: Request, process: Process, case_id: str) -> tuple[int, str]:
    """Level and handler: those of who handles it in Mantis; where nobody of a level does, its front end.

    What is of a priority that one level handles goes there at once, from whoever has it in Mantis.
    """
    person, rule = process.account_of(found.handler, process.people), process.priorities[request.priority]
    levels = rule.levels if rule.handled_at is None else (rule.handled_at,)
    for number, level in process.levels.items():
        if person and number in levels and person.id in level.resources:
            return number, person.id
    return arrival(request, process, case_id)
