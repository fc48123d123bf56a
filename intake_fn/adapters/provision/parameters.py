"""The secrets of a stage in Parameter Store, each encrypted. None is read here, and none is ever told."""

from __future__ import annotations

import secrets
from typing import Any

from intake_fn.adapters.aws import translated

SERVICE = "The Parameter Store"

SECRET_KEY, MANTIS_TOKEN, LLM_KEY = "secret-key", "mantis-token", "llm-key"
NAMES = (SECRET_KEY, MANTIS_TOKEN, LLM_KEY)

KEY_BYTES = 48


def missing(ssm: Any, path: str, names: tuple[str, ...]) -> list[str]:
    """Those of the names that are not below the path. Raises TryLater."""
    with translated(SERVICE):
        return [name for name in names if not _is_there(ssm, f"{path}/{name}")]


def keep_secret(ssm: Any, path: str, name: str, value: str = "") -> None:
    """Keep a secret that is not there yet; without a value it is a random one. Raises Broken where one is there."""
    with translated(SERVICE):
        ssm.put_parameter(
            Name=f"{path}/{name}",
            Value=value or secrets.token_urlsafe(KEY_BYTES),
            Type="SecureString",
            Description="Of Specdesk's function",
        )


def delete_secret(ssm: Any, path: str, name: str) -> None:
    """Delete a secret."""
    with translated(SERVICE):
        ssm.delete_parameter(Name=f"{path}/{name}")


def _is_there(ssm: Any, name: str) -> bool:
    found = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}])
    return bool(found.get("Parameters"))
