"""One run: a county under a seeded scheduler, with faults, then healed, then looked at.

Nothing runs by itself. At each step of a program (before a lock, a commit, a piece of a request) the
seed decides whether it dies there, whether its machine loses power, or whether somebody else does
something first. So a seed is a whole history, and the same again each time.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.services.exchange import _PARTS
from sync.exchange import SyncResult, synchronise
from sync.frames import event_frame
from sync.hall import apply, receive
from sync.hall.receive import Sender
from sync.ports import HallState
from tests.simulation import accidents, checks, people, scans
from tests.simulation.checks import Kept, Violation
from tests.simulation.machines import Died, Program
from tests.simulation.network import CLEAR, Link, Network, Weather, Worker

START_MS = 1_795_400_000_000  # 2026-11-23
MOST_NESTED = 2
MOST_TRIES = 40  # signed requests of one exchange
OUTSIDE = frozenset({"bytes", "late bytes", "committed"})  # steps at which no transaction is open
ACCIDENTS = (2, 2, 6)  # of the runs: with homes, with the hall, with neither
ROUNDS = 12  # of exchanges after the last fault, within which all must be settled


@dataclass(frozen=True)
class Climate:
    """How hard a run is: probabilities a step, and the network's."""

    die: float
    power: float  # of the deaths, those by power
    between: float
    weather: Weather
    poison: float


CLIMATES = (
    Climate(0.0, 0.0, 0.02, CLEAR, 0.0),
    Climate(0.004, 0.5, 0.02, Weather(0.03, 0.06, 0.03, 0.03, 0.06, 0.02, 0.05), 0.02),
    Climate(0.015, 0.5, 0.01, Weather(0.0, 0.03, 0.03, 0.03, 0.03, 0.0, 0.05), 0.02),
    Climate(0.0, 0.0, 0.08, Weather(0.0, 0.05, 0.10, 0.10, 0.05, 0.02, 0.10), 0.05),
    Climate(0.005, 1.0, 0.05, Weather(0.05, 0.10, 0.05, 0.05, 0.15, 0.05, 0.05), 0.0),
)


