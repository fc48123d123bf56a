"""Edits of docs/spec: some change what a clause says, some only how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from spec_lookup import read_pages

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "docs" / "spec"

PAGES = list(read_pages(SPEC))
"""The pages as they stand."""

REMOVED = ""
"""The new text of an edit that removes a clause."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A passage of a page and what stands in its place; `clause` is the one that it belongs to."""

    clause: str
    old: str
    new: str
    kind: str = ""
    """What the change is about; "" for one that changes nothing."""

    def on(self, pages: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The pages with this edit. Raises AssertionError when the passage does not stand there once."""
        name = f"{self.clause.partition('#')[0]}.md"
        (text,) = [text for page, text in pages if page == name]
        assert text.count(self.old) == 1, f"{name}: {self.old!r} stands there {text.count(self.old)} times"
        return [(page, text.replace(self.old, self.new) if page == name else text) for page, text in pages]


SUBSTANTIVE = (
    Edit("quotes#validity", "A quote is valid for 30 days", "A quote is valid for 45 days", "number"),
    Edit("shipments#create", "as a draft every 30 seconds", "as a draft every 30 minutes", "unit"),
    Edit("shipments#copy", "and charges are not copied", "and charges are copied", "negation"),
    Edit("shipments#cancel", "The user has to give a reason", "The user may give a reason", "modal"),
    Edit(
        "quotes#approval",
        "a quote that they made themselves.",
        "a quote that they made themselves, except in the office of Hong Kong.",
        "exception",
    ),
    Edit(
        "quotes#minimum",
        "## Minimum charge {#minimum}\n\nA line whose charge code has a minimum is never below it. The minimum is "
        "applied to the line after discounts. The PDF\nmarks such a line with *min.* after the amount.\n\n",
        REMOVED,
        "gone",
    ),
    Edit("billing#payments", "to the oldest open invoice", "to the newest open invoice", "wording"),
    Edit("billing#credit-notes", "more than USD 500.00", "more than EUR 500.00", "unit"),
)

COSMETIC = (
    Edit("shipments#list", "except Closed and Cancelled", "except *Closed* and **Cancelled**"),
    Edit("shipments#lock", "read-only, with the name", "read only, with the name"),
    Edit("shipments#close", "closes a shipment 30 days after", "closes a shipment thirty days after"),
    Edit(
        "shipments#search",
        "The search field takes at least 3 characters.",
        "The search field takes at least three characters .",
    ),
    Edit("billing#terms", "An invoice is due 30 days after its date.", "An invoice is due 30 days\nafter   its date."),
    Edit("shipments#cargo", "| Packages | pieces | 1 to 99,999 |", "|Packages|pieces|1 to 99999|"),
    Edit(
        "billing#overdue",
        "new bookings are refused, and shipments under way go on",
        "new bookings are refused and shipments under way go on",
    ),
    Edit("quotes#reminder", "is\ntold and the client is not", "is\ntold, and the client is not"),
    Edit("quotes#versions", "A quote has at most 20 versions.", "A qoute has at most 20 versions."),
    Edit(
        "quotes#currency",
        "The rate\nis kept with the quote and is not refreshed",
        "The rate\nis kept with the quote and isn't refreshed",
    ),
    Edit("billing#charges", "is marked with a pencil", "is marked with the pencil"),
    Edit(
        "billing#invoice-number",
        "The date of the invoice is the day of issue in office time. It cannot be set to another day.",
        "The date of the invoice is the day of issue in office time. It can not be set to another day.",
    ),
    Edit(
        "billing#overdue",
        "An Office Manager can lift the hold for\n14 days. No interest is computed.",
        "No interest is computed. An Office Manager can lift the hold for\n14 days.",
    ),
)


def edited(*edits: Edit) -> list[tuple[str, str]]:
    """The pages with these edits."""
    return reduce(lambda pages, edit: edit.on(pages), edits, PAGES)
