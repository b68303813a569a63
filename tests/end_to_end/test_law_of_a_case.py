"""Random people do random things at a village, a county counter and the hall: the law of a case holds.

No state outside the table, no paper missing, no number twice, no clock that differs from the slow reference of
`tests/support/law_reference.py`, projections that rebuild to the same bytes, journals that verify.
COUNTER_LAW_EXAMPLES and COUNTER_LAW_STEPS make it longer; COUNTER_LAW_SEED chooses another walk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from counter_app.adapters.store.station_store import WriteTransaction
from counter_app.domain import clocks, moves, states
from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import CHINA, local_date
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import circumstances
from counter_app.domain.states import Action
from counter_app.services.acts import BESIDE_THE_TABLE
from counter_app.services.papers import Papers
from counter_app.services.ports import CaseQuery
from forms.examples import example_line
from sync.hall import cases as hall_cases
from sync.hall import number_report
from tests.support.county import Machine, SmallCounty
from tests.support.law_reference import Happened, SlowCase, items_as_written, published_days

EXAMPLES = int(os.environ.get("COUNTER_LAW_EXAMPLES", "4"))
STEPS = int(os.environ.get("COUNTER_LAW_STEPS", "80"))
SEED = int(os.environ.get("COUNTER_LAW_SEED", "20261122"))

AGENT = Person("何秀兰", frozenset({Role.AGENT}))
CLERK = Person("王芳", frozenset({Role.CLERK}))
CHIEF = Person("周敏", frozenset({Role.CHIEF, Role.CLERK}))
OPERATOR = Person("钱局", frozenset({Role.OPERATOR, Role.SUPERVISOR}))
ALL_ACTIONS = [action.value for action in Action if action not in moves.DRAFT_ACTIONS] + list(BESIDE_THE_TABLE)
GROUNDS = ["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"]
START = datetime(2026, 9, 14, 9, 30, tzinfo=CHINA)
_ENDS = frozenset({"withdraw", "void", "give_up", "return", "refuse", "not_required"})  # or no walk gets far


@cache
def template() -> Path:
    """A county with its two machines, made once and copied for each walk."""
    folder = Path(tempfile.mkdtemp(prefix="county-"))
    county = SmallCounty(folder)
    county.add_station("QX03", "village")
    county.add_station("YL01", "county")
    county.close()
    return folder


class AnyCase(RuleBasedStateMachine):
    """One walk."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="walk-"))
        shutil.copytree(template(), self.folder, dirs_exist_ok=True)
        self.county = SmallCounty.again(self.folder, ["QX03", "YL01"])
        self.county.clock.now = START
        self.lines = 0
        self.chance = Random(0)
        self.done: Counter[str] = Counter()

    # what may happen ----------------------------------------------------------------------

    @rule(seed=st.integers(min_value=0, max_value=2**32 - 1))
    def something_happens(self, seed: int) -> None:
        """One step of chance; the walk is told by its seeds."""
        self.chance = Random(seed)
        steps: dict[Callable[[], None], int] = {
            self.somebody_comes: 8, self.somebody_acts: 22, self.the_hall_acts: 12, self.somebody_tries_anything: 4,
            self.a_supervisor_takes_it_back: 1, self.the_county_goes_on_with_a_slip: 2, self.a_supervisor_settles: 2,
            self.time_passes: 4, self.a_machine_meets_the_hall: 6, self.a_paper_is_printed: 1,
        }  # fmt: skip
        step = self.chance.choices(list(steps), list(steps.values()))[0]
        self.done[step.__name__] += 1
        step()

    def somebody_comes(self) -> None:
        machine, self.lines = self.chance.choice(self.machines), self.lines + 1
        item = self.chance.choice(machine.station.desk.catalogue.items())
        outcome = self.chance.choice(["accept", "accept", "receive", "receive", "correct", "correct", "refuse"])
        line = example_line(item, outcome, self.lines)
        if self.chance.random() < 0.15:
            received = self.county.clock.now - timedelta(days=self.chance.randrange(9))
            line |= {"received_at": received.isoformat(), "late_entry": {"reason": "停电", "slip_no": str(self.lines)}}
        self.unless_refused(lambda: machine.station.intake.take_in(CHIEF if outcome == "refuse" else AGENT, line))

    def somebody_acts(self) -> None:
        """Something that may be done to a case that this machine holds."""
        machine, who = self.chance.choice(self.machines), self.chance.choice([AGENT, CLERK, CHIEF, CHIEF])
        held = [case for case in self.cases_of(machine) if case.holder == machine.device and case.is_open]
        if not held:
            return
        case = self.chance.choice(held)
        possible = machine.station.cases.possibilities(who, str(case.id))
        ways = [row.action.value for row in possible if row.why_not is None]
        ways = [way for way in ways if way not in _ENDS or self.chance.random() < 0.1]
        beside = ["annotate", "take_papers", "answer", "hand_over", "spoil"]
        action = self.chance.choice(ways if ways and self.chance.random() < 0.85 else beside)
        given = enough_for(machine.station.desk.item_of(case), case, action, self.chance)
        second = OPERATOR if self.chance.random() < 0.5 else None
        self.unless_refused(lambda: machine.station.acts.act(who, str(case.id), action, given, second), action)

    def somebody_tries_anything(self) -> None:
        machine = self.chance.choice(self.machines)
        found = self.cases_of(machine)
        if not found:
            return
        case, action = self.chance.choice(found), self.chance.choice(ALL_ACTIONS)
        given = dict(enough_for(machine.station.desk.item_of(case), case, action, self.chance))
        for key in list(given):
            given[key] = self.chance.choice([given[key], given[key], None, "", 7, [], {"a": 1}, "false", "\ud800"])
        self.unless_refused(lambda: machine.station.acts.act(CHIEF, str(case.id), action, given), action)

    def the_hall_acts(self) -> None:
        held = [case for case in self.county.hall_cases() if case.holder == HALL and not case.continued_by]
        if not held:
            return
        case = self.chance.choice(held)
        item = self.machines[0].station.desk.catalogue.get(case.item.code)
        ways = [row.action.value for row in states.TRANSITIONS if case.state in row.sources]
        ways = [way for way in ways if way not in _ENDS or self.chance.random() < 0.1]
        long_ways = [way for way in ways if way in {"suspend", "resume", "extend", "pass_on", "join"}]
        action = self.chance.choice([*ways, *2 * long_ways, "hand_over", "answer"])
        given = enough_for(item, case, action, self.chance)
        self.unless_refused(lambda: self.county.by_hall(case.id, action, given, OPERATOR), f"hall {action}")

    def a_supervisor_takes_it_back(self) -> None:
        """And mostly hands it over to one of the counters."""
        found = [case for case in self.county.hall_cases() if case.holder != HALL]
        if not found:
            return
        case, to = self.chance.choice(found), self.chance.choice(self.machines).device
        self.unless_refused(lambda: self.county.by_hall(case.id, "recall", {"reason": "网点停电"}, OPERATOR), "recall")
        if self.chance.random() < 0.7:
            self.unless_refused(lambda: self.county.by_hall(case.id, "hand_over", {"to": to}, OPERATOR))

    def the_county_goes_on_with_a_slip(self) -> None:
        village, counter = self.machines
        slips = [case for case in self.cases_of(village) if case.id.device == village.device and not case.continued_by]
        if not slips:
            return
        slip = self.chance.choice(slips)
        line = example_line(village.station.desk.item_of(slip), self.chance.choice(["accept", "receive"]), self.lines)
        line |= {
            "key": f"slip-{slip.id}", "continues": str(slip.id), "late_entry": {"reason": "村里断网", "slip_no": "1"},
            "received_at": datetime.fromtimestamp(slip.received_at_ms / 1000, CHINA).isoformat(),
        }
        line["applicant"] = {**line["applicant"], "id_number": slip.applicant.id_number, "name": slip.applicant.name}
        self.unless_refused(lambda: counter.station.intake.take_in(CHIEF, line), "continue")

    def a_supervisor_settles(self) -> None:
        frozen = [case for case in self.county.hall_cases() if case.frozen]
        if not frozen:
            return
        case = self.chance.choice(frozen)
        valid = self.chance.choice([paper.number for paper in case.notices if paper.number and not paper.spoiled])
        given = {"valid": valid, "reason": "已核对"}
        self.unless_refused(lambda: self.county.by_hall(case.id, "settle", given, OPERATOR), "settle")

    def time_passes(self) -> None:
        minutes = self.chance.choice([5, 60, 24 * 60, 24 * 60, 3 * 24 * 60, 8 * 24 * 60, 30 * 24 * 60])
        self.county.clock.now += timedelta(minutes=minutes)

    def a_machine_meets_the_hall(self) -> None:
        self.chance.choice(self.machines).sync()

    def a_paper_is_printed(self) -> None:
        machine = self.chance.choice(self.machines)
        for case, notice in machine.station.papers.unprinted()[:1]:
            machine.station.papers.log_printed(AGENT, case, notice, "file", 2)

    # what must hold -----------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            for machine in (*self.machines, *self.machines):
                machine.sync()
            self.everything_holds()
        finally:
            self.county.close()
            shutil.rmtree(self.folder)

    def everything_holds(self) -> None:
        written = items_as_written()
        days = published_days()
        with self.county.hall.store.read() as conn:
            histories = {case.id: hall_cases.history(conn, case.id) for case in hall_cases.listed(conn)}
        for case in self.county.hall_cases():
            if not any(event.kind in {"settled", "continued"} for event, _ in histories[case.id]):
                held_against(case, [event for event, late in histories[case.id] if not late], written, days)
        self.no_number_stands_on_two_papers(histories)
        self.every_number_is_explained()
        for machine in self.machines:
            found = machine.station.verifier.verify()
            assert found.ok, found.problems
            for case in self.cases_of(machine):
                with self.county.hall.store.read() as conn:
                    at_hall = hall_cases.load(conn, case.id)
                assert at_hall is not None
                assert (case.state, case.clocks) == (at_hall.state, at_hall.clocks), case.id
        assert self.county.hall_problems() == []

    def no_number_stands_on_two_papers(self, histories: Mapping[CaseId, list[tuple[Event, bool]]]) -> None:
        """By the events alone: of each series every number at most once, and those of a device in order."""
        used: Counter[tuple[Any, ...]] = Counter()
        runs: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
        for history in histories.values():
            for event, _late in history:
                registered = [event.data] if event.kind == "number_registered" else []
                for row in [*event.data.get("notices", []), *registered]:  # type: ignore[misc]
                    if "n" in row and not row.get("temporary"):
                        key = (row["agency"], row["series"], row["year"])
                        used[(*key, row["n"])] += 1
                        runs.setdefault((*key, event.id.device), []).append((event.id.seq, row["n"]))
        assert [key for key, times in used.items() if times > 1] == []
        for run in runs.values():
            assert all(n < following for (_, n), (_, following) in pairwise(sorted(run)))

    def every_number_is_explained(self) -> None:
        with self.county.hall.store.read() as conn:
            assert number_report.report(conn, None)["unexplained"] == []
        for machine in self.machines:
            assert [found.unexplained for found in machine.station.numbers.report().series if found.unexplained] == []

    # helpers ------------------------------------------------------------------------------

    @property
    def machines(self) -> list[Machine]:
        return list(self.county.machines.values())

    def cases_of(self, machine: Machine) -> list[Case]:
        return machine.station.cases.search(CaseQuery(limit=100_000))

    def unless_refused(self, do: Callable[[], object], what: str = "") -> None:
        try:
            do()
        except CounterError as refused:
            self.done[f"{what} {refused.code}"] += 1
        else:
            self.done[what] += 1


