"""Which events a close of a day covers, whatever the clock of the machine did."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.day_close import Mark, Written, counted, differences, left_out, shown, station_code
from counter_app.domain.identifiers import CaseId

DEVICE = "QX03-01"
DAY = date(2026, 11, 16)


def _event(seq: int, day: date = DAY, n: int = 1, kind: str = "annotated") -> Written:
    return Written(seq, seq.to_bytes(32), day, CaseId(DEVICE, n), kind)


@given(st.lists(st.one_of(st.integers(-3, 3), st.none()), max_size=40))
def test_each_event_is_covered_once_however_the_clock_jumps(steps: list[int | None]) -> None:
    """A step is an event dated so many days away, None a close of the newest day that was not closed."""
    journal: list[Written] = []
    covered, last = 0, DAY - timedelta(days=4)
    for step in steps:
        if step is not None:
            journal.append(_event(len(journal) + 1, DAY + timedelta(days=step)))
            continue
        last += timedelta(days=1)
        made = counted(DEVICE, last, journal)
        covered += made.events
        seq = len(journal) + 1
        journal.append(Written(seq, b"", last, kind="day_closed", mark=Mark(seq, last, made.after)))
    open_ones = counted(DEVICE, date.max, journal).events
    assert covered + open_ones == len(journal)


def test_a_close_begins_where_the_one_before_left_something_open() -> None:
    tomorrow = _event(2, DAY + timedelta(days=1))
    journal = [_event(1), tomorrow, _event(3)]
    first = counted(DEVICE, DAY, journal)
    closed = Written(4, b"", DAY, kind="day_closed", mark=Mark(4, DAY, first.after))
    second = counted(DEVICE, DAY + timedelta(days=1), [*journal, closed])
    assert (first.events, first.after, second.after) == (2, 0, 1)
    assert set(second.leaves) == {"", str(tomorrow.case)}


def test_what_a_close_skipped_is_found() -> None:
    journal = [_event(1), Written(2, b"", DAY, kind="day_closed", mark=Mark(2, DAY, 1))]
    assert left_out(journal) == 1


def test_another_byte_of_one_case_changes_the_code_and_names_that_case_alone() -> None:
    journal = [_event(1, n=1), _event(2, n=2), _event(3, n=3)]
    ours = counted(DEVICE, DAY, journal)
    theirs = counted(DEVICE, DAY, [journal[0], Written(2, b"x", DAY, CaseId(DEVICE, 2)), journal[2]])
    assert ours.code != theirs.code
    assert [row.case for row in differences(ours.leaves, theirs.leaves)] == [str(CaseId(DEVICE, 2))]
    fewer = counted(DEVICE, DAY, journal[:2])
    assert [(row.case, row.here, row.there) for row in differences(ours.leaves, fewer.leaves)] == [
        (str(CaseId(DEVICE, 3)), True, False)
    ]


def test_the_same_work_of_another_machine_or_day_has_another_code() -> None:
    codes = {counted(device, day, []).code for device in (DEVICE, "QX03-02") for day in (DAY, date.max)}
    assert len(codes) == 4
    assert station_code({DEVICE: b"a", "QX03-02": b"b"}) != station_code({DEVICE: b"b", "QX03-02": b"a"})


def test_what_comes_late_is_counted_by_its_day_and_applications_by_the_day_they_count_from() -> None:
    before = DAY - timedelta(days=2)
    late = Written(2, b"", DAY, CaseId(DEVICE, 2), "received", received_on=before)
    made = counted(DEVICE, DAY, [_event(1, before), late])
    assert made.earlier == {before: 1}
    assert made.back_dated == ((str(CaseId(DEVICE, 2)), before),)
    assert (made.totals["received"], made.cases) == (1, 2)


def test_a_code_is_compared_by_telephone_in_groups_of_four() -> None:
    assert shown(bytes.fromhex("7f3a91c20b5ed4a8ff")) == "7F3A 91C2 0B5E D4A8"
