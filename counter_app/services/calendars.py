"""日历: which calendars are known here, one from a file of the hall, and which deadlines a calendar moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.domain.calendar_release import CalendarRelease, release_to_plain
from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock, counted_by
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.people import Person, Role
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.desk import Desk
from counter_app.services.stored_facts import KnownCalendar
from resources.calendars import national_calendar
from sync.calendar_file import opened_file


@dataclass(frozen=True, slots=True)
class MovedClock:
    """A clock that a later calendar counts otherwise than when it was started.

    was: the last day as it was first told; now: the one that holds; counted: what the calendar alone says.
    They differ where an early promise stands. alarm: the paper names a day that is too late in law.
    """

    case: Case
    clock: Clock
    was: date
    now: date
    counted: date
    alarm: bool

    @property
    def day_changed(self) -> bool:
        """Whether the calendar gives another day; else it only made the day certain."""
        return self.counted != self.was


@dataclass(frozen=True, slots=True)
class KnownCalendars:
    """What `counter calendar` tells. shipped is the version that came with the program."""

    newest: WorkingCalendar
    shipped: WorkingCalendar
    released: tuple[KnownCalendar, ...]
    moved: tuple[MovedClock, ...]


@dataclass(frozen=True, slots=True)
class AddedCalendar:
    """A calendar from a file; again: it was known here already, and nothing was done."""

    release: CalendarRelease
    again: bool


class Calendars:
    """The calendars of this station; hall and its key are those of the enrolment."""

    def __init__(self, desk: Desk, hall: str, hall_sign_public: bytes) -> None:
        self._desk = desk
        self._hall = hall
        self._key = hall_sign_public

    def known(self) -> KnownCalendars:
        """All calendars known, and every clock that one of them moved."""
        with self._desk.store.read() as reading:
            newest = reading.calendar()
            moved = tuple(row for case in reading.cases_moved() for row in moved_clocks(case, newest))
            return KnownCalendars(newest, national_calendar(), tuple(reading.calendars()), moved)

    def add(self, person: Person, content: bytes) -> AddedCalendar:
        """Take in a file that the hall signed, and count again what it moves.

        CounterError `calendar_not_administrator`; InvalidInput as `opened_file`. The same calendar
        once more, or by the feed later, changes nothing.
        """
        if Role.ADMIN not in person.roles:
            raise CounterError("calendar_not_administrator")
        release = opened_file(content, self._hall, self._key)
        with self._desk.store.write() as writing:
            again = any(known.release.version == release.version for known in writing.calendars())
            if not again:
                data = {"calendar": release_to_plain(release)}
                writing.append([NewEvent("calendar_added", None, 0, person.name, data)])
        self._desk.store.recount()
        return AddedCalendar(release, again)


def moved_clocks(case: Case, newest: WorkingCalendar) -> list[MovedClock]:
    """The open clocks of the case that are counted otherwise now than they were told."""
    return [
        MovedClock(case, clock, clock.told.due, clock.due, counted_by(clock, newest).due, clock.told_too_late)
        for clock in case.clocks
        if clock.told is not None and clock.is_open and clock.other_start is None
    ]
