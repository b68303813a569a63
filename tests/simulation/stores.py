"""The county of dicts: a hall with its workers and its stations, as they stand after enrolment."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from counter_app.domain.events import ClockReading
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import local_date
from sync import chain
from sync.envelope import PLAIN
from sync.feed import start_hash
from sync.hall.feeds import FeedPlace
from sync.hall.places import Device
from sync.hall.ports import RecordStore
from sync.journal_rules import State
from sync.keys import DeviceKeys
from sync.ports import Identity
from tests.simulation.cheap_keys import CheapKeys
from tests.simulation.disk import Disk
from tests.simulation.files import PART, Files, Meter, Vault
from tests.simulation.hall_dicts import DictRecordStore
from tests.simulation.machines import Machine, Program
from tests.simulation.station_dicts import DictStation

HALL_ID = "H-SIMULATED"
STATIONS = {"QX01-01": "QX01", "QX01-02": "QX01", "QX02-01": "QX02", "QX03-01": "QX03"}  # device: its station


@dataclass(frozen=True)
class SimulatedHall:
    """`ports.ExchangeHall`: one worker."""

    id: str
    keys: DeviceKeys
    clock: Callable[[], ClockReading]
    records: RecordStore

    @property
    def now_ms(self) -> int:
        return self.clock().wall_ms

    @property
    def year(self) -> int:
        return local_date(self.now_ms).year


@dataclass
class DictCounty:
    """The stores of all machines, and how each comes back after its end."""

    rng: random.Random
    clock: Callable[[], ClockReading]
    hall_disk: Disk = field(default_factory=Disk)
    station_disks: dict[str, Disk] = field(default_factory=dict)
    hall_files: Files = field(default_factory=Files)
    station_files: dict[str, Files] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    synced: dict[str, bool] = field(default_factory=dict)  # machine: whether its commits reach the disk
    hall_id = HALL_ID
    codec: ClassVar[int | None] = PLAIN  # packing takes longer than all the rest of a run
    backs_up = True
    interleaves = True  # another program may come between while a transaction is open

    def __post_init__(self) -> None:
        self.devices = dict(STATIONS)
        self._keys = {name: CheapKeys(_key(name)) for name in (*STATIONS, HALL)}
        with self.reading().write() as tx:
            for station in set(STATIONS.values()):
                tx.tx.put("feed head", station, FeedPlace(0, start_hash(HALL_ID, station)))
            for device in (*STATIONS, HALL):
                h0 = self.h0(device)
                tx.tx.put("h0", device, h0)
                tx.tx.put("head", device, State(0, h0, _key(f"{device} k1")))
            for device, station in STATIONS.items():
                public = self._keys[device].sign_public
                tx.tx.put("device", device, Device(device, station, public, b"", 0, 0, False))  # type: ignore[arg-type]
        for device in STATIONS:
            self.station_disks[device] = Disk()
            self.station_files[device] = Files()
            self.station(device, lambda _: None).open(self.h0(device), _key(f"{device} k1"))

    def h0(self, device: str) -> bytes:
        return chain.genesis(HALL_ID, device, _key(device))

    def lose_power(self, name: str) -> None:
        (self.hall_disk if name == HALL else self.station_disks[name]).lose_power(self.rng)
        (self.hall_files if name == HALL else self.station_files[name]).lose_power(self.rng)

    def hall(self, program: Program) -> SimulatedHall:
        records = DictRecordStore(
            self.hall_disk, HALL_ID, program.step, self.hall_files, self.meter, self.synced.get(HALL, True)
        )
        return SimulatedHall(HALL_ID, self._keys[HALL], self.clock, records)  # type: ignore[arg-type]

    def station(self, device: str, step: Callable[[str], None]) -> DictStation:
        me = Identity(device, STATIONS[device], HALL_ID, self._keys[HALL], self._keys[device])  # type: ignore[arg-type]
        disk = self.station_disks[device]
        vault = Vault(self.station_files[device], step)
        return DictStation(disk, me, step, self.clock, vault, synced=self.synced.get(device, True))

    def reading(self) -> DictRecordStore:
        """The hall's records for the checks: nobody comes between."""
        return DictRecordStore(self.hall_disk, HALL_ID, lambda _: None, self.hall_files, self.meter)

    def hall_cases(self) -> list[CaseId]:
        return list(self.hall_disk.tables["case"])

    def durable_head(self, device: str) -> int:
        """How far the hall has the device's events, even if its power goes now."""
        return self.hall_disk.durable("head", device).seq  # type: ignore[no-any-return]

    def durable_file(self, sha256: bytes) -> int:
        """How many bytes of the file the hall has, even if its power goes now: all or the part."""
        whole = self.hall_files.durable(sha256.hex())
        part = self.hall_files.durable(sha256.hex() + PART)
        return len(whole if whole is not None else part or b"")

    def hall_file(self, sha256: bytes) -> bytes | None:
        """The file as the hall has it whole; None if it has not."""
        return self.hall_files.seen.get(sha256.hex())

    def hall_wholes(self) -> list[bytes]:
        """All that lies at the hall as a whole file."""
        return [bytes.fromhex(name) for name in sorted(self.hall_files.seen) if not name.endswith(PART)]

    def after_answer(self) -> None:
        """The whole answer to a request has left the hall: all that it speaks of was durable long before."""

    def close(self) -> None:
        """Dicts need no closing."""

    def machine(self, name: str) -> Machine:
        return Machine(name, lambda: self.lose_power(name))


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
