"""The desk's blueprint with all of its routes: queues, the page of a request, and what helps to fill in its forms."""

from __future__ import annotations

from intake_fn.web import desk_settings, prepared, presence, request_page
from intake_fn.web.desk_pages import blueprint

__all__ = ["blueprint", "desk_settings", "prepared", "presence", "request_page"]