class World:
    """The county of one seed. county: its stores, `stores.DictCounty` or one of the real ones."""

    def __init__(
        self, seed: int, county: Callable[[random.Random, Callable[[], ClockReading]], Any],
        *, actions: int = 45, trace: Callable[[str], None] | None = None,
    ) -> None:
        self.rng = random.Random(seed)
        self.now_ms = START_MS
        self.trace = trace
        self.county = county(self.rng, self._clock)
        self.homes: list[str] = list(self.county.devices)
        self.first_homes = tuple(self.homes)
        self.fell_back = False
        self.hall_backup: Any = None
        self.hall_restored = False
        self.only_at_hall: set[tuple[str, int, bytes]] = set()
        self.county.meter.log = self.log
        self.machines = {name: self.county.machine(name) for name in (*self.homes, HALL)}
        self.climate = self.rng.choice(CLIMATES)
        self.actions = actions
        self.confirmed: dict[str, dict[tuple[str, int], bytes]] = {home: {} for home in self.homes}
        self.backups: dict[str, Any] = {}
        self.sticks: list[tuple[str, list[Any]]] = []
        self.small = self.rng.random() < 0.5
        accidents = self.rng.choices((_OF_HOMES, _OF_HALL, ()), ACCIDENTS)[0] if self.county.backs_up else ()
        self._acts, self._weights = zip(*(*_ACTIONS, *accidents), strict=True)
        self.scans: dict[str, list[bytes]] = {}
        self.lost_files: set[bytes] = set()  # no machine has them any more
        self.nested = 0
        self.poisoned = 0
        self.calm = False
        self.network = Network(
            self.rng, self.machines[HALL], self._worker, self._anything_between, self.log, self.climate.weather
        )

    def run(self) -> None:
        """Actions, then healing, then the checks. Violation, or whatever a defect raises."""
        with scans.scaled(self.small):
            for n in range(self.actions):
                self.now_ms += self.rng.randint(1, 600_000)
                self.log("%d:", n)
                self._anything()
            self._heal()
            self._check()

    def close(self) -> None:
        """Give the stores back."""
        self.county.close()

    def log(self, text: str, *facts: object) -> None:
        if self.trace is not None:
            self.trace("  " * self.nested + (text % facts if facts else text))

    def _clock(self) -> ClockReading:
        return ClockReading(self.now_ms, "boot", self.now_ms - START_MS, 0)

    def _worker(self) -> Worker:
        program = Program(self.machines[HALL], self.between)
        return Worker(self.county.hall(program), program)

    def between(self, program: Program, point: str) -> None:
        """What may happen at a step of a program."""
        if self.calm:
            return
        dice = self.rng.random()
        if dice < self.climate.die:
            if self.rng.random() < self.climate.power:
                self._lose_power(program.machine.name)
            self.log("! %s dies at: %s", program.machine.name, point)
            raise Died(program.machine)
        if dice < self.climate.die + self.climate.between and (
            self.county.interleaves or point in OUTSIDE
        ):
            self._nest(point)

    def _anything_between(self, point: str) -> None:
        if not self.calm and self.rng.random() < self.climate.between:
            self._nest(point)

    def _nest(self, point: str) -> None:
        if self.nested >= MOST_NESTED:
            return
        self.nested += 1
        self.log("(between, at: %s)", point)
        try:
            self._anything()
        finally:
            self.nested -= 1

    def _lose_power(self, name: str) -> None:
        self.log("! %s loses power", name)
        machine = self.machines[name]
        machine.life += 1
        machine.exchanging = False
        machine.lose_power()
        if name == HALL:
            self.network.half_open.clear()
        else:
            if not machine.restored:
                checks.confirmed_is_there(name, self.confirmed[name], self.station(name).written())
                scans.are_at_home(self, name)

    def _anything(self) -> None:
        """One thing that somebody does."""
        [act] = self.rng.choices(self._acts, self._weights)
        try:
            act(self)
        except Died as died:
            self.log("%s starts again", died.machine.name)
            self._restart(died.machine.name)

    def _restart(self, name: str) -> None:
        if name == HALL:
            try:
                apply.catch_up(self._worker().hall)
            except Died:
                self.log("and dies again")
            except CounterError as busy:
                self.log("catching up: %s", busy.code)

    # what clerks do

    def save(
        self, device: str, decide: Callable[[Any], NewEvent], *, unchecked: bool = False, files: Sequence[bytes] = ()
    ) -> None:
        """One act of a clerk, with these scans. It is confirmed, or refused, or the program dies."""
        if self.machines[device].restored:
            return
        program = Program(self.machines[device], self.between)
        station = self.county.station(device, program.step)
        try:
            for content in files:
                station.vault.put(content)
            event = station.save(decide, unchecked=unchecked)
        except CounterError as refused:
            self.log("%s: refused, %s", device, refused.code)
            return
        self.confirmed[device][event.id.device, event.id.seq] = self._hash_of(device, event.id)
        self.log("%s/%d: %s %s", device, event.id.seq, event.kind, event.case or "")

    def _hash_of(self, home: str, event: EventId) -> bytes:
        """Of an event that the home has just written; since then it may have become another device."""
        [h] = [h for device, seq, h in self.station(home).written() if (device, seq) == (event.device, event.seq)]
        return h

    def _open_case(self) -> None:
        device = self.rng.choice(self.homes)
        station = self.county.devices[device]
        others = [case for other in self.homes if other != device for case in self._cases(other)]
        older = self.rng.choice(others) if others and self.rng.random() < 0.1 else None
        continues = str(older.id) if older is not None and older.id.device != self.device_of(device) else ""
        self.save(device, lambda counter: people.received(counter.next_case(), station, self.now_ms, continues))

    def _move_case(self) -> None:
        device, case = self.own_case()
        if case is None:
            return
        kinds = [kind for kind in people.MOVES.get(case.state, ()) if people.may(case, self.device_of(device), kind)]
        if not kinds:
            return
        kind, case_id = self.rng.choice(kinds), case.id

        def decide(counter: Any) -> NewEvent:
            number = counter.next_number(people.SERIES) if kind == "accepted" else None
            return people.move(counter.case(case_id), kind, number)

        self.save(device, decide)

    def _hand_over(self) -> None:
        device, case = self.own_case()
        if case is not None and case.holder == self.device_of(device):
            to = self.rng.choice([*self._open_devices(), HALL])
            case_id = case.id
            self.save(device, lambda counter: people.handed_over(counter.case(case_id), to))

    def _note(self) -> None:
        device, case = self.own_case()
        if case is not None:
            case_id, text = case.id, f"note at {self.now_ms}"
            self.save(device, lambda counter: people.annotated(counter.case(case_id), text))

    def _take_papers(self) -> None:
        """Of any case whose slip the applicant shows, known here or not."""
        shown = [case for home in self.homes for case in self._cases(home)]
        if shown:
            case = self.rng.choice(shown)
            self.save(self.rng.choice(self.homes), lambda _: people.papers_taken(case.id, case.epoch))

    def _poison(self) -> None:
        device, case = self.own_case()
        if case is not None and self.rng.random() < self.climate.poison * 20:
            self.poisoned += 1
            self.save(device, lambda _: people.poison(case, self.rng), unchecked=True)

    def _want_numbers(self) -> None:
        device = self.rng.choice(self.homes)
        if self.station(device).numbers_left(people.SERIES) < 2:
            self.save(device, lambda _: people.wanted())

    # what the hall's people do

    def _act_at_hall(self) -> None:
        cases = self._hall_cases()
        if cases:
            case_id = self.rng.choice(cases)
            try:
                kind = people.at_hall(self._worker().hall, case_id, self.rng, self._open_devices())
            except CounterError as refused:
                kind = refused.code
            self.log("hall: %s %s", kind or "nothing", case_id)

    # exchanges

    def _exchange(self) -> None:
        self._exchange_of(self.rng.choice(self.homes))

    def _exchange_of(self, device: str) -> CounterError | None:
        machine = self.machines[device]
        if machine.exchanging:
            return None
        if self.station(device).apart:
            return CounterError("set_apart")
        machine.exchanging, life = True, machine.life
        program = Program(machine, self.between)
        ledger = _Watched(self.county.station(device, program.step), self, device)
        self.log("%s: exchanges", device)
        try:
            link = Link(self.network, self.county.after_answer)
            result = self._synchronise(ledger, link)
            if result.error is None and ledger.bring_work():
                self.log("%s: brings its work", device)
                result = self._synchronise(ledger, link)
            if result.error is not None and result.error.code in _PARTS:
                ledger.set_apart(_PARTS[result.error.code])
        finally:
            if machine.life == life:
                machine.exchanging = False
        machine.restored = machine.restored and result.error is not None
        self.log(
            "%s: exchanged %d up, %d down, %s", device, result.pushed, result.pulled,
            result.error.code if result.error else "done",
        )
        return result.error

    def _synchronise(self, ledger: Any, link: Link) -> SyncResult:
        return synchronise(
            ledger, link, codec=self.county.codec, wall_ms=lambda: self.now_ms, monotonic_s=lambda: 0.0
        )

    def _late_bytes(self) -> None:
        if self.network.half_open:
            pending = self.network.half_open.pop(self.rng.randrange(len(self.network.half_open)))
            self.log("the rest of an old request comes: %d bytes", len(pending.rest))
            with scans.excused(self.county.meter):
                self.network.deliver_late(pending)

    def _replay(self) -> None:
        if self.network.records:
            self.log("a recorded request comes again")
            self.network.replay(self.rng.choice(self.network.records))

    def _fill_stick(self) -> None:
        """What the hall has not acknowledged, on a stick, in parts that may come in any order."""
        home = self.rng.choice(self.homes)
        station = self.station(home)
        if station.apart:
            return
        me, standing = station.identity(), station.standing()
        rows = list(station.own_rows(standing.acknowledged, standing.head[0]))
        frames: list[Any] = []
        while rows:
            size = self.rng.randint(1, 3)
            part, rows = rows[:size], rows[size:]
            pairs = [(row.public, row.private) for row in part]
            frames.append(event_frame(me.keys, me.hall, me.device, part[0].seq, pairs, part[-1].h))
        if standing.acknowledged == standing.head[0] or self.rng.random() < 0.5:
            frames += scans.pieces_for_stick(self, station)
        if frames:
            self.rng.shuffle(frames)
            self.sticks.append((me.device, frames))
            self.log("%s: a stick with %d parts", me.device, len(frames))

    def _take_stick(self) -> None:
        if not self.sticks:
            return
        device, frames = self.rng.choice(self.sticks)
        self.take_frames(device, frames)

    def take_frames(self, device: str, frames: Sequence[Any]) -> None:
        """The hall opens what a stick of this device brings."""
        worker = self._worker()
        with worker.hall.records.read() as tx:
            known = tx.device(device)
            if known is None or tx.is_closed(device):
                return
        caller = Sender(device, known.station, known.sign_public)
        for frame in frames:
            code = people.attempt(lambda frame=frame: receive.take_frame(worker.hall, caller, frame))  # type: ignore[misc]
            self.log("stick of %s: %s %s", device, type(frame).__name__, code or "taken")
        code = people.attempt(lambda: apply.apply_received(worker.hall, device))
        self.log("stick of %s: %s", device, code or "applied")

    def _power_cut(self) -> None:
        if self.climate.die:
            name = self.rng.choice([*self.homes, HALL])
            self._lose_power(name)
            self._restart(name)

    def _back_up(self) -> None:
        if self.county.backs_up:
            device = self.rng.choice(self.homes)
            self.backups[device] = self.county.back_up(device)
            self.log("%s: backup", device)

    def _restore_backup(self) -> None:
        """An old copy of a home that the hall has whole: what it lost comes back before anything new is written."""
        if not self.backups or self.nested:
            return
        device = self.rng.choice(sorted(self.backups))
        station = self.county.station(device, _nothing)
        with self.county.reading().read() as tx:
            if station.apart or tx.journal_head(self.device_of(device)) != station.standing().head:
                return
        self.log("%s: restored from its backup", device)
        self.put_back(device)
        self.machines[device].restored = not self.station(device).apart
        self.fell_back = True

    def put_back(self, home: str) -> None:
        """Its backup takes the place of a home."""
        self.county.meter.excuse(map(self.digest, self.scans.get(home, ())))
        self.county.restore(home, self.backups[home])
        machine = self.machines[home]
        machine.life, machine.exchanging = machine.life + 1, False
        machine.tries.clear()
        accidents.forget_what_is_gone(self, home)

    # healing and checks

    def _heal(self) -> None:
        self.log("healing")
        self.calm = True
        self.network.weather = CLEAR
        while self.network.half_open:
            self._late_bytes()
        for machine in self.machines.values():
            machine.exchanging = False
        self._restart(HALL)
        for _ in range(ROUNDS):
            for home in self.homes:
                if self.station(home).apart:
                    accidents.enrol(self, home)
            errors = [self._exchange_of(home) for home in self.homes]
            errors = [None if self._is_lost(error) else error for error in errors]
            if not any(errors) and not accidents.recover(self) and self._all_fed() and self._all_is_said():
                return
        failed = {d: e.code for d, e in zip(self.homes, errors, strict=True) if e}
        raise Violation(f"exchanges do not come to an end: {failed}")

    def _is_lost(self, error: CounterError | None) -> bool:
        """Whether all is done but for a file that an older copy of a home does not have, or for the feed of a hall
        that waits for somebody to say `recovered`."""
        if error is None:
            return False
        waits = self.hall_restored and self.county.waits_for_recovery()
        return (self.fell_back and error.code == "file_missing") or (waits and error.code == "feed_broken")

    def _all_fed(self) -> bool:
        with self.county.reading().read() as tx:
            return all(
                tuple(tx.feed_head(station)) == tuple(self.county.station(device, _nothing).standing().feed)
                for device, station in self.county.devices.items()
            )

    def _all_is_said(self) -> bool:
        """Whether each home ends where the hall does: the first of two copies hears of the other's work later."""
        with self.county.reading().read() as tx:
            heads = ((self.device_of(home), self.station(home).standing().head) for home in self.homes)
            return all(tuple(tx.journal_head(device)) == tuple(head) for device, head in heads)

    def _check(self) -> None:
        cases, devices = set(self._hall_cases()), self.county.hall_devices()
        with self.county.reading().read() as tx:
            if self.fell_back:
                self.lost_files = scans.lost(self, tx, devices)
            blocked = set(tx.blocked_cases())
            for station in sorted(set(self.county.devices.values())):
                checks.feed_is_whole(tx, self.county.hall_id, station)
                checks.feed_has_its_cases(tx, station, cases)
            for case in sorted(cases):
                checks.case_is_its_events(tx, case)
            for home in self.homes:
                kept = self._kept(home)
                checks.journal_is_whole(home, kept.device, kept.h0, kept.rows)
                checks.confirmed_is_there(home, self.confirmed[home], self.station(home).written())
                checks.hall_has_all(tx, kept)
                checks.applied_once(tx, kept, cases)
                checks.only_its_case_waits(tx, kept, blocked, cases)
                checks.station_shows_it(tx, kept, cases, blocked)
            for device in devices:
                checks.journal_is_whole("hall", device, self.county.h0(device), list(tx.journals.rows(device)))
            scans.check(self, tx, devices)
            checks.nothing_is_misshapen_but_poison(tx, devices, self.poisoned)
            checks.late_is_kept(tx, cases, devices)
            if self.county.backs_up:
                accidents.branches_are_kept(self, tx, devices)
            checks.journal_is_whole("hall", HALL, self.county.h0(HALL), list(tx.journals.rows(HALL)))
            checks.numbers_are_unique(tx, cases, self.county.doubled())

    def device_of(self, home: str) -> str:
        """The id that the home uses."""
        return str(self.station(home).identity().device)

    def _open_devices(self) -> list[str]:
        """Ids to which somebody may hand a case."""
        return sorted({self.device_of(home) for home in self.homes if not self.station(home).apart}) or [HALL]

    def _kept(self, home: str) -> Kept:
        station, device = self.station(home), self.device_of(home)
        standing = station.standing()
        return Kept(
            home, device, self.county.devices[home], self.county.h0(device), station.rows(),
            {case.id: case for case in station.cases()}, standing.feed, standing.acknowledged,
        )

    def _hall_cases(self) -> list[CaseId]:
        return sorted(self.county.hall_cases())

    def _cases(self, device: str) -> list[Case]:
        return self.county.station(device, _nothing).cases()  # type: ignore[no-any-return]

    def station(self, home: str) -> Any:
        """The store of a home, looked at by somebody who is not disturbed."""
        return self.county.station(home, _nothing)

    def digest(self, content: bytes) -> bytes:
        return hashlib.sha256(content).digest()

    def own_case(self) -> tuple[str, Case | None]:
        """Any home, and any case that is known there."""
        home = self.rng.choice(self.homes)
        cases = self._cases(home)
        return home, self.rng.choice(cases) if cases else None


