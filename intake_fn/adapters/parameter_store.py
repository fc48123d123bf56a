"""A secret of Parameter Store by one signed request (Signature Version 4), without boto3.

The first page of a cold start needs the key of links and sessions, and nothing else of AWS: loading boto3 for it took
longer than everything else of that page. Where the environment has no credentials, as on an admin's machine with a
profile, there is nothing to sign with.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from intake_fn.adapters.aws import BUSY, CREDENTIALS, READ_SECONDS, remedy_of
from intake_fn.adapters.deadline import seconds_for
from intake_fn.core.errors import Broken, TryLater

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE, NAME = "ssm", "The Parameter Store"
ALGORITHM = "AWS4-HMAC-SHA256"
TARGET, TYPE = "AmazonSSM.GetParameter", "application/x-amz-json-1.1"
ATTEMPTS = 3
OK, SERVER_ERRORS = 200, 500


def secret_parameter(environ: Mapping[str, str], path: str) -> str | None:
    """The value of a parameter; None without credentials or region in `environ`. Raises TryLater, Broken."""
    key, secret, token, region, other_region = (environ.get(name, "").strip() for name in CREDENTIALS)
    region = region or other_region
    if not (key and secret and region):
        return None
    url = (
        environ.get("AWS_ENDPOINT_URL_SSM") or environ.get("AWS_ENDPOINT_URL") or f"https://ssm.{region}.amazonaws.com"
    )
    body = json.dumps({"Name": path, "WithDecryption": True}).encode()
    for attempt in range(ATTEMPTS):
        now = datetime.now(UTC)
        try:
            status, answer = _sent(url, signed(urlsplit(url).netloc, body, (key, secret, token), region, now), body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = type(error).__name__
            if attempt + 1 < ATTEMPTS:
                continue
            raise TryLater(f"{NAME} does not answer ({problem}). Try again in a moment.") from error
        if status == OK:
            return str(answer["Parameter"]["Value"])
        code = str(answer.get("__type", "")).rpartition("#")[2]
        if code not in BUSY and status < SERVER_ERRORS:
            raise Broken(f"{NAME} of {region} does not give {path}: {code or status}. {remedy_of(code)}")
    raise TryLater(f"{NAME} is busy ({code or status}). Try again in a moment.")


def signed(host: str, body: bytes, credentials: tuple[str, str, str], region: str, now: datetime) -> dict[str, str]:
    """The headers of the request, with its signature; of key, secret and the session's token, which may be ""."""
    key, secret, token = credentials
    at, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"content-type": TYPE, "host": host, "x-amz-date": at, "x-amz-target": TARGET}
    headers |= {"x-amz-security-token": token} if token else {}
    names = ";".join(sorted(headers))
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{canonical}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{region}/{SERVICE}/aws4_request"
    text = f"{ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signing = f"AWS4{secret}".encode()
    for part in (day, region, SERVICE, "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.digest(signing, text.encode(), "sha256").hex()
    authorization = f"{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": authorization}


def _sent(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer. Raises OSError, HTTPException, ValueError for what is no JSON; TryLater."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=seconds_for(NAME, READ_SECONDS, inside=True))
    try:
        connection.request("POST", "/", body, dict(headers))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()
