"""A form as HTML, for pages that are built once."""

from __future__ import annotations

from pathlib import Path

import jinja2
from markupsafe import Markup

from intake_fn.core.file_types import FILE_TYPES
from intake_fn.texts.templates import translated
from intake_fn.web.forms.intake_form import IntakeForm

TEMPLATES = Path(__file__).parents[1] / "templates"


def render_fields(form: IntakeForm, *, clause: str = "", intake: str = "") -> Markup:
    """The fields of a form as HTML, for a page that is built once and posts to /requests/<kind> at the intake."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    translated(environment)
    return Markup(  # noqa: S704 - made by our own template, which escapes everything
        environment.get_template("fields.html").render(
            form=form, clause=clause, upload=f"{intake}/uploads", accept=ACCEPT
        )
    )


ACCEPT = ",".join(f".{extension}" for extension in FILE_TYPES)
"""For the `accept` of file inputs: what may be attached."""
