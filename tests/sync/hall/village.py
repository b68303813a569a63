"""A village station's side of the tests: real journal and exchange, cases moved by the domain's own law."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from counter_app.domain import fold
from counter_app.domain.case import Applicant, Case, ItemRef, MaterialTaken, StoredFile
from counter_app.domain.events import ClockReading, NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.moments import CHINA, local_date
from counter_app.domain.moves import plan, started_clocks
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene
from counter_app.domain.states import Action, CaseState, transition
from counter_app.domain.wire_values import applicant_to_plain, clock_to_plain, item_to_plain, material_to_plain
from forms.catalogue import Catalogue
from forms.examples import example_line
from resources.calendars import national_calendar
from sync import journal, journal_tables
from sync.canonical import event_of
from sync.enrolment import Enrolment, enrol
from sync.exchange import SyncResult, synchronise
from sync.feed import start_hash
from sync.http_link import HttpLink
from sync.keys import DeviceKeys, new_ratchet_private
from sync.ports import HallLink, Identity, LinkCut, LinkDown, Traffic
from tests.sync.conftest import open_store
from tests.sync.fake_station import FakeStation

ITEM = "elder_allowance"
AGENT = Person("王村医", frozenset({Role.AGENT, Role.CHIEF}))
_CATALOGUE = Catalogue.load()


class CutLink:
    """A HallLink whose connection breaks after so many bytes of a request's body, as a dead antenna breaks it."""

    def __init__(self, url: str, after: int) -> None:
        self._address = urlsplit(url)
        self._after = after
        self.cuts = 0

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        return self._cut("POST /v1/exchange", b"".join(body))

    def enrol(self, body: bytes) -> Iterable[bytes]:
        return self._cut("POST /v1/enrol", body)

    def head(self, query: bytes) -> Iterable[bytes]:
        raise LinkDown("cut")

    def traffic(self) -> Traffic:
        return Traffic(0, 0)

    def _cut(self, line: str, body: bytes) -> Iterable[bytes]:
        self.cuts += 1
        with socket.create_connection((self._address.hostname, self._address.port), timeout=60) as raw:
            raw.sendall(f"{line} HTTP/1.1\r\nHost: hall\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            raw.sendall(body[: self._after])
        raise LinkCut("cut")


@dataclass
class Village:
    """An enrolled device with its cases."""

    station: FakeStation
    link: HallLink
    enrolment: Enrolment
    cases: dict[CaseId, Case] = field(default_factory=dict)
    next_n: int = 1

    @property
    def device(self) -> str:
        return self.station.me.device

    def receive(
        self, name: str = "李秀英", *, item: str = ITEM, file: StoredFile | None = None, station: str | None = None
    ) -> CaseId:
        """Papers taken in, everything that the item asks for, and its form filled in."""
        found = _CATALOGUE.get(item)
        case_id = CaseId(self.device, self.next_n)
        self.next_n += 1
        row = transition(CaseState.DRAFT, Action.RECEIVE)
        assert row is not None
        now_ms = time.time_ns() // 1_000_000
        scene = self._scene(item)
        ref = ItemRef(found.code, found.version, found.name, found.kind.value, found.is_licence, found.agency)
        line = example_line(found, "accept", 0)
        given = Circumstances(line["fields"], False, line.get("situation"), "111")
        materials = [
            MaterialTaken(rule.id, rule.form.value, 1, 1, (file,) if file else ())
            for rule in found.required_materials(given)
        ]
        clocks = started_clocks(row, found, scene, local_date(now_ms))
        data = {
            "station": station or self.enrolment.station,
            "item": item_to_plain(ref),
            "channel": "counter",
            "received_at": now_ms,
            "situation": given.situation or "",
            "materials": [material_to_plain(material) for material in materials],
            "clocks": [clock_to_plain(clock) for clock in clocks],
        }
        person = Applicant(name, "111", "11010519491231002X", "13800000000")
        private = {"applicant": applicant_to_plain(person), "query_code": "482913", "fields": given.fields}
        self._save(NewEvent("received", case_id, 0, AGENT.name, data, private))
        return case_id

    def act(self, case_id: CaseId, action: Action, number: int | None = None, **given: object) -> None:
        """A move of the table, with a numbered notice if number is given."""
        case = self.cases[case_id]
        planned = plan(case, action, given, self._scene(case.item.code))
        data = dict(planned.data)
        if number is not None:
            data["notices"] = [notice(case.item.agency, planned.row.papers[0], number)]
        self._save(NewEvent(planned.row.event_kind, case_id, case.epoch, AGENT.name, data, planned.private))

    def save_raw(self, *events: NewEvent) -> None:
        """Events as they are, past the law."""
        self.station.save(*events)

    def sync(self) -> SyncResult:
        return synchronise(self.station, self.link)

    def fed_events(self) -> list[tuple[str, dict[str, object]]]:
        """(kind, data) of the events that others wrote and the feed brought."""
        found = []
        for event in self.station.feed_events:
            if event.public is not None:
                read = event_of(event.device, event.seq, event.public, event.private)
                found.append((read.kind, dict(read.data)))
        return found

    def head(self) -> tuple[int, str]:
        with self.station.engine.begin() as conn:
            seq, h = journal.head(conn, self.device)
        return seq, h.hex()

    def _scene(self, item: str) -> Scene:
        now_ms = time.time_ns() // 1_000_000
        return Scene(AGENT, self.device, True, now_ms, national_calendar(), _CATALOGUE.get(item))

    def _save(self, new: NewEvent) -> None:
        with self.station.engine.begin() as conn:
            clock = ClockReading(time.time_ns() // 1_000_000, "boot", time.monotonic_ns() // 1_000_000, None)
            [event] = journal.append(conn, self.device, [new], clock)
        assert event.case is not None
        self.cases[event.case] = fold.apply(self.cases.get(event.case), event)


def notice(agency: str, kind: str, n: int) -> dict[str, object]:
    """A notice row of this year as events carry it."""
    year = datetime.now(CHINA).year
    return {
        "kind": kind, "number": f"云民受〔{year}〕{n}号", "template": "1",
        "agency": agency, "series": kind, "year": year, "n": n,
    }


def enrolled_village(folder: Path, url: str, code: str, keys: DeviceKeys | None = None) -> Village:
    """A new machine with its store, enrolled."""
    link = HttpLink(url)
    keys = keys or DeviceKeys.make()
    got = enrol(link, code, keys, new_ratchet_private())
    engine = open_store(folder / f"{got.device}.db", "sqlite")
    with engine.begin() as conn:
        journal_tables.metadata.create_all(conn)
        journal_tables.create_triggers(conn)
        journal.open_journal(conn, got.device, got.hall, keys.sign_public, got.first_ratchet_key)
    me = Identity(got.device, got.station, got.hall, got.hall_sign_public, keys)
    station = FakeStation(engine, me, cursor=(0, start_hash(got.hall, got.station)))
    return Village(station, link, got)


