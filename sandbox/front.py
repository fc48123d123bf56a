"""What CloudFront does in production: the wiki's files and the function's pages under one address.

And the sandbox's mail page, which shows what came in and what the local SES was asked to send.
"""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, render_template, send_file
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.security import safe_join

from intake_fn.core.errors import SpecdeskError
from intake_fn.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from flask.typing import ResponseReturnValue

    from intake_fn.core.inbound.record import MailRecord

mimetypes.add_type("text/javascript", ".js")

# The wiki may load nothing from outside this address, and its forms may put files into the file store. Material needs
# its own inline script and styles.
WIKI_POLICY = (
    "default-src 'self'; connect-src {}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Mails:
    """What the mail page shows: mails that were sent, the oldest first, and records of those that came in."""

    sent: Callable[[], Sequence[dict[str, Any]]]
    received: Callable[[], Sequence[MailRecord]] = tuple
    address: str = ""
    """Where mail programs reach the sandbox."""


def front(
    app: Flask, site: Path, mails: Mails, mantis_url: str, files_at: Sequence[str]
) -> Callable[..., Iterable[bytes]]:
    """A WSGI app: files of the wiki where they exist, /sandbox/..., and the function for all else."""
    pages = _sandbox_pages(mails, mantis_url)
    policy = WIKI_POLICY.format(" ".join(("'self'", *files_at)))

    def route(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path.startswith("/sandbox/"):
            return pages(environ, start_response)
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and (file := _file(site, path)):
            with pages.request_context(environ):
                response = _sent(file, environ)
                response.headers["Content-Security-Policy"] = policy
                response.headers["X-Content-Type-Options"] = "nosniff"
                response.headers["Cache-Control"] = "no-cache"
                return response(environ, start_response)
        return app(environ, start_response)

    return route


TEXT = (".html", ".css", ".js", ".json", ".svg", ".xml")
"""Files that travel compressed, as they do from CloudFront."""


def _sent(file: Path, environ: dict[str, Any]) -> Response:
    """The answer with a file; compressed where the browser takes that."""
    if file.suffix not in TEXT:
        return send_file(file, conditional=True)
    if "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
        response = send_file(file, conditional=True)
    else:
        response = Response(_compressed(file, file.stat().st_mtime_ns), mimetype=mimetypes.guess_type(file.name)[0])
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{file.stat().st_mtime_ns:x}-gzip")
        response.make_conditional(environ)
    response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=256)
def _compressed(file: Path, changed: int) -> bytes:
    del changed  # a file that was built again is compressed again
    return gzip.compress(file.read_bytes())


def _file(site: Path, path: str) -> Path | None:
    """The file of the site that a path names, its index page for a folder; None where there is none."""
    joined = safe_join(str(site), path.lstrip("/"))
    if joined is None:
        return None
    file = type(site)(joined)
    try:
        if file.is_dir() and path.endswith("/"):
            file /= "index.html"
        return file if file.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


SHOWN = 50
"""Mails that came in, of all."""


def _sandbox_pages(mails: Mails, mantis_url: str) -> Flask:
    pages = Flask("sandbox", template_folder="templates", static_folder=None)

    @pages.after_request
    def harden(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @pages.get("/sandbox/mail")
    def mail() -> ResponseReturnValue:
        try:
            received = mails.received()
        except SpecdeskError:
            received = ()
        sent = list(reversed(mails.sent()))
        return render_template(
            "mail.html", mails=sent, received=received, say=say, address=mails.address, mantis_url=mantis_url
        )

    @pages.get("/sandbox/<path:_>")
    def nothing(_: str) -> ResponseReturnValue:
        abort(404)

    @pages.errorhandler(NotFound)
    def not_found(error: HTTPException) -> ResponseReturnValue:
        return f"<p>{error.description}</p>", 404

    return pages
