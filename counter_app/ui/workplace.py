"""The window of one signed-in person: all pages, wired to each other, to strip and badges.

place = Workplace(backend, opened, person, background, exchanger)
place.window.show(); place.lock_wanted.connect(...); place.end()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_time
from counter_app.domain.people import Person
from counter_app.services.desk import CASE_NO_LENGTH
from counter_app.services.whereabouts import Whereabouts
from counter_app.ui.backend import Backend, Station
from counter_app.ui.background import Background, Lane
from counter_app.ui.drafts_list import show_drafts
from counter_app.ui.frame import MainWindow
from counter_app.ui.page import Page
from counter_app.ui.pages.case.page import CasePage
from counter_app.ui.pages.case.reading import CaseServices
from counter_app.ui.pages.cases.page import CasesPage
from counter_app.ui.pages.cases.reading import CasesServices
from counter_app.ui.pages.sending.exchanger import Exchanger, outcome_words
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.pages.today.reading import Home, TodayServices, read_home
from counter_app.ui.standing import Standing, deadline_cell, read_standing, strip_cells
from counter_app.ui.texts import tr
from counter_app.ui.wording import error_line
from sync.exchange import SyncResult

LOOK_EVERY_MS = 30_000
EXCHANGE_LOOK_MS = 5_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A home that was opened, with what does not change while it is."""

    station: Station
    where: Whereabouts


class PersonsWindow(MainWindow):
    """The frame with the keys that work on every page."""

    drafts_wanted = Signal()
    exchange_wanted = Signal(bool)
    """Exchange with the hall now; the value says whether with texts only."""

    def _own_handlers(self) -> dict[str, Callable[[], None]]:
        return {
            **super()._own_handlers(),
            "drafts": self.drafts_wanted.emit,
            "exchange": lambda: self.exchange_wanted.emit(False),
            "text_only": lambda: self.exchange_wanted.emit(True),
        }


class Workplace(QObject):
    """Everything that one person sees until another one signs in or the window closes."""

    lock_wanted = Signal()
    restart_wanted = Signal()

    def __init__(
        self, backend: Backend, opened: Opened, person: Person, background: Background, exchanger: Exchanger
    ) -> None:
        super().__init__()
        self._backend, self._station, self._where = backend, opened.station, opened.where
        self._background, self._exchanger, self.person = background, exchanger, person
        self.standing: Standing | None = None
        self._reading = False
        self.today = TodayPage(self._today_services(), background)
        self.cases = CasesPage(self._cases_services(), background)
        self.case = CasePage(self._case_services(), background)
        self.window = PersonsWindow(self._pages())
        self._wire()
        self._clocks = [QTimer(self), QTimer(self)]
        for clock, every_ms, slot in zip(
            self._clocks, (LOOK_EVERY_MS, EXCHANGE_LOOK_MS), (self._tick, exchanger.look), strict=True
        ):
            clock.timeout.connect(slot)
            clock.start(every_ms)
        self.look()

    def end(self) -> None:
        """Stop looking, and close the window."""
        for clock in self._clocks:
            clock.stop()
        self.window.close()

    # what the pages ask -------------------------------------------------------------------

    def _now(self) -> datetime:
        return local_time(self._station.desk.now_ms())

    def _today_services(self) -> TodayServices:
        return TodayServices(self._station.desk, self._station.duties, self._station.sending, self._now)

    def _cases_services(self) -> CasesServices:
        return CasesServices(self._station.desk, self._station.cases, self._station.sending, self._where.device)

    def _case_services(self) -> CaseServices:
        return CaseServices(
            self.person, self._station.desk, self._station.cases, self._station.acts, self._where.device
        )

    def _pages(self) -> list[Page]:
        return [self.today, self.cases, self.case]

    # wires --------------------------------------------------------------------------------

    def _wire(self) -> None:
        self.today.case_wanted.connect(self.open_case)
        self.today.print_wanted.connect(self.open_notice)
        self.today.trouble_wanted.connect(lambda: self.window.open("sending"))
        self.today.draft_wanted.connect(self.open_draft)
        self.today.exchange_wanted.connect(self.exchange)
        self.cases.case_wanted.connect(self._open_listed)
        self.case.print_wanted.connect(self.open_notice)
        self.case.step_wanted.connect(self._step)
        self.case.acted.connect(self.look)
        self.window.searched.connect(self.search)
        self.window.lock_wanted.connect(self.lock_wanted)
        self.window.guide_wanted.connect(self._guide)
        self.window.drafts_wanted.connect(self._list_drafts)
        self.window.exchange_wanted.connect(self.exchange)
        self._exchanger.ended.connect(self._exchanged)

    def open_case(self, number: str) -> None:
        """Show a case over the page that is shown."""
        self.case.open_case(number)
        self.window.open("case")

    def _open_listed(self, number: str) -> None:
        self.case.open_case(number, self._place())
        self.window.open("case")

    def _place(self) -> str:
        at, total = self.cases.place()
        return tr("ui.cases.place", at=at, total=total) if total else ""

    def _step(self, by: int) -> None:
        number = self.cases.neighbour(by)
        if number and number != self.case.shown_number():
            self._open_listed(number)

    def open_notice(self, case: Case, notice: IssuedNotice) -> None:
        """Show a notice, to print it or print it again."""

    def open_draft(self, draft_id: int) -> None:
        """Go on with an unfinished intake."""

    def search(self, text: str) -> None:
        """A whole number opens its case; anything else is looked up in the list."""
        if _is_number(text):
            self.open_case(text)
        else:
            self.window.open("cases")
            self.cases.search(text)

    def exchange(self, events_only: bool = False) -> None:
        """Exchange with the hall now; how it goes is shown where it waits."""
        self._exchanger.start(events_only=events_only)
        self.window.page().say.emit(tr("ui.app.exchanging"), "brand")

    def _list_drafts(self) -> None:
        services = self._today_services()
        self._background.run(
            Lane.READ,
            lambda: read_home(services),
            self._show_drafts,
            self._say_error,
            self,
        )

    def _show_drafts(self, home: Home) -> None:
        show_drafts(self.window, home, self.open_draft)

    def _guide(self) -> None:
        self.window.page().say.emit(tr("ui.app.guide"), "")

    # how things stand ---------------------------------------------------------------------

    def look(self) -> None:
        """Read strip and badges again."""
        if not self._reading:
            self._reading = True
            self._background.run(Lane.READ, lambda: read_standing(self._station), self._show, self._not_read, self)

    def _tick(self) -> None:
        self.look()
        if self.window.page() is self.today:
            self.today.refresh()  # a countdown that stands still would lie

    def _show(self, standing: Standing) -> None:
        self._reading, self.standing = False, standing
        self.window.show_status(strip_cells(standing, self.person), deadline_cell(standing))
        tone = "danger" if standing.today.must_answer else "brand"
        self.window.show_badge("today", len(standing.today.duties), tone)
        self.window.show_badge("sending", standing.outbox.cases)

    def _not_read(self, error: CounterError) -> None:
        self._reading = False
        self._say_error(error)

    def _exchanged(self, outcome: SyncResult | CounterError) -> None:
        self.look()
        self.window.page().refresh()
        sentence, tone = outcome_words(outcome)
        if sentence:
            self.window.page().say.emit(sentence, tone)

    def _say_error(self, error: CounterError) -> None:
        self.window.page().say.emit(error_line(error), "danger")


def _is_number(text: str) -> bool:
    if len(text) == CASE_NO_LENGTH and text.isascii():
        return True
    try:
        CaseId.parse(text)
    except CounterError:
        return False
    return True
