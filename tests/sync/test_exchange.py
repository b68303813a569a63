"""The station's side of the exchange, against a hall that keeps the protocol and a link that does not."""

import hashlib
import os
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from sync import journal
from sync.envelope import PRIMED, ZSTD, ErrorNote
from sync.exchange import SyncResult, synchronise
from sync.feed import start_hash
from sync.journal_verify import verify
from sync.keys import DeviceKeys, first_ratchet_key
from sync.outgoing import codec_for
from sync.ports import LinkDown, Standing
from tests.support.budgets import examples
from tests.sync.fake_hall import STATION, FakeHall, FakeLink, Trouble
from tests.sync.fake_station import CLOCK, FakeStation, Killed, enrolled

names = count()
Make = Callable[[str], Engine]


def an_event(n: int, private_bytes: int = 20) -> NewEvent:
    return NewEvent("received", CaseId("D1", n), 1, "u1", {"n": n}, {"note": os.urandom(private_bytes).hex()})


def a_station(make_engine: Make, hall: FakeHall, device: str = "D1") -> FakeStation:
    station = enrolled(make_engine(f"{device}-{next(names)}"), device, hall.id, STATION, hall.keys)
    hall.add(device, station.me.keys.sign_public, station.me.keys.box_public)
    return station


def a_pair(make_engine: Make, events: int = 0, private_bytes: int = 20) -> tuple[FakeStation, FakeHall, FakeLink]:
    hall = FakeHall(make_engine(f"hall-{next(names)}"))
    station = a_station(make_engine, hall)
    station.save(*[an_event(n + 1, private_bytes) for n in range(events)])
    return station, hall, FakeLink(hall)


def run(station: FakeStation, link: FakeLink, **more: bool) -> SyncResult:
    ticks = count(0, 0.01)
    return synchronise(station, link, wall_ms=lambda: CLOCK.wall_ms, monotonic_s=lambda: next(ticks), **more)


def code(result: SyncResult) -> str | None:
    return None if result.error is None else result.error.code


def all_is_settled(station: FakeStation, hall: FakeHall) -> bool:
    with hall.engine.begin() as conn:
        whole = verify(conn, "D1") == []
    return whole and hall.head("D1") == station.standing().head and station.cursor[0] == len(hall.feed)


def test_one_request_does_both_directions_and_a_clean_link_pays_no_question(make_engine):
    station, hall, link = a_pair(make_engine, 30)
    hall.decide(NewEvent("granted", CaseId("D1", 1), 2, "chief"))
    result = run(station, link)
    assert (code(result), result.pushed, result.pulled, result.requests) == (None, 30, 1, 1)
    assert link.calls == ["exchange"]
    assert (result.seq, result.acknowledged) == (30, 30)
    assert all_is_settled(station, hall)


def test_nothing_to_do_costs_one_small_request(make_engine):
    station, _, link = a_pair(make_engine, 3)
    run(station, link)
    result = run(station, link)
    assert (code(result), result.pushed, result.requests) == (None, 0, 1)
    assert result.bytes_up < 400


def test_own_events_come_as_ranges_and_others_whole(make_engine):
    station, hall, link = a_pair(make_engine, 2)
    other = a_station(make_engine, hall, "D2")
    other.save(NewEvent("received", CaseId("D2", 1), 1, "u2", {}, {"name": "王芳"}))
    run(other, FakeLink(hall))
    run(station, link)
    assert [(event.device, event.seq, event.public is None) for event in station.feed_events] == [
        ("D2", 1, False), ("D1", 1, True), ("D1", 2, True),
    ]  # fmt: skip
    with other.engine.begin() as conn:
        row = next(journal.rows(conn, "D2"))
    event = station.feed_events[0]
    assert (event.public, event.c, event.private, event.e) == (row.public, row.c, row.private, row.e)


def test_an_erased_event_comes_without_its_private_part_and_the_feed_still_holds(make_engine):
    station, hall, link = a_pair(make_engine, 0)
    hall.decide(NewEvent("granted", CaseId("D1", 1), 2, "chief", {}, {"reason": "x"}))
    with hall.engine.begin() as conn:
        journal.erase(conn, "hall", [1])
    assert code(run(station, link)) is None
    assert station.feed_events[0].private is None
    assert station.feed_events[0].c is not None


