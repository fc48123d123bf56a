"""`dataclass`, whose methods are made when the first of them is used: a process uses few of the house's 270 classes.

The standard library writes six functions for each frozen class and compiles them while the module is imported, which
was a quarter of a cold start of the function. Here such a class gets its slots at once, and a stand-in for each
method; the first stand-in that is used has the standard library make them: `__init__` by itself, as most classes need
no more, or all. A field that has a default and is no argument is refused, as it would have no value. Nothing else
differs: tests hold every class of the house to what the standard library makes of it. Any other class than a frozen one
with slots is made at once.
"""

from __future__ import annotations

import dataclasses
from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """Make a class a dataclass, as `dataclasses.dataclass` does."""
        if cls is not None or not {"frozen", "slots"} <= {*options} <= {"frozen", "slots", "kw_only", "order"}:
            return dataclasses.dataclass(cls, **options)
        return lambda given: _with_slots(given, {**options, "slots": False})


__all__ = ["dataclass"]


class _StandIn:
    """Stands in for what the standard library makes of a class, until it is used."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object | None, owner: type) -> Any:
        """The real one, after all of them are made."""
        for base in owner.__mro__:
            if base.__dict__.get(self.name) is self:
                _complete(base, self.name)
        return getattr(owner if instance is None else instance, self.name)


STAND_INS = {
    name: _StandIn(name)
    for name in (
        "__init__",
        "__repr__",
        "__eq__",
        "__hash__",
        "__setattr__",
        "__delattr__",
        "__match_args__",
        "__dataclass_fields__",
        "__dataclass_params__",
    )
}

INIT = "__init__"
ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
STAND_INS |= {name: _StandIn(name) for name in ORDER}
INIT_ALONE = {"repr": False, "eq": False, "order": False, "match_args": False}

_unfinished: dict[type, Callable[..., type]] = {}
"""How each class is finished, of whose methods some were not used yet."""

_finishing = RLock()
"""A class is finished after those that it derives from."""


def _with_slots(given: type, options: Mapping[str, bool]) -> type:
    """The class with a slot for each field, as `dataclasses` does it, and with stand-ins for its methods."""
    for name, value in given.__dict__.items():
        if isinstance(value, dataclasses.Field) and not value.init and value.default is not dataclasses.MISSING:
            raise TypeError(f"{given.__name__}.{name} would have no value: set it in __post_init__, or by a factory.")
    own = tuple(name for name, hint in given.__annotations__.items() if not str(hint).startswith("ClassVar"))
    inherited = _names_of(given.__mro__[1:])
    namespace = {name: value for name, value in given.__dict__.items() if name not in {*own, "__dict__", "__weakref__"}}
    wanted = (name for name in STAND_INS if name not in ORDER or options.get("order"))
    stand_ins = {name: STAND_INS[name] for name in wanted if namespace.get(name) is None}
    made = type(given)(
        given.__name__,
        given.__bases__,
        {
            **namespace,
            **stand_ins,
            "__slots__": tuple(name for name in own if name not in inherited),
            "__getstate__": _state,
            "__setstate__": _restore,
            "_field_names": tuple(dict.fromkeys((*inherited, *own))),
        },
    )
    made.__qualname__ = given.__qualname__
    _unfinished[made] = lambda **fewer: dataclasses.dataclass(**{**options, **fewer})(_again(given))
    return made


def _again(given: type) -> type:
    """The class once more, to be made into a dataclass."""
    namespace = {name: value for name, value in given.__dict__.items() if name not in ("__dict__", "__weakref__")}
    return type(given)(given.__name__, given.__bases__, {**namespace, "__doc__": given.__doc__ or given.__name__})


def _names_of(bases: Sequence[type]) -> tuple[str, ...]:
    """The fields that are inherited, in their order."""
    known = next((base for base in bases if "_field_names" in base.__dict__), None)
    return vars(known)["_field_names"] if known else ()


def _complete(cls: type, wanted: str) -> None:
    """Put what the standard library makes in the place of the stand-ins, unless another thread has done so."""
    with _finishing:
        if cls.__dict__.get(wanted) is not STAND_INS[wanted]:
            return
        if wanted == INIT:
            setattr(cls, INIT, _unfinished[cls](**INIT_ALONE).__dict__[INIT])
            return
        finished = _unfinished.pop(cls)().__dict__
        for name, stand_in in STAND_INS.items():
            if cls.__dict__.get(name) is stand_in:
                setattr(cls, name, finished[name])


def _state(self: Any) -> list[Any]:
    """The values of the fields, for pickle and copy."""
    return [getattr(self, name) for name in self._field_names]


def _restore(self: Any, state: Sequence[Any]) -> None:
    for name, value in zip(self._field_names, state, strict=True):
        object.__setattr__(self, name, value)
