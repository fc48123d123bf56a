"""The Dispatch port: deliveries go on after the answer, in the hands of somebody else."""

from __future__ import annotations

from typing import Protocol


class Dispatch(Protocol):
    """Has a case's deliveries begun soon, without anybody waiting for them."""

    def soon(self, case_id: str) -> None:
        """Have what is due of a case attempted as soon as possible.

        Raises nothing: what is not begun is still in the outbox, and the next sweep takes it up.
        """
        ...
