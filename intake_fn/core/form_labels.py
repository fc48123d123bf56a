"""The label of each form field, written once: forms, status page, desk, Mantis and mails show the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from intake_fn.core.request import Kind
from intake_fn.texts import mark

LABELS: Mapping[str, str] = {
    "name": mark("Your name"),
    "email": mark("Your e-mail address"),
    "office": mark("Office"),
    "company": mark("Company"),
    "summary": mark("Summary"),
    "description": mark("Description"),
    "expected": mark("What did you expect?"),
    "steps": mark("Steps to reproduce"),
    "always": mark("Does it happen every time?"),
    "priority": mark("Priority"),
    "module": mark("Module"),
    "version": mark("Version in which you saw it"),
    "files": mark("Files"),
    "no_screenshot": mark("If you have no screenshot, tell us why"),
    "benefit": mark("What is the benefit?"),
    "what": mark("What is to be set up?"),
    "person_name": mark("The person's name"),
    "person_email": mark("The person's e-mail address"),
    "role": mark("Role or rights"),
    "offices": mark("Offices with shipments that the person may see"),
    "approver": mark("Office Manager who approves it"),
    "approver_email": mark("The Office Manager's e-mail address"),
    "client_company": mark("Name of the client company"),
    "needed_by": mark("Needed by"),
    "additional_information": mark("Additional information"),
    "files_in_mantis": mark("Files in Mantis"),
}

OF_KIND: Mapping[Kind, Mapping[str, str]] = {
    Kind.BUG: {"description": mark("What happened?"), "files": mark("Screenshots and other files")},
    Kind.CHANGE: {"description": mark("How does it work today?"), "expected": mark("How should it work instead?")},
    Kind.SETUP: {"description": mark("Notes")},
    Kind.QUESTION: {"description": mark("Your question")},
}
"""Labels of a field that asks something else in one form."""

EVERY_TIME: Mapping[str, str] = {"yes": mark("Yes"), "no": mark("No, only sometimes")}
"""The answers to `always`."""

OF_ANSWER: Mapping[str, str] = {"approver": mark("Office Manager who approves it, as named by the requester")}
"""Labels of an answer that differ from that of its field: whether they approve it, only they can say."""


def label_of(kind: Kind, name: str) -> str:
    """What a field is called; one that no form has any more is called by its name."""
    label = OF_KIND.get(kind, {}).get(name) or LABELS.get(name)
    return label or name.replace("_", " ").capitalize()


def answer_label(kind: Kind, name: str) -> str:
    """What the answer to a field is called wherever it is shown."""
    return OF_ANSWER.get(name) or label_of(kind, name)


def labelled(kind: Kind, name: str, answer: str) -> str:
    """An answer behind its label, for plain texts."""
    label = answer_label(kind, name)
    return f"{label} {answer}" if label.endswith("?") else f"{label}: {answer}"
