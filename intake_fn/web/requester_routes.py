"""The routes of a requester: the status of a request, what they do there, its files, and the list of their own."""

from __future__ import annotations

from intake_fn.web import copy_pages, files, interview, mail_settings, my_requests, status, status_actions

REQUESTER_ROUTES = tuple(
    module.blueprint for module in (my_requests, status, status_actions, interview, copy_pages, mail_settings, files)
)
"""All of them are open to everybody or opened by the token in the address: no session's rights are used."""
