"""`hall verify`: whether journals, projections, feeds and files still are what they were.

Nothing is repaired. A problem names the device and seq of the event, or the
case or feed number, at which the first doubt lies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from counter_app.domain import fold
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import HALL, CaseId
from sync import feed as feed_chain
from sync import journal, journal_verify
from sync.canonical import EventNotReadable, event_of
from sync.hall import attachments, cases, feeds, places
from sync.hall.home import Hall
from sync.hall.tables import case_events, devices, exceptions
from sync.hall.tables import journal as journal_table
from sync.hall.troubles import NOT_ACCEPTED

UNREADABLE = "unreadable"
_NO_BYTES = (DatabaseError, TypeError)  # a value of another type in a column of bytes


@dataclass(frozen=True, slots=True)
class DeviceHead:
    """The verified end of a journal. station is "" for the hall's own."""

    device: str
    station: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; seq is 0 where no single event is meant."""

    what: str
    device: str = ""
    seq: int = 0
    case: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """ok if there are no problems."""

    devices: list[DeviceHead] = field(default_factory=list)
    cases: int = 0
    problems: list[Problem] = field(default_factory=list)


def verify(hall: Hall) -> Report:
    """Look at everything, in one consistent view."""
    with hall.store.read() as conn:
        found = conn.execute(select(devices.c.device, devices.c.station).order_by(devices.c.device)).all()
        known = [(row.device, row.station) for row in found]
        journals = [*known, (HALL, "")]
        heads = [DeviceHead(device, station, *journal.head(conn, device)) for device, station in journals]
        problems = [problem for device, _ in journals for problem in _journal(conn, device)]
        for device, _ in known:
            problems += _checked(_unaccounted(conn, device), Problem(UNREADABLE, device))
        for station in places.stations_listed(conn):
            problems += _checked(_feed(conn, station.code), Problem(UNREADABLE, station=station.code))
        problems += _projections(conn)
        problems += [Problem(f"attachment_damaged:{sha256.hex()}") for sha256 in attachments.damaged(hall.home, conn)]
        return Report(heads, sum(1 for _ in cases.every(conn)), problems)


def _journal(conn: Connection, device: str) -> Iterator[Problem]:
    """What the chain says; where a row cannot even be read as bytes, which one that is."""
    try:
        found = journal_verify.verify(conn, device)
    except _NO_BYTES:
        yield from _unreadable_rows(conn, device)
        return
    for problem in found:
        for seq in range(problem.seq, (problem.last or problem.seq) + 1):
            yield Problem(problem.what, device, seq)


def _unreadable_rows(conn: Connection, device: str) -> Iterator[Problem]:
    for seq in conn.scalars(select(journal_table.c.seq).where(journal_table.c.device == device)).all():
        try:
            list(journal.rows(conn, device, seq - 1, seq))
        except _NO_BYTES:
            yield Problem(UNREADABLE, device, seq)


def _checked(problems: Iterator[Problem], unreadable: Problem) -> list[Problem]:
    """All problems, or that what they would be found in cannot be read."""
    try:
        return list(problems)
    except _NO_BYTES:
        return [unreadable]


def _unaccounted(conn: Connection, device: str) -> Iterator[Problem]:
    """Applied events that stand neither in a case's order nor among the exceptions."""
    applied = conn.execute(select(devices.c.applied).where(devices.c.device == device)).scalar_one()
    ordered = set(conn.scalars(select(case_events.c.seq).where(case_events.c.device == device)))
    e = exceptions.c
    ordered |= set(conn.scalars(select(e.seq).where(e.device == device, e.kind.in_(NOT_ACCEPTED))))
    for row in journal.rows(conn, device, 0, applied):
        if row.seq not in ordered and not _stands_alone(device, row):
            yield Problem("not_accounted_for", device, row.seq)


def _stands_alone(device: str, row: journal.Row) -> bool:
    """Whether the event belongs to no case; one that cannot be read is the journal's problem, named there."""
    try:
        return event_of(device, row.seq, row.public, row.private).case is None
    except EventNotReadable:
        return True


def _projections(conn: Connection) -> Iterator[Problem]:
    for row in cases.every(conn):
        plain = row._mapping
        case_id = CaseId(plain["case_device"], plain["case_n"])
        try:
            rebuilt = _rebuilt(conn, case_id)
        except (CounterError, KeyError, ValueError, *_NO_BYTES) as error:
            yield Problem(f"cannot_be_rebuilt:{type(error).__name__}", case=str(case_id))
            continue
        same_columns = rebuilt is not None and all(
            plain[name] == value for name, value in cases.columns_of(rebuilt).items()
        )
        if rebuilt is None or not same_columns or cases.body_of(rebuilt) != bytes(plain["body"]):
            yield Problem("projection_differs", case=str(case_id))


def _rebuilt(conn: Connection, case_id: CaseId) -> Case | None:
    case: Case | None = None
    for event, late in cases.history(conn, case_id):
        if not late:
            case = fold.apply(case, event)
    return case


def _feed(conn: Connection, station: str) -> Iterator[Problem]:
    head = feeds.head(conn, station)
    before = feeds.hash_at(conn, station, 0) or b""
    expected = 1
    for row in feeds.rows(conn, station):
        made = feed_chain.next_hash(before, row.n, row.device, row.seq, bytes(row.public), bytes(row.c))
        if row.n != expected or made != bytes(row.hash):
            yield Problem("feed_differs", row.device, row.seq, station=station)
            return
        before, expected = made, row.n + 1
    if (expected - 1, before) != head:
        yield Problem("feed_head_differs", station=station)
