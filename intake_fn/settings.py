"""Every environment variable that the function reads, named once; all missing ones are told at once.

Secrets come from SSM Parameter Store: where `SPECDESK_PARAMETERS` names a path, `<path>/secret-key`
and `<path>/mantis-token` are read there (wiring.py). The sandbox gives them in the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intake_fn.core.errors import Broken

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where everything is. Paths are absolute; addresses have no slash at the end."""

    table: str
    bucket: str
    mantis_url: str
    base_url: str
    site_url: str
    index: Path
    process: Path
    parameters: str
    secret_key: str
    mantis_token: str
    aws_endpoint: str
    sandbox: bool
    clock: Path | None
    first_delay_seconds: float

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings. Raises Broken naming every variable that is missing or wrong."""
        problems: list[str] = []

        def must(name: str) -> str:
            value = environ.get(name, "").strip()
            if not value:
                problems.append(f"{name} is not set")
            return value

        def must_unless(name: str, other: str) -> str:
            value = environ.get(name, "")
            if not value and not environ.get(other):
                problems.append(f"neither {name} nor {other} is set")
            return value

        def seconds(name: str, default: float) -> float:
            try:
                return float(environ.get(name) or default)
            except ValueError:
                problems.append(f"{name} is not a number of seconds: {environ[name]!r}")
                return default

        settings = cls(
            table=must("SPECDESK_TABLE"),
            bucket=must("SPECDESK_BUCKET"),
            mantis_url=must("SPECDESK_MANTIS_URL").rstrip("/"),
            base_url=must("SPECDESK_BASE_URL").rstrip("/"),
            site_url=environ.get("SPECDESK_SITE_URL", environ.get("SPECDESK_BASE_URL", "")).rstrip("/"),
            index=Path(environ.get("SPECDESK_INDEX") or ROOT / "build" / "index"),
            process=Path(environ.get("SPECDESK_PROCESS") or ROOT / "support.yml"),
            parameters=environ.get("SPECDESK_PARAMETERS", "").rstrip("/"),
            secret_key=must_unless("SPECDESK_SECRET_KEY", "SPECDESK_PARAMETERS"),
            mantis_token=must_unless("SPECDESK_MANTIS_TOKEN", "SPECDESK_PARAMETERS"),
            aws_endpoint=environ.get("AWS_ENDPOINT_URL", ""),
            sandbox=environ.get("SPECDESK_SANDBOX") == "1",
            clock=Path(environ["SPECDESK_CLOCK"]) if environ.get("SPECDESK_CLOCK") else None,
            first_delay_seconds=seconds("SPECDESK_FIRST_DELAY_SECONDS", 30),
        )
        if settings.clock and not settings.sandbox:
            problems.append("SPECDESK_CLOCK turns the clock, and only a sandbox may (SPECDESK_SANDBOX=1)")
        if problems:
            raise Broken("Settings: " + "; ".join(problems) + ". See docs/operate/running.md.")
        return settings
