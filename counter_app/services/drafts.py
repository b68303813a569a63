"""Applications being typed: kept on every change, never lost, never an event (desktop design, principle 5)."""

from __future__ import annotations

from dataclasses import replace

from counter_app.domain.errors import NotFound
from counter_app.domain.people import Person
from counter_app.services.desk import Desk
from counter_app.services.ports import Draft


class Drafts:
    """The unfinished applications of this machine; several may be parked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def all(self) -> list[Draft]:
        """The last touched first."""
        with self._desk.store.read() as reading:
            return reading.drafts()

    def open(self, draft_id: int) -> Draft:
        """NotFound `draft_unknown` if it was finished or dropped."""
        with self._desk.store.read() as reading:
            draft = reading.draft(draft_id)
        if draft is None:
            raise NotFound("draft_unknown", draft=draft_id)
        return draft

    def save(self, person: Person, draft: Draft) -> Draft:
        """Keep it as it is now, durable when this returns."""
        kept = replace(draft, user=person.name, saved_at_ms=self._desk.now_ms())
        with self._desk.store.write() as writing:
            return replace(kept, id=writing.save_draft(kept))

    def drop(self, draft_id: int) -> None:
        """Forget it (T03): nothing was printed, so nothing is recorded."""
        with self._desk.store.write() as writing:
            writing.delete_draft(draft_id)
