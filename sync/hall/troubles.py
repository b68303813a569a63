"""What the hall could not take as it came: quarantined, late, waiting, and numbers used twice.

Nothing here is ever dropped. What blocks a case waits in the order of its
arrival, and everything behind it with it, as one exception. What a person has
settled stays, with who said so, when and why.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, insert, select, update

from counter_app.domain.identifiers import CaseId, EventId, counts_by_device
from sync.hall.tables import LONGEST_DEVICE, MOST_COUNTED, devices, evidence, exceptions, settlements


class Kind(StrEnum):
    """Why an event stands here."""

    QUARANTINED = "quarantined"  # cannot be applied; a person must look
    WAITING = "waiting"  # of an unknown kind or version: taken up after an upgrade, no alarm
    BEHIND = "behind"  # waits behind one of the two above, of the same case
    LATE = "late"  # kept and linked, changes nothing
    NUMBER = "number"  # applied; but the number on its paper cannot be right
    LINK = "link"  # applied; but the case that it says it goes on with cannot be the same application
    FORK = "fork"  # the device has written two histories; seq is where they part
    WENT_BACK = "went_back"  # the hall has less of the device than it had confirmed: it came out of a backup
    RESTORED = "restored"  # a home came out of a backup: its old id is closed, another has taken its place
    CLOCK = "clock"  # the machine's clock was wrong by a day when a paper was served
    SKIPPED = "skipped"  # a person said that a quarantined event shall change nothing


NOT_ACCEPTED = (Kind.QUARANTINED, Kind.WAITING, Kind.BEHIND, Kind.LATE)
SET_ASIDE = (*NOT_ACCEPTED, Kind.SKIPPED)
BLOCKING = (Kind.QUARANTINED, Kind.WAITING, Kind.BEHIND)


class Verdict(NamedTuple):
    """Why an event was not accepted."""

    kind: Kind
    code: str


class Trouble(NamedTuple):
    """One exception; behind counts the events that wait with it."""

    event: EventId
    kind: Kind
    code: str
    case: CaseId | None
    since_ms: int
    behind: int = 0


class Settlement(NamedTuple):
    """What a person said of an exception: how it ended, by whom, when, and the hall's event that says why."""

    trouble: Trouble
    how: str
    by: str
    at_ms: int
    hall_seq: int


def record(conn: Connection, event: EventId, kind: Kind, code: str, case: CaseId | None, now_ms: int) -> None:
    """Note an exception once; the same one again changes nothing. A case that no store can name is left out."""
    e = exceptions.c
    case = case if case is not None and _is_storable(case) else None
    same = select(e.id).where(e.device == event.device, e.seq == event.seq, e.kind == kind)
    if conn.scalar(same) is not None:
        return
    row = {"device": event.device, "seq": event.seq, "kind": kind.value, "code": code, "since_ms": now_ms}
    place = {"case_device": case.device if case else None, "case_n": case.n if case else None}
    conn.execute(insert(exceptions).values(**row, **place))


def note_evidence(conn: Connection, event: EventId, kind: Kind, found: Mapping[str, object]) -> None:
    """Keep what both sides say of an exception; what was noted first stays."""
    if not evidence_of(conn, event, kind):
        key = {"device": event.device, "seq": event.seq, "kind": kind.value}
        conn.execute(insert(evidence).values(**key, body=json.dumps(found, ensure_ascii=False)))


def is_blocked(conn: Connection, case: CaseId) -> bool:
    """Whether events of the case wait."""
    return conn.scalar(select(func.count()).where(*_blocking(case))) != 0


def waiting(conn: Connection, case: CaseId) -> list[EventId]:
    """The events of the case that wait, in the order in which they came."""
    e = exceptions.c
    found = conn.execute(select(e.device, e.seq).where(*_blocking(case)).order_by(e.id))
    return [EventId(row.device, row.seq) for row in found]


def stations_waiting(conn: Connection, case_ids: Iterable[CaseId]) -> set[str]:
    """The stations of the devices whose events wait for one of these cases: applied, they enter these feeds too."""
    e, d = exceptions.c, devices.c
    found: set[str] = set()
    for device, counts in counts_by_device(case_ids).items():
        waits = (e.case_device == device, e.case_n.in_(counts), e.kind.in_(BLOCKING))
        found.update(conn.scalars(select(d.station).join(exceptions, e.device == d.device).where(*waits)))
    return found


def blocked_cases(conn: Connection) -> list[CaseId]:
    """Every case with events that wait."""
    e = exceptions.c
    query = select(e.case_device, e.case_n).where(e.kind.in_(BLOCKING), e.case_device.is_not(None)).distinct()
    return [CaseId(*row) for row in conn.execute(query.order_by(e.case_device, e.case_n))]


def restate(conn: Connection, event: EventId, kind: Kind, code: str) -> None:
    """A waiting event was tried again and waits on, for this reason."""
    conn.execute(update(exceptions).where(*_waits(event)).values(kind=kind.value, code=code))


