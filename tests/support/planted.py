"""Faults put into the programs on purpose: a test that cannot find them finds nothing.

A folder of `planted(...)` at the head of PYTHONPATH brings the fault into every process that starts there,
the workers of a server too.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from counter_app.domain.identifiers import EventId
from sync import feed as feed_chain
from sync.hall import batch, feeds
from sync.hall.ports import Fed
from sync.hall.records import SqlRecords


def planted(folder: Path, fault: str) -> Path:
    """A folder whose programs have the fault, a function of this module."""
    folder.mkdir()
    lines = f"from tests.support import planted\n\nplanted.{fault}()\n"
    (folder / "sitecustomize.py").write_text(lines, encoding="utf-8")
    return folder


def feed_numbers_from_a_sequence() -> None:
    """Feeds are numbered by sequences `feed_of_STATION`, which must be there, and nobody waits for anybody: a later
    number may be committed first."""

    def enter(self: batch.Batch, station: str, event: batch.Placed) -> None:
        assert isinstance(self.tx, SqlRecords)
        n = self.tx.conn.scalar(text(f"SELECT nextval('\"feed_of_{station}\"')"))
        before = self._heads.get(station) or self.tx.feed_head(station)
        made = feed_chain.next_hash(before.hash, n, event.device, event.seq, event.public, event.c)
        self._heads[station] = feeds.FeedPlace(n, made)
        self._feed.append(Fed(station, n, EventId(event.device, event.seq), made))

    def lock(conn: object, codes: object) -> None:
        pass

    batch.Batch.enter = enter  # type: ignore[method-assign]
    feeds.lock = lock  # type: ignore[assignment]
