"""The rules that must hold for an event to happen. Each yields a sentence for everything that does not. Pure.

Source: the process page, "Escalation" and "Help Desk Level 0" to "Level 4". Which rules hold for which event is a
column of core/lifecycle.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from intake_fn.core import appeals
from intake_fn.core.activities import to_tick
from intake_fn.core.case import Case
from intake_fn.core.escalation import colleagues, ways_up
from intake_fn.core.events import (
    ActivityCompleted,
    DuplicateAdded,
    DuplicateRemoved,
    Escalated,
    Event,
    HandedOver,
    Judged,
    JudgedInShadow,
    LeadUpdated,
    Linked,
    MarkedDuplicate,
    Overruled,
    Refiled,
    Released,
    Reprioritised,
    RequesterRead,
    RequesterReplied,
    Resolved,
    Unlinked,
    UnmarkedDuplicate,
)
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER, name_of, names_of
from intake_fn.core.process import Process
from intake_fn.core.request import Priority
from intake_fn.core.requester_status import was_withdrawn_unread
from intake_fn.core.sla_alerts import Alert, alert, share_of
from intake_fn.core.vocabulary import Category, Outcome, Reproduced, Stance
from intake_fn.texts import say

LONGEST_VERSION = 64
"""Characters of a version's name, as in Mantis."""

FOLLOWS = {
    Stance.MATCHES: Category.CHANGE,
    Stance.CONTRADICTS: Category.BUG,
    Stance.NEITHER: Category.MISC,
}
"""The category that follows from a reading; where the spec is silent, a person chooses."""

Rule = Callable[[Case, Any, Process], Iterator[str]]


def escalates_there(case: Case, event: Escalated, process: Process) -> Iterator[str]:
    """The level escalates to that one."""
    targets = ways_up(case, process)
    if event.level not in targets:
        known = " or ".join(f"level {level}" for level in targets) or "nowhere: it is the last"
        yield f"Level {case.level} escalates to {known}, not to level {event.level}."


def is_with_its_level(case: Case, _: Escalated, process: Process) -> Iterator[str]:
    """A change goes from owner to Board to release, and not up the levels; unless its level is gone."""
    if case.stage.is_on_its_way and case.level in process.levels:
        yield f"{case.id} is a change request on its way, which is not escalated; see its steps."


def has_a_reason(_: Case, event: Escalated, process: Process) -> Iterator[str]:
    """It has one of the reasons of the process page."""
    if event.reason not in process.escalation_reasons:
        known = " or ".join(f"“{sentence}”" for sentence in process.escalation_reasons.values())
        yield f"An escalation needs its reason: {known}."


def level_takes_the_priority(case: Case, event: Escalated, process: Process) -> Iterator[str]:
    """The level handles requests of that priority."""
    rule = process.priorities[case.priority]
    if event.level not in rule.levels:
        yield (
            f"{rule.name} requests are handled at level {max(rule.levels)} at the latest, never at level {event.level}."
            " Resolve it here, or lower its priority first."
        )


def handler_is_at_the_level(_: Case, event: Escalated, process: Process) -> Iterator[str]:
    """The handler is a resource of the level."""
    level = process.levels.get(event.level)
    if level and event.handler not in level.resources:
        known = names_of(level.resources, process)
        yield f"{name_of(event.handler, process)} is not at level {event.level}; please choose {known}."


def handler_is_a_colleague(case: Case, event: HandedOver, process: Process) -> Iterator[str]:
    """The handler is another resource of the same level."""
    others = colleagues(case, process)
    if event.handler == case.handler:
        yield f"{name_of(event.handler, process)} has {case.id} already."
    elif event.handler not in others and case.stage.is_undecided:
        yield f"{case.id} is a change request and stays with the owner of its module; send it to that of another one."
    elif event.handler not in others:
        whom = names_of(others, process) or "nobody else"
        yield f"{name_of(event.handler, process)} is not at level {case.level}; you may hand it over to {whom}."


