"""The alarm that a machine raises by itself, also one that was never online (specs domain 1, facts 2 and 4).

A case that is not answered within five days is accepted by law as of its receipt. Each such case is told once a
day: on the last day of its check period, and on each day after it until somebody has confirmed it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from counter_app.domain.case import Case
from counter_app.services.desk import Desk
from counter_app.services.duties import Group, group_of
from counter_app.services.ports import Reading

TOLD = "alarm_told"  # a setting of this machine: a day, then the cases that were told on it


@dataclass(frozen=True, slots=True)
class Alarm:
    """How things stand, without anything of a person.

    due and over count the cases that must be answered today, and those whose period is over; new_due and
    new_over those of them that nobody was told of today; items are the names of the new ones with how many.
    """

    due: int = 0
    over: int = 0
    new_due: int = 0
    new_over: int = 0
    items: tuple[tuple[str, int], ...] = ()


class Alarms:
    """Looks at the check and statutory periods of this machine's cases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def raise_alarm(self) -> Alarm:
        """How things stand now; what is new in it counts as told from now on."""
        today = self._desk.today()
        with self._desk.store.read() as reading:
            alarm, told = _look(reading, today)
        if told is not None:
            with self._desk.store.write() as writing:
                writing.save_setting(TOLD, told)
        return alarm


def _look(reading: Reading, today: date) -> tuple[Alarm, str | None]:
    """The alarm, and what the setting must say after it; None where it says so already."""
    found = [(case, over) for case in reading.cases_in_need(today) if (over := _is_over(case, today)) is not None]
    day, *told = reading.setting(TOLD).split() or [""]
    known = set(told) if day == today.isoformat() else set()
    new = [(case, over) for case, over in found if str(case.id) not in known]
    items = Counter(case.item.name for case, _ in new)
    late, new_late = (sum(over for _, over in cases) for cases in (found, new))
    alarm = Alarm(len(found) - late, late, len(new) - new_late, new_late, tuple(sorted(items.items())))
    words = " ".join((today.isoformat(), *sorted(known | {str(case.id) for case, _ in new})))
    return alarm, words if new else None


def _is_over(case: Case, today: date) -> bool | None:
    """Whether the period that must be kept is over; None for a case that need not be answered today."""
    urgent = [clock for clock in case.clocks if clock.runs and group_of(clock, today, today) is Group.MUST_ANSWER]
    return min(clock.due for clock in urgent) < today if urgent else None
