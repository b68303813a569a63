"""A hall and its stations in one process, under one clock that tests set: the real programs' parts but for the wire.

The hall is its ASGI program, stores and journals are real, the exchange is the real one; only the socket between
is a call. Where the wire or the process is what a test is about, use `programs.py`.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from counter_app import bootstrap
from counter_app.adapters.home import exchange_lock
from counter_app.adapters.store.exchange_ledger import ExchangeLedger
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person, Role
from counter_app.services.exchange import Exchange, ExchangeMeans
from counter_app.station import Station
from sync.enrolment import enrol
from sync.exchange import SyncResult
from sync.hall import acts, calendars, cases, enrolment, home, places
from sync.hall import verify as verification
from sync.hall.app import HallApp
from sync.hall.home import Hall
from sync.hall_address import HallAddress
from sync.key_vault import open_vault
from sync.keys import new_ratchet_private
from sync.ports import HallLink, Traffic
from tests.support.homes import SetClock
from tests.support.key_files import quick_key_files

OPERATOR = Person("钱局", frozenset({Role.OPERATOR}))
CHUNK = 4096


class InnerLink:
    """A HallLink that calls the hall's program."""

    def __init__(self, app: HallApp) -> None:
        self._app = app

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        return self._asked("POST", "/v1/exchange", b"".join(body))

    def enrol(self, body: bytes) -> Iterable[bytes]:
        return self._asked("POST", "/v1/enrol", body)

    def head(self, query: bytes) -> Iterable[bytes]:
        words = base64.urlsafe_b64encode(query).rstrip(b"=")
        return self._asked("GET", "/v1/head", b"", b"q=" + words)

    def traffic(self) -> Traffic:
        return Traffic(0, 0)

    def _asked(self, method: str, path: str, body: Any, query: bytes = b"") -> list[bytes]:
        whole = body if isinstance(body, bytes) else body.read()
        pieces = [whole[at : at + CHUNK] for at in range(0, len(whole), CHUNK)] or [b""]
        answered: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            if message.get("body"):
                answered.append(message["body"])

        scope = {"type": "http", "method": method, "path": path, "query_string": query}
        asyncio.run(self._app(scope, receive, send))
        return answered


@dataclass
class Machine:
    """One station's machine."""

    station: Station
    try_sync: Callable[[], SyncResult]

    def sync(self) -> SyncResult:
        """An exchange that must end well."""
        result = self.try_sync()
        assert result.error is None, result.error
        return result

    @property
    def device(self) -> str:
        return self.station.whereabouts.device


@dataclass
class SmallCounty:
    """The sample county. COUNTER_PASSPHRASE and HALL_PASSPHRASE must be set."""

    folder: Path
    clock: SetClock = field(default_factory=SetClock)
    machines: dict[str, Machine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place = self.folder / "hall"
        with quick_key_files():
            opened = home.open_hall(place) if home.is_initialised(place) else home.init(place, sample=True)
        self.hall: Hall = replace(opened, clock=self.clock.read)
        self.app = HallApp(self.hall)

    @classmethod
    def again(cls, folder: Path, stations: Iterable[str]) -> SmallCounty:
        """A county that was made there (or copied there), opened again."""
        county = cls(folder)
        county.machines = {code: county.opened(folder / code) for code in stations}
        return county

    def add_station(
        self, code: str, level: str = "village", entrusted: str | None = "all", sharing: str | None = None
    ) -> Machine:
        """A new machine of that station, enrolled, with everything of the first exchange."""
        with self.hall.store.write() as conn:
            places.add_station(conn, code, f"{code}便民服务站", level, sharing, entrusted)
        return self.add_machine(code, code)

    def add_machine(self, station: str, name: str) -> Machine:
        """One more machine of a station that is there, known here by that name."""
        words = self.code_for(station)
        link: HallLink = InnerLink(self.app)
        place = self.folder / name
        bootstrap.prepare_home(place)
        with quick_key_files():
            vault = open_vault(place, bootstrap.KEY_SERVICE, bootstrap.PASSPHRASE)
        keys = bootstrap.make_keys(vault)
        answer = enrol(link, words, keys, new_ratchet_private())
        bootstrap.make_store(place, vault, keys, answer, HallAddress("http://127.0.0.1:9", plain=True))
        machine = self.opened(place, link)
        machine.sync()
        self.machines[name] = machine
        return machine

    def opened(self, place: Path, link: HallLink | None = None) -> Machine:
        """A home opened (again), its exchange with this hall."""
        station = bootstrap.open_station(place, self.clock)
        ledger = ExchangeLedger(station.store, station.desk.vault, station.keys, self.clock)
        means = ExchangeMeans(ledger, lambda: link or InnerLink(self.app), lambda: exchange_lock(place))
        exchange = Exchange(station.desk, means)
        vars(station)["exchange"] = exchange  # for what goes to the hall by itself, as a claim does
        return Machine(station, exchange.run)

    def code_for(self, station: str) -> str:
        """A one-time code for one more machine, or an old one again, of a station that is there."""
        with self.hall.store.write() as conn:
            return enrolment.new_code(conn, self.hall, station)[0]

    def enrol_again(self, place: Path, station: str) -> Machine:
        """A home that was set apart, under a new id; nothing is exchanged yet."""
        link: HallLink = InnerLink(self.app)
        bootstrap.enrol_again(place, link, self.code_for(station), self.clock).close()
        return self.opened(place, link)

    def by_hall(self, case: object, action: str, given: Mapping[str, object], person: Person = OPERATOR) -> Case:
        """An act of somebody at the hall. Raises what `acts.act` raises."""
        return acts.act(self.hall, str(case), action, given, person)

    def hall_cases(self, newest: int | None = None) -> list[Case]:
        """As somebody at the hall sees them, by its newest calendar; all, or so many of the newest."""
        with self.hall.store.read() as conn:
            calendar = calendars.newest(conn)
            return [case.counted_by(calendar) for case in islice(cases.listed(conn), newest)]

    def hall_problems(self) -> list[str]:
        """What `hall verify` finds."""
        return [str(problem) for problem in verification.verify(self.hall).problems]

    def close(self) -> None:
        for machine in self.machines.values():
            machine.station.close()
        self.hall.store.close()


def refused(do: Callable[[], object]) -> str:
    """The code of the refusal, "" if it was done."""
    try:
        do()
    except CounterError as error:
        return error.code
    return ""
