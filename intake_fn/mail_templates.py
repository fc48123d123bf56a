"""The letters of notices: Jinja templates in `templates/mail/<notice>/`, filled with the values of core/notices.py.

`_layout/` holds what all share: its `body.txt` and `body.html` include those of the notice, whose `subject.txt` is the
title that stands in the subject between the number and the summary.
HTML is escaped by Jinja; in plain text, what people wrote is quoted line by line.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from intake_fn.core.form_labels import answer_label
from intake_fn.core.notices import Letter, MailValues, one_line
from intake_fn.core.request import Kind
from intake_fn.texts.templates import translated


def render(values: MailValues) -> Letter:
    """The letter of a notice."""
    shown = {field.name: getattr(values, field.name) for field in fields(values)}

    def filled(name: str) -> str:
        return environment().get_template(name).render(shown)

    shown["title"] = filled(f"{values.notice}/subject.txt").strip()
    shown["bundled"] = [(filled(f"{name}/subject.txt").strip(), times) for name, times in values.bundled]
    shown["subject"] = one_line(filled("_layout/subject.txt"))
    return Letter(shown["subject"], _without_gaps(filled("_layout/body.txt")), filled("_layout/body.html"))


@cache
def environment() -> Environment:
    """The templates, read when the first mail is rendered."""
    made = Environment(
        loader=PackageLoader("intake_fn", "templates/mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    translated(made)
    made.globals["approver_label"] = answer_label(Kind.SETUP, "approver")
    return made


def _without_gaps(text: str) -> str:
    """The text without the gaps that empty values leave."""
    return "\n\n".join(part.strip() for part in text.split("\n\n") if part.strip()) + "\n"
