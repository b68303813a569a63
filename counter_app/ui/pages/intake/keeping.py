"""Nobody asks "save?": every field is stored as it is left, and what is typed at most a second later.

One `Keeping` belongs to one application. Saves are done one after the other on the store's thread; the first
one makes the draft, and its id is known there before the next begins.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.domain.people import Person
from counter_app.services.drafts import Drafts
from counter_app.services.stored_facts import Draft
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake.application import Application

SOON_MS = 1000


class Keeping(QObject):
    """Keeps an application as a draft. saved carries the draft as it lies in the store now."""

    saved = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        drafts: Drafts,
        person: Person,
        background: Background,
        application: Application,
        draft_id: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._drafts, self._person, self._background = drafts, person, background
        self._application, self._step = application, "applicant"
        self._id = draft_id  # written on the store's thread, read there and here
        self._ended = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.keep)

    def draft_id(self) -> int | None:
        """The draft's id, None before the first save is through."""
        return self._id

    def at(self, step: str) -> None:
        """Remember where the person is; kept with the next save."""
        self._step = step

    def keep(self) -> None:
        """Store now."""
        self._soon.stop()
        if self._ended or (self._id is None and self._application.is_empty()):
            return
        item = self._application.item
        code, version = (item.code, item.version) if item is not None else ("", "")
        line = self._application.draft_line()
        draft = Draft(None, self._person.name, code, line, self._step, version=version)
        self._background.run(Lane.STORE, lambda: self._save(draft), self._done, self.failed.emit, self)

    def keep_soon(self) -> None:
        """Store within a second; a timer that runs already is left to run, so that steady typing is stored too."""
        if not self._soon.isActive() and not self._ended:
            self._soon.start()

    def end(self) -> None:
        """The application became a case or was dropped: nothing more is stored of it."""
        self._ended = True
        self._soon.stop()

    def resume(self) -> None:
        """It did not become a case after all: go on storing."""
        self._ended = False

    def _save(self, draft: Draft) -> Draft:
        kept = self._drafts.save(self._person, replace(draft, id=self._id))
        self._id = kept.id
        return kept

    def _done(self, draft: Draft) -> None:
        if not self._ended:
            self.saved.emit(draft)
