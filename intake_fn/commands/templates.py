"""The templates that are pages of the wiki: `specdesk check` reads them, `build-index` writes them."""

from __future__ import annotations

from pathlib import Path

from intake_fn.commands import text_of
from intake_fn.core.process import AnswerTemplate, Process
from intake_fn.core.process_file import templates_of

FOLDER = Path("process") / "templates"
"""Where the pages stand in the wiki, whose spec is the folder `spec`."""

NO_TEMPLATE = "index.md"


def wiki_templates(spec: Path, process: Process) -> tuple[AnswerTemplate, ...]:
    """The templates of the wiki that a spec belongs to. Raises ProcessError for a page that is not sound."""
    folder = spec.parent / FOLDER
    pages = {path.name: text_of(path) for path in folder.glob("*.md") if path.name != NO_TEMPLATE}
    return templates_of(pages, process)
