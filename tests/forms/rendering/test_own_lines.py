"""Items that are no licences speak by their own rules (specs domain 7.2), and empty columns stay off the paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counter_app.domain.notice import NoticeKind
from forms.catalogue import Catalogue
from forms.notice_templates import bundled_templates
from forms.rendering.composition import Paper, compose
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import sample_data

ITEM = Catalogue.load().get("temporary_aid")


def composed(kind: NoticeKind, **changes: object) -> Paper:
    templates = bundled_templates()
    data = replace(NoticeData.from_mapping(sample_data()), is_licence=False, **changes)  # type: ignore[arg-type]
    return compose(templates.get(kind, templates.current_version(kind)), data, templates)


def words(paper: Paper) -> str:
    return "\n".join(text for text, _ in paper.texts())


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (NoticeKind.ACCEPTANCE, "B-SL"),
        (NoticeKind.NOT_REQUIRED, "B-BSL1"),
        (NoticeKind.REFUSAL, "B-BSL2"),
        (NoticeKind.CORRECTION, "B-BZ"),
        (NoticeKind.CORRECTION_AGAIN, "B-BZ"),
        (NoticeKind.TOLERANT_ACCEPTANCE, "B-SL"),
        (NoticeKind.GRANT, "B-ZY"),
        (NoticeKind.DENIAL, "B-BY"),
    ],
)
def test_the_items_own_sentence_takes_the_place_of_the_general_one(kind: NoticeKind, line: str) -> None:
    text = words(composed(kind, own_lines=ITEM.basis_lines))
    assert ITEM.basis_lines[line].replace("________", "白石镇人民政府") in text
    assert not any(other in text for code, other in ITEM.basis_lines.items() if code != line)


def test_a_licence_keeps_the_line_of_the_law_whatever_the_item_says() -> None:
    templates = bundled_templates()
    data = replace(NoticeData.from_mapping(sample_data()), is_licence=True, own_lines=ITEM.basis_lines)
    text = words(compose(templates.get(NoticeKind.ACCEPTANCE, 1), data, templates))
    assert templates.lines["B-SL"] in text
    assert ITEM.basis_lines["B-SL"] not in text


def test_a_list_without_any_basis_has_no_column_for_it() -> None:
    gaps = tuple(replace(gap, basis="") for gap in NoticeData.from_mapping(sample_data()).gaps)
    assert "依据" not in words(composed(NoticeKind.CORRECTION, gaps=gaps)).split("\n")
    assert "依据" in words(composed(NoticeKind.CORRECTION)).split("\n")
