"""What the project depends on: locked by hash, of an allowed licence, needed, described, looked up in advisories."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from sandbox.vulnerabilities import Finding, accepted, findings, is_affected, pins, read, renew

ROOT = Path(__file__).parent.parent
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
ENVIRONMENT = "requirements-dev.lock"
"""What `make run` and `make test` install; the others have its versions."""

GROUPS = {
    "requirements.lock": (),
    "requirements-docs.lock": ("docs",),
    ENVIRONMENT: ("docs", "test", "sandbox", "model", "training", "deploy", "admin"),
    "requirements-bench.lock": ("bench",),
    "requirements-sbom.lock": ("sbom",),
}
"""The groups of pyproject.toml that each lock was made of."""

PERMISSIVE = {
    "0BSD",
    "3-Clause BSD License",
    "Apache Software License",
    "Apache-2.0",
    "Apache2",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "ISC License (ISCL)",
    "MIT",
    "MIT License",
    "MIT-CMU",
    "PSF-2.0",
    "Python Software Foundation License",
    "The Unlicense (Unlicense)",
    "Zlib",
}
"""They may be part of the function: they ask for their text to be kept, which the package's metadata does."""

FOR_TOOLS = PERMISSIVE | {"Artistic License", "Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0", "Zope Public License"}
"""What may help to build, test and deploy, and is passed on to nobody."""

UNNAMED = {"axe-playwright-python": "MIT", "quickjs-ng": "MIT"}
"""Packages whose metadata names no licence: what their LICENSE says."""

IMPORTED_AS = {
    "apig-wsgi": "apig_wsgi",
    "beautifulsoup4": "bs4",
    "email-validator": "email_validator",
    "flask-wtf": "flask_wtf",
    "pillow": "PIL",
    "pystemmer": "Stemmer",
    "pyyaml": "yaml",
}
OTHERS = {"ministack", "setuptools"}
"""What has an environment of its own, and what builds."""

READ_AS_DATA = {"tzdata"}
"""Run-time dependencies that no module of ours imports."""


@cache
def project() -> dict[str, Any]:
    """The project's table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def named(requirements: list[str]) -> set[str]:
    """The packages of requirements."""
    return {canonicalize_name(re.split(r"[\s\[<>=~!;]", each, maxsplit=1)[0]) for each in requirements}


def direct(groups: tuple[str, ...]) -> set[str]:
    """The packages that groups of pyproject.toml name."""
    return {name for group in groups for name in named(project()["dependency-groups"][group])}


def run_time() -> set[str]:
    """The packages that the function needs."""
    return named(project()["project"]["dependencies"])


def lock(name: str) -> str:
    """The text of a lock."""
    return (ROOT / name).read_text(encoding="utf-8")


# --- locks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LOCKS, "sandbox/requirements.lock"])
def test_each_package_is_locked_by_its_hashes(name: str) -> None:
    """Nothing is installed that is not byte for byte what was locked."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock(name), flags=re.MULTILINE).strip())

    assert [] == [
        entry for entry in entries if not re.match(r"[\w.-]+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", entry)
    ]


@pytest.mark.parametrize("name", GROUPS)
def test_a_lock_has_what_pyproject_names(name: str) -> None:
    """`make lock` was run after the last change of pyproject.toml."""
    wanted = direct(GROUPS[name]) | (
        run_time() if name not in ("requirements-bench.lock", "requirements-sbom.lock") else set()
    )

    assert wanted <= set(pins([lock(name)]))


@pytest.mark.parametrize("name", GROUPS)
def test_a_package_has_one_version_in_all_locks(name: str) -> None:
    """What was tested is what is packaged, and what the wiki is built with."""
    tested = pins([lock(ENVIRONMENT)])
    other = {package: found for package, found in pins([lock(name)]).items() if package in tested}

    assert {package: tested[package] for package in other} == other


# --- licences and need ------------------------------------------------------------------------


