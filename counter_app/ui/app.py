"""The desktop program: `counter` without arguments.

sys.exit(run(Backend(...)))        # see backend.py; __main__ fills it
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from shiboken6 import isValid

from counter_app.domain.errors import CounterError
from counter_app.domain.moments import CHINA, local_time
from counter_app.domain.people import Person, Role
from counter_app.services.alarms import Alarm
from counter_app.services.stored_facts import StoredPerson
from counter_app.ui import tokens
from counter_app.ui.backend import Backend, Opened, Station
from counter_app.ui.background import Background, Lane
from counter_app.ui.enrolment_page import CannotOpenPage, EnrolmentPage, FirstPersonPage
from counter_app.ui.first_window import application, entry_window
from counter_app.ui.garbage import destroy_windows
from counter_app.ui.hand_over_card import HandOverCard, HandOverServices
from counter_app.ui.help import help_of
from counter_app.ui.idle import USUAL_MINUTES, IdleWatch
from counter_app.ui.key_sheet import show_keys
from counter_app.ui.keys import sequences
from counter_app.ui.lock import LockPage
from counter_app.ui.look import dress, dress_window, undress_window
from counter_app.ui.pages.notice.printing import Printing
from counter_app.ui.pages.sending.exchanger import Exchanger
from counter_app.ui.pages.today.reading import closing_time
from counter_app.ui.person_form import NewPerson
from counter_app.ui.pin_form import NEW
from counter_app.ui.pins_dialog import Doing, PinsDialog, new_pin
from counter_app.ui.posts import post_of
from counter_app.ui.scale import TextSize
from counter_app.ui.scanner_gun import ScannerGun
from counter_app.ui.sign_in import SIGN_IN_PANEL, SignInPage
from counter_app.ui.sign_in import Standing as SignInStanding
from counter_app.ui.standing import Standing, panel_facts, read_standing
from counter_app.ui.station_panel import StationPanel, StationWords, day_kind
from counter_app.ui.texts import tr
from counter_app.ui.tray import system_tray
from counter_app.ui.wear import FULL_PAGE, SECOND_SCREEN
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.person_card import PersonLine
from counter_app.ui.window_change import bring_up, take_place
from resources.calendars import national_calendar
from resources.texts import use_language

if TYPE_CHECKING:
    from counter_app.ui.help.panel import HelpPanel
    from counter_app.ui.workplace import Workplace

__all__ = ["Backend", "Desktop", "run"]

LOCK_PANEL = 440
ALARM_EVERY_MS = 60_000


def run(backend: Backend, entry: QStackedWidget | None = None) -> int:
    """The desktop until its window is closed; its exit code. entry: the window that is shown already."""
    app = application()
    desktop = Desktop(app, backend, entry)
    desktop.start()
    code = app.exec()
    desktop.close()
    destroy_windows(app)
    return code


@dataclass(frozen=True, slots=True)
class Wear:
    """What the settings say of the window's look: a text size and a dress, each "" where they leave it to the post,
    and whether there is a second one for the applicant."""

    text_size: str = ""
    dress: str = ""
    second_screen: bool = False


@dataclass(frozen=True, slots=True)
class _Entrance:
    """What sign-in shows, read on the reading thread."""

    opened: Opened
    people: list[StoredPerson]
    standing: Standing
    wear: Wear
    idle_minutes: float


class Desktop(QObject):
    """Goes from opening the home to sign-in to a person's window, and locks it."""

    def __init__(self, app: QApplication, backend: Backend, entry: QStackedWidget | None = None) -> None:
        super().__init__(app)
        self._app, self._backend = app, backend
        self.background = Background(self)
        self.entry = entry or entry_window()
        self.entry.setWindowTitle(tr("ui.frame.program"))
        dress_window(self.entry)
        self.place: Workplace | None = None
        self.exchanger: Exchanger | None = None
        self._held, self._is_held = ExitStack(), False  # the one window of this home
        self._opened: Opened | None = None
        self._lock: LockPage | None = None
        self._help_panel: HelpPanel | None = None
        for sequence in sequences("guide"):
            QShortcut(QKeySequence(sequence), self.entry).activated.connect(self._help)
        self._idle = IdleWatch(USUAL_MINUTES, parent=self)
        self._idle.idle.connect(self._lock_if_idle)
        self.tray = system_tray(self)
        if self.tray is not None:
            self.tray.opened.connect(self.come_forward)
        self._alarm_clock = QTimer(self)
        self._alarm_clock.timeout.connect(self.look_at_alarm)
        self._gun = ScannerGun(self)  # before somebody works here, what a gun types belongs into the field
        self._gun.scanned.connect(self._scanned)
        self._hint = backend.network_hint() if backend.network_hint else None
        if self._hint is not None:
            self._hint.on_return(self._network_returned)

    # opening ------------------------------------------------------------------------------

    def start(self) -> None:
        """Show the window and open the home; a sign-in that is shown already stays until the home is open."""
        if self.entry.currentWidget() is None:
            self._show(QWidget())
        if not self.entry.isVisible():
            bring_up(self.entry)
        self._open(self._backend.open_home)

    def _open(self, make: Callable[[], Station]) -> None:
        self.background.run(Lane.STORE, lambda: self._hold_and_open(make), self._enter_home, self._cannot_open, self)

    def _hold_and_open(self, make: Callable[[], Station]) -> Opened:
        """Open, then hold: before its enrolment a home has no folder that could be held."""
        station = make()
        if not self._is_held:
            try:
                self._held.enter_context(self._backend.only_window())
            except CounterError:
                station.close()
                raise
            self._is_held = True
        return _opened(station)

    def _cannot_open(self, error: CounterError) -> None:
        if error.code == "not_enrolled":
            page = EnrolmentPage(self._plain_panel(), self._enrol, self.background)
            page.enrolled.connect(self._enter_home)
            self._show(page)
            return
        failed = CannotOpenPage(self._plain_panel(), error)
        failed.again.connect(lambda: self._open(self._backend.open_home))
        self._show(failed)

    def _enrol(self, url: str, code: str, plain: bool, pin: str) -> Opened:
        return self._hold_and_open(lambda: self._backend.enrol(url, code, plain, pin))

    def _enter_home(self, opened: Opened) -> None:
        self._opened = opened
        station = opened.station
        self.exchanger = Exchanger(station.desk, station.exchange, station.sending, self.background, self)
        self._settle_prints(station)
        self.show_sign_in()
        self._alarm_clock.start(ALARM_EVERY_MS)
        self.look_at_alarm()

    def _settle_prints(self, station: Station) -> None:
        """What an earlier run handed to a printer and did not see the end of must not come out by itself."""
        printer = self._backend.printer
        if printer is not None:
            self.background.run(
                Lane.DEVICES,
                lambda: station.print_jobs.settle_left(printer),
                lambda _count: None,
                lambda _error: None,  # the print service is away; the notes stay for the next time
                self,
            )

    # signing in ---------------------------------------------------------------------------

    def show_sign_in(self) -> None:
        """Read how things stand, then ask who is there."""
        opened = self._opened
        assert opened is not None, "nobody signs in before the home is open"
        self.background.run(Lane.READ, lambda: _entrance(opened), self._ask_who, self._cannot_open, self)

    def _ask_who(self, entrance: _Entrance) -> None:
        self._idle.allow(entrance.idle_minutes)
        dress(self._app, TextSize.__members__.get(entrance.wear.text_size, TextSize.STANDARD))
        panel = self._panel(entrance.opened, entrance.standing, SIGN_IN_PANEL)
        if not entrance.people:
            first = FirstPersonPage(panel)
            first.wanted.connect(self._add_first)
            self._show(first)
            return
        lines = [PersonLine(person.name, post_of(Person(person.name, person.roles))) for person in entrance.people]
        link, today = entrance.standing.outbox.link, entrance.standing.today
        before = f"{entrance.standing.closes_at:%H:%M}"
        standing = SignInStanding(bool(link.last_error), today.must_answer, before, today.over)
        page = SignInPage(panel, lines, standing, entrance.opened.station.people.sign_in, self.background)
        page.signed_in.connect(lambda person: self._let_in(person, entrance.wear))
        page.pin_to_change.connect(lambda name, pin: self._ask_new_pin(name, pin, entrance.wear))
        page.help_wanted.connect(self._help)
        self.background.run(Lane.READ, _load_pages, lambda _loaded: None, self._cannot_open, self)
        early = self.entry.currentWidget()
        self._show(page)
        if isinstance(early, SignInPage):
            page.go_on(early)

    def _ask_new_pin(self, name: str, pin: str, wear: Wear) -> None:
        """Somebody else has set this PIN: its owner chooses another one and is signed in by that."""
        if self._opened is None:
            return
        people = self._opened.station.people
        change = Doing(
            lambda given: people.change_pin(name, pin, given[NEW]),
            lambda person: self._let_in(person, wear),
            tr("ui.pins.given_do"),
        )
        title, line = tr("ui.pins.given"), tr("ui.pins.given_line")
        PinsDialog(self.entry, title, new_pin(), change, self.background, subtitle=name, line=line).open()

    def _help(self) -> None:
        """F1 before somebody has signed in; the panel is loaded by who asks for it, not by every start."""
        page = self.entry.currentWidget()
        if isinstance(page, SignInPage) and page.is_early():
            page.ask_help()  # the page that comes in its place takes it over
        elif self._help_panel is not None and self._help_panel.has_focus():
            self._help_panel.leave()
        else:
            self.background.run(Lane.READ, _load_help, self._show_help, self._cannot_open, self)

    def _show_help(self, place: Callable[[QWidget], HelpPanel]) -> None:
        if self._help_panel is None:
            self._help_panel = place(self.entry)
        topic = getattr(self.entry.currentWidget(), "topic", "enrolment")
        keys = {tr("help.panel.keys"): lambda: show_keys(self.entry)}
        self._help_panel.ask(help_of(f"page.{topic}"), keys)

    def _add_first(self, new: NewPerson) -> None:
        opened, page = self._opened, self.entry.currentWidget()
        if opened is None:
            return
        add = opened.station.people.add
        self.background.run(
            Lane.STORE,
            lambda: add(None, new.name, new.roles, new.pin),
            lambda person: self._let_in(person, Wear()),
            lambda error: page.say(error) if isinstance(page, FirstPersonPage) else None,
            self,
        )

    def _let_in(self, person: Person, wear: Wear) -> None:
        if self._opened is None or self.exchanger is None:
            return
        from counter_app.ui.workplace import Workplace  # a quarter of the start, and loaded while a PIN is typed

        before = self.place.window if self.place is not None else self.entry
        in_steps = steps_for(person, wear.dress)
        dress(self._app, size_for(person, wear.text_size), tokens.CONTROL_AGENT if in_steps else 0)
        self.place = Workplace(
            self._backend,
            self._opened,
            person,
            self.background,
            self.exchanger,
            in_steps=in_steps,
            second_screen=wear.second_screen,
        )
        self.place.lock_wanted.connect(self.lock)
        self.place.restart_wanted.connect(self._restart)
        window = self.place.window
        take_place(window, before)
        if self.place.applicant is not None:
            self.place.applicant.open(window.screen())
        self._idle.watch(window)
        self._gun.watch(window)
        self.entry.hide()
        self.exchanger.look()

    # locking ------------------------------------------------------------------------------

    def lock(self) -> None:
        """Hide everything behind the lock; page, field and caret stay as they are."""
        place, opened = self.place, self._opened
        if place is None or opened is None or self._lock is not None or place.standing is None:
            return
        if place.applicant is not None:
            place.applicant.blank()
        panel = self._panel(opened, place.standing, LOCK_PANEL)
        line = PersonLine(place.person.name, post_of(place.person))
        self._lock = LockPage(panel, line, self._now, opened.station.people.sign_in, self.background)
        today, before = place.standing.today, f"{place.standing.closes_at:%H:%M}"
        self._lock.show_must_answer(today.must_answer - today.over, today.over, before)
        self._lock.unlocked.connect(self.unlock)
        self._lock.offer_hand_over(self._ask_hand_over)
        other = Button(tr("ui.app.other_person"), "link", icon="users")
        other.acted.connect(self._other_person)
        self._lock.form.add(other)
        place.window.cover(self._lock)

    def _ask_hand_over(self) -> None:
        opened = self._opened
        if opened is not None:
            people = opened.station.people
            self.background.run(Lane.READ, people.all, self._show_hand_over, lambda _error: None, self)

    def _show_hand_over(self, people: list[StoredPerson]) -> None:
        opened, place, lock = self._opened, self.place, self._lock
        if opened is None or place is None or lock is None:
            return
        station = opened.station
        services = HandOverServices(station.hand_over, station.people, place.window.page().leave)
        card = HandOverCard(services, place.person, people, self.background)
        card.took_over.connect(self._taken_over)
        lock.show_hand_over(card)

    def _taken_over(self, person: Person) -> None:
        """The next person goes on where the one before stopped, under the own name."""
        opened, place = self._opened, self.place
        if opened is None or place is None:
            return
        stopped = place.stop()

        def go_on(wear: Wear) -> None:
            self._replace(place, person, wear)
            if self.place is not None:
                self.place.go_on(stopped)

        self.background.run(Lane.READ, lambda: _entrance(opened).wear, go_on, self._cannot_open, self)

    def _replace(self, place: Workplace, person: Person, wear: Wear) -> None:
        """A new window, and only then the end of the one that is there: there is always one that has the keys."""
        self._lock = None
        undress_window(place.window)  # another text size would reach every widget of it
        self._let_in(person, wear)
        place.end()

    def unlock(self) -> None:
        """The PIN was right: on in the same field."""
        if self.place is not None and self._lock is not None:
            self._lock = None
            self.place.window.uncover()
            self.place.look()

    def _lock_if_idle(self) -> None:
        if self.place is None or not isValid(self.place.window):  # the window ended with the program
            return
        window = self.place.window
        if window.page().has_work() or any(printing.working for printing in window.findChildren(Printing)):
            self._idle.again()  # never in the middle of a card read or print
        else:
            self.lock()

    def _other_person(self) -> None:
        """Somebody else signs in: drafts are kept, nothing is lost."""
        self._leave_place()
        self.show_sign_in()

    def _restart(self) -> None:
        """Language or text size were changed: the same person, a new window."""
        place = self.place
        if place is not None and self._opened is not None:
            opened = self._opened

            def again(wear: Wear) -> None:
                self._replace(place, place.person, wear)
                if self.place is not None:
                    self.place.window.open("settings")

            self.background.run(Lane.READ, lambda: _entrance(opened).wear, again, self._cannot_open, self)

    def _leave_place(self) -> None:
        if self.place is not None:
            self._show(QWidget())
            take_place(self.entry, self.place.window)
            self.place.end()
        self.place, self._lock = None, None

    # the alarm ----------------------------------------------------------------------------

    def look_at_alarm(self) -> None:
        """Look whether the law answers a case by itself; also while the window is locked or nobody is signed in."""
        opened = self._opened
        if opened is not None:
            self.background.run(Lane.STORE, lambda: _alarm(opened), self._show_alarm, lambda _error: None, self)

    def _show_alarm(self, found: tuple[Alarm, str]) -> None:
        alarm, before = found
        if self.tray is not None:
            self.tray.show_alarm(alarm, before)
        entrance = self.entry.currentWidget()
        for page in (self._lock, entrance if self.place is None else None):
            if isinstance(page, LockPage | SignInPage):
                page.show_must_answer(alarm.due, alarm.over, before)

    def come_forward(self) -> None:
        """Bring the window to the front: home for whoever is signed in, else lock or sign-in as they stand."""
        window = self.place.window if self.place is not None else self.entry
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        bring_up(window)
        window.raise_()
        if self.place is not None and self._lock is None and self.place.window.open_dialog() is None:
            self.place.window.open("today")

    # things that happen -------------------------------------------------------------------

    def _scanned(self, code: str) -> None:
        if self.place is not None and self._lock is None:
            self.place.scanned(code)

    def _network_returned(self) -> None:
        if self.exchanger is not None:
            self.exchanger.network_returned()

    def close(self) -> None:
        """Stop everything in good order: the store is closed last."""
        self._alarm_clock.stop()
        if self.tray is not None:
            self.tray.end()
        if self.exchanger is not None:
            self.exchanger.stop_for_good()
        if self.place is not None:
            self.place.end()
        self.background.close()
        if self._opened is not None:
            self._opened.station.close()
        self._held.close()

    # parts --------------------------------------------------------------------------------

    def _show(self, page: QWidget) -> None:
        if self._help_panel is not None:  # the next page may speak another language
            self._help_panel.leave()
            self._help_panel.deleteLater()
            self._help_panel = None
        before = self.entry.currentWidget()
        self.entry.addWidget(page)
        self.entry.setCurrentWidget(page)
        if before is not None:
            self.entry.removeWidget(before)
            before.deleteLater()

    def _now(self) -> datetime:
        if self._opened is None:
            return datetime.now(CHINA)
        return local_time(self._opened.station.desk.now_ms())

    def _panel(self, opened: Opened, standing: Standing, width: int) -> StationPanel:
        profile, calendar = opened.where.profile, standing.calendar
        counter = standing.window if standing.window != profile.name else ""
        words = StationWords(profile.county, profile.name, counter)
        facts = panel_facts(standing, opened.where.device)
        return StationPanel(words, facts, self._now, lambda day: day_kind(calendar, day), width=width)

    def _plain_panel(self) -> StationPanel:
        words = StationWords("", tr("ui.frame.program"), tr("ui.enrol.new_machine"))
        return StationPanel(words, (), self._now, lambda day: day_kind(national_calendar(), day), width=SIGN_IN_PANEL)


