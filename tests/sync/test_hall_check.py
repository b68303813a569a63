"""Asking whether the enrolled hall answers at an address is no exchange that must be gone on with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from counter_app.adapters.store.exchange_ledger import ExchangeLedger
from sync.hall_check import check_hall
from sync.ports import LinkDown
from tests.support.county import InnerLink, SmallCounty, refused


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    made = SmallCounty(tmp_path)
    yield made
    made.close()


class _Silent(InnerLink):
    def head(self, query: bytes) -> Iterable[bytes]:
        raise LinkDown("refused")


def test_a_check_of_the_address_leaves_no_unanswered_try_and_hides_none(county: SmallCounty) -> None:
    machine = county.add_station("QX03")
    station = machine.station
    ledger = ExchangeLedger(station.store, station.desk.vault, station.keys, county.clock)
    check_hall(ledger, InnerLink(county.app))
    assert not ledger.standing().unanswered
    assert refused(lambda: check_hall(ledger, _Silent(county.app)))
    assert not ledger.standing().unanswered
    ledger.next_try()  # an exchange that nobody answered
    check_hall(ledger, InnerLink(county.app))
    assert ledger.standing().unanswered
    machine.sync()
    assert not ledger.standing().unanswered
