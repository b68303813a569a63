"""Templates as a hall edits them: a folder of YAML files, each checked as a whole before a station gets it.

A hall changes wording, rows, copies and seal; the lines of law and the page are the program's. A version that a hall
makes is counted from `FIRST_OWN`, so that it is never one of a program; the number in the file itself does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import msgspec

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.notice import NoticeKind
from forms.legal_lines import wrong_lines
from forms.notice_templates import LIMITS_FILE, LINES_FILE, SAMPLE_FILE, NoticeTemplates, Template, read_template
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import check_notice, limit_data, sample_data
from resources.texts import text

FIRST_OWN = 1001
LONGEST_FILE = 64 * 1024
_NO_TEMPLATES = frozenset({LINES_FILE, SAMPLE_FILE, LIMITS_FILE})
Source = tuple[NoticeKind, int, str]  # kind, version, the file as it was written


@dataclass(frozen=True, slots=True)
class EditedTemplate:
    """A file of the hall: its name, what it says, and the template in it."""

    name: str
    source: str
    template: Template


@dataclass(frozen=True, slots=True)
class Given:
    """What a folder holds: the readable templates, and what is wrong in words, each with its file."""

    templates: tuple[EditedTemplate, ...]
    faults: tuple[str, ...]


def read_folder(folder: Path, known: NoticeTemplates) -> Given:
    """All templates of a folder. InvalidInput `template_folder_empty`; everything else wrong is among the faults."""
    if not folder.is_dir():
        raise InvalidInput("template_folder_empty", folder=folder.name[:60])
    found, faults = [], []
    for path in sorted(folder.glob("*.yaml")):
        if path.name in _NO_TEMPLATES:
            continue
        try:
            edited = edited_template(path.name, _text_of(path), known.lines)
        except CounterError as error:
            faults.append(_fault(path.name, error))
            continue
        found.append(edited)
        faults += (f"{path.name}  {fault}" for fault in faults_of(edited.template, known))
    faults += _twice(found)
    if not found and not faults:
        raise InvalidInput("template_folder_empty", folder=folder.name[:60])
    return Given(tuple(found), tuple(faults))


def edited_template(name: str, source: str, lines: Mapping[str, str]) -> EditedTemplate:
    """The template of a source. InvalidInput `form_file_wrong`."""
    return EditedTemplate(name, source, read_template(_Source(name, source), lines))


def faults_of(template: Template, known: NoticeTemplates) -> Iterator[str]:
    """What would go wrong with papers of the template, in words: lines of law, facts nobody knows, characters."""
    sample = NoticeData.from_mapping(sample_data())
    for wrong in wrong_lines(template, known, sample):
        key = "lost" if wrong.lost else "added"
        yield text(f"hall.notices.{key}", code=wrong.code, item=text(f"hall.notices.item.{wrong.licence}".lower()))
    tried = with_templates(known, [template])
    for data in (sample, NoticeData.from_mapping(limit_data())):
        for licence in (True, False):
            plain = replace(data, is_licence=licence).to_mapping()
            error = check_notice(template.kind, template.version, plain, tried)
            if error is not None:
                yield _in_words(error)
                return


def with_templates(known: NoticeTemplates, more: Iterable[Template]) -> NoticeTemplates:
    """The known templates and these, in their versions."""
    added = {(template.kind, template.version): template for template in more}
    return replace(known, by_version={**known.by_version, **added})


def with_sources(known: NoticeTemplates, sources: Iterable[Source]) -> NoticeTemplates:
    """The known templates and those of released sources; one that this program cannot read is left out."""
    more = []
    for kind, version, source in sources:
        try:
            template = edited_template(f"{kind.value}.yaml", source, known.lines).template
        except InvalidInput:
            continue  # of a newer program's hall: papers then come in the version before
        more.append(msgspec.structs.replace(template, kind=kind, version=version))
    return with_templates(known, more)


def shipped_source(kind: NoticeKind) -> str:
    """The program's own file of a kind."""
    return shipped_file(f"{kind.value}.yaml")


def shipped_file(name: str) -> str:
    """A file of the program's templates."""
    return (files("forms") / "notices" / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Source:
    """A file that is not on a disk."""

    name: str
    content: str

    def read_text(self, encoding: str | None = None) -> str:
        return self.content


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > LONGEST_FILE:
        raise InvalidInput("template_too_big", limit_kib=LONGEST_FILE >> 10)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("template_not_utf8") from None


def _twice(found: Iterable[EditedTemplate]) -> Iterator[str]:
    seen: dict[NoticeKind, str] = {}
    for edited in found:
        other = seen.setdefault(edited.template.kind, edited.name)
        if other != edited.name:
            yield f"{edited.name}  {text('hall.notices.twice', other=other)}"


def _fault(name: str, error: CounterError) -> str:
    return f"{name}  {_in_words(error)}"


def _in_words(error: CounterError) -> str:
    return text(f"errors.{error.code}.message", **error.params)
