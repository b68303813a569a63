"""The journal as station and hall keep it."""

import hashlib

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from counter_app.domain.events import ClockReading, NewEvent
from counter_app.domain.identifiers import CaseId
from sync import chain, journal
from sync.journal_rules import JournalFork, JournalGap, JournalMismatch, JournalNotOpen, RawEvent
from sync.journal_verify import verify

CLOCK = ClockReading(wall_ms=1_763_769_600_000, boot="b1", monotonic_ms=42, offset_ms=None)
KEY, K1 = b"\x01" * 32, b"\x02" * 32


def an_event(n: int) -> NewEvent:
    return NewEvent("received", CaseId("D1", n), 1, "u1", {"n": n}, {"name": f"李{n}"})


def opened(engine: Engine, events: int = 0) -> Engine:
    with engine.begin() as conn:
        journal.open_journal(conn, "D1", "hall-1", KEY, K1)
        journal.append(conn, "D1", [an_event(n + 1) for n in range(events)], CLOCK)
    return engine


def pairs(engine: Engine, first: int, last: int) -> list[tuple[bytes, bytes]]:
    with engine.begin() as conn:
        return [(event.public, event.private or b"") for event in journal.raw(conn, "D1", first, last)]


def head(engine: Engine, seq: int | None = None) -> bytes:
    with engine.begin() as conn:
        return journal.head(conn, "D1")[1] if seq is None else journal.hash_at(conn, "D1", seq) or b""


def test_the_chain_has_fixed_values(engine):
    """Values made by hand with hashlib alone, from the rules of sync design section 1."""
    opened(engine, 2)
    with engine.begin() as conn:
        rows = list(journal.rows(conn, "D1"))
    h0 = hashlib.sha256(
        b"\0\0\0\x11counter-journal/1" + b"\0\0\0\x06hall-1" + b"\0\0\0\x02D1" + b"\0\0\0\x20" + KEY
    ).digest()
    assert chain.genesis("hall-1", "D1", KEY) == h0
    assert [row.h.hex() for row in rows] == [
        "6dc2a640c376259fb143992fc7c02cb9eb0bfd5d0e68d8736930a2b1f87c0f83",
        "b9ebf20e2c44e6a3bee69d1cf307c9dcd2dd0b30d2f4442d806b90b2b04af6b7",
    ]
    assert rows[1].c.hex() == "c8c2396bd3792e74bf668c28811e1a70c5773325ba3b35cc509e0421f860a252"


def test_events_get_the_next_places_and_read_back_as_written(engine):
    opened(engine)
    with engine.begin() as conn:
        first = journal.append(conn, "D1", [an_event(1), an_event(2)], CLOCK)
        second = journal.append(conn, "D1", [an_event(3)], CLOCK)
    with engine.begin() as conn:
        assert list(journal.read(conn, "D1")) == first + second
        assert [event.id.seq for event in journal.read(conn, "D1", after=1, limit=1)] == [2]
        assert journal.head(conn, "D1")[0] == 3


def test_a_transaction_that_is_given_up_leaves_no_event_and_the_next_gets_its_place(engine):
    opened(engine, 1)
    before = head(engine)
    with engine.connect() as conn:
        journal.append(conn, "D1", [an_event(2)], CLOCK)
        conn.rollback()
    assert head(engine) == before
    with engine.begin() as conn:
        assert journal.append(conn, "D1", [an_event(2)], CLOCK)[0].id.seq == 2
        assert verify(conn, "D1") == []


def test_the_journal_refuses_update_delete_and_replace(engine):
    opened(engine, 2)
    for statement in (
        "UPDATE journal SET public = x'00' WHERE seq = 1",
        "DELETE FROM journal WHERE seq = 2",
        "INSERT OR REPLACE INTO journal SELECT device, seq, x'00', h, c FROM journal WHERE seq = 1",
        "UPDATE journal_private SET private = x'00' WHERE seq = 1",
        "DELETE FROM journal_private WHERE seq = 1",
        "INSERT OR REPLACE INTO journal_private SELECT device, seq, x'00', e FROM journal_private WHERE seq = 1",
    ):
        with pytest.raises(DatabaseError), engine.begin() as conn:
            conn.execute(text(statement))
    with engine.begin() as conn:
        assert verify(conn, "D1") == []


def test_a_journal_is_opened_once(engine):
    opened(engine)
    with pytest.raises(IntegrityError):
        opened(engine)
    with engine.begin() as conn, pytest.raises(JournalNotOpen):
        journal.head(conn, "D2")


