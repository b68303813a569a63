"""日结 of stations and their hall: one code of the same events; what differs is named case by case on both sides."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from counter_app.adapters.store import projections
from counter_app.domain.day_close import KIND, ClosedDay, to_plain
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.people import Person, Role
from counter_app.services import ledgers
from counter_app.services.papers import Papers
from counter_app.services.stored_facts import Draft, StoredPerson
from counter_app.station import Station
from sync.hall import days, troubles
from sync.hall.__main__ import main as run_hall
from sync.hall.days import CountedDay
from tests.support.county import Machine, SmallCounty, refused
from tests.support.homes import MONDAY
from tests.support.in_process import Counter
from tests.support.lines import accepted_line
from tests.support.programs import PIN, Ran

CLERK = Person("王芳", frozenset({Role.CLERK}))
CHIEF = Person("周敏", frozenset({Role.CHIEF, Role.CLERK}))
SUPERVISOR = Person("梁建国", frozenset({Role.SUPERVISOR}))
TODAY = MONDAY.date()
PLACES = ("QX03", "QX03b")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with two machines; made once."""
    folder = tmp_path_factory.mktemp("days")
    with pytest.MonkeyPatch.context() as patch:
        _words(patch)
        county = SmallCounty(folder)
        county.add_station("QX03")
        county.add_machine("QX03", "QX03b")
        county.close()
    return folder


