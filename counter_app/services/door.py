"""Who is at the door: what sign-in shows of a home before anything else of it is loaded."""

from __future__ import annotations

from typing import NamedTuple

from counter_app.domain.people import Person


class Door(NamedTuple):
    """people: those who may sign in here, by name. county, station and window: where one is, as sign-in says it.

    text_size and language: settings of this machine, "" where they say nothing.
    """

    people: tuple[Person, ...]
    county: str
    station: str
    window: str
    text_size: str
    language: str
