"""Mail in SES: the address that mail comes from, and the configuration set that reports bounces and complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.adapters.aws import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

SERVICE = "The mail service"

NO_IDENTITY = "identity"
NOT_VERIFIED = "verification"


def create_identity(client: SESV2Client, address: str) -> None:
    """Register the address that our mail comes from, unless it is. In AWS its owner then confirms it by mail."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            client.create_email_identity(EmailIdentity=address)
        except ClientError as error:
            if code_of(error) != "AlreadyExistsException":
                raise


def identity_lacks(client: SESV2Client, address: str) -> list[str]:
    """What the address, or its domain, lacks to send for us, in words; empty when all is well. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    lacks = [NO_IDENTITY]
    with translated(SERVICE):
        for identity in (address, address.rpartition("@")[2]):
            try:
                answer = client.get_email_identity(EmailIdentity=identity)
            except ClientError as error:
                if code_of(error) != "NotFoundException":
                    raise
                continue
            if answer.get("VerifiedForSendingStatus"):
                return []
            lacks = [NOT_VERIFIED]
    return lacks


IN_SANDBOX = "leave to mail everybody"
PAUSED = "leave to send"
REMEDIES = {
    IN_SANDBOX: "Ask AWS for it in the console of SES (Request production access; about a day). Until then SES mails "
    "verified addresses only, 200 a day.",
    PAUSED: "SES has paused sending for this account: its console says why.",
}
"""Where to get what the account lacks."""


def account_lacks(client: SESV2Client) -> list[str]:
    """What the account lacks in this region to mail requesters, in words. Raises TryLater, Broken."""
    with translated(SERVICE):
        account = client.get_account()
    there = {IN_SANDBOX: account.get("ProductionAccessEnabled"), PAUSED: account.get("SendingEnabled")}
    return [lack for lack, is_there in there.items() if not is_there]


REPORTED = ("BOUNCE", "COMPLAINT")


def reports_lack(client: SESV2Client, name: str) -> list[str]:
    """What a configuration set lacks to report bounces and complaints, in words. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            answer = client.get_configuration_set_event_destinations(ConfigurationSetName=name)
        except ClientError as error:
            if code_of(error) != "NotFoundException":
                raise
            return ["configuration set"]
    destinations = [
        destination
        for destination in answer.get("EventDestinations", [])
        if destination.get("Enabled") and "SnsDestination" in destination
    ]
    reported = {kind for destination in destinations for kind in destination["MatchingEventTypes"]}
    return [f"SNS destination for {kind}" for kind in REPORTED if kind not in reported]
