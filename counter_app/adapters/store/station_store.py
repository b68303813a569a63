"""The station's store: transactions over the encrypted database (`services.ports.Store`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Engine

from counter_app.adapters.store import calendars, dossier_rows, erasure, projections
from counter_app.adapters.store import engine as database
from counter_app.adapters.store.reading import ReadTransaction
from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain.errors import CounterError
from counter_app.services.ports import SystemClock
from resources.calendars import national_calendar

_CASES_AT_ONCE = 20  # counted again in one transaction, about 20 ms: others must be able to write in between
_PROJECTION_VERSION = "projection_version"


class StationStore:
    """`services.ports.Store` over an engine."""

    def __init__(self, engine: Engine, clock: SystemClock) -> None:
        self.engine = engine
        self._clock = clock

    @contextmanager
    def read(self) -> Iterator[ReadTransaction]:
        """One consistent look."""
        with database.reading(self.engine) as connection:
            yield ReadTransaction(connection, self._clock)

    @contextmanager
    def write(self) -> Iterator[WriteTransaction]:
        """One durable transaction."""
        with database.writing(self.engine) as connection:
            yield WriteTransaction(connection, self._clock)

    def clear_log(self) -> bool:
        """Take the write-ahead log into the store and cut it to nothing; whether others let go of it.

        The last to close the store does it in any case.
        """
        with database.translated_faults(self.engine), closing(self.engine.raw_connection()) as connection:
            [(is_busy, _, _)] = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not is_busy

    def make_anew(self) -> None:
        """Write the whole file again, which leaves no trace of what was erased. It needs twice its size of free disk.

        CounterError `disk_full`, `store_busy`: nothing is lost, the traces are still there.
        """
        with self.read() as reading:
            mark = erasure.residue(reading.connection)
        with database.translated_faults(self.engine), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA temp_store = FILE")  # encrypted as the store is; else it would all stand in memory
            try:
                cursor.execute("VACUUM")
            finally:
                cursor.execute("PRAGMA temp_store = DEFAULT")
        if not self.clear_log():
            raise CounterError("store_busy")
        if mark is not None:
            with self.write() as writing:
                erasure.residue_gone(writing.connection, mark)

    def renew_projections(self) -> None:
        """Make them again where another version of the program did: it may have left waiting what this one knows.

        Killed in the middle, the old ones are still there and the next start begins again.
        """
        version = [projections.VERSION, national_calendar().version]
        with self.read() as reading:
            if reading.state.get(_PROJECTION_VERSION) == version:
                return
        with self.write() as writing:
            projections.rebuild(writing.connection, writing.device())
            writing.state.put(_PROJECTION_VERSION, version)

    def recount(self) -> None:
        """Count the cases again that a calendar which came may have moved, a few in each transaction.

        Killed in the middle, the next start goes on; a case that is touched meanwhile is counted anew with that.
        """
        with self.read() as reading:
            left = calendars.any_to_recount(reading.connection)
        while left:
            with self.write() as writing:
                left = dossier_rows.recount_some(writing.connection, _CASES_AT_ONCE)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