def priority_may_change(case: Case, event: Reprioritised, process: Process) -> Iterator[str]:
    """The priority is another one, fits the level, and may be lowered by this person."""
    yield from fits(case, event.priority, process)
    rule = process.priorities[case.priority]
    if rule.handled_at is not None and event.priority is not case.priority:
        yield from may_lower(case, event.actor, process)
        if not event.note.strip():
            yield f"Please give the reason why it is no longer {rule.name.lower()}."


def may_lower(case: Case, actor: str, process: Process) -> Iterator[str]:
    """What has a level of its own is lowered by that level alone."""
    rule = process.priorities[case.priority]
    if rule.handled_at is not None and not _is_at(actor, (rule.handled_at,), process):
        below = "escalate it, or " if case.level < rule.handled_at else ""
        name = rule.name.lower()
        yield f"Only level {rule.handled_at} may lower a request that is {name}; {below}write a note to them."


def says_how(_: Case, event: Resolved, __: Process) -> Iterator[str]:
    """The requester reads how it was resolved, unless they withdraw it themselves."""
    if event.outcome is not Outcome.WITHDRAWN and not event.resolution.strip():
        yield "Please say how it was resolved: the requester reads it."


def may_be_withdrawn(case: Case, event: Resolved, _: Process) -> Iterator[str]:
    """The requester alone withdraws it, unless other requests wait for it as well."""
    if event.outcome is Outcome.WITHDRAWN and event.actor != REQUESTER:
        yield "Only the requester withdraws a request. Please choose another outcome."
    elif event.outcome is Outcome.WITHDRAWN:
        yield from cannot_be_withdrawn(case)


def is_not_withdrawn(case: Case, _: Released, __: Process) -> Iterator[str]:
    """What the requester has withdrawn before its review is released no more, unless they write again."""
    if was_withdrawn_unread(case):
        yield f"The requester has withdrawn {case.id}. A reply of theirs brings it back to the review."


def cannot_be_withdrawn(case: Case) -> Iterator[str]:
    """Why the requester cannot withdraw a request that is open."""
    if case.duplicates:
        yield say("withdraw.lead")
    elif case.stage.is_approved:
        yield say("withdraw.approved")


def appeal_is_decided(case: Case, event: Resolved, _: Process) -> Iterator[str]:
    """What the requester does not agree with is decided anew first, unless they withdraw it."""
    if event.outcome is not Outcome.WITHDRAWN:
        yield from appeals.appeal_is_decided(case)


def is_decided(case: Case, event: Resolved, _: Process) -> Iterator[str]:
    """Seed: "All Support tasks are categorized into 3 mutually exclusive categories"; what is withdrawn is no task."""
    if event.outcome is not Outcome.WITHDRAWN:
        yield from has_to_be_decided(case)


def is_at_its_level(case: Case, event: Resolved, process: Process) -> Iterator[str]:
    """What was done in Mantis is done, and what is withdrawn is, too."""
    if not event.in_mantis and event.outcome is not Outcome.WITHDRAWN:
        yield from may_resolve(case, event.actor, process)


def may_resolve(case: Case, actor: str, process: Process) -> Iterator[str]:
    """What has a level of its own is resolved there or above."""
    rule = process.priorities[case.priority]
    if rule.handled_at is None:
        return
    if case.level < rule.handled_at:
        yield f"{rule.name} requests are resolved at level {rule.handled_at}; escalate it there first."
    elif not _is_at(actor, [level for level in process.levels if level >= rule.handled_at], process):
        yield f"{rule.name} requests are resolved by level {rule.handled_at}, which has it; write a note to them."


def _is_at(actor: str, levels: Iterable[int], process: Process) -> bool:
    """Whether the person who acts is at one of the levels; one whom support.yml does not name is not refused."""
    person = next(
        (colleague.id for colleague in process.people.values() if mailbox(colleague.address) == mailbox(actor)), None
    )
    return person is None or any(person in process.levels[level].resources for level in levels)


