"""Who is at the door: what sign-in shows of a home before anything else of it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.people import Person


@dataclass(frozen=True, slots=True)
class Door:
    """people: those who may sign in here, by name. county, station and window: where one is, as sign-in says it.

    text_size and language: settings of this machine, "" where they say nothing.
    """

    people: tuple[Person, ...]
    county: str
    station: str
    window: str
    text_size: str
    language: str
