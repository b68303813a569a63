"""When the next try comes by itself."""

from sync.retry import FIRST_S, LONGEST_S, next_wait_s


def test_waits_grow_to_a_cap_and_never_overflow():
    longest = [next_wait_s(failures, lambda: 1.0) for failures in range(1, 12)]
    assert longest[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert longest[-1] == next_wait_s(10**6, lambda: 1.0) == LONGEST_S


def test_full_jitter_spreads_the_stations_from_at_once_to_the_whole_wait():
    assert [next_wait_s(3, lambda share=share: share) for share in (0.0, 0.5)] == [0.0, 2 * FIRST_S]


def test_never_sooner_than_the_hall_asked():
    assert next_wait_s(1, lambda: 0.0, retry_after_s=30) == 30
