"""Agent jobs through a village that nobody entrusted with acceptance, the town's window and the hall: real parts,
one clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from counter_app.domain.agent_job import JobState
from counter_app.domain.case import Case
from counter_app.domain.entrustment import AgentJob
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.agent_ledger import agent_ledger
from counter_app.services.intake import TakenIn
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync.hall import views
from tests.support.county import Machine, SmallCounty, refused

AGENT = Person("李大山", frozenset({Role.AGENT}))
CLERK = Person("周敏", frozenset({Role.CLERK, Role.CHIEF}))
SUPERVISOR = Person("何督", frozenset({Role.SUPERVISOR}))
ADMIN = Person("管", frozenset({Role.ADMIN}))
ITEMS = [item for item in Catalogue.load().items() if item.entrustable]
HANDED_IN = {"window": "青溪镇便民服务中心3号窗口", "receiver": "周敏", "signed": True, "entrustment_signed": True}
LATE = {"reason": "停电", "slip_no": "7-0012"}
HANDED_BACK = {"receiver": "王桂芳", "signed": True, "satisfaction": 1}


@dataclass
class World:
    county: SmallCounty
    village: Machine
    town: Machine
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def line(self, item: int = 0, **more: Any) -> dict[str, Any]:
        line = {**example_line(ITEMS[item], "receive", next(self.numbers)), **more}
        return {name: value for name, value in line.items() if value is not None}

    def entrusted(self, line: dict[str, Any]) -> TakenIn:
        return self.village.station.intake.take_in(AGENT, line)

    def act(self, job: str, action: str, person: Person = AGENT, **given: Any) -> JobState:
        return self.village.station.jobs.act(person, job, action, given).jobs[0].state

    def job(self, number: str, at: Machine | None = None) -> AgentJob:
        [view] = (at or self.village).station.jobs.view(number)
        return view.job

    def taken_in(self, line: dict[str, Any], job: str, outcome: str, **more: Any) -> Case:
        """The window's line for the papers of the job."""
        own = {name: value for name, value in line.items() if name not in {"entrustment", "key", "powers"}}
        if outcome in {"accept", "correct"}:
            filled = example_line(next(item for item in ITEMS if item.code == line["item"]), "accept", 0)
            own |= {name: filled[name] for name in ("fields", "materials", "situation", "proxy") if name in filled}
        case = self.town.station.intake.take_in(CLERK, {**own, "outcome": outcome, "job": job, **more}).case
        assert case is not None
        return case

    def sync(self, *machines: Machine) -> None:
        for machine in machines or (self.village, self.town, self.village):
            machine.sync()

    def is_whole(self) -> bool:
        """Chains, projections against their rebuild, feeds: at the hall and at both stations."""
        stations = (self.village, self.town)
        return not self.county.hall_problems() and not any(m.station.verifier.verify().problems for m in stations)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTER_PASSPHRASE", "station words")
        patch.setenv("HALL_PASSPHRASE", "hall words")
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        county = SmallCounty(tmp_path_factory.mktemp("county"))
        village = county.add_station("QX07", "village", entrusted="")
        yield World(county, village, county.add_station("QX00", "town"))
        county.close()


def number(taken: TakenIn) -> str:
    assert taken.entrustment is not None
    assert taken.job is not None
    return str(taken.entrustment.number(taken.job))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}:00+08:00")


def test_papers_that_an_agent_takes_make_a_job_with_deed_and_receipt_and_never_an_acceptance(world: World) -> None:
    taken = world.entrusted(world.line())
    assert taken.case is None
    assert [notice.kind for notice in taken.notices] == ["N14", "N15"]
    assert taken.job is not None
    assert (taken.job.state, taken.job.received_at_ms) == (JobState.COLLECTED, None)
    assert taken.job.running is not None
    assert not world.village.station.cases.search(_everything())
    for notice in taken.notices:
        assert world.village.station.papers.find(number(taken), notice.kind)[1] == notice


