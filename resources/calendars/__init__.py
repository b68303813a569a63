"""The national working-day calendar that the program is shipped with (specs domain 6.2, 6.4)."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files

from counter_app.domain.working_calendar import WorkingCalendar


@cache
def national_calendar() -> WorkingCalendar:
    """The shipped calendar: published years as the State Council gave them, later ones provisional."""
    return calendar_of(national_document())


def national_document() -> bytes:
    """The file of the shipped calendar."""
    return (files("resources") / "calendars" / "cn.json").read_bytes()


def calendar_of(document: bytes) -> WorkingCalendar:
    """The calendar of a file like `cn.json`. ValueError or KeyError if it is not one."""
    table = json.loads(document)
    changed = {date.fromisoformat(day): False for day in table["off"]}
    changed |= {date.fromisoformat(day): True for day in table["worked"]}
    return WorkingCalendar(table["version"], changed, frozenset(table["published"]))