@pytest.fixture
def county(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    _words(monkeypatch)
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    county = SmallCounty.again(tmp_path, PLACES)
    yield county
    county.close()


def _words(patch: pytest.MonkeyPatch) -> None:
    for name in ("COUNTER_PASSPHRASE", "HALL_PASSPHRASE"):
        patch.setenv(name, "words of the day")
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def _taken(machine: Machine, n: int, outcome: str = "accept", **more: Any) -> CaseId:
    line = {**accepted_line("elder_allowance", n), "outcome": outcome, **more}
    taken = machine.station.intake.take_in(CHIEF, line).case
    assert taken is not None
    return taken.id


def _counted(county: SmallCounty) -> list[CountedDay]:
    with county.hall.store.read() as conn:
        return list(days.listed(conn, troubles.refused_seqs(conn)))


def _closed(machine: Machine) -> list[ClosedDay]:
    return machine.station.day_close.closed(date.min, date.max)


def _hall_alters(county: SmallCounty, device: str, case: CaseId) -> None:
    """Somebody changed one figure of a stored event behind the hall's back."""
    with county.hall.store.write() as conn:
        conn.execute(text("DROP TRIGGER journal_no_update"))
        rows = conn.execute(text("SELECT seq, public FROM journal WHERE device = :d"), {"d": device}).all()
        [seq, public] = next(row for row in rows if bytes(row[1]).startswith(b"\x88\xa1c" + bytes([case.n])))
        values = {"d": device, "s": seq, "p": bytes(public).replace(CHIEF.name.encode(), CLERK.name.encode())}
        conn.execute(text("UPDATE journal SET public = :p WHERE device = :d AND seq = :s"), values)


def test_the_hall_counts_the_same_code_and_tells_the_station_so(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    for n in range(3):
        _taken(machine, n)
    closed = machine.station.day_close.close(CLERK, SUPERVISOR)
    assert (closed.cases, closed.totals["received"], closed.totals["accepted"]) == (3, 3, 3)
    assert closed.answer is None
    machine.sync()
    machine.sync()
    [known] = _closed(machine)
    assert known.answer is not None
    assert known.answer.agrees
    assert (known.by, known.second, known.shown_code) == (CLERK.name, SUPERVISOR.name, closed.shown_code)
    [counted] = _counted(county)
    assert (counted.now.agrees, counted.now.code, counted.left_out) == (True, closed.code, 0)
    with machine.station.store.write() as writing:
        projections.rebuild(writing.connection, writing.device())
    assert _closed(machine) == [known]
    assert county.hall_problems() == []


def test_a_difference_is_named_case_by_case_on_both_sides(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    cases = [_taken(machine, n) for n in range(3)]
    machine.sync()
    _hall_alters(county, machine.device, cases[1])
    machine.station.day_close.close(CLERK, SUPERVISOR)
    machine.sync()
    machine.sync()
    [known] = _closed(machine)
    assert known.answer is not None
    assert not known.answer.agrees
    assert known.answer.code != known.code
    assert [(row.case, row.here, row.there) for row in known.answer.differences] == [(str(cases[1]), True, True)]
    [counted] = _counted(county)
    assert counted.now.differences == known.answer.differences


def test_what_is_altered_after_the_close_is_found_when_the_hall_counts_again(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    case = _taken(machine, 1)
    machine.station.day_close.close(CLERK, SUPERVISOR)
    machine.sync()
    assert [counted.now.agrees for counted in _counted(county)] == [True]
    _hall_alters(county, machine.device, case)
    [counted] = _counted(county)
    assert [row.case for row in counted.now.differences] == [str(case)]


def test_two_machines_of_a_station_close_apart_without_a_line_for_days(county: SmallCounty) -> None:
    left, right = county.machines["QX03"], county.machines["QX03b"]
    for day in range(3):
        county.clock.now = MONDAY + timedelta(days=day)
        _taken(left, day)
        _taken(right, 10 + day)
        left.station.day_close.close(CLERK, SUPERVISOR)
    right.station.day_close.close(CLERK, SUPERVISOR)
    for machine in (left, right):
        machine.sync()
        machine.sync()
    assert [known.answer is not None and known.answer.agrees for known in _closed(left)] == [True] * 3
    [late] = _closed(right)
    assert (late.day, late.cases) == (TODAY + timedelta(days=2), 1), "a first close does not reach behind its day"
    counted = _counted(county)
    assert [row.now.agrees for row in counted] == [True] * 4
    of_wednesday = {row.station_code for row in counted if row.day.day == late.day}
    assert len(of_wednesday) == 1


def test_what_is_written_into_a_closed_day_is_told_with_the_next_close_and_not_lost(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    first_case = _taken(machine, 1)
    machine.station.day_close.close(CLERK, SUPERVISOR)
    after_work = _taken(machine, 2)
    county.clock.now = MONDAY + timedelta(days=1)
    why = {"reason": "停电", "slip_no": "0007"}
    by_hand = _taken(machine, 3, received_at="2026-11-16T16:00:00+08:00", late_entry=why)
    closed = machine.station.day_close.close(CLERK, SUPERVISOR)
    machine.sync()
    assert closed.earlier == 1, "of one earlier day something was written late"
    assert closed.back_dated == ((str(by_hand), TODAY),)
    assert closed.cases == 2, f"{first_case} is covered already, {after_work} and {by_hand} are not"
    assert [row.now.agrees for row in _counted(county)] == [True, True]
    assert _counted(county)[0].left_out == 0


def test_cases_that_must_be_answered_keep_the_day_open_and_drafts_do_not(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    closes = machine.station.day_close
    _taken(machine, 1, "receive")
    machine.station.drafts.save(CLERK, Draft(None, CLERK.name, "elder_allowance"))
    county.clock.now = MONDAY + timedelta(days=7)
    assert refused(lambda: closes.close(CLERK, SUPERVISOR)) == "day_must_answer"
    assert len(closes.checks().must_answer) == 1
    yesterday = TODAY + timedelta(days=6)
    assert closes.close(CLERK, SUPERVISOR, yesterday).drafts == 1
    assert refused(lambda: closes.close(CLERK, SUPERVISOR, yesterday)) == "day_closed_already"
    assert refused(lambda: closes.close(CLERK, SUPERVISOR, TODAY)) == "day_before_closed"
    assert refused(lambda: closes.close(CLERK, SUPERVISOR, TODAY + timedelta(days=8))) == "day_to_come"


def test_a_close_that_is_cut_leaves_the_day_open(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    _taken(machine, 1)
    before = machine.station.day_close.checks().code
    assert before is not None

    def cut() -> None:
        with machine.station.store.write() as writing:
            listed = {"drafts": 0, "unsent": 1, "unprinted": 0}
            data = {**to_plain(before), "second": SUPERVISOR.name, "listed": listed}
            writing.append([NewEvent(KIND, None, 0, CLERK.name, data)])
            assert len(writing.closed_days(TODAY, TODAY)) == 1
            raise CounterError("disk_full")

    assert refused(cut) == "disk_full"
    assert _closed(machine) == []
    assert machine.station.day_close.close(CLERK, SUPERVISOR).code == before.code


def test_two_people_sign_and_the_second_is_a_chief_or_a_supervisor(county: SmallCounty) -> None:
    closes = county.machines["QX03"].station.day_close
    assert refused(lambda: closes.close(CLERK, CLERK)) == "not_your_role"
    assert refused(lambda: closes.close(CHIEF, CHIEF)) == "day_needs_two"
    assert refused(lambda: closes.close(SUPERVISOR, CHIEF)) == "not_your_role"
    assert closes.close(CLERK, CHIEF).events == 0, "an empty day is closed too"


def test_a_first_close_of_an_empty_day_leaves_what_was_before_it(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    _taken(machine, 1)
    for days_later in (3, 4):
        county.clock.now = MONDAY + timedelta(days=days_later)
        assert machine.station.day_close.close(CLERK, SUPERVISOR).cases == 0
        machine.sync()
    assert [(row.now.agrees, row.left_out) for row in _counted(county)] == [(True, 0)] * 2


def test_the_commands_close_a_day_and_both_sides_list_it(county: SmallCounty) -> None:
    machine = county.machines["QX03"]
    _taken(machine, 1)
    people = machine.station.people
    admin = people.add(None, "何秀兰", {Role.AGENT}, PIN)
    people.add(admin, SUPERVISOR.name, {Role.SUPERVISOR}, "654321")
    counter = Counter(machine.station.home, {"COUNTER_PASSPHRASE": "words of the day"}, county.clock)
    signed = ("day-close", "--user", "何秀兰", "--second", SUPERVISOR.name)
    checked = counter.run("day-close", "--check").done().json
    assert (checked["must_answer"], checked["unsent"], checked["closed"]) == ([], 1, None)
    assert counter.run(*signed, COUNTER_SECOND_PIN="000000").error == "pin_wrong"
    assert counter.run("day-close", "--user", "何秀兰").error == "day_needs_two"
    closed = counter.run(*signed, COUNTER_SECOND_PIN="654321").done().json
    assert closed["sha256"] == checked["sha256"]
    assert counter.run(*signed, COUNTER_SECOND_PIN="654321").error == "day_closed_already"
    machine.sync()
    machine.sync()
    [known] = counter.run("days").done().json["days"]
    assert (known["code"], known["hall"]["agrees"]) == (closed["code"], True)
    [counted] = _commanded(county, "days").lines
    assert (counted["code"], counted["hall_code"]) == (closed["code"], closed["code"])
    assert _commanded(county, "days", "--differing").lines == []


def test_the_next_person_takes_over_and_the_register_of_shifts_says_so(county: SmallCounty) -> None:
    station = county.machines["QX03"].station
    taken = _taken(county.machines["QX03"], 1, "receive")
    for person in (CLERK, CHIEF, SUPERVISOR):
        _known(station, person)
    draft = station.drafts.save(CLERK, Draft(None, CLERK.name, "elder_allowance"))
    seals = "行政许可章 1 枚，空白票据 0 张"
    done = station.hand_over.hand_over(CLERK.name, CLERK, CHIEF, seals)
    assert (done.drafts, station.drafts.open(draft.id or 0).user) == (1, CHIEF.name)
    assert station.hand_over.in_hand(CHIEF.name).seals == seals
    with station.store.read() as reading:
        case = reading.case(taken)
    assert case is not None
    assert case.opened_by == CHIEF.name, "who did what stays as it was written"
    [row] = ledgers.masked(station.desk, "shifts", TODAY, TODAY).rows
    assert "已用 PIN 签" in str(row.cells[-1])


def test_for_somebody_absent_a_chief_or_a_supervisor_hands_over_with_a_reason(county: SmallCounty) -> None:
    station = county.machines["QX03"].station
    for person in (CLERK, CHIEF, SUPERVISOR):
        _known(station, person)
    station.drafts.save(CLERK, Draft(None, CLERK.name, "elder_allowance"))
    over = station.hand_over.hand_over
    assert refused(lambda: over(CLERK.name, SUPERVISOR, CHIEF, "章 1 枚")) == "act_needs"
    assert refused(lambda: over(CHIEF.name, CLERK, CLERK, "章 1 枚", "病假")) == "not_your_role"
    assert refused(lambda: over(CLERK.name, CLERK, CLERK, "章 1 枚")) == "hand_over_needs_two"
    assert refused(lambda: over(CLERK.name, CLERK, SUPERVISOR, "章 1 枚")) == "not_your_role"
    assert refused(lambda: over("没有这人", SUPERVISOR, CHIEF, "章 1 枚", "病假")) == "person_unknown"
    assert station.drafts.all()[0].user == CLERK.name, "what was refused moved nothing"
    assert over(CLERK.name, SUPERVISOR, CHIEF, "章 1 枚", "病假").drafts == 1
    [row] = ledgers.masked(station.desk, "shifts", TODAY, TODAY).rows
    assert "王芳 不在场，梁建国 替交" in str(row.cells[-1])
    with station.store.read() as reading:
        [event] = reading.own_events("entered")
    assert (event.user, (event.private or {})["reason"]) == (SUPERVISOR.name, "病假")


def _known(station: Station, person: Person) -> None:
    with station.store.write() as writing:
        writing.save_person(StoredPerson(person.name, person.roles, "-"))


def _commanded(county: SmallCounty, *arguments: str) -> Ran:
    out = io.StringIO()
    with redirect_stdout(out), suppress(SystemExit):
        run_hall([*arguments, "--json", "--home", str(county.folder / "hall")])
    return Ran(0, out.getvalue(), "")
