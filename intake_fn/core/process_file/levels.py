"""Levels of support.yml with their response targets, activities and priorities; modules and the Board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from intake_fn.core.process import (
    DECLINED,
    MORE_THAN_HALF,
    AroundTheClock,
    Board,
    MeetingRule,
    SameDay,
    Target,
    WorkingDayHours,
)
from intake_fn.core.process_file.schema import Document, Shape, list_of, mapping_of, non_empty, optional, record
from intake_fn.core.process_file.values import (
    CATEGORY,
    COUNT,
    FLAG,
    ID,
    LEVEL_NUMBER,
    MAJORITY,
    PRIORITY_ID,
    SHOWN_BY_EVENT,
    TEXT,
    TIE,
    TIME,
    WEEK_OF_MONTH,
    WEEKDAY,
)


def _read_target(document: Document, node: yaml.Node, path: str) -> Target | None:
    row = document.record(node, path, _TARGET)
    given = [name for name, value in row.items() if value is not None]
    if isinstance(node, yaml.MappingNode) and len(node.value) != 1:
        document.report(node, f"{path} has to be one kind of target", f"Write {' or '.join(_TARGET)}, or null")
    if given == ["same_day"]:
        return SameDay(**row["same_day"])
    if given == ["hours"]:
        return AroundTheClock(row["hours"])
    return WorkingDayHours(row["working_day_hours"]) if given == ["working_day_hours"] else None


_TARGET = {
    "same_day": optional(record({"cutoff": TIME, "next_due": TIME})),
    "working_day_hours": optional(COUNT),
    "hours": optional(COUNT),
}
LEVEL = {
    "number": LEVEL_NUMBER,
    "name": TEXT,
    "front_end_for": optional(TEXT, ""),
    "resources": non_empty(list_of(TEXT)),
    "specialities": replace(mapping_of(TEXT, ID), needed=False),
    "speciality_words": replace(mapping_of(non_empty(list_of(TEXT)), ID), needed=False),
    "calendar": TEXT,
    "response": replace(mapping_of(optional(Shape(_read_target)), PRIORITY_ID), empty=None),
    "escalates_to": list_of(LEVEL_NUMBER),
    "notifies_on_completion": optional(LEVEL_NUMBER),
}
ACTIVITY = {
    "name": TEXT,
    "categories": optional(list_of(CATEGORY), ()),
    "levels": optional(list_of(LEVEL_NUMBER), ()),
    "shown_by": optional(SHOWN_BY_EVENT, ""),
    "mails_requester": optional(FLAG, nothing=False),
    "reproduces": optional(FLAG, nothing=False),
}
PRIORITY = {
    "name": TEXT,
    "mantis": TEXT,
    "levels": non_empty(list_of(LEVEL_NUMBER)),
    "about": TEXT,
    "handled_at": optional(LEVEL_NUMBER),
}
MODULE = {"name": TEXT, "owner": TEXT, "speciality": optional(TEXT, ""), "spec": list_of(TEXT)}
_MEETS = {"day": WEEKDAY, "week": optional(WEEK_OF_MONTH, 0), "at": TIME}
BOARD = {
    "name": TEXT,
    "members": non_empty(list_of(TEXT)),
    "chair": TEXT,
    "deputies": replace(mapping_of(TEXT, ID), needed=False),
    "calendar": TEXT,
    "quorum": COUNT,
    "majority": optional(MAJORITY, MORE_THAN_HALF),
    "tie": optional(TIE, DECLINED),
    "meets": optional(record(_MEETS)),
    "online_days": optional(COUNT, 2),
    "comment_days": optional(COUNT, 5),
    "owner_declines": optional(list_of(TEXT), ()),
}


def board(*, meets: Mapping[str, Any] | None, **row: Any) -> Board:
    """The Board of a part in which nothing is wrong."""
    return Board(meets=MeetingRule(**meets) if meets else None, **row)
