"""`make vulnerabilities`: known vulnerabilities of all locked packages, from a database that is kept.

The database is the export of OSV (https://osv.dev) for PyPI, a zip with a JSON document for each advisory, in
build/advisories; another file is named by VULNERABILITIES. It is renewed when it is older than a day and can be got;
an older one is used, and its age is said. Without one the audit does not run, and says so: that is no failure, and no
"nothing found" either.

A finding that is understood and does not matter is accepted by a line of pyproject.toml, with its reason:

    [tool.specdesk.accepted-vulnerabilities]
    GHSA-xxxx-xxxx-xxxx = "only Windows; nothing of ours runs there"
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
DATABASE = ROOT / "build" / "advisories" / "pypi.zip"
SOURCE = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
RENEWED = 24 * 3600
"""Seconds after which a newer database is asked for."""

TIMEOUT = urllib3.Timeout(connect=5, read=60)
ECOSYSTEM = "PyPI"

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)

Pins = Mapping[str, frozenset[Version]]
Advisory = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A locked version that an advisory names, and the versions that mend it."""

    package: str
    version: str
    advisory: str
    summary: str
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        """A line for people."""
        way = f"mended in {', '.join(self.fixed)}" if self.fixed else "no version mends it"
        return f"{self.package} {self.version}: {self.advisory} ({way}). {self.summary}".rstrip()


def pins(locks: Iterable[str]) -> Pins:
    """The packages of lock files by name, with each version that one of them pins."""
    found: dict[str, set[Version]] = {}
    for text in locks:
        for name, version in _PIN.findall(text):
            found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return {name: frozenset(versions) for name, versions in found.items()}


def findings(advisories: Iterable[Advisory], locked: Pins) -> Iterator[Finding]:
    """What advisories in the format of OSV say of locked versions; those that were withdrawn say nothing."""
    for advisory in advisories:
        if "withdrawn" in advisory:
            continue
        for affected in advisory.get("affected", ()):
            package = affected.get("package", {})
            name = canonicalize_name(package.get("name", ""))
            if package.get("ecosystem") != ECOSYSTEM:
                continue
            for version in sorted(locked.get(name, ())):
                if is_affected(version, affected):
                    fixed = tuple(sorted({event["fixed"] for event in _events(affected) if "fixed" in event}))
                    yield Finding(name, str(version), advisory["id"], advisory.get("summary", ""), fixed)


def is_affected(version: Version, affected: Mapping[str, Any]) -> bool:
    """Whether a version is listed, or lies in a range, as the schema of OSV evaluates them."""
    if any(_same(version, listed) for listed in affected.get("versions", ())):
        return True
    return any(_in_range(version, each) for each in affected.get("ranges", ()) if each.get("type") == "ECOSYSTEM")


def _in_range(version: Version, given: Mapping[str, Any]) -> bool:
    """Events, in the order of their versions, switch between affected and not."""
    inside = False
    for at, kind in sorted((_version(text), kind) for event in given["events"] for kind, text in event.items()):
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _version(text: str) -> Version:
    """The version of an event; "0" is before all others, and so is what is no version of Python's."""
    try:
        return Version("0.dev0" if text == "0" else text)
    except InvalidVersion:
        return Version("0.dev0")


def _same(version: Version, listed: str) -> bool:
    try:
        return version == Version(listed)
    except InvalidVersion:
        return False


def _events(affected: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for each in affected.get("ranges", ()):
        if each.get("type") == "ECOSYSTEM":
            yield from each["events"]


def read(database: Path) -> Iterator[Advisory]:
    """The advisories of a database. Raises BadZipFile or ValueError for a damaged one."""
    with zipfile.ZipFile(database) as package:
        for name in package.namelist():
            if name.endswith(".json"):
                yield json.loads(package.read(name))


def renew(database: Path, source: str = SOURCE) -> str:
    """Get a newer database in place of one that is older than a day; "" or why that could not be done."""
    if database.is_file() and time.time() - database.stat().st_mtime < RENEWED:
        return ""
    unfinished = database.with_suffix(".unfinished")
    try:
        answer = urllib3.PoolManager().request("GET", source, timeout=TIMEOUT, retries=False)
        if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
            return f"{source} answered {answer.status}"
        database.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(answer.data)
        if not zipfile.is_zipfile(unfinished):
            return f"{source} gave something else than a zip"
        unfinished.replace(database)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return f"{source} cannot be reached ({type(error).__name__})"
    else:
        return ""
    finally:
        unfinished.unlink(missing_ok=True)


def accepted(pyproject: str) -> dict[str, str]:
    """Advisories that are accepted, each with its reason."""
    given = tomllib.loads(pyproject).get("tool", {}).get("specdesk", {})
    return dict(given.get("accepted-vulnerabilities", {}))


def main() -> int:
    """Print what was found; 1 where a locked version has a vulnerability that is not accepted, 2 for a bad database."""
    named = os.environ.get("VULNERABILITIES", "")
    database = Path(named) if named else DATABASE
    problem = "" if named else renew(database)
    if not database.is_file():
        if named:
            print(f"VULNERABILITIES names {named}, and there is no such file. Name OSV's export for PyPI, a zip.")
            return 2
        print(f"The audit of vulnerabilities did NOT run: {database.relative_to(ROOT)} is not there; {problem}.")
        return 0
    locks = [*sorted(ROOT.glob("requirements*.lock")), ROOT / "sandbox" / "requirements.lock"]
    locked = pins(path.read_text(encoding="utf-8") for path in locks)
    try:
        advisories = list(read(database))
    except (zipfile.BadZipFile, ValueError) as error:
        print(f"The audit of vulnerabilities did NOT run: {database} is damaged ({error}). Delete it, and try again.")
        return 2
    known = accepted((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = sorted(set(findings(advisories, locked)))
    days = (time.time() - database.stat().st_mtime) / RENEWED
    print(f"{len(locked)} packages of {len(locks)} locks, {len(advisories)} advisories, {days:.0f} days old.")
    for finding in found:
        print(f"  {finding}" + (f" Accepted: {known[finding.advisory]}" if finding.advisory in known else ""))
    open_ones = [finding for finding in found if finding.advisory not in known]
    print(f"{len(open_ones)} vulnerabilities to mend, {len(found) - len(open_ones)} accepted.")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
