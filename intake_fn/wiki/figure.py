"""Figure 1, the Help Desk diagram, drawn from support.yml as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.process import OTHER, Level, PriorityRule, Process


def figure(process: Process) -> str:
    """The diagram as a fenced block: who asks whom, how requests climb, who is told at the end."""
    lines = [
        "flowchart TB",
        *(f"  {line}" for level in process.levels.values() for line in _level(level, process)),
        *(f"  {line}" for line in _askers(process)),
        *(f"  {line}" for level in process.levels.values() for line in _edges(level, process)),
        *(f"  {line}" for rule in process.priorities.values() for line in _at_once(rule, process)),
    ]
    return "\n".join(("```mermaid", *lines, "```"))


def _level(level: Level, process: Process) -> Iterator[str]:
    """The box of a level: its name and its resources with what they handle."""
    yield f"L{level.number}[{_quoted(f'<b>{level.name}</b>', *_resources(level, process))}]"


def _resources(level: Level, process: Process) -> Iterator[str]:
    for person in level.resources:
        topics = [
            "all other" if topic == OTHER else topic for topic, who in level.specialities.items() if who == person
        ]
        yield process.people[person].name + (f": {', '.join(topics)}" if topics else "")


def _askers(process: Process) -> Iterator[str]:
    """Who begins where: staff by office, and the client companies."""
    for number in process.levels:
        offices = [office.name for office in process.offices.values() if office.front_end == number]
        if offices:
            yield f"S{number}([{_quoted('Staff in ' + _listed(offices))}]) --> L{number}"
        if process.client_front_end == number:
            yield f"C{number}([{_quoted('Users of client companies')}]) --> L{number}"


def _edges(level: Level, process: Process) -> Iterator[str]:
    """Escalations with their reasons, and the word back from the last level."""
    reasons = " or ".join(reason.replace("-", " ") for reason in process.escalation_reasons)
    for to in level.escalates_to:
        rules = process.priorities.values()
        fitting = [rule.name.lower() for rule in rules if to in rule.levels]
        label = [reasons] if len(fitting) == len(rules) else [reasons, f"only {_listed(fitting)}"]
        yield f"L{level.number} -->|{_quoted(*label)}| L{to}"
    if level.notifies_on_completion is not None:
        yield f"L{level.number} -.->|{_quoted('completed: e-mail')}| L{level.notifies_on_completion}"


def _at_once(rule: PriorityRule, process: Process) -> Iterator[str]:
    """The short way of what is handled at a level of its own, from wherever it comes in or becomes so."""
    for number in process.levels:
        if rule.handled_at not in (None, number):
            yield f"L{number} ==>|{_quoted(f'{rule.name.lower()}: at once')}| L{rule.handled_at}"


def _listed(words: list[str]) -> str:
    """Words as a list in a sentence: one, two and three."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _quoted(*lines: str) -> str:
    """A Mermaid label of several lines; quotes inside can't end it."""
    return '"' + "<br>".join(line.replace('"', "#quot;") for line in lines) + '"'
