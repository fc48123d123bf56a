"""Real workers on the application, killed with SIGKILL; what came of it is read from the table, Mantis and the mails.

Every stable of workers stands behind gates of its own (gate.py). Time is turned on between jobs, so that what a
dead worker held is free again.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self

from intake_fn.adapters.aws import client
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.adapters.provision.s3 import create_bucket
from intake_fn.core.events import AskedRequester, Escalated, NotedInMantis, RequesterReplied
from intake_fn.core.intents import SendNotice
from intake_fn.core.request import Channel
from intake_fn.core.steps import advance
from intake_fn.desk.case_lists import rows
from intake_fn.desk.inbound_mail import ARRIVED, KEPT
from intake_fn.wiring import Application
from sandbox.clock import shift
from sandbox.stack import ROOT
from tests.desk.cuts import Toll, count
from tests.e2e.gate import (
    BEFORE,
    FAULTS,
    HELD,
    KILLS,
    LATE,
    Gate,
    Knife,
    Plan,
    faults_of,
    through,
    writes,
)
from tests.mails import mail

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sandbox.stack import Sandbox

KILLED = -9
MOST_ROUNDS = 40
"""Of sweeps until nothing is owed."""


class Stable:
    """Workers, one at a time, and the knife behind them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.knife = Knife()
        self._environ = environ
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Start."""
        aws, mantis = (
            self._open.enter_context(Gate(self._environ[name], self.knife))
            for name in ("AWS_ENDPOINT_URL", "SPECDESK_MANTIS_URL")
        )
        self._keeper = self._open.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.worker"],
                cwd=ROOT,
                env={**self._environ, "AWS_ENDPOINT_URL": aws.url, "SPECDESK_MANTIS_URL": mantis.url},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Let the last worker end, and close."""
        if self._keeper.stdin:
            self._keeper.stdin.close()
        self._open.close()

    def do(self, act: str, plan: Plan = through, **job: Any) -> int:
        """Have a worker do something; how its process ended."""
        assert self._keeper.stdin
        assert self._keeper.stdout
        self.knife.begin(plan)
        self._keeper.stdin.write(json.dumps({"act": act, **job}) + "\n")
        self._keeper.stdin.flush()
        self.knife.aim(int(self._keeper.stdout.readline()))
        return int(self._keeper.stdout.readline())


