"""The hall's home: its keys, its store, and which store it is (`hall.json`)."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_date
from sync import journal
from sync.durable import PRIVATE, write_whole
from sync.hall.records import SqlRecordStore
from sync.hall.store import HallStore, create_store, open_store
from sync.key_vault import INDEX, is_wrapped, open_vault, secret_in, take_in, vault_of
from sync.keys import DeviceKeys, fingerprint

PASSPHRASE_VARIABLE = "HALL_PASSPHRASE"
SERVICE = "counter-hall"
STORE = "hall.db"
_KEYS = "hall-keys"
_RECORD = "hall.json"
_BOOT = secrets.token_hex(8)  # one run of the program is one boot: its monotonic times compare with each other only


def machine_clock() -> ClockReading:
    """The hall's own clock; it is the time that stations measure theirs against."""
    return ClockReading(time.time_ns() // 1_000_000, _BOOT, time.monotonic_ns() // 1_000_000, 0)


@dataclass(frozen=True)
class Hall:
    """An opened hall: what every act of it needs."""

    home: Path
    id: str
    keys: DeviceKeys
    store: HallStore
    clock: Callable[[], ClockReading] = field(default=machine_clock)

    @property
    def records(self) -> SqlRecordStore:
        """The store as the exchange sees it."""
        return SqlRecordStore(self.store, self.home)

    @property
    def now_ms(self) -> int:
        """The hall's time, ms UTC."""
        return self.clock().wall_ms

    @property
    def year(self) -> int:
        """The year in China, by which numbers are counted."""
        return local_date(self.now_ms).year

    @property
    def secrets(self) -> dict[str, bytes]:
        """What the key vault keeps of it, by name."""
        return {_KEYS: self.keys.to_bytes()}

    @property
    def fingerprint(self) -> str:
        """The end of every enrolment code of this hall."""
        return fingerprint(self.keys.sign_public)


def home_folder(option: str | None) -> Path:
    """--home, else HALL_HOME, else the platform's data folder."""
    chosen = option or os.environ.get("HALL_HOME")
    if chosen:
        return Path(os.path.expanduser(chosen)).absolute()  # an unknown ~name stays as it is, as in the shell
    from platformdirs import user_data_path

    return user_data_path("hall", appauthor=False)


def init(home: Path, *, sample: bool = False, db: str | None = None) -> Hall:
    """Make keys, store and record. Interrupted and repeated it goes on; a home that is made already: `hall_exists`."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (home / _RECORD).exists():
        raise CounterError("hall_exists")
    vault = open_vault(home, SERVICE, PASSPHRASE_VARIABLE)
    kept = vault.load(_KEYS)
    keys = DeviceKeys.make() if kept is None else DeviceKeys.from_bytes(kept)
    if kept is None:
        vault.store(_KEYS, keys.to_bytes())
    hall_id = id_of(keys)
    url = db or _default_url(home)
    store = _made(url, hall_id, keys, sample)
    _write_record(home, {"hall": hall_id, "db": db or "", "sample": sample})
    return Hall(home, hall_id, keys, store)


def open_hall(home: Path, db: str | None = None) -> Hall:
    """The hall of this home; db, if given, becomes its store from now on (made if it is empty).

    CounterError `not_initialised`, `no_key`, and those of `open_store`.
    """
    from sync.hall import upgrade

    record = _record(home)
    kept = open_vault(home, SERVICE, PASSPHRASE_VARIABLE).load(_KEYS)
    if kept is None:
        raise CounterError("not_initialised")
    hall_id, keys = record["hall"], DeviceKeys.from_bytes(kept)
    if db is not None and db != record["db"]:
        store = _made(db, hall_id, keys, record["sample"])
        _write_record(home, {**record, "db": db})
    elif record["db"]:
        store = open_store(record["db"], hall_id)
    else:
        if not (home / STORE).exists():
            raise CounterError("hall_store_missing")
        store = open_store(_default_url(home), hall_id)
    upgrade.bring_up_to_date(store)
    return Hall(home, hall_id, keys, store)


def id_of(keys: DeviceKeys) -> str:
    """The id of the hall that has these keys."""
    return f"H-{fingerprint(keys.sign_public)}"


def keys_at(home: Path) -> DeviceKeys | None:
    """The keys of this folder, if it has any. NoKey `no_key`, CounterError as `KeyVault.load`."""
    if not (home / INDEX).exists():
        return None
    kept = open_vault(home, SERVICE, PASSPHRASE_VARIABLE).load(_KEYS)
    return None if kept is None else DeviceKeys.from_bytes(kept)


def keys_in(key_file: bytes) -> DeviceKeys:
    """The keys that a backup brings. CounterError `hall_backup_key_elsewhere`, and as `key_vault.vault_of`."""
    vault = vault_of(key_file, SERVICE, PASSPHRASE_VARIABLE)
    try:
        return DeviceKeys.from_bytes(secret_in(vault, _KEYS))
    except CounterError as error:
        if is_wrapped(key_file):
            raise
        raise CounterError("hall_backup_key_elsewhere") from error


def check_takes(home: Path, hall_id: str) -> None:
    """Whether a store in one file of that hall may stand here: CounterError `hall_backup_elsewhere` (PostgreSQL),
    `hall_store_of_other`."""
    if not is_initialised(home):
        return
    record = _record(home)
    if record["db"]:
        raise CounterError("hall_backup_elsewhere")
    if record["hall"] != hall_id:
        raise CounterError("hall_store_of_other", found=hall_id)


def settle(home: Path, keys: DeviceKeys, key_file: bytes, sample: bool) -> None:
    """Make the folder the home of the hall whose store stands there; key_file: what brought the keys, b"" if they are
    the folder's own."""
    if key_file:
        take_in(home, SERVICE, key_file, {_KEYS: keys.to_bytes()})
    if not is_initialised(home):
        _write_record(home, {"hall": id_of(keys), "db": "", "sample": sample})


def is_initialised(home: Path) -> bool:
    """Whether `init` ever ended here."""
    return (home / _RECORD).exists()


def _made(url: str, hall_id: str, keys: DeviceKeys, sample: bool) -> HallStore:
    """The store with the hall's own journal, and the sample county if wanted."""
    from sync.hall import sample_county

    def fill(conn: Connection) -> None:
        journal.open_journal(conn, HALL, hall_id, keys.sign_public, secrets.token_bytes(32))
        if sample:
            sample_county.fill_in(conn)

    return create_store(url, hall_id, {"county": sample_county.county_name()} if sample else {}, fill)


def _default_url(home: Path) -> str:
    return f"sqlite:///{home / STORE}"


def _record(home: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((home / _RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CounterError("not_initialised") from None
    return record


def _write_record(home: Path, record: dict[str, object]) -> None:
    """The record may hold a database password: nobody else reads it."""
    write_whole(home / _RECORD, json.dumps(record, ensure_ascii=False, indent=1).encode(), PRIVATE)
