"""Deliveries after the answer on Lambda: the function has itself called once more, and waits only until that is taken.

    answered ◄── the call is accepted (202) ──► another run of the function: entry.on_deliver
                 └─ it is not: the items are in the outbox, and the sweep takes them up within a minute

The request is signed with botocore's own parts: the description of Lambda in boto3 takes longer to load than the call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from intake_fn import log
from intake_fn.adapters.aws import session_of, translated
from intake_fn.adapters.deadline import seconds_for
from intake_fn.core.errors import Broken, SpecdeskError, TryLater
from intake_fn.core.once import once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.session import Session

SERVICE = "The function"
ACCEPTED = 202
SECONDS = 2


@dataclass
class OwnFunction:
    """The Dispatch port. `name` is that of the function, or its ARN."""

    environ: Mapping[str, str]
    name: str
    sessions: Callable[[Mapping[str, str]], Session] = session_of

    def soon(self, case_id: str) -> None:
        """See Dispatch."""
        try:
            self.invoke({"deliver": case_id})
        except SpecdeskError as error:
            log.warning("delivery_left_to_sweep", case=case_id, error=str(error))

    def stop(self) -> None:
        """Nothing has begun here."""

    def invoke(self, event: Mapping[str, Any]) -> None:
        """Have the function called with an event, without waiting for what it does. Raises TryLater, Broken."""
        from botocore.auth import SigV4Auth  # noqa: PLC0415 - loaded with the first client
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - as above

        seconds_for(SERVICE, SECONDS, inside=True)
        with translated(SERVICE):
            session = self.sessions(self.environ)
            region = session.get_config_variable("region")
            own = self.environ.get("AWS_ENDPOINT_URL_LAMBDA") or self.environ.get("AWS_ENDPOINT_URL")
            address = own or f"https://lambda.{region}.amazonaws.com"
            url = f"{address}/2015-03-31/functions/{quote(self.name, safe='')}/invocations"
            request = AWSRequest("POST", url, {"X-Amz-Invocation-Type": "Event"}, json.dumps(event))
            credentials = session.get_credentials()
            if credentials is None:
                raise Broken(f"{SERVICE} cannot be called: there are no credentials.")
            SigV4Auth(credentials, "lambda", region).add_auth(request)
            answer = self._sent(request)
        if answer.status_code != ACCEPTED:
            raise TryLater(f"{SERVICE} was not called ({answer.status_code}). The sweep delivers.")

    def _sent(self, request: Any) -> Any:
        """Lambda's answer; asked once more where the connection was closed, as one is that was kept in a frozen run.

        A call that was taken twice delivers once: each item of the outbox is leased.
        """
        from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415 - loaded with the first client

        try:
            return self._http.send(request.prepare())
        except ConnectionClosedError:
            self._http.close()  # all connections that are kept: the next one is new
            seconds_for(SERVICE, SECONDS, inside=True)
            return self._http.send(request.prepare())

    @once
    def _http(self) -> Any:
        from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - loaded with the first client

        return URLLib3Session(timeout=SECONDS)
