"""What the lists show, made from events in the same transaction that stores them (sync design section 1)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import (
    calendars,
    days,
    items,
    key_book,
    notice_templates,
    number_book,
    own_devices,
    rows,
    schema,
    seal_roots,
    search_keys,
    told_profile,
)
from counter_app.adapters.store.case_bytes import entrustment_from_bytes, from_bytes, to_bytes
from counter_app.adapters.store.initials import initials_of
from counter_app.domain import device_keys, dossiers, station
from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.fold import UnknownKind
from counter_app.domain.identifiers import HALL, MOST_CASES, CaseId, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.number_register import block_of
from counter_app.domain.replayed import each_once
from counter_app.domain.seal_roots import KIND as ROOTS_RELEASED
from counter_app.domain.skipped import EXCEPTION_SETTLED
from counter_app.domain.wire_values import number_of, rows_of, text_of
from sync import journal_tables
from sync.canonical import EventNotReadable, event_of

VERSION = 21  # raised whenever the fold, a row made here or what is read of items changes: older stores are rebuilt
WAITS = "feed_event_waits"
NO_DUTY = "9999-12-31"
TAKEN_UP = "feed_taken_up"  # a state: see `taken_up`
_RECOUNTED = ("due", "reach", "moved", "alarms", "body")  # columns that a calendar may change
# Kinds of the hall, and the code by which the station has them.
_SETTLED_THERE = {"went_back": "hall_went_back", "fork": "device_forked", "restored": "home_restored"}
FOUND_HERE = (*_SETTLED_THERE.values(), "erased_event_wanted")  # troubles that this machine has found itself
_FAR_MS = 10**15  # no moment of a case lies so far

log = logging.getLogger(__name__)


def project_own(connection: Connection, event: Event) -> None:
    """Take an act of this device into the projections. Raises what the fold raises, and `case_erased`."""
    _note_uploads(connection, event)
    if event.case is not None:
        _note_event(connection, event, None)
        before = load_dossier(connection, event.case)
        if before is not None and before.erased and event.kind != "erased":
            raise MoveNotAllowed("case_erased", case=str(before.id))  # no paper without a name, no name comes back
        if before is None and event.kind == "papers_taken":
            return  # papers of a case of elsewhere: the feed brings the case once the hall knows that we took part
        save_dossiers(connection, [dossiers.apply(before, event)])
    _note_calendar(connection, event)
    days.note(connection, event)
    number_book.book(connection, event)


def project_returned(connection: Connection, device: str, events: Iterable[Event]) -> None:
    """Take in own events that this store had lost; what they rested on may still have to come by the feed."""
    touched: set[CaseId] = set()
    for event in events:
        if event.case is not None:
            _note_event(connection, event, None)
            touched.add(event.case)
        _note_calendar(connection, event)
        days.note(connection, event)
        number_book.book(connection, event)
        _note_uploads(connection, event)
    fold_cases(connection, device, touched)


def note_foreign(
    connection: Connection, device: str, foreign: Iterable[tuple[int, Event]]
) -> dict[CaseId, list[Event]]:
    """Give others' events their places; the cases that they touch, each with its events in feed order."""
    touched: dict[CaseId, list[Event]] = {}
    places = []
    for n, event in foreign:
        if event.case is None:
            _without_case(connection, device, n, event)
        elif event.case.n > MOST_CASES:
            _put_trouble(connection, event)
        else:
            places.append(_event_row(event, event.case, n))
            touched.setdefault(event.case, []).append(event)
    rows.put(connection, schema.case_events, places)
    return touched


def fold_cases(connection: Connection, device: str, cases: Iterable[CaseId]) -> list[Dossier]:
    """Make these cases anew from their events, and note which of them has an event that waits. Those that there are.

    An unknown kind or version waits without alarm: it is taken up after an upgrade.
    """
    trouble, made = schema.troubles.c, list[Dossier]()
    its = and_(trouble.case_device == bindparam("of_device"), trouble.case_n == bindparam("of_n"))
    of_others = delete(schema.troubles).where(its, trouble.device != device)
    for case in sorted(cases):
        folded, waiting, why = dossiers.folded(case_history(connection, case), device)
        if folded is not None:
            made.append(folded)
        connection.execute(of_others, {"of_device": case.device, "of_n": case.n})
        if waiting is not None and not isinstance(why, UnknownKind):
            log.warning("event %s/%d waits: %s", waiting.id.device, waiting.id.seq, why)
            _put_trouble(connection, waiting)
    save_dossiers(connection, made)
    return made


