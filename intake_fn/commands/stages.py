"""The stages of zappa_settings.json, as Zappa reads them, with what our commands want to know of one."""

from __future__ import annotations

import json
import os
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import text_of
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.settings import ROOT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

FILE = "zappa_settings.json"

OURS = "specdesk"
"""The member of a stage that is ours; Zappa passes over it."""

PREFIX = "SPECDESK_"
SECRETS = ("SPECDESK_SECRET_KEY", "SPECDESK_MANTIS_TOKEN", "SPECDESK_LLM_KEY")
"""Variables whose values `specdesk provision` keeps in Parameter Store."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: how its function, role, region and bucket of packages are named, and what watches it."""

    name: str
    settings: Mapping[str, Any]
    function: str
    role: str
    region: str
    packages: str
    tags: Mapping[str, str] = field(default_factory=dict)
    log_days: int = 30
    alarms_to: str = ""
    """The address that is mailed of alarms; "" where somebody else subscribes to the topic."""
    site: str = ""
    """The bucket of the published wiki; "" where it is published elsewhere."""
    domain: str = ""
    certificate: str = ""
    """A domain of its own for wiki and function, and the ARN of its certificate."""

    def environ(self, given: Mapping[str, str] = os.environ, *, secrets: bool = False) -> dict[str, str]:
        """The function's variables and region, with credentials and the rest of `given`.

        Nothing that names a table, a bucket or a region is taken from `given`: a shell may hold what another stage
        needs. Secrets are taken from there with `secrets`, and otherwise stand in Parameter Store.
        """
        variables = {name: str(value) for name, value in self.settings.get("aws_environment_variables", {}).items()}
        taken = SECRETS if secrets else ()
        others = {name: value for name, value in given.items() if not name.startswith(PREFIX) or name in taken}
        return {**variables, **others, "AWS_DEFAULT_REGION": self.region, "AWS_REGION": self.region}


def add_stage(command: argparse.ArgumentParser, about: str, *, required: bool = False) -> None:
    """Let a command take a stage, and another file of stages."""
    command.add_argument("--stage", required=required, help=f"a stage of {FILE}: {about}")
    command.add_argument("--settings", type=Path, default=ROOT / FILE, help=f"another file than {FILE}")


def stage_of(name: str, file: Path = ROOT / FILE) -> Stage:
    """A stage. Raises Refused saying what it lacks."""
    settings = stage_settings(file, name)
    for key in ("project_name", "role_name", "aws_region", "s3_bucket"):
        if not settings.get(key):
            raise Refused(f"Stage {name} of {file.name} has no {key}. Add it there.")
    ours = settings.get(OURS, {})
    return Stage(
        name=name,
        settings=settings,
        function=f"{settings['project_name']}-{name}",
        role=settings["role_name"],
        region=settings["aws_region"],
        packages=settings["s3_bucket"],
        tags=settings.get("tags", {}),
        log_days=ours.get("log_retention_days", 30),
        alarms_to=ours.get("alarms_to", ""),
        site=ours.get("site_bucket", ""),
        domain=ours.get("domain", ""),
        certificate=ours.get("certificate", ""),
    )


def stage_settings(file: Path, stage: str) -> Mapping[str, Any]:
    """What Zappa is told about a stage: `extends` replaces whole members, as Zappa has it. Raises Refused."""
    try:
        stages: dict[str, Any] = json.loads(text_of(file))
    except json.JSONDecodeError as error:
        raise Refused(f"{file.name}:{error.lineno}: this is not JSON ({error.msg}). Mend it.") from error
    if stage not in stages:
        known = ", ".join(name for name in stages if name != "base")
        raise Refused(f"{file.name} has no stage {stage!r}; it has {known}. Add it there, or name one of these.")
    own = stages[stage]
    return {**stage_settings(file, own["extends"]), **own} if "extends" in own else own