@dataclass
class Yard:
    """A table and a bucket of one's own in a running sandbox, with a clock, and what is counted in the end."""

    sandbox: Sandbox
    name: str
    folder: Path
    submitted: int = 0
    written: int = 0
    replied: list[str] = field(default_factory=list)
    """The texts of the replies by mail."""
    mails: int = 0
    """That were sent to the house, each once."""
    asked_at: str = ""
    """Where the answer to the last question is awaited."""

    def __post_init__(self) -> None:
        """Make the table."""
        self.clock = self.folder / f"{self.name}.clock"
        with closing(client("dynamodb", self.sandbox.aws.environ())) as dynamodb:
            create_table(dynamodb, self.name)
        with closing(client("s3", self.sandbox.aws.environ())) as s3:
            create_bucket(s3, self.bucket)

    @property
    def bucket(self) -> str:
        """Of its own, too: the sandbox sweeps what lies in its own for mails."""
        return f"{self.name}-files"

    @cached_property
    def environ(self) -> dict[str, str]:
        """That of a worker, without gates."""
        own = {
            "SPECDESK_TABLE": self.name,
            "SPECDESK_BUCKET": self.bucket,
            "SPECDESK_CLOCK": str(self.clock),
            "SPEC_LOOKUP_MODEL": "none",
        }
        return {**self.sandbox.environ, **own}

    @cached_property
    def desk(self) -> Any:
        """For looking, and for the person who puts things back in line."""
        return Application.from_environ(self.environ).background_desk

    def stable(self) -> Stable:
        """Workers of this yard."""
        return Stable(self.environ)

    def next(self) -> str:
        """The summary of the next request, which is its submit key, too."""
        self.submitted += 1
        return f"{self.name} {self.submitted}"

    def pass_time(self, words: str = "+3min") -> None:
        """Leases end, what was postponed is due."""
        shift(self.clock, words)

    def write_in_mantis(self, number: int) -> None:
        """Somebody writes a note there."""
        self.written += 1
        self._mantis(f"issues/{number}/notes", {"text": f"{self.name}, note {self.written}"})

    def last_issue(self) -> int:
        """The number of the issue that was made last; 0 while there is none."""
        return max((int(issue["id"]) for issue in self._issues()), default=0)

    def escalate(self, summary: str) -> None:
        """The liaison escalates a request; what that makes us owe is left to the sweep."""
        row = next(row for row in self._rows() if row.summary == summary)
        case, at = self.desk.cases.load(row.id), self.desk.clock()
        event = Escalated(at=at, actor="liaison.paris@example.com", level=1, handler="ihelp", reason="too-complex")
        self.desk.cases.save(case.version, advance(case, event, self.desk.process))

    def ask(self, summary: str) -> str:
        """Somebody asks the requester; the address at which the answer is awaited."""
        row = next(row for row in self._rows() if row.summary == summary)
        case = self.desk.cases.load(row.id)
        actor = self.desk.process.people[case.handler].address
        event = AskedRequester(at=self.desk.clock(), actor=actor, question="Which one is it?")
        self.desk.cases.save(case.version, advance(case, event, self.desk.process))
        name, _, host = self.desk.process.mail.reply_to.partition("@")
        return f"{name}+{self.desk.links.mail_token(row.id)}@{host}"

    def keeps(self, raw: bytes) -> bool:
        """Whether a mail is kept, or came to its end: else its sender has it still, and sends it again."""
        mail_id = sha256(raw).hexdigest()[:40]
        return any(f"{folder}{mail_id}" in self.desk.files.keys(folder, 1000) for folder in (ARRIVED, KEPT))

    def faults_of_mail(self) -> list[str]:
        """What is wrong with the mails: each has come to an end once, and what it said stands there once."""
        ledger = self.desk.inbound.mail_ledger()
        cases = [self.desk.cases.load(row.id) for row in self._rows()]
        said = Counter(event.text for case in cases for event in case.history if isinstance(event, RequesterReplied))
        by_mail = [case for case in cases if case.request.channel is Channel.MAIL]
        found = {
            "the ledger does not balance": not ledger.balanced,
            f"{ledger.received} mails of {self.mails} were received": ledger.received != self.mails,
            f"{ledger.waiting} mails have not come to their end": bool(ledger.waiting),
            f"{ledger.quarantined} mails wait for a person": bool(ledger.quarantined),
            f"{ledger.ticketed} mails made {len(by_mail)} requests": ledger.ticketed != len(by_mail),
            f"replies were lost or stand there twice: {said}": said != Counter(self.replied),
            "a mail is left where mails arrive": bool(self.desk.files.keys(ARRIVED, 10)),
            "a file was lost": any(len(case.request.attachments) != 1 for case in by_mail),
        }
        return [fault for fault, is_so in found.items() if is_so]

    def rest(self, stable: Stable) -> None:
        """Sweep and sync without cuts until nothing is owed; a person puts filings back in line, but no mails."""
        for _ in range(MOST_ROUNDS):
            self.pass_time()
            for item in self.desk.outbox.dead_letters(limit=1000):
                if not isinstance(item.intent, SendNotice):
                    self.desk.retry(item.id, "paul@example.com")
            stable.do("sweep")
            stable.do("sync")
            if not any(not item.dead_lettered for row in self._rows() for item in self.desk.outbox.items_of(row.id)):
                return

    def toll(self, *stables: Stable) -> Toll:
        """What came of it all."""
        cases = [self.desk.cases.load(row.id) for row in self._rows()]
        toll = count(
            self.submitted,
            cases,
            [issue["summary"] for issue in self._issues()],
            [item for stable in stables for item in stable.knife.mails],
            self.desk,
            self.desk.process,
        )
        read = [event.text for case in cases for event in case.history if isinstance(event, NotedInMantis)]
        return replace(
            toll,
            notes=self.written,
            notes_missed=self.written - len({*read}),
            notes_twice=len(read) - len({*read}),
            cuts=tally(*stables),
        )

    def _rows(self) -> list[Any]:
        return list(rows(self.desk.cases, open_only=False))

    def _issues(self) -> list[dict[str, Any]]:
        shown = self._mantis("issues?page_size=100000&page=1&select=id,summary")["issues"]
        return [issue for issue in shown if issue["summary"].startswith(f"{self.name} ")]

    def _mantis(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": self.environ["SPECDESK_MANTIS_TOKEN"], "Content-Type": "application/json"}
        call = urllib.request.Request(
            f"{self.sandbox.mantis_url}/api/rest/{path}", json.dumps(body).encode() if body else None, headers
        )
        with urllib.request.urlopen(call) as answer:
            return json.load(answer)


# --- each step --------------------------------------------------------------------------------

ACTS = ("submit", "sweep", "sync")
MAILS = ("mail", "reply")
"""A new request with a file, and the reply to a question."""


def each_step(yard: Yard, stable: Stable) -> list[str]:
    """Submit, sweep and sync, killed at each of their steps; the points at which nobody was killed.

    A submit delivers what is owed for a new request; the sweep what an escalation owes, and each step once.
    """
    return [missed for act in ACTS for missed in _killed(act, yard, stable)]


def each_step_of_mail(yard: Yard, stable: Stable, acts: Sequence[str] = MAILS, but: Collection[str] = ()) -> list[str]:
    """Take mails in, killed at each of their steps; the points at which nobody was killed.

    Without the steps of `but`, the others are met once each, and the ways to be killed take turns.
    """
    return [missed for act in acts for missed in _killed(act, yard, stable, but)]


def _killed(act: str, yard: Yard, stable: Stable, but: Collection[str] = ()) -> Iterator[str]:
    _prepare(act, yard, stable)
    _job(act, yard, stable, through)
    points = [*_points(stable.knife.calls, once=act == "sweep")]
    if but:
        left = dict.fromkeys(point[:2] for point in points if point[0] not in but)
        points = [(*point, KILLS[turn % len(KILLS)]) for turn, point in enumerate(left)]
    for step, time_, way in points:
        _prepare(act, yard, stable)
        if _job(act, yard, stable, _at(step, time_, way)) != KILLED:
            yield f"{act}, {step}, {time_}, {way}"
        yard.pass_time()
        stable.do("sweep")


def _points(calls: Sequence[str], *, once: bool) -> Iterator[tuple[str, int, str]]:
    """Where a kill may leave something else behind than elsewhere: reading changes nothing."""
    seen: Counter[str] = Counter()
    for place, step in enumerate(calls):
        if writes(step) and not (once and seen[step]):
            for way in KILLS if place + 1 < len(calls) else (BEFORE, HELD):
                yield step, seen[step], way
        seen[step] += 1


def _at(step: str, time_: int, way: str) -> Plan:
    return lambda met, times: way if (met, times) == (step, time_) else ""


def _prepare(act: str, yard: Yard, stable: Stable) -> None:
    """Something to do: an escalation that is only just saved, a note in Mantis, or a question to the requester."""
    if act == "sweep":
        summary = yard.next()
        stable.do("submit", summary=summary)
        yard.escalate(summary)
    if act == "sync":
        yard.pass_time("+1min")
        yard.write_in_mantis(yard.last_issue())
    if act == "reply":
        summary = yard.next()
        stable.do("submit", summary=summary)
        yard.asked_at = yard.ask(summary)


def _job(act: str, yard: Yard, stable: Stable, plan: Plan) -> int:
    """Do it; a form whose receipt did not come is sent again with the same key, a mail that is not kept as it is."""
    if act in MAILS:
        raw = _mail(act, yard)
        sent = b64encode(raw).decode()
        ended = stable.do("mail", plan, raw=sent)
        if ended and not yard.keeps(raw):
            stable.do("mail", raw=sent)
        return ended
    if act != "submit":
        return stable.do(act, plan)
    summary = yard.next()
    ended = stable.do(act, plan, summary=summary)
    if ended:
        stable.do(act, summary=summary)
    return ended


def _mail(act: str, yard: Yard) -> bytes:
    """The next mail, from a mailbox of its own: what comes from one in a day has a limit."""
    yard.mails += 1
    message_id = f"<{yard.name}-{yard.mails}@example.com>"
    if act == "reply":
        text = f"{yard.name}, reply {yard.mails}"
        yard.replied.append(text)
        return mail(text, to=yard.asked_at, subject="Re: your question", message_id=message_id)
    sender, summary = f"sender{yard.mails}@example.com", yard.next()
    file = ("list.csv", "text/csv", b"a;1\r\n")
    return mail(f"It shows error 500. {summary}", sender=sender, subject=summary, message_id=message_id, files=(file,))


def trouble(yard: Yard, stable: Stable, fault: str, times: int) -> None:
    """A submit in which every step that writes meets a fault its first times; then the form is sent again."""

    def plan(step: str, time_: int) -> str:
        return fault if time_ < times and writes(step) and fault in faults_of(step) else ""

    summary = yard.next()
    if stable.do("submit", plan, summary=summary):
        stable.do("submit", summary=summary)


# --- by chance --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chance:
    """How often a call meets what, of a thousand calls; a call that only reads is killed a quarter as often.

    It is for one stable, so that a seed gives the same dice.
    """

    rng: random.Random
    kills: int = 0
    faults: int = 0
    late: int = 0

    def __call__(self, step: str, _: int) -> str:
        """What happens to this call."""
        drawn = self.rng.randrange(1000)
        kills = self.kills if writes(step) else self.kills // 4
        if drawn < kills:
            return self.rng.choice(KILLS)
        if drawn < kills + self.faults:
            return self.rng.choice(faults_of(step))
        return LATE if drawn < kills + self.faults + self.late else ""


def by_chance(yard: Yard, front: Stable, back: Stable, chances: tuple[Chance, ...], submissions: int) -> None:
    """One worker takes requests in while another one sweeps and syncs; a form without a receipt is sent again."""
    before, rng = yard.submitted, chances[0].rng
    again: list[str] = []
    with ThreadPoolExecutor(1) as beside:
        while again or yard.submitted - before < submissions:
            summary = again.pop() if again else yard.next()
            behind = beside.submit(back.do, rng.choice(("sweep", "sweep", "sync")), chances[1])
            if front.do("submit", chances[0], summary=summary):
                again.append(summary)
            behind.result()
            if yard.submitted % 5 == 0 and (last := yard.last_issue()):
                yard.write_in_mantis(last)
            yard.pass_time()  # only now: a lease is longer than any call takes


def tally(*stables: Stable) -> Counter[str]:
    """What happened to which step how often: "table: save, held"."""
    whole: Counter[str] = Counter()
    for stable in stables:
        whole.update({f"{step}, {way}": times for (step, way), times in stable.knife.tally.items()})
    return whole


def table(*stables: Stable) -> str:
    """The same for people: a line for each step, a column for each way."""
    whole = tally(*stables)
    ways = [way for way in (*KILLS, *FAULTS, LATE) if any(key.endswith(f", {way}") for key in whole)]
    steps = sorted({step for stable in stables for step, _ in stable.knife.tally})
    killed = sum(whole[f"{step}, {way}"] for step in steps for way in KILLS)
    lines = [f"{f'{killed} workers killed':<26}" + "".join(f"{way:>13}" for way in ways)]
    lines += [f"{step:<26}" + "".join(f"{whole[f'{step}, {way}'] or '':>13}" for way in ways) for step in steps]
    return "\n".join(lines)
