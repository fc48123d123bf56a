"""Functions, modules and filters that all templates may use; and the templates, compiled ahead.

Templates of a package are compiled once, when it is made: a form page is three quarters of its compilation.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, ModuleLoader

from intake_fn.texts.templates import translated
from intake_fn.web.lazy import Lazy

COMPILED = "templates"

CALLED: Mapping[str, str] = {
    "named": "web.access:named",
    "is_admin": "web.access:is_admin",
    "clause_address": "web.pages:clause_address",
    "project_of": "desk.filing:project_of",
    "form_labels": "core.form_labels",
    "request_id": "core.request_id",
    "words": "web.words",
    "packet_of": "web.impact:packet_of",
    "packet_says": "web.impact:says",
}
"""Functions and modules by the names that templates call them."""

FILTERS: Mapping[str, str] = {
    **{
        name: f"web.words:{name}"
        for name in "when age ago until span cited_as marked against has_mark whole_text".split()
    },
    "size": "core.attachments:size_in_words",
    "spoken": "core.quotes:spoken",
    "has_replied": "core.verdict_texts:has_replied",
    "is_shown_clause": "core.verdict_texts:is_shown_clause",
    "proposal": "core.verdicts:proposal",
    "is_recorded": "core.verdicts:is_recorded",
    "reasons_of": "core.verdicts:reasons_of",
    "reasons_to_show": "core.verdict_texts:reasons_to_show",
    "reached_by": "core.verdict_texts:reached_by",
    "said_of": "core.verdict_texts:said_of",
    "sureness": "core.verdict_texts:sureness",
    "said": "core.messages:in_words",
    "sha256": "core.changes.clause_text:digest_of",
    "flowed": "core.changes.word_diff:flowed",
    "decided_with_lead": "core.verdicts:decided_with_lead",
}
"""Filters, in the same way."""


def set_up(environment: Environment) -> None:
    """Let templates of this environment use these functions, modules and filters."""
    environment.trim_blocks = environment.lstrip_blocks = True
    translated(environment)
    environment.globals.update({name: Lazy(place) for name, place in CALLED.items()})
    environment.filters.update({name: Lazy(place) for name, place in FILTERS.items()})


def keep_compiled(environment: Environment, folder: Path) -> None:
    """Write the templates of an environment into a folder as Python modules, for `compiled_or`.

    Raises TemplateSyntaxError: one that is left out would be missed with the first request for it.
    """
    environment.compile_templates(folder / COMPILED, zip=None, ignore_errors=False)


def compiled_or(loader: BaseLoader, folder: Path) -> BaseLoader:
    """The templates as `keep_compiled` wrote them; what it did not is compiled here."""
    return ChoiceLoader([ModuleLoader(folder / COMPILED), loader])
