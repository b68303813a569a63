"""A whole history folded: what came late or was skipped leaves its papers, what cannot be taken waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.events import Event
from counter_app.domain.fold import Late, apply, counted
from counter_app.domain.fold_papers import issued
from counter_app.domain.quick_replace import replace
from counter_app.domain.skipped import skipped_in

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Folded(Generic[D]):
    """What a history made, None if nothing could be taken; and the first event that waits, with why."""

    made: D | None
    waiting: Event | None = None
    why: CounterError | None = None


def folded(
    events: Iterable[Event],
    device: str,
    take: Callable[[D | None, Event], D],
    leave: Callable[[D | None, Event], D | None],
) -> Folded[D]:
    """What these events make for this device, in this order; nothing is raised.

    An event of others that take refuses with a CounterError waits, and their later ones behind it, as one exception of
    this case (sync design section 4). Own events go on as far as they can: what was done and printed here does
    not vanish from the screen because of what somebody else wrote. leave: what is left of an event that a person at
    the hall has skipped.
    """
    made: D | None = None
    stopped: tuple[Event, CounterError] | None = None
    history = list(events)
    skipped = skipped_in(history)
    for event in history:
        is_own = event.id.device == device
        if stopped is not None and not is_own:
            continue
        if event.id in skipped:
            made = leave(made, event)
            continue
        try:
            made = take(made, event)
        except CounterError as fault:
            if not is_own:
                stopped = event, fault
    return Folded(made, *stopped) if stopped else Folded(made)


def fold_history(events: Iterable[Event], device: str) -> Folded[Case]:
    """The case that these events make for this device. A late event changes nothing but leaves its papers, marked
    late; one that was skipped is treated like it."""
    return folded(events, device, _taken, _left)


def _taken(case: Case | None, event: Event) -> Case:
    try:
        return apply(case, event)
    except Late:
        assert case is not None, "only a case that is there has a holder"
        return with_late(case, event)


def _left(case: Case | None, event: Event) -> Case | None:
    return case if case is None else with_late(case, event)


def with_late(case: Case, event: Event) -> Case:
    """The case with a late event linked: its state stays, the papers that went out with it are kept in sight."""
    try:
        papers = issued(event, late=True)
    except InvalidInput:
        papers = ()  # what cannot be read puts nothing in sight; the event itself is kept
    return counted(replace(case, notices=case.notices + papers), event)


def late_line(events: Iterable[Event], device: str) -> Case | None:
    """The case as this device alone would have it, who held the baton left aside: for settling what came late."""
    case: Case | None = None
    for event in events:
        if event.id.device == device:
            of_its_own = case if case is None else replace(case, holder=device, epoch=event.epoch)
            with suppress(CounterError):
                case = apply(of_its_own, event)
    return case
