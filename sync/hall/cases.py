"""Cases as the hall's events have made them: a projection, written with the events and rebuilt from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import InvalidInput, NotFound
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, counts_by_device, station_of_desk
from counter_app.domain.states import CaseState
from resources.typed import unpacker
from sync.canonical import event_of
from sync.hall.tables import (
    case_events,
    case_links,
    case_stations,
    cases,
    devices,
    entrustments,
    journal,
    journal_private,
    stations,
)
from sync.many_rows import write_rows

_NEW = {table: insert(table) for table in (cases, entrustments)}
_CHANGED = {
    table: update(table).where(
        table.c.case_device == bindparam("its_case_device"), table.c.case_n == bindparam("its_case_n")
    )
    for table in (cases, entrustments)
}
_pack = msgspec.msgpack.Encoder(order="sorted").encode
_unpack = unpacker(Case).decode
_unpack_entrustment = unpacker(Entrustment).decode


def body_of(case: Dossier) -> bytes:
    """The bytes of a projected case; the same case gives the same bytes."""
    return _pack(case)


def load(conn: Connection, case_id: CaseId) -> Case | None:
    """The case as it stands."""
    body = conn.scalar(select(cases.c.body).where(_is(cases, case_id)))
    return None if body is None else _unpack(bytes(body))


def load_dossiers(conn: Connection, case_ids: Collection[CaseId]) -> dict[CaseId, Dossier]:
    """The cases and the entrustments of these numbers, as far as they are here."""
    found: dict[CaseId, Dossier] = {}
    for table, unpack in ((cases, _unpack), (entrustments, _unpack_entrustment)):
        missing = [case_id for case_id in case_ids if case_id not in found]
        for row in _rows(conn, missing, table.c, table.c.body):
            found[CaseId(row.case_device, row.case_n)] = unpack(bytes(row.body))
    return found


def load_entrustment(conn: Connection, case_id: CaseId) -> Entrustment | None:
    """The entrustment as it stands."""
    body = conn.scalar(select(entrustments.c.body).where(_is(entrustments, case_id)))
    return None if body is None else _unpack_entrustment(bytes(body))


def columns_of(case: Dossier) -> dict[str, object]:
    """What the lists read without opening the body."""
    if isinstance(case, Entrustment):
        return {"station": case.station, "open": case.is_open, "changed_ms": case.changed_at_ms}
    return {
        "case_no": case.case_no or None,
        "station": case.station,
        "state": case.state.value,
        "holder": case.holder,
        "name": case.applicant.name,
        "opened_ms": case.opened_at_ms,
    }


def save(conn: Connection, dossiers: Iterable[Dossier], *, new: bool) -> None:
    """Write their rows."""
    rows: dict[Table, list[dict[str, object]]] = {}
    for case in dossiers:
        table = entrustments if isinstance(case, Entrustment) else cases
        place = {"case_device": case.id.device, "case_n": case.id.n}
        named = place if new else {f"its_{name}": value for name, value in place.items()}
        rows.setdefault(table, []).append({**named, **columns_of(case), "body": body_of(case)})
    for table, values in rows.items():
        write_rows(conn, (_NEW if new else _CHANGED)[table], values)


def stations_of(conn: Connection, case_ids: Collection[CaseId]) -> dict[CaseId, list[str]]:
    """Who takes part in each, in the order in which feeds are locked."""
    found: dict[CaseId, list[str]] = {}
    for row in _rows(conn, case_ids, case_stations.c, case_stations.c.station):
        found.setdefault(CaseId(row.case_device, row.case_n), []).append(row.station)
    return {case_id: sorted(stations) for case_id, stations in found.items()}


def stations_of_all(conn: Connection, case_ids: Iterable[CaseId]) -> set[str]:
    """Who takes part in any of these cases."""
    table = case_stations.c
    found: set[str] = set()
    for device, counts in counts_by_device(case_ids).items():
        found.update(conn.scalars(select(table.station).where(table.case_device == device, table.case_n.in_(counts))))
    return found


def count_events(conn: Connection, case_ids: Collection[CaseId]) -> dict[CaseId, int]:
    """How many events stand in the order of each, of those that have any."""
    c = case_events.c
    rows = _rows(conn, case_ids, c, func.max(c.position).label("last"), c.case_device, c.case_n)
    return {CaseId(row.case_device, row.case_n): row.last for row in rows}


def order(conn: Connection, case_id: CaseId) -> list[tuple[str, int, bool]]:
    """(device, seq, late) of the case's events, in their order."""
    found = conn.execute(
        select(case_events.c.device, case_events.c.seq, case_events.c.late)
        .where(_is(case_events, case_id))
        .order_by(case_events.c.position)
    )
    return [(row.device, row.seq, row.late) for row in found]


