"""Tables of figures as text, as data, and as one self-contained HTML file with plots (inline SVG, no scripts)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from spec_lookup.evaluation.metrics import Share
from spec_lookup.evaluation.table import Cell, Table

LONGEST = 12
"""Rows of a risk-coverage curve that the text shows; data and HTML have all of them."""

CURVES = "risk-coverage-"
COLOURS = {"pairs": "#1f6f8b", "singles": "#b4530a"}
BARS = {
    ("pairs", "pair accuracy (both versions right)"): "pair accuracy",
    ("pairs", "both versions answered the wrong way round"): "pairs the wrong way round",
    ("pairs", "verdict accuracy"): "pairs: verdict accuracy",
    ("pairs", "decided (coverage)"): "pairs: decided",
    ("pairs", "right among the decided"): "pairs: right among decided",
    ("singles", "verdict accuracy"): "singles: verdict accuracy",
    ("singles", "decided (coverage)"): "singles: decided",
    ("singles", "right among the decided"): "singles: right among decided",
    ("duplicates", "false alarms"): "duplicates: false alarms",
    ("duplicates", "true duplicates called so"): "duplicates: called so",
}
"""The figures that are drawn as bars, by table and measure, and what stands beside each."""

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}
th,td{padding:.2rem .8rem;border-bottom:1px solid #ccc;text-align:right}
th:first-child,td:first-child{text-align:left}
svg{max-width:100%;height:auto}
svg text{font:12px system-ui,sans-serif;fill:#1b1b1b}
"""


def as_text(tables: Sequence[Table]) -> str:
    """The tables for a terminal, one below the other."""
    return "\n\n".join(_text(table) for table in tables)


def as_data(tables: Sequence[Table]) -> dict[str, Any]:
    """JSON-ready: each table's rows by its key; a share as its count, of how many, and its value."""
    return {
        table.key: [
            {column: _datum(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows
        ]
        for table in tables
    }


def as_html(tables: Sequence[Table], title: str) -> str:
    """One file that needs nothing else."""
    parts = [_bars(tables), _curves(tables), *map(_html, tables)]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _shown(cell: Cell) -> str:
    if isinstance(cell, Share):
        share = "-" if cell.value is None else f"{100 * cell.value:.1f} %"
        return f"{cell.count}/{cell.of}  {share}"
    return "" if cell is None else str(cell)


def _datum(cell: Cell) -> Any:
    if isinstance(cell, Share):
        return {"count": cell.count, "of": cell.of, "share": None if cell.value is None else round(cell.value, 4)}
    return cell


def _text(table: Table) -> str:
    rows = _thinned(table.rows) if table.key.startswith(CURVES) else table.rows
    lines = [table.columns, *(tuple(map(_shown, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = (
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    )
    return "\n".join([table.title, "-" * len(table.title), *(line.rstrip() for line in shown)])


def _thinned(rows: Sequence[tuple[Cell, ...]]) -> Sequence[tuple[Cell, ...]]:
    """At most LONGEST rows, spread evenly, the first and the last among them."""
    if len(rows) <= LONGEST:
        return rows
    return [rows[n * (len(rows) - 1) // (LONGEST - 1)] for n in range(LONGEST)]


def _html(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_shown(cell))}</td>" for cell in row) + "</tr>\n" for row in table.rows
    )
    return f"<h2>{escape(table.title)}</h2>\n<table><tr>{head}</tr>\n{body}</table>"


def _bars(tables: Sequence[Table]) -> str:
    """A bar for each of BARS that was measured, with its counts."""
    drawn = [
        (BARS[table.key, str(row[0])], row[1])
        for table in tables
        for row in table.rows
        if (table.key, str(row[0])) in BARS
    ]
    bars = [(label, share, share.value) for label, share in drawn if isinstance(share, Share)]
    rows = [
        f'<text x="190" y="{24 * n + 16}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="200" y="{24 * n + 4}" width="{300 * (value or 0):.1f}" height="16" fill="#1f6f8b"/>'
        f'<text x="{206 + 300 * (value or 0):.1f}" y="{24 * n + 16}">{escape(_shown(share))}</text>'
        for n, (label, share, value) in enumerate(bars)
    ]
    return _svg("Shares", 640, 24 * len(rows) + 8, rows) if rows else ""


def _curves(tables: Sequence[Table]) -> str:
    """Accuracy over coverage, one line for each set of cases."""
    shapes = [
        '<path d="M50 10V230H450" fill="none" stroke="#777"/>',
        *(f'<text x="44" y="{234 - 2.2 * p:.0f}" text-anchor="end">{p} %</text>' for p in (0, 50, 100)),
        *(f'<text x="{50 + 4 * p}" y="248" text-anchor="middle">{p} %</text>' for p in (0, 50, 100)),
        '<text x="250" y="266" text-anchor="middle">coverage (accuracy upwards)</text>',
    ]
    curves = [table for table in tables if table.key.startswith(CURVES) and table.rows]
    for n, table in enumerate(curves):
        name = table.key.removeprefix(CURVES)
        points = list(_points(table))
        colour = COLOURS[name]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shapes.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        shapes.append(f'<rect x="470" y="{20 * n + 12}" width="12" height="12" fill="{colour}"/>')
        shapes.append(f'<text x="488" y="{20 * n + 22}">{escape(name)}</text>')
    return _svg("Risk and coverage", 580, 275, shapes) if curves else ""


def _points(table: Table) -> Iterable[tuple[float, float]]:
    for _, coverage, accuracy in table.rows:
        if isinstance(coverage, Share) and isinstance(accuracy, Share):
            yield 50 + 400 * (coverage.value or 0), 230 - 220 * (accuracy.value or 0)


def _svg(title: str, width: int, height: int, shapes: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return (
        f'<h2>{escape(title)}</h2>\n<svg {size} role="img" aria-label="{escape(title)}">\n'
        + "\n".join(shapes)
        + "</svg>"
    )