def name_late(conn: Connection, case_ids: Iterable[CaseId], code: str) -> None:
    """Say of the late events of these cases what their lateness led to."""
    for case in case_ids:
        conn.execute(update(exceptions).where(*_late(case)).values(code=code))


def settle_late(conn: Connection, case: CaseId, by: str, at_ms: int, hall_seq: int) -> None:
    """A person has said what holds: the late events of the case ask for nothing any more."""
    for trouble in [found for found in listed(conn) if found.kind is Kind.LATE and found.case == case]:
        settle_by(conn, Settlement(trouble, "settled", by, at_ms, hall_seq))


def settle_by(conn: Connection, settlement: Settlement) -> None:
    """A person has settled an exception: it is no longer open."""
    trouble = settlement.trouble
    case = trouble.case
    conn.execute(
        insert(settlements).values(
            device=trouble.event.device, seq=trouble.event.seq, kind=trouble.kind.value, code=trouble.code,
            case_device=case.device if case else None, case_n=case.n if case else None, since_ms=trouble.since_ms,
            how=settlement.how, by=settlement.by, at_ms=settlement.at_ms, hall_seq=settlement.hall_seq,
        )
    )


def skip(conn: Connection, event: EventId) -> None:
    """A waiting event holds up nothing any more, and stays noted as one that changed nothing."""
    conn.execute(update(exceptions).where(*_waits(event)).values(kind=Kind.SKIPPED.value))


def open_one(conn: Connection, event: EventId, kind: str = "") -> Trouble | None:
    """The open exception at this place, of that kind if one is named."""
    at_place = (found for found in listed(conn) if found.event == event)
    return next((found for found in at_place if kind in ("", found.kind.value)), None)


def evidence_of(conn: Connection, event: EventId, kind: Kind) -> dict[str, object]:
    """What was noted with the exception."""
    e = evidence.c
    same = (e.device == event.device, e.seq == event.seq, e.kind == kind.value)
    body = conn.scalar(select(e.body).where(*same))
    found: dict[str, object] = json.loads(body) if body else {}
    return found


def settled(conn: Connection) -> list[Settlement]:
    """What was settled, the newest first."""
    rows = conn.execute(select(settlements).order_by(settlements.c.at_ms.desc(), settlements.c.hall_seq.desc()))
    return [Settlement(_trouble(row), row.how, row.by, row.at_ms, row.hall_seq) for row in rows]


def settle(conn: Connection, event: EventId) -> None:
    """A waiting event waits no longer."""
    conn.execute(delete(exceptions).where(*_waits(event)))


def not_accepted(conn: Connection, device: str) -> list[tuple[int, str]]:
    """(seq, code) of the device's events that were received and are not accepted."""
    e = exceptions.c
    query = select(e.seq, e.code).where(e.device == device, e.kind.in_(NOT_ACCEPTED), _is_open()).order_by(e.seq)
    return [(row.seq, row.code) for row in conn.execute(query)]


def refused_seqs(conn: Connection) -> dict[str, list[int]]:
    """Of each device, the events that were received and are not accepted."""
    e, found = exceptions.c, defaultdict[str, list[int]](list)
    for row in conn.execute(select(e.device, e.seq).where(e.kind.in_(NOT_ACCEPTED), _is_open())):
        found[row.device].append(row.seq)
    return found


def listed(conn: Connection) -> list[Trouble]:
    """All open exceptions, oldest first; events behind another are counted with it, not listed."""
    rows = conn.execute(select(exceptions).where(_is_open()).order_by(exceptions.c.id)).all()
    behind = Counter((row.case_device, row.case_n) for row in rows if row.kind == Kind.BEHIND)
    troubles = []
    for row in rows:
        if row.kind not in (Kind.BEHIND, Kind.SKIPPED):
            waits = behind[row.case_device, row.case_n] if row.kind in BLOCKING else 0
            troubles.append(_trouble(row)._replace(behind=waits))
    return troubles


def _trouble(row: Row[Any]) -> Trouble:
    case = None if row.case_device is None else CaseId(row.case_device, row.case_n)
    return Trouble(EventId(row.device, row.seq), Kind(row.kind), row.code, case, row.since_ms)


def _is_open() -> ColumnElement[bool]:
    e, s = exceptions.c, settlements.c
    return ~exists().where(s.device == e.device, s.seq == e.seq, s.kind == e.kind)


def _is_storable(case: CaseId) -> bool:
    return "\0" not in case.device and len(case.device) <= LONGEST_DEVICE and case.n <= MOST_COUNTED


def _waits(event: EventId) -> tuple[ColumnElement[bool], ...]:
    e = exceptions.c
    return e.device == event.device, e.seq == event.seq, e.kind.in_(BLOCKING)


def _late(case: CaseId) -> tuple[ColumnElement[bool], ...]:
    e = exceptions.c
    return e.case_device == case.device, e.case_n == case.n, e.kind == Kind.LATE


def _blocking(case: CaseId) -> tuple[ColumnElement[bool], ...]:
    e = exceptions.c
    return e.case_device == case.device, e.case_n == case.n, e.kind.in_(BLOCKING)
