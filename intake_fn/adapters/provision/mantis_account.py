"""Whether Mantis can be used at all: what its answer to the simplest call says, with what a person does about it.

An answer of MantisBT carries its version in a header; what has none is another web server, or one before Mantis.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.mantis.answers import level_in
from intake_fn.core.errors import Diagnosed, TryLater
from intake_fn.core.lazy_dataclass import dataclass

START_PAGE = (
    "Write the address of Mantis's start page into SPECDESK_MANTIS_URL, as the browser shows it but without index.php"
    " or my_view_page.php, such as https://mantis.example.com or https://intranet.example.com/mantis."
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who the token belongs to, the level that it has everywhere, and the version of the Mantis that says so."""

    name: str
    level: int
    version: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token by its name and its owner, as remedies call them."""

    variable: str
    owner: str


UNKNOWN_TOKEN = (
    "Mantis at {url} does not know the token of {owner}",
    "Sign in to Mantis as {owner}, My Account > API Tokens > Create API Token, and store it as {variable}.",
)
DIAGNOSES: Mapping[tuple[int, str], tuple[str, str]] = {
    (401, "Valid API token required"): UNKNOWN_TOKEN,
    (401, ""): UNKNOWN_TOKEN,
    (403, ""): (
        "Mantis at {url} lets {owner} do nothing: the account is disabled",
        "An administrator enables it: Manage > Users > the account > Enabled > Update User.",
    ),
    (503, "API disabled"): (
        "REST is switched off in Mantis at {url}",
        "Take `$g_webservice_rest_enabled = OFF` out of Mantis's config_inc.php.",
    ),
    (503, "Mantis Offline"): (
        "Mantis at {url} is offline for maintenance",
        "Nothing is lost: requests are filed afterwards. When the maintenance is over, delete mantis_offline.php.",
    ),
}
"""What is wrong and what to do, by status and reason phrase; "" is any reason, if the answer is Mantis's own."""

SERVICE = Token(
    "`mantis-token` (the first one by SPECDESK_MANTIS_TOKEN of `specdesk provision`, another by `specdesk rotate`)",
    "the service account",
)
FIRST = Token("SPECDESK_MANTIS_TOKEN for this command", "the service account")
"""Before one is kept."""


def account_of(tracker: MantisTracker, token: Token = SERVICE) -> Account:
    """Who we are there. Raises Diagnosed for what a person has to mend, TryLater where Mantis is down."""
    answer = tracker.http.send("GET", "users/me")
    if answer.status == HTTPStatus.OK and isinstance(answer.body, dict) and {"id", "name"} <= answer.body.keys():
        return Account(str(answer.body["name"]), level_in(answer.body), answer.version)
    response = f"{answer.status} {answer.text.strip()[:60]!r}"
    key = (answer.status, answer.text.strip())
    if words := DIAGNOSES.get(key) or (DIAGNOSES.get((answer.status, "")) if answer.version else None):
        raise Diagnosed(*(text.format(url=tracker.url, owner=token.owner, variable=token.variable) for text in words))
    if answer.status == HTTPStatus.OK and answer.version:
        raise TryLater(f"Mantis at {tracker.url} answers something else than it should ({response}). Its log says why.")
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryLater(
            f"what answers at {tracker.url} is in trouble ({response}). Most often Mantis's database is down."
        )
    if answer.status in range(300, 400):
        raise Diagnosed(f"{tracker.url} sends callers to another address ({response})", START_PAGE)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise Diagnosed(
            f"there is no Mantis at {tracker.url}: {tracker.url}/api/rest is not found",
            f"{START_PAGE} If Mantis's pages open there, its web server does not read Mantis's .htaccess:"
            " allow it (AllowOverride All, with mod_rewrite).",
        )
    raise Diagnosed(f"what answers at {tracker.url} is not Mantis ({response})", START_PAGE)
