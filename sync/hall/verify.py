"""`hall verify`: whether journals, projections, feeds, registers and files still are what they were.

Nothing is repaired. A problem names the device and seq of the event, or the
case or feed number, at which the first doubt lies.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from counter_app.domain.identifiers import HALL
from sync import feed as feed_chain
from sync import journal, journal_verify
from sync.hall import (
    attachments,
    calendars,
    cases,
    feeds,
    items,
    notice_templates,
    places,
    seal_roots,
    verify_cases,
    verify_values,
)
from sync.hall.home import Hall
from sync.hall.report import NOT_READABLE, UNREADABLE, DeviceHead, Problem, Report, looked_through
from sync.hall.tables import devices, journal_ratchet
from sync.hall.tables import journal as journal_table


def verify(hall: Hall) -> Report:
    """Look at everything, in one consistent view."""
    with hall.store.read() as conn:
        problems = looked_through(verify_values.problems(conn), Problem("file_damaged"))
        heads: list[DeviceHead] = []
        for device, station in _journals(conn):
            problems += looked_through(_journal(conn, device, station), Problem(UNREADABLE, device))
            problems += looked_through(verify_cases.of_device(conn, device), Problem(UNREADABLE, device))
            heads += _head(conn, device, station)
        for place in places.stations_listed(conn):
            problems += looked_through(_feed(conn, place.code), Problem(UNREADABLE, station=place.code))
        strays = (Problem("calendar_not_released", HALL, seq) for seq in calendars.BOOK.not_releases(conn))
        problems += looked_through(strays, Problem(f"calendars_{UNREADABLE}"))
        strays = (Problem("items_not_released", HALL, seq) for seq in items.not_pieces(conn))
        problems += looked_through(strays, Problem(f"items_{UNREADABLE}"))
        strays = (Problem("notices_not_released", HALL, seq) for seq in notice_templates.BOOK.not_releases(conn))
        problems += looked_through(strays, Problem(f"notices_{UNREADABLE}"))
        strays = (Problem("seal_roots_not_released", HALL, seq) for seq in seal_roots.BOOK.not_releases(conn))
        problems += looked_through(strays, Problem(f"seal_roots_{UNREADABLE}"))
        problems += looked_through(verify_cases.of_all_cases(conn), Problem(f"cases_{UNREADABLE}"))
        problems += looked_through(_files(hall, conn), Problem(f"attachments_{UNREADABLE}"))
        return Report(heads, cases.count(conn), problems)


def _journals(conn: Connection) -> list[tuple[str, str | None]]:
    """Every device that has events or should have, with its station; None: nobody knows it. The hall's own last."""
    known: dict[str, str | None] = {
        row.device: row.station for row in conn.execute(select(devices.c.device, devices.c.station))
    }
    for table in (journal_ratchet, journal_table):
        for device in conn.scalars(select(table.c.device).distinct()):
            known.setdefault(device, None)
    known.pop(HALL, None)
    return [*sorted(known.items()), (HALL, "")]


def _head(conn: Connection, device: str, station: str | None) -> list[DeviceHead]:
    """The end of a journal; none where it cannot be read, which is among the problems."""
    try:
        return [DeviceHead(device, station or "", *journal.head(conn, device))]
    except NOT_READABLE:
        return []


def _journal(conn: Connection, device: str, station: str | None) -> Iterator[Problem]:
    if station is None:
        yield Problem("device_unknown", device)
    for problem in journal_verify.verify(conn, device):
        yield Problem(problem.what, device, problem.seq, last=problem.last or 0)


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


def _files(hall: Hall, conn: Connection) -> Iterator[Problem]:
    for sha256 in attachments.damaged(hall.home, conn):
        yield Problem(f"attachment_damaged:{sha256.hex()}")