def test_the_hall_gets_the_same_head_without_any_key_travelling(engine, make_engine):
    station, hall = opened(engine, 5), opened(make_engine("hall"))
    with hall.begin() as conn:
        new = journal.append_received(conn, "D1", 1, pairs(station, 1, 5), head(station))
        assert [event.seq for event in new] == [1, 2, 3, 4, 5]
        assert verify(conn, "D1") == []
    assert head(hall) == head(station)


def test_the_same_events_again_are_skipped_and_the_rest_appended(engine, make_engine):
    station, hall = opened(engine, 6), opened(make_engine("hall"))
    with hall.begin() as conn:
        journal.append_received(conn, "D1", 1, pairs(station, 1, 4), head(station, 4))
        assert journal.append_received(conn, "D1", 2, pairs(station, 2, 3), head(station, 3)) == []
        new = journal.append_received(conn, "D1", 3, pairs(station, 3, 6), head(station))
    assert [event.seq for event in new] == [5, 6]
    assert head(hall) == head(station)


def test_events_beyond_the_head_are_a_gap(engine, make_engine):
    station, hall = opened(engine, 4), opened(make_engine("hall"))
    with hall.begin() as conn, pytest.raises(JournalGap) as caught:
        journal.append_received(conn, "D1", 2, pairs(station, 2, 4), head(station))
    assert caught.value.params == {"device": "D1", "expected": 1, "first": 2}
    assert head(hall) == chain.genesis("hall-1", "D1", KEY)


@pytest.mark.parametrize("part", [0, 1])
def test_a_byte_changed_on_the_way_is_a_mismatch_and_nothing_is_written(engine, make_engine, part):
    station, hall = opened(engine, 3), opened(make_engine("hall"))
    sent = pairs(station, 1, 3)
    changed = bytearray(sent[1][part])
    changed[-1] ^= 1
    sent[1] = (bytes(changed), sent[1][1]) if part == 0 else (sent[1][0], bytes(changed))
    with hall.begin() as conn, pytest.raises(JournalMismatch):
        journal.append_received(conn, "D1", 1, sent, head(station))
    with hall.begin() as conn:
        assert journal.head(conn, "D1")[0] == 0


def test_another_event_at_the_same_place_is_a_fork(engine, make_engine):
    station, clone, hall = opened(engine, 2), opened(make_engine("clone"), 2), opened(make_engine("hall"))
    with clone.begin() as conn:
        journal.append(conn, "D1", [an_event(99), an_event(4)], CLOCK)
    with station.begin() as conn:
        journal.append(conn, "D1", [an_event(3)], CLOCK)
    with hall.begin() as conn:
        journal.append_received(conn, "D1", 1, pairs(station, 1, 3), head(station))
    with hall.begin() as conn, pytest.raises(JournalFork) as caught:
        journal.append_received(conn, "D1", 3, pairs(clone, 3, 4), head(clone))
    assert caught.value.params["seq"] == 3
    assert head(hall) == head(station)


def test_an_erased_event_keeps_the_chain_and_its_duplicate_is_still_recognised(engine, make_engine):
    station, hall = opened(engine, 4), opened(make_engine("hall"))
    with hall.begin() as conn:
        journal.append_received(conn, "D1", 1, pairs(station, 1, 4), head(station))
        journal.erase(conn, "D1", [2, 3])
        assert verify(conn, "D1") == []
        assert [event.private is None for event in journal.read(conn, "D1")] == [False, True, True, False]
    with hall.begin() as conn:
        assert journal.append_received(conn, "D1", 1, pairs(station, 1, 4), head(station)) == []


def test_lost_events_come_back_from_the_hall_erased_ones_without_their_private_part(engine, make_engine):
    station, restored = opened(engine, 4), opened(make_engine("restored"), 1)
    with station.begin() as conn:
        journal.erase(conn, "D1", [3])
        back = [(row.public, row.private, row.c) for row in journal.rows(conn, "D1", after=1)]
    with restored.begin() as conn:
        new = journal.append_returned(conn, "D1", 2, back, head(station))
        assert [event.private is None for event in new] == [False, True, False]
        journal.append(conn, "D1", [an_event(5)], CLOCK)
        assert verify(conn, "D1") == []
    with station.begin() as conn:
        journal.append_received(conn, "D1", 5, pairs(restored, 5, 5), head(restored))
    assert head(station) == head(restored)


def test_a_long_journal_is_read_in_pages_in_order(engine):
    opened(engine, 1203)
    with engine.begin() as conn:
        assert [event.id.seq for event in journal.read(conn, "D1")] == list(range(1, 1204))
        assert isinstance(journal.raw(conn, "D1", 1100, 9999)[0], RawEvent)
        assert len(journal.raw(conn, "D1", 1100, 9999)) == 104
