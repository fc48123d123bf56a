"""The stand-in as one WSGI app: REST for programs, pages for people, faults on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request

from sandbox.mantis.faults import Faults
from sandbox.mantis.pages import page
from sandbox.mantis.rest import answer
from sandbox.mantis.state import State


def make_app(state: State) -> Callable[..., Iterable[bytes]]:
    """A WSGI app on this state. Calls that meet a fault may end in ConnectionError instead of an answer."""
    faults = Faults()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.path == "/_control":
            response = faults.control(request)
        elif request.path.startswith("/api/rest"):
            response = faults.meet(request, lambda: answer(state, request)).response()
        else:
            response = page(state, request)
        return response(environ, start_response)

    return app
