"""How a value of support.yml is read: shapes, which read nodes of YAML and report what is wrong with them.

A part of the file is a table of its keys, whose rows are shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

import yaml

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process_file.problems import Problem, nearest


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value is read: `read` gives it, or reports a problem and gives `empty`, as for a missing one."""

    read: Callable[[Document, yaml.Node, str], Any]
    empty: Any = None
    needed: bool = True


@dataclass
class Document:
    """The file as far as it was read: its problems, and the line of every path."""

    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, path: str) -> int:
        """The line of a path; that of the nearest part around it when it is not there itself."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, 1)

    def report(self, node: yaml.Node, message: str, remedy: str) -> None:
        """Write down a problem at a node's line."""
        self.problems.append(Problem(node.start_mark.line + 1, message, remedy))

    def pairs(self, node: yaml.Node, path: str) -> Iterator[tuple[yaml.Node, str, str, yaml.Node]]:
        """Key node, name, path and value of everything in a mapping."""
        if not isinstance(node, yaml.MappingNode):
            self.report(node, f"{path or 'the file'} has to be a mapping", "Write it as `name: value`, line by line")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            inside = f"{path}.{name}".lstrip(".")
            if name in seen:
                self.report(key, f"{inside} is there twice", "Delete one of the two: only the last would count")
            seen.add(name)
            self.lines[inside] = key.start_mark.line + 1
            yield key, name, inside, value

    def record(self, node: yaml.Node, path: str, keys: Mapping[str, Shape]) -> dict[str, Any]:
        """A mapping whose keys are fixed by a table."""
        values = {name: shape.empty for name, shape in keys.items()}
        missing = {name for name, shape in keys.items() if shape.needed}
        for key, name, inside, value in self.pairs(node, path):
            missing.discard(name)
            if name in keys:
                values[name] = keys[name].read(self, value, inside)
            else:
                self.report(key, f"{inside} is an unknown key", nearest(name, keys))
        if isinstance(node, yaml.MappingNode):
            for name in sorted(missing):
                where = f"{path} has" if path else "there is"
                self.problems.append(Problem(self.line(path), f"{where} no {name!r}", f"Add `{name}:`"))
        return values


@dataclass(frozen=True, slots=True)
class ScalarType:
    """A value on one line: its conversion from text (ValueError when it is none), its name, how to write it."""

    convert: Callable[[str], Any]
    name: str
    remedy: str


def is_null(node: yaml.Node) -> bool:
    """Whether a value is `null` or nothing."""
    return isinstance(node, yaml.ScalarNode) and str(node.tag).endswith(":null")


def scalar(kind: ScalarType) -> Shape:
    """A value on one line."""

    def read(document: Document, node: yaml.Node, path: str) -> Any:
        if not isinstance(node, yaml.ScalarNode) or is_null(node):
            document.report(node, f"{path} has to be {kind.name}", kind.remedy)
            return None
        try:
            return kind.convert(node.value)
        except ValueError:
            document.report(node, f"{path}: {node.value!r} is not {kind.name}", kind.remedy)
            return None

    return Shape(read)


def optional(shape: Shape, nothing: Any = None) -> Shape:
    """The same, but the key may be missing or null."""
    return Shape(
        lambda document, node, path: nothing if is_null(node) else shape.read(document, node, path),
        nothing,
        needed=False,
    )


def record(keys: Mapping[str, Shape]) -> Shape:
    """A mapping whose keys are fixed by a table."""
    return Shape(
        lambda document, node, path: document.record(node, path, keys),
        {name: shape.empty for name, shape in keys.items()},
    )


def list_of(shape: Shape) -> Shape:
    """A list, each value once. None when it is no list; what was misread is left out."""

    def read(document: Document, node: yaml.Node, path: str) -> tuple[Any, ...] | None:
        if not isinstance(node, yaml.SequenceNode):
            document.report(node, f"{path} has to be a list", "Write it as [one, two]")
            return None
        rows: list[Any] = []
        for place, item in enumerate(node.value):
            document.lines[f"{path}.{place}"] = item.start_mark.line + 1
            row = shape.read(document, item, f"{path}.{place}")
            if isinstance(item, yaml.ScalarNode) and row in rows:
                document.report(item, f"{path} names {item.value!r} twice", "Delete one of the two")
            elif row is not None:
                rows.append(row)
        return tuple(rows)

    return Shape(read)


def mapping_of(shape: Shape, key_kind: ScalarType) -> Shape:
    """A mapping with free keys of one kind; what has no good key is left out."""

    def read(document: Document, node: yaml.Node, path: str) -> dict[Any, Any]:
        rows = {}
        for key, name, inside, value in document.pairs(node, path):
            try:
                rows[key_kind.convert(name)] = shape.read(document, value, inside)
            except ValueError:
                document.report(key, f"{inside}: {name!r} is not {key_kind.name}", key_kind.remedy)
        return rows

    return Shape(read, {})


def non_empty(shape: Shape) -> Shape:
    """The same, but there has to be something in it."""

    def read(document: Document, node: yaml.Node, path: str) -> Any:
        if isinstance(node, yaml.CollectionNode) and not node.value:
            document.report(node, f"{path} is empty", "Name at least one")
        return shape.read(document, node, path)

    return replace(shape, read=read)
