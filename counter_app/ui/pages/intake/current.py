"""The application on the page: one place that all parts of the page work on, and how they tell each other.

    current.application.set_value(...); current.stored()     # one value was changed: store it, look what it means
    current.anew()                                           # many values came from elsewhere: show everything
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from counter_app.ui.background import Background
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.keeping import Keeping


class Current(QObject):
    """taken_up: it is another application; shown_anew: show everything; changed: something was stored.

    manual: the person is typed in, not read. last_item: what was chosen last, to be offered again.
    """

    taken_up = Signal()
    shown_anew = Signal()
    changed = Signal()
    kept = Signal(object)
    not_kept = Signal(object)

    def __init__(self, services: IntakeServices, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._services, self._background = services, background
        self.application = Application()
        self.manual = False
        self.last_item: str | None = None
        self.keeping = self._keep(None)

    def take_up(self, application: Application, draft_id: int | None = None) -> None:
        """Put another application in place of the present one, which must be stored already."""
        self.keeping.deleteLater()
        self.application = application
        self.keeping = self._keep(draft_id)
        self.manual = bool(application.person("applicant")) and not application.aside().get("card")
        self.taken_up.emit()
        self.anew()

    def stored(self) -> None:
        """Store, and let everybody look again."""
        self.keeping.keep()
        self.changed.emit()

    def anew(self) -> None:
        """Show everything again; nothing is stored by that."""
        self.shown_anew.emit()
        self.changed.emit()

    def person_is_known(self) -> bool:
        """Whether nobody waits for a card any more."""
        return self.manual or bool(self.application.person("applicant").get("name"))

    def _keep(self, draft_id: int | None) -> Keeping:
        keeping = Keeping(
            self._services.drafts, self._services.person, self._background, self.application, draft_id, self
        )
        keeping.saved.connect(self.kept)
        keeping.failed.connect(self.not_kept)
        return keeping
