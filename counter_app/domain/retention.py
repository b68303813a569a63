"""How long a station keeps what a case says of people, as data (specs domain 13.1 and 16).

The archive is the hall's. The station's copy is there for the work at the
counter; when that is over and the hall has everything, it must go
(个人信息保护法 47).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.periods import Period, Unit, count
from counter_app.domain.states import END_STATES, CaseState
from counter_app.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """code stands in the `erased` event; period runs from the last act and the hall's receipt, whichever is later."""

    code: str
    states: frozenset[CaseState]
    period: Period


RULES = (
    RetentionRule(
        "local-copy/1",
        END_STATES,
        Period(6, Unit.MONTH, "个人信息保护法第四十七条；本机留存期：中心收齐后六个月"),  # specs domain 16, default
    ),
)


def rule_for(case: Dossier) -> RetentionRule | None:
    """The rule for a case at an end, or that another one goes on with; None while it is open.

    An entrustment is kept as a case is, from the end of the last of its jobs.
    """
    if isinstance(case, Entrustment):
        return None if case.is_open else RULES[0]
    return next((rule for rule in RULES if case.state in rule.states or case.continued_by), None)


def kept_until(rule: RetentionRule, settled_on: date, calendar: WorkingCalendar) -> date:
    """The last day of the period; the case may be erased on the day after it."""
    return count(rule.period, settled_on, calendar).due


def is_finished(case: Dossier) -> bool:
    """Whether nobody at the counter has anything left to do with it: paper to print, an answer or a number to come."""
    if isinstance(case, Entrustment):
        return not case.unprinted
    waits_for_number = any(row.temporary and not row.final_number and not row.spoiled for row in case.notices)
    is_rated_badly = any(rating.waits for rating in case.ratings)
    return not (case.unprinted or is_rated_badly or case.countersign_wanted or case.frozen or waits_for_number)
