"""People of support.yml: who handles requests, and who has left."""

from __future__ import annotations

from intake_fn.core.process_file.schema import list_of, optional
from intake_fn.core.process_file.values import ADDRESS, TEXT

PERSON = {
    "name": TEXT,
    "role": TEXT,
    "address": ADDRESS,
    "mantis": TEXT,
    "mantis_accounts": optional(list_of(TEXT), ()),
}
FORMER = {
    **PERSON,
    "role": optional(TEXT, ""),
    "address": optional(ADDRESS, ""),
    "mantis": optional(TEXT, ""),
}
"""What is still known of somebody who has left: their line of `people` can stay as it was."""
