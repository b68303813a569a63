"""A machine whose clock was wrong by a day: the paper's date holds, the earlier deadline is shown (sync design, 9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading
from counter_app.domain.identifiers import EventId
from counter_app.domain.moments import to_ms
from counter_app.domain.states import ClockCode
from sync.hall import settling, views
from tests.support.county import OPERATOR, Machine, SmallCounty
from tests.support.homes import SetClock
from tests.support.lines import accepted_line
from tests.support.walk import CHIEF, START

ITEM = "elder_allowance"


@dataclass
class WrongClock(SetClock):
    """A machine clock that goes wrong by so much."""

    truth: SetClock | None = None
    wrong_by: timedelta = timedelta()

    def read(self) -> ClockReading:
        assert self.truth is not None
        right = self.truth.read()
        return replace(right, wall_ms=to_ms(self.truth.now + self.wrong_by))


def with_clock(county: SmallCounty, wrong_by: timedelta) -> Machine:
    """The village's machine, its clock wrong, once the hall has told it so."""
    county.machines["QX03"].station.close()
    right = county.clock
    county.clock = WrongClock(truth=right, wrong_by=wrong_by)
    machine = county.machines["QX03"] = county.opened(county.folder / "QX03")
    county.clock = right
    # the exchange asks the system for the wall clock when it measures the offset: here it is set as measured
    with machine.station.store.write() as writing:
        writing.state.put("offset_ms", -round(wrong_by.total_seconds() * 1000))
    return machine


def accepted(machine: Machine, n: int) -> Case:
    taken = machine.station.intake.take_in(CHIEF, {**accepted_line(ITEM, n), "outcome": "accept"})
    assert taken.case is not None
    return machine.station.cases.view(str(taken.case.id)).case


def due(case: Case) -> date:
    clock = case.clock(ClockCode.STATUTORY)
    assert clock is not None
    return clock.due


def exceptions(county: SmallCounty) -> list[dict[str, Any]]:
    with county.hall.store.read() as conn:
        return list(views.exceptions(conn))


def at_hall(county: SmallCounty) -> Case:
    [case] = county.hall_cases()
    return case


def synced(machine: Machine) -> None:
    """The offset stays as this machine knew it: the run's own clock is the test's."""
    with machine.station.store.read() as reading:
        offset = reading.state.get("offset_ms")
    machine.sync()
    with machine.station.store.write() as writing:
        writing.state.put("offset_ms", offset)


def test_a_day_that_the_clock_got_wrong_shows_the_earlier_deadline_until_it_is_settled(county: SmallCounty) -> None:
    on_time = accepted(county.machines["YL01"], 1)
    county.machines["YL01"].sync()
    village = with_clock(county, timedelta(days=1))
    case = accepted(village, 2)
    assert case.clock_suspect
    [suspect] = case.suspects
    assert (suspect.served, suspect.by_hall) == (START.date() + timedelta(days=1), START.date())
    assert due(case) == due(on_time)  # as if it had been served on the day that the hall's clock said
    told = case.clock(ClockCode.STATUTORY)
    assert told is not None
    assert told.told is not None
    assert told.told.due > due(case)
    synced(village)
    [row] = exceptions(county)
    assert (row["kind"], row["code"], row["evidence"]["served"], row["evidence"]["by_hall"]) == (
        "clock", "clock_suspect", suspect.served.isoformat(), suspect.by_hall.isoformat(),
    )
    hall = {found.id: found for found in county.hall_cases()}
    assert due(hall[case.id]) == due(case)
    with county.hall.store.read() as conn:
        counts = {line["station"]: line["unsettled_clocks"] for line in views.stations(conn)}
    assert counts == {"QX03": 1, "YL01": 0}
    with pytest.raises(CounterError, match="exception_how"):
        settling.settle(county.hall, EventId(row["device"], row["seq"]), "", "noted", "x", OPERATOR)
    settling.settle(county.hall, EventId(row["device"], row["seq"]), "clock", "served", "文书日期为准", OPERATOR)
    synced(village)
    for settled in (village.station.cases.view(str(case.id)).case, {c.id: c for c in county.hall_cases()}[case.id]):
        assert not settled.clock_suspect
        assert due(settled) == told.told.due
    assert exceptions(county) == []
    assert county.hall_problems() == []
    assert village.station.verifier.verify().problems == ()


def test_settled_for_the_halls_day_the_earlier_deadline_stays(county: SmallCounty) -> None:
    village = with_clock(county, timedelta(days=1))
    case = accepted(village, 3)
    synced(village)
    [row] = exceptions(county)
    settling.settle(county.hall, EventId(row["device"], row["seq"]), "", "hall", "时钟快了一天", OPERATOR)
    synced(village)
    settled = village.station.cases.view(str(case.id)).case
    assert not settled.clock_suspect
    assert due(settled) == due(case)
    assert village.station.verifier.verify().problems == ()


@pytest.mark.parametrize(
    ("wrong_by", "now", "suspect"),
    [
        (timedelta(hours=3), START.replace(hour=9), False),  # wrong, and the same day by both
        (timedelta(seconds=100), START.replace(hour=23, minute=59, second=30), False),  # over midnight, and too little
        (timedelta(seconds=130), START.replace(hour=23, minute=59, second=30), True),
        (timedelta(days=-2), START.replace(hour=9), True),  # behind: the day on the paper is the earlier one
    ],
)
def test_only_more_than_two_minutes_over_a_day_boundary_is_suspect(
    county: SmallCounty, wrong_by: timedelta, now: datetime, suspect: bool
) -> None:
    county.clock.now = now
    village = with_clock(county, wrong_by)
    case = accepted(village, 4)
    assert case.clock_suspect is suspect
    if wrong_by < timedelta():
        clock = case.clock(ClockCode.STATUTORY)
        assert clock is not None
        assert clock.told is None
