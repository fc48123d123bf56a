"""A table of figures. A share carries its counts: with few items a percentage alone misleads."""

from __future__ import annotations

from dataclasses import dataclass

from spec_lookup.evaluation.metrics import Share

Cell = str | int | float | Share | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures. `key` names it for programs; the first column of each row says what was measured."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
