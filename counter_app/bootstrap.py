"""The composition root: the only place that chooses adapters.

A home is opened here and handed on as one `Station`; window and command line
get the same services from it.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from counter_app.adapters.file_vault import VAULT_FOLDER, SealedFileVault
from counter_app.adapters.home import (
    DEVICE_KEYS,
    STORE_KEY,
    find_home,
    prepare_home,
    store_beside,
    window_lock,
)
from counter_app.adapters.home import KEY_SERVICE as KEY_SERVICE
from counter_app.adapters.home import PASSPHRASE as PASSPHRASE
from counter_app.adapters.home import STORE_FILE as STORE_FILE
from counter_app.adapters.log_file import start_log
from counter_app.adapters.machine_probes import (
    absent_fonts,
    existing_home,
    free_bytes,
    printer_names,
    reach,
)
from counter_app.adapters.printing.of_system import system_printer as system_printer
from counter_app.adapters.restoring import restore
from counter_app.adapters.seals.folder import root_places
from counter_app.adapters.seals.means import require_parts
from counter_app.adapters.store import taking_up
from counter_app.adapters.store.apart import KEYS, enrolled_again
from counter_app.adapters.store.backup import Backup, Restored, backup
from counter_app.adapters.store.engine import open_engine
from counter_app.adapters.store.migrate import migrate
from counter_app.adapters.store.station_store import StationStore
from counter_app.adapters.system_clock import MachineClock
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.seal_roots import ToldRoot
from counter_app.services.backups import CopyWatch, unwatched
from counter_app.services.county_items import county_items
from counter_app.services.desk import Desk
from counter_app.services.device_ports import CardReader, PictureMeans
from counter_app.services.doctor import Doctor, Probes
from counter_app.services.ports import SystemClock
from counter_app.services.seal_ports import SealFound
from counter_app.services.stored_facts import LinkState
from counter_app.station import Station, link_to
from forms.catalogue import Catalogue
from sync import journal
from sync.enrolment import Enrolment, enrol
from sync.feed import start_hash
from sync.hall_address import HallAddress
from sync.key_vault import KeyVault, key_file_for_backup, open_vault, secret_in
from sync.keys import DeviceKeys, new_ratchet_private
from sync.ports import HallLink

log = logging.getLogger(__name__)

READER_SEARCH_S = 3.0
_RATCHET_KEY = "ratchet"


def open_station(home: Path | None, clock: SystemClock | None = None) -> Station:
    """Open an enrolled home (`find_home`); clock is the machine's unless a test brings its own.

    Raises CounterError `not_enrolled`, `no_key`, `wrong_passphrase`, `store_newer`,
    `home_read_only`, `store_damaged`.
    """
    place = find_home(home)
    if not (place / STORE_FILE).exists():
        raise CounterError("not_enrolled", home=str(place))
    prepare_home(place)
    start_log(place)
    station = _opened(place, open_vault(place, KEY_SERVICE, PASSPHRASE), clock or MachineClock())
    try:
        station.numbers.settle_years()
    except CounterError as error:  # a full disk must not keep anybody from looking at the cases
        log.warning("numbers of earlier years not returned: %s", error)
    return station


def enrol_home(home: Path | None, address: HallAddress, code: str) -> Station:
    """Make the home, get its place at the hall with a one-time code, and open it.

    The keys are kept before the hall is asked, so the same code can be tried
    again after a lost answer. The first exchange follows at once, for the number
    blocks; should it fail, the next one brings them. Raises CounterError `already_enrolled`
    and what `sync.enrolment.enrol` raises; then the home holds keys and nothing else.
    """
    place = prepare_home(find_home(home))
    vault = open_vault(place, KEY_SERVICE, PASSPHRASE)
    if (place / STORE_FILE).exists():
        station = enrol_again(place, link_to(address), code)
        with station.store.write() as writing:
            writing.save_hall_address(address)
        station.exchange.run()
        return station
    keys = make_keys(vault)
    answer = enrol(link_to(address), code, keys, _ratchet_private(vault))
    make_store(place, vault, keys, answer, address)
    start_log(place)
    station = _opened(place, vault, MachineClock())
    station.exchange.run()
    return station


def enrol_again(place: Path, link: HallLink, code: str, clock: SystemClock | None = None) -> Station:
    """Give a home that was set apart a new id at its hall and station; the next exchange brings its work under that.

    The keys are kept before the hall is asked, as at the first enrolment. CounterError `already_enrolled` where the
    home was not set apart, `other_hall`, `other_station`, and what `sync.enrolment.enrol` raises.
    """
    station = open_station(place, clock)
    vault = open_vault(place, KEY_SERVICE, PASSPHRASE)
    try:
        with station.store.read() as reading:
            if not reading.set_apart():
                raise CounterError("already_enrolled", home=str(place))
            name = f"{DEVICE_KEYS}-{len(reading.former_devices()) + 1}"
            hall, code_of_station = str(reading.state.get("hall")), reading.profile().code
        kept = vault.load(name)
        keys = DeviceKeys.make() if kept is None else DeviceKeys.from_bytes(kept)
        vault.store(name, keys.to_bytes())
        answer = enrol(link, code, keys, _ratchet_private(vault))
        if answer.hall != hall:
            raise CounterError("other_hall", hall=answer.hall)
        if answer.station != code_of_station:
            raise CounterError("other_station", station=answer.station, own=code_of_station)
        with station.store.write() as writing:
            if not writing.set_apart():  # somebody else was quicker, with the same code
                raise CounterError("already_enrolled", home=str(place))
            enrolled_again(writing, answer, keys.sign_public, name)
    finally:
        station.close()
    return open_station(place, clock)


def restore_home(home: Path | None, file: Path) -> Restored:
    """Make a home of a backup (`Station.back_up`), as `restoring.restore`."""
    return restore(find_home(home), file)


def open_card_reader(spec: str, timeout_s: float) -> CardReader:
    """A card reader by its spec (`finding.open_reader`); needs no home. CounterError `part_not_installed`."""
    try:
        from counter_app.adapters.card_readers.finding import open_reader
    except ModuleNotFoundError as missing:
        raise CounterError("part_not_installed", part=missing.name) from None

    clock = MachineClock()
    return open_reader(spec, lambda: local_date(clock.read().wall_ms), timeout_s)


def check_seals(home: Path | None, pdf: bytes, more: Sequence[Path] = ()) -> list[SealFound]:
    """The seals of a file, by the roots in the home, those given, and of an enrolled home those that its hall told.

    CounterError `seal_parts_not_installed`, `seal_file_no_pdf`, InvalidInput `seal_root_damaged`; of an enrolled home
    as `open_station`, because what the hall revoked must be known.
    """
    require_parts()
    from counter_app.adapters.seals.checking import check_seals as checked
    from counter_app.adapters.seals.roots import Trust, read_roots

    place = find_home(home)
    told: list[ToldRoot] = []
    if (place / STORE_FILE).exists():
        with open_station(home).store.read() as reading:
            told = reading.seal_roots()
    now = datetime.fromtimestamp(MachineClock().read().wall_ms / 1000, UTC)
    return checked(pdf, Trust.of(read_roots([*root_places(place), *more]), told), now)


def picture_means() -> PictureMeans:
    """Scanner, cameras and the work on their pictures; nothing is loaded and no device is touched yet."""
    from counter_app.adapters.pictures.lazily import picture_means as means

    return means()


def doctor(home: Path | None, reader_spec: str = "auto") -> Doctor:
    """The checks of this machine; each opens what it looks at, so one fault hides no other."""
    place = find_home(home)

    def link_state() -> LinkState:
        station = open_station(home)
        try:
            with station.store.read() as reading:
                return reading.link()
        finally:
            station.close()

    def set_apart_because() -> str:
        station = open_station(home)
        try:
            with station.store.read() as reading:
                return reading.set_apart()
        finally:
            station.close()

    def reach_hall() -> HallAddress:
        station = open_station(home)
        try:
            address = station.whereabouts.address
            reach(address.url)
            return address
        finally:
            station.close()

    def answering_reader() -> str:
        with closing(open_card_reader(reader_spec, READER_SEARCH_S)) as reader:
            return reader.module_id()

    return Doctor(
        Probes(
            reader=answering_reader,
            printers=printer_names,
            absent_fonts=absent_fonts,
            key_kind=lambda: open_vault(existing_home(place), KEY_SERVICE, PASSPHRASE).kind,
            link=link_state,
            free_bytes=lambda: free_bytes(place),
            reach_hall=reach_hall,
            set_apart=set_apart_because,
        )
    )


@contextmanager
def only_window(home: Path | None) -> Iterator[None]:
    """Hold the home as its one window. CounterError `window_open` with the other's process id."""
    with window_lock(find_home(home)):
        yield


