"""What other packages use of spec_lookup: a sorted list, complete, and cheap to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import spec_lookup

HEAVY = (
    "numpy",
    "onnxruntime",
    "boto3",
    "botocore",
    "markdown",
    "mkdocs",
    "yaml",
    "spec_lookup.evaluation",
    "spec_lookup.judge",
)
"""Packages that most of a start would go to, and the folder that is not in the function."""


def test_the_face_lists_what_it_has() -> None:
    """Constants, classes, functions, each by name, where the type checker sees it, too; no module is part of it."""
    tree = ast.parse(Path(spec_lookup.__file__).read_text(encoding="utf-8"))
    typed = {
        name.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names
    }
    ours = {name for name, module in typed.items() if module and module.startswith("spec_lookup.")}
    there = {name for name in spec_lookup.__all__ if not isinstance(getattr(spec_lookup, name), ModuleType)}

    assert there == ours
    assert sorted(there, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == spec_lookup.__all__
    assert all(getattr(import_module(str(typed[name])), name) is getattr(spec_lookup, name) for name in there)
    with pytest.raises(AttributeError, match="has no attribute 'words'"):
        _ = spec_lookup.words


def test_the_face_imports_nothing_heavy() -> None:
    """A form page imports it. What needs numpy, the model or AWS imports them where it runs."""
    program = f"import sys, spec_lookup; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
