"""The settings of this machine, kept in its store; read and written off the UI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version

from counter_app.domain.data_budget import SCANS_A_DAY
from counter_app.domain.people import Person
from counter_app.services.backups import Backups
from counter_app.services.desk import Desk
from counter_app.services.device_ports import CardReader, PictureMeans, Printer
from counter_app.services.doctor import Check
from counter_app.services.hand_over import HandOver
from counter_app.services.people import People
from counter_app.services.seal_checks import SealChecks
from counter_app.services.seals import Seals
from counter_app.services.stored_facts import LinkState, StoredPerson
from counter_app.services.whereabouts import Whereabouts
from counter_app.ui.pages.settings.people_card import PeopleServices
from counter_app.ui.pages.settings.seals_card import SealSettingsServices

SETTINGS = (
    "text_size", "dress", "second_screen", "language", "idle_minutes", "closes_at", "window", "reader", "printer",
    "sound", SCANS_A_DAY,
)


@dataclass(frozen=True, slots=True)
class SettingsServices:
    """What the page asks, for the person who is signed in."""

    person: Person
    desk: Desk
    people: People
    hand_over: HandOver
    backups: Backups
    where: Whereabouts
    doctor: Callable[[], Sequence[Check]]
    printer: Printer | None
    open_reader: Callable[[str, float], CardReader] | None
    reader_spec: str
    seals: Seals
    seal_checks: SealChecks
    pictures: PictureMeans | None = None
    camera_spec: str = ""

    @property
    def of_people(self) -> PeopleServices:
        """What the card of the people asks."""
        return PeopleServices(self.person, self.people, self.hand_over)

    @property
    def of_seals(self) -> SealSettingsServices:
        """What the card of the seals asks."""
        return SealSettingsServices(self.person, self.desk, self.seals, self.seal_checks)


@dataclass(frozen=True, slots=True)
class SettingsSight:
    """The content of the page. printers are the queues of the system, default the one it prefers."""

    values: dict[str, str]
    people: tuple[StoredPerson, ...]
    link: LinkState
    program: str
    calendar: str
    items: int
    today: date
    now_ms: int
    printers: tuple[str, ...] = ()
    default_printer: str = ""


def read_settings(services: SettingsServices) -> SettingsSight:
    """Everything but the printers, which are asked of the print service (`read_printers`)."""
    with services.desk.store.read() as reading:
        values = {name: reading.setting(name) for name in SETTINGS}
        people, link = tuple(reading.people()), reading.link()
    return SettingsSight(
        values=values,
        people=people,
        link=link,
        program=program_version(),
        calendar=services.desk.calendar.version,
        items=len(services.desk.catalogue.items()),
        today=services.desk.today(),
        now_ms=services.desk.now_ms(),
    )


def read_printers(printer: Printer) -> tuple[tuple[str, ...], str]:
    """(queues, the default one); for the thread of the devices. CounterError `no_print_service`."""
    return tuple(printer.names()), printer.default() or ""


def save_setting(services: SettingsServices, name: str, value: str) -> str:
    """Keep a setting; its value. For the writing thread."""
    with services.desk.store.write() as writing:
        writing.save_setting(name, value)
    return value


def try_reader(services: SettingsServices, spec: str, timeout_s: float) -> str:
    """The module number of the reader that answers to the spec. CounterError as `open_reader`."""
    assert services.open_reader is not None, "the button is blocked where there is no reader"
    reader = services.open_reader(spec, timeout_s)
    try:
        return reader.module_id()
    finally:
        reader.close()


def program_version() -> str:
    """The version of the installed program; empty for a source tree that was never installed."""
    try:
        return version("counter-app")
    except PackageNotFoundError:
        return ""