def _load_help() -> Callable[[QWidget], HelpPanel]:
    from counter_app.ui.help.panel import HelpPanel, at_the_right

    return lambda window: HelpPanel(window, lambda: at_the_right(window))


def _load_pages() -> None:
    import counter_app.ui.workplace  # noqa: F401


def _opened(station: Station) -> Opened:
    station.papers  # noqa: B018  reads its key from the store, which must not happen on the window's thread
    return Opened(station, station.whereabouts)


def _alarm(opened: Opened) -> tuple[Alarm, str]:
    return opened.station.alarms.raise_alarm(), f"{closing_time(opened.station.desk):%H:%M}"


def _entrance(opened: Opened) -> _Entrance:
    with opened.station.desk.store.read() as reading:
        second = reading.setting("second_screen") == SECOND_SCREEN
        wear = Wear(reading.setting("text_size"), reading.setting("dress"), second)
        idle = reading.setting("idle_minutes")
        language = reading.setting("language")
    use_language(language)
    minutes = float(idle) if idle.isdigit() and int(idle) > 0 else USUAL_MINUTES
    return _Entrance(opened, opened.station.people.all(), read_standing(opened.station), wear, minutes)


def size_for(person: Person, chosen: str) -> TextSize:
    """The text size of the settings; where they say nothing, agents start at 大."""
    if chosen in TextSize.__members__:
        return TextSize[chosen]
    return TextSize.LARGE if _is_agent(person) else TextSize.STANDARD


def steps_for(person: Person, chosen: str) -> bool:
    """Whether the window has the village agent's dress: agents start in it, the settings may say the full page."""
    return _is_agent(person) and chosen != FULL_PAGE


def _is_agent(person: Person) -> bool:
    return Role.AGENT in person.roles and not person.roles & {Role.CLERK, Role.CHIEF}
