"""The second screen: it tells the applicant enough and no number of anybody, takes a rating, is blank between."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from counter_app.domain.beside import stages_to_rate
from counter_app.domain.case import Case
from counter_app.domain.ratings import Level, Stage
from counter_app.domain.states import CaseState
from counter_app.ui.applicant.desk import ApplicantDesk
from tests.counter_app.ui.pages.conftest import AtWork, working


@pytest.fixture(scope="module")
def secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COUNTER_PASSPHRASE", "correct horse battery")
        environment.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


@pytest.fixture
def work(secrets: None, qapp: QApplication, tmp_path: Path) -> Iterator[AtWork]:
    with working(qapp, tmp_path, settings={"second_screen": "on"}) as found:
        yield found


def second(work: AtWork) -> ApplicantDesk:
    assert work.place.applicant is not None
    return work.place.applicant


def words_on(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def told(work: AtWork, case: Case) -> str:
    """What stands on it after a case was taken in."""
    work.place.intake.finished.emit(case)
    work.until(lambda: not second(work).window.is_blank())
    if "GRABS" in os.environ:
        second(work).window.grab().save(str(Path(os.environ["GRABS"]) / f"second-{case.state.value}.png"))
    return words_on(second(work).window)


def test_an_accepted_case_is_told_without_a_number_and_rated_by_one_press(work: AtWork) -> None:
    case = work.take_in("accept")
    window = second(work).window
    assert window.isVisible()
    assert window.is_blank()
    words = told(work, case)
    person = case.applicant
    assert case.item.name in words
    assert "已受理" in words
    assert "接下来" in words
    assert f"{person.name[0]}*" in words
    secrets_of_person = (person.name, person.id_number, person.phone, person.address, case.query_code, str(case.id))
    for secret in filter(None, secrets_of_person):
        assert secret not in words
    assert person.id_number[-4:] not in words
    assert not re.search(r"\d{11,}", words)
    QTest.mouseClick(window.levels[Level.SATISFIED], Qt.MouseButton.LeftButton)
    work.settle()
    work.until(lambda: bool(work.station.cases.view(str(case.id)).case.ratings))
    [rating] = work.station.cases.view(str(case.id)).case.ratings
    assert (rating.stage, rating.level) == (Stage.ACCEPTANCE, Level.SATISFIED)
    work.settle()
    assert stages_to_rate(replace(case, ratings=(rating,))) == ()
    assert stages_to_rate(replace(case, ratings=(rating,), state=CaseState.CLOSED)) == (Stage.CLOSING,)
    assert "谢谢" in words_on(window)
    assert not any(button.isVisible() for button in window.levels.values())


def test_it_is_blank_at_the_lock_and_for_the_next_applicant(work: AtWork) -> None:
    case = work.take_in("correct")
    words = told(work, case)
    assert "要补" in words
    assert not second(work).window.levels[Level.SATISFIED].isVisible(), "nothing was decided that could be rated"
    work.desktop.lock()
    assert second(work).window.is_blank()
    assert case.item.name not in words_on(second(work).window)
    work.desktop.unlock()
    told(work, case)
    work.window.open("intake")
    work.settle()
    application = work.place.intake.current.application
    application.set_person("applicant", "id_number", "110101194910010021")
    work.place.intake.current.changed.emit()
    assert second(work).window.is_blank()
