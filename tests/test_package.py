"""What Zappa packages of this checkout: all that the function needs, and nothing else. The package is made, and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.entry_import import SETTINGS
from intake_fn.mail_templates import environment
from tests.test_entry import ROOT, get
from tests.test_size import BUDGET, locked

PACKAGE = """
import sys, zipfile
from zappa.cli import ZappaCLI
class Stored(zipfile.ZipFile):  # what is in it counts here, and not how small it is
    def writestr(self, info, data, *compression):
        super().writestr(info, data, zipfile.ZIP_STORED)
zipfile.ZipFile = Stored
cli = ZappaCLI()
cli.api_stage = "dev"
cli.load_settings("zappa_settings.json")
cli.create_package(sys.argv[1])
"""

RUN = """
import importlib, json, os, pkgutil, sys
sys.path.insert(0, os.getcwd())
import intake_fn, spec_lookup
from intake_fn import entry
answers = [entry.lambda_handler(event, None) for event in json.load(sys.stdin)]
for package in (intake_fn, spec_lookup):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.rpartition(".")[2] != "__main__":
            importlib.import_module(module.name)
application = entry.application
desks = application.desk, application.background_desk
clients = [application.client(service) for service in os.environ["SERVICES"].split()]
from spec_lookup.search.embed import Embedder
from intake_fn.mail_templates import environment
mails = environment().list_templates()
found = [name for name in ("zappa", "mkdocs", "pytest", "sandbox") if importlib.util.find_spec(name)]
outside = [m.__file__ for m in sys.modules.values() if "site-packages" in (getattr(m, "__file__", None) or "")]
print("ANSWERS" + json.dumps([answers, mails, found, outside]))
"""

OURS = {"build", "intake_fn", "spec_lookup", "support.yml", "zappa_settings.py", "__init__.py"}
"""All that stands beside the dependencies; the last two are written by Zappa."""

GLIBC = {"python3.11": 26, "python3.12": 34, "python3.13": 34}
"""The minor version of glibc 2 that a runtime of Lambda has: Amazon Linux 2, and 2023."""


def settings() -> dict[str, str]:
    """What Zappa is told."""
    base: dict[str, str] = json.loads((ROOT / "zappa_settings.json").read_text(encoding="utf-8"))["base"]
    return base


def dependencies() -> set[Path]:
    """What the packages of the lock have put into the environment's folder."""
    folder = Path(sysconfig.get_path("purelib"))
    files = [file for package in locked(ROOT / "requirements.lock") for file in package.files or ()]
    return {folder / file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The package, taken apart. Zappa is given an environment that has what the lock names, as by `make function`."""
    with tempfile.TemporaryDirectory(prefix="specdesk-package-") as name:
        made = Path(name)
        packages = made / "function" / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        packages.mkdir(parents=True)
        for path in dependencies():
            (packages / path.name).symlink_to(path)
        environ = {**os.environ, "VIRTUAL_ENV": str(made / "function")}
        command = [sys.executable, "-c", PACKAGE, str(made / "specdesk.zip")]
        subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
        with zipfile.ZipFile(made / "specdesk.zip") as package:
            package.extractall(made / "task")
        yield made / "task"


def test_the_package_holds_ours_and_the_dependencies(folder: Path) -> None:
    """A new folder at the root is packaged until zappa_settings.json excludes it: this test asks which it shall be."""
    there = {path.name for path in folder.iterdir()}

    assert set() == there ^ OURS ^ {path.name for path in dependencies()}


def test_nothing_is_packaged_that_only_people_use(folder: Path) -> None:
    """Commands, the wiki's hooks, what provisions a stage, evaluates or trains, and what is beside model and index."""
    parts = [path.relative_to(folder) for path in folder.rglob("*")]
    ours = {path for path in parts if path.parts[0] in OURS}

    assert {"index", "index-versions", "model", "qualification.json"} >= {
        path.parts[1] for path in ours if path.parts[0] == "build" and len(path.parts) > 1
    }
    assert set() == {path.name for path in ours} & {
        "__pycache__",
        "commands",
        "cli.py",
        "wiki",
        "provision",
        "evaluation",
        "claims.jsonl",
        "__main__.py",
        "README.md",
    }
    assert [] == [path for path in parts if path.name.startswith(".")]


def test_the_package_runs_by_itself(folder: Path) -> None:
    """With nothing but the standard library beside it, as on Lambda: a page, each module, each mail, each client."""
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    environ |= {**SETTINGS, "AWS_REGION": "eu-west-1", "SERVICES": " ".join(services())}
    environ |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_LAMBDA_FUNCTION_NAME": "specdesk-dev"}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", RUN],
        input=json.dumps([get("/requests/new/bug"), get("/static/specdesk.css")]),
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("ANSWERS"))
    answers, mails, found, outside = json.loads(line.removeprefix("ANSWERS"))

    assert [200, 200] == [answer["statusCode"] for answer in answers]
    assert environment().list_templates() == mails
    assert [] == found
    assert [] == outside


def test_the_package_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into the 250 MB of Lambda, with room to spare."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1_000_000
    with capsys.disabled():
        print(f"\nThe package of the function has {size:.0f} MB unzipped.")  # noqa: T201 - a figure to watch

    assert BUDGET > size


def services() -> set[str]:
    """The services of AWS that the function calls."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "intake_fn").rglob("*.py"))
    return set(re.findall(r'client\(\s*"([\w-]+)"', code))


def test_the_services_that_are_called_are_packaged() -> None:
    """`make function` leaves the descriptions of all others out: they are most of botocore."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    kept = re.search(r"^SERVICES := (.*)$", makefile, re.MULTILINE)

    assert kept is not None
    assert sorted(services()) == kept[1].split()


def test_each_dependency_runs_on_the_runtime() -> None:
    """A wheel is built for a glibc, and Lambda's must not be older: numpy cannot be loaded on python3.11."""
    newest = GLIBC[settings()["runtime"]]
    needed = {
        package.name: min(map(int, tags))
        for package in locked(ROOT / "requirements.lock")
        if (tags := re.findall(r"manylinux_2_(\d+)_x86_64", package.read_text("WHEEL") or ""))
    }

    assert {name: minor for name, minor in needed.items() if minor > newest} == {}


def test_the_dependencies_are_made_for_the_runtime() -> None:
    """`make function` takes wheels of the version that the function runs on."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert f"RUNTIME := {settings()['runtime'].removeprefix('python')}\n" in makefile
