"""Cases that a station shares lie at its desk; a counter claims one online before it moves it (sync design section 2).

A wish stands in the request itself, not in the journal: one that never arrived leaves nothing behind. What is granted
is the hall's event `claimed`, which the feed of the same answer brings.
"""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId, desk_of
from sync.envelope import Claim
from sync.hall import apply, effects
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.ports import ExchangeHall


def grant(hall: ExchangeHall, device: str, wishes: Iterable[Claim]) -> None:
    """Give the device each of these cases that lies at its station's desk now. Who comes second gets nothing, who
    asks again for what it has changes nothing: the feed tells both who holds the case."""
    for wish in wishes:
        _grant(hall, device, wish)


@again_if_crossed
def _grant(hall: ExchangeHall, device: str, wish: Claim) -> None:
    case_id = CaseId(wish.device, wish.n)
    with hall.records.write() as tx:
        station = tx.station_of(device)
        if station is None or tx.waits_for_recovery():
            return
        apply.lock_case(tx, case_id, device)
        batch = Batch(tx, [case_id])
        case = batch.case(case_id)
        if case is None or case.holder != desk_of(station) or case.frozen or case_id in batch.blocked:
            return
        effects.append_own(batch, hall, NewEvent("claimed", case_id, case.epoch, wish.user, {"to": device}))
        batch.write()
