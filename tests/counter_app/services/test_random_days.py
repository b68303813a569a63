"""Days at a village station as chance makes them: whatever is done, in whatever order, what was promised holds.

COUNTER_RANDOM_SEED and COUNTER_RANDOM_STEPS choose another walk, or a longer one.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from counter_app.adapters.store import projections, schema
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import to_ms
from counter_app.domain.moves import DRAFT_ACTIONS, plan
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene, circumstances
from counter_app.domain.states import END_STATES, LIFECYCLE_KINDS, Action, CaseState, ClockCode, transition_of_event
from counter_app.services.acts import BESIDE_THE_TABLE
from counter_app.services.duties import Group
from counter_app.services.final_numbers import register_final_numbers
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from forms.examples import example_line
from forms.notice_templates import bundled_templates
from sync import journal
from tests.support.homes import AGENT, CHIEF, DEVICE, EnrolledHome, bring, lease

STEPS = int(os.environ.get("COUNTER_RANDOM_STEPS", "50"))
SEEDS = [int(os.environ["COUNTER_RANDOM_SEED"])] if "COUNTER_RANDOM_SEED" in os.environ else [3, 20261122]
OPERATOR = Person("钱局", frozenset({Role.OPERATOR}))
OUTCOMES = ("accept", "accept", "receive", "receive", "correct", "not_required", "refuse", "draft")
ACTIONS = [action.value for action in Action if action not in DRAFT_ACTIONS] + list(BESIDE_THE_TABLE)


OWN_IN_FEED = schema.feed.c.device == DEVICE


@pytest.fixture
def station_level() -> str:
    return "town"  # where every item is taken in


class PowerCut(BaseException):
    """The machine is gone between the commit and the paper."""


@dataclass
class Village:
    """The station, chance, and what to compare with at the end."""

    home: EnrolledHome
    aside: Path
    chance: random.Random
    station: Station = field(init=False)
    lines: int = 0
    leased: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    cut_short: dict[tuple[CaseId, str, str], bytes] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.station = self.home.open()

    def step(self) -> None:
        steps: dict[Callable[[], None], int] = {
            self.take_in: 8, self.act: 12, self.act_wrongly: 4, self.let_time_pass: 3, self.hear_from_the_hall: 4,
            self.print: 3, self.lose_power: 2, self.get_numbers: 2,
        }  # fmt: skip
        step = self.chance.choices(list(steps), list(steps.values()))[0]
        self.done[step.__name__] += 1
        step()

    def cases(self) -> list[Case]:
        return self.station.cases.search(CaseQuery(limit=100_000))

    def some_case(self) -> Case | None:
        found = self.cases()
        return self.chance.choice(found) if found else None

    def person(self) -> Person:
        return self.chance.choice([AGENT, AGENT, CHIEF])

    def take_in(self) -> None:
        self.lines += 1
        item = self.chance.choice(self.station.desk.catalogue.items())
        line = example_line(item, self.chance.choice(OUTCOMES), self.lines) | {"key": f"line-{self.lines}"}
        if self.chance.random() < 0.2:
            received = self.home.clock.now - timedelta(days=self.chance.randrange(12))
            line |= {"received_at": received.isoformat(), "late_entry": {"reason": "停电", "slip_no": str(self.lines)}}
        if self.chance.random() < 0.1:
            line["applicant"] = {**line["applicant"], "id_number": "379901196805201017"}
        self.unless_refused(lambda: self.station.intake.take_in(self.person(), line))

    def act(self) -> None:
        """Something that may be done to a case now."""
        case = self.some_case()
        if case is None:
            return
        person = self.person()
        ways = [way.action for way in self.station.cases.possibilities(person, str(case.id)) if way.why_not is None]
        action = self.chance.choice([*(way.value for way in ways), *BESIDE_THE_TABLE])
        if action == "hand_over" and self.chance.random() < 0.8:
            return
        given = self.enough_for(case, action)
        self.unless_refused(lambda: self.station.acts.act(person, str(case.id), action, given))

    def act_wrongly(self) -> None:
        """Any act on any case, with data that may lack or twist something."""
        case = self.some_case()
        if case is None:
            return
        action = self.chance.choice(ACTIONS)
        given: dict[str, object] = dict(self.enough_for(case, action))
        for key in list(given):
            given[key] = self.chance.choice([given[key], None, "", 7, [], {"a": 1}, "false", "\ud800"])
        self.unless_refused(lambda: self.station.acts.act(self.person(), str(case.id), action, given))

    def unless_refused(self, do: Callable[[], object]) -> None:
        with self.station.store.read() as reading:
            before = reading.head(), reading.blocks(), len(reading.drafts())
        try:
            do()
        except CounterError:
            self.done["refused"] += 1
        else:
            return
        with self.station.store.read() as reading:
            assert (reading.head(), reading.blocks(), len(reading.drafts())) == before

    def enough_for(self, case: Case, action: str) -> Mapping[str, object]:
        item = self.station.desk.item_of(case)
        material = {"id": self.chance.choice(item.materials).id, "form": "copy", "pages": self.chance.randrange(1, 5)}
        missing = item.required_materials(circumstances(case))
        gaps = [{"material": rule.id, "problem": "missing", "demand": f"请补交{rule.name}"} for rule in missing]
        if self.chance.random() < 0.2:
            gaps.append({"material": "村委会的便条", "problem": "incomplete", "demand": "请写明日期"})
        known: dict[str, dict[str, object]] = {
            "not_required": {"reason": "不需要办理"},
            "refuse": {"reason": "不属于本机关", "competent_agency": "白石镇人民政府"},
            "correct": {"gaps": gaps},
            "supply_all": {"ticked": [gap.material for gap in case.gaps]},
            "fix_on_spot": {"applicant": {"phone": f"1390000{self.chance.randrange(10_000):04d}"}},
            "withdraw": {"signed": True},
            "grant": {"decision_no": f"青政准〔2026〕{self.lines}号", "validity": "长期", "publicity": "县政府网站"},
            "deny": {
                "decision_no": f"青政否〔2026〕{self.lines}号", "reason": "不符合条件", "findings": "年龄不够",
                "basis": "办法第四条",
            },
            "deliver": {"way": "window", "receiver": case.applicant.name, "identity_checked": True},
            "annotate": {"note": "来电询问"},
            "take_papers": {"materials": [material]},
        }
        return known.get(action, {"reason": "x"})

    def let_time_pass(self) -> None:
        self.home.clock.now += timedelta(minutes=self.chance.choice([5, 60, 24 * 60, 3 * 24 * 60, 8 * 24 * 60]))

    def hear_from_the_hall(self) -> None:
        """The hall numbers new cases at the place of their receipt, and decides some that it holds."""
        for case in self.cases():
            if not case.case_no:
                opened = NewEvent("numbered", case.id, 0, "", {"case_no": f"{case.id.n:043d}"})
                with self.station.store.read() as reading:
                    first = reading.seqs_of(case.id)[0]
                    placed = reading.connection.scalar(select(func.max(schema.feed.c.seq)).where(OWN_IN_FEED))
                bring(self.station, opened, own_until=max(first, placed or 0), clock=self.home.clock)
        held = [case for case in self.cases() if case.holder == HALL]
        for case in held:
            with suppress(CounterError):  # not decided yet, or handed over before it was accepted
                self.decide(case)

    def decide(self, case: Case) -> None:
        action = self.chance.choice([Action.GRANT, Action.DENY])
        item, now_ms = self.station.desk.item_of(case), to_ms(self.home.clock.now)
        scene = Scene(OPERATOR, HALL, False, now_ms, self.station.desk.calendar, item, at_hall=True)
        planned = plan(case, action, self.enough_for(case, action.value), scene)
        new = NewEvent(planned.row.event_kind, case.id, case.epoch, "钱局", planned.data, planned.private)
        bring(self.station, new, clock=self.home.clock)

    def get_numbers(self) -> None:
        """A small block of a series that this station uses comes, and what waited for a number gets it."""
        agencies = sorted({item.agency for item in self.station.desk.catalogue.items()})
        year = self.home.clock.now.year
        key = self.chance.choice(agencies), self.chance.choice(["N02", "N03-A", "N04"]), year
        first, size = self.leased[key] + 1, self.chance.randrange(1, 4)
        lease(self.station, *key[:2], first, first + size - 1, year)
        self.leased[key] += size
        with self.station.store.write() as writing:
            register_final_numbers(writing)

    def print(self) -> None:
        for case, notice in self.station.papers.unprinted():
            if self.chance.random() < 0.5:
                self.station.papers.log_printed(self.person(), case, notice, "file", 2)

    def lose_power(self) -> None:
        """A case is taken in and the power goes before its papers are made; a copy of the home makes them at once."""
        vault: Any = self.station.desk.vault

        def put(content: bytes) -> None:
            raise PowerCut

        vault.put = put
        before = {case.id for case in self.cases()}
        with suppress(PowerCut):
            self.take_in()
        self.station.close()
        self.station = self.home.open()
        cut_short = [case for case in self.cases() if case.id not in before]
        if cut_short:
            copy = EnrolledHome(self.aside / str(len(self.cut_short)), self.home.clock)
            shutil.copytree(self.home.path, copy.path)
            other = copy.open()
            for case, notice in _notices(cut_short):
                self.cut_short[case.id, notice.kind, notice.number] = other.papers.pdf(case.id, notice)
            other.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_chance_does_at_a_station_nothing_is_lost_doubled_or_outside_the_law(
    home: EnrolledHome, tmp_path: Path, seed: int
) -> None:
    village = Village(home, tmp_path / "aside", random.Random(seed))
    for _ in range(STEPS):
        village.step()
    station, cases = village.station, village.cases()
    events = {case.id: station.cases.view(str(case.id)).events for case in cases}
    assert len(cases) > STEPS // 15, village.done
    for case in cases:
        assert_inside_the_table(case, events[case.id])
    assert_each_paper_once(cases, events)
    assert_numbers_run_on(station)
    assert_no_duty_is_lost(village, cases)
    assert_rebuilt_alike(station)
    assert_papers_stay_what_they_are(village, cases)
    verification = station.verifier.verify()
    assert verification.ok, verification.problems
    station.close()


def assert_inside_the_table(case: Case, events: tuple[Event, ...]) -> None:
    state = CaseState.DRAFT
    for event in events:
        if event.kind in LIFECYCLE_KINDS:
            row = transition_of_event(state, event.kind)
            assert row is not None, (case.id, state, event.kind)
            state = row.target or state
    assert case.state is state


def _has_licence(case: Case, granted: Event) -> bool:
    return case.item.licence or bool(granted.data.get("licence_no"))


def assert_each_paper_once(cases: list[Case], events: Mapping[CaseId, tuple[Event, ...]]) -> None:
    for case in cases:
        issued = defaultdict(list)
        for notice in case.notices:
            issued[notice.event].append(notice.kind)
        state, licence = CaseState.DRAFT, False
        for event in events[case.id]:
            row = transition_of_event(state, event.kind)
            state = row.target or state if row else state
            papers = row.papers if row and event.id.device == DEVICE else ()
            papers = ("N01-S",) if event.kind == "papers_taken" else papers
            licence = (event.kind == "granted" and _has_licence(case, event)) or (licence and event.kind != "denied")
            left_out = (() if event.data.get("way") == "post" else ("POST",)) + (() if licence else ("N16",))
            wanted = [kind.value for kind in bundled_templates().printable(papers) if kind.value not in left_out]
            assert issued.pop(event.id, []) == wanted, (case.id, event.kind)
        assert not issued
    bearing = ((case, notice) for case, notice in _notices(cases) if notice.number)
    numbers = Counter((case.item.agency, notice.kind, notice.number) for case, notice in bearing)
    assert set(numbers.values()) <= {1}


def assert_numbers_run_on(station: Station) -> None:
    """By the journal alone: the numbers of each series are those of its blocks, in order and without a gap."""
    taken: dict[tuple[object, ...], list[int]] = defaultdict(list)
    with station.store.read() as reading:
        blocks = reading.blocks()
        for event in journal.read(reading.connection, DEVICE):
            later = [event.data] if event.kind == "number_registered" else []
            for row in [*event.data.get("notices", []), *later]:  # type: ignore[misc]
                if "n" in row:
                    series = ("temporary",) if row.get("temporary") else (row["agency"], row["series"])
                    taken[*series, row["year"]].append(row["n"])
    for key, numbers in taken.items():
        assert numbers == list(range(1, len(numbers) + 1)), key
    used = Counter({key: len(numbers) for key, numbers in taken.items() if key[0] != "temporary"})
    by_blocks: Counter[tuple[object, ...]] = Counter()
    for block in blocks:
        by_blocks[block.agency, block.kind, block.year] += block.next - block.first
    assert +by_blocks == used


def assert_no_duty_is_lost(village: Village, cases: list[Case]) -> None:
    today = village.station.duties.today()
    next_day = village.station.desk.calendar.next_working_day(today.day)
    wanted = {case.id for case in cases if _is_a_duty(case, next_day)}
    listed = [duty.case.id for duty in today.duties if duty.case is not None]
    assert len(listed) == len(set(listed))
    assert set(listed) == wanted
    must = {duty.case.id for duty in today.duties if duty.group is Group.MUST_ANSWER and duty.case is not None}
    unanswered = [case for case in cases if case.state is CaseState.RECEIVED]
    assert {case.id for case in unanswered if _ends(case, ClockCode.CHECK) <= today.day} <= must


def _is_a_duty(case: Case, next_day: Any) -> bool:
    if case.unprinted:
        return True
    if case.state in END_STATES:
        return False
    if case.state in {CaseState.GRANTED, CaseState.DENIED, CaseState.DELIVERING}:
        return True
    handed_in = any(gap.handed_in for gap in case.gaps if not gap.supplied)
    return handed_in or any(clock.runs and clock.due <= next_day for clock in case.clocks)


def _ends(case: Case, code: ClockCode) -> Any:
    clock = case.clock(code)
    assert clock is not None, "a received case is being checked"
    return clock.due


def assert_rebuilt_alike(station: Station) -> None:
    with station.store.write() as writing:
        before = projections.rows_to_compare(writing.connection)
        projections.rebuild(writing.connection, DEVICE)
        assert projections.rows_to_compare(writing.connection) == before


def assert_papers_stay_what_they_are(village: Village, cases: list[Case]) -> None:
    station = village.station
    kept = {(case.id, n.kind, n.number): station.papers.pdf(case.id, n) for case, n in _notices(cases)}
    assert {key: kept[key] for key in village.cut_short} == village.cut_short
    with station.store.write() as writing:
        writing.connection.execute(schema.papers.delete())
    again = village.chance.sample(_notices(cases), min(12, len(kept)))
    for case, notice in again:
        assert station.papers.pdf(case.id, notice) == kept[case.id, notice.kind, notice.number]


def _notices(cases: list[Case]) -> list[tuple[Case, IssuedNotice]]:
    return [(case, notice) for case in cases for notice in case.notices]
