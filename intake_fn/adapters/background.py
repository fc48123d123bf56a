"""Deliveries after the answer in a server that goes on running: a few threads, which end with the process.

answered ─► queue, at most so many ─► a thread delivers
                 └─ full, or the process ends: the items are in the outbox, and the sweep takes them up
"""

from __future__ import annotations

import atexit
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from intake_fn import log
from intake_fn.core.errors import TryLater

THREADS = 4
MOST = 1000
"""Cases that wait at once, about as many as are delivered within a minute; those above are left to the sweep."""

LAST_SECONDS = 5.0
"""How long the end of the process waits for deliveries that have begun: a mail that is cut off may have been sent."""


@dataclass
class BackgroundDispatch:
    """The Dispatch port. The threads are started with the first case."""

    deliver: Callable[[str], object]
    most: int = MOST
    _waiting: queue.Queue[str] = field(default_factory=queue.Queue, init=False, repr=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False, repr=False)
    _starting: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    def soon(self, case_id: str) -> None:
        """See Dispatch."""
        if self._ended.is_set() or self._waiting.qsize() >= self.most:
            log.info("delivery_left_to_sweep", case=case_id)
            return
        self._waiting.put(case_id)
        with self._starting:
            if not self._threads:
                self._start()

    def _start(self) -> None:
        """Start as many threads as possible; with none, the next case tries again, and the sweep delivers."""
        atexit.register(self.stop)
        try:
            for _ in range(THREADS):
                thread = threading.Thread(target=self._work, daemon=True)
                thread.start()
                self._threads.append(thread)
        except RuntimeError as error:
            log.warning("deliveries_have_few_threads", threads=len(self._threads), error=str(error))

    def stop(self) -> None:
        """Begin nothing more, and wait for what has begun. May be called twice."""
        self._ended.set()
        atexit.unregister(self.stop)
        for _ in self._threads:
            self._waiting.put("")
        for thread in self._threads:
            thread.join(LAST_SECONDS)

    def _work(self) -> None:
        while case_id := self._waiting.get():
            if self._ended.is_set():
                continue
            try:
                self.deliver(case_id)
            except TryLater as error:
                log.warning("delivery_left_to_sweep", case=case_id, error=str(error))
            except Exception:  # whatever it is, the thread goes on; the sweep takes the case up
                log.exception("delivery_failed_unexpectedly", case=case_id)
