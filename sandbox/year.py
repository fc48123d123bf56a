"""Fills the running sandbox with a year of requests, so that the reports can be looked at: made up, and sent to nobody.

    .venv/bin/python -m sandbox.shell .venv/bin/python -m sandbox.year 3000

Each request is written with its whole log in one step, as if it had come in and been worked on then: no mail is sent,
nothing is filed to Mantis, and the clock does not move. The same number gives the same year.
"""

from __future__ import annotations

import os
import random
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from intake_fn.core.answered import Answered
from intake_fn.core.caused_mails import caused_mails
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    Closed,
    Escalated,
    Event,
    Filed,
    Judged,
    MailFailed,
    NoticesBundled,
    Overruled,
    Rejected,
    Released,
    Reopened,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.figures.records import SentMail
from intake_fn.core.names import REQUESTER
from intake_fn.core.request import Kind, Priority, Request, Requester
from intake_fn.core.requester_events import Appealed
from intake_fn.core.sla import due
from intake_fn.core.steps import advance, allowed, standing, take_in
from intake_fn.core.vocabulary import Category, Failure, Outcome, Status
from intake_fn.ports import OutboxItem
from intake_fn.texts import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intake_fn.core.case import Case, Step
    from intake_fn.core.process import Process
    from intake_fn.desk import Desk

YEAR = timedelta(days=364)
JUDGE = {"judge": "built-in", "engine": "made up", "spec": "made up", "confidence": 0.9, "counter": None}
OUTCOMES = (Outcome.FIXED, Outcome.FIXED, Outcome.DONE, Outcome.DONE, Outcome.NO_CHANGE, Outcome.NOT_REPRODUCIBLE)
PRIORITIES = (Priority.HIGH, Priority.MEDIUM, Priority.MEDIUM, Priority.LOW)

CHANCES = {
    "quarantined": 0.04,
    "rejected": 0.6,
    "asked": 0.3,
    "escalated": 0.5,
    "workaround": 0.25,
    "mail failed": 0.05,
    "digest": 0.03,
    "resolved": 0.93,
    "reopened": 0.07,
    "overridden": 0.08,
    "appealed": 0.3,
    "withdrawn": 0.04,
    "answered by a clause": 0.1,
    "taken back": 0.15,
    "on a working day": 0.9,
}
"""How often something happens where it can."""


class Story:
    """A request whose events happen one after the other, with pauses of chance."""

    def __init__(self, case_id: str, at: datetime, process: Process, picked: random.Random, until: datetime) -> None:
        self.process, self.picked, self.until, self.at = process, picked, until, at
        held = self.chance("quarantined")
        reasons = (Message("quarantine.links", {"links": "9"}),) if held else ()
        self.case: Case = take_in(case_id, self._request(), at, process, reasons).case

    def chance(self, what: str) -> bool:
        """Whether it happens this time."""
        return self.picked.random() < CHANCES[what]

    def _request(self) -> Request:
        module = self.picked.choice([*self.process.modules])
        office = self.picked.choice([*self.process.offices, "client"])
        return Request(
            kind=self.picked.choice([Kind.BUG, Kind.BUG, Kind.CHANGE, Kind.QUESTION]),
            requester=Requester("Sample Requester", "sample.requester@example.com", office, "Sample Company"),
            summary=f"Made up: something about {self.process.modules[module].name.lower()}",
            description="It was made up to look at the reports.",
            priority=self.picked.choice(PRIORITIES),
            module=module,
        )

    def happens(self, kind: type[Event], hours: float, actor: str = "paul@example.com", **what: Any) -> bool:
        """Let an event happen after so many hours, more or less; False when it may not, or lies ahead."""
        self.at += timedelta(hours=hours * self.picked.uniform(0.2, 1.8))
        if self.at > self.until:
            return False
        self._breach()
        with suppress(Refused):
            self.case = advance(self.case, kind(at=self.at, actor=actor, **what), self.process).case
            return True
        return False

    def _breach(self) -> None:
        counted = due(self.case, self.process) if self.case.status.is_open else None
        if counted and counted.status(self.at).breached:
            with suppress(Refused):
                breach = Breached(at=self.at, actor="specdesk", due=counted.instant)
                self.case = advance(self.case, breach, self.process).case

    def go(self, number: int, clauses: Sequence[str]) -> None:
        """All that becomes of it."""
        if self.case.status is Status.QUARANTINED:
            if self.chance("rejected"):
                self.happens(Rejected, 5, reason="It sells something.")
                return
            self.happens(Released, 5)
        self._is_judged(number, clauses)
        self._is_worked_on(number)
        if self.chance("withdrawn"):
            self.happens(Resolved, 9, REQUESTER, resolution="", outcome=Outcome.WITHDRAWN)
            return
        if self.chance("resolved") and self.happens(
            Resolved, 30, resolution="Done.", outcome=self.picked.choice(OUTCOMES)
        ):
            if self.chance("reopened"):
                self.happens(Reopened, 40, reason="It came back.")
                self.happens(Resolved, 30, resolution="Done now.", outcome=Outcome.FIXED)
            self.happens(Closed, 100)

    def _is_worked_on(self, number: int) -> None:
        if self.chance("asked"):
            self.happens(AskedRequester, 6, question="Which shipment is it?")
            self.happens(RequesterReplied, 20, "requester", text="The one of yesterday.")
        while self.chance("escalated") and (ways := allowed(self.case, self.process).escalate_to):
            handler = self.picked.choice(self.process.levels[ways[0]].resources)
            if not self.happens(Escalated, 9, level=ways[0], handler=handler, reason="too-complex"):
                break
        if self.chance("workaround"):
            self.happens(ActivityCompleted, 4, activity="workaround", note="Use the other page.")
        if self.chance("mail failed"):
            failed = {"to": "sample.requester@example.com", "detail": "made up", "report": f"report-{number}"}
            self.happens(MailFailed, 1, "specdesk", failure=self.picked.choice([*Failure]), **failed)
        if self.chance("digest"):
            self.happens(NoticesBundled, 1, "specdesk", to="paul@example.com", notices=("assigned", "mentioned"))

    def _is_judged(self, number: int, clauses: Sequence[str]) -> None:
        module = self.process.modules[self.case.request.module]
        of_module = [clause for clause in clauses if clause.partition("#")[0] in module.spec] or list(clauses)
        clause = self.picked.choices(of_module, [1 / place for place in range(1, len(of_module) + 1)])[0]
        category = self.picked.choice([Category.BUG, Category.CHANGE, Category.MISC, Category.UNDECIDED])
        cited = {"clause": clause, "title": clause, "url": clause, "quote": "Made up.", "stance": "supports-expected"}
        citations = [cited] if category in (Category.BUG, Category.CHANGE) else []
        verdict = {**JUDGE, "category": category.value, "citations": citations, "reasons": []}
        self.happens(Judged, 0.01, "specdesk", category=category, verdict=verdict)
        self.happens(Filed, 0.01, "specdesk", number=100_000 + number, project="Support Misc", url="")
        if category is Category.UNDECIDED or self.chance("overridden"):
            others = [other for other in (Category.BUG, Category.CHANGE, Category.MISC) if other is not category]
            decided = self.picked.choice(others)
            self.happens(Overruled, 7, category=decided, clause="", reason="I have read it.")
            if self.chance("appealed") and self.happens(Appealed, 12, REQUESTER, text="I read it otherwise."):
                anew = self.picked.choice([decided, Category.MISC])
                self.happens(Overruled, 20, "roma@example.com", category=anew, clause="", reason="I have read it, too.")


