"""A station as it stands after enrolment, in a folder: real store, vault and services, and a clock that is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from counter_app.adapters.file_vault import SealedFileVault
from counter_app.adapters.scan_files import read_scan
from counter_app.adapters.store.engine import open_engine
from counter_app.adapters.store.migrate import migrate
from counter_app.adapters.store.station_store import StationStore
from counter_app.domain.case import Case
from counter_app.domain.events import ClockReading
from counter_app.domain.moments import to_ms
from counter_app.domain.people import Person, Role
from counter_app.services.acts import Acts
from counter_app.services.desk import Desk
from counter_app.services.intake import Intake
from counter_app.services.papers import Papers
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import journal

KEY = bytes(range(32))
CLERK = Person("周敏", frozenset({Role.CLERK, Role.CHIEF}))


@dataclass
class SetClock:
    """A clock that stands where the test put it: ISO, China time."""

    at: str = "2026-11-23T10:00"

    def read(self) -> ClockReading:
        return ClockReading(to_ms(datetime.fromisoformat(self.at)), "boot", 1, None)


@dataclass
class StationAtWork:
    """The services of one station over one store."""

    home: Path
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        engine = open_engine(self.home / "store.db", KEY)
        migrate(engine)
        self.store = StationStore(engine, self.clock)
        self.vault = SealedFileVault(self.home, KEY)
        self.desk = Desk(self.store, self.vault, Catalogue.load(), self.clock)
        papers = Papers(self.desk)
        self.intake = Intake(self.desk, papers, lambda path, row: read_scan(path, self.home, row))
        self.acts = Acts(self.desk, papers)
        self._enrol()

    def take_in(self, item: str, outcome: str, n: int = 0, **changes: Any) -> Case:
        """The n-th example of the item, with keys of the line changed."""
        line: Mapping[str, Any] = {**example_line(self.desk.catalogue.get(item), outcome, n), **changes}
        taken = self.intake.take_in(CLERK, line)
        assert taken.case is not None
        return taken.case

    def act(self, case: Case, action: str, **given: Any) -> Case:
        """Do it as the clerk."""
        return self.acts.act(CLERK, str(case.id), action, given).case

    def _enrol(self) -> None:
        agencies = sorted({item.agency for item in self.desk.catalogue.items()})
        profile = {
            "level": "town",
            "sharing": "own",
            "agency_records": [_agency(n, code) for n, code in enumerate(agencies)],
        }
        with self.store.write() as writing:
            for name, value in (
                ("device", "D1"), ("station", "379901"), ("station_name", "柳河镇便民服务中心"), ("profile", profile),
            ):
                writing.state.put(name, value)
            journal.open_journal(writing.connection, "D1", "hall", bytes(32), bytes(32))


def _agency(n: int, code: str) -> dict[str, object]:
    return {
        "code": code, "name": f"柳河镇第{n + 1}办公室", "org_word": f"柳政{n + 1}", "credit_code": "",
        "phone": "0530-1234567", "supervision_phone": "0530-7654321", "review_body": "柳河县人民政府",
        "court": "柳河县人民法院", "address": "柳河镇一号", "window": "3号窗口",
    }
