"""The station's store: sealed, chained, rebuilt byte for byte, and whole after a fault."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from counter_app.adapters.store import projections, schema
from counter_app.adapters.store.engine import open_engine
from counter_app.adapters.store.initials import initials_of
from counter_app.adapters.store.migrate import NEWEST, migrate, version
from counter_app.bootstrap import STORE_FILE, open_station
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery, Draft
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF, DEVICE, EnrolledHome, bring

ITEM = Catalogue.load().get("temporary_aid")


def take_in(station: Station, n: int, outcome: str = "accept") -> str:
    taken = station.intake.take_in(AGENT, example_line(ITEM, outcome, n))
    assert taken.case is not None
    return str(taken.case.id)


def test_a_rebuild_gives_the_same_bytes(station: Station) -> None:
    for n in range(6):
        take_in(station, n, ("accept", "correct", "receive")[n % 3])
    case = take_in(station, 7)
    station.acts.act(AGENT, case, "submit", {})
    station.acts.act(AGENT, case, "annotate", {"note": "改电话", "phone": "13900001111"})
    station.acts.act(CHIEF, take_in(station, 8), "void", {"reason": "录错了"})
    with station.store.write() as writing:
        before = projections.rows_to_compare(writing.connection)
        projections.rebuild(writing.connection, DEVICE)
        assert projections.rows_to_compare(writing.connection) == before


def test_others_events_from_the_feed_move_the_case_and_survive_a_rebuild(station: Station) -> None:
    case = take_in(station, 1)
    station.acts.act(AGENT, case, "submit", {})
    known = station.cases.view(case).case
    granted = {"decision_no": "青政准〔2026〕1号", "to": DEVICE}
    bring(station, NewEvent("numbered", known.id, known.epoch, "", {"case_no": "9" * 43}),
          NewEvent("granted", known.id, known.epoch, "钱局", granted))
    view = station.cases.view("9" * 43)
    assert (view.case.state, view.case.holder) == (CaseState.GRANTED, DEVICE)
    assert [event.id.device for event in view.events][-1] == HALL
    with station.store.write() as writing:
        before = projections.rows_to_compare(writing.connection)
        projections.rebuild(writing.connection, DEVICE)
        assert projections.rows_to_compare(writing.connection) == before


def test_a_question_is_found_until_it_is_given_up_also_in_a_store_of_before(home: EnrolledHome) -> None:
    station = home.open()
    take_in(station, 1)
    asked = take_in(station, 2)
    station.acts.act(CHIEF, asked, "void", {"reason": "录错了"})
    known = station.cases.view(asked).case
    bring(station, NewEvent("answered", known.id, known.epoch, "钱局", {"yes": False}, {}))
    with station.store.write() as writing:
        before = projections.rows_to_compare(writing.connection)
        writing.connection.execute(text("DROP INDEX cases_asked"))
        writing.connection.execute(text("ALTER TABLE cases DROP COLUMN asked"))
        writing.connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
        writing.state.put("projection_version", projections.VERSION - 1)
    station.close()
    again = home.open()
    with again.store.read() as reading:
        assert [str(case.id) for case in reading.cases_asked()] == [asked]
        after = {table: [sorted(map(str, row)) for row in rows]
                 for table, rows in projections.rows_to_compare(reading.connection).items()}
    assert after == {table: [sorted(map(str, row)) for row in rows] for table, rows in before.items()}
    again.acts.act(CHIEF, asked, "answer", {})
    with again.store.read() as reading:
        assert reading.cases_asked() == []
    again.close()


def test_verify_is_content_with_a_sound_store_and_says_so(station: Station) -> None:
    take_in(station, 1)
    found = station.verifier.verify()
    assert found.ok, found.problems
    assert found.events == 2


def test_verify_names_device_and_place_of_one_changed_byte_and_of_a_removed_row(station: Station) -> None:
    take_in(station, 1)
    take_in(station, 2)
    with station.store.write() as writing:
        writing.connection.execute(text("DROP TRIGGER journal_no_update"))
        writing.connection.execute(
            text("UPDATE journal SET public = substr(public, 1, 20) || x'00' || substr(public, 22) WHERE seq = 2")
        )
    found = station.verifier.verify()
    assert not found.ok
    assert any(DEVICE in problem and "2" in problem for problem in found.problems), found.problems


def test_verify_names_a_projection_that_was_changed_behind_its_back(station: Station) -> None:
    take_in(station, 1)
    with station.store.write() as writing:
        writing.connection.execute(text("UPDATE cases SET state = 'CLOSED'"))
    assert "projection cases: differs from its rebuild" in station.verifier.verify().problems


def test_the_journal_refuses_update_and_delete(station: Station) -> None:
    take_in(station, 1)
    for statement in ("UPDATE journal SET h = x'00'", "DELETE FROM journal", "DELETE FROM journal_private"):
        with pytest.raises(CounterError) as refused, station.store.write() as writing:
            writing.connection.execute(text(statement))
        assert refused.value.code in {"journal_sealed", "store_fault"}
    assert station.verifier.verify().ok


def test_the_file_is_no_sqlite_file_and_opens_with_its_key_only(home: EnrolledHome) -> None:
    station = home.open()
    take_in(station, 1)
    station.close()
    file = home.path / STORE_FILE
    assert not file.read_bytes().startswith(b"SQLite")
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(file).execute("SELECT * FROM journal")
    with pytest.raises(CounterError) as refused:
        version(open_engine(file, b"x" * 32))
    assert refused.value.code == "store_locked_out"


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(
    home: EnrolledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "something else")
    with pytest.raises(CounterError) as refused:
        open_station(home.path)
    assert refused.value.code == "wrong_passphrase"


def test_a_store_of_a_newer_program_is_refused_and_left_alone(home: EnrolledHome) -> None:
    station = home.open()
    with station.store.write() as writing:
        writing.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    station.close()
    with pytest.raises(CounterError) as refused:
        home.open()
    assert refused.value.code == "store_newer"


def test_a_store_of_the_first_schema_gets_the_indexes_that_home_and_list_ask_by(home: EnrolledHome) -> None:
    station = home.open()
    made = {index.name for index in schema.cases.indexes}
    with station.store.write() as writing:
        for name in made:
            writing.connection.execute(text(f"DROP INDEX {name}"))
        writing.connection.execute(text("CREATE INDEX cases_newest ON cases (received_ms)"))
        writing.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    station.close()
    again = home.open()
    with again.store.read() as reading:
        found = {index["name"] for index in inspect(reading.connection).get_indexes("cases")}
        home_plan = reading.connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT body FROM cases WHERE open IS 1 AND due <= '2026-01-01'"
        ).all()
    assert found == made
    assert "SCAN" not in str(home_plan)
    again.close()


def test_a_migration_that_fails_halfway_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(tmp_path / "store.db", b"k" * 32)

    def fail(connection: object) -> None:
        raise CounterError("planted")

    monkeypatch.setattr("sync.journal_tables.create_triggers", fail)
    with pytest.raises(CounterError, match="planted"):
        migrate(engine)
    monkeypatch.undo()
    assert version(engine) == ""
    migrate(engine)
    assert version(engine) == NEWEST


def test_a_transaction_that_fails_leaves_no_event_and_no_number(station: Station) -> None:
    with station.store.read() as reading:
        head, blocks = reading.head(), reading.blocks()
    with contextlib.suppress(RuntimeError), station.store.write() as writing:
        writing.append([NewEvent("user_added", None, 0, "x", {}, {})])
        raise RuntimeError
    with station.store.read() as reading:
        assert (reading.head(), reading.blocks()) == (head, blocks)


def test_people_are_found_by_name_initials_and_ends_of_numbers(station: Station) -> None:
    line = example_line(ITEM, "receive", 1)
    line["applicant"]["name"] = "单雄信"
    taken = station.intake.take_in(AGENT, line)
    assert taken.case is not None
    number, phone = line["applicant"]["id_number"], line["applicant"].get("phone", "")
    for words in ("单雄", "雄", "dxx", "sxx", number[-4:], phone[-4:], str(taken.case.id)[:9]):
        if words:
            assert [case.id for case in station.cases.search(CaseQuery(text=words))] == [taken.case.id], words
    assert station.cases.search(CaseQuery(text="%")) == []
    line = example_line(ITEM, "receive", 2)
    line["applicant"]["name"] = "吾买尔·艾力"
    dotted = station.intake.take_in(AGENT, line).case
    assert dotted is not None
    assert [case.id for case in station.cases.search(CaseQuery(text="wmeal"))] == [dotted.id], "nobody types the dot"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("尉迟恭", "ycg"), ("仇和", "qh"), ("曾国藩", "zgf"), ("王重阳", "wcy"), ("石桥农商银行", "sqnsyh"),
        ("行" * 200, "h"),
    ],
)
def test_a_name_is_found_by_its_rarer_readings_too(name: str, typed: str) -> None:
    assert any(word.startswith(typed) for word in initials_of(name).split())


def test_drafts_are_there_after_a_restart_the_last_touched_first(home: EnrolledHome) -> None:
    station = home.open()
    first = station.drafts.save(AGENT, Draft(None, "", ITEM.code, {"item": ITEM.code, "fields": {"a": "䶮𬭎"}}))
    home.clock.now += timedelta(minutes=1)
    second = station.drafts.save(AGENT, Draft(None, "", ITEM.code, {"item": ITEM.code}))
    station.close()
    again = home.open()
    assert [draft.id for draft in again.drafts.all()] == [second.id, first.id]
    assert again.drafts.open(first.id or 0).line["fields"] == {"a": "䶮𬭎"}
    again.close()