def fits(case: Case, priority: Priority, process: Process) -> Iterator[str]:
    """The priority is new, and the level handles it; urgent always fits, since the request moves to its level."""
    rule = process.priorities[priority]
    if priority is case.priority:
        yield f"{case.id} has the priority {rule.name} already."
    elif priority is not Priority.URGENT and case.level not in rule.levels:
        levels = ", ".join(map(str, rule.levels))
        yield f"{rule.name} requests are not handled at level {case.level}; their levels are {levels}."


def is_the_first(case: Case, event: Event, _: Process) -> Iterator[str]:
    """It happens once."""
    done = case.verdict if isinstance(event, Judged) else case.issue
    if done is not None:
        yield f"{case.id} has been {type(event).__name__.lower()} before."


def is_the_first_in_shadow(case: Case, event: JudgedInShadow, _: Process) -> Iterator[str]:
    """Each model speaks once in the shadow."""
    spoken = [other.verdict["judge"] for other in case.history if isinstance(other, JudgedInShadow)]
    if event.verdict["judge"] in spoken:
        yield f"{case.id} has been judged in shadow by {event.verdict['judge']} before."


def activity_is_open(case: Case, event: ActivityCompleted, process: Process) -> Iterator[str]:
    """The activity is open."""
    known = to_tick(case, process)
    if event.activity not in known:
        names = "; ".join(process.activities[activity].name for activity in known) or "nothing is left"
        yield f"There is no such open activity. Open are: {names}."


def says_whether_reproduced(_: Case, event: ActivityCompleted, process: Process) -> Iterator[str]:
    """An attempt to reproduce names its outcome; other activities have none."""
    known = process.activities.get(event.activity)
    if known is None:
        return
    said = event.reproduced is not Reproduced.UNSAID
    if known.reproduces and not said:
        yield "Please say whether you could reproduce it: yes, no, or not tried."
    elif said and not known.reproduces:
        yield f"Whether it could be reproduced is not said of this activity: {known.name}."
    if event.version and event.reproduced not in (Reproduced.YES, Reproduced.NO):
        yield "A version belongs only to what was tried. Leave it empty, or choose yes or no."
    if len(event.version) > LONGEST_VERSION:
        yield f"The name of a version has at most {LONGEST_VERSION} characters."


def is_another_issue(case: Case, event: Linked, _: Process) -> Iterator[str]:
    """It is another issue, and not linked like this already."""
    if case.missing_in_mantis:
        yield f"The issue of {case.id} is missing in Mantis, so it cannot be linked there."
    if event.number < 1 or event.number == case.issue:
        yield "Please give the number of another issue in Mantis."
    elif case.links.get(event.number) is event.relation:
        yield f"It is linked to #{event.number} like this already."


def is_linked(case: Case, event: Unlinked, _: Process) -> Iterator[str]:
    """It is linked to that issue."""
    if case.missing_in_mantis:
        yield f"The issue of {case.id} is missing in Mantis, so its links cannot be removed there."
    if event.number not in case.links:
        yield f"It is not linked to #{event.number} here."


def is_missing_in_mantis(case: Case, _: Refiled, __: Process) -> Iterator[str]:
    """The issue is missing in Mantis."""
    if not case.missing_in_mantis:
        yield f"The issue of {case.id} is not missing in Mantis."


def may_be_marked(case: Case, event: MarkedDuplicate, _: Process) -> Iterator[str]:
    """It is a duplicate of nothing else, and the other one is no duplicate of it."""
    if event.other == case.id:
        yield "Please give the number of another request."
    if case.duplicate_of:
        yield f"{case.id} is a duplicate of {case.duplicate_of} already. Unmark it first."
    if event.other in case.duplicates:
        yield f"{event.other} is a duplicate of {case.id} already. Unmark it first, on its own page."


