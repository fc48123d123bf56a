"""The secrets of a stage in Parameter Store, each encrypted. They are read here to be rotated; none is ever told."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

SERVICE = "The Parameter Store"

SECRET_KEY, MANTIS_TOKEN, LLM_KEY = "secret-key", "mantis-token", "llm-key"
NAMES = (SECRET_KEY, MANTIS_TOKEN, LLM_KEY)

KEY_BYTES = 48

ABOUT = "Of Specdesk's function"
ANNOUNCED = "The last one is accepted, and signs nothing yet"
"""What the description says of a rotation that broke off between its two steps."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret as it is kept: the first value is used, each is accepted; `about` says what it is."""

    values: tuple[str, ...]
    changed: datetime
    about: str


def missing(ssm: Any, path: str, names: tuple[str, ...]) -> list[str]:
    """The names that are missing below the path. Raises TryLater."""
    with translated(SERVICE):
        return [name for name in names if not _is_there(ssm, f"{path}/{name}")]


def keep_secret(ssm: Any, path: str, name: str, value: str = "") -> None:
    """Keep a secret that is not there yet; without a value it is a random one. Raises Broken where one is there."""
    with translated(SERVICE):
        ssm.put_parameter(
            Name=f"{path}/{name}",
            Value=value or random_key(),
            Type="SecureString",
            Description=ABOUT,
        )


def random_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(KEY_BYTES)


def kept(ssm: Any, path: str, name: str) -> Kept:
    """A secret with all that is known of it. Raises Refused where there is none; TryLater, Broken."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    whole = f"{path}/{name}"
    with translated(SERVICE):
        try:
            found = ssm.get_parameter(Name=whole, WithDecryption=True)["Parameter"]
        except ClientError as error:
            if code_of(error) != "ParameterNotFound":
                raise
            raise Refused(f"There is no secret {whole}. Provision the stage first.") from error
        described = _described(ssm, whole)[0]
    return Kept(tuple(found["Value"].split()), found["LastModifiedDate"], described.get("Description", ""))


def replace_secret(ssm: Any, path: str, name: str, values: tuple[str, ...], about: str = ABOUT) -> None:
    """Keep other values in the place of a secret: the first one is used, each is accepted."""
    with translated(SERVICE):
        ssm.put_parameter(
            Name=f"{path}/{name}", Value=" ".join(values), Type="SecureString", Description=about, Overwrite=True
        )


def delete_secret(ssm: Any, path: str, name: str) -> None:
    """Delete a secret."""
    with translated(SERVICE):
        ssm.delete_parameter(Name=f"{path}/{name}")


def _is_there(ssm: Any, name: str) -> bool:
    return bool(_described(ssm, name))


def _described(ssm: Any, name: str) -> list[Any]:
    found = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}])
    rows: list[Any] = found.get("Parameters", [])
    return rows
