"""The Mantis map of support.yml: projects, fields, statuses, resolutions."""

from __future__ import annotations

from dataclasses import replace

from intake_fn.core.process import RESOLUTIONS
from intake_fn.core.process_file.schema import mapping_of, optional, record
from intake_fn.core.process_file.values import COUNT, FIELD_NAME, INSTANT, TEXT
from intake_fn.core.vocabulary import Category, Stage, Status

MANTIS = {
    "root": optional(TEXT, ""),
    "parent": TEXT,
    "projects": record({category.value: TEXT for category in Category}),
    "category": TEXT,
    "marker": TEXT,
    "fields": mapping_of(TEXT, FIELD_NAME),
    "field_names": replace(mapping_of(TEXT, FIELD_NAME), needed=False),
    "status": record({status.value: TEXT for status in Status if not status.in_quarantine}),
    "stages": optional(record({stage.value: optional(TEXT, "") for stage in Stage if stage.is_on_its_way}), {}),
    "resolution": optional(record({name: optional(TEXT, ours) for name, ours in RESOLUTIONS.items()}), RESOLUTIONS),
    "max_file_mb": COUNT,
    "taken_in_since": optional(INSTANT),
}
