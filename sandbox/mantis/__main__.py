"""`python -m sandbox.mantis`: serve the stand-in until Ctrl-C or SIGTERM, or until who started it is gone."""

from __future__ import annotations

import argparse
import errno
import os
import secrets
import signal
import socket
import sqlite3
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from intake_fn.core.process_file import ProcessError, parse
from sandbox.mantis.app import make_app
from sandbox.mantis.state import State


class _Quiet(WSGIRequestHandler):
    """No line per request at the terminal."""

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


def main(arguments: list[str] | None = None) -> int:
    """Serve; the exit status. What goes wrong is said on stderr."""
    options = _options(arguments)
    token = options.token or secrets.token_urlsafe(24)
    try:
        listening = socket.create_server((options.host, options.port), backlog=128)
    except OSError as error:
        reason = "it is taken by another program" if error.errno == errno.EADDRINUSE else error.strerror
        return _fail(f"cannot listen on port {options.port} of {options.host}: {reason}. Choose another with --port.")
    try:
        process = parse(options.support.read_text(encoding="utf-8"), str(options.support))
        state = State.open(options.state, process, token)
        with state.change():
            for name in filter(None, options.more_projects.split(",")):
                state.add_project(name)
        state.offer_versions(filter(None, options.versions.split(",")), process.mantis.projects.values())
    except ProcessError as error:
        return _fail(str(error))
    except (OSError, UnicodeDecodeError, sqlite3.Error) as error:
        return _fail(f"{error}. Check --support and --state.")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if options.until_input_ends:
        threading.Thread(target=_until_input_ends, args=(stop,), daemon=True).start()
    with listening:  # the server listens on a copy
        server = make_server(
            options.host, options.port, make_app(state), threaded=True, request_handler=_Quiet, fd=listening.fileno()
        )
    serving = threading.Thread(target=server.serve_forever, args=(0.1,))
    serving.start()
    said = "" if options.token else f", token {token}"
    print(f"Stand-in Mantis: http://{options.host}:{server.port}/{said}", flush=True)
    stop.wait()
    server.shutdown()
    serving.join()
    server.server_close()
    state.close()
    return 0


def _until_input_ends(stop: threading.Event) -> None:
    """Stop when standard input ends: a pipe does, however the process at its other end died."""
    with suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    stop.set()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.mantis", description="Serve the stand-in Mantis.")
    parser.add_argument("--port", type=int, default=8989, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--state", type=Path, help="a folder that keeps the data; without it they are forgotten")
    parser.add_argument("--support", type=Path, default=Path("support.yml"), help="default: %(default)s")
    parser.add_argument(
        "--until-input-ends", action="store_true", help="stop when standard input ends: with whoever started it"
    )
    parser.add_argument("--versions", default="", help="versions of the product that the projects know, as 4.1,4.2")
    parser.add_argument("--more-projects", default="", help="projects that support.yml does not name, as A,B")
    parser.add_argument(
        "--token",
        default=os.environ.get("MANTIS_TOKEN", ""),
        help="that of the service account (default: MANTIS_TOKEN of the environment; without both one is made)",
    )
    return parser.parse_args(arguments)


def _fail(message: str) -> int:
    print(f"The stand-in Mantis cannot start: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
