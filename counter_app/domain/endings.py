"""By which event a case ended, as ledgers and reports count it (specs domain 11.4)."""

from __future__ import annotations

from collections.abc import Sequence

from counter_app.domain.case import Case
from counter_app.domain.events import Event
from counter_app.domain.states import CaseState

_WITHOUT_DECISION: dict[CaseState, frozenset[str]] = {
    CaseState.NOT_REQUIRED: frozenset({"not_required"}),
    CaseState.REFUSED: frozenset({"refused"}),
    CaseState.RETURNED: frozenset({"returned", "given_up"}),
    CaseState.WITHDRAWN: frozenset({"withdrawn"}),
    CaseState.VOIDED: frozenset({"voided"}),
}


def ending_of(case: Case, events: Sequence[Event]) -> Event | None:
    """The newest of its events that made the end it has now; None while it is open, and after it was reopened."""
    kinds = ending_kinds(case)
    return next((event for event in reversed(events) if event.kind in kinds), None)


def ending_kinds(case: Case) -> frozenset[str]:
    """The kinds of events that the end it has now can come from: none while it is open."""
    return _WITHOUT_DECISION.get(case.state, frozenset({case.outcome} if case.outcome else ()))
