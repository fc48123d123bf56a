"""Lazy imports: functions whose modules are imported when they are first called, since a page needs few of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazy:
    """A function or a module by its place, `module:name` or `module` below `intake_fn`, as if it were itself.

    What else is asked of it, such as an attribute, is asked of the real one.
    """

    def __init__(self, place: str) -> None:
        module, _, self.__name__ = place.partition(":")
        self.__module__ = f"intake_fn.{module}"
        self._real: Any = None

    def real(self) -> Any:
        """The real one."""
        if self._real is None:
            module = import_module(self.__module__)
            self._real = getattr(module, self.__name__) if self.__name__ else module
        return self._real

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Call it."""
        return self.real()(*values, **named)

    def __getattr__(self, name: str) -> Any:
        """What it has."""
        return getattr(self.real(), name)
