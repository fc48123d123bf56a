"""What the function carries fits into Lambda, with room to spare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from intake_fn.settings import ROOT
from spec_lookup import model_folder

BUDGET = 230
"""MB unzipped. Lambda takes 250 MB; what the base image has of them (boto3) is carried and counted all the same."""

CODE = ("intake_fn", "spec_lookup", "support.yml")
MEGABYTE = 1_000_000


def test_the_function_with_its_dependencies_and_model_fits() -> None:
    """Counted as installed here; packages that the lock has for other systems only are not there to count."""
    sizes = {package.name: _size(package) for package in locked(ROOT / "requirements.lock")}
    sizes["the model"] = _below(model_folder())
    sizes["our code"] = sum(_below(ROOT / name) for name in CODE)
    total = sum(sizes.values())

    assert {"flask", "boto3", "numpy", "onnxruntime"} <= {name.lower() for name in sizes}
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:6]
    assert BUDGET > total, f"{total:.0f} MB; the largest: " + ", ".join(f"{name} {size:.0f}" for name, size in largest)


def locked(lock: Path) -> Iterator[Distribution]:
    """The packages of a lock file that are installed here."""
    for name in re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE):
        try:
            yield distribution(name)
        except PackageNotFoundError:
            continue


def _size(package: Distribution) -> float:
    """MB of a package's files, compiled ones apart: the package is made anew."""
    files = (Path(str(file.locate())) for file in package.files or () if "__pycache__" not in file.parts)
    return sum(file.stat().st_size for file in files if file.is_file()) / MEGABYTE


def _below(path: Path) -> float:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(file.stat().st_size for file in files if "__pycache__" not in file.parts) / MEGABYTE