class _Watched:
    """A station's ledger under the eye of the checks that cost nothing: tries rise, acknowledged is durable."""

    def __init__(self, ledger: Any, world: World, device: str) -> None:
        self._ledger = ledger
        self._world = world
        self._device = device
        self._tries = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def next_try(self) -> int:
        x: int = self._ledger.next_try()
        tries = self._world.machines[self._device].tries
        if tries and x <= tries[-1]:
            raise Violation(f"{self._device}: try {x} after {tries[-1]}")
        tries.append(x)
        self._tries += 1
        if self._tries > MOST_TRIES:
            raise Violation(f"{self._device}: an exchange does not come to an end")
        return x

    def store_answer(self, state: HallState) -> None:
        durable = self._world.county.durable_head(self._ledger.identity().device)
        if state.received > durable:
            raise Violation(f"{self._device}: {state.received} acknowledged, {durable} durable at the hall")
        if state.went_back and not self._world.hall_restored:
            raise Violation(f"{self._device}: the hall went back to {state.received}")
        self._ledger.store_answer(state)

    def store_attachment_held(self, sha256: bytes, held: int, whole: bool) -> None:
        scans.held_is_durable(self._world, sha256, held)
        self._ledger.store_attachment_held(sha256, held, whole)


def _nothing(point: str) -> None:
    """Nobody comes between."""


_ACTIONS: tuple[tuple[Callable[[World], None], int], ...] = (
    (World._open_case, 12),
    (World._move_case, 28),
    (World._hand_over, 4),
    (World._note, 4),
    (World._take_papers, 6),
    (scans.scan, 8),
    (scans.bring_strange_piece, 1),
    (World._poison, 4),
    (World._want_numbers, 4),
    (World._act_at_hall, 10),
    (World._exchange, 24),
    (World._late_bytes, 5),
    (World._replay, 3),
    (World._fill_stick, 2),
    (World._take_stick, 2),
    (World._power_cut, 1),
    (World._back_up, 1),
    (accidents.enrol_again, 2),
)
_OF_HOMES = ((accidents.clone, 6), (accidents.fall_back, 4), (World._restore_backup, 2))
_OF_HALL = ((accidents.back_up_hall, 5), (accidents.restore_hall, 3))
