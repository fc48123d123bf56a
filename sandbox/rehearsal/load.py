"""Requests that keep coming: each has a key of its own, by which whoever is refused sends it again."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
import urllib.error
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.demo import REQUESTS, send

if TYPE_CHECKING:
    from collections.abc import Iterator

SENDERS = 2
PAUSE = 0.2
PATIENCE = 120
"""Seconds for which a sender goes on after the end, until its last request is acknowledged."""


@dataclass
class Sent:
    """What was sent, by its key: all numbers with which it was acknowledged, which have to be one and the same."""

    numbers: dict[str, set[str]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def ids(self) -> set[str]:
        """The numbers of all requests that were acknowledged."""
        return {number for numbers in self.numbers.values() for number in numbers}

    def send(self, url: str, key: str, request: dict[str, Any]) -> str:
        """Send one; its number, or "" if it was refused."""
        numbers = self.numbers.setdefault(key, set())
        try:
            number = str(send(url, request, key)["id"])
        except urllib.error.HTTPError as error:
            self.refused[f"{error.code}: {error.read()[:200]!r}"] += 1
            return ""
        except (OSError, http.client.HTTPException) as error:
            self.refused[f"{type(error).__name__}: {error}"] += 1
            return ""
        numbers.add(number)
        return number


@contextmanager
def sending(url: str, sent: Sent) -> Iterator[None]:
    """Send requests until the block ends. Whoever is refused sends the same again, until it is acknowledged."""
    lines = [json.loads(line) for line in REQUESTS.read_text(encoding="utf-8").splitlines()]
    over = threading.Event()

    def keep_on(first: int) -> None:
        number = first
        while not over.wait(PAUSE):
            request, key = lines[number % len(lines)], secrets.token_hex(8)
            request = {**request, "summary": f"{request['summary']} ({key[:4]})"}
            until = time.monotonic() + PATIENCE
            while not sent.send(url, key, request) and time.monotonic() < until:
                time.sleep(PAUSE)
            number += SENDERS

    senders = [threading.Thread(target=keep_on, args=(first,)) for first in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        over.set()
        for sender in senders:
            sender.join()
