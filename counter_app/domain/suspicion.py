"""A machine whose clock was wrong by a day when it served a paper (sync design section 9).

Nothing is corrected: the date on the paper is the legal one. But until a supervisor has settled it, the earlier of
both deadlines is shown. The offset to the hall is what the machine knew then, as its event says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.clocks import Clock
from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from counter_app.domain.moments import local_date

MOST_OFFSET_MS = 120_000  # less is no doubt, whatever day it falls on
SERVED, BY_HALL = "served", "hall"  # which day a supervisor finds right


@dataclass(frozen=True, slots=True)
class Suspect:
    """An event whose day is not sure: served is its own, by_hall that of the hall's clock at that moment."""

    event: EventId
    served: date
    by_hall: date


def suspect_of(event: Event) -> Suspect | None:
    """The doubt about the day of an event, None if there is none."""
    offset_ms = event.clock.offset_ms
    if offset_ms is None or abs(offset_ms) <= MOST_OFFSET_MS:
        return None
    served, by_hall = local_date(event.at_ms), local_date(event.at_ms + offset_ms)
    return None if served == by_hall else Suspect(event.id, served, by_hall)


def noted(suspects: tuple[Suspect, ...], event: Event) -> tuple[Suspect, ...]:
    """With the doubt about this event, if the case has not the same about another event of that day."""
    found = suspect_of(event)
    same = found and any((known.served, known.by_hall) == (found.served, found.by_hall) for known in suspects)
    return suspects if found is None or same else (*suspects, found)


def started(clocks: Iterable[Clock], before: Iterable[Clock], event: Event) -> list[Clock]:
    """Clocks that the event starts, or counts again, with the other day on which they may have begun."""
    suspect = suspect_of(event)
    other = {(clock.code, clock.start): clock.other_start for clock in before if clock.is_open and clock.other_start}
    return [
        replace(clock, other_start=suspect.by_hall)
        if suspect is not None and clock.start == suspect.served
        else replace(clock, other_start=other.get((clock.code, clock.start)))
        for clock in clocks
    ]


def settled(clocks: Iterable[Clock], suspect: Suspect, day: str) -> tuple[Clock, ...]:
    """The clocks once somebody has said which day is right: the paper's, or the hall's, by which they stay counted."""
    return tuple(
        replace(clock, other_start=None)
        if day == SERVED and (clock.start, clock.other_start) == (suspect.served, suspect.by_hall)
        else clock
        for clock in clocks
    )
