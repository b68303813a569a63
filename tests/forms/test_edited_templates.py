"""A hall edits the wording of a paper: what it may change, and what stops it before a station gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.domain.errors import InvalidInput
from counter_app.domain.notice import NoticeKind
from forms.edited_templates import read_folder, shipped_source, with_sources
from forms.notice_templates import bundled_templates
from forms.rendering.render import preview_sample

K = NoticeKind


def edited(folder: Path, kind: NoticeKind, old: str, new: str) -> Path:
    source = shipped_source(kind)
    assert old in source
    (folder / f"{kind.value}.yaml").write_text(source.replace(old, new), encoding="utf-8")
    return folder


def faults(folder: Path, kind: NoticeKind, old: str, new: str) -> str:
    return "\n".join(read_folder(edited(folder, kind, old, new), bundled_templates()).faults)


def test_the_program_s_own_templates_have_no_fault(tmp_path):
    for kind in (K.RECEIPT, K.ACCEPTANCE, K.REFUSAL, K.RETURN, K.DENIAL, K.HEARING_RIGHTS, K.EXTENSION):
        edited(tmp_path, kind, "kind:", "kind:")
    given = read_folder(tmp_path, bundled_templates())
    assert (len(given.templates), given.faults) == (7, ())


@pytest.mark.parametrize(
    ("kind", "old", "new", "told"),
    [
        (K.ACCEPTANCE, "      - {line: B-SL, when: licence}\n", "", "少了法定用语 B-SL"),
        (K.ACCEPTANCE, "when: licence}", "when: 'licence, phone'}", "少了法定用语 B-SL"),
        (K.ACCEPTANCE, "{line: B-ST, when: deemed}", "{line: B-ST}", "多了法定用语 B-ST"),
        (K.DENIAL, "{line: R-FS}", "{line: R-FS, when: licence}", "少了法定用语 R-FS"),
        (K.RECEIPT, "  - {line: R-JD}\n", "", "少了法定用语 R-JD"),
        (K.RETURN, "{line: R-FS, when: licence}", "{line: R-FS}", "多了法定用语 R-FS"),
        (K.ACCEPTANCE, "{fee_line}", "{fee_lines}", "fee_lines"),
        (K.ACCEPTANCE, "label: 是否收费", "lable: 是否收费", "lable"),
        (K.ACCEPTANCE, "label: 是否收费", "label: \U00012000", "U+12000"),
        (K.ACCEPTANCE, "{line: R-JD}", "{line: R-XX}", "R-XX"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(kind, old, new, told, tmp_path):
    found = faults(tmp_path, kind, old, new)
    assert told in found
    assert f"{kind.value}.yaml" in found


def test_two_files_for_one_paper_an_empty_folder_and_another_encoding_are_told(tmp_path):
    with pytest.raises(InvalidInput, match="template_folder_empty"):
        read_folder(tmp_path, bundled_templates())
    edited(tmp_path, K.RECEIPT, "kind:", "kind:")
    (tmp_path / "again.yaml").write_text(shipped_source(K.RECEIPT), encoding="utf-8")
    (tmp_path / "other.yaml").write_bytes("kind: N02 # 受理".encode("gb18030"))
    found = "\n".join(read_folder(tmp_path, bundled_templates()).faults)
    assert "已经在 N01.yaml 里改过" in found
    assert "UTF-8" in found


def test_an_edited_wording_is_printed_and_the_older_version_stays(tmp_path, poppler_text):
    source = shipped_source(K.ACCEPTANCE).replace("label: 是否收费", "label: 收费情况")
    known = with_sources(bundled_templates(), [(K.ACCEPTANCE, 1001, source), (K.RECEIPT, 1001, "kind: [")])
    assert known.current_version(K.ACCEPTANCE) == 1001
    assert known.current_version(K.RECEIPT) == bundled_templates().current_version(K.RECEIPT)
    assert "收费情况" in poppler_text(preview_sample(K.ACCEPTANCE, known))
    assert known.get(K.ACCEPTANCE, 1) == bundled_templates().get(K.ACCEPTANCE, 1)


@pytest.fixture
def poppler_text(tmp_path):
    from tests.forms.rendering.conftest import Poppler

    return Poppler(tmp_path).text
