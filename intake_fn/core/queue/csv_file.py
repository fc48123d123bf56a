"""A list as a CSV file (RFC 4180) that a spreadsheet opens without running anything that a requester typed. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read a cell as a formula: the signs, their full-width forms, and white space before them.

https://owasp.org/www-community/attacks/CSV_Injection
"""

CSV = "text/csv; charset=utf-8"
"""The type of such a file."""

BYTE_ORDER_MARK = "\ufeff"
"""Excel reads a file as UTF-8 if it begins with this."""


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The file: a line of heads, then the rows; every cell is a text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def harmless(cell: str) -> str:
    """The cell as a text: an apostrophe stands before what would be a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(BEGINS_A_FORMULA) else cell
