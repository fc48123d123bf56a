"""`specdesk package`: the function's zip for a stage of zappa_settings.json, and how large it is.

It checks what it packages: support.yml with the pages of the spec, that the index is of that spec, that the zip fits
into Lambda with room to spare, and that it holds no secret and no name of a place of this machine.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import client
from intake_fn.adapters.process_file import read_templates
from intake_fn.adapters.provision.package import (
    ON_LAMBDA,
    PLATFORMS,
    SERVING,
    Part,
    Target,
    assemble,
    compile_with,
    dependencies,
    foreign_in,
    make_ahead_with,
    pack,
    private_in,
    runtime_python,
    upload,
)
from intake_fn.commands import process_of, say
from intake_fn.commands.stages import FILE as STAGES
from intake_fn.commands.stages import add_stage, stage_settings
from intake_fn.commands.templates import wiki_templates
from intake_fn.core.errors import Broken, Refused
from intake_fn.settings import ROOT, templates_beside
from spec_lookup import Spec, content_stamp, model_folder, read_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from intake_fn.core.process import Process

MEGABYTE = 1_000_000
LARGEST_ZIP, LARGEST = 60, 230
"""MB that a package may have: zipped without the index, and unzipped with it. Lambda takes 250 unzipped, of any zip."""

UPLOAD_SECONDS = 120

FIRST_ON_2023 = 12
"""The minor version of the first Python that Lambda has on Amazon Linux 2023, for which the wheels are chosen."""

MODEL = "model"
OF_THE_SPEC = ("index", "index-versions")
"""The parts that are as large as the spec: they are no program that grew."""


def add(commands: Any) -> None:
    """Put `package` on the command line."""
    command = commands.add_parser("package", help=package.__doc__, description=package.__doc__)
    add_stage(command, "its runtime and architecture", required=True)
    command.add_argument("--out", type=Path, help="the zip; build/package/specdesk-STAGE.zip if not given")
    command.add_argument("--python", default="", help="a Python of the runtime's version, for byte code")
    command.add_argument("--no-byte-code", action="store_true", help="where no such Python is at hand")
    command.add_argument("--upload", action="store_true", help="put it into the stage's bucket of packages")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=package)


def package(args: argparse.Namespace) -> None:
    """Make the zip of the function for a stage, from the lock file, this checkout, the index and the model."""
    settings = stage_settings(args.settings, args.stage)
    target = target_of(settings, args.stage)
    if args.upload and not os.environ.get("AWS_ENDPOINT_URL"):  # a local AWS runs it in its own Python
        refuse_old_system(target, args.stage)
    process = process_of(ROOT / "support.yml", {page.stem for page in (ROOT / "docs" / "spec").glob("*.md")})
    _refuse_other_templates(process)
    stamp = _index_of_the_spec()
    python = "" if args.no_byte_code else runtime_python(target, args.python)
    file = args.out or ROOT / "build" / "package" / f"specdesk-{args.stage}.zip"
    wheels = dependencies(ROOT / "requirements.lock", target, ROOT / "build" / "function")
    with tempfile.TemporaryDirectory(prefix="specdesk-") as name:
        folder = Path(name)
        assemble(ROOT, ROOT / "build", wheels, model_folder(), folder)
        if python:
            make_ahead_with(python, folder)
            compile_with(python, folder)
        if foreign := foreign_in(folder, target):
            raise Broken(f"These do not run on {target.architecture}: {', '.join(foreign[:5])}. Remove build/function.")
        _refuse_private(folder)
        parts = pack(folder, file)
    plain = {**_sizes(parts, file), "file": str(file), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    refuse_too_large(parts, plain)
    plain |= {"spec": stamp, "byte_code": bool(python), "at": _uploaded(settings, file) if args.upload else ""}
    say(args, {**plain, "runtime": target.runtime, "architecture": target.architecture}, _lines(plain, parts, target))


def _uploaded(settings: Mapping[str, Any], file: Path) -> str:
    """Where the zip is now. Raises Broken, TryLater."""
    environ = {**os.environ, "AWS_DEFAULT_REGION": str(settings.get("aws_region", ""))}
    return upload(client("s3", environ, read_seconds=UPLOAD_SECONDS), str(settings["s3_bucket"]), file)


def target_of(settings: Mapping[str, Any], stage: str) -> Target:
    """What a stage runs on. Raises Refused for what no wheels are chosen for."""
    target = Target(settings.get("runtime", ""), settings.get("architecture", "x86_64"))
    if not target.runtime.startswith("python3.") or target.architecture not in PLATFORMS:
        raise Refused(
            f"Stage {stage} runs on {target.runtime!r}, {target.architecture!r}; name a runtime such as python3.12 and "
            f"one of the architectures {', '.join(PLATFORMS)} in {STAGES}."
        )
    return target


def refuse_old_system(target: Target, stage: str) -> None:
    """Raise Refused for a runtime on Amazon Linux 2, whose glibc 2.26 loads neither numpy nor onnxruntime."""
    if int(target.version.partition(".")[2]) < FIRST_ON_2023:
        raise Refused(
            f"Stage {stage} runs on {target.runtime}, which Lambda has on Amazon Linux 2: numpy and onnxruntime cannot "
            f"be loaded there. Name python3.{FIRST_ON_2023} or a newer runtime in {STAGES}."
        )


def _index_of_the_spec() -> str:
    """The stamp of the index. Raises Refused when it is of another spec than docs/spec."""
    stamp = Spec.open(ROOT / "build" / "index").stamp.content
    now = content_stamp(list(read_pages(ROOT / "docs" / "spec")))
    if stamp != now:
        raise Refused(
            f"The index is of spec {stamp[:12]}, and docs/spec is now {now[:12]}: run `specdesk build-index`."
        )
    return stamp


def _refuse_other_templates(process: Process) -> None:
    """Raise Refused when the templates that were built are not those of the wiki."""
    built = read_templates(templates_beside(ROOT / "build" / "index"))
    if built != [*wiki_templates(ROOT / "docs" / "spec", process)]:
        raise Refused("The templates of the wiki have changed since they were built: run `specdesk build-index`.")


def _refuse_private(folder: Path) -> None:
    """Raise Broken for what must not leave this machine."""
    home = Path.home()
    places = [str(ROOT), str(folder), *([f"{home}/"] if len(home.parts) > 2 else [f"/home/{getpass.getuser()}/"])]  # noqa: PLR2004 - /root/ is a place in many programs
    if found := private_in(folder, places, os.environ):
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - enough to go by
        raise Broken(f"The package was not made: {'; '.join(found[:5])}{more}. Take that out of the files first.")


def _sizes(parts: list[Part], file: Path) -> dict[str, Any]:
    """In bytes, with the model and without it; headers of the zip count to the whole."""
    model = next((part for part in parts if part.name == MODEL), Part(MODEL, 0, 0, 0))
    unzipped, zipped = sum(part.unzipped for part in parts), file.stat().st_size
    return {
        "zipped": zipped,
        "unzipped": unzipped,
        "zipped_without_model": zipped - model.zipped,
        "unzipped_without_model": unzipped - model.unzipped,
    }


def _lines(plain: Mapping[str, Any], parts: list[Part], target: Target) -> Iterator[str]:
    def row(name: str, files: int | str, unzipped: int, zipped: int) -> str:
        return f"  {name:20} {files:>6} {unzipped / MEGABYTE:10.1f} {zipped / MEGABYTE:10.1f}"

    byte_code = f"byte code for {ON_LAMBDA}" if plain["byte_code"] else "no byte code"
    yield f"{plain['file']} for {target.runtime} on {target.architecture}, spec {plain['spec'][:12]}, {byte_code}"
    yield f"  {'part':20} {'files':>6} {'unzipped MB':>10} {'zipped MB':>9}"
    for part in sorted(parts, key=lambda part: (part.name in SERVING, -part.unzipped)):
        yield row(part.name, part.files, part.unzipped, part.zipped)
    yield row("all", sum(part.files for part in parts), plain["unzipped"], plain["zipped"])
    yield row("all but the model", "", plain["unzipped_without_model"], plain["zipped_without_model"])
    yield f"  sha256 {plain['sha256']}"
    if plain["at"]:
        yield f"  uploaded to {plain['at']}"


def refuse_too_large(parts: Iterable[Part], plain: Mapping[str, Any]) -> None:
    """Raise Refused for a package beyond the limits."""
    spec = [part for part in parts if part.name in OF_THE_SPEC]
    zipped = (plain["zipped"] - sum(part.zipped for part in spec)) / MEGABYTE
    unzipped, indexes = plain["unzipped"] / MEGABYTE, sum(part.unzipped for part in spec) / MEGABYTE
    if zipped > LARGEST_ZIP:
        raise Refused(
            f"The package is too large: {zipped:.1f} MB zipped without the index, of at most {LARGEST_ZIP}. Leave out "
            "what is not used: UNUSED in intake_fn/adapters/provision/package.py."
        )
    if unzipped > LARGEST:
        raise Refused(
            f"The package is too large: {unzipped:.1f} MB unzipped, of at most {LARGEST}; {indexes:.1f} are indexes of "
            "the spec. Keep fewer released versions of it, or leave out what is not used: UNUSED in "
            "intake_fn/adapters/provision/package.py."
        )
