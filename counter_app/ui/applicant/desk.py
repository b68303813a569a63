"""The clerk's end of the second screen: when it shows what, when it is blank, and what becomes of a rating.

    desk = ApplicantDesk(ApplicantServices(...), background, station_name)
    desk.open(window.screen()); desk.show_dossier(case); desk.ask_level(then); desk.blank(); desk.close()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QScreen

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.notice import Agency
from counter_app.domain.people import Person
from counter_app.domain.ratings import Level, Stage
from counter_app.domain.service_item import ServiceItem
from counter_app.services.acts import Acts
from counter_app.ui.applicant.telling import Told, tell
from counter_app.ui.applicant.window import ApplicantWindow
from counter_app.ui.background import Background, Lane

FORGOTTEN_MS = 180_000  # what nobody looks at any more goes
RATE = "rate"


@dataclass(frozen=True, slots=True)
class ApplicantServices:
    """What it asks; agencies and item are called on Lane.READ. item: of a case, or of an entrustment's last job."""

    person: Person
    acts: Acts
    agencies: Callable[[], Mapping[str, Agency]]
    item: Callable[[Dossier], ServiceItem]
    today: Callable[[], date]


class ApplicantDesk(QObject):
    """rated: a rating was written down, of the case that is shown. failed: a CounterError; nothing was written."""

    rated = Signal()
    failed = Signal(object)

    def __init__(self, services: ApplicantServices, background: Background, station: str, parent: QObject) -> None:
        super().__init__(parent)
        self._services, self._background = services, background
        self.window = ApplicantWindow(station)
        self.window.rated.connect(self._rate)
        self._dossier: Dossier | None = None
        self._stage: Stage | None = None
        self._then: Callable[[Level], None] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FORGOTTEN_MS)
        self._soon.timeout.connect(self.blank)

    def open(self, clerks: QScreen | None) -> None:
        """Show the window, blank, on another screen than the clerk's."""
        self.window.show_on(clerks)

    def show_dossier(self, dossier: Dossier) -> None:
        """Tell the applicant what became of it."""
        services = self._services
        if dossier is not self._dossier:
            self.window.blank()
        self._dossier = dossier

        def show(told: Told) -> None:
            if self._dossier is dossier:  # not the next applicant's already
                self._stage = told.stage
                self.window.show_told(told)
                if self._then is not None:
                    self.window.ask(Stage.CLOSING)
                self._soon.start()

        def read() -> Told:
            return tell(dossier, services.item(dossier), services.agencies(), services.today())

        self._background.run(Lane.READ, read, show, self.failed.emit, self)

    def ask_level(self, dossier: Dossier, then: Callable[[Level], None]) -> None:
        """Ask for a rating that is written down with an act of the clerk."""
        self._then = then
        self.show_dossier(dossier)

    def begin(self, id_number: str) -> None:
        """Somebody of this number is being taken in: what is told of another person goes."""
        if self._dossier is not None and id_number and id_number != self._dossier.applicant.id_number:
            self.blank()

    def blank(self) -> None:
        """Nothing of anybody."""
        self._dossier = self._stage = self._then = None
        self._soon.stop()
        self.window.blank()

    def close(self) -> None:
        """Take the window away."""
        self._soon.stop()
        self.window.close()
        self.window.deleteLater()

    def _rate(self, level: Level) -> None:
        if self._then is not None:
            self._then(level)
            self._then = None
            self.window.thank()
            return
        case, stage, services = self._dossier, self._stage, self._services
        if not isinstance(case, Case) or stage is None:
            return
        self._stage = None  # a second press must not rate twice
        given = {"stage": stage.value, "level": level.value}
        self._background.run(
            Lane.STORE, lambda: services.acts.act(services.person, str(case.id), RATE, given),
            lambda _done: self._thank(), self.failed.emit, self,
        )

    def _thank(self) -> None:
        self.window.thank()
        self.rated.emit()
