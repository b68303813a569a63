"""`hall verify` sees one changed byte and one removed row, and names the place."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError

from counter_app.domain.case import StoredFile
from counter_app.domain.states import Action
from tests.sync.hall.conftest import SQLITE, HallMaker, Outcome, RealHall
from tests.sync.hall.village import Village

THE_FIRST = "device = 'QX03-01' AND seq = 1"
THE_FIRST_BLOCK = "(agency, series, year) = (SELECT agency, series, year FROM number_blocks LIMIT 1)"
PAGE = 4096


only_sqlite = pytest.mark.parametrize("database", [SQLITE], indirect=True)


@pytest.fixture(scope="module")
def whole_halls() -> dict[str, tuple[RealHall, Village]]:
    """By database."""
    return {}


@pytest.fixture
def whole(
    whole_halls: dict[str, tuple[RealHall, Village]], database: str, hall_maker: HallMaker,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[RealHall, Village]:
    """A hall with three cases, one decided; copied by each test before it is broken."""
    if database not in whole_halls:
        folder = tmp_path_factory.mktemp("verify")
        whole_halls[database] = with_three_cases(hall_maker.make(folder / "home", folder, database))
    return whole_halls[database]


def with_three_cases(hall: RealHall) -> tuple[RealHall, Village]:
    hall.start()
    village = hall.village("QX03")
    scan = b"not a real picture"
    sha256 = hashlib.sha256(scan).digest()
    village.station.scan(sha256, scan)
    for n in (1, 2, 3):
        case = village.receive(file=StoredFile(sha256, len(scan), "image/jpeg"))
        village.act(case, Action.ACCEPT, number=n)
        village.act(case, Action.SUBMIT)
    village.sync()
    assert hall.command("act", str(case), "grant").code == 0
    hall.stop()
    return hall, village


@pytest.fixture
def broken(whole: tuple[RealHall, Village], hall_maker: HallMaker, tmp_path: Path) -> Iterator[Callable[..., Outcome]]:
    """Runs SQL on a copy of the hall's store, past every trigger, and verifies the copy."""
    copies: list[RealHall] = []

    def run(*statements: str) -> Outcome:
        copies.append(hall_maker.copied(whole[0], tmp_path / f"copy{len(copies)}", tmp_path))
        for statement in statements:
            assert copies[-1].change(statement) == 1, statement
        return copies[-1].command("verify")

    yield run
    for copy in copies:
        hall_maker.end(copy)


def changed_byte(database: str, column: str) -> str:
    """SQL for the value of the column with its sixth byte changed."""
    if database == SQLITE:
        other = f"CASE WHEN substr({column}, 6, 1) = x'A5' THEN x'5A' ELSE x'A5' END"  # it may be that byte already
        return f"CAST(substr({column}, 1, 5) || {other} || substr({column}, 7) AS BLOB)"
    return f"set_byte({column}, 5, 255 - get_byte({column}, 5))"


def problems(outcome: Outcome) -> set[tuple[str, str]]:
    return {(problem["device"], problem["problem"]) for problem in outcome.json["problems"]}


def places(outcome: Outcome) -> set[tuple[str, int]]:
    assert outcome.code == 1
    assert outcome.json["ok"] is False
    return {(problem["device"], problem["seq"]) for problem in outcome.json["problems"]}


def test_an_untouched_store_is_whole(broken: Callable[..., Outcome], whole: tuple[RealHall, Village]) -> None:
    outcome = broken()
    assert (outcome.code, outcome.json["ok"], outcome.json["problems"]) == (0, True, [])
    assert outcome.json["cases"] == 3
    heads = {row["device"]: (row["seq"], row["head"]) for row in outcome.json["devices"]}
    assert heads["QX03-01"] == whole[1].head()
    assert heads["hall"][0] > 0


def test_the_journal_refuses_to_be_changed(whole: tuple[RealHall, Village], database: str) -> None:
    engine = create_engine(whole[0].store_url)
    truncate = [] if database == SQLITE else ["TRUNCATE journal", "TRUNCATE journal_private"]
    for statement in ("UPDATE journal SET public = h", "DELETE FROM journal", "DELETE FROM journal_private", *truncate):
        with engine.begin() as conn, pytest.raises(DatabaseError, match=r"journal(_private)?: no"):
            conn.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize("column", ["public", "h", "c"])
def test_one_changed_byte_of_an_event_is_named(broken: Callable[..., Outcome], column: str, database: str) -> None:
    change = f"UPDATE journal SET {column} = {changed_byte(database, column)}"
    outcome = broken(f"{change} WHERE device = 'QX03-01' AND seq = 4")
    assert ("QX03-01", 4) in places(outcome)


@only_sqlite
def test_a_value_that_is_no_longer_bytes_is_named(broken: Callable[..., Outcome]) -> None:
    change = "UPDATE journal SET public = x'A5' || substr(public, 2) WHERE device = 'QX03-01' AND seq = 4"
    assert ("QX03-01", 4) in places(broken(change))


def test_one_changed_byte_of_a_private_part_is_named(broken: Callable[..., Outcome], database: str) -> None:
    change = f"UPDATE journal_private SET private = {changed_byte(database, 'private')} WHERE device = 'QX03-01'"
    change += " AND seq = 1"
    assert ("QX03-01", 1) in places(broken(change))


@pytest.mark.parametrize("seq", [1, 5, 9])
def test_one_removed_event_is_named(broken: Callable[..., Outcome], seq: int) -> None:
    outcome = broken(f"DELETE FROM journal WHERE device = 'QX03-01' AND seq = {seq}")
    assert ("QX03-01", seq) in places(outcome)


