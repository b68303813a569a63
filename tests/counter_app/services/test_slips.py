"""Pads of blank slips (specs domain 5.3.1): numbers reserved before they are printed, each used by one late entry."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.number_register import Fate, Run, SeriesReport
from counter_app.domain.people import Person, Role
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import AGENT

ITEM = Catalogue.load().get("temporary_aid")


def late(station: Station, slip: str, n: int = 1) -> Case:
    entry = {"received_at": "2026-11-13T10:00", "late_entry": {"reason": "停电", "slip_no": slip}}
    case = station.intake.take_in(AGENT, example_line(ITEM, "receive", n) | entry).case
    assert case is not None
    return case


def refused(station: Station, slip: str) -> CounterError:
    with pytest.raises(CounterError) as error:
        late(station, slip, 9)
    return error.value


def slips(station: Station) -> SeriesReport:
    [found] = [each for each in station.numbers.report(2026).series if each.series.kind == "slip"]
    return found


def test_a_pad_has_a_page_for_each_slip_with_its_number_on_both_copies(station: Station) -> None:
    pad = station.slips.reserve(AGENT, 3)
    pages = [page.extract_text() for page in PdfReader(BytesIO(pad.pdf)).pages]
    assert [page.count(f"QX03-01-S000{n}") for n, page in enumerate(pages, 1)] == [2, 2, 2]
    again = station.slips.reserve(AGENT, 2)
    assert [str(slip) for slip in again.slips] == ["QX03-01-S0004", "QX03-01-S0005"]


def test_a_slip_is_used_once_by_a_late_entry_and_the_second_is_told_of_which_case(station: Station) -> None:
    station.slips.reserve(AGENT, 3)
    case = late(station, "QX03-01-S0002")
    error = refused(station, "qx03-01-s0002")
    assert (error.code, error.params["case"]) == ("slip_used", str(case.id))
    found = slips(station)
    assert [(entry.first, entry.case) for entry in found.with_fate(Fate.USED)] == [(2, case.id)]
    assert [each.run for each in found.open] == [Run(1, 1), Run(3, 3)]
    assert found.unexplained == ()
    assert station.verifier.verify().ok


def test_a_slip_that_was_never_printed_or_was_spoiled_is_refused(station: Station) -> None:
    station.slips.reserve(AGENT, 3)
    station.slips.spoil(AGENT, Run(1, 2), "写坏")
    assert refused(station, "QX03-01-S0001").code == "slip_spoiled"
    assert refused(station, "QX03-01-S0004").code == "slip_not_reserved"
    with pytest.raises(CounterError, match="number_ended_before"):
        station.slips.spoil(AGENT, Run(2, 2), "又写坏")
    [entry] = slips(station).with_fate(Fate.SPOILED)
    assert (entry.first, entry.last, entry.reason) == (1, 2, "写坏")


def test_numbers_of_the_villages_own_book_and_of_other_machines_are_taken_as_they_are(station: Station) -> None:
    assert late(station, "第7号").slip_no == "第7号"
    assert late(station, "QX03-02-S0001", 2).slip_no == "QX03-02-S0001"
    assert refused(station, "QX03-02-S0001").code == "slip_used"  # but only once here


def test_slips_never_go_back_to_the_hall(station: Station) -> None:
    station.slips.reserve(AGENT, 2)
    station.numbers.return_all(AGENT)
    assert [each.run for each in slips(station).open] == [Run(1, 2)]


@pytest.mark.parametrize("count", [0, 201])
def test_a_pad_has_a_sensible_size(station: Station, count: int) -> None:
    with pytest.raises(CounterError, match="slips_out_of_range"):
        station.slips.reserve(AGENT, count)


def test_who_takes_no_papers_prints_no_slips(station: Station) -> None:
    with pytest.raises(CounterError, match="not_your_role"):
        station.slips.reserve(Person("钱局", frozenset({Role.SUPERVISOR})), 1)
