"""Scans on their way to the hall: after all events, by legal day, each once, within the day's data, from the byte."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from counter_app.domain.data_budget import LEAST
from counter_app.domain.people import Person, Role
from counter_app.services.stored_facts import LinkState
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import exchange
from sync.frames import MAX_PIECE
from sync.hall.attachments import path_of
from sync.hall.tables import attachments
from sync.outgoing import BOOKED
from sync.ports import LinkCut
from tests.support.county import InnerLink, Machine, SmallCounty
from tests.support.in_process import Counter

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("papers_later")


@pytest.fixture
def county(tmp_path: Path) -> Iterator[SmallCounty]:
    made = SmallCounty(tmp_path)
    made.add_station("QX03")
    yield made
    made.close()


@pytest.fixture
def machine(county: SmallCounty) -> Machine:
    return county.machines["QX03"]


@pytest.fixture
def scan(tmp_path: Path) -> Callable[[int], Path]:
    """A picture of 300 KB that nothing packs smaller."""

    def made(n: int) -> Path:
        file = tmp_path / f"scan-{n}.png"
        Image.frombytes("RGB", (320, 310), random.Random(n).randbytes(320 * 310 * 3)).save(file)
        return file

    return made


def take(machine: Machine, n: int, *scans: Path, outcome: str = "accept") -> str:
    line: dict[str, Any] = example_line(BIRTH, outcome, n)
    line["materials"][0]["files"] = [str(file) for file in scans]
    taken = machine.station.intake.take_in(CHIEF, line)
    assert taken.case is not None
    return str(taken.case.id)


def at_hall(county: SmallCounty) -> list[tuple[int, int, bool]]:
    """(size, held, whole) of each file that the hall knows of."""
    with county.hall.store.read() as conn:
        columns = attachments.c
        query = select(columns.size, columns.held, columns.whole).order_by(columns.held.desc())
        return [tuple(row) for row in conn.execute(query)]


class ThroughLink(InnerLink):
    """The hall, with something done at each piece of a body."""

    def __init__(self, county: SmallCounty, at_piece: Callable[[int], None]) -> None:
        super().__init__(county.app)
        self.at_piece = at_piece
        self.bodies = 0

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        self.bodies += 1
        taken: list[bytes] = []
        try:
            for n, piece in enumerate(body):
                taken.append(piece)
                self.at_piece(n)
        except LinkCut:
            super().exchange(taken)  # the hall has what came; its answer finds nobody
            raise
        return super().exchange(taken)


def test_scans_end_with_the_days_data_and_go_on_the_next_day_from_there(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path]
) -> None:
    sending = machine.station.sending
    sending.keep_budget(400_000)
    take(machine, 1, scan(1))
    take(machine, 2, scan(2))
    first = machine.sync()
    assert first.acknowledged == first.seq, "events are never held back"
    outbox = sending.outbox()
    assert 400_000 - LEAST < outbox.budget.spent <= 400_000
    assert outbox.scans_wait
    assert not outbox.is_due
    [(_, _, is_whole), (_, begun, half_whole)] = at_hall(county)
    assert (is_whole, half_whole) == (True, False)
    assert begun > 0
    assert machine.sync().requests == 1, "the same day nothing more goes"
    assert at_hall(county)[1][1] == begun
    county.clock.now += DAY
    assert sending.outbox().is_due
    machine.sync()
    assert [whole for _, _, whole in at_hall(county)] == [True, True]
    sizes = sum(size for size, _, _ in at_hall(county))
    spent_today = sending.outbox().budget.spent
    assert outbox.budget.spent + spent_today < sizes * 1.01, "what was there is not sent again"
    assert not sending.outbox().waiting


def test_a_scan_near_its_legal_day_waits_for_the_data_as_well_unless_somebody_says_not_to(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path]
) -> None:
    machine.station.sending.keep_budget(0)
    take(machine, 1, scan(1))
    county.clock.now += DAY
    machine.sync()
    assert at_hall(county) == [(scan(1).stat().st_size, 0, False)]
    sent = by_link(county, machine, InnerLink(county.app), over_budget=True)
    assert (sent.error, sent.attachments_sent) == (None, 1)
    assert machine.station.sending.outbox().budget.spent > 0, "it counts all the same"


def test_the_nearest_legal_day_goes_first_and_then_the_oldest(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path]
) -> None:
    early = take(machine, 1, scan(1), outcome="receive")
    county.clock.now += 3 * DAY
    later = take(machine, 2, scan(2), outcome="receive")
    same_day = take(machine, 3, scan(3), outcome="receive")
    machine.station.sending.keep_budget(0)
    machine.sync()
    waiting = machine.station.sending.outbox().waiting
    assert [str(row.case.id) for row in waiting] == [early, later, same_day]
    order = [pending.size for pending in machine.station.exchange.means.ledger.pending_attachments(9)]
    assert order == [scan(n).stat().st_size for n in (1, 2, 3)]


def test_a_file_that_many_cases_name_is_sent_once(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path]
) -> None:
    for n in range(1, 4):
        take(machine, n, scan(7))
    result = machine.sync()
    assert result.attachments_sent == 1
    size = scan(7).stat().st_size
    assert at_hall(county) == [(size, size, True)]
    assert machine.station.sending.outbox().budget.spent < size * 1.01


def test_an_event_saved_while_scans_go_is_at_the_hall_before_the_next_piece(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LOOK_S", 0)
    take(machine, 1, scan(1))
    machine.station.sending.keep_budget(0)
    machine.sync()
    machine.station.sending.keep_budget(None)
    held: list[int] = []

    def meanwhile(n: int) -> None:
        if link.bodies == 1 and n == 2:
            take(machine, 2)
        if link.bodies == 2 and n == 0:
            held.append(at_hall(county)[0][1])

    link = ThroughLink(county, meanwhile)
    assert by_link(county, machine, link).error is None
    assert 0 < held[0] <= 5 * MAX_PIECE, "the request with scans ended at once"
    assert len(county.hall_cases()) == 2
    assert at_hall(county)[0][2]


def test_a_cut_costs_no_more_than_the_piece_on_its_way(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path]
) -> None:
    take(machine, 1, scan(1))
    machine.station.sending.keep_budget(0)
    machine.sync()
    machine.station.sending.keep_budget(None)

    def cut(n: int) -> None:
        if link.bodies == 1 and n == 4:
            raise LinkCut("test")

    link = ThroughLink(county, cut)
    assert by_link(county, machine, link).error is None
    size = scan(1).stat().st_size
    assert at_hall(county) == [(size, size, True)]
    assert machine.station.sending.outbox().budget.spent < size * 1.01 + MAX_PIECE + BOOKED
    [sha256] = [row.sha256 for row in county_files(county)]
    assert path_of(county.hall.home, sha256).read_bytes() == scan(1).read_bytes()


def test_the_data_of_a_day_is_set_and_told_by_command(county: SmallCounty, machine: Machine) -> None:
    counter = Counter(county.folder / "QX03", clock=county.clock)
    unbound = {"a_day": None, "spent": 0, "left": None, "is_spent": False}
    assert counter.run("budget").done().json == unbound
    told = counter.run("budget", "--a-day", "0.5").done().json
    assert (told["a_day"], told["left"], told["is_spent"]) == (500_000, 500_000, False)
    assert counter.run("queue").done().json["budget"] == told
    for wrong in (("--a-day", "-1"), ("--a-day", "nan"), ("--a-day", "5", "--none")):
        assert counter.run("budget", *wrong).error == "data_budget"
    assert counter.run("budget").json == told, "a refusal changes nothing"
    assert counter.run("budget", "--none").done().json == unbound


def test_each_row_says_its_bytes_on_the_wire_and_its_seconds(
    county: SmallCounty, machine: Machine, scan: Callable[[int], Path]
) -> None:
    take(machine, 1, scan(1))
    machine.station.exchange.means.ledger.store_link_rate(32_000, 300)
    outbox = machine.station.sending.outbox()
    link: LinkState = outbox.link
    texts = outbox.total("text")[1]
    rows = {row.what: row for row in outbox.waiting}
    size = scan(1).stat().st_size
    assert (rows["scans"].left, rows["scans"].seconds(link.rate)) == (size, -(-size // 32_000))
    carried: list[int] = []
    through = ThroughLink(county, lambda _: None)
    whole = through.exchange

    def counted(body: Iterable[bytes]) -> Iterable[bytes]:
        pieces = list(body)
        carried.append(sum(map(len, pieces)))
        return whole(pieces)

    through.exchange = counted  # type: ignore[method-assign]
    machine.station.sending.keep_budget(0)
    assert by_link(county, machine, through).error is None
    assert 0.5 < texts / sum(carried) < 2, "a price within a factor of two of what it came to"


def by_link(county: SmallCounty, machine: Machine, link: InnerLink, **how: bool) -> exchange.SyncResult:
    """An exchange of the machine over that link."""
    ledger = machine.station.exchange.means.ledger
    return exchange.synchronise(ledger, link, wall_ms=lambda: county.clock.read().wall_ms, **how)


def county_files(county: SmallCounty) -> list[Any]:
    with county.hall.store.read() as conn:
        return list(conn.execute(select(attachments.c.sha256)))
