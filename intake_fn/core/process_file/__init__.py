"""Reads support.yml, the support process as data (docs/operate/support-yml.md)."""

from __future__ import annotations

from intake_fn.core.process_file.load import parse
from intake_fn.core.process_file.problems import Problem, ProcessError, nearest
from intake_fn.core.process_file.template_pages import templates_of

__all__ = ["Problem", "ProcessError", "nearest", "parse", "templates_of"]
