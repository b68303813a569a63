"""At a station that the agency has not entrusted with acceptance, the agent's key takes papers on (受托代办)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter_app.domain.agent_job import JobState
from counter_app.ui.widgets.label import Label
from tests.counter_app.ui.pages.intake.desk import IntakeDesk, wait_until
from tests.support.homes import make_home


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IntakeDesk]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    found = IntakeDesk(make_home(tmp_path / "home", entrusted=[]))
    yield found
    found.close()


def words(desk: IntakeDesk) -> str:
    labels = desk.page.parts.consequences.findChildren(Label)
    return " ".join(label.text() for label in labels if label.isVisibleTo(desk.page.parts.consequences))


def picture(desk: IntakeDesk, name: str) -> None:
    """For looking at: GRABS names a folder."""
    if "GRABS" in os.environ:
        desk.window.grab().save(str(Path(os.environ["GRABS"]) / f"{name}.png"))


def test_the_panel_names_deed_receipt_and_the_day_for_the_window(desk: IntakeDesk) -> None:
    desk.fill(1)
    said = words(desk)
    assert "受托代办" in said
    assert "委托代办书" in said
    assert "材料移交清单" in said
    assert "11月19日 星期四" in said, "three working days from Monday, 16 November"
    assert "收件凭证" not in said
    assert desk.page.parts.receive.reason() == ""
    assert desk.page.parts.accept.reason(), "the agency's own decision is not the agent's"
    picture(desk, "panel")


def test_f7_and_enter_take_it_on_and_the_next_item_of_the_same_person_joins(desk: IntakeDesk) -> None:
    line = desk.fill(1)
    for n, code in enumerate(("elder_allowance", "temporary_aid")):
        if n:
            assert desk.page.current.application.person("applicant")["name"] == line["applicant"]["name"]
            kept = desk.page.current.application.line["entrustment"]
            desk.fill(2, code, applicant={})
            assert desk.page.current.application.line["entrustment"] == kept
        desk.press("F7")
        desk.dialog_ready()
        picture(desk, f"deed-{n}")
        desk.press("Enter")
        wait_until(lambda: desk.page.current.application.item is None)
        desk.settle()
    picture(desk, "after")
    [whole] = {view.whole.id: view.whole for view in desk.station.jobs.listed()}.values()
    assert [(job.item.code, job.state) for job in whole.jobs] == [
        ("elder_allowance", JobState.COLLECTED), ("temporary_aid", JobState.COLLECTED),
    ]
    assert whole.applicant.name == line["applicant"]["name"]
    printed = [notice for notice in whole.notices if notice.prints]
    assert {notice.kind for notice in printed} == {"N14", "N15"}
    assert not whole.unprinted


def test_looking_at_the_deed_takes_nothing_on(desk: IntakeDesk) -> None:
    desk.fill(1)
    with desk.station.store.read() as reading:
        before = reading.head()
    desk.press("F7")
    desk.dialog_ready()
    desk.press("Esc")
    desk.settle()
    assert not desk.station.jobs.listed()
    with desk.station.store.read() as reading:
        assert reading.head() == before
