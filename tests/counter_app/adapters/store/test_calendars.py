"""Calendars that reach a store: what they move, what stays on paper, and a rebuild that gives the same bytes."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, func, select, text

from counter_app.adapters.store import calendars, projections, schema
from counter_app.adapters.store.projections import rows_to_compare
from counter_app.domain.calendar_release import release_of, release_to_plain
from counter_app.domain.case import Case
from counter_app.domain.clocks import extended
from counter_app.domain.events import NewEvent
from counter_app.domain.moments import CHINA
from counter_app.domain.periods import Period, Unit
from counter_app.domain.states import ClockCode
from counter_app.domain.wire_values import clock_to_plain
from counter_app.services.duties import Group
from counter_app.station import Station
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF, DEVICE, EnrolledHome, bring

FORMS: dict[str, dict[str, object]] = {
    "EARLY": {"off": ["2027-01-01"], "worked": ["2027-01-02", "2027-01-03"]},
    "LATE": {"off": ["2027-01-01", "2027-01-04", "2027-01-05"], "worked": []},
    "OTHER": {"published": [2025], "off": ["2025-01-01"], "worked": []},
}


@pytest.fixture
def station_level() -> str:
    return "town"  # where every item is taken in


def released(n: int, version: str) -> NewEvent:
    given = {"version": version, "source": "通知", "published": [2027], **FORMS[version]}
    return NewEvent("calendar_released", None, 0, "", {"calendar": release_to_plain(release_of(given, n))})


def at(home: EnrolledHome, day: str) -> None:
    home.clock.now = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=CHINA)


def take_in(station: Station, item: str = "birth_registration", outcome: str = "accept", n: int = 1) -> Case:
    taken = station.intake.take_in(CHIEF, example_line(station.desk.catalogue.get(item), outcome, n)).case
    assert taken is not None
    return taken


def now(station: Station, case: Case) -> Case:
    return station.cases.view(str(case.id)).case


def due(station: Station, case: Case, code: ClockCode = ClockCode.STATUTORY) -> str:
    clock = now(station, case).clock(code)
    assert clock is not None
    return clock.due.isoformat()


def assert_rebuilt_alike(station: Station) -> None:
    with station.store.write() as writing:
        before = rows_to_compare(writing.connection)
        projections.rebuild(writing.connection, DEVICE)
        assert rows_to_compare(writing.connection) == before
        assert not calendars.any_to_recount(writing.connection)


@pytest.fixture
def december(home: EnrolledHome, station: Station) -> Station:
    at(home, "2026-12-28")
    return station


def test_whatever_order_calendars_come_in_the_same_bytes_are_shown(december: Station, home: EnrolledHome) -> None:
    case = take_in(december)
    with december.store.read() as reading:
        feed_before = december.exchange.means.ledger.standing().feed
        assert feed_before[0] > 0
        assert reading.calendar().version == "CN-2026.1"
    seen = set()
    first, second, third = released(1, "EARLY"), released(2, "LATE"), released(3, "OTHER")
    for order in ((first, second, third), (third, second, first), (second, third, first)):
        for event in order:
            bring(december, event)
        seen.add((due(december, case), str(now(december, case).clocks)))
        assert_rebuilt_alike(december)
        _forget_calendars(december)
    [(last_day, _)] = seen
    assert last_day == "2027-01-07"  # the second release for 2027 holds


def _forget_calendars(station: Station) -> None:
    """As if none had come: the same home for the next order."""
    with station.store.write() as writing:
        brought = select(schema.calendars.c.feed_n)
        places = writing.connection.execute(
            select(schema.feed.c.device, schema.feed.c.seq).where(schema.feed.c.n.in_(brought))
        ).all()
        for place in places:
            for table in (schema.feed, schema.foreign_events):
                its_row = (table.c.device == place.device) & (table.c.seq == place.seq)
                writing.connection.execute(delete(table).where(its_row))
        projections.rebuild(writing.connection, DEVICE)


def test_an_act_after_the_calendar_counts_by_it_and_paper_of_before_stays_as_it_was(
    december: Station, home: EnrolledHome
) -> None:
    case = take_in(december, "food_workshop")
    notice = case.notice("N02")
    assert notice is not None
    with december.store.read() as reading:
        told = december.papers._data_of_issue(reading, case.id, notice)
    bring(december, released(1, "EARLY"))
    later = take_in(december, "food_workshop", n=2)
    assert due(december, later) == due(december, case) == "2027-01-22"
    assert [clock.told is None for clock in now(december, later).clocks] == [True] * 3
    with december.store.read() as reading:
        assert december.papers._data_of_issue(reading, case.id, notice) == told
        assert told.statutory is not None
        assert (told.statutory.due_on.isoformat(), told.statutory.provisional) == ("2027-01-26", True)
        assert reading.calendar_known_at(notice.event).version == "CN-2026.1"
        assert reading.calendar_known_at(later.notices[0].event).version == "EARLY"
    assert_rebuilt_alike(december)


def test_home_shows_first_what_is_too_late_on_paper_and_the_promise_that_stands(december: Station) -> None:
    case, quiet = take_in(december), take_in(december, "food_workshop", "receive", 2)
    bring(december, released(1, "EARLY"))
    duties = {duty.case.id: duty for duty in december.duties.today().duties if duty.case}
    assert (duties[case.id].group, duties[case.id].reason) == (Group.DATE_TOO_LATE, "date_too_late")
    assert duties[quiet.id].group is not Group.DATE_TOO_LATE  # no paper names the day of its check
    bring(december, released(2, "LATE"))
    assert Group.DATE_TOO_LATE not in {duty.group for duty in december.duties.today().duties}
    moved = {(row.clock.code, row.was.isoformat(), row.now.isoformat()) for row in december.calendars.known().moved}
    assert (ClockCode.STATUTORY, "2027-01-05", "2027-01-07") in moved


def test_a_recount_that_was_killed_goes_on_as_the_home_opens(
    december: Station, home: EnrolledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [take_in(december, n=n) for n in range(5)]
    monkeypatch.setattr("counter_app.adapters.store.station_store._CASES_AT_ONCE", 2)
    monkeypatch.setattr(type(december.store), "recount", lambda _store: None)  # killed before the first piece
    bring(december, released(1, "EARLY"))
    assert {due(december, case) for case in cases} == {"2027-01-05"}
    touched = december.acts.act(AGENT, str(cases[4].id), "annotate", {"note": "来问过"}).case
    assert due(december, touched) == "2027-01-03"  # a case that is touched is counted at once
    monkeypatch.undo()
    monkeypatch.setenv("COUNTER_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    again = home.open()
    assert {due(again, case) for case in cases} == {"2027-01-03"}
    assert_rebuilt_alike(again)
    again.close()


def test_only_cases_that_reach_the_changed_days_are_read_again(
    home: EnrolledHome, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(home, "2026-03-02")
    for n in range(3):
        take_in(station, n=n)
    at(home, "2026-12-28")
    late = take_in(station, n=9)
    monkeypatch.setattr(type(station.store), "recount", lambda _store: None)
    bring(station, released(1, "LATE"))
    with station.store.read() as reading:
        keys = reading.connection.execute(select(schema.to_recount)).all()
        plan = reading.connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT case_device, case_n FROM cases WHERE reach >= '2027-01-01'"
        ).all()
    assert [tuple(key) for key in keys] == [(late.id.device, late.id.n)]
    assert "SCAN" not in str(plan)


def test_a_misshapen_calendar_waits_and_one_of_somebody_else_is_none(december: Station) -> None:
    case = take_in(december)
    misshapen: list[object] = [{}, {"n": 1}, {"n": "1", "version": "V", "source": "s", "published": [2027], "off": []}]
    for calendar in misshapen:
        bring(december, NewEvent("calendar_released", None, 0, "", {"calendar": calendar}))
    bring(december, NewEvent("calendar_released", None, 0, "", {}))
    bring(december, released(1, "EARLY"), device="QX09-01")
    with december.store.read() as reading:
        assert [row.code for row in reading.troubles()] == ["feed_event_waits"] * 4
        assert (reading.calendar().version, reading.calendars()) == ("CN-2026.1", [])
    assert due(december, case) == "2027-01-05"
    assert_rebuilt_alike(december)


def test_an_extension_after_the_calendar_names_the_day_that_was_known_then(
    december: Station, home: EnrolledHome
) -> None:
    case = take_in(december, "food_workshop")
    december.acts.act(AGENT, str(case.id), "submit", {})
    bring(december, released(1, "EARLY"))
    clock = now(december, case).clock(ClockCode.STATUTORY)
    assert clock is not None
    by = Period(10, Unit.WORKING_DAY, "行政许可法第四十二条第一款")
    longer = extended(clock, by, december.desk.calendar)
    assert longer.told is None
    data = {
        "clocks": [clock_to_plain(longer)], "extended": 10,
        "notices": [{"kind": "N07", "number": "青政许延〔2026〕1号", "template": "1"}],
    }
    sent = now(december, case)
    bring(december, NewEvent("extended", case.id, sent.epoch, "何伟", data, {"reason": "情况复杂"}))
    [notice] = [row for row in now(december, case).notices if row.kind == "N07"]
    with december.store.read() as reading:
        paper = december.papers._data_of_issue(reading, case.id, notice)
    assert paper.due_before is not None
    assert paper.statutory is not None
    assert (paper.due_before.isoformat(), paper.statutory.provisional) == ("2027-01-22", False)
    assert paper.statutory.due_on == longer.due
    assert_rebuilt_alike(december)


def test_a_store_of_the_third_schema_gets_the_columns_and_every_case_its_reach(home: EnrolledHome) -> None:
    station = home.open()
    at(home, "2026-12-28")
    case = take_in(station)
    added = {"reach", "moved", "alarms"}
    with station.store.write() as writing:
        for name in ("cases_by_reach", "cases_moved", "cases_alarmed"):
            writing.connection.execute(text(f"DROP INDEX {name}"))
        for column in added:
            writing.connection.execute(text(f"ALTER TABLE cases DROP COLUMN {column}"))
        for table in ("calendars", "to_recount"):
            writing.connection.execute(text(f"DROP TABLE {table}"))
        writing.connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        writing.state.put("projection_version", 2)
    station.close()
    station = home.open()
    with station.store.read() as reading:
        assert reading.connection.scalar(select(func.max(schema.cases.c.reach))) == "2027-01-05"
    bring(station, released(1, "EARLY"))
    assert due(station, case) == "2027-01-03"
    assert station.verifier.verify().ok
    station.close()