def is_marked(case: Case, _: UnmarkedDuplicate, __: Process) -> Iterator[str]:
    """It is marked as a duplicate."""
    if not case.duplicate_of:
        yield f"{case.id} is not marked as a duplicate."


def changes_the_duplicates(case: Case, event: DuplicateAdded | DuplicateRemoved, _: Process) -> Iterator[str]:
    """The case does not know it yet."""
    if (event.other in case.duplicates) == isinstance(event, DuplicateAdded):
        yield f"{case.id} knows that of {event.other} already."


def is_of_its_lead(case: Case, event: LeadUpdated, _: Process) -> Iterator[str]:
    """It is about the request that this one is a duplicate of."""
    if event.other != case.duplicate_of:
        yield f"{case.id} is no duplicate of {event.other}."


def alert_is_due(case: Case, event: Alert, process: Process) -> Iterator[str]:
    """The SLA clock says so."""
    if event != alert(case, process, event.at, event.actor):
        yield f"The clock of {case.id} does not say so: {share_of(event)} % of {event.due.isoformat()}."


def has_to_be_decided(case: Case) -> Iterator[str]:
    """What is undecided is not resolved."""
    if case.category is Category.UNDECIDED:
        yield "Please decide first what it is: bug, change request, or support. Then it can be resolved."


def decides(_: Case, event: Overruled, process: Process) -> Iterator[str]:
    """It names a category, and a module of support.yml."""
    if event.category is Category.UNDECIDED:
        yield "Please decide: bug, change request, or support."
    if event.module and event.module not in process.modules:
        yield f"There is no module {event.module!r}. Please choose one of {', '.join(process.modules)}."


def reading_fits(_: Case, event: Overruled, __: Process) -> Iterator[str]:
    """A reading names what was read, and the category that follows; a decision without one has a reason."""
    if event.stance is Stance.UNSAID and not event.reason.strip():
        yield "Please give the reason: the requester reads it."
    if event.stance.is_of_a_clause and not event.clause:
        yield "Please choose the clause that you have read."
    if event.stance is Stance.SILENT and event.clause:
        yield "Where the spec is silent, no clause is named."
    if event.category is not FOLLOWS.get(event.stance, event.category):
        yield "That category does not follow from what you have read."


def requester_may_read(case: Case, event: RequesterRead, _: Process) -> Iterator[str]:
    """Only what is undecided needs a reading, and only one of a clause; it may say nothing about the request."""
    if case.category is not Category.UNDECIDED:
        yield say("reading.decided")
    if not (event.stance.is_of_a_clause or event.stance is Stance.SILENT) or not event.clause:
        yield say("reading.press")


def version_fits_the_outcome(_: Case, event: Resolved, __: Process) -> Iterator[str]:
    """A version stands only with what is fixed or done."""
    if event.fixed_in and not event.outcome.has_a_version:
        yield "A version belongs only to what is fixed or done. Leave it empty, or choose another outcome."
    if len(event.fixed_in) > LONGEST_VERSION:
        yield f"The name of a version has at most {LONGEST_VERSION} characters."


def reply_has_content(_: Case, event: RequesterReplied, __: Process) -> Iterator[str]:
    """There is a text, a file, or the word that it works."""
    if not event.text.strip() and not event.attachments and not event.works:
        yield "Please write something before you send it."


def is_not_erased(case: Case, _: Event, __: Process) -> Iterator[str]:
    """The request is not erased: an erased one has no requester who could act."""
    if case.erased:
        yield say("erased.no-reply")


def can_be_asked(case: Case, _: Event, __: Process) -> Iterator[str]:
    """There is somebody who can be written to."""
    if case.erased:
        yield say("erased.nobody")


def requires(field: str, ask: str) -> Rule:
    """Words that somebody is going to read must be there."""

    def rule(_: Case, event: Event, __: Process) -> Iterator[str]:
        if not getattr(event, field).strip():
            yield ask

    return rule
