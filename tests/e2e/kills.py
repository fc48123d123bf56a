"""Workers of the real application are killed with SIGKILL; the result is read from the table, Mantis and the mails.

Each pool of workers reaches the servers through its own proxies (fault_proxy.py). The clock is advanced between jobs,
so that the leases of a dead worker end.
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
from tests.desk.fault_injection import RunResult, count
from tests.e2e.fault_proxy import (
    BEFORE,
    FAULTS,
    HELD,
    KILLS,
    LATE,
    FaultInjector,
    FaultProxy,
    Plan,
    faults_of,
    through,
    writes,
)
from tests.mails import mail

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sandbox.stack import Sandbox

KILLED = -9
MOST_ROUNDS = 40
"""Of sweeps until nothing is pending."""


class WorkerPool:
    """Workers, one at a time, and the fault injector between them and the servers."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.injector = FaultInjector()
        self._environ = environ
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Start the proxies and the process that forks workers."""
        aws, mantis = (
            self._open.enter_context(FaultProxy(self._environ[name], self.injector))
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
        """Wait for the last worker, and close."""
        if self._keeper.stdin:
            self._keeper.stdin.close()
        self._open.close()

    def do(self, act: str, plan: Plan = through, **job: Any) -> int:
        """Have a worker do a job; its exit status, negative the signal that killed it."""
        assert self._keeper.stdin
        assert self._keeper.stdout
        self.injector.begin(plan)
        self._keeper.stdin.write(json.dumps({"act": act, **job}) + "\n")
        self._keeper.stdin.flush()
        self.injector.target(int(self._keeper.stdout.readline()))
        return int(self._keeper.stdout.readline())


@dataclass
class Installation:
    """A table, a bucket and a clock of its own in a running sandbox, and counts of what was sent to it."""

    sandbox: Sandbox
    name: str
    folder: Path
    submitted: int = 0
    written: int = 0
    replied: list[str] = field(default_factory=list)
    """The texts of the replies by mail."""
    mails: int = 0
    """Mails sent to the desk, each counted once."""
    asked_at: str = ""
    """The address that awaits the answer to the last question."""

    def __post_init__(self) -> None:
        """Create the table and the bucket."""
        self.clock = self.folder / f"{self.name}.clock"
        with closing(client("dynamodb", self.sandbox.aws.environ())) as dynamodb:
            create_table(dynamodb, self.name)
        with closing(client("s3", self.sandbox.aws.environ())) as s3:
            create_bucket(s3, self.bucket)

    @property
    def bucket(self) -> str:
        """Its own, too: the sandbox takes in the mails that lie in its bucket."""
        return f"{self.name}-files"

    @cached_property
    def environ(self) -> dict[str, str]:
        """The environment of a worker, without proxies."""
        own = {
            "SPECDESK_TABLE": self.name,
            "SPECDESK_BUCKET": self.bucket,
            "SPECDESK_CLOCK": str(self.clock),
            "SPEC_LOOKUP_MODEL": "none",
        }
        return {**self.sandbox.environ, **own}

    @cached_property
    def desk(self) -> Any:
        """A desk that reads the result, and retries dead letters as a person does."""
        return Application.from_environ(self.environ).background_desk

    def workers(self) -> WorkerPool:
        """A pool of workers of this installation."""
        return WorkerPool(self.environ)

    def next(self) -> str:
        """The summary of the next request; it is also its submit key."""
        self.submitted += 1
        return f"{self.name} {self.submitted}"

    def pass_time(self, words: str = "+3min") -> None:
        """Advance the clock: leases end, and postponed deliveries are due."""
        shift(self.clock, words)

    def write_in_mantis(self, number: int) -> None:
        """Write a note to an issue, as a person does."""
        self.written += 1
        self._mantis(f"issues/{number}/notes", {"text": f"{self.name}, note {self.written}"})

    def last_issue(self) -> int:
        """The number of the newest issue; 0 while there is none."""
        return max((int(issue["id"]) for issue in self._issues()), default=0)

    def escalate(self, summary: str) -> None:
        """The liaison escalates a request; its deliveries are left to the sweep."""
        row = next(row for row in self._rows() if row.summary == summary)
        case, at = self.desk.cases.load(row.id), self.desk.clock()
        event = Escalated(at=at, actor="liaison.paris@example.com", level=1, handler="ihelp", reason="too-complex")
        self.desk.cases.save(case.version, advance(case, event, self.desk.process))

    def ask(self, summary: str) -> str:
        """Somebody asks the requester; the address that awaits the answer."""
        row = next(row for row in self._rows() if row.summary == summary)
        case = self.desk.cases.load(row.id)
        actor = self.desk.process.people[case.handler].address
        event = AskedRequester(at=self.desk.clock(), actor=actor, question="Which one is it?")
        self.desk.cases.save(case.version, advance(case, event, self.desk.process))
        name, _, host = self.desk.process.mail.reply_to.partition("@")
        return f"{name}+{self.desk.links.mail_token(row.id)}@{host}"

    def keeps(self, raw: bytes) -> bool:
        """Whether a mail is kept; one that is not is sent again by its sender."""
        mail_id = sha256(raw).hexdigest()[:40]
        return any(f"{folder}{mail_id}" in self.desk.files.keys(folder, 1000) for folder in (ARRIVED, KEPT))

    def faults_of_mail(self) -> list[str]:
        """What is wrong with the mails: each must reach one end, and its text must stand in one request once."""
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

    def settle(self, workers: WorkerPool) -> None:
        """Sweep and sync without faults until nothing is pending; a person retries dead filings, but no mails.

        A sync that has no time for all that it lists goes on in the next, so there are as many as the notes need.
        """
        for _ in range(MOST_ROUNDS):
            self.pass_time()
            for item in self.desk.outbox.dead_letters(limit=1000):
                if not isinstance(item.intent, SendNotice):
                    self.desk.retry(item.id, "paul@example.com")
            workers.do("sweep")
            workers.do("sync")
            pending = (not item.dead_lettered for row in self._rows() for item in self.desk.outbox.items_of(row.id))
            if not any(pending) and len({*self._notes_read()}) == self.written:
                return

    def _notes_read(self) -> list[str]:
        """The notes that people wrote in Mantis, as the requests have them."""
        cases = [self.desk.cases.load(row.id) for row in self._rows()]
        return [event.text for case in cases for event in case.history if isinstance(event, NotedInMantis)]

    def result(self, *pools: WorkerPool) -> RunResult:
        """What the table, Mantis and the mail service hold in the end."""
        cases = [self.desk.cases.load(row.id) for row in self._rows()]
        result = count(
            self.submitted,
            cases,
            [issue["summary"] for issue in self._issues()],
            [item for pool in pools for item in pool.injector.mails],
            self.desk,
            self.desk.process,
        )
        read = self._notes_read()
        return replace(
            result,
            notes=self.written,
            notes_missed=self.written - len({*read}),
            notes_twice=len(read) - len({*read}),
            faults_injected=tally(*pools),
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


@dataclass(frozen=True)
class Proof:
    """What became of work that was done through faults, once nothing is pending."""

    installation: Installation
    workers: WorkerPool
    missed: list[str]
    """The points at which no worker was killed."""
    result: RunResult


def prove(sandbox: Sandbox, name: str, folder: Path, work: Callable[[Installation, WorkerPool], list[str]]) -> Proof:
    """Do some work on an installation of its own, and settle. `work` gives the points at which no worker was killed."""
    installation = Installation(sandbox, name, folder)
    with installation.workers() as workers:
        missed = work(installation, workers)
        installation.settle(workers)
        return Proof(installation, workers, missed, installation.result(workers))


# --- each step --------------------------------------------------------------------------------

ACTS = ("submit", "sweep", "sync")
MAILS = ("mail", "reply")
"""A new request with a file, and the reply to a question."""


def each_step(installation: Installation, workers: WorkerPool) -> list[str]:
    """Kill workers at each step of a submit, a sweep and a sync; the points at which no worker was killed.

    A submit delivers what a new request needs; the sweep what an escalation needs, with each kind of step once.
    """
    return [missed for act in ACTS for missed in _killed(act, installation, workers)]


def each_step_of_mail(
    installation: Installation, workers: WorkerPool, acts: Sequence[str] = MAILS, but: Collection[str] = ()
) -> list[str]:
    """Kill workers at each step of taking mails in; the points at which no worker was killed.

    With `but`, its steps are left out, and each other step has one kill, before, held and after in turn.
    """
    return [missed for act in acts for missed in _killed(act, installation, workers, but)]


def _killed(act: str, installation: Installation, workers: WorkerPool, but: Collection[str] = ()) -> Iterator[str]:
    _prepare(act, installation, workers)
    _job(act, installation, workers, through)
    points = [*_points(workers.injector.calls, once=act == "sweep")]
    if but:
        left = dict.fromkeys(point[:2] for point in points if point[0] not in but)
        points = [(*point, KILLS[turn % len(KILLS)]) for turn, point in enumerate(left)]
    for step, time_, way in points:
        _prepare(act, installation, workers)
        if _job(act, installation, workers, _at(step, time_, way)) != KILLED:
            yield f"{act}, {step}, {time_}, {way}"
        installation.pass_time()
        workers.do("sweep")


def _points(calls: Sequence[str], *, once: bool) -> Iterator[tuple[str, int, str]]:
    """The points at which a kill can matter: after a step that reads, it leaves what the step before it left."""
    seen: Counter[str] = Counter()
    for place, step in enumerate(calls):
        if writes(step) and not (once and seen[step]):
            for way in KILLS if place + 1 < len(calls) else (BEFORE, HELD):
                yield step, seen[step], way
        seen[step] += 1


def _at(step: str, time_: int, way: str) -> Plan:
    return lambda met, times: way if (met, times) == (step, time_) else ""


def _prepare(act: str, installation: Installation, workers: WorkerPool) -> None:
    """Make work for a job: a new escalation, a note in Mantis, or a question to the requester."""
    if act == "sweep":
        summary = installation.next()
        workers.do("submit", summary=summary)
        installation.escalate(summary)
    if act == "sync":
        installation.pass_time("+1min")
        installation.write_in_mantis(installation.last_issue())
    if act == "reply":
        summary = installation.next()
        workers.do("submit", summary=summary)
        installation.asked_at = installation.ask(summary)


def _job(act: str, installation: Installation, workers: WorkerPool, plan: Plan) -> int:
    """Have a job done; a form without a receipt is sent again with the same key, a mail that is not kept unchanged."""
    if act in MAILS:
        raw = _mail(act, installation)
        sent = b64encode(raw).decode()
        ended = workers.do("mail", plan, raw=sent)
        if ended and not installation.keeps(raw):
            workers.do("mail", raw=sent)
        return ended
    if act != "submit":
        return workers.do(act, plan)
    summary = installation.next()
    ended = workers.do(act, plan, summary=summary)
    if ended:
        workers.do(act, summary=summary)
    return ended


def _mail(act: str, installation: Installation) -> bytes:
    """The next mail, from a mailbox of its own: a mailbox has a limit a day."""
    installation.mails += 1
    message_id = f"<{installation.name}-{installation.mails}@example.com>"
    if act == "reply":
        text = f"{installation.name}, reply {installation.mails}"
        installation.replied.append(text)
        return mail(text, to=installation.asked_at, subject="Re: your question", message_id=message_id)
    sender, summary = f"sender{installation.mails}@example.com", installation.next()
    file = ("list.csv", "text/csv", b"a;1\r\n")
    return mail(f"It shows error 500. {summary}", sender=sender, subject=summary, message_id=message_id, files=(file,))


def server_faults(installation: Installation, workers: WorkerPool, fault: str, times: int) -> None:
    """A submit in which each step that writes fails its first `times`; then the form is sent again."""

    def plan(step: str, time_: int) -> str:
        return fault if time_ < times and writes(step) and fault in faults_of(step) else ""

    summary = installation.next()
    if workers.do("submit", plan, summary=summary):
        workers.do("submit", summary=summary)


# --- at random --------------------------------------------------------------------------------


@dataclass(frozen=True)
class RandomFaults:
    """A plan of random faults, each so often in a thousand calls; one that only reads is killed a quarter as often.

    Each pool has its own, so that a seed gives the same faults.
    """

    rng: random.Random
    kills: int = 0
    faults: int = 0
    late: int = 0

    def __call__(self, step: str, _: int) -> str:
        """The fault for a call."""
        drawn = self.rng.randrange(1000)
        kills = self.kills if writes(step) else self.kills // 4
        if drawn < kills:
            return self.rng.choice(KILLS)
        if drawn < kills + self.faults:
            return self.rng.choice(faults_of(step))
        return LATE if drawn < kills + self.faults + self.late else ""


def random_faults(
    installation: Installation, front: WorkerPool, back: WorkerPool, chances: tuple[RandomFaults, ...], submissions: int
) -> None:
    """One worker takes requests in while another sweeps and syncs; a form without a receipt is sent again."""
    before, rng = installation.submitted, chances[0].rng
    again: list[str] = []
    with ThreadPoolExecutor(1) as beside:
        while again or installation.submitted - before < submissions:
            summary = again.pop() if again else installation.next()
            behind = beside.submit(back.do, rng.choice(("sweep", "sweep", "sync")), chances[1])
            if front.do("submit", chances[0], summary=summary):
                again.append(summary)
            behind.result()
            if installation.submitted % 5 == 0 and (last := installation.last_issue()):
                installation.write_in_mantis(last)
            installation.pass_time()  # only now: a lease is longer than any call takes


def tally(*pools: WorkerPool) -> Counter[str]:
    """How often each step had each fault, as in "table: save, held"."""
    whole: Counter[str] = Counter()
    for pool in pools:
        whole.update({f"{step}, {way}": times for (step, way), times in pool.injector.tally.items()})
    return whole


def table(*pools: WorkerPool) -> str:
    """The figures as a table: a line for each step, a column for each fault."""
    whole = tally(*pools)
    ways = [way for way in (*KILLS, *FAULTS, LATE) if any(key.endswith(f", {way}") for key in whole)]
    steps = sorted({step for pool in pools for step, _ in pool.injector.tally})
    killed = sum(whole[f"{step}, {way}"] for step in steps for way in KILLS)
    lines = [f"{f'{killed} workers killed':<26}" + "".join(f"{way:>13}" for way in ways)]
    lines += [f"{step:<26}" + "".join(f"{whole[f'{step}, {way}'] or '':>13}" for way in ways) for step in steps]
    return "\n".join(lines)