def case_history(
    connection: Connection, case: CaseId, seen: int | None = None, until: EventId | None = None
) -> Iterator[Event]:
    """The events of a case in the order that holds; or that held when the feed had come as far as seen, until an own
    event was written."""
    found = connection.execute(_HISTORY, {"of_device": case.device, "of_n": case.n}).all()
    if seen is not None and until is not None:
        found = [row for row in found if _was_known(row, seen, until)]
    events = (event_of(row.device, row.seq, row.public, row.private) for row in sorted(found, key=_by_place(seen)))
    yield from each_once(events)


def _of_case() -> Select[Any]:
    """The events of one case, whoever wrote them."""
    places, foreign = schema.case_events.c, schema.foreign_events.c
    own, sealed = journal_tables.journal.name, journal_tables.journal_private.name
    public, private = schema.metadata.tables[own], schema.metadata.tables[sealed]
    return (
        select(
            places.device,
            places.seq,
            places.feed_n,
            func.coalesce(foreign.public, public.c.public).label("public"),
            func.coalesce(foreign.private, private.c.private).label("private"),
        )
        .join_from(
            schema.case_events, public, (public.c.device == places.device) & (public.c.seq == places.seq), isouter=True
        )
        .join(private, (private.c.device == places.device) & (private.c.seq == places.seq), isouter=True)
        .join(
            schema.foreign_events, (foreign.device == places.device) & (foreign.seq == places.seq), isouter=True
        )
        .where(places.case_device == bindparam("of_device"), places.case_n == bindparam("of_n"))
    )


_HISTORY = _of_case()


def _was_known(row: Any, seen: int, until: EventId) -> bool:
    if row.device == until.device:
        return bool(row.seq <= until.seq)
    return row.feed_n is not None and bool(row.feed_n <= seen)


def _by_place(seen: int | None) -> Callable[[Any], tuple[bool, int, str, int]]:
    """Feed order, then own events that were not yet in the feed."""

    def place(row: Any) -> tuple[bool, int, str, int]:
        on_the_way = row.feed_n is None or (seen is not None and row.feed_n > seen)
        return on_the_way, 0 if on_the_way else row.feed_n, row.device, row.seq

    return place


def load_case(connection: Connection, case: CaseId) -> Case | None:
    """The case as projected."""
    table = schema.cases.c
    body = connection.scalar(
        select(table.body).where(table.case_device == case.device, table.case_n == case.n)
    )
    return None if body is None else from_bytes(body)


def load_entrustment(connection: Connection, case: CaseId) -> Entrustment | None:
    """The entrustment as projected."""
    table = schema.entrustments.c
    body = connection.scalar(select(table.body).where(table.case_device == case.device, table.case_n == case.n))
    return None if body is None else entrustment_from_bytes(body)


def load_dossier(connection: Connection, case: CaseId) -> Dossier | None:
    """The case or the entrustment of this number."""
    return load_case(connection, case) or load_entrustment(connection, case)


def load_dossiers(connection: Connection, cases: Iterable[CaseId]) -> dict[CaseId, Dossier]:
    """The cases and entrustments of these numbers, as far as they are here."""
    wanted, found = list(cases), {}
    for table, opened in ((schema.cases.c, from_bytes), (schema.entrustments.c, entrustment_from_bytes)):
        query = select(table.case_device, table.case_n, table.body)
        for row in rows.of_cases(connection, query, table, wanted):
            found[CaseId(row.case_device, row.case_n)] = opened(row.body)
    return found


