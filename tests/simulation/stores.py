"""The county of dicts: a hall with its workers and its stations, as they stand after enrolment."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.moments import local_date
from sync import chain
from sync.envelope import PLAIN
from sync.feed import start_hash
from sync.hall.feeds import FeedPlace
from sync.hall.number_register import DOUBLED
from sync.hall.places import Device
from sync.hall.ports import RecordStore
from sync.hall.troubles import Kind
from sync.journal_rules import State
from sync.keys import DeviceKeys
from sync.ports import Identity
from tests.simulation import former_dicts, restored_dicts
from tests.simulation.cheap_keys import CheapKeys
from tests.simulation.disk import Disk, Transaction
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
        self._identities: dict[str, Identity] = {}
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
            self.station(device, lambda _: None).open(device, self.h0(device), _key(f"{device} k1"))

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
        disk, vault = self.station_disks[device], Vault(self.station_files[device], step)
        return DictStation(
            disk, device, self._identity, step, self.clock, vault, synced=self.synced.get(device, True)
        )

    def _identity(self, device: str) -> Identity:
        """Who has this id; its keys are as good as its name here."""
        if device not in self._identities:
            keys = CheapKeys(_key(device))
            me = Identity(device, device.split("-")[0], HALL_ID, self._keys[HALL], keys)  # type: ignore[arg-type]
            self._identities[device] = me
        return self._identities[device]

    def clone(self, home: str, name: str) -> None:
        """A copy of the home on another machine."""
        self.devices[name] = self.devices[home]
        for places, made in ((self.station_disks, Disk()), (self.station_files, Files())):
            made.restore(places[home].copy())  # type: ignore[attr-defined]
            places[name] = made  # type: ignore[index]

    def back_up(self, home: str) -> tuple[Any, Any]:
        return self.station_disks[home].copy(), self.station_files[home].copy()

    def restore(self, home: str, backup: tuple[Any, Any]) -> None:
        self.station_disks[home].restore(backup[0])
        self.station_files[home].restore(backup[1])

    def back_up_hall(self) -> tuple[Any, Any]:
        return self.hall_disk.copy(), self.hall_files.copy()

    def restore_hall(self, backup: tuple[Any, Any], *, files: bool) -> None:
        """`hall restore`: the older copy waits for `recovered`; files: the scans beside it are those of then too."""
        self.hall_disk.restore(backup[0])
        self.hall_disk.tables["fact"]["restored"] = self.clock().wall_ms
        if files:
            self.hall_files.restore(backup[1])

    def recover(self, hall: Program) -> int:
        return restored_dicts.recovered(self.hall(hall))

    def waits_for_recovery(self) -> bool:
        with self.reading().read() as tx:
            return tx.waits_for_recovery()

    def enrol_again(self, home: str, hall: Program, station: Program) -> str:
        """A new id for a home that was set apart: the same one again where its answer was lost. CounterError."""
        code = (home, len(self.station_disks[home].tables["state"].get("former", ())))
        with self.hall(hall).records.write() as records:
            tx: Transaction = records.tx  # type: ignore[attr-defined]
            if records.waits_for_recovery():
                raise CounterError("hall_busy")
            tx.lock("devices")
            device: str = tx.get("code", code) or f"{self.devices[home]}-{11 + len(list(tx.items('code')))}"
            if tx.get("code", code) is None:
                tx.insert("code", code, device)
                public = self._identity(device).keys.sign_public
                tx.insert("device", device, Device(device, self.devices[home], public, b"", 0, 0, False))
                former_dicts.open_journal(tx, device, self.h0(device), _key(f"{device} k1"))
        self.station(home, station.step).enrolled_again(device, self.h0(device), _key(f"{device} k1"))
        return device

    def reading(self) -> DictRecordStore:
        """The hall's records for the checks: nobody comes between."""
        return DictRecordStore(self.hall_disk, HALL_ID, lambda _: None, self.hall_files, self.meter)

    def hall_cases(self) -> list[CaseId]:
        return list(self.hall_disk.tables["case"])

    def hall_devices(self) -> list[str]:
        """Every id that the hall has given."""
        return sorted(self.hall_disk.tables["device"])

    def doubled(self) -> list[EventId]:
        """The events whose numbers stand on another paper too, by the hall's own word."""
        troubles = self.hall_disk.tables["trouble"].items()
        return [event for (event, kind), (_, code, _) in troubles if kind is Kind.NUMBER and code == DOUBLED]

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

    def home_files(self, home: str) -> list[bytes]:
        """All scans of a home."""
        return [bytes.fromhex(name) for name in self.station_files[home].seen if not name.endswith(PART)]

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