def history(conn: Connection, case_id: CaseId) -> list[tuple[Event, bool]]:
    """The case's events in their order, each with whether it came late."""
    found = conn.execute(_HISTORY, {"of_device": case_id.device, "of_n": case_id.n})
    events = []
    for row in found:
        private = None if row.private is None else bytes(row.private)
        events.append((event_of(row.device, row.seq, bytes(row.public), private), row.late))
    return events


def _history() -> Select[Any]:
    """Made once: a month of cases is read by thousands of it. The casts are those of `journal.rows`."""
    placed, public, sealed = case_events.c, journal.c, journal_private.c
    blobs = (cast(public.public, LargeBinary).label("public"), cast(sealed.private, LargeBinary).label("private"))
    is_here = and_(public.device == placed.device, public.seq == placed.seq)
    its_sealed = and_(sealed.device == placed.device, sealed.seq == placed.seq)
    return (
        select(placed.device, placed.seq, placed.late, *blobs)
        .join_from(case_events, journal, is_here)
        .outerjoin(journal_private, its_sealed)
        .where(placed.case_device == bindparam("of_device"), placed.case_n == bindparam("of_n"))
        .order_by(placed.position)
    )


_HISTORY = _history()


def count(conn: Connection) -> int:
    """How many applications there are; two lines of one are one."""
    rows = conn.scalar(select(func.count()).select_from(cases)) or 0
    doubled = conn.scalar(select(func.count()).where(case_links.c.made)) or 0
    return rows - doubled


def find(conn: Connection, text: str) -> Case:
    """The case of a local number or a case number. NotFound `case_unknown`, InvalidInput of `CaseId.parse`."""
    wanted = text.strip()
    body = conn.scalar(select(cases.c.body).where(cases.c.case_no == wanted))
    if body is not None:
        return _unpack(bytes(body))
    try:
        case_id = CaseId.parse(wanted)
    except InvalidInput:
        if wanted.isalnum():
            raise NotFound("case_unknown", case=wanted[:50]) from None
        raise
    case = load(conn, case_id)
    if case is None:
        raise NotFound("case_unknown", case=str(case_id))
    return case


def listed(conn: Connection, query: str = "", state: str = "", station: str = "") -> Iterator[Case]:
    """Cases, newest first; query is part of the name or of either number. InvalidInput `hall_state_unknown`."""
    wanted: list[ColumnElement[bool]] = []
    if state:
        if state not in CaseState.__members__:
            raise InvalidInput("hall_state_unknown", state=state[:20])
        wanted.append(cases.c.state == state)
    if station:
        wanted.append(cases.c.station == station)
    if query:
        wanted.append(_matches(query.strip()))
    newest_first = (cases.c.opened_ms.desc(), cases.c.case_device, cases.c.case_n.desc())
    for body in conn.scalars(select(cases.c.body).where(*wanted).order_by(*newest_first)):
        yield _unpack(bytes(body))


def station_of(conn: Connection, device: str) -> str | None:
    """The station of a device or of a desk; None for the hall itself and for what is neither."""
    desk = station_of_desk(device)
    if desk is not None:
        return conn.scalar(select(stations.c.code).where(stations.c.code == desk))
    return conn.scalar(select(devices.c.station).where(devices.c.device == device))


def _rows(
    conn: Connection,
    case_ids: Collection[CaseId],
    columns: Any,
    value: ColumnElement[Any],
    *grouped: ColumnElement[Any],
) -> Iterator[Row[Any]]:
    """The rows of these cases, each with the value."""
    for device, counts in counts_by_device(case_ids).items():
        query = select(columns.case_device, columns.case_n, value)
        query = query.where(columns.case_device == device, columns.case_n.in_(counts))
        yield from conn.execute(query.group_by(*grouped) if grouped else query)


def _matches(query: str) -> ColumnElement[bool]:
    try:
        case_id = CaseId.parse(query)
    except InvalidInput:
        return or_(cases.c.name.contains(query, autoescape=True), cases.c.case_no.contains(query, autoescape=True))
    return _is(cases, case_id)


def _is(table: object, case_id: CaseId) -> ColumnElement[bool]:
    columns = table.c  # type: ignore[attr-defined]
    return and_(columns.case_device == case_id.device, columns.case_n == case_id.n)
