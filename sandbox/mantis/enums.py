"""Mantis's enumerations, options and thresholds as a fresh MantisBT 2.28.4 has them."""

from __future__ import annotations

from typing import Any

# Written as Mantis's own configuration writes them.
_STRINGS = {
    "priority": "10:none,20:low,30:normal,40:high,50:urgent,60:immediate",
    "severity": "10:feature,20:trivial,30:text,40:tweak,50:minor,60:major,70:crash,80:block",
    "reproducibility": "10:always,30:sometimes,50:random,70:have not tried,90:unable to duplicate,100:N/A",
    "status": "10:new,20:feedback,30:acknowledged,40:confirmed,50:assigned,80:resolved,90:closed",
    "resolution": (
        "10:open,20:fixed,30:reopened,40:unable to duplicate,50:not fixable,60:duplicate,70:not a bug,"
        "80:suspended,90:wont fix"
    ),
    "view_state": "10:public,50:private",
    "access_levels": "10:viewer,25:reporter,40:updater,55:developer,70:manager,90:administrator",
    "projection": "10:none,30:tweak,50:minor fix,70:major rework,90:redesign",
    "eta": "10:none,20:< 1 day,30:2-3 days,40:< 1 week,50:< 1 month,60:> 1 month",
    "project_status": "10:development,30:release,50:stable,70:obsolete",
}
ENUMS: dict[str, dict[int, str]] = {
    kind: {int(number): name for number, _, name in (entry.partition(":") for entry in text.split(","))}
    for kind, text in _STRINGS.items()
}

# Names whose label is another one in English.
LABELS = {
    ("reproducibility", "unable to duplicate"): "unable to reproduce",
    ("resolution", "unable to duplicate"): "unable to reproduce",
    ("resolution", "not a bug"): "no change required",
    ("resolution", "wont fix"): "won't fix",
}
STATUS_COLOURS = {
    10: "#fcbdbd",
    20: "#e3b7eb",
    30: "#ffcd85",
    40: "#fff494",
    50: "#c2dfff",
    80: "#d2f5b0",
    90: "#c9ccc4",
}

# What an issue or a project gets when the caller names nothing.
DEFAULTS = {
    "project_status": 10,
    "priority": 30,
    "severity": 50,
    "reproducibility": 70,
    "status": 10,
    "resolution": 10,
    "view_state": 10,
}

VIEWER, REPORTER, UPDATER, DEVELOPER, MANAGER, ADMINISTRATOR = ENUMS["access_levels"]
NEW, FEEDBACK, ASSIGNED, RESOLVED, CLOSED = 10, 20, 50, 80, 90
PUBLIC, PRIVATE = ENUMS["view_state"]

SUMMARY_LIMIT = 128
TEXT_LIMIT = 65_535
TAG_LIMIT = 100
NAME_LIMIT_BYTES = 250
FILE_LIMIT = 5 * 2**20
REFUSED_ENDINGS = ("svg",)
HOURLY_EVENTS = 10
"""History events an hour of an account at or below REPORTER; the next one is refused."""

VERSION = "2.28.4"

OPTIONS: dict[str, Any] = {
    "bug_submit_status": NEW,
    "bug_assigned_status": ASSIGNED,
    "bug_feedback_status": FEEDBACK,
    "bug_reopen_status": FEEDBACK,
    "bug_resolved_status_threshold": RESOLVED,
    "bug_readonly_status_threshold": RESOLVED,
    "auto_set_status_to_assigned": 1,
    "reopen_bug_threshold": DEVELOPER,
    "report_bug_threshold": REPORTER,
    "update_bug_threshold": UPDATER,
    "update_bug_status_threshold": DEVELOPER,
    "handle_bug_threshold": DEVELOPER,
    "update_bug_assign_threshold": str(DEVELOPER),
    "update_readonly_bug_threshold": MANAGER,
    "add_bugnote_threshold": REPORTER,
    "private_bugnote_threshold": DEVELOPER,
    "upload_bug_file_threshold": REPORTER,
    "tag_create_threshold": REPORTER,
    "due_date_update_threshold": 100,
    "due_date_view_threshold": 100,
    "set_bug_sticky_threshold": MANAGER,
    "move_bug_threshold": DEVELOPER,
    "webservice_specify_reporter_on_add_access_level_threshold": DEVELOPER,
    "webservice_priority_enum_default_when_not_found": 0,
    "allow_no_category": 0,
    "default_bug_priority": DEFAULTS["priority"],
    "default_bug_severity": DEFAULTS["severity"],
    "default_bug_reproducibility": DEFAULTS["reproducibility"],
    "default_bug_resolution": DEFAULTS["resolution"],
    "max_file_size": FILE_LIMIT,
    "allowed_files": "",
    "disallowed_files": ",".join(REFUSED_ENDINGS),
    "max_textarea_length": TEXT_LIMIT,
    "antispam_max_event_count": HOURLY_EVENTS,
    "antispam_time_window_in_seconds": 3600,
    "reassign_on_feedback": 1,
    "time_tracking_enabled": 0,
    "allow_parent_of_unresolved_to_close": 0,
    "default_timezone": "UTC",
    "allow_signup": 1,
    "webservice_rest_enabled": 1,
    "tag_attach_threshold": REPORTER,
    "view_history_threshold": VIEWER,
}


def entry(kind: str, number: int) -> dict[str, Any]:
    """A value of an enumeration as Mantis shows it; an unknown number is shown as "@number@"."""
    name = ENUMS[kind].get(number, f"@{number}@")
    shown: dict[str, Any] = {"id": number, "name": name, "label": LABELS.get((kind, name), name)}
    if kind == "status":
        shown["color"] = STATUS_COLOURS.get(number, "currentcolor")
    return shown


def number_of(kind: str, given: Any) -> int:
    """The number that a reference means: an unknown name is 0, an unknown id itself, anything else the default."""
    if isinstance(given, dict) and "id" in given:
        return int(given["id"])
    if isinstance(given, dict) and "name" in given:
        return next((number for number, name in ENUMS[kind].items() if name == given["name"]), 0)
    return DEFAULTS[kind]


def option(name: str) -> Any:
    """An option's value, an enumeration as a list; None for one that is unknown or private."""
    kind = name.removesuffix("_enum_string")
    if kind in ENUMS and kind != name:
        return [{key: value for key, value in entry(kind, number).items() if key != "color"} for number in ENUMS[kind]]
    return OPTIONS.get(name)
