"""`kill -9` at random moments of an intake at the real window, under Xvfb: nothing that was stored is lost, and nothing
is half.

Keys go to the program by xdotool. What the store held just before the kill is what must be there after it: the draft
with every field, or the whole case and no draft. Each start after a kill opens the same home and goes on with the
draft. COUNTER_INTAKE_KILLS=50 takes the whole count; COUNTER_INTAKE_KILLS_SEED other moments.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter as Counts
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from counter_app.bootstrap import open_station
from counter_app.domain.people import Person, Role
from counter_app.services.stored_facts import CaseQuery, Draft
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import lease_for_all, make_home
from tests.support.xvfb import Screen, display, lacking

KILLS = int(os.environ.get("COUNTER_INTAKE_KILLS", "1"))
SEED = int(os.environ.get("COUNTER_INTAKE_KILLS_SEED", "20261122"))
ROOT = Path(__file__).parents[2]
WHO = Person("周敏", frozenset({Role.CLERK, Role.CHIEF, Role.ADMIN}))
PIN, PASSPHRASE = "258036", "correct horse battery"
ITEM, PLACE = "temporary_aid", "applicant.address"
TYPED = "12 ab 34 cd 56"
PANEL = ("import", "-window", "root", "-crop", "1x1+20+300", "txt:-")
DARK = "(20,48,77)"  # the panel of the sign-in
PATIENCE_S = 120.0  # several people's tests may share the machine
MANY = 20  # kills that fall into every part of an intake
WHOLE = ["received", "accepted"]

pytestmark = pytest.mark.skipif(bool(lacking()), reason=f"not on this machine: {lacking()}")


@dataclass
class Counter:
    """The home with the program at its window, and a second look at its store."""

    home: Path
    station: Station
    screen: Screen
    environment: Mapping[str, str]
    seen: dict[str, Any] = field(default_factory=dict)
    seen_cases: int = 0
    begun: dict[str, object] = field(default_factory=dict)
    prepared: int = 0

    def prepare(self) -> None:
        """An application that is complete but for what the window will add to it."""
        line = example_line(Catalogue.load().get(ITEM), "accept", self.prepared)
        line = {name: value for name, value in line.items() if name not in ("item", "outcome")}
        self.prepared += 1
        self.begun = {"applicant": line["applicant"], "aside": {"place": PLACE}}
        self.station.drafts.save(WHO, Draft(None, WHO.name, ITEM, line))

    def begin_at_the_field(self) -> None:
        """Whatever the window was at when it was killed: elsewhere the same keys would change copies and ticks, and an
        address that grows by each start is too long in the end."""
        [draft] = self.drafts()
        self.station.drafts.save(WHO, replace(draft, line={**draft.line, **self.begun}))

    def drafts(self) -> list[Draft]:
        return self.station.drafts.all()

    def address(self) -> str:
        """What the store has in the field that is typed into."""
        [draft] = self.drafts() or [Draft(None, "", "")]
        return str(dict(draft.line.get("applicant") or {}).get("address", ""))  # type: ignore[call-overload]

    def cases(self) -> int:
        return self.station.cases.count(CaseQuery())

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "counter_app", "--home", str(self.home)]
        return subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)

    def sign_in(self) -> None:
        self.until(lambda: DARK in self.screen.run(*PANEL))
        [entry] = self.screen.windows()
        self.screen.type(PIN)
        self.screen("key", "Return")
        self.until(lambda: {self.screen("getwindowfocus").strip()} & (self.screen.windows() - {entry}))

    def steps(self) -> Iterator[str]:
        """The intake, a key at a time, and what it is at; what only comes a moment later is asked for again."""
        cases, before = self.cases(), self.address()
        sleep(0.5)
        yield "home"
        self.screen("key", "ctrl+o")
        for _ in range(3):
            sleep(0.3)
            yield "drafts"
        self.screen("key", "Return")
        for _ in range(5):
            sleep(0.2)
            yield "opening the draft"
        self.screen("key", "End")
        for character in TYPED:
            self.screen("key", "space" if character == " " else character)
            yield "typing"
        self.screen("key", "Return")
        while self.address() == before:
            yield "storing the field"
        while self.cases() == cases:
            self.screen("key", "F9")
            sleep(0.5)
            yield "notice"
            self.screen("key", "Return")
            for _ in range(6):
                sleep(0.2)
                yield "accepting"

    def until(self, condition: Callable[[], object]) -> None:
        give_up_at = monotonic() + PATIENCE_S
        while not condition():
            assert monotonic() < give_up_at, "waited in vain"
            sleep(0.1)

    def worked(self, kill_after_s: float | None) -> tuple[float, str]:
        """One start and an intake, killed so many seconds after the sign-in (None: at its end); how long it took, and
        what it was at."""
        self.begin_at_the_field()
        program, at = self.start(), ""
        try:
            self.sign_in()
            begun = monotonic()
            for at in self.steps():  # noqa: B007
                self.look()
                if kill_after_s is not None and monotonic() - begun > kill_after_s:
                    break
            return monotonic() - begun, at
        finally:
            self.look()
            program.kill()
            program.wait()

    def look(self) -> None:
        """What is durable now, as far as it was seen."""
        with suppress(ValueError):
            [draft] = self.drafts()
            self.seen = dict(draft.line)
        self.seen_cases = self.cases()

    def check(self) -> None:
        """After a kill: all that was seen in the store, and no case of which a part is missing."""
        drafts, cases = self.drafts(), self.station.cases.search(CaseQuery(limit=1000))
        assert len(drafts) + len(cases) == self.prepared
        assert len(cases) >= self.seen_cases
        for case in cases:
            kinds = [event.kind for event in self.station.cases.view(str(case.id)).events]
            assert kinds[:2] == WHOLE, kinds
        if drafts:
            assert dict(drafts[0].line["applicant"]).keys() == dict(self.seen["applicant"]).keys()  # type: ignore[call-overload]
            assert self.address().startswith(str(self.seen["applicant"]["address"]))
            rest = self.seen.keys() - {"applicant", "aside"}
            assert {name: drafts[0].line[name] for name in rest} == {name: self.seen[name] for name in rest}
        with open_again(self.home) as station:
            assert station.verifier.verify().problems == ()


@contextmanager
def open_again(home: Path) -> Iterator[Station]:
    station = open_station(home)
    try:
        yield station
    finally:
        station.close()


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    own = {"COUNTER_PASSPHRASE": PASSPHRASE, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    home = make_home(tmp_path / "home")
    station = open_station(home.path)
    lease_for_all(station, ["N02"], last=500)
    station.people.add(None, WHO.name, WHO.roles, PIN)
    with ExitStack() as until_the_end:
        until_the_end.callback(station.close)
        shown = Screen(until_the_end.enter_context(display()))
        environment = {
            **os.environ, **own, "DISPLAY": shown.display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus", "TMPDIR": str(tmp_path),
        }
        yield Counter(home.path, station, shown, environment)


def test_after_each_kill_the_draft_is_there_or_the_case_is_whole(counter: Counter) -> None:
    chance = random.Random(SEED)
    counter.prepare()
    whole_s, _end = counter.worked(None)
    counter.check()
    assert counter.drafts() == []
    found: Counts[tuple[str, str]] = Counts()
    for _ in range(KILLS):
        if not counter.drafts():
            counter.prepare()
        _s, at = counter.worked(chance.uniform(0, whole_s))
        counter.check()
        found[at, "the draft" if counter.drafts() else "the whole case"] += 1
    for (at, what), times in found.items():
        print(f"{times} killed at {at}: {what} was there")  # noqa: T201
    if KILLS >= MANY:
        assert {"typing", "notice", "accepting"} <= {at for at, _what in found}
