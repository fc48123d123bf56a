"""A property that is made when it is first asked for, once, however many threads ask at the same time.

`functools.cached_property` holds no lock from Python 3.12 on: two first requests would each make a client, or open the
index twice. Whoever comes while it is made waits for it; what failed is tried again by the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, Self, TypeVar, overload

Made = TypeVar("Made")

LOCK = "_once"
"""Where an object keeps the lock of all that it makes once."""


class once(Generic[Made]):  # noqa: N801 - it is used like `property`
    """Made on first use, and kept in the object itself: later uses take no lock."""

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self._make = make
        self._name = ""
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Where the object keeps it."""
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Made: ...

    def __get__(self, instance: object | None, owner: type) -> Self | Made:
        """Make it, unless another thread has made it meanwhile."""
        if instance is None:
            return self
        kept = instance.__dict__
        with kept.setdefault(LOCK, RLock()):
            if self._name not in kept:
                kept[self._name] = self._make(instance)
            made: Made = kept[self._name]
        return made
