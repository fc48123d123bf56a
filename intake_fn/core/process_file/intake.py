"""Mail and intake of support.yml: sender, limits of the forms, quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from intake_fn.core.process import IntakeLimits, QuarantineLimits, Usual
from intake_fn.core.process_file.schema import list_of, optional, record
from intake_fn.core.process_file.values import ADDRESS, COUNT, DOMAIN, FLAG, TEXT

MAIL = {
    "from": record({"name": TEXT, "address": ADDRESS}),
    "reply_to": ADDRESS,
    "per_hour": optional(COUNT, 20),
    "plus_addresses": optional(FLAG, nothing=True),
}
_USUAL = record(dict.fromkeys((part.name for part in fields(Usual)), COUNT))
_QUARANTINE = {
    "domains": optional(list_of(DOMAIN), ()),
    "seconds": optional(COUNT, QuarantineLimits().seconds),
    "links": optional(COUNT, QuarantineLimits().links),
    "strangers": optional(_USUAL),
    "known": optional(_USUAL),
}
INTAKE = {
    "files": record({"count": COUNT, "direct_mb": COUNT, "posted_mb": COUNT}),
    "text_characters": COUNT,
    "status_link_days": COUNT,
    "sign_in_minutes": COUNT,
    "quarantine": optional(record(_QUARANTINE), None),
    "keep_originals": optional(FLAG, nothing=False),
}


def intake_limits(*, files: Mapping[str, int], quarantine: Mapping[str, Any] | None, **row: Any) -> IntakeLimits:
    """The limits of a part in which nothing is wrong."""
    return IntakeLimits(
        files=files["count"],
        direct_mb=files["direct_mb"],
        posted_mb=files["posted_mb"],
        quarantine=_quarantine(**quarantine) if quarantine else QuarantineLimits(),
        **row,
    )


def _quarantine(
    *, domains: Iterable[str], seconds: int, links: int, **usual: Mapping[str, int] | None
) -> QuarantineLimits:
    bounds = {whose: Usual(**numbers) for whose, numbers in usual.items() if numbers}
    return QuarantineLimits(tuple(domains), seconds, links, **bounds)
