"""The sandbox: the real app beside a local AWS and the stand-in Mantis, started and stopped as one.

The browser tests, `make run` and the benchmarks all use this one class.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import quote

from intake_fn.adapters.deadline import seconds_left, within
from intake_fn.adapters.mail_objects import mails_in
from intake_fn.core.errors import SpecdeskError
from intake_fn.core.process_file import parse
from intake_fn.core.redaction import redacted
from intake_fn.desk import retention
from intake_fn.desk.inbound_mail import ARRIVED, keep, sweep_mail, take
from intake_fn.desk.sweep_parts import Part, run_parts
from intake_fn.wiring import Application
from sandbox.aws import LocalAws, SandboxError, provision
from sandbox.front import SHOWN, Mails, front
from sandbox.mail.smtp import Inbox, MailServer
from sandbox.real_mantis import RealMantis
from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.core.process import Process

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
VERSIONS = ("4.1", "4.2", "4.3")
"""Versions of the product that the stand-in Mantis knows."""
SETTINGS = "settings.json"
"""The settings of the running sandbox, beside what was entered; `make shell` reads them."""
MAIL_PORT = 2525
SWEEP_SECONDS = 2.0
"""In production the sweep runs every minute; here somebody is watching."""
LONGEST_SWEEP = 57.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the four servers listen; 0 takes any free port."""

    site: int = 8000
    aws: int = 4566
    mantis: int = 8989
    mail: int | None = None
    """The port of SMTP; None takes 2525 where that is free, else any free one."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Ports:
        """PORT, AWS_PORT, MANTIS_PORT and MAIL_PORT, where given. Raises SandboxError."""
        names = {"site": "PORT", "aws": "AWS_PORT", "mantis": "MANTIS_PORT", "mail": "MAIL_PORT"}
        given = {}
        for key, name in names.items():
            text = environ.get(name, "")
            if text and not (re.fullmatch("[0-9]{1,5}", text) and int(text) < 2**16):
                raise SandboxError(f"{name}={text!r} is not a port number.")
            if text:
                given[key] = int(text)
        return cls(**given)

    def of_mail(self) -> int:
        """The port of SMTP. Raises SandboxError when the one that was asked for is taken."""
        if self.mail is not None or not self.site:
            return free_port(self.mail or 0, "MAIL_PORT")
        try:
            return free_port(MAIL_PORT, "MAIL_PORT")
        except SandboxError:
            return free_port(0, "MAIL_PORT")


def free_port(port: int, name: str) -> int:
    """`port` itself when it is free, any free one for 0. Raises SandboxError that says how to choose another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SandboxError(
                f"Port {port} is taken by another program. Choose another: make run {name}=PORT_NUMBER"
            ) from error
        bound: int = probe.getsockname()[1]
        return bound


