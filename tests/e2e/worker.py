"""A pool of workers: each job on a line of standard input is done by a process of its own, which may be killed.

    {"act": "submit", "summary": "Request 7"}  ──►  its process id  ──►  how it ended (-9: killed)
    {"act": "mail", "raw": "base64 ..."}

The application is built once; each worker is forked from it, before it has called any server.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from intake_fn import log
from intake_fn.core.errors import SpecdeskError, TryLater
from intake_fn.core.process import Process, Usual
from intake_fn.core.request import Kind, Priority, Request, Requester
from intake_fn.desk.inbound_mail import keep, sweep_mail, take
from intake_fn.desk.spam_check import Submission
from intake_fn.mail_templates import environment
from intake_fn.wiring import Application

A_MILLION = 1_000_000
NOT_NOW = 3
"""The exit status of a job that could not be done now."""


def main() -> None:
    """Do jobs until the input ends."""
    application = Application.from_environ(os.environ)
    log.write_by(lambda _line: None)
    desk = application.background_desk
    made = application.spec, desk.cases.table.client, desk.mailer._client  # type: ignore[attr-defined]  # DynamoStore, SesMailer
    del made
    mails = environment()
    for name in mails.list_templates():
        mails.get_template(name)  # compiled once, not by every worker
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            os._exit(_done(application, json.loads(line)))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _done(application: Application, job: dict[str, Any]) -> int:
    try:
        if job["act"] == "submit":
            background = application.background_desk
            desk = replace(application.desk, process=busy(application.process), dispatch=AtOnce(background.deliver))
            desk.take_in(request(job["summary"]), job["summary"], Submission())
        elif job["act"] == "mail":
            desk = replace(application.background_desk, process=busy(application.process))
            take(desk, keep(desk, b64decode(job["raw"])))
        elif job["act"] == "sweep":
            application.background_desk.sweep()
            sweep_mail(replace(application.background_desk, process=busy(application.process)))
        else:
            application.background_desk.sync()
    except SpecdeskError:
        return NOT_NOW
    return 0


@dataclass
class AtOnce:
    """The Dispatch port: the deliveries after the receipt are made here, where they can be killed at each step."""

    deliver: Callable[[str], object]

    def soon(self, case_id: str) -> None:
        """See Dispatch."""
        with suppress(TryLater):
            self.deliver(case_id)


def busy(process: Process) -> Process:
    """The process with limits of the quarantine that so many requests a minute do not reach."""
    quarantine = replace(process.intake.quarantine, known=Usual(A_MILLION, A_MILLION, A_MILLION, A_MILLION))
    return replace(process, intake=replace(process.intake, quarantine=quarantine))


def request(summary: str) -> Request:
    """A complete bug report from Paris."""
    return Request(
        kind=Kind.BUG,
        requester=Requester("Camille", "camille@example.com", "paris"),
        summary=summary,
        description="It shows error 500.",
        expected="The shipment opens.",
        steps="1. Open it",
        always=True,
        priority=Priority.HIGH,
        module="shipments",
    )


if __name__ == "__main__":
    main()
