"""Random people at a village, a county counter and the hall: what they do, and what must hold afterwards.

A walk is a row of seeds, one a step. `everything_holds` compares hall and stations with each other, with the slow
reference of `law_reference.py`, and asks each side to verify itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from counter_app.domain import day_close, moves, states
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import CHINA, local_date
from counter_app.domain.notice import seal_of
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import circumstances
from counter_app.domain.states import Action, ClockCode
from counter_app.services.acts import BESIDE_THE_TABLE
from counter_app.services.sentences import holder_kind
from counter_app.services.stamps import Stamps
from counter_app.services.stored_facts import CaseQuery
from forms.examples import example_line
from sync.hall import calendars, days, number_report, troubles
from sync.hall import cases as hall_cases
from tests.support.catalogues import SHIPPED_ITEMS, changed, released
from tests.support.county import Machine, SmallCounty
from tests.support.law_reference import SHIPPED, Happened, SlowCase, items_as_written, published_days
from tests.support.postbag import answered, brought, packed, unpacked

AGENT = Person("何秀兰", frozenset({Role.AGENT}))
CLERK = Person("王芳", frozenset({Role.CLERK}))
CHIEF = Person("周敏", frozenset({Role.CHIEF, Role.CLERK}))
OPERATOR = Person("钱局", frozenset({Role.OPERATOR, Role.SUPERVISOR}))
ALL_ACTIONS = [action.value for action in Action if action not in moves.DRAFT_ACTIONS] + list(BESIDE_THE_TABLE)
GROUNDS = ["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"]
START = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)  # the deadlines reach into a year that nobody published yet
STATIONS = ("QX03", "YL01")
_ENDS = frozenset({"withdraw", "void", "give_up", "return", "refuse", "not_required"})  # or no walk gets far


def make_county(folder: Path) -> None:
    """The county that walks begin from; each goes on with a copy of it."""
    county = SmallCounty(folder)
    for code, level in zip(STATIONS, ("village", "county"), strict=True):
        county.add_station(code, level)
    county.close()


class Walk:
    """One walk, in a folder that holds a county of `make_county`.

    oftener: steps by name with their own weight; first: acts that are done wherever they can be. Both are for a
    walk that must meet something soon. lately: acts fall to the so many newest cases, and now and then to any.
    """

    def __init__(
        self,
        folder: Path,
        oftener: Mapping[str, int] | None = None,
        first: Collection[str] = (),
        lately: int = 0,
        stations: Collection[str] = STATIONS,
    ) -> None:
        self.oftener, self.first, self.lately = oftener or {}, first, lately
        self.county = SmallCounty.again(folder, stations)
        self.county.clock.now = START
        self.lines = 0
        self.chance = Random(0)
        self.done: Counter[str] = Counter()
        self.calendars: dict[str, dict[date, bool]] = {SHIPPED: published_days()}

    def end(self) -> None:
        """Everybody meets the hall twice, so that each knows what the other did."""
        for machine in (*self.machines, *self.machines):
            machine.sync()

    # what may happen ----------------------------------------------------------------------

    def step(self, seed: int) -> None:
        """One step of chance; a walk is told by its seeds."""
        self.chance = Random(seed)
        steps: dict[Callable[[], None], int] = {
            self.somebody_comes: 8, self.somebody_acts: 22, self.the_hall_acts: 12, self.somebody_tries_anything: 4,
            self.a_supervisor_takes_it_back: 1, self.the_county_goes_on_with_a_slip: 2, self.a_supervisor_settles: 2,
            self.time_passes: 4, self.the_year_is_published: 1, self.a_paper_is_printed: 1, self.an_item_is_released: 1,
            self.a_machine_meets_the_hall: 6, self.a_postbag_goes_round: 1,
        }  # fmt: skip
        weights = [self.oftener.get(step.__name__, weight) for step, weight in steps.items()]
        step = self.chance.choices(list(steps), weights)[0]
        self.done[step.__name__] += 1
        step()

    def somebody_comes(self) -> None:
        machine, self.lines = self.chance.choice(self.machines), self.lines + 1
        items = machine.station.desk.catalogue.items()
        if machine.device.startswith(STATIONS[0]) and self.chance.random() < 0.8:
            items = [item for item in items if item.entrustable]  # of others an agent's line becomes a job
        item = self.chance.choice(items)
        outcome = self.chance.choice(["accept", "accept", "receive", "receive", "correct", "correct", "refuse"])
        line = example_line(item, outcome, self.lines)
        if self.chance.random() < 0.15:
            received = self.county.clock.now - timedelta(days=self.chance.randrange(9))
            line |= {"received_at": received.isoformat(), "late_entry": {"reason": "停电", "slip_no": str(self.lines)}}
        self.unless_refused(lambda: machine.station.intake.take_in(CHIEF if outcome == "refuse" else AGENT, line))

    def somebody_acts(self) -> None:
        """Something that may be done to a case that this machine holds, or may claim."""
        machine, who = self.chance.choice(self.machines), self.chance.choice([AGENT, CLERK, CHIEF, CHIEF])
        reach = {"here", "desk", "counter"}
        held = [c for c in self.acted_on(machine) if c.is_open and holder_kind(c.holder, machine.device) in reach]
        if not held:
            return
        case = self.chance.choice(held)
        possible = machine.station.cases.possibilities(who, str(case.id))
        ways = [row.action.value for row in possible if row.why_not is None]
        ways = [way for way in ways if way not in _ENDS or self.chance.random() < 0.1]
        beside = ["annotate", "take_papers", "answer", "hand_over", "rate", "answer_rating", "choose_delivery", "spoil"]
        ways += of_a_hearing(case)
        first = [way for way in ways if way in self.first]
        action = self.chance.choice(first or (ways if ways and self.chance.random() < 0.85 else beside))
        given = enough_for(machine.station.desk.item_of(case), case, action, self.chance)
        second = OPERATOR if self.chance.random() < 0.5 else None
        self.unless_refused(lambda: claimed_and_done(machine, who, case, action, given, second), action)

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
        held = [case for case in self.county.hall_cases(self._how_many()) if case.holder == HALL]
        held = [case for case in held if not case.continued_by]
        if not held:
            return
        case = self.chance.choice(held)
        item = self.machines[0].station.desk.catalogue.get(case.item.code)
        ways = [row.action.value for row in states.TRANSITIONS if case.state in row.sources]
        ways = [way for way in ways if way not in _ENDS or self.chance.random() < 0.1]
        long_ways = [way for way in ways if way in {"suspend", "resume", "extend", "pass_on", "join"}]
        ways += of_a_hearing(case)
        first = [way for way in ways if way in self.first]
        action = self.chance.choice(first or [*ways, *2 * long_ways, "hand_over", "answer"])
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
        village, counter, *_ = self.machines
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

    def the_year_is_published(self) -> None:
        """The notice for 2027, or another one that takes it back: days off and weekends worked as chance has them."""
        if len(self.calendars) > 2:
            return
        version, first = f"CN-WALK.{len(self.calendars)}", date(2027, 1, 1)
        days = [first + timedelta(days=n) for n in range(150)]
        off = [day for day in days if day.weekday() < 5 and self.chance.random() < 0.15]
        worked = [day for day in days if day.weekday() >= 5 and self.chance.random() < 0.2]
        document = {
            "version": version, "source": "通知", "published": [2027],
            "off": [day.isoformat() for day in off], "worked": [day.isoformat() for day in worked],
        }  # fmt: skip
        calendars.add(self.county.hall, json.dumps(document).encode(), OPERATOR)
        kept = {day: works for day, works in list(self.calendars.values())[-1].items() if day.year != 2027}
        self.calendars[version] = kept | dict.fromkeys(off, False) | dict.fromkeys(worked, True)

    def an_item_is_released(self) -> None:
        """In a new version that asks for the same: cases that began before keep theirs."""
        code = self.chance.choice(sorted(SHIPPED_ITEMS))
        released(self.county, [changed(code, source=f"第{self.lines}次改的说明")])

    def a_machine_meets_the_hall(self) -> None:
        self.chance.choice(self.machines).sync()

    def a_postbag_goes_round(self) -> None:
        """The same by stick; now and then it gets lost on its way back."""
        machine = self.chance.choice(self.machines)
        packed(machine, self.county.folder / "to-hall.ctb")
        assert brought(self.county, self.county.folder / "to-hall.ctb").error is None
        files = answered(self.county, machine.device, self.county.folder / "to-station.ctb")
        if self.chance.random() < 0.7:
            assert unpacked(machine, files).error is None

    def a_paper_is_printed(self) -> None:
        machine = self.chance.choice(self.machines)
        for case, notice in machine.station.papers.unprinted()[:1]:
            machine.station.papers.log_printed(AGENT, case, notice, "file", 2)
            if notice.number and seal_of(notice.kind):
                Stamps(machine.station.desk).set(CHIEF, str(case.id), notice.kind, number=notice.number)

    # what must hold -----------------------------------------------------------------------

    def everything_holds(self) -> None:
        written = items_as_written()
        with self.county.hall.store.read() as conn:
            histories = {case.id: hall_cases.history(conn, case.id) for case in hall_cases.listed(conn)}
        for case in self.county.hall_cases():
            if not any(event.kind in {"settled", "continued"} for event, _ in histories[case.id]):
                held_against(case, [event for event, late in histories[case.id] if not late], written, self.calendars)
        self.no_number_stands_on_two_papers(histories)
        at_hall = {case.id: case for case in self.county.hall_cases()}
        self.every_number_is_explained()
        for machine in self.machines:
            found = machine.station.verifier.verify()
            assert found.ok, found.problems
            for case in self.cases_of(machine):
                assert (case.state, case.clocks) == (at_hall[case.id].state, at_hall[case.id].clocks), case.id
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

    def acted_on(self, machine: Machine) -> list[Case]:
        return machine.station.cases.search(CaseQuery(limit=self._how_many()))

    def _how_many(self) -> int:
        return self.lately if self.lately and self.chance.random() < 0.99 else 100_000

    def cases_of(self, machine: Machine) -> list[Case]:
        return machine.station.cases.search(CaseQuery(limit=100_000))

    def a_day_is_closed(self, machine: Machine) -> None:
        """As the window does it, whatever waits for an answer: each event belongs to one close, however time jumps."""
        with machine.station.store.write() as writing:
            last, today = writing.last_closed_day(), machine.station.desk.today()
            if last is None or last.day < today:
                listed = dict.fromkeys(("drafts", "unsent", "unprinted"), 0)
                data = {**day_close.to_plain(writing.day_code(today)), "second": CHIEF.name, "listed": listed}
                writing.append([NewEvent(day_close.KIND, None, 0, CLERK.name, data)])

    def the_hall_counts_the_same_days(self) -> None:
        """On both sides, and nothing is left out."""
        with self.county.hall.store.read() as conn:
            found = list(days.listed(conn, troubles.refused_seqs(conn)))
        assert all(row.now.agrees and not row.left_out for row in found), found
        for machine in self.machines:
            closed = machine.station.day_close.closed(date.min, date.max)
            assert all(day.answer is not None and day.answer.agrees for day in closed), closed

    def unless_refused(self, do: Callable[[], object], what: str = "") -> None:
        try:
            do()
        except CounterError as refused:
            self.done[f"{what} {refused.code}"] += 1
        else:
            self.done[what] += 1


def claimed_and_done(
    machine: Machine, who: Person, case: Case, action: str, given: Mapping[str, object], second: Person | None = None
) -> Case:
    """As the programs do it: a case of the station's desk is claimed first."""
    with machine.station.claims.held(who, str(case.id), action):
        return machine.station.acts.act(who, str(case.id), action, given, second).case


