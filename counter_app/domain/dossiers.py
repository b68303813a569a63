"""What one local number stands for: an application, or an entrustment of an agent. Their numbers are one count."""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.domain import entrustment_fold, fold
from counter_app.domain.agent_job import JOB_KINDS
from counter_app.domain.case import Case
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.fold_history import fold_history

Dossier = Case | Entrustment


def item_names(dossier: Dossier) -> tuple[str, ...]:
    """What it is about: one item, or those of each job."""
    jobs = dossier.jobs if isinstance(dossier, Entrustment) else (dossier,)
    return tuple(job.item.name for job in jobs)


def is_entrustment(events: Iterable[Event]) -> bool:
    """Whether a history is that of an entrustment: the device that counted it says so."""
    return any(
        event.kind == entrustment_fold.BEGINS and event.is_by_counter_of_case
        for event in events
    )


def apply(dossier: Dossier | None, event: Event) -> Dossier:
    """The dossier after the event. Raises what the fold of its kind raises, and MoveNotAllowed where the two mix."""
    if isinstance(dossier, Entrustment) or (dossier is None and event.kind in JOB_KINDS):
        return entrustment_fold.apply(dossier, event)
    if event.kind in JOB_KINDS:
        raise MoveNotAllowed("case_exists", case=str(event.case))
    return fold.apply(dossier, event)


def folded(events: Iterable[Event], device: str) -> tuple[Dossier | None, Event | None, CounterError | None]:
    """The dossier that a history makes for this device, and the first event that waits, with why."""
    history = list(events)
    if is_entrustment(history):
        whole = entrustment_fold.fold_history(history, device)
        return whole.made, whole.waiting, whole.why
    case = fold_history(history, device)
    return case.made, case.waiting, case.why