def make_keys(vault: KeyVault) -> DeviceKeys:
    """The keys of this home, made once: a second try of an enrolment uses the same ones."""
    kept = vault.load(DEVICE_KEYS)
    if kept is not None:
        return DeviceKeys.from_bytes(kept)
    keys = DeviceKeys.make()
    vault.store(STORE_KEY, secrets.token_bytes(32))
    vault.store(DEVICE_KEYS, keys.to_bytes())  # last: where it is, the other is
    return keys


def _ratchet_private(vault: KeyVault) -> bytes:
    """The one-time key of the enrolment, kept until the journal is open so that a lost answer costs nothing."""
    kept = vault.load(_RATCHET_KEY)
    if kept is None:
        kept = new_ratchet_private()
        vault.store(_RATCHET_KEY, kept)
    return kept


def make_store(place: Path, vault: KeyVault, keys: DeviceKeys, answer: Enrolment, address: HallAddress) -> None:
    """Write the new store beside its place and rename it: a home is enrolled whole or not at all."""
    key = secret_in(vault, STORE_KEY)
    with store_beside(place) as new, closing(StationStore(open_engine(new, key), MachineClock())) as store:
        _fill(store, keys, answer, address)


def _fill(store: StationStore, keys: DeviceKeys, answer: Enrolment, address: HallAddress) -> None:
    migrate(store.engine)
    with store.write() as writing:
        for name, value in (
            ("device", answer.device),
            ("station", answer.station),
            ("station_name", answer.station_name),
            ("profile", dict(answer.profile)),
            ("hall", answer.hall),
            ("hall_sign_public", answer.hall_sign_public),
            ("hall_box_public", answer.hall_box_public),
            ("generation", answer.generation),
            ("round_trip_ms", answer.round_trip_ms),
            ("feed", [0, start_hash(answer.hall, answer.station)]),
        ):
            writing.state.put(name, value)
        writing.save_hall_address(address)
        journal.open_journal(
            writing.connection, answer.device, answer.hall, keys.sign_public, answer.first_ratchet_key
        )


def _opened(place: Path, vault: KeyVault, clock: SystemClock) -> Station:
    key = secret_in(vault, STORE_KEY)
    vault.remove(_RATCHET_KEY)  # the journal is open: what would give k(1) again must be nowhere
    engine = open_engine(place / STORE_FILE, key)
    migrate(engine)
    store = StationStore(engine, clock)
    store.renew_projections()
    store.recount()
    taking_up.take_up_all(store)
    with store.read() as reading:
        name = str(reading.state.get(KEYS, DEVICE_KEYS))
    keys = DeviceKeys.from_bytes(secret_in(vault, name))
    desk = Desk(store, SealedFileVault(place, key), county_items(store, clock, Catalogue.load()), clock)

    def back_up(out: Path, watch: CopyWatch = unwatched, passphrase: str = "") -> Backup:
        def key_file(device_keys: str) -> bytes:
            return key_file_for_backup(
                place, passphrase, lambda: {name: secret_in(vault, name) for name in (device_keys, STORE_KEY)}
            )

        return backup(engine, place / VAULT_FOLDER, key, out, watch, key_file)

    return Station(place, desk, store, keys, vault.kind, back_up, vault)
