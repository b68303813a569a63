"""YAML that people edit, read into typed values; what is wrong is told with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import msgspec
import yaml

from counter_app.domain.errors import InvalidInput
from resources.typed import from_plain

T = TypeVar("T")

SAFE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class TextFile(Protocol):
    """A file as this module needs it, on a disk or not."""

    @property
    def name(self) -> str: ...
    def read_text(self, encoding: str | None = None) -> str: ...


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of such a file: unknown keys are errors."""


def read_yaml(file: TextFile, kind: type[T]) -> tuple[T, yaml.Node]:
    """The file as a value of the type, with its YAML tree for further checks by `scalars`.

    InvalidInput("form_file_wrong") tells file, line and problem.
    """
    source = file.read_text(encoding="utf-8")
    try:
        node = yaml.compose(source, SAFE_LOADER)
        content = None if node is None else yaml.constructor.SafeConstructor().construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise wrong(file, line, error.problem or "not YAML") from None
    if node is None:
        raise wrong(file, 1, "empty")
    try:
        return from_plain(content, kind), node
    except msgspec.ValidationError as error:
        raise wrong(file, _line_at(node, str(error)), str(error)) from None


def scalars(node: yaml.Node, key: str = "") -> Iterator[tuple[str, str, int]]:
    """Every plain value below the node: the key it stands under, its text, its line."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from scalars(value, name.value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from scalars(value, key)
    else:
        yield key, node.value, line_of(node)


def line_of(node: yaml.Node) -> int:
    """The line of a node, 1 for the first."""
    return int(node.start_mark.line) + 1


def wrong(file: TextFile, line: int, problem: str) -> InvalidInput:
    """The error for a file that cannot be used as it is."""
    return InvalidInput("form_file_wrong", file=file.name, line=line, problem=problem)


def _line_at(node: yaml.Node, message: str) -> int:
    """The line of the place that a msgspec message ends with (`$.content[2].rows`)."""
    for name, index in _STEP.findall(message.partition("`$")[2]):
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == name), node)
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[int(index)]
    return line_of(node)