def test_a_removed_private_part_is_named(broken: Callable[..., Outcome]) -> None:
    outcome = broken("DELETE FROM journal_private WHERE device = 'QX03-01' AND seq = 2")
    assert ("QX03-01", 2) in places(outcome)


@only_sqlite
@pytest.mark.parametrize("column", ["public", "h", "c"])
def test_text_in_the_place_of_bytes_is_named(broken: Callable[..., Outcome], column: str) -> None:
    assert ("QX03-01", 1) in places(broken(f"UPDATE journal SET {column} = CAST({column} AS TEXT) WHERE {THE_FIRST}"))


def test_an_event_moved_far_away_is_named_and_the_hole_is_one_problem(broken: Callable[..., Outcome]) -> None:
    outcome = broken(f"UPDATE journal SET seq = {2**63 - 1} WHERE {THE_FIRST}")
    assert ("QX03-01", 1) in places(outcome)
    assert len(outcome.json["problems"]) < 20


def test_a_device_that_fell_out_of_the_register_is_named(broken: Callable[..., Outcome]) -> None:
    outcome = broken("DELETE FROM devices")
    assert ("QX03-01", "device_unknown") in problems(outcome)
    assert [row["device"] for row in outcome.json["devices"]] == ["QX03-01", "hall"]


@pytest.mark.parametrize("device", ["QX03-01", "hall"])
def test_a_lost_end_of_a_journal_is_named(broken: Callable[..., Outcome], device: str) -> None:
    assert (device, "missing") in problems(broken(f"DELETE FROM journal_ratchet WHERE device = '{device}'"))


@pytest.mark.parametrize("value", ["'abc'", "12", "x'00'"])
def test_a_projection_that_is_no_case_any_more_is_named(
    broken: Callable[..., Outcome], value: str, database: str
) -> None:
    if database != SQLITE:  # which holds what it is given
        value = "'abc'::bytea"
    outcome = broken(f"UPDATE cases SET body = {value} WHERE case_n = 2")
    assert {problem["case"] for problem in outcome.json["problems"] if problem["case"]} == {"QX03-01-0002-M"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("DELETE FROM cases WHERE case_n = 2", "projection_differs"),
        ("DELETE FROM case_stations WHERE case_n = 2", "participants_differ"),
        ("UPDATE case_events SET position = 99 WHERE case_n = 2 AND position = 2", "order_differs"),
        ("DELETE FROM numbers_used WHERE n = 2", "number_not_booked"),
        (f"DELETE FROM number_blocks WHERE {THE_FIRST_BLOCK}", "block_not_registered"),
        ("DELETE FROM attachments", "attachment_unknown"),
        ("UPDATE devices SET applied = 3", "applied_differs"),
        ("UPDATE devices SET applied = 300", "applied_differs"),
    ],
)
def test_a_changed_register_is_found(broken: Callable[..., Outcome], change: str, what: str) -> None:
    outcome = broken(change)
    assert outcome.code == 1
    assert what in {problem["problem"] for problem in outcome.json["problems"]}


@only_sqlite
def test_a_place_that_is_no_number_any_more_is_found(broken: Callable[..., Outcome]) -> None:
    outcome = broken("UPDATE journal_ratchet SET seq = 'abc' WHERE device = 'hall'")
    assert "foreign_value:journal_ratchet" in {problem["problem"] for problem in outcome.json["problems"]}


def test_a_hall_whose_own_facts_are_damaged_says_so(broken: Callable[..., Outcome]) -> None:
    outcome = broken("DELETE FROM hall_facts WHERE name = 'generation'")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "hall_store_unreadable")


@only_sqlite
def test_damaged_pages_are_found_and_nothing_breaks(whole: tuple[RealHall, Village], tmp_path: Path) -> None:
    hall, _ = whole
    copy = RealHall(tmp_path / "copy", tmp_path)
    shutil.copytree(hall.home, copy.home)
    file = copy.home / "hall.db"
    with closing(sqlite3.connect(file)) as db:  # what still lies beside it would stand for the pages
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = file.stat().st_size // PAGE
    for page in range(1, pages, 4):
        with file.open("r+b") as db:
            db.seek(page * PAGE)
            kept = db.read(PAGE)
            if not any(kept):
                continue
            db.seek(page * PAGE)
            db.write(b"\xa5" * PAGE)
        outcome = copy.command("verify")
        assert outcome.code == 1, page
        assert outcome.json.get("ok") is False or outcome.json["error"]["code"] == "hall_store_unreadable"
        with file.open("r+b") as db:
            db.seek(page * PAGE)
            db.write(kept)
    assert copy.command("verify").code == 0


def test_a_changed_event_of_the_hall_itself_is_named(broken: Callable[..., Outcome], database: str) -> None:
    change = f"UPDATE journal SET public = {changed_byte(database, 'public')} WHERE device = 'hall' AND seq = 1"
    assert ("hall", 1) in places(broken(change))


def test_a_changed_projection_is_found(broken: Callable[..., Outcome]) -> None:
    outcome = broken("UPDATE cases SET state = 'DENIED' WHERE case_device = 'QX03-01' AND case_n = 2")
    assert [problem["problem"] for problem in outcome.json["problems"]] == ["projection_differs"]
    assert outcome.json["problems"][0]["case"].startswith("QX03-01-0002-")


def test_an_event_that_fell_out_of_its_case_is_found(broken: Callable[..., Outcome]) -> None:
    outcome = broken("DELETE FROM case_events WHERE device = 'QX03-01' AND seq = 3")
    assert ("QX03-01", 3) in places(outcome)


def test_a_shortened_feed_is_found(broken: Callable[..., Outcome]) -> None:
    outcome = broken("DELETE FROM feed WHERE n = (SELECT max(n) FROM feed)")
    assert {problem["station"] for problem in outcome.json["problems"]} == {"QX03"}
