"""What the feed brings: what cannot be taken waits in its own case, and nothing that was done here is undone by it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from counter_app.adapters.store import projections, schema, taking_up
from counter_app.adapters.store.case_bytes import to_bytes
from counter_app.cli.plain import event_name
from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import Trouble
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import journal
from tests.support.homes import AGENT, DEVICE, EnrolledHome, bring, lease

ITEM = Catalogue.load().get("temporary_aid")
OTHER = "QX09-01"
CASE_NO = "9" * 43


def take_in(station: Station, n: int, outcome: str = "accept") -> Case:
    taken = station.intake.take_in(AGENT, example_line(ITEM, outcome, n))
    assert taken.case is not None
    return taken.case


def now(station: Station, case: Case) -> Case:
    return station.cases.view(str(case.id)).case


def troubles(station: Station) -> list[Trouble]:
    with station.store.read() as reading:
        return reading.troubles()


def assert_rebuilt_alike(station: Station) -> None:
    with station.store.write() as writing:
        before, waiting = projections.rows_to_compare(writing.connection), writing.troubles()
        projections.rebuild(writing.connection, DEVICE)
        assert projections.rows_to_compare(writing.connection) == before
        assert writing.troubles() == waiting


@pytest.mark.parametrize(
    ("kind", "data", "private"),
    [
        ("annotated", {}, {"phone": 5}),
        ("papers_taken", {"materials": "id_card"}, {}),
        ("numbered", {"case_no": ["9"]}, {}),
        ("closed", {}, {}),  # the table has no such step, and this device does not hold the case
        ("granted", {"clocks": [{"code": "K_NEW"}]}, {}),
    ],
)
def test_an_event_that_cannot_be_taken_waits_and_all_other_cases_go_on(
    station: Station, kind: str, data: Mapping[str, Any], private: Mapping[str, Any]
) -> None:
    one, other = take_in(station, 1), take_in(station, 2)
    bring(
        station,
        NewEvent(kind, one.id, 0, "u", data, private),
        NewEvent("annotated", one.id, 0, "u", {}, {"phone": "555 0188"}),
        NewEvent("numbered", other.id, 0, "", {"case_no": CASE_NO}),
        device=OTHER,
    )
    assert now(station, one).state is CaseState.ACCEPTED
    assert now(station, other).case_no == CASE_NO
    is_late = kind in {"closed", "granted"}
    assert [(trouble.device, trouble.seq, trouble.case) for trouble in troubles(station)] == (
        [] if is_late else [(OTHER, 1, one.id)]
    )
    assert (now(station, one).applicant.phone == "555 0188") is is_late
    station.acts.act(AGENT, str(one.id), "submit", {})
    assert now(station, one).state is CaseState.IN_REVIEW
    assert_rebuilt_alike(station)
    assert station.verifier.verify().ok


def test_an_unknown_kind_waits_without_alarm(station: Station) -> None:
    case = take_in(station, 1)
    newer = NewEvent("foretold", case.id, 0, "u", {})
    bring(station, newer, NewEvent("numbered", case.id, 0, "", {"case_no": CASE_NO}))
    assert (now(station, case).case_no, troubles(station)) == ("", [])
    named = [event_name(event) for event in station.cases.view(str(case.id)).events]
    assert named == ["收件", "受理", "foretold", "中心编号"]
    assert_rebuilt_alike(station)


def test_a_store_of_an_older_program_is_made_anew_as_it_opens(home: EnrolledHome) -> None:
    station = home.open()
    case = take_in(station, 1)
    bring(station, NewEvent("numbered", case.id, 0, "", {"case_no": CASE_NO}))
    with station.store.write() as writing:
        as_the_older_left_it = update(schema.cases).values(case_no="", body=to_bytes(replace(case, case_no="")))
        writing.connection.execute(as_the_older_left_it)
        writing.state.put("projection_version", projections.VERSION - 1)
    station.close()
    station = home.open()
    assert now(station, case).case_no == CASE_NO
    assert station.verifier.verify().ok
    station.close()


def test_what_was_stored_when_the_power_went_is_taken_up_at_the_next_start(home: EnrolledHome) -> None:
    station = home.open()
    case = take_in(station, 1)
    bring(station, NewEvent("numbered", case.id, 0, "", {"case_no": CASE_NO}), taken_up=False)
    assert_rebuilt_alike(station)
    assert now(station, case).case_no == ""
    station.close()
    station = home.open()
    assert now(station, case).case_no == CASE_NO
    assert_rebuilt_alike(station)
    station.close()


def test_what_is_done_before_the_feed_was_taken_up_did_not_know_of_it(home: EnrolledHome) -> None:
    station = home.open()
    case = take_in(station, 1)
    bring(station, NewEvent("annotated", case.id, 0, "u", {}, {"note": "of elsewhere"}), device=OTHER, taken_up=False)
    known_before = station.acts.act(AGENT, str(case.id), "annotate", {"note": "of here"})
    with station.store.read() as reading:
        assert reading.feed_place() == 0
    station.exchange.means.ledger.take_up_feed()
    with station.store.read() as reading:
        assert reading.feed_place() > 0
    assert known_before.case.notes == ("of here",)
    assert now(station, case).notes == ("of elsewhere", "of here")  # feed order, then own events not yet in the feed
    assert_rebuilt_alike(station)
    station.close()


@pytest.mark.parametrize("pieces", [1, 1000])
def test_many_events_of_a_case_are_taken_up_alike_in_pieces_of_any_size(
    home: EnrolledHome, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    monkeypatch.setattr(taking_up, "PIECE", pieces)
    station = home.open()
    cases = [take_in(station, n) for n in (1, 2)]
    own = [take_in(station, 3)]
    notes = [NewEvent("annotated", case.id, 0, "u", {}, {"note": f"{n}"}) for n in range(3) for case in cases + own]
    with station.store.read() as reading:
        on_the_way = reading.head()[0]  # the newest event of the third case
    bring(station, *notes, device=OTHER, own_until=on_the_way - 1)
    assert [now(station, case).notes for case in cases + own] == [("0", "1", "2")] * 3
    assert_rebuilt_alike(station)
    station.close()


def test_a_case_that_no_machine_can_number_is_named_and_harms_nobody(station: Station) -> None:
    bring(station, NewEvent("annotated", CaseId(DEVICE, 2**63), 0, "u", {}, {"note": "x"}), device=OTHER)
    assert [(trouble.device, trouble.case) for trouble in troubles(station)] == [(OTHER, None)]
    assert_rebuilt_alike(station)


@pytest.mark.parametrize("changed", [{"first": "1"}, {"last": 2**63}, {"year": None}, {"first": 9, "last": 1}])
def test_a_misshapen_lease_of_numbers_gives_none(home: EnrolledHome, changed: dict[str, Any]) -> None:
    station = home.open()
    data = {"agency": ITEM.agency, "kind": "N02", "year": 2026, "first": 1, "last": 9, "to": DEVICE} | changed
    bring(station, NewEvent("block_leased", None, 0, "", data))
    with station.store.read() as reading:
        assert reading.blocks() == []
    assert len(troubles(station)) == 1
    assert_rebuilt_alike(station)
    station.close()


def test_own_events_that_come_back_before_the_feed_they_rest_on_are_whole_again_after_it(
    home: EnrolledHome, tmp_path: Path
) -> None:
    """A home restored from an old copy: the hall gives the lost events back, then its feed."""
    station = home.open()
    case = take_in(station, 1)
    station.acts.act(AGENT, str(case.id), "submit", {})
    station.close()
    old = EnrolledHome(tmp_path / "old", home.clock)
    shutil.copytree(home.path, old.path)

    station = home.open()
    lease(station, ITEM.agency)
    second = take_in(station, 2)
    granted = NewEvent("granted", case.id, 1, "钱局", {"decision_no": "1号", "to": DEVICE})
    bring(station, granted)
    station.acts.act(AGENT, str(case.id), "send_out", {"way": "window"})
    with station.store.read() as reading:
        head = reading.head()
        lost = [(row.public, row.private, row.c) for row in journal.rows(reading.connection, DEVICE, 3)]
    wanted = now(station, case), now(station, second)
    station.close()

    restored = old.open()
    restored.exchange.means.ledger.append_returned(4, lost, head[1])
    assert now(restored, case).state is CaseState.IN_REVIEW  # what the hall decided is still on its way
    lease(restored, ITEM.agency, own_until=3)
    bring(restored, granted, own_until=5)
    assert (now(restored, case), now(restored, second)) == wanted
    assert take_in(restored, 3).notices[1].number == "青政受〔2026〕2号"  # 1 was used by what came back
    assert_rebuilt_alike(restored)
    restored.close()


def test_a_paper_made_after_the_next_exchange_is_the_one_that_would_have_been_made_before_it(station: Station) -> None:
    case = take_in(station, 1)
    made = [station.papers.pdf(case.id, notice) for notice in case.notices]
    with station.store.write() as writing:
        writing.connection.execute(schema.papers.delete())  # as if the power had gone between the commit and the paper
        writing.save_setting("window", "9号窗口")
        received = writing.head()[0] - 1
    numbered = NewEvent("numbered", case.id, 0, "", {"case_no": CASE_NO})
    noted = NewEvent("annotated", case.id, 0, "u", {}, {"phone": "13811112222"})
    bring(station, numbered, noted, own_until=received)  # the hall places them before the acceptance
    after = now(station, case)
    assert (after.case_no, after.applicant.phone) == (CASE_NO, "13811112222")
    assert [station.papers.pdf(case.id, notice) for notice in after.notices] == made
