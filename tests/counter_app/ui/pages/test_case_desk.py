"""A case that the counters of a station share: who has it is said in words, and an act begins with claiming it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from counter_app.domain.case import Case
from counter_app.domain.identifiers import CaseId
from counter_app.ui.background import Lane
from counter_app.ui.widgets.table import Row
from tests.counter_app.ui.pages.conftest import PIN, ZHOU, AtWork, window_over
from tests.support.county import InnerLink, Machine, SmallCounty
from tests.support.homes import EnrolledHome
from tests.support.lines import accepted_line

DESK = "YL01-desk"


@dataclass
class Shared:
    """The window of one counter, the other counter, and their hall."""

    work: AtWork
    county: SmallCounty
    here: Machine
    other: Machine
    lines: int = 0

    def at_desk(self) -> Case:
        """A case that lies at the desk, open in the window."""
        self.lines += 1
        line = {**accepted_line("elder_allowance", self.lines), "outcome": "receive"}
        case = self.other.station.intake.take_in(ZHOU, line).case
        assert case is not None
        self.other.sync()
        self.exchange()
        self.work.open_case(case)
        return case

    def exchange(self) -> None:
        """On the thread that talks to the hall: the window may be about to do so by itself."""
        self.work.desktop.background._lanes[Lane.NETWORK].submit(self.here.sync).result()

    def holder(self, case: CaseId) -> str:
        return next(found.holder for found in self.county.hall_cases() if found.id == case)

    def begin(self, act: str) -> None:
        """Down to the act, and Enter."""
        buttons = self.work.place.case.panel.buttons
        self.work.place.case.panel.focus_first()
        for _ in range(list(buttons).index(act)):
            self.work.key(Qt.Key.Key_Down)
        self.work.key(Qt.Key.Key_Return)

    def heard(self) -> list[str]:
        """What the page says from now on."""
        said: list[str] = []
        self.work.place.case.say.connect(lambda text, _tone: said.append(text))
        return said


@pytest.fixture
def shared(secrets: None, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shared]:
    monkeypatch.setenv("HALL_PASSPHRASE", "words of the hall")
    county = SmallCounty(tmp_path)
    here = county.add_station("YL01", "county", sharing="desk")
    other = county.add_machine("YL01", "YL01b")
    here.station.people.add(None, ZHOU.name, ZHOU.roles, PIN)
    with window_over(qapp, EnrolledHome(tmp_path / "YL01", county.clock), here.station) as work:
        yield Shared(work, county, here, other)
    other.station.close()
    county.hall.store.close()


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_an_act_on_a_case_of_the_desk_claims_it_and_goes_on_by_keys(shared: Shared) -> None:
    case = shared.at_desk()
    assert "在本站公用台上" in texts(shared.work.place.case.header)
    shared.begin("accept")
    shared.work.dialog()
    assert shared.holder(case.id) == shared.here.device
    shared.work.key(Qt.Key.Key_Return)
    shared.work.until(lambda: shared.work.state(case) == "ACCEPTED")
    shared.work.settle()
    shared.exchange()
    assert shared.holder(case.id) == DESK


def test_esc_gives_the_case_back(shared: Shared) -> None:
    case = shared.at_desk()
    shared.begin("accept")
    shared.work.dialog()
    shared.exchange()
    assert shared.holder(case.id) == shared.here.device  # in hand
    shared.work.key(Qt.Key.Key_Escape)
    shared.work.settle()
    shared.exchange()
    assert (shared.holder(case.id), shared.work.state(case)) == (DESK, "RECEIVED")


def test_a_case_of_another_counter_says_whose_it_is_and_stays_there(shared: Shared) -> None:
    case = shared.at_desk()
    shared.other.station.claims.claim(ZHOU, str(case.id))
    said = shared.heard()
    shared.begin("accept")
    shared.work.until(lambda: any("YL01-02" in text for text in said))
    shared.work.settle()
    assert shared.work.window.open_dialog() is None
    assert "YL01-02 窗口手里（周敏）" in texts(shared.work.place.case.header)
    assert shared.holder(case.id) == "YL01-02"


def test_without_a_network_papers_can_be_taken_and_the_rest_says_what_to_do(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shared.at_desk()
    monkeypatch.setattr("tests.support.county.InnerLink._asked", _no_network)
    said = shared.heard()
    shared.begin("accept")
    shared.work.until(lambda: any("问不到中心" in text for text in said))
    assert any("材料可以先收" in text for text in said)
    shared.work.settle()
    assert shared.work.window.open_dialog() is None
    shared.begin("take_papers")
    assert shared.work.dialog() is not None
    assert shared.work.state(case) == "RECEIVED"


def test_a_claim_does_not_wait_until_a_long_exchange_is_over(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    case = shared.at_desk()
    exchanger, exchange_of = shared.work.place._exchanger, InnerLink.exchange
    requests: list[InnerLink] = []
    shared.work.until(lambda: not exchanger.running)
    stands, goes_on = threading.Event(), threading.Event()

    def slow(link: InnerLink, body: Iterable[bytes]) -> Iterable[bytes]:
        requests.append(link)
        if len(requests) == 1:
            stands.set()
            goes_on.wait()
        return exchange_of(link, body)

    monkeypatch.setattr(InnerLink, "exchange", slow)
    exchanger.start()
    stands.wait()
    shared.begin("accept")
    goes_on.set()
    shared.work.dialog()
    assert shared.holder(case.id) == shared.here.device
    shared.work.until(lambda: not exchanger.running)
    assert not exchanger.paused
    assert len(requests) >= 3  # the one that gave way, the claim, and the rest of the run


def test_the_list_says_who_has_each_case(shared: Shared) -> None:
    first, second = shared.at_desk(), shared.at_desk()
    shared.other.station.claims.claim(ZHOU, str(second.id))
    shared.exchange()
    shared.work.open("cases")
    table = shared.work.place.cases.table
    rows = {
        entry.key: [cell.text for cell in entry.cells]
        for entry in (table.rows.entry(place) for place in range(table.rows.rowCount()))
        if isinstance(entry, Row)
    }
    assert "公用台" in rows[str(first.id)]
    assert "YL01-02" in rows[str(second.id)]


def _no_network(*_: object, **__: object) -> list[bytes]:
    from sync.ports import LinkDown

    raise LinkDown("test")
