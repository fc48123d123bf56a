"""The session cookie as Flask keeps it, but for the stage it is of, and also one signed by a clock a little ahead.

Two instances of the function never have quite the same time. Flask takes a cookie from a moment to come for none, and
who has just signed in would be asked to sign in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

from intake_fn.ports import LEEWAY

if TYPE_CHECKING:
    from flask import Flask, Request


class SessionCookie(SecureCookieSessionInterface):
    """Reads the cookie with a leeway."""

    def get_cookie_path(self, app: Flask) -> str:
        """Behind a stage of the API gateway (/dev) only its own pages get the cookie."""
        return request.script_root or super().get_cookie_path(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of a request; an empty one where the cookie is missing, forged or too old."""
        serializer, value = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if serializer is None or not value:
            return self.session_class()
        try:
            data, made = serializer.loads(value, return_timestamp=True)
        except BadSignature:
            return self.session_class()
        good = -LEEWAY <= datetime.now(UTC) - made <= app.permanent_session_lifetime
        return self.session_class(data if good else None)