@cache
def licences() -> dict[str, str]:
    """The licence of each package that is installed here, as `pip-licenses` reads it."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-system"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {canonicalize_name(row["Name"]): row["License"] for row in rows}


def permits(licence: str, allowed: set[str]) -> bool:
    """Whether a licence is allowed: one of those to choose from, and each of those that go together."""
    return any(set(choice.split(" AND ")) <= allowed for choice in re.split("; | OR ", licence))


@pytest.mark.parametrize(("name", "allowed"), [("requirements.lock", PERMISSIVE), (ENVIRONMENT, FOR_TOOLS)])
def test_each_licence_is_allowed(name: str, allowed: set[str]) -> None:
    """A new licence is read by a person before it is added to the list."""
    there = {package: licences()[package] for package in pins([lock(name)]) if package in licences()}
    said = {package: UNNAMED.get(package, licence) for package, licence in there.items()}

    assert len(said) > 20
    assert {} == {package: licence for package, licence in said.items() if not permits(licence, allowed)}


def test_a_licence_counts_with_all_that_goes_with_it() -> None:
    """Of several to choose from one is enough."""
    assert permits("MIT OR GPL-3.0-only", PERMISSIVE)
    assert permits("Apache Software License; BSD License", PERMISSIVE)
    assert not permits("MIT AND GPL-3.0-only", PERMISSIVE)
    assert not permits("MPL-2.0", PERMISSIVE)
    assert not permits("UNKNOWN", FOR_TOOLS)


def test_the_function_imports_each_of_its_dependencies() -> None:
    """A package that nothing imports only makes the zip larger."""
    ours = [path for folder in ("intake_fn", "spec_lookup") for path in (ROOT / folder).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in ours)
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", text, re.MULTILINE))

    assert READ_AS_DATA == {name for name in run_time() if IMPORTED_AS.get(name, name) not in imported}


def test_each_dependency_is_described_and_no_other() -> None:
    """docs/dependencies.md says of each what it is for, what else was looked at and how alive it is."""
    rows = re.findall(r"^\| (`.*`) \|[^|]+\|[^|]+\| [A-Z][a-z]+ 20\d\d \|$", lock("docs/dependencies.md"), re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`([\w.-]+)`", row)]

    assert sorted(run_time() | direct(tuple(project()["dependency-groups"])) | OTHERS) == sorted(listed)


# --- vulnerabilities --------------------------------------------------------------------------

ADVISORY: dict[str, Any] = {
    "id": "GHSA-example",
    "summary": "A made-up weakness.",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.4"}, {"introduced": "2.0"}]}],
            "versions": ["1.5.post1"],
        }
    ],
}


@pytest.mark.parametrize(
    ("version", "affected"),
    [("0.1", True), ("1.4rc1", True), ("1.4", False), ("1.5.post1", True), ("1.9", False), ("2.0", True), ("3", True)],
)
def test_ranges_are_read_as_osv_defines_them(version: str, affected: bool) -> None:
    """Introduced, fixed, and introduced again; a version that is listed counts, too."""
    assert affected == is_affected(Version(version), ADVISORY["affected"][0])


def test_the_last_affected_version_is_affected() -> None:
    """Where nothing mends it yet, an advisory names the last version that has it."""
    given = {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1"}, {"last_affected": "2"}]}]}

    assert [False, True, True, False] == [is_affected(Version(text), given) for text in ("0.9", "1", "2", "2.0.1")]


def test_locked_versions_are_found_in_a_database(tmp_path: Path) -> None:
    """By the normalised name; withdrawn advisories and those of other ecosystems say nothing."""
    withdrawn = ADVISORY | {"id": "PYSEC-gone", "withdrawn": "2026-01-01T00:00:00Z"}
    other = {
        "id": "NPM-1",
        "affected": [{"package": {"ecosystem": "npm", "name": "some-package"}, "versions": ["1.3"]}],
    }
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as package:
        for advisory in (ADVISORY, withdrawn, other):
            package.writestr(f"{advisory['id']}.json", json.dumps(advisory))
    locked = pins(["some-package==1.3 ; sys_platform == 'win32' \\\n    --hash=sha256:0\nother==1.0 \\\n"])

    found = list(findings(read(tmp_path / "all.zip"), locked))

    assert [Finding("some-package", "1.3", "GHSA-example", "A made-up weakness.", ("1.4",))] == found
    assert "some-package 1.3: GHSA-example (mended in 1.4). A made-up weakness." == str(found[0])


def test_an_audit_without_a_database_says_that_it_did_not_run(tmp_path: Path) -> None:
    """Neither success nor a finding; a source that does not answer leaves no file behind."""
    problem = renew(tmp_path / "advisories" / "pypi.zip", "http://127.0.0.1:9/all.zip")

    assert problem.startswith("http://127.0.0.1:9/all.zip cannot be reached")
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_command_finds_in_a_named_database(tmp_path: Path) -> None:
    """It ends with 1 for what is not accepted, and with 2 for a name that leads nowhere."""
    about = {
        "package": {"ecosystem": "PyPI", "name": "flask"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
    }
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as package:
        package.writestr("a.json", json.dumps({"id": "GHSA-all-of-flask", "summary": "", "affected": [about]}))

    def ran(file: Path) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "VULNERABILITIES": str(file), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "sandbox.vulnerabilities"]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    found, missing = ran(tmp_path / "all.zip"), ran(tmp_path / "none.zip")

    assert (1, 2) == (found.returncode, missing.returncode)
    assert "GHSA-all-of-flask (no version mends it)" in found.stdout
    assert "there is no such file" in missing.stdout


def test_an_accepted_advisory_has_a_reason() -> None:
    """The reason stands beside its number in pyproject.toml."""
    text = '[tool.specdesk.accepted-vulnerabilities]\nGHSA-1 = "Only on Windows."\n'

    assert {"GHSA-1": "Only on Windows."} == accepted(text)
    assert all(accepted(lock("pyproject.toml")).values())
