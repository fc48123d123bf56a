"""Classes of the house are what the standard library makes of them, whenever their methods are made."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pkgutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

import intake_fn
from intake_fn.core.lazy_dataclass import STAND_INS
from intake_fn.core.lazy_dataclass import dataclass as late


def both(late_one: bool) -> Any:
    """Equal classes, made by ours or by the standard library."""
    make: Any = late if late_one else dataclass

    @make(frozen=True, slots=True)
    class Base:
        """Has a default."""

        name: str
        words: tuple[str, ...] = ()

        @property
        def first(self) -> str:
            """Is no field."""
            return self.words[0]

    @make(frozen=True, slots=True, kw_only=True)
    class Derived(Base):
        """Checks itself, and writes itself in its own way."""

        more: dict[str, int] = field(default_factory=dict, compare=False)

        def __post_init__(self) -> None:
            """Refuse what has no name."""
            if not self.name:
                raise ValueError("no name")

        def __repr__(self) -> str:
            """By name."""
            return self.name

    return Base, Derived


def every_class() -> list[type]:
    """All classes of the house that ours has made, each finished."""
    names = [module.name for module in pkgutil.walk_packages(intake_fn.__path__, "intake_fn.")]
    modules = [importlib.import_module(name) for name in names if name != "intake_fn.entry"]  # it needs its settings
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__ and "_field_names" in vars(value)
    }
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


def test_a_class_behaves_as_the_standard_library_s() -> None:
    """Equal, hashable, shown, matched, copied, pickled and replaced alike; and nothing can be set on it."""
    made = []
    for is_late in (True, False):
        base, derived = both(is_late)
        one, same, other = base("a", ("b",)), base("a", words=("b",)), derived(name="c", more={"d": 1})
        match one:
            case base(name, words):
                matched = name, words
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
            one.name = "x"
        with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
            del one.name
        with pytest.raises(ValueError, match="no name"):
            derived(name="")
        made.append(
            (
                (one == same, one == other, hash(one) == hash(same), one.first, matched, hasattr(one, "__dict__")),
                (repr(one).rpartition(".")[2], repr(other), dataclasses.asdict(other), copy.copy(one) == one),
                ([field.name for field in dataclasses.fields(derived)], base.__match_args__, base.__slots__),
                (replace(one, name="e").name, str(inspect.signature(base)), str(inspect.signature(derived))),
            )
        )

    assert made[1] == made[0]


def test_each_class_of_the_house_is_whole() -> None:
    """Its fields are its slots, and the standard library finds nothing wrong with it: such errors come late, too."""
    classes = every_class()

    assert len(classes) > 200
    for kind in classes:
        assert [one.name for one in dataclasses.fields(kind)] == list(kind._field_names)  # type: ignore[attr-defined]
        assert not any(value is stand_in for stand_in in STAND_INS.values() for value in vars(kind).values())


def test_what_is_unpickled_needs_none_of_the_methods() -> None:
    """The function reads support.yml in its loaded form at every cold start: no class of it is finished for that."""
    code = """
import pickle, sys
from intake_fn.core import lazy_dataclass
from intake_fn.core.process import Person
person = Person.__new__(Person)
person.__setstate__(["p", "Paul", "engineer", "paul@example.com", "paul", ()])
assert person.accounts == ("paul",)
assert Person in lazy_dataclass._unfinished
assert pickle.loads(pickle.dumps(person)) == person
assert Person not in lazy_dataclass._unfinished
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_that_use_a_class_first_at_once_get_the_same() -> None:
    """Each of them finds the methods made, whoever makes them."""
    with ThreadPoolExecutor(8) as threads:
        for _ in range(50):
            base, _derived = both(late_one=True)
            made = list(threads.map(lambda name, base=base: base(name), "abcdefgh"))

            assert list("abcdefgh") == [one.name for one in made]


def test_a_field_that_would_have_no_value_is_refused() -> None:
    """The standard library gives it its default; here nothing would."""
    with pytest.raises(TypeError, match=r"Holder\.held would have no value"):

        @late(frozen=True, slots=True)
        class Holder:
            """Has a default that nobody sets."""

            held: str = field(init=False, default="")
