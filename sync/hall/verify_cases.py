"""Whether cases, their order, who takes part, and the registers still are what the journals make of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import Any

from sqlalchemy import Connection, select

from counter_app.domain import dossiers
from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.events import Event
from counter_app.domain.fold_history import with_late
from counter_app.domain.identifiers import HALL, CaseId, desk_of
from counter_app.domain.number_register import Block
from forms.item_release import KIND
from sync import journal
from sync.canonical import EventNotReadable, event_of
from sync.hall import (
    attachments,
    calendars,
    cases,
    closed,
    items,
    jobs,
    lines,
    notice_templates,
    number_register,
    seal_roots,
)
from sync.hall.report import UNREADABLE, Problem, looked_through
from sync.hall.tables import attachments as attachment_rows
from sync.hall.tables import case_events, devices, exceptions
from sync.hall.tables import cases as case_rows
from sync.hall.tables import entrustments as entrustment_rows
from sync.hall.troubles import SET_ASIDE, Kind


def of_device(conn: Connection, device: str) -> Iterator[Problem]:
    """Each applied event of the device stands in a case's order or among the exceptions, and had its effects."""
    applied, received = _applied(conn, device), journal.head(conn, device)[0]
    if applied > received:
        yield Problem("applied_differs", device, received)
    late = _ordered(conn, device)
    set_aside = _with_exception(conn, device, SET_ASIDE)
    doubted = _with_exception(conn, device, (Kind.NUMBER,))
    known_files = set(conn.scalars(select(attachment_rows.c.sha256)))
    blocks = number_register.blocks_given_by(conn, device)
    too_early = min((seq for seq in late if seq > applied), default=None)
    if too_early is not None:
        yield Problem("applied_differs", device, too_early)
    for row in journal.rows(conn, device, 0, applied):
        try:
            event = event_of(device, row.seq, row.public, row.private)
        except EventNotReadable:
            continue  # the journal's problem, or an exception; named there
        if event.origin is not None and closed.is_replayed(conn, event):
            continue  # brought a second time: it stands where it was brought first
        if any(sha256 not in known_files for sha256, _ in attachments.files_in(event.data)):
            yield Problem("attachment_unknown", device, row.seq)
        if event.case is None:
            yield from _of_releases(conn, event)
            yield from _of_items(conn, event)
            if row.seq not in set_aside | doubted:
                yield from _unbooked(conn, blocks, event)
        elif row.seq not in late:
            if row.seq not in set_aside:
                yield Problem("not_accounted_for", device, row.seq, str(event.case))
        elif not late[row.seq] and row.seq not in doubted:
            yield from _unbooked(conn, blocks, event)


def of_all_cases(conn: Connection) -> Iterator[Problem]:
    """Each case made anew from its events, held against its row."""
    stations = {row.device: row.station for row in conn.execute(select(devices.c.device, devices.c.station))}
    stations |= {desk_of(station): station for station in set(stations.values())}
    orders: dict[CaseId, list[tuple[int, str, int]]] = defaultdict(list)
    for row in conn.execute(select(case_events).order_by(case_events.c.position)):
        orders[CaseId(row.case_device, row.case_n)].append((row.position, row.device, row.seq))
    for table in (case_rows, entrustment_rows):
        for row in conn.execute(select(table.c.case_device, table.c.case_n)):
            orders.setdefault(CaseId(row.case_device, row.case_n), [])
    for case_id, order in sorted(orders.items()):
        if [position for position, _, _ in order] != list(range(1, len(order) + 1)):
            yield Problem("order_differs", case=str(case_id))
        _, device, seq = order[0] if order else (0, case_id.device, 0)
        unreadable = Problem(f"case_{UNREADABLE}", device, seq, str(case_id))
        yield from looked_through(_held_against(conn, case_id, stations), unreadable)


def _held_against(conn: Connection, case_id: CaseId, stations: Mapping[str, str]) -> Iterator[Problem]:
    case, takes_part, last = made_anew(conn, case_id, stations)
    table = entrustment_rows if isinstance(case, Entrustment) else case_rows
    row = conn.execute(
        select(table).where(table.c.case_device == case_id.device, table.c.case_n == case_id.n)
    ).first()
    device, seq = (last.id.device, last.id.seq) if last else (case_id.device, 0)
    if case is None or row is None or not _same(row._mapping, case):
        yield Problem("projection_differs", device, seq, str(case_id))
    if takes_part != set(cases.stations_of(conn, [case_id]).get(case_id, ())):
        yield Problem("participants_differ", device, seq, str(case_id))


def made_anew(
    conn: Connection, case_id: CaseId, stations: Mapping[str, str]
) -> tuple[Dossier | None, set[str], Event | None]:
    """The case or entrustment, the stations that take part in it, and its newest event."""
    case: Dossier | None = None
    takes_part, event = set[str](), None
    for event, late in cases.history(conn, case_id):
        if not late:
            case = dossiers.apply(case, event)
        elif isinstance(case, Case):
            case = with_late(case, event)
        other = lines.named_in(event) or jobs.named_in(event)
        holder = case.holder if isinstance(case, Case) else ""
        named = (event.id.device, holder, other.device if other else "")
        takes_part |= {stations[device] for device in named if device in stations}
    return case, takes_part, event


def _same(row: Mapping[Any, object], case: Dossier) -> bool:
    body = row["body"]
    columns = all(row[name] == value for name, value in cases.columns_of(case).items())
    return columns and isinstance(body, bytes) and body == cases.body_of(case)


def _applied(conn: Connection, device: str) -> int:
    """How far the device's events are applied; the hall's own are as they are written."""
    if device == HALL:
        return journal.head(conn, HALL)[0]
    return conn.scalar(select(devices.c.applied).where(devices.c.device == device)) or 0


def _ordered(conn: Connection, device: str) -> dict[int, bool]:
    """The device's events that stand in a case's order, and whether each was late."""
    found = conn.execute(select(case_events.c.seq, case_events.c.late).where(case_events.c.device == device))
    return {row.seq: row.late for row in found}


def _with_exception(conn: Connection, device: str, kinds: tuple[Kind, ...]) -> set[int]:
    e = exceptions.c
    return set(conn.scalars(select(e.seq).where(e.device == device, e.kind.in_(kinds))))


def _unbooked(conn: Connection, blocks: Set[Block], event: Event) -> Iterator[Problem]:
    """Numbers and blocks of the event that the register does not know as its."""
    for what in number_register.missing(conn, blocks, event):
        yield Problem(what, event.id.device, event.id.seq, "" if event.case is None else str(event.case))


def _of_items(conn: Connection, event: Event) -> Iterator[Problem]:
    """Items that the hall released stand among those that count."""
    released = event.kind == KIND and event.id.device == HALL
    if released and not items.is_registered(conn, event.id.seq):
        yield Problem("items_not_registered", HALL, event.id.seq)


def _of_releases(conn: Connection, event: Event) -> Iterator[Problem]:
    """What the hall released stands among what counts: calendars, templates of papers, roots of seals."""
    for book, what in _BOOKS:
        if event.kind == book.kind and event.id.device == HALL and not book.is_registered(conn, event.id.seq):
            yield Problem(what, HALL, event.id.seq)


_BOOKS = (
    (calendars.BOOK, "calendar_not_registered"),
    (notice_templates.BOOK, "notices_not_registered"),
    (seal_roots.BOOK, "seal_roots_not_registered"),
)
