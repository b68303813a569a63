"""Whoever changes the store behind the program's back is named with device and seq."""

import pytest
from sqlalchemy import Engine, text

from counter_app.domain.events import ClockReading, NewEvent
from sync import journal
from sync.journal_verify import Problem, verify

CLOCK = ClockReading(wall_ms=1, boot="b1", monotonic_ms=42, offset_ms=None)


@pytest.fixture
def store(engine: Engine) -> Engine:
    """Five events; the triggers are gone, as for somebody with the file in hand."""
    with engine.begin() as conn:
        journal.open_journal(conn, "D1", "hall-1", b"\x01" * 32, b"\x02" * 32)
        events = [NewEvent("received", None, 1, "u1", {"n": n}, {"name": f"n{n}"}) for n in range(5)]
        journal.append(conn, "D1", events, CLOCK)
        for name in conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            conn.execute(text(f"DROP TRIGGER {name}"))
    return engine


def problems_after(store: Engine, statement: str) -> list[tuple[int, str, int | None]]:
    with store.begin() as conn:
        assert conn.execute(text(statement)).rowcount > 0
    with store.begin() as conn:
        found = verify(conn, "D1")
    assert all(problem.device == "D1" for problem in found)
    return [(problem.seq, problem.what, problem.last) for problem in found]


def flipped(column: str, place: int) -> str:
    """SQL for the column with one byte changed."""
    return f"substr({column}, 1, {place - 1}) || x'ee' || substr({column}, {place + 1})"


def test_an_untouched_journal_has_no_problem(store):
    with store.begin() as conn:
        assert verify(conn, "D1") == []


@pytest.mark.parametrize("seq", [1, 3, 5])
@pytest.mark.parametrize(
    ("table", "column", "what"),
    [
        ("journal", "public", "public_changed"),
        ("journal", "h", "hash_changed"),
        ("journal", "c", "commitment_changed"),
        ("journal_private", "private", "private_changed"),
        ("journal_private", "e", "private_changed"),
    ],
)
def test_one_changed_byte_is_named_once(store, table, column, what, seq):
    change = f"UPDATE {table} SET {column} = CAST({flipped(column, 4)} AS BLOB) WHERE seq = {seq}"
    assert problems_after(store, change) == [(seq, what, None)]


@pytest.mark.parametrize(("where", "first", "last"), [("seq = 3", 3, 3), ("seq IN (2, 3)", 2, 3), ("seq = 1", 1, 1)])
def test_rows_removed_in_the_middle_are_named(store, where, first, last):
    assert problems_after(store, f"DELETE FROM journal WHERE {where}") == [(first, "missing", last)]


@pytest.mark.parametrize(("where", "first"), [("seq = 5", 5), ("seq >= 4", 4), ("seq >= 1", 1)])
def test_removed_last_rows_are_seen_by_the_recorded_head(store, where, first):
    assert problems_after(store, f"DELETE FROM journal WHERE {where}") == [(first, "missing", 5)]


def test_a_removed_private_row_is_no_erasure(store):
    assert problems_after(store, "DELETE FROM journal_private WHERE seq = 2") == [(2, "private_missing", None)]


def test_a_private_part_without_its_key_is_no_erasure(store):
    assert problems_after(store, "UPDATE journal_private SET e = NULL WHERE seq = 2") == [(2, "private_changed", None)]


def test_a_row_added_beyond_the_head_is_named(store):
    added = "INSERT INTO journal SELECT device, 6, public, h, c FROM journal WHERE seq = 5"
    assert (6, "beyond_head", None) in problems_after(store, added)


def test_a_head_that_was_set_back_is_named(store):
    problems = problems_after(store, "UPDATE journal_ratchet SET seq = 4")
    assert (5, "beyond_head", None) in problems


def test_another_head_hash_is_named(store):
    change = f"UPDATE journal_ratchet SET h = CAST({flipped('h', 4)} AS BLOB)"
    assert problems_after(store, change) == [(5, "head_changed", None)]


def test_a_genesis_of_another_device_key_is_named(store):
    changed = problems_after(store, f"UPDATE journal_ratchet SET device_key = CAST({flipped('device_key', 4)} AS BLOB)")
    assert (0, "hash_changed", None) in changed


def test_a_journal_without_its_record_is_named(store):
    with store.begin() as conn:
        conn.execute(text("DELETE FROM journal_ratchet"))
        assert verify(conn, "D1") == [Problem("D1", 0, "missing")]