@pytest.mark.parametrize("outcome", ["accept", "correct", "refuse", "not_required"])
def test_an_agent_decides_nothing_there(world: World, outcome: str) -> None:
    line = example_line(ITEMS[0], outcome, 900)
    with pytest.raises(CounterError) as error:
        world.entrusted(line)
    assert error.value.code == "station_not_entrusted"


def test_lines_of_one_person_with_one_value_are_one_entrustment_and_one_deed(world: World) -> None:
    first = world.line(0, entrustment="e-1", key="k-1")
    second = {**world.line(1, entrustment="e-1", key="k-2"), "applicant": first["applicant"]}
    one, two = world.entrusted(first), world.entrusted(second)
    assert one.entrustment is not None
    assert two.entrustment is not None
    assert one.entrustment.id == two.entrustment.id
    assert [job.item.code for job in two.entrustment.jobs] == [ITEMS[0].code, ITEMS[1].code]
    deeds = [notice for notice in two.entrustment.notices if notice.kind == "N14"]
    assert [bool(deed.spoiled) for deed in deeds] == [True, False], "the deed that lists both is the one to be signed"
    again = world.entrusted(second)
    assert (again.again, number(again)) == (True, number(two))
    assert refused(lambda: world.entrusted({**second, "phone": "1"} | {"reason": "x"})) == "line_key_unknown"
    assert refused(lambda: world.entrusted({**second, "entrustment": "e-2"})) == "key_conflict"
    world.act(str(two.entrustment.id), "hand_to_window", **HANDED_IN)
    late = {**world.line(2, entrustment="e-1"), "applicant": first["applicant"]}
    assert refused(lambda: world.entrusted(late)) == "entrustment_handed_in"


def test_a_job_goes_to_the_window_comes_back_with_its_result_and_is_paid_once(world: World) -> None:
    line = world.line()
    job = number(world.entrusted(line))
    assert world.act(job, "hand_to_window", **HANDED_IN) is JobState.SUBMITTED
    world.county.clock.now = at("2026-11-18T09:00")
    case = world.taken_in(line, job, "accept")
    world.sync()
    at_village = world.job(job)
    assert (at_village.state, at_village.case) == (JobState.IN_PROCESS, str(case.id))
    assert at_village.collected_at_ms is not None
    assert at_village.received_at_ms is not None
    both = [str(local_date(ms)) for ms in (at_village.collected_at_ms, at_village.received_at_ms)]
    assert both == ["2026-11-16", "2026-11-18"], "two dates, and the agency's clocks start at the second"
    known = world.town.station.cases.view(str(case.id)).case
    assert known.agent_collected_at_ms == at_village.collected_at_ms
    assert known.clocks[0].start == local_date(known.received_at_ms)
    assert world.job(job, world.town).state is JobState.IN_PROCESS

    world.town.station.acts.act(CLERK, str(case.id), "submit", {})
    world.sync(world.town)
    world.county.by_hall(case.id, "grant", {})
    world.sync()
    assert world.job(job).state is JobState.RESULT
    assert refused(lambda: world.act(job, "hand_back", **HANDED_BACK)) == "job_result_not_fetched"
    world.act(job, "fetch_result", result="高龄津贴证", licence_no="YL-77")
    assert world.act(job, "hand_back", **HANDED_BACK) is JobState.HANDED
    assert refused(lambda: world.act(job, "pay", SUPERVISOR)) == "job_not_counted", "not at the hall yet"
    world.sync()
    assert refused(lambda: world.act(job, "pay", SUPERVISOR, own_household=True)) == "job_not_counted"
    assert world.act(job, "pay", SUPERVISOR) is JobState.PAID

    twin = number(world.entrusted({**line, "key": "twin", "received_at": "2026-11-16T09:29", "late_entry": LATE}))
    world.act(twin, "hand_to_window", **HANDED_IN)
    world.taken_in(line, twin, "not_required", reason="已经在领")
    world.sync(world.town, world.village, world.village)
    assert world.job(twin).case_state == CaseState.NOT_REQUIRED
    world.act(twin, "fetch_result", result="不受理告知书")
    world.act(twin, "hand_back", **HANDED_BACK)
    world.sync()
    with pytest.raises(CounterError) as twice:
        world.act(twin, "pay", SUPERVISOR)
    assert twice.value.params["not_counted"] == "doubled", "same person, same item, same day"
    assert world.is_whole()


