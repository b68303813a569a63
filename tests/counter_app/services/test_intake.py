"""Taking applications in: one line, one case, one transaction, with its papers."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery, Draft
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF, MONDAY, EnrolledHome, lease, make_home

ITEM = Catalogue.load().get("temporary_aid")


def a_line(outcome: str = "accept", n: int = 0, **changes: Any) -> dict[str, Any]:
    return example_line(ITEM, outcome, n) | changes


def cases_in(station: Station) -> int:
    return station.cases.count(CaseQuery())


def test_an_accepted_line_is_a_case_with_its_papers_numbers_and_days(station: Station) -> None:
    taken = station.intake.take_in(AGENT, a_line())
    assert taken.case is not None
    assert taken.case.state is CaseState.ACCEPTED
    assert [notice.kind for notice in taken.notices] == ["N01", "N02"]
    assert taken.notices[1].number.endswith("〔2026〕1号")
    view = station.cases.view(str(taken.case.id))
    assert view.due.check is None
    assert view.due.promise is not None
    assert view.due.statutory is not None
    assert view.due.promise <= view.due.statutory
    assert view.facts.received is None
    assert [event.kind for event in view.events] == ["received", "accepted"]
    for notice in taken.notices:
        assert station.papers.pdf(taken.case.id, notice).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("outcome", "state", "kinds"),
    [
        ("receive", CaseState.RECEIVED, ["N01"]),
        ("correct", CaseState.CORRECTING, ["N01", "N04"]),
        ("refuse", CaseState.REFUSED, ["N01", "N03-B", "N12"]),
        ("not_required", CaseState.NOT_REQUIRED, ["N01", "N03-A"]),
    ],
)
def test_each_outcome_leaves_its_state_and_its_papers(
    station: Station, outcome: str, state: CaseState, kinds: list[str]
) -> None:
    taken = station.intake.take_in(CHIEF, a_line(outcome))
    assert taken.case is not None
    assert (taken.case.state, [notice.kind for notice in taken.notices]) == (state, kinds)


def test_the_same_key_and_content_is_the_first_case_again(station: Station) -> None:
    first = station.intake.take_in(AGENT, a_line())
    second = station.intake.take_in(AGENT, a_line())
    assert (first.again, second.again) == (False, True)
    assert first.case == second.case
    assert cases_in(station) == 1


def test_the_same_key_with_other_content_is_refused_and_makes_no_case(station: Station) -> None:
    station.intake.take_in(AGENT, a_line())
    other = deepcopy(a_line())
    other["applicant"]["phone"] = "13999999999"
    with pytest.raises(CounterError) as refused:
        station.intake.take_in(AGENT, other)
    assert refused.value.code == "key_conflict"
    assert cases_in(station) == 1


def test_a_draft_is_no_event_and_ends_with_its_case(station: Station) -> None:
    with station.store.read() as reading:
        before = reading.head()
    draft = station.intake.take_in(AGENT, a_line("draft")).draft
    assert draft is not None
    with station.store.read() as reading:
        assert reading.head() == before
    taken = station.intake.take_in(AGENT, a_line("receive"), draft)
    assert taken.case is not None
    assert station.drafts.all() == []


def test_a_refused_line_leaves_its_draft_and_no_case(station: Station) -> None:
    kept = station.drafts.save(AGENT, Draft(None, "", ITEM.code, a_line("receive")))
    bad = a_line("receive")
    number = bad["applicant"]["id_number"]
    bad["applicant"]["id_number"] = number[:17] + ("1" if number[17] != "1" else "2")
    with pytest.raises(CounterError):
        station.intake.take_in(AGENT, bad, kept.id)
    assert [draft.id for draft in station.drafts.all()] == [kept.id]
    assert cases_in(station) == 0


def test_numbers_run_on_without_a_gap_and_then_become_temporary(home: EnrolledHome) -> None:
    station = home.open()
    lease(station, ITEM.agency, "N02", 1, 2)
    numbers = []
    for n in range(4):
        taken = station.intake.take_in(AGENT, a_line(n=n))
        numbers.append((taken.notices[1].number, taken.notices[1].temporary))
    station.close()
    assert [temporary for _, temporary in numbers] == [False, False, True, True]
    assert numbers[0][0].endswith("〔2026〕1号")
    assert numbers[1][0].endswith("〔2026〕2号")
    assert numbers[2][0] == "临〔2026〕QX03-01-1"
    assert numbers[3][0] == "临〔2026〕QX03-01-2"


def test_a_number_of_the_old_year_is_not_used_in_the_new_one(home: EnrolledHome) -> None:
    station = home.open()
    lease(station, ITEM.agency, "N02", 1, 50, year=2026)
    received = station.intake.take_in(AGENT, a_line("receive"))
    home.clock.now = MONDAY.replace(year=2027, month=1, day=1)
    assert received.case is not None
    taken = station.intake.take_in(AGENT, a_line(n=1))
    station.close()
    assert taken.notices[1].number.startswith("临〔2027〕")


def test_a_late_entry_counts_from_the_true_receipt(station: Station) -> None:
    received_at = (MONDAY - timedelta(days=3)).isoformat()
    line = a_line("receive", received_at=received_at, late_entry={"reason": "停电", "slip_no": "0007"})
    taken = station.intake.take_in(AGENT, line)
    assert taken.case is not None
    view = station.cases.view(str(taken.case.id))
    assert view.due.check is not None
    assert view.due.check.isoformat() == "2026-11-20"
    assert taken.case.slip_no == "0007"


def test_a_receipt_in_the_future_is_refused(station: Station) -> None:
    soon = (MONDAY + timedelta(minutes=5)).isoformat()
    line = a_line("receive", received_at=soon, late_entry={"reason": "停电", "slip_no": "1"})
    with pytest.raises(InvalidInput):
        station.intake.take_in(AGENT, line)
    assert cases_in(station) == 0


def test_a_village_that_is_not_entrusted_accepts_nothing(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    station = make_home(tmp_path / "home", entrusted=[]).open()
    with pytest.raises(MoveNotAllowed) as refused:
        station.intake.take_in(AGENT, a_line("accept"))
    assert refused.value.code == "station_not_entrusted"
    assert cases_in(station) == 0
    station.close()


def test_a_supervisor_alone_takes_nothing_in(station: Station) -> None:
    with pytest.raises(MoveNotAllowed) as refused:
        station.intake.take_in(Person("李", frozenset({Role.SUPERVISOR})), a_line("receive"))
    assert refused.value.code == "not_your_role"


def test_a_case_whose_paper_cannot_be_printed_is_not_saved(station: Station) -> None:
    line = a_line("receive")
    line["applicant"]["name"] = "王\ue8ff"  # a private-use character that no font has
    with pytest.raises(CounterError) as refused:
        station.intake.take_in(AGENT, line)
    assert refused.value.code == "glyph_missing"
    assert cases_in(station) == 0
    with station.store.read() as reading:
        assert reading.head()[0] == 0


def test_what_an_outcome_would_bring_is_known_before_a_key_is_pressed(station: Station) -> None:
    outcomes = {outcome.name: outcome for outcome in station.outcomes.of(AGENT, ITEM, a_line())}
    accept = outcomes["accept"]
    assert accept.blocked is None
    assert [paper.kind.value for paper in accept.papers] == ["N01", "N02"]
    assert accept.papers[1].number.endswith("〔2026〕1号")
    taken = station.intake.take_in(AGENT, a_line())
    assert taken.case is not None
    assert taken.notices[1].number == accept.papers[1].number
    assert {clock.code: clock.due for clock in accept.clocks}.items() <= {
        clock.code: clock.due for clock in taken.case.clocks
    }.items()


def test_an_empty_form_names_everything_that_is_missing(station: Station) -> None:
    outcomes = {outcome.name: outcome for outcome in station.outcomes.of(AGENT, ITEM, {"item": ITEM.code})}
    assert all(outcome.blocked is not None for outcome in outcomes.values())
    assert outcomes["accept"].missing_materials
    assert outcomes["accept"].missing_fields
