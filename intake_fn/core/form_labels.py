"""The label of each form field, written once: forms, status page, desk, Mantis and mails show the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from intake_fn.core.request import Kind

LABELS: Mapping[str, str] = {
    "name": "Your name",
    "email": "Your e-mail address",
    "office": "Office",
    "company": "Company",
    "summary": "Summary",
    "description": "Description",
    "expected": "What did you expect?",
    "steps": "Steps to reproduce",
    "always": "Does it happen every time?",
    "priority": "Priority",
    "module": "Module",
    "files": "Files",
    "no_screenshot": "If you have no screenshot, tell us why",
    "benefit": "What is the benefit?",
    "what": "What is to be set up?",
    "person_name": "The person's name",
    "person_email": "The person's e-mail address",
    "role": "Role or rights",
    "offices": "Offices with shipments that the person may see",
    "approver": "Office Manager who approves it",
    "approver_email": "The Office Manager's e-mail address",
    "client_company": "Name of the client company",
    "needed_by": "Needed by",
}

OF_KIND: Mapping[Kind, Mapping[str, str]] = {
    Kind.BUG: {"description": "What happened?", "files": "Screenshots and other files"},
    Kind.CHANGE: {"description": "How does it work today?", "expected": "How should it work instead?"},
    Kind.SETUP: {"description": "Notes"},
    Kind.QUESTION: {"description": "Your question"},
}
"""Labels of a field that asks something else in one form."""

EVERY_TIME: Mapping[str, str] = {"yes": "Yes", "no": "No, only sometimes"}
"""The answers to `always`."""

NAMED_BY_REQUESTER = frozenset({"approver"})
"""Whether they approve it, only they can say: their label says who named them."""


def label_of(kind: Kind, name: str) -> str:
    """What a field is called; one that no form has any more is called by its name."""
    label = OF_KIND.get(kind, {}).get(name) or LABELS.get(name)
    return label or name.replace("_", " ").capitalize()


def answer_label(kind: Kind, name: str) -> str:
    """What the answer to a field is called wherever it is shown."""
    return f"{label_of(kind, name)}{', as named by the requester' if name in NAMED_BY_REQUESTER else ''}"


def labelled(kind: Kind, name: str, answer: str) -> str:
    """An answer behind its label, for plain texts."""
    label = answer_label(kind, name)
    return f"{label} {answer}" if label.endswith("?") else f"{label}: {answer}"
