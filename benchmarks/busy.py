"""A sandbox of its own for a measurement, with an office from which very many requests are usual."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.demo import REQUESTS
from sandbox.stack import ROOT, Ports, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

A_MILLION = 1_000_000


def busy(support: str) -> str:
    """A support.yml for an office from which so many requests in a minute are usual."""
    process: dict[str, Any] = yaml.safe_load(support)
    usual: dict[str, int] = process["intake"]["quarantine"]["known"]
    usual |= dict.fromkeys(usual, A_MILLION)
    return yaml.safe_dump(process, allow_unicode=True, sort_keys=False)


TERMINATED = 128 + signal.SIGTERM


def _leave(number: int, frame: FrameType | None) -> None:
    """Leave the sandbox as after an error."""
    del number, frame
    sys.exit(TERMINATED)


@contextmanager
def busy_sandbox(*, sweeps: bool = True) -> Iterator[tuple[Sandbox, list[dict[str, Any]]]]:
    """The sandbox, running on free ports without the wiki, and the requests of `make demo`.

    `sweeps` says whether it sweeps meanwhile, in the same process: in production another function does. It is stopped
    in good order by SIGTERM, too, as `timeout` sends it; by SIGKILL its servers end by themselves.
    """
    signal.signal(signal.SIGTERM, _leave)
    requests = [json.loads(line) for line in REQUESTS.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        support = here / "support.yml"
        support.write_text(busy((ROOT / "support.yml").read_text(encoding="utf-8")), encoding="utf-8")
        build, state = here / "build", here / "state"
        with Sandbox(Ports(0, 0, 0), build=build, state=state, wiki=False, support=support, sweeps=sweeps) as sandbox:
            yield sandbox, requests