def enough_for(item: Any, case: Case, action: str, chance: Random) -> Mapping[str, object]:
    """What the act needs, as a person would give it."""
    n = chance.randrange(10**6)
    material = {"id": item.materials[n % len(item.materials)].id, "form": item.materials[n % len(item.materials)].form}
    demanded = [gap.material for gap in case.gaps]
    told = [{"material": gap.material, "problem": "incomplete", "demand": f"请补齐{n % 9}"} for gap in case.gaps]
    missing = item.required_materials(circumstances(case))
    gaps = told or [{"material": rule.id, "problem": "missing", "demand": f"请补交{rule.name}"} for rule in missing]
    supplied = [{"id": gap.material, "form": "copy", "pages": 1} for gap in case.gaps[:1]]
    papers = [notice.kind for notice in case.notices if notice.number] or ["N01"]
    known: dict[str, dict[str, object]] = {
        "not_required": {"reason": "不需要办理"},
        "refuse": {"reason": "不属于本机关", "competent_agency": "白石镇人民政府"},
        "correct": {"gaps": gaps, "reason": "材料有变化", "changed_facts": "家庭成员有变化"},
        "correct_again": {"gaps": gaps, "reason": "材料有变化", "changed_facts": "家庭成员有变化"},
        "supply_part": {"materials": supplied},
        "supply_all": {"ticked": demanded},
        "fix_on_spot": {"applicant": {"phone": f"1390000{n % 10_000:04d}"}},
        "accept_tolerantly": {"pledge_signed": True, "pledge_days": 1 + n % 30},
        "complete_tolerated": {"materials": [material]},
        "withdraw": {"signed": True, "reason": "不办了"},
        "return": {"reason": "不符合要求", "basis": "本地办件管理办法第三条"},
        "give_up": {"reason": "不办了", "contact_attempt": "电话三次未接"},
        "pass_on": {"co_agencies": ["county_civil_affairs", "county_market"][: 1 + n % 2], "joint_by_law": n % 2 == 0},
        "join": {"opinions": [{"agency": "county_civil_affairs", "opinion": ["agree", "absent", "silent"][n % 3]}]},
        "forward_up": {"opinion": "同意上报"},
        "suspend": {"ground": GROUNDS[n % 8], "needed_days": 1 + n % 40, "reason": "需要评审"},
        "resume": {"result": "评审通过"},
        "extend": {"reason": "情况复杂"},
        "grant": {"decision_no": f"青政准〔2026〕{n}号"},
        "deny": {"decision_no": f"青政否〔2026〕{n}号", "reason": "不符合条件"},
        "send_out": {"way": "window"},
        "deliver": {"way": "window", "receiver": case.applicant.name, "identity_checked": True},
        "annotate": {"note": "来电询问"},
        "take_papers": {"materials": [{**material, "pages": 1 + n % 4}]},
        "answer": {"yes": n % 3 > 0},
        "spoil": {"kind": papers[n % len(papers)], "reason": "打印卡纸"},
        "void": {"reason": "录错了"},
        "reopen": {"reason": "发现错误"},
    }
    return known.get(action, {"reason": "x"})