def year(number: int, now: datetime, process: Process, clauses: Sequence[str]) -> Iterator[Step]:
    """Requests of the year before an instant, each as the step that writes it whole."""
    picked = random.Random(number)  # noqa: S311 - it is made up
    for each in range(number):
        at = now - YEAR * (picked.random() ** 0.8)
        at = at.replace(hour=picked.randrange(13, 23), minute=picked.randrange(60))
        at -= timedelta(days=max(0, at.weekday() - 4)) if picked.random() < CHANCES["on a working day"] else timedelta()
        story = Story(f"HD-YEAR-{each:04}", min(at, now), process, picked, now)
        story.go(each, clauses)
        case = story.case
        yield replace(standing(case, process), events=case.history)


def answers(number: int, now: datetime, clauses: Sequence[str]) -> Iterator[Answered]:
    """What people read instead of sending a request, in the same year; some of them came again."""
    picked = random.Random(number)  # noqa: S311 - it is made up
    for each in range(round(number * CHANCES["answered by a clause"])):
        at = now - YEAR * (picked.random() ** 0.8)
        back = at + timedelta(days=2) if picked.random() < CHANCES["taken back"] else None
        clause = picked.choices(clauses, [1 / place for place in range(1, len(clauses) + 1)])[0]
        yield Answered(f"year-{each}", at, clause, "made up", (f"reader-{each}",), back)


def fill(desk: Desk, number: int, clauses: Sequence[str]) -> Iterator[int]:
    """Write such a year into the stores of a desk, with the mails that it caused; after each request, how many."""
    for answer in answers(number, desk.clock(), clauses):
        desk.clause_answers.keep_answer(answer)
    for written, step in enumerate(year(number, desk.clock(), desk.process, clauses), 1):
        desk.cases.create(step, f"year-{step.case.id}")
        for version, (event, mails) in enumerate(caused_mails(step.case, desk.process), 1):
            for place, notice in enumerate(mails, 1):
                item = OutboxItem(f"{step.case.id}#{version}#{place}", step.case.id, notice, 0, event.at)
                desk.outbox.finish_mailed(item, SentMail(item.id, event.at, notice.notice))
        yield written


def main(number: int) -> None:
    """Write them into the table of the settings."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - the settings are read here

    application = Application.from_environ(os.environ)
    clauses = [clause.cite for clause in application.spec.clauses()]
    for written in fill(application.desk, number, clauses):
        if not written % 500:
            print(f"{written} requests", flush=True)
    print(f"{number} requests. Look at {application.settings.base_url}/desk/reports?by=month")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
