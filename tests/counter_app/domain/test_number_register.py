"""The register of numbers explains each of them, and finds what nothing explains (specs domain 8.1)."""

from __future__ import annotations

import pytest

from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.number_register import (
    NO_YEAR,
    SLIPS,
    Block,
    Entry,
    Fate,
    OpenRun,
    Run,
    Series,
    Slip,
    explain,
    runs_of,
)

A, B = "QX03-01", "QX04-01"
N02 = Series("town", "N02", 2026)
BLOCKS = (Block(N02, 1, 10, A), Block(N02, 11, 20, B))


def used(n: int, device: str = A, seq: int = 0, case: int = 0) -> Entry:
    return Entry(N02, n, n, Fate.USED, EventId(device, seq or n), n, case=CaseId(device, case or n))


def ended(first: int, last: int, fate: Fate = Fate.SPOILED, device: str = A, case: int = 0) -> Entry:
    of_case = CaseId(device, case) if case else None
    return Entry(N02, first, last, fate, EventId(device, 100 + first), 100 + first, case=of_case)


def doubts(*entries: Entry, given_out: int | None = 20) -> list[tuple[Run, str]]:
    found = explain(N02, BLOCKS, entries, given_out)
    return [(doubt.run, doubt.why) for doubt in found.unexplained]


def test_used_spoiled_returned_and_open_numbers_are_all_explained() -> None:
    again = ended(2, 2, case=2)  # the paper of case 2 was made again as number 3
    found = explain(N02, BLOCKS, [used(1), used(2), again, used(3), ended(5, 6), ended(7, 10, Fate.RETURNED)], 20)
    assert found.unexplained == ()
    assert found.open == (OpenRun(A, Run(4, 4)), OpenRun(B, Run(11, 20)))


def test_a_number_skipped_is_a_hole() -> None:
    assert doubts(used(1), used(3)) == [(Run(2, 2), "hole")]


def test_a_number_of_the_hall_that_is_on_no_paper_is_a_hole() -> None:
    assert doubts(given_out=23) == [(Run(21, 23), "hole")]
    own = [Entry(N02, n, n, Fate.USED, EventId(HALL, n), n) for n in (21, 22, 23)]
    assert doubts(*own, given_out=23) == []


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ((used(1), used(1, seq=9, case=9)), "used_twice"),
        ((used(1), ended(1, 1)), "used_and_spoiled"),
        ((used(1), ended(1, 1, case=7)), "used_and_spoiled"),
        ((used(1), ended(1, 10, Fate.RETURNED)), "used_and_returned"),
        ((ended(1, 1), ended(1, 10, Fate.RETURNED)), "ended_twice"),
        ((used(1, device=B),), "outside_block"),
        ((used(1, device=HALL),), "outside_block"),
    ],
)
def test_what_cannot_be_right_of_a_number_is_named(entries: tuple[Entry, ...], why: str) -> None:
    assert (Run(1, 1), why) in doubts(*entries)


def test_a_number_that_was_never_given_out_is_outside_every_block() -> None:
    assert doubts(used(99), given_out=None) == [(Run(99, 99), "outside_block")]
    assert doubts(ended(19, 10**8, device=B))[-1] == (Run(21, 10**8), "outside_block")


def test_the_same_entry_twice_is_one() -> None:
    assert doubts(used(1), used(1)) == []


def test_slips_may_be_used_in_any_order_and_by_any_machine_of_the_station() -> None:
    series = Series(A, SLIPS, NO_YEAR)
    block = Block(series, 1, 5, A)
    entries = [Entry(series, n, n, Fate.USED, EventId("QX03-02", n), n) for n in (2, 5)]
    found = explain(series, [block], entries)
    assert (found.unexplained, runs_of(n for each in found.open for n in range(each.run.first, each.run.last + 1))) == (
        (),
        [Run(1, 1), Run(3, 4)],
    )


def test_a_slip_is_read_as_it_is_printed() -> None:
    assert str(Slip(A, 7)) == "QX03-01-S0007"
    assert Slip.parse(" qx03-01-s0007 ") == Slip(A, 7)
    assert Slip.parse("0007") is None
    assert Slip.parse("QX03-01-0007-4") is None