def held_against(case: Case, events: list[Event], written: Mapping[str, Any], days: Mapping[Any, bool]) -> None:
    """The program's case against the reference's, told from the same events."""
    slow = SlowCase(written[case.item.code])
    for event in events:
        at_ms = event.data["received_at"] if event.kind == "received" else event.at_ms
        slow.take(Happened(event.kind, local_date(int(str(at_ms))), event.data))
    assert case.state.value == slow.state, case.id
    assert Counter(notice.kind for notice in case.notices if not notice.late) == Counter(slow.papers), case.id
    newest = {clock.code.value: clock for clock in case.clocks}
    for name, reference in slow.clocks.items():
        ours = newest.pop(name)
        assert ours.is_open == reference.open, (case.id, name)
        assert ours.due == reference.due(days), (case.id, name, ours)
        assert ours.stopped_since == reference.stopped_on, (case.id, name)
    assert newest == {}, case.id


def walked(examples: int = EXAMPLES, steps: int = STEPS) -> None:
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(AnyCase), settings=chosen)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])  # as after a power cut: made when they are asked for


def test_whatever_happens_the_law_of_a_case_holds() -> None:
    walked()


# faults that the walk must find ----------------------------------------------------------------


def test_a_transition_without_its_paper_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {key: replace(row, papers=()) if row.code == "T12" or row.code == "T07" else row
               for key, row in states._BY_ACTION.items()}  # fmt: skip
    monkeypatch.setattr(states, "_BY_ACTION", without)
    with pytest.raises(AssertionError):
        walked(20)


def test_a_suspension_day_that_is_counted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_day_short(clock: Clock, last: Any, calendar: Any) -> Clock:
        assert clock.stopped_since is not None
        spans = (*clock.stopped, (clock.stopped_since + timedelta(days=1), last))
        return clocks.recount(replace(clock, stopped=spans, stopped_since=None), calendar)

    monkeypatch.setattr(moves, "resumed", one_day_short)
    with pytest.raises(AssertionError):
        walked(30)


def test_a_number_that_is_used_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def the_last_one_again(writing: WriteTransaction, agency: str, series: str, year: int) -> int | None:
        ours = [block for block in writing.blocks() if (block.agency, block.kind, block.year) == (agency, series, year)]
        return max(ours[0].first, ours[0].next - 1) if ours else None

    monkeypatch.setattr(WriteTransaction, "take_number", the_last_one_again)
    with pytest.raises(AssertionError):
        walked(20)