def test_a_correction_gives_the_job_back_and_the_second_round_ends_at_the_window_again(world: World) -> None:
    line = world.line()
    job = number(world.entrusted(line))
    gap = line["materials"][0]["id"]
    told = {"material": gap, "problem": "incomplete", "demand": "盖章后重交"}
    case = world.taken_in(line, job, "correct", gaps=[told])
    world.sync(world.town, world.village, world.town)  # the window was quicker than the village's own word
    assert world.job(job).state is JobState.BACK
    assert world.job(job).back_paper.startswith("N04 ")
    world.act(job, "collect", materials=line["materials"])
    world.act(job, "hand_to_window", **HANDED_IN)
    supplied = {"materials": [row for row in line["materials"] if row["id"] == gap], "ticked": [gap]}
    world.town.station.acts.act(CLERK, str(case.id), "supply_all", supplied)
    world.sync(world.town, world.village, world.village)
    assert world.job(job).state is JobState.IN_PROCESS
    assert world.job(job).backs == 1
    assert world.is_whole()


def test_the_windows_word_waits_at_the_hall_for_the_villages(world: World) -> None:
    line = world.line()
    job = number(world.entrusted(line))
    case = world.taken_in(line, job, "receive")
    world.sync(world.town)
    world.act(job, "hand_to_window", **HANDED_IN)
    world.sync(world.village, world.town)
    assert world.job(job).case == str(case.id)
    assert world.job(job).state is JobState.IN_PROCESS
    assert world.village.station.cases.view(str(case.id)).case.job == job, "the village sees the case itself"
    assert not [duty for duty in world.village.station.duties.today().duties if duty.case and duty.case.id == case.id]
    assert world.is_whole()


def test_a_case_of_somebody_else_is_not_linked_and_a_person_looks_at_it(world: World) -> None:
    job = number(world.entrusted(world.line()))
    case = world.taken_in(world.line(), job, "receive")
    world.sync()
    assert world.job(job).case == ""
    with world.county.hall.store.read() as conn:
        found = [row for row in views.exceptions(conn) if row["code"] == "job_other_application"]
    assert [row["case"] for row in found] == [str(case.id)]
    assert world.is_whole()


def test_the_agents_ledger_has_a_row_for_each_item(world: World) -> None:
    line = world.line(0, entrustment="book")
    one = world.entrusted(line)
    world.entrusted({**world.line(1, entrustment="book"), "applicant": line["applicant"]})
    desk = world.village.station.desk
    ledger = agent_ledger(desk, desk.today(), desk.today())
    assert one.entrustment is not None
    rows = [dict(zip((c.code for c in ledger.columns), row.cells, strict=True)) for row in ledger.rows]
    own = [row for row in rows if row["entrustment_no"] == str(one.entrustment.id)]
    assert [row["item"] for row in own] == [ITEMS[0].name, ITEMS[1].name]
    assert own[0]["agent"] == AGENT.name
    assert line["applicant"]["id_number"] not in str(rows)
    assert not ledger.totals[0].count - len(rows)


def test_an_ended_entrustment_is_erased_like_a_case_and_the_chains_still_verify(world: World) -> None:
    line = world.line()
    taken = world.entrusted(line)
    job = number(taken)
    world.act(job, "stop", reason="委托人不办了")
    world.sync()
    for notice in taken.notices:
        found, paper = world.village.station.papers.find(job, notice.kind)
        world.village.station.papers.log_printed(AGENT, found, paper, "file", 1)
    world.sync()
    world.county.clock.now = at("2027-06-30T10:00")
    assert taken.entrustment is not None
    erased = {row.case.id for row in world.village.station.retention.run(ADMIN).expired}
    assert taken.entrustment.id in erased
    assert not world.village.station.jobs.listed(query=line["applicant"]["id_number"])
    assert world.job(job).state is JobState.STOPPED
    world.sync()
    assert world.is_whole()


def _everything() -> Any:
    from counter_app.services.stored_facts import CaseQuery

    return CaseQuery()
