"""A calendar as the hall releases it, and what the calendars known so far make together (specs domain 6.4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import attrgetter

from counter_app.domain.errors import InvalidInput
from counter_app.domain.wire_values import Plain, number_of
from counter_app.domain.working_calendar import WorkingCalendar

KEYS = ("version", "source", "published", "off", "worked")
YEARS = range(2000, 2101)
LONGEST_SOURCE = 300  # code points
MOST_DAYS = 2000
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class CalendarRelease:
    """Published working-day data. n counts the hall's releases from 1: of two for the same year the later one holds.

    off: days without work beside the weekends; worked: weekend days made up for. Days of years after
    the published ones are a foretaste: statutory days only, provisional until their year is published.
    """

    n: int
    version: str
    source: str
    published: tuple[int, ...]
    off: tuple[date, ...]
    worked: tuple[date, ...]

    @property
    def changed(self) -> dict[date, bool]:
        """Days that differ from the weekly rest: True worked, False off."""
        return dict.fromkeys(self.off, False) | dict.fromkeys(self.worked, True)


def release_of(given: Mapping[str, object], n: int) -> CalendarRelease:
    """The release of a calendar file, every value checked.

    InvalidInput `calendar_key_missing`, `calendar_key_unknown`, `calendar_value_wrong`, `calendar_day_wrong`,
    `calendar_day_twice`, `calendar_day_not_a_weekend`, `calendar_day_out_of_year`, `calendar_year_without_rest`;
    each names the place in the file.
    """
    for key in KEYS:
        if key not in given:
            raise InvalidInput("calendar_key_missing", key=key)
    for key in given:
        if key not in KEYS:
            raise InvalidInput("calendar_key_unknown", key=str(key)[:40])
    version, source = given["version"], given["source"]
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise InvalidInput("calendar_value_wrong", place="version")
    if not isinstance(source, str) or not 0 < len(source.strip()) <= LONGEST_SOURCE:
        raise InvalidInput("calendar_value_wrong", place="source")
    published = _years(given["published"])
    off, worked = _days(given["off"], "off"), _days(given["worked"], "worked")
    _check_days(off, worked, published)
    return CalendarRelease(n, version, source, published, tuple(sorted(off)), tuple(sorted(worked)))


def release_to_plain(release: CalendarRelease) -> dict[str, object]:
    """The release as events and files carry it: the same content gives the same bytes."""
    return {
        "n": release.n,
        "version": release.version,
        "source": release.source,
        "published": list(release.published),
        "off": [day.isoformat() for day in release.off],
        "worked": [day.isoformat() for day in release.worked],
    }


def release_from_plain(plain: Plain) -> CalendarRelease:
    """The release of `release_to_plain`. InvalidInput as `release_of`, and `value_misshapen`."""
    return release_of({key: value for key, value in plain.items() if key != "n"}, number_of(plain, "n"))


def with_release(calendar: WorkingCalendar, release: CalendarRelease) -> WorkingCalendar:
    """The calendar after a release: it holds for the years that it publishes, and for later ones nobody published."""
    foretold = {day.year for day in release.changed} - calendar.published
    years = foretold | set(release.published)
    kept = {day: worked for day, worked in calendar.changed.items() if day.year not in years}
    brought = {day: worked for day, worked in release.changed.items() if day.year in years}
    return WorkingCalendar(release.version, kept | brought, calendar.published | frozenset(release.published))


def newest_calendar(shipped: WorkingCalendar, releases: Iterable[CalendarRelease]) -> WorkingCalendar:
    """The calendar to count by: the shipped one with all releases on it, in the hall's order."""
    return reduce(with_release, sorted(releases, key=attrgetter("n", "version")), shipped)


def first_difference(one: WorkingCalendar, other: WorkingCalendar) -> date | None:
    """The first day that is not the same, or not as sure, by both; None if there is none."""
    named = {*one.changed, *other.changed}
    days = [day for day in named if one.is_working_day(day) != other.is_working_day(day)]
    return min([*days, *(date(year, 1, 1) for year in one.published ^ other.published)], default=None)


def _years(given: object) -> tuple[int, ...]:
    if not isinstance(given, list) or not given:
        raise InvalidInput("calendar_value_wrong", place="published")
    for place, year in enumerate(given):
        if isinstance(year, bool) or not isinstance(year, int) or year not in YEARS or year in given[:place]:
            raise InvalidInput("calendar_value_wrong", place=f"published[{place}]")
    return tuple(sorted(given))


def _days(given: object, key: str) -> list[date]:
    if not isinstance(given, list) or len(given) > MOST_DAYS:
        raise InvalidInput("calendar_value_wrong", place=key)
    found: list[date] = []
    for place, word in enumerate(given):
        day = _day(word)
        if day is None:
            raise InvalidInput("calendar_day_wrong", place=f"{key}[{place}]", given=str(word)[:20])
        if day in found:
            raise InvalidInput("calendar_day_twice", place=f"{key}[{place}]", day=day.isoformat())
        found.append(day)
    return found


def _day(word: object) -> date | None:
    """A day written YYYY-MM-DD and no other way."""
    try:
        day = date.fromisoformat(word) if isinstance(word, str) else None
    except ValueError:
        return None
    return day if day is not None and day.isoformat() == word else None


def _check_days(off: Collection[date], worked: Collection[date], published: tuple[int, ...]) -> None:
    for place, day in enumerate(worked):
        if day.weekday() < _SATURDAY:
            raise InvalidInput("calendar_day_not_a_weekend", place=f"worked[{place}]", day=day.isoformat())
        if day in off:
            raise InvalidInput("calendar_day_twice", place=f"worked[{place}]", day=day.isoformat())
    for key, days in (("off", off), ("worked", worked)):
        for place, day in enumerate(days):
            if day.year not in published and day.year <= max(published):
                raise InvalidInput("calendar_day_out_of_year", place=f"{key}[{place}]", day=day.isoformat())
    for year in published:
        if not any(day.year == year and day.weekday() < _SATURDAY for day in off):
            raise InvalidInput("calendar_year_without_rest", year=year)
