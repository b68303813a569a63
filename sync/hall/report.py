"""What `hall verify` found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.exc import DatabaseError

from counter_app.domain.errors import CounterError

UNREADABLE = "unreadable"

NOT_READABLE = (DatabaseError, CounterError, TypeError, ValueError, KeyError, OverflowError)
"""What values raise that somebody changed behind the hall's back."""


@dataclass(frozen=True, slots=True)
class DeviceHead:
    """The verified end of a journal. station is "" for the hall's own."""

    device: str
    station: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: at one event, at seq..last, or (seq 0) at no single event."""

    what: str
    device: str = ""
    seq: int = 0
    case: str = ""
    station: str = ""
    last: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """ok if there are no problems."""

    devices: list[DeviceHead] = field(default_factory=list)
    cases: int = 0
    problems: list[Problem] = field(default_factory=list)


def looked_through(problems: Iterator[Problem], unreadable: Problem) -> list[Problem]:
    """All problems; where the look breaks off, those found until then and that the rest cannot be read."""
    found: list[Problem] = []
    try:
        found.extend(problems)
    except NOT_READABLE:
        found.append(unreadable)
    return found
