"""Loads support.yml: its text in, a whole Process out, or every problem with its line and remedy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import yaml

from intake_fn.core.process import (
    Activity,
    AnswerTemplate,
    Level,
    MailIdentity,
    MantisMap,
    Module,
    Office,
    Person,
    PriorityRule,
    Process,
    Product,
)
from intake_fn.core.process_file.calendars import CALENDAR, OFFICE, calendar
from intake_fn.core.process_file.checks import check, pages_are_there
from intake_fn.core.process_file.intake import INTAKE, MAIL, intake_limits
from intake_fn.core.process_file.judge import JUDGE, judge_policy
from intake_fn.core.process_file.levels import ACTIVITY, BOARD, LEVEL, MODULE, PRIORITY, board
from intake_fn.core.process_file.mantis import MANTIS
from intake_fn.core.process_file.people import FORMER, PERSON
from intake_fn.core.process_file.problems import Problem, ProcessError, Raw
from intake_fn.core.process_file.retention import RETENTION, retention_policy
from intake_fn.core.process_file.schema import Document, list_of, mapping_of, non_empty, optional, record
from intake_fn.core.process_file.templates import TEMPLATE
from intake_fn.core.process_file.values import DOMAIN_NAME, FLAG, ID, LEVEL_NUMBER, TEXT, ZONE
from intake_fn.core.request import Priority

PRODUCT = {"name": TEXT, "title": TEXT, "about": TEXT, "sample": optional(FLAG, nothing=False)}
CLIENTS = {
    "name": TEXT,
    "front_end": LEVEL_NUMBER,
    "companies": replace(mapping_of(TEXT, DOMAIN_NAME), needed=False),
}
PROCESS = {
    "product": record(PRODUCT),
    "offices": non_empty(mapping_of(record(OFFICE), ID)),
    "clients": record(CLIENTS),
    "calendars": non_empty(mapping_of(record(CALENDAR), ID)),
    "people": non_empty(mapping_of(record(PERSON), ID)),
    "admins": non_empty(list_of(TEXT)),
    "former": replace(mapping_of(record(FORMER), ID), needed=False),
    "levels": replace(non_empty(list_of(record(LEVEL))), empty=()),
    "activities": non_empty(mapping_of(record(ACTIVITY), ID)),
    "escalation_reasons": non_empty(mapping_of(TEXT, ID)),
    "priorities": record({priority.value: record(PRIORITY) for priority in Priority}),
    "modules": non_empty(mapping_of(record(MODULE), ID)),
    "board": record(BOARD),
    "mantis": record(MANTIS),
    "mail": record(MAIL),
    "intake": record(INTAKE),
    "judge": optional(record(JUDGE)),
    "templates": replace(mapping_of(record(TEMPLATE), ID), needed=False),
    "retention": optional(record(RETENTION)),
    "reports": optional(record({"zone": ZONE})),
    "to_be_confirmed": optional(list_of(TEXT), ()),
}


def parse(text: str, source: str = "support.yml", pages: Collection[str] | None = None) -> Process:
    """The process that `text` describes. Raises ProcessError naming every problem, each by `source` and line.

    `pages` are those of the spec, by name, that the modules may be about; None where they are not at hand.
    """
    document = Document()
    raw = document.record(_tree(text, source), "", PROCESS)
    document.problems += check(raw, document.line)
    if pages is not None:
        document.problems += pages_are_there(raw, document.line, pages)
    if document.problems:
        raise ProcessError(source, document.problems)
    return _process(raw)


def _tree(text: str, source: str) -> yaml.Node:
    """The file as nodes, which know their lines. Raises ProcessError for what is no YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C where PyYAML was built with it
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = Problem(
            line, f"this is not YAML ({error.problem})", "Mend the indentation, the quotes or the brackets"
        )
        raise ProcessError(source, [problem]) from error
    except yaml.YAMLError as error:
        problem = Problem(1, "there are characters that YAML does not know", "Save the file as UTF-8 text")
        raise ProcessError(source, [problem]) from error
    if node is None:
        raise ProcessError(source, [Problem(1, "the file is empty", "Take it back from the last version")])
    return node


def _process(p: Raw) -> Process:
    """The frozen values of a file in which nothing is wrong."""
    return Process(
        product=Product(**p["product"]),
        offices={name: Office(id=name, **row) for name, row in p["offices"].items()},
        client_front_end=p["clients"]["front_end"],
        client_name=p["clients"]["name"],
        client_companies=p["clients"]["companies"],
        calendars={name: calendar(name, **row) for name, row in p["calendars"].items()},
        people={name: Person(id=name, **row) for name, row in p["people"].items()},
        former={name: Person(id=name, **row) for name, row in p["former"].items()},
        admins=p["admins"],
        levels={row["number"]: Level(**row) for row in sorted(p["levels"], key=lambda row: int(row["number"]))},
        activities={name: Activity(id=name, **row) for name, row in p["activities"].items()},
        escalation_reasons=p["escalation_reasons"],
        priorities={
            priority: PriorityRule(priority=priority, **p["priorities"][priority.value]) for priority in Priority
        },
        modules={name: Module(id=name, **row) for name, row in p["modules"].items()},
        board=board(**p["board"]),
        mantis=MantisMap(**p["mantis"]),
        mail=MailIdentity(**p["mail"]["from"], **{name: value for name, value in p["mail"].items() if name != "from"}),
        intake=intake_limits(**p["intake"]),
        judge=judge_policy(p["judge"]),
        templates={name: AnswerTemplate(id=name, **row) for name, row in p["templates"].items()},
        retention=retention_policy(p["retention"]),
        reports_zone=p["reports"]["zone"] if p["reports"] else "UTC",
        to_be_confirmed=frozenset(p["to_be_confirmed"]),
    )
