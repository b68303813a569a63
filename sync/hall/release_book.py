"""What the hall releases to all stations at once: calendars, templates of papers, roots of seals.

Each release is an event without a case. The facts name the event's place in the hall's journal, which is its only copy;
it stands in the feed of every station.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL
from sync import journal
from sync.canonical import event_of
from sync.hall.batch import Batch, Placed, placed
from sync.hall.tables import feed, hall_facts, stations


@dataclass(frozen=True, slots=True)
class ReleaseBook:
    """Releases of one kind of event. fact and a release's count name its seq in the hall's journal."""

    fact: str
    kind: str

    def events(self, conn: Connection) -> list[Event]:
        """The events of all releases, in their order."""
        rows = [row for seq in self._places(conn) for row in journal.rows(conn, HALL, seq - 1, seq)]
        return [event_of(HALL, row.seq, row.public, row.private) for row in rows]

    def enter(self, conn: Connection, batch: Batch, n: int, place: Placed) -> None:
        """Release n is at that place of the hall's journal, and goes to all stations, whose feeds must be locked."""
        conn.execute(insert(hall_facts).values(name=f"{self.fact}{n}", value=str(place.seq)))
        for code in conn.scalars(select(stations.c.code)).all():
            batch.enter(code, place)

    def bring_up(self, conn: Connection, batch: Batch, station: str) -> None:
        """Put into the feed of a station, which must be locked, what was released before there was one."""
        f, places = feed.c, self._places(conn)
        entered = set(conn.scalars(select(f.seq).where(f.station == station, f.device == HALL, f.seq.in_(places))))
        for seq in places:
            if seq not in entered:
                batch.enter(station, placed(batch.tx, HALL, seq))

    def is_registered(self, conn: Connection, seq: int) -> bool:
        """Whether the release at this place of the hall's journal is among those that count."""
        return seq in self._places(conn)

    def not_releases(self, conn: Connection) -> Iterable[int]:
        """Places that the facts name and at which the hall's journal has no release."""
        for seq in self._places(conn):
            row = next(journal.rows(conn, HALL, seq - 1, seq), None)
            if row is None or event_of(HALL, seq, row.public, row.private).kind != self.kind:
                yield seq

    def _places(self, conn: Connection) -> list[int]:
        rows = conn.execute(select(hall_facts).where(hall_facts.c.name.startswith(self.fact, autoescape=True)))
        found = {int(row.name.removeprefix(self.fact)): int(row.value) for row in rows}
        return [found[n] for n in sorted(found)]
