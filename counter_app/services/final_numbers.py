"""The final number of a paper that was issued under a temporary one (sync design section 8).

It is an entry in the register, made when a block has come; the paper stays as it was printed.
"""

from __future__ import annotations

from collections.abc import Iterator

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.events import NewEvent
from counter_app.domain.moments import local_date
from counter_app.domain.notice import NoticeKind, format_number
from counter_app.domain.number_register import Series
from counter_app.services.ports import Reading, Writing


def register_final_numbers(writing: Writing) -> int:
    """Give every temporary number its final one, the oldest first, as far as the blocks reach; how many were given."""
    given = 0
    profile = writing.profile()
    for case, notice in _waiting(writing):
        agency_code, series, year = _series(case, notice)
        n = writing.take_number(agency_code, series, year)
        if n is None or agency_code not in profile.agencies:
            continue
        kind, agency = NoticeKind(notice.kind), profile.agencies[agency_code]
        number = format_number(agency, kind, year, n, is_licence=case.item.licence)
        data = {"kind": notice.kind, "replaces": notice.number, "number": number}
        place = {"agency": agency_code, "series": series, "year": year, "n": n}
        writing.append([NewEvent("number_registered", case.id, case.epoch, "", data | place)])
        given += 1
    return given


def series_waiting(reading: Reading) -> list[Series]:
    """The series of each paper that waits for its final number."""
    return [_series(case, notice) for case, notice in _waiting(reading)]


def _waiting(reading: Reading) -> Iterator[tuple[Case, IssuedNotice]]:
    found = [
        (case, notice)
        for case in reading.cases_with_temporary_numbers()
        for notice in case.notices
        if notice.temporary and not notice.final_number and not notice.spoiled
    ]
    yield from sorted(found, key=lambda pair: (pair[1].at_ms, pair[1].event))


def _series(case: Case, notice: IssuedNotice) -> Series:
    series = NoticeKind(notice.kind).facts.series
    assert series is not None, "only a paper that needs a number gets a temporary one"
    return Series(case.item.agency, series.value, local_date(notice.at_ms).year)
