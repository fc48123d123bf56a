"""What ties an issue to others: tags, relationships, the accounts that watch it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.mantis.answers import crash, refuse, uncaught
from sandbox.mantis.enums import DEVELOPER, REPORTER, TAG_LIMIT, UPDATER
from sandbox.mantis.rights import account_of, limit, writable
from sandbox.mantis.shapes import (
    MONITOR_ADDED,
    MONITOR_DELETED,
    RELATIONSHIP_ADDED,
    RELATIONSHIP_DELETED,
    RELATIONSHIP_NAMES,
    RELATIONSHIPS,
    TAG_ADDED,
    TAG_DELETED,
    View,
)
from sandbox.mantis.state import Row, State
from sandbox.mantis.texts import stored, text_of

# --- tags -------------------------------------------------------------------------------------


def checked_tags(state: State, given: Iterable[Any]) -> list[str]:
    """The names of a new issue's tags. Raises Refusal for what Mantis finds before it writes anything."""
    names = []
    for tag in given:
        if not isinstance(tag, dict):
            raise uncaught()
        name = _tag_name(state, tag)
        if not _is_tag_name(name):
            raise refuse(400, 2202, f"Tag name '{name}' is not valid.", name)
        names.append(name)
    return names


def add_tags(view: View, issue: int, given: Any) -> None:
    """Attach tags, new ones too. Raises Refusal; here a bad name is an empty 500."""
    if not isinstance(given, list) or not given:
        raise refuse(400, 29, "Invalid tags array", "tags")
    if not all(isinstance(tag, dict) and ("id" in tag or "name" in tag) for tag in given):
        raise refuse(400, 29, "Invalid tag with no id or name", "tags")
    names = [_tag_name(view.state, tag) for tag in given]
    if view.level < REPORTER:
        raise refuse(403, 13, "Access denied")
    if not all(_is_tag_name(name) for name in names):
        raise crash()
    limit(view)
    attach_tags(view, issue, names)


def _tag_name(state: State, tag: Mapping[str, Any]) -> str:
    if "id" not in tag:
        return text_of(tag.get("name")).strip()
    row = state.row("select name from tag where id = ?", tag["id"])
    if row is None:
        raise refuse(404, 2200, f"Tag '{text_of(tag['id'])}' does not exist", tag["id"])
    return str(row["name"])


def _is_tag_name(name: str) -> bool:
    return bool(name) and "," not in name and name[0] not in "+-"


def attach_tags(view: View, issue: int, names: Sequence[str], *, twice_is_fine: bool = True) -> None:
    """Attach tags, making those that are new; those before a bad one stay. Raises Refusal."""
    state, attached = view.state, set[str]()
    for name in names:
        again = name.casefold() in attached
        if len(name) > TAG_LIMIT or stored(name) != name or (again and not twice_is_fine):
            raise crash()
        attached.add(name.casefold())
        with state.change():
            there = state.number("select id from tag where name = ?", name)
            number = there or state.insert("tag", {"name": name})
            if state.row("select 1 from issue_tag where issue = ? and tag = ?", issue, number) is None:
                _attach(view, issue, number)
                state.touch(issue)


def _attach(view: View, issue: int, tag: int) -> None:
    name = view.state.rows("select name from tag where id = ?", tag)[0]["name"]
    view.state.insert("issue_tag", {"issue": issue, "tag": tag})
    view.state.log(issue, view.id, TAG_ADDED, old=tag, new=name)


def _detach(view: View, issue: int, tag: Row) -> None:
    view.state.run("delete from issue_tag where issue = ? and tag = ?", issue, tag["id"])
    view.state.log(issue, view.id, TAG_DELETED, old=tag["id"], new=tag["name"])


def detach_tag(view: View, issue: int, tag: int) -> None:
    """Take a tag off, also when it is not there. Raises Refusal 404/2200 for a tag that is none."""
    row = view.state.row("select * from tag where id = ?", tag)
    if row is None:
        raise refuse(404, 2200, f"Tag '{tag}' does not exist", tag)
    if any(there["id"] == tag for there in view.tags(issue)):
        with view.state.change():
            _detach(view, issue, row)
            view.state.touch(issue)


def known_tags(state: State, given: Iterable[Any]) -> list[int]:
    """The tags of a PATCH, which makes no new ones. Raises Refusal 404/2200."""
    numbers = []
    for tag in given:
        key = "id" if isinstance(tag, dict) and "id" in tag else "name"
        value = text_of(tag.get(key) if isinstance(tag, dict) else tag)
        number = state.number(f"select id from tag where {key} = ?", value)  # noqa: S608 - id or name
        if not number:
            raise refuse(404, 2200, f"Tag '{value}' not found.")
        numbers.append(number)
    return numbers


