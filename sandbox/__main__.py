"""`make run`: the whole application on this machine, on 127.0.0.1 only, until Ctrl-C.

    wiki and pages   http://127.0.0.1:8000     PORT
    local AWS        http://127.0.0.1:4566     AWS_PORT
    stand-in Mantis  http://127.0.0.1:8989     MANTIS_PORT, or MANTIS_URL and MANTIS_TOKEN for a real one
    mail to the desk smtp://127.0.0.1:2525     MAIL_PORT; any mail program can send to it
    language model   recorded readings of      LLM_URL, LLM_MODEL and LLM_KEY for one that reads the clauses;
                     what `make demo` sends    JUDGE=builtin for the built-in judge alone

What was entered lives in build/state (BUILD names another folder than build) and survives a stop;
`make clean` forgets it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from intake_fn.adapters.mail_headers import flaw_of
from sandbox.aws import SandboxError
from sandbox.language_model import judge_of_sandbox, which_judge
from sandbox.real_mantis import RealMantis
from sandbox.stack import ROOT, Ports, Sandbox


def main() -> int:
    """Start everything, print where it is, wait for Ctrl-C, stop everything; the exit status."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if flaw := flaw_of(sys.version_info[:3]):
        print(f"Note: {flaw}", file=sys.stderr)
    try:
        ports = Ports.from_environ(os.environ)
        real = RealMantis.from_environ(os.environ)
        llm = judge_of_sandbox(os.environ)
        print("Building the wiki and the index of the spec ...", flush=True)
        build = Path(os.environ.get("BUILD") or ROOT / "build")
        with Sandbox(ports, build=build, state=build / "state", real=real, llm=llm) as sandbox:
            print(
                f"""
Specdesk is running. Ctrl-C ends it; what you enter is kept until `make clean`.

  Wiki and forms     {sandbox.url}/
  Engineers' desk    {sandbox.url}/desk      sign in as any address of support.yml, e.g. paul@example.com
  Mail in and out    {sandbox.url}/sandbox/mail
  Mail to the desk   {sandbox.mail_server.url}      for {sandbox.application.process.mail.reply_to}
  {"Mantis itself  " if real else "Stand-in Mantis"}    {sandbox.mantis_url}/
  Local AWS          {sandbox.aws.url}
  Judge              {which_judge(sandbox.application)}

  In another terminal, `make demo` sends {sandbox.url} a day's worth of requests, and `make shell` opens a shell in
  which `specdesk` commands work on what was entered here.
""",
                flush=True,
            )
            for lack in sandbox.mantis_lacks:
                print(f"Mantis: {lack}", flush=True)
            sandbox.serve(stop)
            print("\nStopping ...", flush=True)
    except SandboxError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
