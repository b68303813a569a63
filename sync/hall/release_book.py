"""What the hall releases to all stations at once: calendars, templates of papers, roots of seals, pieces of items.

Each release is an event without a case. The facts name the event's place in the hall's journal, which is its only copy;
it stands in the feed of every station.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL
from sync import journal
from sync.canonical import event_of
from sync.hall import feeds
from sync.hall.batch import Batch, Placed, placed
from sync.hall.places import station_codes
from sync.hall.tables import feed, hall_facts

if TYPE_CHECKING:
    from sync.hall.home import Hall


@dataclass(frozen=True, slots=True)
class ReleaseBook:
    """Releases of one kind of event. fact and a release's count name its seq in the hall's journal."""

    fact: str
    kind: str

    def events(self, conn: Connection) -> list[Event]:
        """The events of all releases, in their order."""
        rows = [row for seq in self._places(conn) for row in journal.rows(conn, HALL, seq - 1, seq)]
        return [event_of(HALL, row.seq, row.public, row.private) for row in rows]

    def write(self, conn: Connection, hall: Hall, n: int, by: str, data: Mapping[str, object]) -> None:
        """Write release n of that person, for all stations, whose feeds must be locked."""
        batch = Batch(hall.records.on(conn))
        _, place = batch.append(NewEvent(self.kind, None, 0, by, data), hall.clock())
        self.enter(conn, batch, n, place)
        batch.write()

    def enter(self, conn: Connection, batch: Batch, n: int, place: Placed) -> None:
        """Release n is at that place of the hall's journal, and goes to all stations, whose feeds must be locked."""
        conn.execute(insert(hall_facts).values(name=f"{self.fact}{n}", value=str(place.seq)))
        tell_all(conn, batch, place)

    def bring_up(self, conn: Connection, batch: Batch, station: str) -> None:
        """Put into the feed of a station, which must be locked, what was released before there was one."""
        bring_up(conn, batch, station, self._places(conn))

    def is_registered(self, conn: Connection, seq: int) -> bool:
        """Whether the release at this place of the hall's journal is among those that count."""
        return seq in self._places(conn)

    def not_releases(self, conn: Connection) -> Iterator[int]:
        """Places that the facts name and at which the hall's journal has no release."""
        return not_of_kind(conn, self.kind, self._places(conn))

    def _places(self, conn: Connection) -> list[int]:
        rows = conn.execute(select(hall_facts).where(hall_facts.c.name.startswith(self.fact, autoescape=True)))
        found = {int(row.name.removeprefix(self.fact)): int(row.value) for row in rows}
        return [found[n] for n in sorted(found)]


def lock_all(conn: Connection) -> list[str]:
    """Lock the feeds of all stations; their codes."""
    codes = station_codes(conn)
    feeds.lock(conn, codes)
    return codes


def tell_all(conn: Connection, batch: Batch, place: Placed) -> None:
    """Put an event into the feeds of all stations, which must be locked."""
    for code in station_codes(conn):
        batch.enter(code, place)


def bring_up(conn: Connection, batch: Batch, station: str, seqs: Sequence[int]) -> None:
    """Put into the feed of a station, which must be locked, what it has not of these places of the hall's journal."""
    f = feed.c
    entered = set(conn.scalars(select(f.seq).where(f.station == station, f.device == HALL, f.seq.in_(seqs))))
    for seq in seqs:
        if seq not in entered:
            batch.enter(station, placed(batch.tx, HALL, seq))


def not_of_kind(conn: Connection, kind: str, seqs: Sequence[int]) -> Iterator[int]:
    """Those of these places at which the hall's journal has no event of the kind."""
    for seq in seqs:
        row = next(journal.rows(conn, HALL, seq - 1, seq), None)
        if row is None or event_of(HALL, seq, row.public, row.private).kind != kind:
            yield seq
