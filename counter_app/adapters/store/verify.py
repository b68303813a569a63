"""Check the whole store: chain, feed, integrity of every page, projections against a rebuild, sealed files."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DatabaseError

from counter_app.adapters.store import own_devices, projections, schema
from counter_app.adapters.store.case_bytes import entrustment_from_bytes, from_bytes
from counter_app.adapters.store.station_store import StationStore
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.services.checks import Verification
from counter_app.services.ports import FileVault
from sync import journal, journal_verify


class _Undone(Exception):
    """Ends the trial rebuild without keeping it."""


class StoreVerifier:
    """`services.checks.Verifier` over the encrypted store."""

    def __init__(self, store: StationStore, vault: FileVault) -> None:
        self._store = store
        self._vault = vault

    def verify(self) -> Verification:
        """Everything is read once. Problems name device and seq, table, or hash; nothing personal."""
        try:
            self._store.clear_log()  # a power cut may have torn pages that the log still has whole: not damage
            with self._store.read() as reading:
                device = reading.device()
                seq, head = _newest_head(reading.connection, device)
                problems = [
                    *_pages(reading.connection),
                    *(str(problem) for problem in journal_verify.verify(reading.connection, device)),
                    *(str(problem) for former in sorted(reading.former_devices())
                      for problem in journal_verify.verify(reading.connection, former)),
                ]
                sound = not problems
                problems += self._files(reading.connection)
                problems += _lost(reading.connection)
            if sound:  # a damaged journal says nothing about the projections
                problems += self._differences(device)
        except (CounterError, DatabaseError) as fault:
            return Verification(0, "", (f"store: {fault if isinstance(fault, CounterError) else 'unreadable'}",))
        return Verification(seq, head.hex(), tuple(problems))

    def _files(self, connection: Connection) -> Iterator[str]:
        for table in (schema.uploads, schema.papers):
            for sha256 in connection.scalars(select(table.c.sha256).distinct()):
                try:
                    self._vault.get(sha256)
                except CounterError as fault:
                    yield f"{table.name} {sha256.hex()}: {fault.code}"

    def _differences(self, device: str) -> list[str]:
        """Tables whose rows differ from what journal and feed make of them now; the store stays as it is."""
        found: list[str] = []
        try:
            with self._store.write() as writing:
                before = projections.rows_to_compare(writing.connection)
                projections.rebuild(writing.connection, device)
                after = projections.rows_to_compare(writing.connection)
                changed = [name for name in before if before[name] != after[name]]
                found = [f"projection {name}: differs from its rebuild" for name in changed]
                raise _Undone
        except _Undone:
            return found
        except CounterError as fault:
            return [f"projection: cannot be rebuilt, {fault}"]


def _newest_head(connection: Connection, device: str) -> tuple[int, bytes]:
    """Of the journal in use; of the one before it, as a backup names it, while nothing is written into that."""
    for each in (device, *(closed.device for closed in reversed(own_devices.former(connection)))):
        seq, head = journal.head(connection, each)
        if seq:
            return seq, head
    return journal.head(connection, device)


def _lost(connection: Connection) -> Iterator[str]:
    """Cases whose private part is gone although nobody erased it."""
    readers = ((schema.cases, from_bytes), (schema.entrustments, entrustment_from_bytes))
    for table, read in readers:
        for row in connection.execute(select(table.c.case_device, table.c.case_n, table.c.body)):
            if read(row.body).erased:
                case = CaseId(row.case_device, row.case_n)
                if not any(event.kind == "erased" for event in projections.case_history(connection, case)):
                    yield f"case {case}: private part gone without an erasure"


def _pages(connection: Connection) -> list[str]:
    return [f"store file: {row[0]}" for row in connection.execute(text("PRAGMA cipher_integrity_check"))]
