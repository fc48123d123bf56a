"""Complete answers to each form, as a person would give them, and files that are what they say."""

from __future__ import annotations

from typing import Any

from intake_fn.core.request import Kind

PERSON = {"name": "Camille Laurent", "email": "camille@example.com", "office": "paris"}

ANSWERS: dict[Kind, dict[str, Any]] = {
    Kind.BUG: {
        **PERSON,
        "summary": "Error page when a shipment is opened",
        "description": "I opened shipment S-PAR-2024-003310 and got an error page, twice.",
        "expected": "The shipment opens.",
        "steps": "1. Open Shipments\n2. Click S-PAR-2024-003310",
        "always": "yes",
        "priority": "high",
        "module": "shipments",
    },
    Kind.CHANGE: {
        **PERSON,
        "summary": "Show the consignee's reference on the arrival notice",
        "description": "The notice shows our number only.",
        "expected": "It shows both numbers.",
        "benefit": "Two calls a day fewer.",
        "priority": "low",
    },
    Kind.SETUP: {
        **PERSON,
        "what": "user",
        "summary": "New user for the Paris office",
        "person_name": "Jo Wu",
        "person_email": "jo@example.com",
        "role": "Operations",
        "approver": "Claire Morel",
        "approver_email": "claire@example.com",
        "offices": ["london", "paris"],
        "needed_by": "2026-12-01",
    },
    Kind.QUESTION: {
        **PERSON,
        "summary": "How do I export the list of shipments?",
        "description": "I need it as a spreadsheet for a client.",
    },
}

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
HOSTILE = "\"><script>alert('x')</script><img src=x onerror=alert(1)>{{ 7*7 }}"

SPEC = {
    "shipments": (
        "---\nowner: system-analysts\n---\n# Shipments\n\n"
        "## Shipment number {#number}\n\n"
        "A shipment number has the form S-PAR-2024-003310: office code, year and a running number of six digits.\n\n"
        "## Opening a shipment {#open}\n\n"
        "A shipment opens within 3 seconds for every user of the offices that it touches.\n"
    ),
    "quotes": (
        "---\nowner: system-analysts\n---\n# Quotes\n\n"
        "## Validity of a quote {#validity}\n\n"
        "A quote is valid for 30 days from the day on which it was sent. After that it is shown as expired.\n"
    ),
}