def test_what_the_hall_said_of_the_device_is_kept(make_engine):
    station, hall, link = a_pair(make_engine, 3)
    hall.exceptions = [(2, "late")]
    run(station, link)
    state = station.hall_state
    assert state is not None
    assert (state.received, state.applied, list(state.exceptions), state.offset_ms) == (3, 3, [(2, "late")], 500)
    assert not state.went_back


def test_a_long_journal_goes_in_several_requests_within_the_limits(make_engine):
    station, hall, link = a_pair(make_engine, 120, private_bytes=15_000)
    result = run(station, link)
    assert code(result) is None
    assert result.requests > 1
    assert all_is_settled(station, hall)


def test_a_lost_answer_costs_one_question_and_nothing_is_sent_twice(make_engine):
    station, hall, link = a_pair(make_engine, 40)
    link.troubles = [Trouble(down=0)]
    result = run(station, link)
    assert code(result) is None
    assert link.calls == ["exchange", "head", "exchange"]
    assert result.pushed == 40
    assert result.bytes_up < 2 * len(b"".join(row.public for row in station.own_rows(0, 40)))
    assert all_is_settled(station, hall)


def test_a_program_killed_before_the_answer_asks_first_when_it_comes_back(make_engine):
    station, hall, link = a_pair(make_engine, 10)
    link.troubles = [Trouble(down=0), Trouble(error=LinkDown("refused"))]
    assert code(run(station, link)) == "link_down"
    again = FakeLink(hall)
    assert code(run(station, again)) is None
    assert again.calls == ["head", "exchange"]


def test_an_unreachable_hall_costs_no_question_later(make_engine):
    station, _, link = a_pair(make_engine, 10)
    link.troubles = [Trouble(error=LinkDown("refused"))]
    result = run(station, link)
    assert (code(result), result.pushed, result.acknowledged) == ("link_down", 0, 0)
    assert code(run(station, link)) is None
    assert link.calls == ["exchange", "exchange"]


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(
        st.builds(lambda up, at: Trouble(up=at) if up else Trouble(down=at), st.booleans(), st.integers(0, 9000)),
        max_size=6,
    ),
    events=st.integers(0, 60),
    decisions=st.integers(0, 12),
)
def test_wherever_the_link_is_cut_every_event_arrives_once_and_in_order(make_engine, cuts, events, decisions):
    station, hall, link = a_pair(make_engine, events, private_bytes=150)
    hall.decide(*[NewEvent("granted", CaseId("D1", n + 1), 2, "chief") for n in range(decisions)])
    link.troubles = list(cuts)
    for _ in range(len(cuts) + 1):
        result = run(station, link)
        if result.error is None:
            break
    assert code(result) is None
    assert all_is_settled(station, hall)
    assert [event.n for event in station.feed_events] == list(range(1, len(hall.feed) + 1))
    assert station.acknowledged == events


def test_a_cut_in_the_request_keeps_the_frames_that_came_whole(make_engine):
    station, hall, link = a_pair(make_engine, 300, private_bytes=600)
    station.rate = 100_000
    link.troubles = [Trouble(up=100_000), Trouble(error=LinkDown("refused"))]
    run(station, link)
    assert 0 < hall.head("D1")[0] < 300


def test_a_feed_cut_between_two_frames_goes_on_from_the_cursor_without_a_question(make_engine):
    station, hall, link = a_pair(make_engine)
    hall.decide(*[NewEvent("granted", CaseId("D1", n), 2, "chief", {}, {"r": os.urandom(300)}) for n in range(1, 40)])
    link.troubles = [Trouble(down=6000)]
    result = run(station, link)
    assert (code(result), result.pulled) == (None, 39)
    assert link.calls == ["exchange", "exchange"]