def of_a_hearing(case: Case) -> list[str]:
    """What may come next of a hearing: its right is told under review, asked for, its day told, held."""
    clock = case.clock(ClockCode.HEARING)
    if clock is not None:
        if clock.lapses:
            return ["ask_hearing"]
        return ["set_hearing", "hold_hearing", *(["hold_hearing"] if case.hearing is not None else [])]
    under_review = case.state.value in {"ACCEPTED", "IN_REVIEW", "JOINT", "SUSPENDED"}
    return ["tell_hearing_rights"] if under_review and case.notice("N18") is None else []


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
        "accept_tolerantly": {
            "pledge_signed": True, "pledge_days": 1 + n % 30, "basis": "容缺受理办法第三条", "overdue": "退还材料",
        },
        "complete_tolerated": {"materials": [material]},
        "withdraw": {"signed": True, "reason": "不办了"},
        "return": {"reason": "不符合要求", "basis": "本地办件管理办法第三条", "advice": "到户籍地申请"},
        "give_up": {
            "reason": "不办了", "contact_attempt": "电话三次未接", "basis": "办件管理办法第五条", "advice": "齐了再来",
        },
        "pass_on": {
            "co_agencies": ["county_civil_affairs", "county_market"][: 1 + n % 2], "joint_by_law": n % 2 == 0,
            "reply_days": 1 + n % 9, "feedback": "是否同意",
        },
        "join": {"opinions": [{"agency": "county_civil_affairs", "opinion": ["agree", "absent", "silent"][n % 3]}]},
        "forward_up": {"opinion": "同意上报"},
        "suspend": {"ground": GROUNDS[n % 8], "needed_days": 1 + n % 40, "reason": "需要评审"},
        "resume": {"result": "评审通过"},
        "extend": {"reason": "情况复杂"},
        "grant": {"decision_no": f"青政准〔2026〕{n}号", "validity": "长期", "publicity": "县政府网站"},
        "deny": {
            "decision_no": f"青政否〔2026〕{n}号", "reason": "不符合条件", "findings": "不够", "basis": "办法第四条",
        },
        "tell_hearing_rights": {"matter": "拟不准予的理由"},
        "ask_hearing": {"asked_on": local_date(case.changed_at_ms).isoformat()},
        "set_hearing": {
            "hearing_on": (local_date(case.changed_at_ms) + timedelta(days=9 + n % 12)).isoformat(),
            "hearing_time": "9:30", "hearing_place": "县政务服务中心三楼",
        },
        "hold_hearing": {
            "held_on": (case.hearing.on if case.hearing else local_date(case.changed_at_ms)).isoformat(),
            "record": "双方作了陈述",
        },
        "send_out": [{"way": "window"}, {"way": "post", "waybill": "EMS12345678", "address": "石桥村1号"}][n % 2],
        "deliver": {
            "receiver": case.applicant.name, "identity_checked": True,
            **({"signed_on": local_date(case.changed_at_ms).isoformat()} if case.way == "post" else {}),
        },
        "close": {"rating": "offered"},
        "rate": {"stage": ["acceptance", "closing"][n % 2], "level": ["satisfied", "dissatisfied"][n // 2 % 2]},
        "answer_rating": {"answer": "已回访"},
        "choose_delivery": {"way": item.delivery[n % len(item.delivery)], "address": "石桥村2号"},
        "annotate": {"note": "来电询问"},
        "take_papers": {"materials": [{**material, "pages": 1 + n % 4}]},
        "answer": {"yes": n % 3 > 0},
        "spoil": {"kind": papers[n % len(papers)], "reason": "打印卡纸"},
        "void": {"reason": "录错了"},
        "reopen": {"reason": "发现错误"},
    }
    return known.get(action, {"reason": "x"})


def held_against(
    case: Case, events: list[Event], written: Mapping[str, Any], known: Mapping[str, Mapping[date, bool]]
) -> None:
    """The program's case against the reference's, told from the same events."""
    slow = SlowCase(written[case.item.code], at_village=case.station == STATIONS[0])
    for event in events:
        at_ms = event.data["received_at"] if event.kind == "received" else event.at_ms
        slow.take(Happened(event.kind, local_date(int(str(at_ms))), event.data))
    assert case.state.value == slow.state, case.id
    assert Counter(notice.kind for notice in case.notices if notice.holds) == Counter(slow.papers), case.id
    newest = {clock.code.value: clock for clock in case.clocks}
    for name, reference in slow.clocks.items():
        ours = newest.pop(name)
        assert ours.is_open == reference.open, (case.id, name)
        assert ours.due == reference.holds_until(name, known, list(known)[-1]), (case.id, name, ours)
        assert ours.stopped_since == reference.stopped_on, (case.id, name)
    assert newest == {}, case.id


