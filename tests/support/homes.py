"""Enrolled homes for tests: real keys, real encrypted store, as an enrolment makes them, and a feed to bring things."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import func, select

from counter_app import bootstrap
from counter_app.adapters.store import schema
from counter_app.domain.events import ClockReading, NewEvent
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import CHINA, to_ms
from counter_app.domain.notice import Agency
from counter_app.domain.people import Person, Role
from counter_app.station import Station
from forms.catalogue import Catalogue
from sync import feed
from sync.canonical import bytes_of
from sync.chain import commitment
from sync.enrolment import Enrolment
from sync.feed_return import Seal
from sync.hall_address import HallAddress
from sync.key_vault import open_vault
from sync.keys import DeviceKeys
from sync.ports import FeedEvent
from tests.support.key_files import quick_key_files

MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=CHINA)
HALL_KEYS = DeviceKeys.make()
HALL_ID = "hall-of-tests"
AGENT = Person("何秀兰", frozenset({Role.AGENT, Role.ADMIN}))
CHIEF = Person("周敏", frozenset({Role.CHIEF}))
DEVICE = "QX03-01"


@dataclass
class SetClock:
    """A machine clock that stands still until a test moves it."""

    now: datetime = MONDAY
    boot: str = "boot-of-tests"

    def read(self) -> ClockReading:
        return ClockReading(to_ms(self.now), self.boot, to_ms(self.now), None)


@dataclass
class EnrolledHome:
    """A home with its clock; open it as often as a test needs."""

    path: Path
    clock: SetClock = field(default_factory=SetClock)
    kind: tuple[str, tuple[str, ...] | None] = ("village", None)  # level, and whom it may accept for

    def open(self) -> Station:
        return bootstrap.open_station(self.path, self.clock)

    def open_with_numbers(self, kinds: Sequence[str], last: int = 50) -> Station:
        """Opened with `lease_for_all` of these; one that nobody opened yet becomes a copy of one with them."""
        if (self.path / "logs").exists() or self.clock.now != MONDAY:
            opened = self.open()
            lease_for_all(opened, kinds, last=last)
            return opened
        _write(self.path, _files_with_numbers(os.environ[bootstrap.PASSPHRASE], *self.kind, tuple(kinds), last))
        return self.open()


def make_home(path: Path, level: str = "village", entrusted: Sequence[str] | None = None) -> EnrolledHome:
    """An enrolled home without a hall; entrusted None: every agency lets it accept. COUNTER_PASSPHRASE must be set.

    It is enrolled once a process; each test gets a copy of its own.
    """
    agencies = None if entrusted is None else tuple(entrusted)
    bootstrap.prepare_home(path)
    _write(path, _files_of_a_home(os.environ[bootstrap.PASSPHRASE], level, agencies))
    return EnrolledHome(path, kind=(level, agencies))


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (path / name).write_bytes(content)
        (path / name).chmod(0o600)


@cache
def _files_of_a_home(passphrase: str, level: str, entrusted: tuple[str, ...] | None) -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder, quick_key_files():
        enrol_without_a_hall(Path(folder), level, entrusted)
        return _read(Path(folder))


@cache
def _files_with_numbers(
    passphrase: str, level: str, entrusted: tuple[str, ...] | None, kinds: tuple[str, ...], last: int
) -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder:
        home = EnrolledHome(Path(folder))
        _write(home.path, _files_of_a_home(passphrase, level, entrusted))
        opened = home.open()
        lease_for_all(opened, kinds, last=last)
        opened.close()
        return _read(home.path)


def _read(path: Path) -> Mapping[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def enrol_without_a_hall(path: Path, level: str = "village", entrusted: Sequence[str] | None = None) -> None:
    """Make the home as an enrolment makes it, in an empty or half-made folder."""
    bootstrap.prepare_home(path)
    vault = open_vault(path, bootstrap.KEY_SERVICE, bootstrap.PASSPHRASE)
    keys = bootstrap.make_keys(vault)
    profile = {
        "level": level,
        "sharing": "own",
        "entrusted": None if entrusted is None else list(entrusted),
        "agency_records": [_agency(code) for code in sorted({item.agency for item in Catalogue.load().items()})],
        "county": "云岭县",
    }
    answer = Enrolment(
        device=DEVICE,
        station="QX03",
        station_name="石桥村便民服务站",
        hall=HALL_ID,
        hall_sign_public=HALL_KEYS.sign_public,
        hall_box_public=HALL_KEYS.box_public,
        generation=1,
        hall_time_ms=to_ms(MONDAY),
        profile=profile,
        first_ratchet_key=b"k" * 32,
    )
    bootstrap.make_store(path, vault, keys, answer, HallAddress("http://127.0.0.1:9", plain=True))


def lease(
    station: Station, agency: str, kind: str = "N02", first: int = 1, last: int = 50, year: int = 2026,
    own_until: int | None = None,
) -> None:
    """Let the feed bring a block of numbers, as the hall leases them."""
    bring(station, _block(agency, kind, first, last, year), own_until=own_until)


def lease_for_all(station: Station, kinds: Sequence[str], first: int = 1, last: int = 50) -> None:
    """A block of the year by the station's clock for each of these series of each agency."""
    agencies = sorted({item.agency for item in station.desk.catalogue.items()})
    year = station.desk.today().year
    bring(station, *(_block(agency, kind, first, last, year) for agency in agencies for kind in kinds))


def bring(
    station: Station, *news: NewEvent, device: str = HALL, own_until: int | None = None, clock: SetClock | None = None,
    taken_up: bool = True,
) -> None:
    """Events of another device, brought by the feed after every own event that is there, or after those up to a seq.

    taken_up False: the machine stops as soon as they are stored.
    """
    ledger = station.exchange.means.ledger
    n, before = ledger.standing().feed
    foreign = schema.foreign_events.c
    with station.store.read() as reading:
        seq = reading.connection.scalar(select(func.max(foreign.seq)).where(foreign.device == device)) or 0
        placed = select(func.max(schema.feed.c.seq)).where(schema.feed.c.device == DEVICE)
        known = reading.connection.scalar(placed) or 0
        own_seqs = range(known + 1, (reading.head()[0] if own_until is None else own_until) + 1)
    entries = [FeedEvent(n + at, DEVICE, own, None, None, None, None) for at, own in enumerate(own_seqs, 1)]
    n += len(own_seqs)
    for new in news:
        n, seq = n + 1, seq + 1
        public, private = bytes_of(device, new, (clock or SetClock()).read())
        e = b"e" * 32
        c = commitment(e, private)
        before = feed.next_hash(before, n, device, seq, public, c)
        entries.append(FeedEvent(n, device, seq, public, c, private, e))
    ledger.store_feed(entries, (n, before), Seal(n, n, before, b""))
    if taken_up:
        ledger.take_up_feed()


def _block(agency: str, kind: str, first: int, last: int, year: int) -> NewEvent:
    data = {"agency": agency, "kind": kind, "year": year, "first": first, "last": last, "to": DEVICE}
    return NewEvent("block_leased", None, 0, "", data)


def _agency(code: str) -> dict[str, object]:
    record = Agency(
        code=code,
        name="青溪镇人民政府",
        org_word="青政",
        credit_code="11379901MB1T00017E",
        phone="555 0103",
        supervision_phone="555 0112",
        review_body="云岭县人民政府",
        court="云岭县人民法院",
        address="青溪镇河街1号",
        window="3号窗口",
    )
    return dict(msgspec.to_builtins(record))
