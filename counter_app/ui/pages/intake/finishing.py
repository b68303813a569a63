"""The outcomes of the page: what each key opens, and the decision that may come of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.moments import local_time
from counter_app.ui.background import Background
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.deciding import Deciding, Decision
from counter_app.ui.pages.intake.gaps_dialog import Gaps, GapsDialog
from counter_app.ui.pages.intake.late_entry import LateServices, open_late_entry, receipt_of
from counter_app.ui.pages.intake.other_outcomes import AFTER_RECEIPT, DECIDED_HERE, OtherOutcomes
from counter_app.ui.pages.intake.parts import CORRECT, Parts
from counter_app.ui.pages.intake.readiness import Readiness
from counter_app.ui.texts import tr


class Finishing(QObject):
    """done carries the Case, or the Entrustment. commit stores what is being typed before anything is opened."""

    done = Signal(object)

    def __init__(
        self,
        page: QWidget,
        services: IntakeServices,
        background: Background,
        parts: Parts,
        current: Current,
        readiness: Readiness,
        commit: Callable[[], None],
    ) -> None:
        super().__init__(page)
        self._page, self._services, self._background = page, services, background
        self._parts, self._current, self._readiness, self._commit = parts, current, readiness, commit
        self.deciding: Deciding | None = None
        self.is_printed = False  # the papers of the application that was decided last
        self.decided_next = False  # it is to be granted or denied here and now
        parts.late.acted.connect(self.late_entry)
        current.shown_anew.connect(self._show_late)

    def decide(self, outcome: str, *, gaps: Gaps | None = None, reason: str = "", agency: str = "") -> None:
        """Show the papers of an outcome; Enter there decides."""
        item = self._current.application.item
        if item is None or self.deciding is not None:
            return
        self._commit()
        words = self._readiness.words(outcome)
        self.decided_next = self._readiness.decided_next(outcome)
        if self._readiness.as_agent(outcome):  # further items of this person join the entrustment
            self._current.application.line.setdefault("entrustment", self._current.application.line["key"])
        line = self._current.application.line_for(outcome, gaps=gaps or (), reason=reason, competent_agency=agency)
        self._current.keeping.keep()
        keeping, decision = self._current.keeping, Decision(outcome, item, line, words)
        self.deciding = Deciding(self._page, self._services, self._background, keeping, decision)
        self.deciding.taken_in.connect(self._finish)
        self.deciding.left.connect(self._leave)
        self.deciding.start()

    def correct(self) -> None:
        """F8: the list of gaps, then the notice."""
        self._commit()
        application, keeping = self._current.application, self._current.keeping
        GapsDialog(self._page, application, keeping.keep_soon, lambda gaps: self.decide(CORRECT, gaps=gaps)).open()

    def others(self) -> None:
        """Ctrl+B: everything else, blocked ones with their reason."""
        self._commit()
        blocked = {name: self._readiness.why_not(name) for name in DECIDED_HERE}
        blocked |= {name: tr(f"ui.intake.other.{name}_why") for name in AFTER_RECEIPT}

        def decide(outcome: str, reason: str, agency: str) -> None:
            self.decide(outcome, reason=reason, agency=agency)

        OtherOutcomes(self._page, blocked, decide, self.late_entry).open()

    def late_entry(self) -> None:
        """补录: the true receipt of papers that were taken in by hand."""
        self._commit()
        now = local_time(self._services.now_ms())
        services = LateServices(self._background, self._services.elsewhere)
        open_late_entry(self._page, self._current.application, now, services, self._late_stored)

    def _late_stored(self) -> None:
        self._show_late()
        self._current.stored()

    def _show_late(self) -> None:
        received = receipt_of(self._current.application)
        if received is None:
            self._parts.late.say(tr("ui.intake.late.open"))
            return
        slip = (self._current.application.line.get("late_entry") or {}).get("slip_no", "")
        at = f"{received:%H:%M}"
        said = tr("ui.intake.late.is", month=received.month, day=received.day, at=at, slip=slip)
        continues = self._current.application.line.get("continues")
        self._parts.late.say(tr("ui.intake.late.continuing", said=said, number=continues) if continues else said)

    def _finish(self, case: object) -> None:
        self.is_printed = self.deciding is not None and self.deciding.is_printed
        self._end()
        self.done.emit(case)

    def _leave(self) -> None:
        self._end()
        self._readiness.look()

    def _end(self) -> None:
        if self.deciding is not None:
            self.deciding.deleteLater()
        self.deciding = None
