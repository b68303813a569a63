"""A month of random cases at a village and a county counter, and the half year after it.

Every number is explained, what may be erased is erased and nothing else, the chains still verify, and the erased
persons are found nowhere. COUNTER_MONTH_CASES=3000 takes a whole month; the default is a few days of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from counter_app.domain.case import Case
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person, Role
from counter_app.services.papers import Papers
from tests.support.county import Machine
from tests.support.month import lived_through
from tests.support.pages import decrypted_pages
from tests.support.walk import CHIEF, Walk

CASES = int(os.environ.get("COUNTER_MONTH_CASES", "24"))
SEED = int(os.environ.get("COUNTER_MONTH_SEED", "11"))
ADMIN = Person("罗局", frozenset({Role.ADMIN}))


@pytest.fixture
def month(walk_county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])  # made when they are asked for
    shutil.copytree(walk_county, tmp_path / "county")
    walk = Walk(tmp_path / "county", lately=60)
    yield walk
    walk.county.close()


def printed(machine: Machine) -> None:
    """Three quarters of the papers leave the machine; a case with one that does not is not finished."""
    for case, notice in machine.station.papers.unprinted():
        if case.id.n % 4:
            machine.station.papers.log_printed(CHIEF, case, notice, "file", 2)


def is_over(case: Case, today: date) -> bool:
    """Whether six months have passed since the last act on a case that ended and asks for nothing more."""
    last = local_date(case.changed_at_ms)
    month = last.month - 1 + 6
    until = date(last.year + month // 12, month % 12 + 1, min(last.day, 28))
    unfinished = case.unprinted or case.countersign_wanted or case.frozen
    number_to_come = any(row.temporary and not row.final_number and not row.spoiled for row in case.notices)
    complained = any(rating.level.is_bad and not rating.answer for rating in case.ratings)
    asks_for_more = unfinished or number_to_come or complained
    return not case.is_open and not asks_for_more and today > until + timedelta(days=3)


def words_of(case: Case) -> set[bytes]:
    person = case.applicant
    return {word.encode() for word in (person.name, person.id_number) if word}


def test_a_month_of_cases_is_explained_to_the_last_number_and_erased_when_its_time_is_over(month: Walk) -> None:
    lived_through(month, CASES, SEED)
    month.everything_holds()
    for machine in month.machines:
        printed(machine)
    month.end()
    month.everything_holds()
    month.county.clock.now += timedelta(days=215)
    month.end()
    for machine in month.machines:
        before = month.cases_of(machine)
        today = machine.station.desk.today()
        over = {case.id for case in before if is_over(case, today)}
        looked = {row.case.id for row in machine.station.retention.look(ADMIN).expired}
        assert looked == over
        done = machine.station.retention.run(ADMIN)
        assert {row.case.id for row in done.expired} == over
        after = {case.id: case for case in month.cases_of(machine)}
        assert {case for case in after if after[case].erased} == over
        assert [case.id for case in before if case.id not in over and after[case.id] != case] == []
        assert machine.station.verifier.verify().ok
        kept = [case for case in before if case.id not in over]
        said_still = str(kept).encode()  # names stand in forms and beside other names as well
        still = set().union(*(words_of(case) for case in kept))
        over_words = set().union(*(words_of(case) for case in before if case.id in over))
        gone = {word for word in over_words if word not in said_still}
        assert gone, "some persons have no case left"
        pages = decrypted_pages(machine.station.home)
        assert all(word in pages for word in still)
        assert [word for word in gone if word in pages] == []
    month.end()
    assert month.county.hall_problems() == []
