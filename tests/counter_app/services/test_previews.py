"""What an outcome would bring, looked at before the key is pressed; and looking at whole numbers."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from counter_app.domain.case import Case
from counter_app.domain.states import CaseState
from forms.examples import example_line
from resources.texts import LANGUAGES
from tests.support.homes import AGENT


@pytest.fixture
def item(station):
    return station.desk.catalogue.get("elder_allowance")


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_preview_shows_the_number_that_the_acceptance_then_takes(station, item):
    line = example_line(item, "accept", 1)
    shown = station.outcomes.preview(AGENT, item, line, "accept")
    case = station.intake.take_in(AGENT, line).case
    assert [sheet.number for sheet in shown.sheets] == ["", "青政受〔2026〕1号"]
    assert [notice.number for notice in case.notices] == [sheet.number for sheet in shown.sheets]
    assert shown.case.id == case.id
    assert shown.case.clocks == case.clocks


def test_a_preview_leaves_nothing_behind(station, item):
    line = example_line(item, "accept", 1)
    station.outcomes.preview(AGENT, item, line, "accept")
    with station.store.read() as reading:
        assert reading.head()[0] == 0
        assert {block.next for block in reading.blocks()} == {1}


def test_the_previewed_paper_is_the_paper_that_is_issued_but_for_its_query_code(station, item):
    line = example_line(item, "accept", 1)
    shown = text_of(station.outcomes.preview(AGENT, item, line, "accept").sheets[1].pdf)
    case: Case = station.intake.take_in(AGENT, line).case
    issued = text_of(station.papers.pdf(case.id, case.notices[1]))
    assert shown.replace("存好时生成", case.query_code) == issued


def test_a_paper_is_chinese_whatever_language_the_window_speaks(station, item, monkeypatch):
    line = example_line(item, "accept", 1)
    sheets = {}
    for language in LANGUAGES:
        monkeypatch.setenv("COUNTER_LANGUAGE", language)
        shown = station.outcomes.preview(AGENT, item, line, "accept")
        sheets[language] = [text_of(sheet.pdf) for sheet in shown.sheets]
    assert sheets["en"] == sheets["zh_CN"]


def test_a_correction_is_previewed_with_its_gaps(station, item):
    line = example_line(item, "correct", 0)
    shown = station.outcomes.preview(AGENT, item, line, "correct")
    assert shown.case.state is CaseState.CORRECTING
    assert line["gaps"][0]["demand"][:5] in text_of(shown.sheets[-1].pdf)


def test_a_form_that_is_not_complete_hinders_acceptance_only(station, item):
    line = {**example_line(item, "accept", 1), "fields": {}}
    blocked = {outcome.name: outcome.blocked for outcome in station.outcomes.of(AGENT, item, line)}
    assert blocked.pop("accept").code == "fields_missing"
    assert set(blocked.values()) == {None}


def test_looking_at_a_whole_number_is_written_down_before_there_is_a_case(station):
    station.acts.reveal(AGENT, "id_number")
    with station.store.read() as reading:
        assert reading.head()[0] == 1
    assert station.verifier.verify().ok


def test_looking_at_a_whole_number_of_a_case_stands_in_its_history(station, item):
    case = station.intake.take_in(AGENT, example_line(item, "accept", 1)).case
    station.acts.reveal(AGENT, "id_number", str(case.id))
    last = station.cases.view(str(case.id)).events[-1]
    assert (last.kind, last.user, last.data) == ("revealed", AGENT.name, {"what": "id_number"})
