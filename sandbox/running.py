"""What is started and stopped: as a context manager, or by hand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Running(ABC):
    """Something that runs between `start` and `stop`."""

    @abstractmethod
    def start(self) -> None:
        """Start, and be there for callers."""

    @abstractmethod
    def stop(self) -> None:
        """Stop in good order. May be called twice."""

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()
