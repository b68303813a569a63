"""Notices as data: the templates and lines under `forms/notices/`, read and checked.

A template says what stands on a paper, in order, and under which condition; the
page layout is the renderer's. A notice keeps the template version it was issued
with, so an older version stays beside the newer one; file names are free, `kind`
and `version` inside count.

Texts hold {placeholders}, `line` names a code of lines.yaml, and `when` lists
conditions that must all hold: flags, or placeholders that are not empty; `not x`
is the contrary. All three are checked here, so that no paper fails on them at the
counter. Every error names file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Literal

import yaml

from counter_app.domain.errors import NotFound
from counter_app.domain.notice import NoticeKind
from forms.checked_yaml import Strict, TextFile, read_yaml, scalars, wrong
from forms.rendering.notice_values import FLAGS, PHRASES, PLACEHOLDERS, ROW_PLACEHOLDERS

LINES_FILE = "lines.yaml"
SAMPLE_FILE, LIMITS_FILE = "sample.yaml", "limits.yaml"
_NO_TEMPLATES = (LINES_FILE, SAMPLE_FILE, LIMITS_FILE)


class Part(Strict, frozen=True):
    """A piece of text, or a line by its code, under conditions."""

    text: str = ""
    line: str = ""
    when: str = ""


class Paragraph(Strict, frozen=True, tag_field="block", tag="paragraph"):
    """Parts set one after the other as one paragraph; left out if none of them holds."""

    parts: list[Part]


class Row(Strict, frozen=True):
    """One field of the paper: its label and its value."""

    label: str
    value: str
    when: str = ""


class Rows(Strict, frozen=True, tag_field="block", tag="rows"):
    """A table of fields."""

    rows: list[Row]


class Column(Strict, frozen=True):
    """A column of a list; widths are shares of a hundred."""

    head: str
    cell: str
    width: int


class Listing(Strict, frozen=True, tag_field="block", tag="list"):
    """One of the lists of the notice's data; left out if there is nothing in it."""

    of: Literal[
        "materials", "gaps", "missing", "co_agencies", "fees", "opinions", "folder", "entrusted", "handed",
    ]
    columns: list[Column]


class Title(Strict, frozen=True):
    """The title on papers of licences (行政许可) and on the others."""

    licence: str
    other: str


class Template(Strict, frozen=True):
    """One notice in one version.

    seal is "" on papers that no seal goes on; agency: whether the agency's name and the date stand there; qr: whether
    the paper bears the code by which its case is asked for.
    """

    kind: NoticeKind
    version: int
    title: Title
    number: str
    salutation: str
    content: list[Paragraph | Rows | Listing]
    contacts: list[Part]
    seal: str
    signature: str
    copies: list[Part]
    qr: bool = True
    agency: bool = True


class _SharedWords(Strict, frozen=True):
    lines: dict[str, str]
    phrases: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoticeTemplates:
    """All templates by kind and version, with the lines and phrases that they share."""

    by_version: Mapping[tuple[NoticeKind, int], Template]
    lines: Mapping[str, str]
    phrases: Mapping[str, str]

    def get(self, kind: NoticeKind, version: int) -> Template:
        """The template that a notice was issued with; NotFound if it is not there."""
        try:
            return self.by_version[kind, version]
        except KeyError:
            raise NotFound("notice_template_unknown", kind=kind.value, version=version) from None

    def current_version(self, kind: NoticeKind) -> int:
        """The version that new notices of the kind are issued with; NotFound if there is none."""
        versions = [version for of_kind, version in self.by_version if of_kind is kind]
        if not versions:
            raise NotFound("notice_template_unknown", kind=kind.value, version="-")
        return max(versions)


    def printable(self, kinds: Iterable[str]) -> list[NoticeKind]:
        """Of the papers that a transition names, those that there is a template for."""
        offered = {kind for kind, _ in self.by_version}
        return [NoticeKind(kind) for kind in kinds if kind in offered]


@cache
def bundled_templates() -> NoticeTemplates:
    """The templates that come with the program."""
    return load_templates(files("forms") / "notices")


def load_templates(folder: Traversable) -> NoticeTemplates:
    """All notices of a folder, with its lines.yaml.

    InvalidInput("form_file_wrong") names file and line of the first thing wrong.
    """
    lines_file = folder / LINES_FILE
    shared, node = read_yaml(lines_file, _SharedWords)
    _check_shared_words(lines_file, shared, node)
    templates: dict[tuple[NoticeKind, int], Template] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml") and file.name not in _NO_TEMPLATES:
            template = read_template(file, shared.lines)
            place = (template.kind, template.version)
            if place in templates:
                raise wrong(file, 1, f"{template.kind} version {template.version} is there twice")
            templates[place] = template
    return NoticeTemplates(templates, shared.lines, shared.phrases)


def read_template(file: TextFile, lines: Mapping[str, str]) -> Template:
    """The template of a file, its words checked; InvalidInput("form_file_wrong") as `load_templates`."""
    template, node = read_yaml(file, Template)
    _check_words(file, node, lines)
    return template


def conditions(when: str) -> Iterator[tuple[str, bool]]:
    """The conditions of a `when` ("deemed, not licence"), each with the value that it demands."""
    for condition in filter(None, (word.strip() for word in when.split(","))):
        name = condition.removeprefix("not ")
        yield name, name == condition


def placeholders(text: str) -> set[str]:
    """The names in braces of a text; ValueError if a brace is not closed."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


_ROW_KEYS = {"cell"}
_PLAIN_KEYS = {"kind", "version", "qr", "agency", "block", "of", "width", "head", "label", "seal", "licence", "other"}


def _check_words(file: TextFile, node: yaml.Node, lines: Mapping[str, str]) -> None:
    known_in_rows = {"n"}.union(*ROW_PLACEHOLDERS.values())
    for key, text, line in scalars(node):
        if key == "line":
            _check_known(file, line, {text}, lines.keys())
        elif key == "when":
            _check_known(file, line, {name for name, _ in conditions(text)}, PLACEHOLDERS | FLAGS)
        elif key not in _PLAIN_KEYS:
            _check_braces(file, line, text, known_in_rows if key in _ROW_KEYS else PLACEHOLDERS)


def _check_shared_words(file: TextFile, shared: _SharedWords, node: yaml.Node) -> None:
    for key, text, line in scalars(node):
        known = PHRASES.get(key, frozenset()) if key in shared.phrases else PLACEHOLDERS
        _check_braces(file, line, text, known)
    missing = PHRASES.keys() - shared.phrases.keys()
    if missing:
        raise wrong(file, 1, f"phrases missing: {', '.join(sorted(missing))}")


def _check_braces(file: TextFile, line: int, text: str, known: Set[str]) -> None:
    try:
        names = placeholders(text)
    except ValueError as error:
        raise wrong(file, line, str(error)) from None
    _check_known(file, line, names, known)


def _check_known(file: TextFile, line: int, names: Set[str], known: Set[str]) -> None:
    unknown = sorted(names - known)
    if unknown:
        raise wrong(file, line, f"unknown: {', '.join(unknown)}")
