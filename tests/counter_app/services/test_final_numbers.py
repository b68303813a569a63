"""Papers issued without a leased number get their final one by an entry in the register; the paper stays."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from counter_app.domain.case import Case
from counter_app.services import exchange
from counter_app.services.exchange import Exchange, ExchangeMeans
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import journal
from sync.exchange import SyncResult
from sync.ports import LinkCut
from tests.support.homes import AGENT, DEVICE, MONDAY, EnrolledHome, lease

ITEM = Catalogue.load().get("temporary_aid")
WANTED = "block_wanted"
DONE = SyncResult(1, 1, 0, 10, 10, 1, 0.5, 1, 1, None)


def take_in(station: Station, n: int) -> Case:
    case = station.intake.take_in(AGENT, example_line(ITEM, "accept", n)).case
    assert case is not None
    return case


def numbers(station: Station, *cases: Case) -> list[str]:
    found = [station.cases.view(str(case.id)).case.notices[1] for case in cases]
    return [notice.final_number or notice.number for notice in found]


def exchange_that_brings(station: Station, monkeypatch: pytest.MonkeyPatch, *blocks: tuple[int, int, int]) -> Exchange:
    """Each run of the exchange brings one more block: first, last and year."""
    to_come = list(blocks)

    def synchronise(*given: object, **more: object) -> SyncResult:
        if to_come:
            first, last, year = to_come.pop(0)
            lease(station, ITEM.agency, "N02", first, last, year)
        return DONE

    monkeypatch.setattr(exchange, "synchronise", synchronise)
    means = ExchangeMeans(station.exchange.means.ledger, lambda: None, nullcontext)  # type: ignore[arg-type, return-value]
    with station.store.write() as writing:
        writing.state.put("last_contact_ms", 1)
    return Exchange(station.desk, means)


def test_a_block_that_comes_gives_temporary_numbers_their_final_ones_in_order_and_leaves_the_paper(
    home: EnrolledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = home.open()
    cases = [take_in(station, n) for n in range(3)]
    papers = [station.papers.pdf(case.id, case.notices[1]) for case in cases]
    assert numbers(station, *cases) == [f"临〔2026〕QX03-01-{n}" for n in (1, 2, 3)]
    runs = exchange_that_brings(station, monkeypatch, (7, 8, 2026), (20, 29, 2026))
    result = runs.run()
    assert result.requests == 2  # the entries go out at once
    assert numbers(station, *cases) == ["青政受〔2026〕7号", "青政受〔2026〕8号", "临〔2026〕QX03-01-3"]
    runs.run()
    assert numbers(station, *cases)[2] == "青政受〔2026〕20号"
    assert numbers(station, take_in(station, 4)) == ["青政受〔2026〕21号"]
    assert runs.run().requests == 1
    for case, paper in zip(cases, papers, strict=True):
        notice = station.cases.view(str(case.id)).case.notices[1]
        assert (notice.temporary, station.papers.pdf(case.id, notice)) == (True, paper)
    assert station.verifier.verify().ok
    station.close()


def test_a_number_of_the_year_of_the_paper_is_asked_for_and_given_however_late(
    home: EnrolledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = home.open()
    case = take_in(station, 1)
    home.clock.now = MONDAY + timedelta(days=60)  # January 2027
    runs = exchange_that_brings(station, monkeypatch, (1, 9, 2027), (4, 4, 2026))
    runs.run()
    with station.store.read() as reading:
        own = list(journal.read(reading.connection, DEVICE))
    wanted = [(event.data["agency"], event.data["kind"], event.data["year"]) for event in own if event.kind == WANTED]
    assert (ITEM.agency, "N02", 2026) in wanted
    runs.run()
    assert numbers(station, case) == ["青政受〔2026〕4号"]
    station.close()


def test_a_failed_exchange_registers_nothing(home: EnrolledHome, monkeypatch: pytest.MonkeyPatch) -> None:
    station = home.open()
    case = take_in(station, 1)
    runs = exchange_that_brings(station, monkeypatch, (1, 9, 2026))
    failed = replace(DONE, error=LinkCut("reset"))
    monkeypatch.setattr(exchange, "synchronise", lambda *given, **more: failed)
    runs.run()
    assert numbers(station, case)[0].startswith("临")
    station.close()
