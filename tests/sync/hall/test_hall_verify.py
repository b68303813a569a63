"""`hall verify` sees one changed byte and one removed row, and names the place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from counter_app.domain.states import Action
from tests.sync.hall.conftest import Outcome, RealHall
from tests.sync.hall.village import Village


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[RealHall, Village]:
    """A hall with three cases, one decided; copied by each test before it is broken."""
    folder = tmp_path_factory.mktemp("verify")
    hall = RealHall(folder / "home", folder)
    assert hall.command("init", "--sample").code == 0
    hall.start()
    village = hall.village("QX03")
    for _ in range(3):
        case = village.receive()
        village.act(case, Action.ACCEPT)
        village.act(case, Action.SUBMIT)
    village.sync()
    assert hall.command("act", str(case), "grant").code == 0
    hall.stop()
    return hall, village


@pytest.fixture
def broken(whole: tuple[RealHall, Village], tmp_path: Path) -> Callable[..., Outcome]:
    """Runs SQL on a copy of the hall's store, past every trigger, and verifies the copy."""
    hall, _ = whole

    def run(*statements: str) -> Outcome:
        copy = RealHall(tmp_path / "copy", tmp_path)
        copy.home.mkdir()
        for name in ("hall.json", "keys.json"):
            (copy.home / name).write_bytes((hall.home / name).read_bytes())
        with sqlite3.connect(hall.home / "hall.db") as source, sqlite3.connect(copy.home / "hall.db") as target:
            source.backup(target)
            for (trigger,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                target.execute(f"DROP TRIGGER {trigger}")
            for statement in statements:
                assert target.execute(statement).rowcount == 1, statement
        return copy.command("verify")

    return run


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


def test_the_journal_refuses_to_be_changed(whole: tuple[RealHall, Village]) -> None:
    with sqlite3.connect(whole[0].home / "hall.db") as conn:
        for statement in ("UPDATE journal SET public = x'00'", "DELETE FROM journal", "DELETE FROM journal_private"):
            with pytest.raises(sqlite3.IntegrityError):
                conn.execute(statement)


@pytest.mark.parametrize("column", ["public", "h", "c"])
def test_one_changed_byte_of_an_event_is_named(broken: Callable[..., Outcome], column: str) -> None:
    changed = f"CAST(substr({column}, 1, 5) || x'A5' || substr({column}, 7) AS BLOB)"
    change = f"UPDATE journal SET {column} = {changed}"
    outcome = broken(f"{change} WHERE device = 'QX03-01' AND seq = 4")
    assert ("QX03-01", 4) in places(outcome)


def test_a_value_that_is_no_longer_bytes_is_named(broken: Callable[..., Outcome]) -> None:
    change = "UPDATE journal SET public = x'A5' || substr(public, 2) WHERE device = 'QX03-01' AND seq = 4"
    assert ("QX03-01", 4) in places(broken(change))


def test_one_changed_byte_of_a_private_part_is_named(broken: Callable[..., Outcome]) -> None:
    change = "UPDATE journal_private SET private = x'80' WHERE device = 'QX03-01' AND seq = 4"
    assert ("QX03-01", 4) in places(broken(change))


@pytest.mark.parametrize("seq", [1, 5, 9])
def test_one_removed_event_is_named(broken: Callable[..., Outcome], seq: int) -> None:
    outcome = broken(f"DELETE FROM journal WHERE device = 'QX03-01' AND seq = {seq}")
    assert ("QX03-01", seq) in places(outcome)


def test_a_removed_private_part_is_named(broken: Callable[..., Outcome]) -> None:
    outcome = broken("DELETE FROM journal_private WHERE device = 'QX03-01' AND seq = 2")
    assert ("QX03-01", 2) in places(outcome)


def test_a_changed_event_of_the_hall_itself_is_named(broken: Callable[..., Outcome]) -> None:
    change = "UPDATE journal SET public = CAST(x'80' || substr(public, 2) AS BLOB) WHERE device = 'hall' AND seq = 1"
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
