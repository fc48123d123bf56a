"""One call of the REST interface: who calls, and what is brought along."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request

from sandbox.mantis.answers import bare
from sandbox.mantis.enums import ADMINISTRATOR
from sandbox.mantis.rights import found
from sandbox.mantis.shapes import View
from sandbox.mantis.state import Row, State

BAD_BODY = "Invalid request body or format"


@dataclass(frozen=True, slots=True)
class Call:
    """One call by an account. `body` is None when there is none that can be read."""

    view: View
    request: Request
    body: Any

    @property
    def state(self) -> State:
        """The data."""
        return self.view.state

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters, the last one of a name."""
        return {name: values[-1] for name, values in self.request.args.lists()}

    @property
    def names(self) -> list[str]:
        """The fields that `select` asks for, none for all."""
        return [name for name in self.query.get("select", "").split(",") if name]

    @property
    def given(self) -> Mapping[str, Any]:
        """The body as an object; an array has no fields."""
        return self.body if isinstance(self.body, dict) else {}

    def needed(self) -> Mapping[str, Any]:
        """The body as an object. Raises Refusal 400 for one that is missing, malformed or empty."""
        if not isinstance(self.body, dict | list) or not self.body:
            raise bare(400, BAD_BODY)
        return self.given

    def issue(self, number: str) -> Row:
        """The issue of a path; what is no number is 0. Raises Refusal."""
        return found(self.view, number_in(number))

    def shown(self, number: int, names: list[str] | None = None) -> dict[str, Any] | list[Any]:
        """An issue as it stands now; a fault inside the answer where the account may not see it any more."""
        row = self.state.rows("select * from issue where id = ?", number)[0]
        if not self.view.may_see(row):
            return {"status_code": 403, "fault_string": f"Access denied for user {self.view.name}."}
        return self.view.issue(row, names or [])


def account_of_call(state: State, request: Request) -> Row:
    """Who calls: any piece of the header may be the token. Raises Refusal."""
    pieces = request.headers.get("Authorization", "").split(", ")
    account = next(filter(None, (state.account_of_token(piece) for piece in pieces)), None)
    if account is None:
        raise bare(401, "Valid API token required")
    if not account["enabled"]:
        raise bare(403, "Access denied")
    name = request.headers.get("X-Mantis-Username")
    if name is None:
        return account
    if name.casefold() == account["name"].casefold():
        raise bare(403, "Can't impersonate self")
    if account["level"] < ADMINISTRATOR:
        raise bare(403, "User can't impersonate other users")
    other = state.row("select * from account where name = ?", name)
    if other is None:
        raise bare(404, "Invalid impersonation username")
    return other


def body_of(request: Request, data: bytes) -> Any:
    """The body of a JSON request, or of a form; None when it cannot be read."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return _form(data)
    if request.mimetype != "application/json":
        return None
    try:
        body = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
        json.dumps(body, ensure_ascii=False).encode()  # lone surrogates are no text
    except (ValueError, RecursionError):
        return None
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _form(data: bytes) -> dict[str, Any]:
    """name=value and name[inner]=value, as PHP reads them."""
    form: dict[str, Any] = {}
    for name, value in Request({"QUERY_STRING": data.decode("utf-8", "replace")}).args.items(multi=True):
        outer, bracket, inner = name.partition("[")
        if bracket:
            form.setdefault(outer, {})[inner.rstrip("]")] = int(value) if value.isdecimal() else value
        else:
            form[outer] = value
    return form


def number_in(text: str) -> int:
    """The number of a path; 0 for what is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
