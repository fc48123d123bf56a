"""The projects of Mantis that Specdesk files to, made with an administrator's token."""

from __future__ import annotations

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.mantis.answers import expect, number_in
from intake_fn.adapters.provision.mantis_account import Token, account_of
from intake_fn.adapters.provision.mantis_survey import above, survey
from intake_fn.core.errors import Broken, Diagnosed

ADMINISTRATOR = 90

ADMIN = Token("SPECDESK_MANTIS_ADMIN_TOKEN", "the administrator")


def check_administrator(admin: MantisTracker) -> None:
    """Raises Diagnosed when a token does not do for making projects."""
    account = account_of(admin, ADMIN)
    if account.level < ADMINISTRATOR:
        raise Diagnosed(
            f"the token in {ADMIN.variable} is that of {account.name}, who is no ADMINISTRATOR",
            "Make one as an account with the level administrator: My Account > API Tokens > Create API Token.",
        )


def make_project(admin: MantisTracker, name: str, service: MantisTracker) -> None:
    """Make a project unless it is there, attach it to the parent, and let the service account in where it is private.

    Raises Diagnosed when the token's rights do not do, and when the account does not see it afterwards.
    """
    check_administrator(admin)
    projects = survey(admin, ADMIN).projects
    project, parent = (projects.get(title.casefold()) for title in (name, above(name, admin.mapping)))
    number = project.number if project else _make(admin, name)
    if parent and number not in parent.below:
        body = {"project": {"id": number}, "inherit_parent": True}
        admin.http.call("POST", f"projects/{parent.number}/subprojects", body)
    if number in _seen(service):
        return
    account = account_of(service).name
    body = {"user": {"name": account}, "access_level": {"name": "manager"}}
    admin.http.call("PUT", f"projects/{number}/users", body)
    if number not in _seen(service):
        raise Diagnosed(
            f"project {name!r} is there, but {account} does not see it",
            f"Manage > Projects > {name} > Add user to project > {account}, manager > Add User.",
        )


def _seen(tracker: MantisTracker) -> set[int]:
    """The numbers of the projects that an account sees."""
    return {number_in(row) for row in tracker.http.rows("projects", "projects")}


def _make(admin: MantisTracker, name: str) -> int:
    body = {
        "name": name,
        "description": "",
        "status": {"name": "stable"},
        "view_state": {"name": "public"},
        "inherit_global": True,
        "enabled": True,
    }
    try:
        return number_in(expect(admin.http.call("POST", "projects", body), "project"))
    except Broken as error:
        if "not unique" not in str(error):
            raise
        raise Diagnosed(
            f"Mantis has a project {name!r} that is disabled, so that nobody sees it",
            f"Manage > Projects > {name} > Enabled > Update Project; then run this again.",
        ) from error
