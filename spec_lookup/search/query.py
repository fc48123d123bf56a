"""A query: texts with their weights."""

from __future__ import annotations

Parts = list[tuple[str, float]]
"""The texts of a query, and how much each of them counts."""

TELLING = 1.0
"""Texts from this weight on are asked for by their meaning, too."""


def telling_of(parts: Parts) -> list[str]:
    """The texts whose meaning counts; those with less weight are only words, unless there is nothing else."""
    return [text for text, weight in parts if weight >= TELLING] or [text for text, _ in parts]