def save_dossiers(connection: Connection, dossiers: Sequence[Dossier]) -> None:
    """Write their rows and search words, a case's clocks counted by the newest calendar. An erased one has no files
    any more. The clocks of an entrustment are counted when it is read: nothing is selected by them."""
    calendar = calendars.newest(connection)
    entrusted = [made for made in dossiers if isinstance(made, Entrustment)]
    cases = [made.counted_by(calendar) for made in dossiers if isinstance(made, Case)]
    rows.put(connection, schema.entrustments, [_entrustment_row(made) for made in entrusted])
    rows.put(connection, schema.search, [search_row(made) for made in entrusted])
    search_keys.put(connection, [(search_row(case), case.received_at_ms) for case in cases])
    rows.put(connection, schema.cases, [case_row(case) for case in cases])
    for erased in (made.id for made in dossiers if made.erased):
        files = schema.case_files.c
        of_case = and_(files.case_device == erased.device, files.case_n == erased.n)
        connection.execute(delete(schema.case_files).where(of_case))


def recount_some(connection: Connection, limit: int) -> bool:
    """Count some of the cases again that a calendar may have moved; whether there may be more."""
    calendar, moved = calendars.newest(connection), []
    for body in calendars.cases_to_recount(connection, limit):
        before = from_bytes(body)
        case = before.counted_by(calendar)
        if case is not before:
            row = case_row(case)
            changes = {f"new_{name}": row[name] for name in _RECOUNTED}
            moved.append({"device": case.id.device, "n": case.id.n, **changes})
    if moved:
        table = schema.cases.c
        its_row = and_(table.case_device == bindparam("device"), table.case_n == bindparam("n"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _RECOUNTED}
        connection.execute(update(schema.cases).where(its_row).values(values), moved)
    return calendars.any_to_recount(connection)


def nearest_day(case: Case) -> str:
    """The day on which the first running clock of the case ends, NO_DUTY if none runs."""
    return min((clock.due.isoformat() for clock in case.clocks if clock.runs), default=NO_DUTY)


def case_row(case: Case) -> dict[str, Any]:
    """The columns of a case that lists sort and select by, and its body."""
    return {
        "case_device": case.id.device,
        "case_n": case.id.n,
        "case_no": case.case_no,
        "state": case.state.value,
        "open": case.is_open,
        "item": case.item.code,
        "opened_by": case.opened_by,
        "received_on": local_date(case.received_at_ms).isoformat(),
        "received_ms": case.received_at_ms,
        "changed_ms": case.changed_at_ms,
        "due": nearest_day(case),
        "unprinted": len(case.unprinted),
        "asked": case.asked is not None,
        "reach": max((clock.due.isoformat() for clock in case.clocks), default=""),
        "moved": sum(clock.told is not None for clock in case.clocks),
        "alarms": sum(clock.told_too_late for clock in case.clocks),
        "body": to_bytes(case),
        "complaints": sum(rating.waits for rating in case.ratings),
        "holder": case.holder,
        "voucher": case.payment.voucher if case.payment else "",
    }


def _entrustment_row(entrustment: Entrustment) -> dict[str, Any]:
    return {
        "case_device": entrustment.id.device,
        "case_n": entrustment.id.n,
        "open": entrustment.is_open,
        "changed_ms": entrustment.changed_at_ms,
        "unprinted": len(entrustment.unprinted),
        "body": to_bytes(entrustment),
    }


def rebuild(connection: Connection, device: str) -> None:
    """Make every projection again from journal and feed, as far as it was taken up. How far uploads got and the drafts
    stay."""
    for table in schema.PROJECTIONS:
        connection.execute(delete(table))
    trouble = schema.troubles.c
    connection.execute(delete(schema.troubles).where(trouble.device != device, trouble.code.not_in(FOUND_HERE)))
    feed_places = _feed_places(connection)
    touched: set[CaseId] = set()
    for event in own_devices.events(connection, device):
        if event.case is not None:
            _note_event(connection, event, feed_places.get((event.id.device, event.id.seq)))
            _note_files(connection, event, event.case)
            touched.add(event.case)
        _note_calendar(connection, event)
        days.note(connection, event)
        if event.id.device == device:
            number_book.note(connection, event)
    touched |= note_foreign(connection, device, _foreign(connection, feed_places)).keys()
    fold_cases(connection, device, touched)
    calendars.forget_cases(connection)
    number_book.settle_all(connection)


def _foreign(connection: Connection, places: Mapping[tuple[str, int], int]) -> list[tuple[int, Event]]:
    """What the feed brought of others, in its order; what cannot be read waits."""
    foreign = schema.foreign_events.c
    found = []
    for row in connection.execute(select(foreign.device, foreign.seq, foreign.public, foreign.private)):
        n = places.get((row.device, row.seq))
        event = None if n is None else readable(connection, row.device, row.seq, row.public, row.private)
        if n is not None and event is not None:
            found.append((n, event))
    return sorted(found, key=itemgetter(0))


def readable(connection: Connection, device: str, seq: int, public: bytes, private: bytes | None) -> Event | None:
    """The event of others of these bytes; None if this program cannot read it, which is noted."""
    try:
        return event_of(device, seq, public, private)
    except EventNotReadable:
        rows.put(connection, schema.troubles, [{"device": device, "seq": seq, "code": WAITS, "since_ms": 0}])
        return None


def rows_to_compare(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection's rows in a fixed order, for comparing a store with its rebuild."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in schema.PROJECTIONS
    }


def taken_up(connection: Connection) -> int:
    """The feed number up to which the projections know it; what was stored behind it is still to be taken up.

    A store that was never told has taken up all that is there.
    """
    value = connection.scalar(select(schema.state.c.value).where(schema.state.c.name == TAKEN_UP))
    return newest_fed(connection) if value is None else int(msgspec.msgpack.decode(value))


def newest_fed(connection: Connection) -> int:
    """The number of the newest feed event that is stored, 0 if there is none."""
    return connection.scalar(select(func.max(schema.feed.c.n))) or 0


def _feed_places(connection: Connection) -> dict[tuple[str, int], int]:
    feed = schema.feed.c
    rows = connection.execute(select(feed.n, feed.device, feed.seq).where(feed.n <= taken_up(connection)))
    return {(row.device, row.seq): row.n for row in rows}


def _note_event(connection: Connection, event: Event, feed_n: int | None) -> None:
    assert event.case is not None
    rows.put(connection, schema.case_events, [_event_row(event, event.case, feed_n)])


def _event_row(event: Event, case: CaseId, feed_n: int | None) -> dict[str, Any]:
    place = {"device": event.id.device, "seq": event.id.seq, "feed_n": feed_n}
    return {**place, "case_device": case.device, "case_n": case.n}


def _put_trouble(connection: Connection, event: Event, code: str = WAITS) -> None:
    """Say which event of others waits, since it was written, and why."""
    case = event.case if event.case is not None and event.case.n <= MOST_CASES else None
    row = {
        "device": event.id.device,
        "seq": event.id.seq,
        "code": code,
        "case_device": case.device if case else None,
        "case_n": case.n if case else None,
        "since_ms": event.at_ms if abs(event.at_ms) < _FAR_MS else 0,
    }
    rows.put(connection, schema.troubles, [row])


def _note_calendar(connection: Connection, event: Event) -> None:
    """A calendar that was added here, from a file of the hall."""
    if event.kind == calendars.BY_FILE:
        calendars.note(connection, event, None)


def _without_case(connection: Connection, device: str, n: int, event: Event) -> None:
    """Feed events of the hall about the station itself; kinds that this program does not know wait for an upgrade."""
    note = _OF_THE_HALL.get(event.kind) if event.id.device == HALL else None
    if note is None:
        return
    try:
        why = note(connection, device, n, event)
    except InvalidInput:
        why = WAITS
    if why:
        _put_trouble(connection, event, why)


def _take_calendar(connection: Connection, _device: str, n: int, event: Event) -> str:
    calendars.note(connection, event, n)
    return ""


def _take_items(connection: Connection, _device: str, n: int, event: Event) -> str:
    return items.note(connection, event, n)


def _take_templates(connection: Connection, _device: str, _n: int, event: Event) -> str:
    notice_templates.note(connection, event)
    return ""


def _take_keys(connection: Connection, _device: str, _n: int, event: Event) -> str:
    key_book.note(connection, event)
    return ""


def _take_roots(connection: Connection, _device: str, _n: int, event: Event) -> str:
    seal_roots.note(connection, event)
    return ""


def _take_profile(connection: Connection, _device: str, _n: int, event: Event) -> str:
    told_profile.note(connection, event)
    return ""


def _take_block(connection: Connection, device: str, _n: int, event: Event) -> str:
    block = block_of(event) if text_of(event.data, "to") == device else None
    if block is not None:
        number_book.lease(connection, block)
    return ""


def _take_settlement(connection: Connection, _device: str, _n: int, event: Event) -> str:
    _settle_trouble(connection, event)
    return ""


def _take_days_code(connection: Connection, _device: str, _n: int, event: Event) -> str:
    days.note_answer(connection, event)
    return ""


_OF_THE_HALL: dict[str, Callable[[Connection, str, int, Event], str]] = {
    calendars.BY_FEED: _take_calendar,
    items.KIND: _take_items,
    notice_templates.KIND: _take_templates,
    device_keys.KIND: _take_keys,
    ROOTS_RELEASED: _take_roots,
    station.TOLD: _take_profile,
    "block_leased": _take_block,
    EXCEPTION_SETTLED: _take_settlement,
    days.CHECKED: _take_days_code,
}
"""What is made of each; gives why it cannot be used here, "" if it can. InvalidInput: it waits."""


def _settle_trouble(connection: Connection, event: Event) -> None:
    """What this machine had found itself and somebody at the hall has settled."""
    code, troubles = _SETTLED_THERE.get(text_of(event.data, "kind")), schema.troubles.c
    if code is not None:
        place = troubles.device == text_of(event.data, "device")
        if code == "hall_went_back":
            place &= troubles.seq == number_of(event.data, "seq")
        connection.execute(delete(schema.troubles).where(place, troubles.code == code))


def _note_uploads(connection: Connection, event: Event) -> None:
    """The scans that an own event names are sent once, however many cases name them."""
    if event.case is None:
        return
    _note_files(connection, event, event.case)
    for file in files_of(event):
        row = {
            "sha256": file["sha256"],
            "size": number_of(file, "size"),
            "media_type": text_of(file, "type"),
            "case_device": event.case.device,
            "case_n": event.case.n,
            "seq": event.id.seq,
            "sent": 0,
        }
        connection.execute(upsert(schema.uploads).values(row).on_conflict_do_nothing())


def _note_files(connection: Connection, event: Event, case: CaseId) -> None:
    for file in files_of(event):
        row = {"sha256": file["sha256"], "case_device": case.device, "case_n": case.n}
        connection.execute(upsert(schema.case_files).values(row).on_conflict_do_nothing())


def files_of(event: Event) -> list[Mapping[str, object]]:
    """The scans that an event names."""
    return [file for material in rows_of(event.data, "materials") for file in rows_of(material, "files")]


def search_row(case: Dossier) -> dict[str, Any]:
    """What a case or an entrustment is found by. A number that only its papers bear is looked up like initials."""
    printed_as = "" if isinstance(case, Entrustment) else case.printed_as
    return {
        "case_device": case.id.device,
        "case_n": case.id.n,
        "name": case.applicant.name,
        "initials": f"{initials_of(case.applicant.name)} {printed_as.lower()}".rstrip(),
        "id_number": case.applicant.id_number,
        "phone": case.applicant.phone,
        "local_no": str(case.id),
        "case_no": "" if isinstance(case, Entrustment) else case.case_no,
        "query_code": case.query_code,
        "papers": "" if isinstance(case, Entrustment) else "\n".join(_numbers_of_papers(case)),
    }


def _numbers_of_papers(case: Case) -> list[str]:
    """The numbers under which papers of the case went out, each once, whether they still hold or not."""
    issued = (number for paper in case.notices for number in (paper.number, paper.final_number))
    return sorted({number for number in (*issued, case.decision_no) if number})


def search_key_rows(case: Case) -> list[dict[str, Any]]:
    """The rows under which a case's words and numbers are looked up."""
    return search_keys.rows_of(search_row(case), case.received_at_ms)