class Judging(Protocol):
    """What judges beside or in the place of the built-in judge (sandbox/language_model.py, sandbox/recorded.py)."""

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the application."""
        ...


@dataclass
class Sandbox:
    """Everything that `make run` starts. Use it as a context manager; `state` None keeps nothing."""

    ports: Ports = field(default_factory=Ports)
    build: Path = ROOT / "build"
    state: Path | None = ROOT / "build" / "state"
    wiki: bool = True
    support: Path = ROOT / "support.yml"
    spec: Path = ROOT / "docs" / "spec"
    """The spec that the desk looks up; the wiki is always that of this checkout."""
    real: RealMantis | None = None
    """A Mantis that is there already; the stand-in is started where there is none."""
    llm: Judging | None = None
    """A language model that reads the clauses, or what one has read; without any the built-in judge is alone."""
    sweeps: bool = True
    """Whether it sweeps by itself; who sweeps by hand sees what came of what."""

    @property
    def clock_file(self) -> Path:
        """Where the shift of its clock stands (sandbox/clock.py)."""
        return (self.state or self.build) / "clock"

    def __enter__(self) -> Self:
        """Start. Raises SandboxError that says what is missing; nothing is left running then."""
        self._closing: list[Any] = []
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything, the last first."""
        self.close()

    def _start(self) -> None:
        site_port = free_port(self.ports.site, "PORT")
        self._mail_port = self.ports.of_mail()
        self._mantis_port = 0 if self.real else free_port(self.ports.mantis, "MANTIS_PORT")
        self.url = f"http://{HOST}:{site_port}"
        self.mantis_url = self.real.url if self.real else f"http://{HOST}:{self._mantis_port}"
        self.mantis_lacks = self.real.lacks(_process(self.support)) if self.real else []
        if self.wiki:
            self._make("mkdocs", "build", "--quiet", "--site-dir", str(self.build / "site"))
        self._build_index()

        self.aws = LocalAws(self.state / "aws" if self.state else None, self.ports.aws)
        self._closing.append(self.aws.stop)
        self.aws.start()
        self.environ = self._settings()
        self._port = site_port
        self.application = Application.from_environ(self.environ)
        provision(self.environ, self.application.process, self.application.settings.pages_at)
        if not self.real:
            self.start_mantis()
            self._closing.append(self.stop_mantis)
        self._serve_site()
        self._closing.append(self._stop_site)
        if self.sweeps:
            self._start_sweeping()
        self.mail_server = MailServer(self._inbox(), HOST, self._mail_port)
        self._closing.append(self.mail_server.stop)
        self.mail_server.start()
        if self.state:
            self._keep_settings(self.state / SETTINGS)

    def _settings(self) -> dict[str, str]:
        """The environment of the application, with the local AWS."""
        return {
            **self.aws.environ(),
            "SPECDESK_TABLE": "specdesk",
            "SPECDESK_BUCKET": "specdesk-files",
            "SPECDESK_MANTIS_URL": self.mantis_url,
            "SPECDESK_MANTIS_TOKEN": self.real.token if self.real else "sandbox-token-0123456789abcdefghij",
            "SPECDESK_BASE_URL": self.url,
            "SPECDESK_PROCESS": str(self.support),
            "SPECDESK_SITE_URL": self.url,
            "SPECDESK_INDEX": str(self.build / "index"),
            "SPECDESK_SECRET_KEY": self._secret(),
            "SPECDESK_SANDBOX": "1",
            "SPECDESK_CLOCK": str(self.clock_file),
            "SPECDESK_FIRST_DELAY_SECONDS": "2",
            "SPECDESK_QUALIFICATION": str(self.build / "qualification.json"),
            **(self.llm.settings if self.llm else {}),
        }

    def serve(self, stop: threading.Event) -> None:
        """Wait until somebody sets `stop`."""
        while not stop.wait(0.5):
            pass

    def publish(self) -> None:
        """Deploy anew, as after a change of the spec: the index is rebuilt, and the function starts with it."""
        self._build_index()
        self._stop_site()
        self.application = Application.from_environ(self.environ)
        self._serve_site()

    def close(self) -> None:
        """Stop what was started, the last first, whatever happens on the way."""
        while self._closing:
            closing = self._closing.pop()
            try:
                closing()
            except Exception as error:  # noqa: BLE001 - the others must be stopped, too
                print(f"While stopping: {error}", file=sys.stderr)

    # --- the stand-in Mantis, in a process of its own so that it can be down ------------------

    def start_mantis(self) -> None:
        """Start the stand-in and wait until it answers. Raises SandboxError."""
        command = [sys.executable, "-m", "sandbox.mantis", "--port", str(self._mantis_port)]
        command += ["--support", str(self.support), "--versions", ",".join(VERSIONS), "--until-input-ends"]
        command += ["--state", str(self.state / "mantis")] if self.state else []
        environ = {**os.environ, "MANTIS_TOKEN": self.environ["SPECDESK_MANTIS_TOKEN"]}
        self.mantis = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,  # ends with us, and it with that
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(100):
            if answers(self.mantis_url):
                return
            if self.mantis.poll() is not None:
                break
            time.sleep(0.1)
        raise SandboxError("The stand-in Mantis does not start; what it printed above says why.")

    def stop_mantis(self) -> None:
        """Stop the stand-in, as if Mantis were down."""
        if self.mantis.poll() is None:
            self.mantis.send_signal(signal.SIGTERM)
            try:
                self.mantis.wait(10)
            except subprocess.TimeoutExpired:
                self.mantis.kill()
                self.mantis.wait()
        if self.mantis.stdin:
            self.mantis.stdin.close()

    # --- mail that comes in -------------------------------------------------------------------

    def receive_mail(self, raw: bytes) -> MailRecord:
        """Keep a mail as SES does, and do what the function does for S3's event; the record of what became of it."""
        mail_id = keep(self.application.background_desk, raw)
        self._on_mail(mail_id)
        return self.application.background_desk.inbound.mail(mail_id)

    def _on_mail(self, mail_id: str) -> None:
        """What the function does with the event that S3 sends for a new object (intake_fn/entry.py, `on_mail`)."""
        of_object = {"bucket": {"name": self.environ["SPECDESK_BUCKET"]}, "object": {"key": quote(ARRIVED + mail_id)}}
        for each in mails_in({"Records": [{"eventSource": "aws:s3", "s3": of_object}]}):
            take(self.application.background_desk, each)

    def _inbox(self) -> Inbox:
        """What the SMTP server takes, and where it puts it."""
        mail = self.application.process.mail
        return Inbox(
            {mail.address.lower(), mail.reply_to.lower()},
            lambda raw: keep(self.application.background_desk, raw),
            self._on_mail,
            self.application.clock,
        )

    # --- parts --------------------------------------------------------------------------------

    def _start_sweeping(self) -> None:
        self._stopping = threading.Event()
        self._sweeping = threading.Thread(target=self._sweep, daemon=True)
        self._sweeping.start()
        self._closing.append(self._sweeping.join)
        self._closing.append(self._stopping.set)

    def _sweep_parts(self) -> list[Part]:
        """As the function has them, but for the nightly check, which has its command."""
        desk = replace(self.application.background_desk, sync_every=timedelta(seconds=SWEEP_SECONDS))
        return [
            Part("invitation", lambda: {"invited": desk.invite()}, most=10, least=10),
            Part("deliveries", lambda: asdict(desk.sweep()), most=40, least=14),
            Part("mail", lambda: {"mails": sweep_mail(desk)}, most=12, least=4),
            Part("sync", lambda: asdict(desk.sync()), most=27, least=8),
            Part("retention", lambda: retention.sweep(self.application.eraser), most=14, least=4),
        ]

    def _sweep(self) -> None:
        while not self._stopping.wait(SWEEP_SECONDS):
            try:
                with within(LONGEST_SWEEP, parts=True):
                    ran = run_parts(self._sweep_parts(), lambda: seconds_left(inside=True), within)
                if ran.failed:
                    print(f"The sweep will try again: {', '.join(ran.failed)}", file=sys.stderr)
                self.aws.keep_mails()
            except (SpecdeskError, SandboxError, OSError) as error:
                print(f"The sweep will try again: {redacted(str(error))}", file=sys.stderr)

    def _build_index(self) -> None:
        self._make("specdesk", "build-index", "--spec", str(self.spec), "--out", str(self.build / "index"))

    def _serve_site(self) -> None:
        application = self.application
        site = self.build / "site"
        mails = Mails(
            self.aws.mails,
            lambda: application.desk.inbound.mails(limit=SHOWN).records,
            f"smtp://{HOST}:{self._mail_port}",
        )
        app = front(application.app, site, mails, self.mantis_url, application.settings.files_at)
        self.server = Server(app, HOST, self._port)
        self.server.start()

    def _stop_site(self) -> None:
        self.server.stop()
        self.application.stop()

    def _make(self, program: str, *arguments: str) -> None:
        command = [str(Path(sys.executable).parent / program), *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SandboxError(f"`{program}` failed:\n{done.stdout}{done.stderr}")

    def _keep_settings(self, path: Path) -> None:
        """Leave the settings for `make shell` until the stop; for the owner alone, as a key is in them."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.environ), encoding="utf-8")
        self._closing.append(lambda: path.unlink(missing_ok=True))

    def _secret(self) -> str:
        """The key that signs links; kept, so that links survive a restart."""
        if not self.state:
            return secrets.token_hex(32)
        path = self.state / "secret-key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), encoding="ascii")
        return path.read_text(encoding="ascii")


def _process(support: Path) -> Process:
    """The process file, which names what Mantis must have. Raises SandboxError."""
    try:
        return parse(support.read_text(encoding="utf-8"), support.name)
    except SpecdeskError as error:
        raise SandboxError(str(error)) from error


def answers(url: str) -> bool:
    """Whether somebody answers at an address, with whatever."""
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
