"""`python -m sandbox.rehearsal`: run all steps and print what came of each."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path

from sandbox.aws import HOST, LocalAws
from sandbox.rehearsal.front import Front
from sandbox.rehearsal.stage import RehearsalError, RehearsedStage
from sandbox.rehearsal.steps import Rehearsal
from sandbox.stack import free_port


def main() -> int:
    """Run all steps; 1 if one failed, which ends the rehearsal."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="specdesk-rehearsal-")))
        aws = stack.enter_context(LocalAws())
        port = free_port(0, "PORT")
        stage = RehearsedStage(aws, folder, free_port(0, "MANTIS_PORT"), f"http://{HOST}:{port}")
        stack.callback(stage.stop_mantis)
        stack.enter_context(Front(port, stage))
        stage.write_settings()
        stage.start_mantis()
        steps, began = Rehearsal(stage).steps, time.monotonic()
        for name, act in steps.items():
            begin = time.monotonic()
            try:
                result = act()
            except (RehearsalError, subprocess.TimeoutExpired, OSError, HTTPException) as error:
                print(f"{name:28} {time.monotonic() - begin:7.1f} s  FAILED  {error}", file=sys.stderr)
                return 1
            print(f"{name:28} {time.monotonic() - begin:7.1f} s  {result}", flush=True)
        print(f"All {len(steps)} steps in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
