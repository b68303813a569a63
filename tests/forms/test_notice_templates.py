"""Templates are data that a hall edits: what is wrong is told with file and line, old versions stay."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from counter_app.domain.errors import InvalidInput, NotFound
from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates, load_templates
from forms.rendering.notice_values import PLACEHOLDERS
from forms.rendering.render import preview_sample, render_notice, sample_data
from resources.texts import catalogue


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the bundled templates that a test may spoil."""
    copy = tmp_path / "notices"
    shutil.copytree(str(files("forms") / "notices"), copy)
    return copy


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace text in a file; the line on which it stood."""
    source = (folder / name).read_text(encoding="utf-8")
    assert old in source
    (folder / name).write_text(source.replace(old, new, 1), encoding="utf-8")
    return source[: source.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("N02.yaml", "{accepted_on}", "{accepted}", "unknown: accepted"),
        ("N02.yaml", "line: B-ST", "line: B-XX", "unknown: B-XX"),
        ("N02.yaml", "when: deemed}", "when: demed}", "unknown: demed"),
        ("N02.yaml", "{kind_label}", "{kind_label", "expected '}' before end of string"),
        ("N02.yaml", "label: 办件类型", "lable: 办件类型", "unknown field `lable`"),
        ("N01.yaml", "of: materials", "of: papers", "papers"),
        ("N01.yaml", 'cell: "{form}"', 'cell: "{basis_of}"', "unknown: basis_of"),
        ("N04.yaml", "kind: N04", "kind: N99", "N99"),
        ("N03-A.yaml", "block: rows", "block: tables", "tables"),
        ("N03-B.yaml", "seal: 待加盖专用章", "seal: [待加盖专用章]", "str"),
        ("N04.yaml", "signature: 签收人", "signature: : 签收人", "mapping values are not allowed"),
        ("lines.yaml", "{review_body}", "{reviewers}", "unknown: reviewers"),
        ("lines.yaml", 'day: "{year}年', 'day: "{jahr}年', "unknown: jahr"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_file_and_line(folder, name, old, new, problem):
    line = spoil(folder, name, old, new)
    with pytest.raises(InvalidInput) as refused:
        load_templates(folder)
    told = refused.value.params
    assert told["file"] == name
    assert problem in str(told["problem"])
    assert int(str(told["line"])) in range(line - 1, line + 2)


def test_an_empty_file_and_a_missing_phrase_are_told(folder):
    spoil(folder, "lines.yaml", "  minute:", "  minutes:")
    with pytest.raises(InvalidInput):
        load_templates(folder)
    (folder / "lines.yaml").write_text("", encoding="utf-8")
    with pytest.raises(InvalidInput, match="empty"):
        load_templates(folder)


def test_the_same_version_twice_is_refused(folder):
    shutil.copy(folder / "N02.yaml", folder / "N02-again.yaml")
    with pytest.raises(InvalidInput, match="twice"):
        load_templates(folder)


def test_a_notice_issued_with_an_older_version_is_printed_with_that_version(folder):
    shutil.copy(folder / "N02.yaml", folder / "N02@2.yaml")
    spoil(folder, "N02.yaml", "version: 2", "version: 3")
    spoil(folder, "N02.yaml", "label: 是否收费", "label: 收费情况")
    edited = load_templates(folder)
    assert edited.current_version(NoticeKind.ACCEPTANCE) == 3
    old = render_notice(NoticeKind.ACCEPTANCE, 2, sample_data(), edited)
    assert old == render_notice(NoticeKind.ACCEPTANCE, 2, sample_data())
    assert preview_sample(NoticeKind.ACCEPTANCE, edited) != old


def test_a_kind_without_a_template_has_no_current_version():
    with pytest.raises(NotFound):
        replace(bundled_templates(), by_version={}).current_version(NoticeKind.HEARING_RIGHTS)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_fact_that_can_be_missing_has_a_name_for_people(language):
    assert {name.removeprefix("paper.facts.") for name in catalogue(language) if name.startswith("paper.facts.")} == (
        PLACEHOLDERS
    )


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "code",
    [
        "glyph_missing",
        "agency_data_missing",
        "notice_data_missing",
        "notice_data_field",
        "notice_template_unknown",
        "notice_has_no_number",
        "notice_number_range",
        "form_file_wrong",
        "kept_paper_damaged",
    ],
)
def test_every_error_of_the_paper_says_what_happened_and_what_to_do(language, code):
    assert {f"errors.{code}.message", f"errors.{code}.remedy"} <= catalogue(language).keys()
