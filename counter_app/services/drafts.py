"""Applications being typed: kept on every change, never lost, never an event (desktop design, principle 5).

A draft keeps the version of the item that it began with. When the hall releases another one, a person moves the draft
over, after seeing what changes for it (`draft_moves.py`).
"""

from __future__ import annotations

from dataclasses import replace

from counter_app.domain.errors import CounterError, NotFound
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.services.desk import Desk
from counter_app.services.draft_moves import DraftMove, dismissed, move_of, moved_line
from counter_app.services.stored_facts import Draft


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

    def item(self, draft: Draft) -> ServiceItem | None:
        """The item in the version that the draft began with; None before one was chosen, or if there is none such."""
        catalogue = self._desk.catalogue
        try:
            return catalogue.get(draft.item, draft.version or catalogue.first_version(draft.item) or None)
        except NotFound:
            return None

    def is_behind(self, draft: Draft) -> bool:
        """Whether another version of its item is offered by now, or none."""
        item = self.item(draft)
        return item is not None and not self._desk.catalogue.is_offered(item)

    def move(self, draft: Draft) -> DraftMove | None:
        """What moving it to the version that is offered now would change; None if it has that version, or no item."""
        before, catalogue = self.item(draft), self._desk.catalogue
        if before is None or catalogue.is_offered(before):
            return None
        newest = catalogue.get(draft.item)
        return move_of(draft, before, newest if catalogue.is_offered(newest) else None)

    def move_over(self, person: Person, draft_id: int) -> Draft:
        """Move it to the version that is offered now; what has no place there is kept beside it until it is dismissed.

        NotFound `draft_unknown`; CounterError `draft_is_current`, `item_withdrawn`.
        """
        draft = self.open(draft_id)
        found = self.move(draft)
        if found is None:
            raise CounterError("draft_is_current")
        if found.after is None:
            raise CounterError("item_withdrawn", item=draft.item)
        return self.save(person, replace(draft, line=moved_line(found), version=found.after.version))

    def dismiss(self, person: Person, draft_id: int) -> Draft:
        """Forget what an earlier version had asked for and this one does not."""
        draft = self.open(draft_id)
        return self.save(person, replace(draft, line=dismissed(draft.line)))