def test_a_long_feed_comes_in_several_answers(make_engine):
    station, hall, link = a_pair(make_engine)
    hall.entries_per_answer = 5
    hall.decide(*[NewEvent("granted", CaseId("D1", n), 2, "chief") for n in range(1, 13)])
    result = run(station, link)
    assert (code(result), result.pulled, result.requests) == (None, 12, 3)


@pytest.mark.parametrize("page", [b"<html>log in</html>", b"", b"\x01\x00", b"\x02...", b"\x01\xff\xff\xff\xff"])
def test_a_log_in_page_of_the_network_is_not_the_hall(make_engine, page):
    station, _, link = a_pair(make_engine, 5)
    link.troubles = [Trouble(instead=page), Trouble(instead=page)]
    result = run(station, link)
    assert (code(result), result.acknowledged) == ("not_the_hall", 0)
    assert code(run(station, link)) is None


def test_an_answer_signed_by_another_key_is_not_the_hall_and_nothing_of_it_is_stored(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    hall.keys = DeviceKeys.make()
    assert code(run(station, link)) == "not_the_hall"
    assert station.acknowledged == 0


def test_a_recorded_answer_is_worth_nothing(make_engine):
    station, hall, _ = a_pair(make_engine, 5)
    recorded: list[bytes] = []
    original = hall.exchange
    hall.exchange = lambda body: recorded.append(original(body)) or recorded[-1]  # type: ignore[func-returns-value]
    run(station, FakeLink(hall))
    station.save(an_event(6))
    link = FakeLink(hall, troubles=[Trouble(instead=recorded[0]), Trouble(instead=recorded[0])])
    assert code(run(station, link)) == "not_the_hall"


def test_a_recorded_request_is_stale_and_the_client_goes_on_above_it(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    hall.devices["D1"].last_x = 40
    result = run(station, link)
    assert (code(result), result.requests) == (None, 2)
    assert hall.devices["D1"].last_x == 41


def test_a_revoked_device_is_told_so_and_nothing_else(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    hall.devices["D1"].revoked = True
    assert (code(run(station, link)), hall.head("D1")[0], link.calls) == ("revoked", 0, ["exchange"])


def test_a_device_the_hall_does_not_know_is_unauthorised(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    del hall.devices["D1"]
    assert code(run(station, link)) == "unauthorised"


@pytest.mark.parametrize("error", ["too_new", "malformed", "too_big"])
def test_errors_that_nobody_can_cure_by_trying_end_the_run(make_engine, error):
    station, hall, link = a_pair(make_engine, 5)
    hall.refuse = [ErrorNote(error)]
    assert (code(run(station, link)), len(link.calls)) == (error, 1)


def test_a_busy_hall_says_when_to_come_back(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    hall.refuse = [ErrorNote("busy", retry_after_s=17)]
    result = run(station, link)
    assert (code(result), result.retry_after_s) == ("hall_busy", 17)
    assert code(run(station, link)) is None


def test_a_codec_fault_is_answered_by_sending_plain(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    hall.codec_fault = True
    result = run(station, link)
    assert (code(result), result.requests) == (None, 2)
    assert all_is_settled(station, hall)


def test_a_mismatch_of_plain_bytes_ends_the_run(make_engine):
    station, hall, link = a_pair(make_engine, 5)
    hall.refuse = [ErrorNote("mismatch"), ErrorNote("mismatch"), ErrorNote("mismatch")]
    assert (code(run(station, link)), len(link.calls)) == ("mismatch", 2)


def test_a_device_that_lost_events_gets_them_back_and_goes_on(make_engine):
    hall = FakeHall(make_engine("hall"))
    station, restored = two_machines_of_one_device(make_engine, hall)
    station.save(*[an_event(n) for n in range(3, 9)])
    run(station, FakeLink(hall))
    restored.x = restored.answered_x = station.x
    result = run(restored, FakeLink(hall))
    assert (code(result), result.seq, result.acknowledged) == (None, 8, 8)
    restored.save(an_event(9))
    assert code(run(restored, FakeLink(hall))) is None
    assert all_is_settled(restored, hall)


def two_machines_of_one_device(make_engine: Make, hall: FakeHall) -> tuple[FakeStation, FakeStation]:
    """A station with two events at the hall, and its clone."""
    station = a_station(make_engine, hall)
    station.save(an_event(1), an_event(2))
    run(station, FakeLink(hall))
    with station.engine.begin() as conn:
        rows = list(journal.rows(conn, "D1"))
    clone = FakeStation(make_engine(f"clone-{next(names)}"), station.me, cursor=(0, start_hash(hall.id, STATION)))
    k1 = first_ratchet_key(station.me.keys.box_private, hall.keys.box_public, hall.id, "D1")
    with clone.engine.begin() as conn:
        journal.open_journal(conn, "D1", hall.id, station.me.keys.sign_public, k1)
        journal.append_returned(conn, "D1", 1, [(row.public, row.private, row.c) for row in rows], rows[-1].h)
    clone.acknowledged = 2
    return station, clone


def test_two_machines_writing_as_one_device_are_a_fork_and_nothing_is_lost(make_engine):
    hall = FakeHall(make_engine("hall"))
    station, clone = two_machines_of_one_device(make_engine, hall)
    station.save(an_event(3))
    clone.save(an_event(33))
    assert code(run(station, FakeLink(hall))) is None
    clone.x = clone.answered_x = station.x
    head = hall.head("D1")
    assert code(run(clone, FakeLink(hall))) == "fork"
    assert hall.head("D1") == head
    assert clone.standing().head[0] == 3


def test_a_fork_is_seen_also_by_the_device_that_only_asks(make_engine):
    hall = FakeHall(make_engine("hall"))
    station, clone = two_machines_of_one_device(make_engine, hall)
    station.save(an_event(3))
    clone.save(an_event(33))
    run(station, FakeLink(hall))
    clone.x, clone.answered_x = station.x + 1, station.x
    link = FakeLink(hall)
    assert (code(run(clone, link)), link.calls) == ("fork", ["head", "exchange"])  # the hall is shown both


def test_a_hall_restored_from_a_backup_gets_the_rest_again_and_it_is_said(make_engine):
    station, hall, link = a_pair(make_engine, 4)
    run(station, link)
    with hall.engine.begin() as conn:
        rows = list(journal.rows(conn, "D1"))
    restored = FakeHall(make_engine("restored"), keys=hall.keys, generation=2)
    restored.add("D1", station.me.keys.sign_public, station.me.keys.box_public)
    with restored.engine.begin() as conn:
        journal.append_received(conn, "D1", 1, [(row.public, row.private or b"") for row in rows[:2]], rows[1].h)
    for seq in (1, 2):
        restored._enter("D1", seq)
    result = run(station, FakeLink(restored))
    assert station.went_back == 1
    assert restored.head("D1") == station.standing().head
    assert station.generation == 2
    assert result.acknowledged == 4


def test_a_feed_that_went_back_is_named_while_the_own_events_still_go(make_engine):
    station, hall, link = a_pair(make_engine, 1)
    hall.decide(NewEvent("granted", CaseId("D1", 1), 2, "chief"))
    run(station, link)
    del hall.feed[1:], hall.feed_hashes[2:]
    station.save(an_event(2), an_event(3))
    result = run(station, link)
    assert (code(result), result.acknowledged) == ("feed_broken", 3)


def test_files_go_after_all_events_and_are_taken_only_if_an_event_names_them(make_engine):
    station, hall, link = a_pair(make_engine, 2)
    wanted, stray = os.urandom(150_000), os.urandom(500)
    for content in (wanted, stray):
        station.scan(hashlib.sha256(content).digest(), content)
    hall.wanted = {hashlib.sha256(wanted).digest()}
    result = run(station, link)
    assert (code(result), result.attachments_sent) == (None, 1)
    assert bytes(hall.parts[hashlib.sha256(wanted).digest()]) == wanted
    assert station.whole == hall.wanted


def test_a_file_cut_on_its_way_goes_on_where_the_hall_has_it(make_engine):
    station, hall, link = a_pair(make_engine, 1)
    content = os.urandom(400_000)
    digest = hashlib.sha256(content).digest()
    station.scan(digest, content)
    hall.wanted, station.rate = {digest}, 100_000
    link.troubles = [Trouble(up=200_000)]
    result = run(station, link)
    assert code(result) is None
    assert station.whole == {digest}
    assert result.bytes_up < 600_000


def test_a_program_killed_while_it_keeps_an_answer_asks_again_what_came_of_its_files(make_engine):
    station, hall, link = a_pair(make_engine, 1)
    content = os.urandom(100_000)
    digest = hashlib.sha256(content).digest()
    station.scan(digest, content)
    hall.wanted, station.dies_keeping = {digest}, True
    with pytest.raises(Killed):
        run(station, link)
    assert hall.parts[digest]
    station.dies_keeping = False
    result = run(station, link)
    assert (code(result), station.whole) == (None, {digest})
    assert result.bytes_up < len(content)


def test_a_file_that_is_gone_here_holds_up_nothing_else_and_is_named_unless_the_hall_has_it(make_engine):
    station, hall, link = a_pair(make_engine, 1)
    there, gone, sent = (os.urandom(1000) for _ in range(3))
    digests = [hashlib.sha256(content).digest() for content in (there, gone, sent)]
    for digest, content in zip(digests, (there, gone, sent), strict=True):
        station.scan(digest, content)
    hall.wanted, station.gone = set(digests), {digests[1]}
    result = run(station, link)
    assert (code(result), station.whole) == ("file_missing", {digests[0], digests[2]})
    assert all_is_settled(station, hall)
    hall.parts[digests[1]] = bytearray(gone)
    assert (code(run(station, link)), station.whole) == (None, set(digests))


def test_events_only_sends_no_file(make_engine):
    station, hall, link = a_pair(make_engine, 1)
    station.scan(b"\x01" * 32, b"content")
    hall.wanted = {b"\x01" * 32}
    result = run(station, link, events_only=True)
    assert (code(result), result.acknowledged, hall.parts) == (None, 1, {})


def test_the_next_request_grows_with_the_measured_link(make_engine):
    station, _, link = a_pair(make_engine, 60, private_bytes=2000)
    assert station.rate is None
    run(station, link)
    assert station.rate is not None
    assert station.rate > 8 * 1024


@pytest.mark.parametrize(
    ("rate", "round_trip_ms", "codec"),
    [
        (None, None, PRIMED),
        (None, 300, PRIMED),
        (None, 3, ZSTD),  # nobody has measured it, and it is in the house
        (20_000, 3, PRIMED),  # near, and narrow all the same
        (300_000, 3, ZSTD),  # what it moves is the machine's own pace
        (300_000, 80, PRIMED),
        (3_000_000, 80, ZSTD),
    ],
)
def test_bytes_are_dear_on_a_slow_link_and_work_on_a_quick_one(rate, round_trip_ms, codec):
    standing = Standing((0, b""), 0, (0, b""), 0, False, rate, round_trip_ms=round_trip_ms)
    assert codec_for(standing) == codec


def test_a_broken_request_makes_the_next_one_smaller(make_engine):
    station, _, link = a_pair(make_engine, 5)
    station.rate = 64_000
    link.troubles = [Trouble(down=0), Trouble(error=LinkDown("refused"))]
    run(station, link)
    assert station.rate == 32_000


def test_a_disk_that_is_full_when_the_feed_is_taken_up_ends_the_run_with_its_reason(make_engine, monkeypatch):
    station, _, link = a_pair(make_engine, 2)

    def full() -> None:
        raise CounterError("disk_full")

    monkeypatch.setattr(station, "take_up_feed", full)
    result = run(station, link)
    assert (code(result), result.acknowledged) == ("disk_full", 2)


def test_a_link_that_never_carries_anything_ends_the_run(make_engine):
    station, _, link = a_pair(make_engine, 5)
    link.troubles = [trouble for _ in range(9) for trouble in (Trouble(up=0), Trouble())]
    assert code(run(station, link)) == "link_cut"
    assert len(link.calls) == 6
