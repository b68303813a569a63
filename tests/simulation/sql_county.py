"""The same county on the real stores: SQLCipher at the stations, SQLite or PostgreSQL at the hall, real signatures.

A transaction of these waits for another, so nobody comes between while one is open; programs die in the
middle of it all the same. What a power loss takes is the recorder's to show (`tests/faults`).
"""

from __future__ import annotations

import atexit
import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from counter_app.adapters.file_vault import SealedFileVault
from counter_app.adapters.store import projections
from counter_app.adapters.store.engine import open_engine
from counter_app.adapters.store.exchange_ledger import ExchangeLedger
from counter_app.adapters.store.migrate import migrate
from counter_app.adapters.store.station_store import StationStore
from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain.case import Case
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.notice import Agency
from counter_app.domain.number_register import Series
from counter_app.services.stored_facts import CaseQuery
from sync import chain, journal
from sync.feed import start_hash
from sync.frames import AttachmentFrame
from sync.hall import attachments, places
from sync.hall.records import SqlRecords, SqlRecordStore
from sync.hall.store import create_store
from sync.hall.tables import cases, devices
from sync.journal_rules import Row
from sync.keys import DeviceKeys
from sync.ports import Identity
from tests.simulation.files import Meter
from tests.simulation.hall_dicts import AGENCIES, Step
from tests.simulation.machines import Machine, Program
from tests.simulation.station_dicts import Decide, event_of
from tests.simulation.stores import HALL_ID, STATIONS, SimulatedHall
from tests.support.postgres import Cluster, postgres

KEY = bytes(range(32))
_PLACE = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None  # what dies here is never the machine


@dataclass(frozen=True)
class _Clock:
    reading: Callable[[], ClockReading]

    def read(self) -> ClockReading:
        return self.reading()


class SteppedStore(StationStore):
    """The station's store; its program may die before a commit and after it."""

    step: Step = staticmethod(lambda _: None)

    @contextmanager
    def write(self) -> Iterator[WriteTransaction]:
        with super().write() as writing:
            yield writing
            self.step("commit")
        self.step("committed")


@dataclass
class SqlCounter:
    """What a clerk's act sees: as `station_dicts.Counter`."""

    writing: WriteTransaction

    def case(self, case_id: CaseId) -> Case | None:
        return self.writing.case(case_id)

    def next_case(self) -> CaseId:
        return self.writing.next_case()

    def next_number(self, series: Series) -> int | None:
        return self.writing.take_number(*series)


class SqlStation(ExchangeLedger):
    """The store of one device: as `station_dicts.DictStation`."""

    def __init__(self, home: Path, me: Identity, step: Step, clock: Callable[[], ClockReading]) -> None:
        self._stepped = SteppedStore(_engine(home / "store.db"), _Clock(clock))
        self._stepped.step = step
        self._device = me.device
        self.vault = SealedFileVault(home, KEY)
        super().__init__(self._stepped, self.vault, me.keys, _Clock(clock))

    def save(self, decide: Decide, *, unchecked: bool = False) -> Event:
        with self._stepped.write() as writing:
            new: NewEvent = decide(SqlCounter(writing))  # type: ignore[arg-type]
            if not unchecked:
                [event] = writing.append([new])
                return event
            [event] = journal.append(writing.connection, self._device, [new], self._clock.read())
            projections.project_returned(writing.connection, self._device, [event])
            return event

    def cases(self) -> list[Case]:
        with self._stepped.read() as reading:
            return sorted(reading.cases(CaseQuery()), key=lambda case: case.id)

    def numbers_left(self, series: Series) -> int:
        with self._stepped.read() as reading:
            return sum(b.left for b in reading.blocks() if (b.agency, b.kind, b.year) == tuple(series))

    @property
    def apart(self) -> str:
        return ""  # nobody copies a home in this county

    def written(self) -> dict[tuple[str, int, bytes], tuple[str, CaseId | None]]:
        """As `station_dicts.DictStation.written`."""
        found = {}
        for row in self.rows():
            event = event_of(self._device, row.seq, row.public, row.private)
            found[self._device, row.seq, row.h] = event.kind, event.case
        return found

    def rows(self) -> list[Row]:
        with self._stepped.read() as reading:
            return list(journal.rows(reading.connection, self._device))


class SteppedRecords:
    """A transaction of the hall whose worker may die at each lock."""

    def __init__(self, records: SqlRecords, step: Step, meter: Meter) -> None:
        self._records = records
        self._step = step
        self._meter = meter

    def store_piece(self, frame: AttachmentFrame) -> None:
        self._meter.count(frame, self._records.held([frame.sha256]))
        self._records.store_piece(frame)

    def __getattr__(self, name: str) -> Any:
        if name in ("locked_device", "lock_feeds", "case_serial", "take_turn", "journals"):
            self._step(name)
        return getattr(self._records, name)


@dataclass
class SteppedRecordStore:
    """`ports.RecordStore` of one worker."""

    records: SqlRecordStore
    step: Step
    meter: Meter

    @contextmanager
    def read(self) -> Iterator[Any]:
        with self.records.read() as records:
            yield records

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self.records.write() as records:
            yield SteppedRecords(records, self.step, self.meter)
            self.step("commit")
        self.step("committed")


