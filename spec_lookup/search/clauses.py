"""All clauses of a spec, by number: kept as lines of JSON, and parsed when one is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cached_property, lru_cache
from mmap import mmap
from typing import TYPE_CHECKING, Any

from spec_lookup.errors import IndexBroken
from spec_lookup.search.clause import Clause
from spec_lookup.search.passages import passages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REMEMBERED = 1000
"""Clauses that are kept parsed, some KB each: the same ones are found again and again."""


_MEMBERS = tuple(field.name for field in fields(Clause))


class Clauses:
    """The clauses in the order of their pages."""

    def __init__(
        self,
        lines: bytes | mmap,
        starts: NDArray[np.int64],
        normative: NDArray[np.bool_],
        passages: NDArray[np.integer[Any]],
        cites: Callable[[], Sequence[str]],
    ) -> None:
        """Clause n stands in `lines` from `starts[n]` to `starts[n + 1]`; `cites` is asked when it is needed.

        Its passages are those from `passages[n]` to before `passages[n + 1]` of all passages.

        `normative` says which may decide: a heading without text of its own may not.
        """
        self.lines = lines
        self.starts = starts
        self.normative = normative
        self.passages = passages
        self._read_cites = cites
        self._parsed = lru_cache(maxsize=REMEMBERED)(self._parse)

    @classmethod
    def of(cls, clauses: Sequence[Clause]) -> Clauses:
        """These clauses, in memory."""
        import numpy as np  # noqa: PLC0415 - only who builds or searches waits for it

        lines = [f"{json.dumps(_members(clause), ensure_ascii=False)}\n".encode() for clause in clauses]
        return cls(
            b"".join(lines),
            np.cumsum([0, *map(len, lines)], dtype=np.int64),
            np.array([clause.normative and bool(clause.text) for clause in clauses], dtype=np.bool_),
            np.cumsum([0, *(len(passages(clause)) for clause in clauses)], dtype=np.int32),
            lambda: [clause.cite for clause in clauses],
        )

    def __len__(self) -> int:
        """How many there are."""
        return len(self.normative)

    def __getitem__(self, number: int) -> Clause:
        """The clause with a number. Raises IndexBroken."""
        return self._parsed(int(number))

    @cached_property
    def cites(self) -> Sequence[str]:
        """How each is cited."""
        return self._read_cites()

    def cited(self, cite: str) -> Clause | None:
        """The clause that is cited as page#anchor."""
        number = self._numbers.get(cite)
        return None if number is None else self[number]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {cite: number for number, cite in enumerate(self.cites)}

    def _parse(self, number: int) -> Clause:
        try:
            return Clause(**json.loads(self.lines[self.starts[number] : self.starts[number + 1]]))
        except (TypeError, ValueError) as error:
            raise IndexBroken(f"Clause {number} of the index is damaged. Build the index again.") from error


def _members(clause: Clause) -> dict[str, str | int | bool]:
    """What `asdict` gives, which would copy every member first."""
    return {name: getattr(clause, name) for name in _MEMBERS}
