"""Incoming mail on the local AWS: texts of one line repeated, large mails alone, one mail fifty times, a Maildir.

python -m benchmarks.mail_in [NUMBER]
"""

from __future__ import annotations

import base64
import json
import mailbox
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.busy import busy_sandbox
from intake_fn.adapters.mail_in import read
from intake_fn.desk.inbound_mail import keep, take
from intake_fn.wiring import Application
from sandbox.mail.head import as_ses_stores
from sandbox.stack import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intake_fn.desk import Desk

NUMBER = 1000
SIZES = (10, 25, 35)
"""MB of a mail as it travels; SES takes 40."""
AT_ONCE = 50
MEGABYTE = 1_000_000


def letter(sender: str, subject: str, text: str, *headers: str, to: str = "helpdesk@example.com") -> bytes:
    """A mail as SES stores it."""
    head = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", *headers]
    raw = "\r\n".join([*head, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()
    return as_ses_stores(raw, sender, to, Application.from_environ(os.environ).clock())


def large(megabytes: int) -> bytes:
    """A mail with one file that nobody can compress, so large as a whole."""
    content = base64.encodebytes(os.urandom(int(megabytes * MEGABYTE * 0.74)))
    head = (
        "From: large@example.org\r\nTo: helpdesk@example.com\r\nSubject: A large file\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee it.\r\n--b\r\n"
        "Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="large.zip"\r\n\r\n'
    )
    raw = head.encode() + content + b"\r\n--b--\r\n"
    return as_ses_stores(raw, "large@example.org", "helpdesk@example.com", Application.from_environ(os.environ).clock())


REPEATED = {
    "who wrote": "On 1 May a@b:\n",
    "heads": "From: a@b\nSent: 1 May\nTo: x\nSubject: y\n\n",
    "marks": "* _",
    "quotes": ">\n",
    "blanks": " " * 298 + "\n",
    "empty lines": "\n",
    "signatures": "x\n-- \n",
    "rules": "______\n\n",
    "signed": "-----BEGIN PGP SIGNED MESSAGE-----\n",
    "boundaries": "--b",
    "one line": "a",
}


def repeated() -> None:
    """Reading alone, of a text of a million characters that repeats something, as a new mail and as a reply."""
    print(f"{'repeated':>12} {'new':>6} {'reply':>6}  seconds of computing")
    for name, line in REPEATED.items():
        text = (line * (MEGABYTE // len(line) + 1))[:MEGABYTE]
        took = []
        for head in ("Subject: Menu\r\n\r\n", "Subject: Re: Menu\r\nIn-Reply-To: <a@b>\r\n\r\nHello there all.\n"):
            begun = time.process_time()
            read(f"From: a@b.example.org\r\n{head}{text}".encode())
            took.append(time.process_time() - begun)
        print(f"{name:>12} {took[0]:6.1f} {took[1]:6.1f}")


def alone(path: Path) -> None:
    """Take one mail in as a fresh function does; seconds (and of computing), MB of memory and the end, as JSON."""
    desk = Application.from_environ(os.environ).background_desk
    raw, begun = path.read_bytes(), time.perf_counter()
    record = take(desk, keep(desk, raw))
    seconds, peak = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    told = {"seconds": seconds, "cpu": time.process_time(), "memory": peak, "end": record.outcome}
    print(json.dumps({**told, "size": len(raw) / MEGABYTE}))


def of_sizes(folder: Path) -> None:
    """Each size in a process of its own."""
    print(f"{'mail':>10} {'seconds':>8} {'computing':>9} {'memory':>10}  end")
    for megabytes in SIZES:
        path = folder / f"{megabytes}.eml"
        path.write_bytes(large(megabytes))
        command = [sys.executable, "-m", "benchmarks.mail_in", "alone", str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{told['size']:7.1f} MB {told['seconds']:8.1f} {told['cpu']:9.1f} {told['memory']:7.0f} MB  {told['end']}"
        )


def at_once(desk: Desk) -> None:
    """Deliver one mail many times at the same moment."""
    raw, before = letter("once@example.org", "Once", "The list of ports shows Genoa twice."), desk.counters.ledger()
    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        records = list(crowd.map(lambda _: take(desk, keep(desk, raw)), range(AT_ONCE)))
    seconds = time.perf_counter() - begun
    made = desk.counters.ledger().received - before.received
    text = desk.cases.load(take(desk, records[0].id).case_id).request.description
    print(f"\n{AT_ONCE} deliveries of one mail at once: {made} request, {seconds:.1f} s, its text {text!r}")


def writer(turn: int) -> str:
    """Who writes a mail."""
    return f"sender{turn}@company{turn % 97}.example.org"


def message_id(turn: int) -> str:
    """What a mail is called."""
    return f"<{turn}@mixed.example.org>"


def mixed(number: int, samples: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """Seven new requests, an absence, another word on the first of the requests and a forgery, over and over."""
    for turn in range(number):
        kind, sender, sample = turn % 10, writer(turn), samples[turn % len(samples)]
        subject, text = f"{sample['summary']} ({turn})", f"{sample['description']}\n\n(measurement {turn})"
        if kind == 7:  # noqa: PLR2004 - see above
            yield letter(sender, f"Automatic reply: {subject}", "I am away.", "Auto-Submitted: auto-replied")
        elif kind == 8:  # noqa: PLR2004 - see above
            yield letter(writer(turn - 8), f"Re: {subject}", text, f"In-Reply-To: {message_id(turn - 8)}")
        else:
            raw = letter(sender, subject, text, f"Message-ID: {message_id(turn)}")
            yield raw.replace(b"dmarc=pass", b"dmarc=fail") if kind == 9 else raw  # noqa: PLR2004 - see above


def maildir(desk: Desk, folder: Path, mails: Iterator[bytes]) -> None:
    """The mails of a Maildir, one after the other."""
    box = mailbox.Maildir(folder / "maildir")
    for raw in mails:
        box.add(raw)
    times, ends, before = [], Counter[str](), desk.inbound.mail_ledger()
    for file in sorted((folder / "maildir" / "new").iterdir()):
        begun = time.perf_counter()
        record = take(desk, keep(desk, file.read_bytes()))
        times.append((time.perf_counter() - begun) * 1000)
        ends[record.outcome] += 1
    cuts, ledger = statistics.quantiles(times, n=20), desk.inbound.mail_ledger()
    counted = ledger.received - before.received
    print(f"\n{len(times)} mails of a Maildir: {sum(times) / 1000:.0f} s, with judging and filing")
    print(f"{'milliseconds':14} p50 {statistics.median(times):.0f}, p95 {cuts[18]:.0f}, max {max(times):.0f}")
    print(", ".join(f"{many} {end}" for end, many in ends.most_common()))
    print(f"ledger: {counted} received, {'balanced' if ledger.balanced else 'NOT BALANCED'}")


def main(number: int = NUMBER) -> None:
    """Print all four."""
    with tempfile.TemporaryDirectory() as name, busy_sandbox(sweeps=False) as (sandbox, samples):
        os.environ.update(sandbox.environ)
        desk = sandbox.application.background_desk
        print("\nIncoming mail, on emulators, not on AWS")
        repeated()
        of_sizes(Path(name))
        at_once(desk)
        maildir(desk, Path(name), mixed(number, samples))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["alone", file]:
            alone(Path(file))
        case [number]:
            main(int(number))
        case _:
            main()
