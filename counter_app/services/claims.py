"""Taking a case from the station's desk: asked of the hall online, before anything is done with it (sync design 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError, MoveNotAllowed, NotHolder
from counter_app.domain.identifiers import HALL, CaseId, station_of_desk
from counter_app.domain.people import Person
from counter_app.domain.scene import as_claimed
from counter_app.domain.states import Action
from counter_app.services.case_views import Cases
from counter_app.services.desk import Desk, found_case
from counter_app.services.exchange import Exchange
from counter_app.services.in_hand import put_down, take_in_hand
from counter_app.services.originals import needs_claim
from sync.envelope import Claim

# Acts beside the state table that only the holder may do; the others commute and need no claim.
_OF_THE_HOLDER = frozenset({"hand_over", "list_fees", "tell_hearing_rights", "set_hearing", "hold_hearing"})
_LINK_FAULTS = frozenset({"link_down", "link_cut", "not_the_hall", "hall_busy", "no_progress"})


class Claims:
    """Claiming, and giving back."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange
        self._cases = Cases(desk)

    def needed(self, person: Person, words: str) -> bool:
        """Whether the case must be claimed before it is moved here. NotFound, InvalidInput as `found_case`."""
        with self._desk.store.read() as reading:
            case = found_case(reading, words)
            scene = self._desk.scene(reading, person, self._desk.item_of(case))
            return as_claimed(case, scene) != case

    @contextmanager
    def held(self, person: Person, words: str, action: str) -> Iterator[None]:
        """While an act is done: claimed before, where it must be; given back at once where it came to nothing."""
        claimed = self.claim_for(person, words, action)
        try:
            yield
        except CounterError:
            if claimed:
                self.put_down(words)
            raise

    def claim_for(self, person: Person, words: str, action: str) -> bool:
        """Claim the case if the act needs it and could be done then; whether it was. Raises why not, and as `claim`."""
        if not needs_baton(action) or not self.needed(person, words):
            return False
        if self._why_not(person, words, action) is not None:
            self._exchange.claim([])  # another counter may have gone on with it since this one heard of it
            why_not = self._why_not(person, words, action)
            if why_not is not None:
                raise why_not
        self.claim(person, words)
        return True

    def _why_not(self, person: Person, words: str, action: str) -> CounterError | None:
        possible = self._cases.possibilities(person, words)
        return next((row.why_not for row in possible if row.action.value == action), None)

    def claim(self, person: Person, words: str) -> Case:
        """The case, held by this counter now; asking again for one that it holds is the same.

        NotHolder if the hall has it; MoveNotAllowed `claimed_elsewhere`, `claim_not_granted`;
        CounterError `claim_without_link` where the hall cannot be asked, and as `Exchange.run`.
        """
        with self._desk.store.write() as writing:
            case, device = found_case(writing, words), writing.device()
            take_in_hand(writing, case.id, self._desk.now_ms())
        if case.holder == device:
            return case
        try:
            after = self._asked(case, device, person)
        except CounterError:
            self.put_down(str(case.id))
            raise
        return after

    def claim_to_print(self, person: Person, case: Dossier, notice: IssuedNotice) -> None:
        """Claim the case where its paper is printed by who holds it; the print gives it back. Raises as `claim`."""
        if self.is_claimed_to_print(case, notice):
            self.claim(person, str(case.id))

    def is_claimed_to_print(self, case: Dossier, notice: IssuedNotice) -> bool:
        """Whether the paper's first print wants a claim."""
        with self._desk.store.read() as reading:
            now = reading.case(case.id)
            return now is not None and needs_claim(reading, now, notice)

    def put_down(self, words: str) -> None:
        """Nothing more is done with the case now: it goes back to the desk with the next exchange."""
        with self._desk.store.write() as writing:
            put_down(writing, found_case(writing, words).id)

    def _asked(self, case: Case, device: str, person: Person) -> Case:
        error = self._exchange.claim([Claim(case.id.device, case.id.n, person.name)]).error
        after = self._case(case.id)
        if after.holder == device:
            return after
        if error is not None:
            raise CounterError("claim_without_link", case=str(case.id)) if error.code in _LINK_FAULTS else error
        if after.holder == HALL:
            raise NotHolder(HALL)
        if station_of_desk(after.holder) is None:
            raise MoveNotAllowed("claimed_elsewhere", case=str(case.id), device=after.holder)
        raise MoveNotAllowed("claim_not_granted", case=str(case.id))

    def _case(self, case_id: CaseId) -> Case:
        with self._desk.store.read() as reading:
            case = reading.case(case_id)
        assert case is not None, "a case is never removed"
        return case


def needs_baton(action: str) -> bool:
    """Whether only the holder of a case may do it; the other acts commute (sync design section 2)."""
    return action in _OF_THE_HOLDER or action in set(Action)