def set_tags(view: View, issue: int, tags: Sequence[int]) -> None:
    """Make these the issue's tags."""
    there = {row["id"]: row for row in view.tags(issue)}
    with view.state.change():
        for number in [number for number in there if number not in tags]:
            _detach(view, issue, there[number])
        for number in dict.fromkeys(number for number in tags if number not in there):
            _attach(view, issue, number)


# --- relationships ----------------------------------------------------------------------------


def relate(view: View, issue: Row, other: Row, given: Any) -> int:
    """Relate two issues, or change how they are related; returns the relationship's id. Raises Refusal."""
    type_ = _relationship_type(given)
    if issue["id"] == other["id"]:
        raise refuse(400, 1803, "Issue can't have relationship to itself")
    if view.level < UPDATER:
        raise refuse(403, 13, "Access denied to add relationship")
    writable(view, issue, "Issue {} is read-only")
    stored_type, forward = next((n, seen[0] == type_) for n, seen in RELATIONSHIPS.items() if type_ in seen)
    source, target = (issue["id"], other["id"]) if forward else (other["id"], issue["id"])
    state = view.state
    ends = (source, target, target, source)
    there = state.row("select * from relationship where (source, target) in (values (?, ?), (?, ?))", *ends)
    if there is not None and (there["source"], there["type"]) == (source, stored_type):
        return int(there["id"])
    with state.change():
        if there is None:
            number = state.insert("relationship", {"source": source, "target": target, "type": stored_type})
        else:
            number = int(there["id"])
            change = "update relationship set source = ?, target = ?, type = ? where id = ?"
            state.run(change, source, target, stored_type, number)
        _log_relationship(view, RELATIONSHIP_ADDED, source, target, stored_type)
    return number


def _relationship_type(given: Any) -> int:
    if not isinstance(given, dict):
        return 1
    names = {name: number for number, name in RELATIONSHIP_NAMES.items()}
    number = given.get("id") if "id" in given else names.get(text_of(given.get("name")))
    if number not in RELATIONSHIP_NAMES:
        raise refuse(400, 29, f"Unknown relationship type '{text_of(given.get('name'))}'", "relationship_type")
    return int(number)


def unrelate(view: View, issue: Row, number: int) -> None:
    """Delete a relationship of an issue. Raises Refusal."""
    state = view.state
    there = state.row("select * from relationship where id = ? and ? in (source, target)", number, issue["id"])
    if there is None:
        raise refuse(404, 1802, f"Unknown relationship '{number}'")
    if view.level < UPDATER:
        raise refuse(403, 13, "Access denied to delete relationship")
    writable(view, issue, "Issue {} is read-only")
    with state.change():
        state.run("delete from relationship where id = ?", number)
        _log_relationship(view, RELATIONSHIP_DELETED, there["source"], there["target"], there["type"])


def _log_relationship(view: View, event: int, source: int, target: int, type_: int) -> None:
    seen = RELATIONSHIPS[type_]
    for end, other, number in ((source, target, seen[0]), (target, source, seen[1])):
        view.state.log(end, view.id, event, old=number, new=other)
        view.state.touch(end)


# --- monitors ---------------------------------------------------------------------------------


def add_monitors(view: View, issue: int, given: Any) -> None:
    """Let accounts watch an issue, the caller when none is named. Raises Refusal."""
    people = given if isinstance(given, list) and given else [{"id": view.id}]
    numbers = []
    for person in people:
        number = account_of(view.state, person) if isinstance(person, dict) else 0
        account = view.state.account(number)
        if account is None:
            name = text_of(person.get("name", person.get("email", "")) if isinstance(person, dict) else person)
            raise refuse(404, 810, f"Username '{name}' not found", name)
        if number != view.id and view.level < DEVELOPER:
            raise refuse(403, 13, "access denied")
        if account["level"] < REPORTER:
            raise refuse(500, 31, "access denied")
        numbers.append(number)
    there = [row["account"] for row in view.state.rows("select account from monitor where issue = ?", issue)]
    set_monitors(view, issue, [*there, *numbers])


def set_monitors(view: View, issue: int, accounts: Sequence[int]) -> None:
    """Make these the accounts that watch an issue."""
    state = view.state
    there = [row["account"] for row in state.rows("select account from monitor where issue = ?", issue)]
    gone = [number for number in there if number not in accounts]
    new = dict.fromkeys(number for number in accounts if number not in there)
    if not gone and not new:
        return
    with state.change():
        for number in gone:
            state.run("delete from monitor where issue = ? and account = ?", issue, number)
            state.log(issue, view.id, MONITOR_DELETED, old=number)
        for number in new:
            state.insert("monitor", {"issue": issue, "account": number})
            state.log(issue, view.id, MONITOR_ADDED, old=number)
        state.touch(issue)
