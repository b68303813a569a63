"""Who prints a paper for the first time where counters share their cases: two of them must not serve one number twice.

A counter prints what it issued; what the hall or another station issued is printed by who holds the case.
"""

from __future__ import annotations

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import MoveNotAllowed
from counter_app.domain.identifiers import desk_of, station_of_device
from counter_app.services.ports import Reading


def check_original(reading: Reading, case: Case, notice: IssuedNotice) -> None:
    """MoveNotAllowed `original_of_counter` where another counter prints it, `original_needs_claim` where nobody has
    claimed the case yet. A paper that was printed before may be printed again anywhere, under its mark."""
    if notice.prints or not _is_shared(reading, case):
        return
    if needs_claim(reading, case, notice):
        raise MoveNotAllowed("original_needs_claim", case=str(case.id))
    counter = _counter_of(reading, case, notice)
    if counter not in {reading.device(), *reading.former_devices()}:
        raise MoveNotAllowed("original_of_counter", case=str(case.id), device=counter)


def needs_claim(reading: Reading, case: Case, notice: IssuedNotice) -> bool:
    """Whether who prints it first must hold the case, and nobody of this station is known to."""
    return _is_shared(reading, case) and not notice.prints and not _counter_of(reading, case, notice)


def may_be_printed_here(reading: Reading, case: Case, notice: IssuedNotice) -> bool:
    """Whether it is a duty of this counter, perhaps after a claim."""
    own = {"", reading.device(), *reading.former_devices()}
    return not _is_shared(reading, case) or _counter_of(reading, case, notice) in own


def _is_shared(reading: Reading, case: Case) -> bool:
    """Whether counters share this case; one that was left at the desk when its station gave that up is still shared."""
    profile = reading.profile()
    return profile.shares or case.holder == desk_of(profile.code)


def _counter_of(reading: Reading, case: Case, notice: IssuedNotice) -> str:
    """The counter whose paper it is; "" where whoever claims the case from the desk prints it."""
    station = reading.profile().code
    if station_of_device(notice.event.device) == station or notice.event.device == reading.device():
        return notice.event.device
    if case.holder == desk_of(station):
        return ""
    return case.holder if station_of_device(case.holder) == station else _opened_by(reading, case)


def _opened_by(reading: Reading, case: Case) -> str:
    """Of a case that lies elsewhere: the counter of this station that opened it, else this one."""
    opener = case.id.device
    return opener if station_of_device(opener) == reading.profile().code else reading.device()
