"""A person settles an exception: with an event of the hall that says who, how and why (sync design sections 4, 7, 9).

Nothing is removed: the journals stay as they are, and what was settled is still found (`troubles.settled`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import Connection

from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.people import Person, Role
from counter_app.domain.skipped import EXCEPTION_SETTLED
from sync.hall import apply, closed, effects, lines
from sync.hall import troubles as desk
from sync.hall.batch import Batch
from sync.hall.home import Hall
from sync.hall.store import recovery_waits
from sync.hall.troubles import BLOCKING, NOT_ACCEPTED, Kind, Settlement, Trouble

ACTION = "settle_exception"
_MAY_SETTLE = frozenset({Role.SUPERVISOR, Role.OPERATOR})


class How(StrEnum):
    """What is to become of it."""

    SKIP = "skip"  # the event changes nothing; its papers stay in sight
    RETRY = "retry"  # apply it again: its reason is gone
    SERVED = "served"  # the day on the paper is the right one
    BY_HALL = "hall"  # the day by the hall's clock is: deadlines stay counted from it where that is earlier
    NOTED = "noted"  # somebody has looked at it and did what was to do


def settle(hall: Hall, event: EventId, kind: str, how: str, reason: str, person: Person) -> Settlement:
    """Settle the open exception at this place; kind is needed only where there are several.

    All or nothing. MoveNotAllowed `not_your_role`, `exception_stays` (a retry that did not help),
    NotFound `exception_unknown`, InvalidInput `act_needs`, `exception_how`.
    """
    if not person.roles & _MAY_SETTLE:
        raise MoveNotAllowed("not_your_role", action=ACTION, actors=Role.SUPERVISOR.value)
    if not reason.strip():
        raise InvalidInput("act_needs", field="reason")
    with hall.store.write() as conn:
        if recovery_waits(conn):
            raise MoveNotAllowed("hall_not_recovered")
        trouble = desk.open_one(conn, event, kind)
        if trouble is None:
            raise NotFound("exception_unknown", device=event.device[:64], seq=event.seq)
        chosen = _checked(trouble, how)
        tx = hall.records.on(conn)
        apply.lock_feeds(tx, trouble.case, event.device, _frozen_by(conn, trouble))
        batch = Batch(tx)
        said = _said(batch, trouble, chosen, reason.strip(), person)
        hall_seq = effects.append_own(batch, hall, said)
        _DO[chosen](conn, batch, hall, trouble)
        batch.write()
        settlement = Settlement(trouble, chosen.value, person.name, hall.now_ms, hall_seq)
        desk.settle_by(conn, settlement)
        return settlement


def _checked(trouble: Trouble, how: str) -> How:
    """What blocks a case is skipped or tried again, a doubtful day is said, all else noted. InvalidInput."""
    possible: tuple[How, ...] = (How.SKIP, How.RETRY) if trouble.kind in BLOCKING else (How.NOTED,)
    if trouble.kind is Kind.CLOCK:
        possible = (How.SERVED, How.BY_HALL)
    if how not in possible:
        raise InvalidInput("exception_how", given=how[:20], known=", ".join(possible))
    return How(how)


def _said(batch: Batch, trouble: Trouble, how: How, reason: str, person: Person) -> NewEvent:
    """The hall's word, in the case where there is one, else to the station of the device."""
    data: dict[str, object] = {
        "device": trouble.event.device,
        "seq": trouble.event.seq,
        "kind": trouble.kind.value,
        "code": trouble.code,
        "how": how.value,
    }
    private = {"reason": reason}
    found = None if trouble.case is None else batch.dossier(trouble.case)
    if found is None:
        return NewEvent(EXCEPTION_SETTLED, None, 0, person.name, {**data, "to": trouble.event.device}, private)
    case = batch.case(found.id)
    return NewEvent(EXCEPTION_SETTLED, found.id, case.epoch if case else 0, person.name, data, private)


def _skip(conn: Connection, batch: Batch, hall: Hall, trouble: Trouble) -> None:
    apply.skip(batch, hall, trouble.event, trouble.case)


def _retry(conn: Connection, batch: Batch, hall: Hall, trouble: Trouble) -> None:
    if trouble.case is None:
        apply.retry_without_case(batch, hall, trouble.event)
    else:
        apply.retry(batch, hall, trouble.case)
    waits = (row for row in desk.listed(conn) if row.event == trouble.event and row.kind in BLOCKING)
    after = next(waits, None)
    if after is not None:
        raise MoveNotAllowed("exception_stays", why=after.code)


def _note(conn: Connection, batch: Batch, hall: Hall, trouble: Trouble) -> None:
    """A fork that was looked at lets the cases go on that both histories agree about; else nothing changes."""
    for case_id in _frozen_by(conn, trouble):
        case = batch.case(case_id)
        doubted = any(row.case == case_id for row in desk.listed(conn) if row.kind in NOT_ACCEPTED)
        if case is not None and case.frozen and not doubted and not lines.has_late_word(case):
            said = {"valid": "", "withdrawn": []}
            effects.append_own(batch, hall, NewEvent("settled", case_id, case.epoch, "", said))


def _frozen_by(conn: Connection, trouble: Trouble) -> list[CaseId]:
    if trouble.kind is not Kind.FORK:
        return []
    device = trouble.event.device
    since = closed.since(conn, device, closed.FORKED)
    return [] if since is None else closed.touched_since(conn, device, since)


_Doing = Callable[[Connection, Batch, Hall, Trouble], None]
_DO: dict[How, _Doing] = {
    How.SKIP: _skip,
    How.RETRY: _retry,
    How.SERVED: _note,
    How.BY_HALL: _note,
    How.NOTED: _note,
}
