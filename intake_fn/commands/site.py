"""`specdesk site`: publish the built wiki whole or not at all, list its versions, and go back to a former one."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import say
from intake_fn.commands.stages import Stage, add_stage, stage_of
from intake_fn.core.errors import Refused
from intake_fn.settings import ROOT
from intake_fn.wiki import site_check
from spec_lookup import Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.adapters.provision.site import Version
    from intake_fn.wiring import Application

SITE, INDEX = ROOT / "build" / "site", ROOT / "build" / "index"
FIRST = 10
"""Problems of one kind that are told."""


def add(commands: Any) -> None:
    """Put `site` on the command line."""
    command = commands.add_parser("site", help=__doc__, description=__doc__)
    kinds = command.add_subparsers(required=True, metavar="WHAT")

    kind = kinds.add_parser("check", help=check.__doc__, description=check.__doc__)
    _built(kind)
    kind.add_argument("--json", action="store_true")
    kind.set_defaults(run=check)

    kind = kinds.add_parser("publish", help=publish.__doc__, description=publish.__doc__)
    _built(kind)
    kind.add_argument("--fewer-pages", action="store_true", help="pages were taken out on purpose")
    _of_stage(kind, publish)

    kind = kinds.add_parser("list", help=list_.__doc__, description=list_.__doc__)
    _of_stage(kind, list_)

    kind = kinds.add_parser("roll-back", help=roll_back.__doc__, description=roll_back.__doc__)
    kind.add_argument("--to", default="", metavar="VERSION", help="the one before the shown one if not given")
    _of_stage(kind, roll_back)


def _built(command: argparse.ArgumentParser) -> None:
    command.add_argument("--site", type=Path, default=SITE, help="what `mkdocs build` made")
    command.add_argument("--index", type=Path, default=INDEX, help="what `specdesk build-index` made")


def _of_stage(command: argparse.ArgumentParser, run: Any) -> None:
    add_stage(command, "whose site it is", required=True)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


# --- commands --------------------------------------------------------------------------------------


def check(args: argparse.Namespace) -> int:
    """Check the links, clauses and stamp of a built site; exit status 1 when something is wrong."""
    pages, problems = _checked(args)
    lines = [f"{pages} pages, {len(problems)} problems", *problems]
    say(args, {"pages": pages, "problems": problems}, lines)
    return 1 if problems else 0


def publish(args: argparse.Namespace) -> None:
    """Upload the built site, checked, as a new version, and show it once it is whole; the old one stays until then."""
    from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3

    place = Place.of(args)
    now = site.shown(place.stacks, place.stack)
    there = {version.id: version for version in site.versions(place.s3, place.bucket)}
    before = there.get(now.get("Version", ""))
    pages, problems = _checked(args)
    if before and not args.fewer_pages:
        problems += [
            f"{each}. Add --fewer-pages if that is right" for each in site_check.too_few_pages(pages, before.pages)
        ]
    if problems:
        raise Refused(f"The site was not published: {'; '.join(problems)}. What was shown stays.")
    version = site.upload(place.s3, place.bucket, args.site)
    shown = place.show(version.id)
    deleted = site.tidy(place.s3, place.bucket, version.id)
    told = f"{shown['Address']} shows version {version.id}: {version.pages} pages, spec {version.spec[:12]}."
    old = f"Before: {before.id}. Back to it: specdesk site roll-back --stage {place.stage.name}" if before else ""
    plain = {**asdict(version), "address": shown["Address"], "host": shown["Host"], "deleted": deleted}
    say(args, plain, [told, *filter(None, [old])])


def list_(args: argparse.Namespace) -> None:
    """List the versions of the site, the latest first, and which one is shown."""
    from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3

    place = Place.of(args)
    now = site.shown(place.stacks, place.stack)
    found = site.versions(place.s3, place.bucket)
    lines = [_line(version, now.get("Version", "")) for version in found] or ["No version was published yet."]
    plain = [{**asdict(version), "shown": version.id == now.get("Version")} for version in found]
    say(args, {"address": now.get("Address", ""), "versions": plain}, lines)


def roll_back(args: argparse.Namespace) -> None:
    """Show a former version of the site again; nothing is uploaded or deleted."""
    from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3

    place = Place.of(args)
    now = site.shown(place.stacks, place.stack).get("Version", "")
    found = [version.id for version in site.versions(place.s3, place.bucket)]
    former = found[found.index(now) + 1 :] if now in found else found
    target = args.to or next(iter(former), "")
    if target not in found:
        known = ", ".join(found) or "none"
        raise Refused(f"There is no version {target or 'before the one that is shown'}; there are: {known}.")
    shown = place.show(target)
    say(args, {"version": target, "address": shown["Address"]}, [f"{shown['Address']} shows version {target} again."])


def _line(version: Version, shown: str) -> str:
    mark = "shown" if version.id == shown else ""
    return f"{version.id}  {mark:5}  {version.at[:19]}  {version.pages} pages  spec {version.spec[:12]}"


def _checked(args: argparse.Namespace) -> tuple[int, list[str]]:
    """The number of pages of a built site, and what is wrong with it. Raises Refused where there is none."""
    from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3

    if not (args.site / "index.html").is_file():
        raise Refused(f"{args.site} holds no site. Build it: .venv/bin/mkdocs build --site-dir {args.site}")
    pages, spec = site_check.read_pages(args.site), Spec.open(args.index)
    problems: list[str] = []
    if (stamp := site_check.stamp_of(args.site)) != spec.stamp.content:
        problems.append(
            f"it is of spec {stamp[:12] or 'unknown'}, and the index of {spec.stamp.content[:12]}: build both anew"
        )
    problems += _first(site_check.broken_links(args.site, pages, site.patterns()))
    problems += _first(site_check.missing_clauses(pages, spec.clauses()))
    return len(pages), problems


def _first(problems: Iterator[str]) -> list[str]:
    """The first ones, and how many more there are."""
    found = list(problems)
    return [*found[:FIRST], *([f"and {len(found) - FIRST} more like it"] if len(found) > FIRST else [])]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the site of a stage is."""

    stage: Stage
    application: Application
    bucket: str
    s3: Any
    stacks: Any

    @classmethod
    def of(cls, args: argparse.Namespace) -> Place:
        """Raises Refused for a stage without a bucket of its site."""
        from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

        stage = stage_of(args.stage, args.settings)
        if not stage.site:
            raise Refused(f"Stage {stage.name} names no bucket: add `specdesk.site_bucket` in {args.settings.name}.")
        application = Application.from_environ(stage.environ())
        return cls(stage, application, stage.site, application.client("s3"), application.client("cloudformation"))

    @property
    def stack(self) -> str:
        """The name of the stack."""
        from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3

        return site.stack_name(self.stage.function)

    def show(self, version: str) -> dict[str, str]:
        """Let the stack show a version; what it then says."""
        from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3

        parameters = {
            "Bucket": self.bucket,
            "Version": version,
            "Api": site.api_host(self.application.client("apigatewayv2"), self.stage.function, self.stage.region),
            "ApiPath": f"/{self.stage.name}",
            "FrontToken": self.application.front_token,
            "FilesAt": " ".join(self.application.settings.files_at),
            "Domain": self.stage.domain,
            "Certificate": self.stage.certificate,
        }
        return site.show(self.stacks, self.stack, parameters, self.stage.tags)
