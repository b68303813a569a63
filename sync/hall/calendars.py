"""The hall's calendars: released once, in the feed of every station, and counted by at the hall (specs domain 6.4).

A release is an event of the hall without a case. The facts name its place in the hall's journal, which is its
only copy; cases are kept as their events made them and are counted by the newest calendar when they are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import Connection

from counter_app.domain.calendar_release import (
    CalendarRelease,
    newest_calendar,
    release_from_plain,
    release_of,
    release_to_plain,
)
from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import Event
from counter_app.domain.people import Person, Role
from counter_app.domain.wire_values import map_of
from counter_app.domain.working_calendar import WorkingCalendar
from resources.calendars import national_calendar, national_document
from sync.calendar_file import LONGEST, signed_file
from sync.hall.batch import Batch, Placed
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.release_book import ReleaseBook, lock_all

KIND = "calendar_released"
BOOK = ReleaseBook("calendar.", KIND)


@dataclass(frozen=True, slots=True)
class Released:
    """A release; again: the same was released before, and nothing was done. stations: into whose feeds it went."""

    release: CalendarRelease
    stations: int
    again: bool = False


@again_if_crossed
def add(hall: Hall, content: bytes, person: Person) -> Released:
    """Release the calendar of a file to all stations.

    MoveNotAllowed `calendar_not_yours`; InvalidInput `calendar_not_json`, `calendar_version_used`, and the codes
    of `release_of`.
    """
    if not person.roles & {Role.OPERATOR, Role.ADMIN}:
        raise MoveNotAllowed("calendar_not_yours")
    given = release_of(_object(content), 0)
    with hall.store.write() as conn:
        codes = lock_all(conn)
        earlier = known(conn)
        same = _same_version(given, earlier)
        if same is not None:
            return Released(same, 0, again=True)
        release = replace(given, n=len(earlier))
        BOOK.write(conn, hall, release.n, person.name, {"calendar": release_to_plain(release)})
    return Released(release, len(codes))


def restore(conn: Connection, batch: Batch, event: Event, written_again: Callable[[Event], Placed]) -> None:
    """A release that the hall lost is one again, if its version is not known; the feeds of all stations are locked."""
    release = release_from_plain(map_of(event.data, "calendar"))
    if any(known_one.version == release.version for known_one in known(conn)):
        return
    BOOK.enter(conn, batch, release.n, written_again(event))


def releases(conn: Connection) -> list[CalendarRelease]:
    """All releases, in their order."""
    return [release_from_plain(map_of(event.data, "calendar")) for event in BOOK.events(conn)]


def known(conn: Connection) -> list[CalendarRelease]:
    """The shipped calendar and all releases, in their order."""
    return [_shipped(), *releases(conn)]


def newest(conn: Connection) -> WorkingCalendar:
    """The calendar that the hall counts by."""
    return _together(tuple(releases(conn)))


def export(hall: Hall, version: str) -> bytes:
    """The release as a file that this hall signed. NotFound `calendar_unknown`."""
    with hall.store.read() as conn:
        found = next((release for release in releases(conn) if release.version == version), None)
    if found is None:
        raise NotFound("calendar_unknown", version=version[:40])
    return signed_file(found, hall.id, hall.keys)


@lru_cache(maxsize=8)
def _together(found: tuple[CalendarRelease, ...]) -> WorkingCalendar:
    return newest_calendar(national_calendar(), found)


def _shipped() -> CalendarRelease:
    return release_of(_object(national_document()), 0)


def _same_version(given: CalendarRelease, known: list[CalendarRelease]) -> CalendarRelease | None:
    """The calendar of the same version and content; of other content it is refused."""
    for release in known:
        if release.version == given.version:
            if replace(release, n=0) != given:
                raise InvalidInput("calendar_version_used", version=given.version)
            return release
    return None


def _object(content: bytes) -> Mapping[str, object]:
    if len(content) > LONGEST:
        raise InvalidInput("calendar_too_big", limit_kib=LONGEST >> 10)
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InvalidInput("calendar_not_json", line=error.lineno) from None
    except (ValueError, RecursionError):
        raise InvalidInput("calendar_not_json", line=1) from None
    if not isinstance(found, dict):
        raise InvalidInput("calendar_not_json", line=1)
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object in which no key stands twice."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidInput("calendar_key_doubled", key=key[:40])
        found[key] = value
    return found
