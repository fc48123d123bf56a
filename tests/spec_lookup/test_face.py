"""What other packages use of spec_lookup: a sorted list, complete, and cheap to import."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import spec_lookup

HEAVY = ("numpy", "onnxruntime", "boto3", "botocore", "markdown", "mkdocs", "yaml", "spec_lookup.evaluation")
"""Packages that most of a start would go to, and the folder that is not in the function."""


def test_the_face_lists_what_it_has() -> None:
    """Constants, classes, functions, each by name; a module that happens to be imported is no part of it."""
    there = {
        name
        for name, value in vars(spec_lookup).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert sorted(there, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == spec_lookup.__all__


def test_the_face_imports_nothing_heavy() -> None:
    """A form page imports it. What needs numpy, the model or AWS imports them where it runs."""
    program = f"import sys, spec_lookup; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