class SqlCounty:
    """As `stores.DictCounty`; the hall's store at a URL that is its own."""

    interleaves = False
    backs_up = False
    codec = None

    def __init__(self, rng: random.Random, clock: Callable[[], ClockReading]) -> None:
        self.devices = dict(STATIONS)
        self.hall_id = HALL_ID
        self.meter = Meter()
        self._clock = clock
        self._keys = {name: DeviceKeys(_secret(name), _secret(f"{name} box")) for name in (*STATIONS, HALL)}
        self._folder = Path(tempfile.mkdtemp(prefix="simulated-", dir=_PLACE))
        self._store = create_store(self.url(self._folder), HALL_ID, {}, self._fill)
        self._records = SqlRecordStore(self._store, self._folder)
        for device in STATIONS:
            self._make_station(device)

    def url(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'hall.db'}"

    def h0(self, device: str) -> bytes:
        return chain.genesis(HALL_ID, device, self._keys[device].sign_public)

    def machine(self, name: str) -> Machine:
        return Machine(name, lambda: None)

    def hall(self, program: Program) -> SimulatedHall:
        records = SteppedRecordStore(self._records, program.step, self.meter)
        return SimulatedHall(HALL_ID, self._keys[HALL], self._clock, records)

    def station(self, device: str, step: Step) -> SqlStation:
        keys = self._keys
        me = Identity(device, STATIONS[device], HALL_ID, keys[HALL].sign_public, keys[device])
        return SqlStation(self._folder / device, me, step, self._clock)

    def reading(self) -> SqlRecordStore:
        return self._records

    def hall_cases(self) -> list[CaseId]:
        with self._store.read() as conn:
            return [CaseId(*row) for row in conn.execute(select(cases.c.case_device, cases.c.case_n))]

    def hall_devices(self) -> list[str]:
        return sorted(STATIONS)

    def doubled(self) -> list[EventId]:
        return []

    def durable_head(self, device: str) -> int:
        with self._store.read() as conn:
            return journal.head(conn, device)[0]

    def durable_file(self, sha256: bytes) -> int:
        place = attachments.path_of(self._folder, sha256)
        lying = place if place.exists() else place.with_suffix(".part")
        return lying.stat().st_size if lying.exists() else 0

    def hall_file(self, sha256: bytes) -> bytes | None:
        place = attachments.path_of(self._folder, sha256)
        return place.read_bytes() if place.exists() else None

    def hall_wholes(self) -> list[bytes]:
        names = (file.name for file in self._folder.glob("attachments/*/*") if not file.suffix)
        return sorted(map(bytes.fromhex, names))

    def after_answer(self) -> None:
        """All that the answer speaks of was durable long before."""

    def close(self) -> None:
        self._store.close()
        for device in STATIONS:
            _engine(self._folder / device / "store.db").dispose()
        _engine.cache_clear()
        shutil.rmtree(self._folder)

    def _fill(self, conn: Connection) -> None:
        for code in AGENCIES:
            places.save_agency(conn, Agency(code, code, code))
        for station in sorted(set(STATIONS.values())):
            places.add_station(conn, station, station, "town", "own", None)
        for device, station in STATIONS.items():
            keys = self._keys[device]
            row = {"device": device, "station": station, "last_x": 0, "applied": 0, "enrolled_ms": 0}
            public = {"sign_public": keys.sign_public, "box_public": keys.box_public}
            conn.execute(insert(devices).values(**row, **public))
        for device in (*STATIONS, HALL):
            journal.open_journal(conn, device, HALL_ID, self._keys[device].sign_public, _secret(f"{device} k1"))

    def _make_station(self, device: str) -> None:
        home = self._folder / device
        home.mkdir()
        shutil.copy(_empty_store(), home / "store.db")
        store = StationStore(_engine(home / "store.db"), _Clock(self._clock))
        with store.write() as writing:
            state: Mapping[str, object] = {
                "device": device, "station": STATIONS[device], "station_name": device, "hall": HALL_ID,
                "hall_sign_public": self._keys[HALL].sign_public, "generation": 1,
                "profile": {"level": "town", "sharing": "own", "agency_records": []},
                "feed": [0, start_hash(HALL_ID, STATIONS[device])],
            }
            for name, value in state.items():
                writing.state.put(name, value)
            k1 = _secret(f"{device} k1")
            journal.open_journal(writing.connection, device, HALL_ID, self._keys[device].sign_public, k1)


class PostgresCounty(SqlCounty):
    """The hall on PostgreSQL: a database for each seed in one server of this process."""

    def url(self, folder: Path) -> str:
        return _server().url(_server().new_database())


STORES: Mapping[str, type[SqlCounty]] = {"sqlcipher": SqlCounty, "postgresql": PostgresCounty}


@cache
def _server() -> Cluster:
    """One server for all seeds of this process, gone with it."""
    running = postgres()
    cluster = running.__enter__()
    atexit.register(running.__exit__, None, None, None)
    return cluster


@cache
def _engine(file: Path) -> Any:
    return open_engine(file, KEY)


@cache
def _empty_store() -> Path:
    """A store that is migrated and has nothing in it, made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="simulated-empty-", dir=_PLACE))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "store.db"
    engine = open_engine(file, KEY)
    migrate(engine)
    engine.dispose()
    return file


def _secret(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
