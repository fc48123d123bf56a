"""support.yml without one of the names that stored requests refer to, sound again as an admin would leave it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import yaml

from intake_fn.core.process import Process
from intake_fn.core.process_file import parse
from tests.conftest import SUPPORT

WHOLE: dict[str, Any] = yaml.safe_load(SUPPORT.read_text(encoding="utf-8"))

WHOLE["levels"][0]["response"]["high"] = {"working_day_hours": 24}  # a clock that runs in the hours of the office


def whole() -> Process:
    """The process with all names."""
    return parse(yaml.safe_dump(WHOLE, allow_unicode=True, sort_keys=False), "support.yml")


def names() -> list[tuple[str, str]]:
    """Part and name of everything that can be removed. Priorities cannot: all four have to be there."""
    parts = ("people", "offices", "modules", "activities", "escalation_reasons")
    found = [(part, name) for part in parts for name in WHOLE[part]]
    found += [("levels", str(level["number"])) for level in WHOLE["levels"]]
    found += [("specialities", name) for level in WHOLE["levels"] for name in level.get("specialities", ())]
    kept = {("escalation_reasons", "not-this-level"), ("specialities", "other")}  # `specdesk check` wants them
    return [one for one in found if one not in kept]


def without(part: str, name: str, *, former: bool = False) -> Process:
    """The process without that name; a person as one who has left, or not known at all any more."""
    return parse(text_without(part, name, former=former), "support.yml")


def text_without(part: str, name: str, *, former: bool = False) -> str:
    """The text of the file without a name in a part of it."""
    file = deepcopy(WHOLE)
    if part == "levels":
        _take_level_out(file, int(name))
    elif part == "specialities":
        _take_speciality_out(file, name)
    else:
        row = file[part].pop(name)
    if part == "people":
        _replace_person(file, name)
        file.update({"former": {name: row}} if former else {})
    return yaml.safe_dump(file, allow_unicode=True, sort_keys=False)


def _replace_person(file: dict[str, Any], name: str) -> None:
    """Somebody else takes their places."""
    for level in file["levels"]:
        others = [one for one in level["resources"] if one != name] or [next(iter(file["people"]))]
        level["resources"] = others
        for speciality, person in level.get("specialities", {}).items():
            level["specialities"][speciality] = others[0] if person == name else person
    for office in file["offices"].values():
        office.update({"liaison": file["levels"][0]["resources"][0]} if office.get("liaison") == name else {})
    for module in file["modules"].values():
        module["owner"] = next(iter(file["people"])) if module["owner"] == name else module["owner"]
    first = next(iter(file["people"]))
    file["admins"] = [one for one in file["admins"] if one != name] or [first]
    members = [one for one in file["board"]["members"] if one != name]
    file["board"].update({"members": members, "chair": members[0]})


def _take_level_out(file: dict[str, Any], number: int) -> None:
    """The next level above, or below the last one, takes its place."""
    file["levels"] = [level for level in file["levels"] if level["number"] != number]
    there = [level["number"] for level in file["levels"]]
    instead = next((one for one in there if one > number), there[-1])
    for level in file["levels"]:
        ups = {instead if to == number else to for to in level["escalates_to"]}
        level["escalates_to"] = sorted(to for to in ups if to > level["number"])
        level.pop("notifies_on_completion", None)
    front_ends = [*file["offices"].values(), file["clients"]]
    for one in front_ends:
        if one["front_end"] == number:
            one["front_end"] = instead
            one.pop("liaison", None)
    for activity in file["activities"].values():
        activity["levels"] = [level for level in activity["levels"] if level != number] or [instead]
    for rule in file["priorities"].values():
        rule["levels"] = [level for level in rule["levels"] if level != number]
        if rule.get("handled_at") == number:
            rule["handled_at"] = rule["levels"][-1]
    known = {name for level in file["levels"] for name in level.get("specialities", ())}
    for module in file["modules"].values():
        if module.get("speciality") not in known:
            module.pop("speciality", None)


def _take_speciality_out(file: dict[str, Any], name: str) -> None:
    for level in file["levels"]:
        for key in ("specialities", "speciality_words"):
            level.get(key, {}).pop(name, None)
    for module in file["modules"].values():
        if module.get("speciality") == name:
            module.pop("speciality")
