"""Lines over two logarithmic axes, as inline SVG in one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from spec_lookup.evaluation.report import STYLE

COLOURS = ("#1f6f8b", "#12343f", "#b4530a", "#6b8e23", "#8b1f6f", "#555")
LEFT, TOP, WIDTH, HEIGHT = 60, 10, 400, 220

Lines = Mapping[str, Sequence[tuple[float, float]]]
"""The points of each line by name, from left to right; both numbers above 0."""


def page(title: str, note: str, plots: Mapping[str, Lines]) -> str:
    """The file. Each plot's title says what goes up; clauses go to the right."""
    body = "\n".join(f"<h2>{escape(name)}</h2>\n{plot(name, lines)}" for name, lines in plots.items())
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n<p>{escape(note)}</p>\n{body}\n</body></html>\n"
    )


def plot(title: str, lines: Lines) -> str:
    """A drawing of lines, with axes marked at the powers of ten."""
    across = _Axis([x for points in lines.values() for x, _ in points], LEFT, WIDTH)
    up = _Axis([y for points in lines.values() for _, y in points], TOP + HEIGHT, -HEIGHT)
    shapes = [f'<path d="M{LEFT} {TOP}V{TOP + HEIGHT}H{LEFT + WIDTH}" fill="none" stroke="#777"/>']
    shapes += [
        f'<text x="{across(mark):.0f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{mark:,g}</text>'
        for mark in across.suppression_list
    ]
    for mark in up.suppression_list:
        shapes.append(f'<text x="{LEFT - 6}" y="{up(mark) + 4:.0f}" text-anchor="end">{mark:,g}</text>')
        shapes.append(f'<path d="M{LEFT} {up(mark):.0f}h{WIDTH}" stroke="#ddd"/>')
    for n, (name, points) in enumerate(lines.items()):
        colour = COLOURS[n % len(COLOURS)]
        places = [f"{across(x):.1f},{up(y):.1f}" for x, y in points]
        shapes.append(f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        shapes.append(f'<rect x="{LEFT + WIDTH + 20}" y="{20 * n + 12}" width="12" height="12" fill="{colour}"/>')
        shapes.append(f'<text x="{LEFT + WIDTH + 38}" y="{20 * n + 22}">{escape(name)}</text>')
    size = f'viewBox="0 0 {LEFT + WIDTH + 220} {TOP + HEIGHT + 30}" width="{LEFT + WIDTH + 220}"'
    return f'<svg {size} role="img" aria-label="{escape(title)}">\n' + "\n".join(shapes) + "</svg>"


class _Axis:
    """A logarithmic scale from the power of ten below the least number to the one above the greatest."""

    def __init__(self, numbers: Sequence[float], start: float, length: float) -> None:
        self._low = math.floor(math.log10(min(numbers)))
        self._high = max(math.ceil(math.log10(max(numbers))), self._low + 1)
        self._start, self._length = start, length

    @property
    def suppression_list(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]

    def __call__(self, number: float) -> float:
        return self._start + self._length * (math.log10(number) - self._low) / (self._high - self._low)
