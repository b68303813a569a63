"""The network between a station and the hall, and what it does to each request."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from counter_app.domain.errors import CounterError
from sync.envelope import ErrorNote
from sync.hall.conversation import APPLY_S, Conversation, asked_head, note_of
from sync.hall.ports import ExchangeHall
from sync.ports import LinkCut, LinkDown, Traffic
from sync.wire import EnvelopeReader
from tests.simulation.machines import Died, Machine, Program

MEANWHILE = 0.3  # how often a worker comes to apply while bytes still come
PORTAL = b"HTTP/1.1 302 Found: please log in"


class Worker(NamedTuple):
    """A worker of the hall, started for one request."""

    hall: ExchangeHall
    program: Program


class Weather(NamedTuple):
    """How likely each fate of a request is, of 1; what is left goes through whole."""

    down: float = 0.0
    cut_up: float = 0.0
    half_open_up: float = 0.0
    half_open_end: float = 0.0
    cut_answer: float = 0.0
    portal: float = 0.0
    recorded: float = 0.0


CLEAR = Weather()


@dataclass
class HalfOpen:
    """A connection that only the hall still thinks to be there: what of it comes later, and whether all."""

    conversation: Conversation
    worker: Worker
    rest: bytes


@dataclass
class Network:
    """All links to the hall, and what is under way on them."""

    rng: random.Random
    machine: Machine
    worker: Callable[[], Worker]
    between: Callable[[str], None]
    log: Callable[..., None]
    weather: Weather = CLEAR
    half_open: list[HalfOpen] = field(default_factory=list)
    records: list[bytes] = field(default_factory=list)

    def fate(self) -> str:
        """What happens to the next request."""
        dice = self.rng.random()
        for name, likely in self.weather._asdict().items():
            dice -= likely
            if dice < 0:
                return str(name)
        return ""

    def deliver_late(self, pending: HalfOpen) -> None:
        """The hall sees the rest of a request whose client has long gone on; nobody gets the answer."""
        conversation, worker, rest = pending.conversation, pending.worker, pending.rest
        try:
            worker.program.step("late bytes")
            self._served(conversation, worker, self._pieces(rest))
        except Died:
            self.log("hall: the worker is gone, and the rest of the request with it")

    def replay(self, body: bytes) -> bytes:
        """Somebody who recorded a request sends it again."""
        worker = self.worker()
        return self._served(Conversation(worker.hall), worker, self._pieces(body))

    def exchange(self, body: bytes, after_answer: Callable[[], None]) -> Iterator[bytes]:
        fate = self.fate()
        self.log("  exchange of %d bytes: %s", len(body), fate or "whole")
        if fate == "down":
            raise LinkDown("simulated")
        if fate == "portal":
            return iter([PORTAL])
        worker = self.worker()
        conversation = Conversation(worker.hall)
        end = self.rng.randint(0, len(body)) if fate in ("cut_up", "half_open_up") else len(body)
        if fate == "recorded":
            self.records.append(body)
        try:
            if fate in ("half_open_up", "half_open_end"):
                refused = self._read(conversation, worker, self._pieces(body[:end]))
                rest = body[end:] if self.rng.random() < 0.7 else body[end : self.rng.randint(end, len(body))]
                if refused is None:
                    self.half_open.append(HalfOpen(conversation, worker, rest))
                raise LinkCut("simulated")
            answer = self._served(conversation, worker, self._pieces(body[:end]))
        except Died as died:
            if died.machine is not self.machine:
                raise
            raise LinkCut("hall_died") from None
        if fate == "cut_up":
            raise LinkCut("simulated")
        return self._down(answer, after_answer, cut=fate == "cut_answer")

    def head(self, query: bytes) -> Iterator[bytes]:
        fate = self.fate()
        self.log("  head: %s", fate or "whole")
        if fate in ("down", "cut_up", "half_open_up"):
            raise LinkDown("simulated") if fate == "down" else LinkCut("simulated")
        worker = self.worker()
        message = EnvelopeReader().feed(query)
        assert message is not None
        try:
            answer = asked_head(worker.hall, message)[1]
        except Died as died:
            if died.machine is not self.machine:
                raise
            raise LinkCut("hall_died") from None
        return self._down(answer, lambda: None, cut=fate in ("cut_answer", "half_open_end"))

    def _down(self, answer: bytes, after_answer: Callable[[], None], *, cut: bool) -> Iterator[bytes]:
        end = self.rng.randint(0, len(answer) - 1) if cut else len(answer)
        for piece in self._pieces(answer[:end]):
            self.between("answer under way")
            yield piece
        after_answer()
        if cut:
            raise LinkCut("simulated")

    def _pieces(self, whole: bytes) -> list[bytes]:
        """In one piece or a few, cut anywhere."""
        cuts = sorted(self.rng.randint(0, len(whole)) for _ in range(self.rng.choice((0, 0, 1, 3))))
        return [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    def _read(self, conversation: Conversation, worker: Worker, pieces: Iterable[bytes]) -> ErrorNote | None:
        try:
            for piece in pieces:
                worker.program.step("bytes")
                conversation.take(piece)
                self._meanwhile(conversation)
        except CounterError as error:
            return note_of(error)
        return None

    def _served(self, conversation: Conversation, worker: Worker, pieces: Iterable[bytes]) -> bytes:
        note = self._read(conversation, worker, pieces)
        try:
            conversation.end()
        except CounterError as error:
            note = note or note_of(error)
        try:
            conversation.apply()
        except CounterError as error:
            note = note or note_of(error)
        answer = conversation.answer(note)[1]
        self._meanwhile(conversation)  # the answer has left; what it did not wait for is applied now, or some day
        return answer

    def _meanwhile(self, conversation: Conversation) -> None:
        """The worker applies what came so far, beside the reading or after it."""
        if self.rng.random() < MEANWHILE:
            with suppress(CounterError):  # the same again with the next request
                conversation.apply_meanwhile(APPLY_S)


@dataclass
class Link:
    """One station's `HallLink`."""

    network: Network
    after_answer: Callable[[], None] = lambda: None

    def exchange(self, body: Iterable[bytes]) -> Iterator[bytes]:
        return self.network.exchange(b"".join(body), self.after_answer)

    def head(self, query: bytes) -> Iterator[bytes]:
        return self.network.head(query)

    def enrol(self, body: bytes) -> Iterator[bytes]:
        raise NotImplementedError("stations are enrolled before a run begins")

    def traffic(self) -> Traffic:
        return Traffic(0, 0)
