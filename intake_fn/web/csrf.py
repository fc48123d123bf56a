"""CSRF: forms that use the rights of a session carry a token of it, which Flask-WTF makes and checks.

It is imported where there is a token to make or to check: no page of a requester uses a session's rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from intake_fn.web.errors import csrf_failed
from intake_fn.web.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue

CONFIG: Mapping[str, Any] = {
    "WTF_CSRF_ENABLED": True,
    "WTF_CSRF_METHODS": {"POST", "PUT", "PATCH", "DELETE"},
    "WTF_CSRF_FIELD_NAME": "csrf_token",
    "WTF_CSRF_HEADERS": ["X-CSRFToken", "X-CSRF-Token"],
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: an idle form can still be sent
    "WTF_CSRF_SSL_STRICT": False,  # the token is enough: many a browser and proxy sends no Referer
}


def protect(app: Flask, exempt: Collection[str]) -> None:
    """Have the token of every form checked but of those that are sent to an exempt endpoint."""
    app.config.update(CONFIG)
    app.jinja_env.globals["csrf_token"] = Lazy("web.csrf:token")

    @app.before_request
    def checked() -> ResponseReturnValue | None:
        sends = request.method in app.config["WTF_CSRF_METHODS"] and app.config["WTF_CSRF_ENABLED"]
        if not sends or not request.endpoint or request.endpoint in exempt:
            return None
        from flask_wtf.csrf import CSRFError, CSRFProtect  # noqa: PLC0415 - see above

        try:
            CSRFProtect().protect()
        except CSRFError:
            return csrf_failed()
        return None


def token() -> Any:
    """The token of the session, for a form."""
    from flask_wtf.csrf import generate_csrf  # noqa: PLC0415 - see above

    return generate_csrf()
