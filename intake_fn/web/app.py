"""The app factory: routes, session, security headers, and what all templates may use."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request, url_for
from werkzeug.exceptions import RequestURITooLarge

from intake_fn.core.names import names_of
from intake_fn.ports import SESSION
from intake_fn.texts import ENGLISH, gettext, language
from intake_fn.web import csrf, errors, multipart, routes, templating
from intake_fn.web.access import EXTENSION, PUBLIC, open_to
from intake_fn.web.session_cookie import SessionCookie

if TYPE_CHECKING:
    from intake_fn.web.config import WebConfig

SMALL_BYTES = 2 * 2**20
"""The largest form without files; those of the intake may be larger (web/posted.py)."""

LONGEST_QUERY = 32 * 2**10
"""Bytes of the part after the question mark; the longest of ours is a search for 2,000 characters of four bytes."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src {}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What pages may load and where they may send; `connect-src` is left open."""

WITH_FILES = ("desk.act", "desk.insert_template")
"""Where files may come with a form of the desk (web/answer_files.py)."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def build(config: WebConfig) -> Flask:
    """The web application with the given process, desk and settings."""
    app = Flask(__name__)
    app.request_class, app.json = multipart.Posted, multipart.JsonOnce(app)
    app.url_map.strict_slashes = False  # an address with a slash at its end is the same page
    app.extensions[EXTENSION] = config
    app.session_interface = SessionCookie()
    app.config.update(_flask_settings(config))
    app.view_functions["static"] = open_to(PUBLIC)(app.send_static_file)

    @app.before_request
    def room_for_files() -> None:
        if request.method == "POST" and request.endpoint in WITH_FILES:
            from intake_fn.web import posted  # noqa: PLC0415 - no empty form needs it

            posted.make_room()  # the check of the token reads the form

    known = routes.kept(config.ahead) if config.ahead else routes.collected()
    routes.register(app, known)
    csrf.protect(app, {route.endpoint for route in known if not route.checks_token})
    errors.show(app)
    _harden(app, config)
    _fill_templates(app, config)
    _limit_time(app, config)
    return app


def _flask_settings(config: WebConfig) -> dict[str, Any]:
    """Flask's own settings: keys, the session's cookie, and the size of a form."""
    return {
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": [*config.former_keys],
        "WTF_CSRF_SECRET_KEY": [*config.former_keys, config.secret_key],  # the last one signs
        "SESSION_COOKIE_NAME": "specdesk",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": SESSION,
        "MAX_CONTENT_LENGTH": SMALL_BYTES,
        "MAX_FORM_MEMORY_SIZE": SMALL_BYTES,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=1),  # links to assets change with their content
    }


def _limit_time(app: Flask, config: WebConfig) -> None:
    """Have every request be answered within the time of the settings."""
    answered = app.wsgi_app

    def in_time(environ: dict[str, Any], start_response: Any) -> Any:
        with config.in_time():
            return answered(environ, start_response)

    app.wsgi_app = in_time  # type: ignore[method-assign]  # as Flask's documentation has it


def _harden(app: Flask, config: WebConfig) -> None:
    """Refuse a query that is too long, and set the security headers of every answer."""
    headers = {"Content-Security-Policy": POLICY.format(" ".join(("'self'", *config.files_at))), **HEADERS}

    @app.before_request
    def bound() -> None:
        if len(request.query_string) > LONGEST_QUERY:
            raise RequestURITooLarge

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.update(headers)
        if config.secure_cookies:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        response.headers.setdefault("Cache-Control", "no-store")
        if request.endpoint == "static" and "v" not in request.args:  # a script imports others without a stamp
            response.headers["Cache-Control"] = "no-cache"
        return response


def _fill_templates(app: Flask, config: WebConfig) -> None:
    """Set the functions and values that every template may use."""

    @cache
    def stamp(name: str) -> str:
        return hashlib.sha256((Path(app.static_folder or "") / name).read_bytes()).hexdigest()[:10]

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=stamp(name))

    @cache
    def scripts() -> tuple[str, ...]:
        files = sorted(Path(app.static_folder or "").glob("*.js"))
        return tuple(re.findall(r'\b_\(\s*"([^"\\]+)"', "".join(file.read_text(encoding="utf-8") for file in files)))

    def script_texts() -> dict[str, str]:
        """The translations of what the scripts say; none into English, which stands in them."""
        return {} if language() == ENGLISH else {text: gettext(text) for text in scripts()}

    templating.set_up(app.jinja_env)
    if config.ahead:
        app.jinja_env.loader = templating.compiled_or(app.create_global_jinja_loader(), config.ahead)
    app.jinja_env.globals.update(
        asset=asset,
        script_texts=script_texts,
        admins=names_of(config.process.admins, config.process),
        process=config.process,
        sandbox=config.sandbox,
        clause_link=config.links.clause,
        file_link=config.links.file,
        clock=config.clock,
    )
    app.context_processor(lambda: {"site": config.site_url or request.script_root})
