"""A stand-in for CloudFront in the rehearsal: one address before the function and the published wiki.

The local CloudFront only keeps its configuration; this serves by it: the origins of the distribution, its token, and
the CloudFront function that holds the version. While there is no distribution, all goes to our function.
"""

from __future__ import annotations

import http.client
import re
import threading
from contextlib import suppress
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from sandbox.aws import HOST
from sandbox.rehearsal.stage import FUNCTION, SITE

if TYPE_CHECKING:
    from sandbox.rehearsal.stage import RehearsedStage

OF_A_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
OWN = frozenset({"host", "connection"})
"""Headers of the connection to the browser that the function does not get."""
VERSION = re.compile(r"/site/[0-9a-f]{16}")
SECONDS = 60

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""


class Front:
    """Serves a stage at `port`."""

    def __init__(self, port: int, stage: RehearsedStage) -> None:
        self._stage = stage
        self._front, self._s3 = stage.client("cloudfront"), stage.client("s3")
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
                try:
                    status, answered, content = front.answer(self.command, self.path, headers, body)
                except (OSError, http.client.HTTPException):
                    status, answered, content = 502, [], b"The function does not answer."
                with suppress(ConnectionError):  # a browser that has gone on reads no more
                    self.send_response(status)
                    for name, value in answered:
                        if name.lower() not in OF_A_CONNECTION:
                            self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        """Start."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What a browser gets. Raises OSError, HTTPException."""
        config = self._distribution()
        if config is None:
            return _asked(self._stage.url + path, method, headers, body)
        target = config["DefaultCacheBehavior"]["TargetOriginId"]
        for behaviour in config["CacheBehaviors"].get("Items", []):
            if fnmatchcase(urlsplit(path).path, behaviour["PathPattern"]):
                target = behaviour["TargetOriginId"]
                break
        if target != "function":
            return self._file(urlsplit(path).path)
        (origin,) = (one for one in config["Origins"]["Items"] if one["Id"] == "function")
        for header in origin["CustomHeaders"]["Items"]:
            headers = {**headers, header["HeaderName"]: header["HeaderValue"], "x-specdesk-viewer": HOST}
        return _asked(self._stage.url + path, method, headers, body)

    def _distribution(self) -> Any | None:
        """How the distribution of the stage is set up; None where there is none."""
        for one in self._front.list_distributions()["DistributionList"].get("Items", []):
            return self._front.get_distribution_config(Id=one["Id"])["DistributionConfig"]
        return None

    def _file(self, path: str) -> Answer:
        """A file of the version that the function of CloudFront leads to."""
        code = self._front.get_function(Name=f"{FUNCTION}-site-pages", Stage="LIVE")["FunctionCode"].read().decode()
        found = VERSION.search(code)
        assert found is not None, code  # noqa: S101 - site.json writes it
        if not path.endswith("/") and "." not in path.rpartition("/")[2]:
            return 301, [("Location", f"{path}/")], b""
        key = found[0].lstrip("/") + (f"{path}index.html" if path.endswith("/") else path)
        try:
            kept = self._s3.get_object(Bucket=SITE, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return 404, [], b""
        return 200, [("Content-Type", kept["ContentType"])], kept["Body"].read()


def _asked(url: str, method: str, headers: dict[str, str], body: bytes) -> Answer:
    """Status, headers and body of the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()
