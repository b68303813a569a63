"""A hall in memory that keeps PROTOCOL.md, and a link to it that can be made to fail at any byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Engine

from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL
from sync import feed, journal, keys, wire
from sync.envelope import PART, UNKNOWN, WHOLE, Answer, EnrolAnswer, EnrolRequest, ErrorNote, HeadQuery, Request
from sync.feed import FeedEntry, OwnRange
from sync.frame_stream import FrameReader, FrameWriter
from sync.frames import AttachmentFrame, EventFrame, Frame, feed_frame, return_frame
from sync.keys import DeviceKeys, first_ratchet_key
from sync.ports import LinkCut, Traffic
from sync.wire import EnvelopeReader, WireError
from tests.sync.fake_station import CLOCK

STATION = "S1"


@dataclass
class FakeDevice:
    sign_public: bytes
    revoked: bool = False
    last_x: int = 0


@dataclass
class FakeHall:
    """One station's hall. Decisions are `decide`; files count as named by events once `wanted` has them."""

    engine: Engine
    id: str = "hall-1"
    keys: DeviceKeys = field(default_factory=DeviceKeys.make)
    generation: int = 1
    devices: dict[str, FakeDevice] = field(default_factory=dict)
    codes: dict[str, tuple[bytes, str] | None] = field(default_factory=dict)
    feed: list[tuple[str, int]] = field(default_factory=list)
    feed_hashes: list[bytes] = field(default_factory=list)
    wanted: set[bytes] = field(default_factory=set)
    parts: dict[bytes, bytearray] = field(default_factory=dict)
    exceptions: list[tuple[int, str]] = field(default_factory=list)
    refuse: list[ErrorNote] = field(default_factory=list)
    """Errors to answer the next requests with, whatever they are."""
    entries_per_answer: int = 1000
    codec_fault: bool = False
    """A hall that unpacks the compressed codec wrongly."""

    def __post_init__(self) -> None:
        self.feed_hashes.append(feed.start_hash(self.id, STATION))
        with self.engine.begin() as conn:
            journal.open_journal(conn, HALL, self.id, self.keys.sign_public, b"\x09" * 32)

    def add(self, device: str, sign_public: bytes, box_public: bytes) -> None:
        self.devices[device] = FakeDevice(sign_public)
        k1 = first_ratchet_key(self.keys.box_private, box_public, self.id, device)
        with self.engine.begin() as conn:
            journal.open_journal(conn, device, self.id, sign_public, k1)

    def decide(self, *events: NewEvent) -> None:
        with self.engine.begin() as conn:
            written = journal.append(conn, HALL, events, CLOCK)
        for event in written:
            self._enter(HALL, event.id.seq)

    def _enter(self, device: str, seq: int) -> None:
        with self.engine.begin() as conn:
            row = next(journal.rows(conn, device, seq - 1, seq))
        self.feed.append((device, seq))
        n = len(self.feed)
        self.feed_hashes.append(feed.next_hash(self.feed_hashes[-1], n, device, seq, row.public, row.c))

    def head(self, device: str) -> tuple[int, bytes]:
        with self.engine.begin() as conn:
            return journal.head(conn, device)

    def enrol(self, body: bytes) -> bytes:
        found = EnvelopeReader().feed(body)
        assert found is not None
        request = found.decode(EnrolRequest)
        assert found.is_by(request.sign_public, wire.ENROL)
        answer = EnrolAnswer(
            request.sign_public, self.id, self.keys.sign_public, self.keys.box_public, self.generation, CLOCK.wall_ms
        )
        owner = (request.sign_public + request.box_public, f"D{len(self.devices) + 1}")
        if request.code not in self.codes:
            return wire.signed(self._refused(answer, "code_unknown"), wire.ENROLLED, self.keys)
        known = self.codes[request.code]
        if known is not None and known[0] != owner[0]:
            return wire.signed(self._refused(answer, "code_used"), wire.ENROLLED, self.keys)
        if known is None:
            known = self.codes[request.code] = owner
            self.add(owner[1], request.sign_public, request.ratchet_public)
        given = {"device": known[1], "station": STATION, "profile": {"level": "village", "agencies": None}}
        return wire.signed(EnrolAnswer(*_fields(answer)[:6], **given), wire.ENROLLED, self.keys)

    def _refused(self, answer: EnrolAnswer, code: str) -> EnrolAnswer:
        return EnrolAnswer(*_fields(answer)[:6], error=ErrorNote(code))

    def new_code(self) -> str:
        code = keys.new_enrolment_code(self.keys.sign_public)
        self.codes[code] = None
        return code

    def exchange(self, body: Iterator[bytes]) -> bytes:
        reader, request = EnvelopeReader(), None
        for chunk in body:
            found = reader.feed(chunk)
            if found is not None:
                request = found.decode(Request)
                break
        if request is None or found is None:
            raise LinkCut("request")
        try:
            self._admit(request.device, request.x, found.is_by(self._key(request.device), wire.EXCHANGE))
            if back := self._places(request):
                return self._answer(request, ErrorNote("behind"), back)
            self._take(request, reader.rest(), body)
        except CounterError as error:
            note = error.params.get("note")
            return self._answer(request, note if isinstance(note, ErrorNote) else ErrorNote(error.code), [])
        return self._answer(request, None, self._feed_frames(request))

    def asked_head(self, query: bytes) -> bytes:
        found = EnvelopeReader().feed(query)
        if found is None:
            raise LinkCut("request")
        asked = found.decode(HeadQuery)
        error = None
        try:
            self._admit(asked.device, asked.x, found.is_by(self._key(asked.device), wire.HEAD))
        except CounterError as failure:
            note = failure.params.get("note")
            error = note if isinstance(note, ErrorNote) else ErrorNote(failure.code)
        request = Request(
            asked.hall, asked.device, asked.x, 0, (0, b""), (0, b""), (0, b""), 0, 0, 0, asked.attachments
        )
        return self._answer(request, error, [])

    def _key(self, device: str) -> bytes:
        return self.devices[device].sign_public if device in self.devices else b""

    def _admit(self, device: str, x: int, signature_right: bool) -> None:
        if self.refuse:
            raise WireError("refused", note=self.refuse.pop(0))
        if not signature_right:
            raise WireError("unauthorised")
        if self.devices[device].revoked:
            raise WireError("revoked")
        if x <= self.devices[device].last_x:
            raise WireError("stale", note=ErrorNote("stale", None, self.devices[device].last_x))
        self.devices[device].last_x = x

    def _places(self, request: Request) -> list[Frame]:
        """What to give back, if the device is behind; gap and fork."""
        with self.engine.begin() as conn:
            seq, _ = journal.head(conn, request.device)
            for place, h in (request.head, request.base):
                if place <= seq and journal.hash_at(conn, request.device, place) != h:
                    raise WireError("fork")
            if request.base[0] > seq:
                raise WireError("gap")
            first = request.head[0] + 1
            rows = list(journal.rows(conn, request.device, first - 1))
        if not rows:
            return []
        triples = [(row.public, row.private, row.c) for row in rows]
        return [return_frame(self.keys, self.id, request.device, first, triples, rows[-1].h)]

    def _take(self, request: Request, rest: bytes, body: Iterator[bytes]) -> None:
        frames = FrameReader(request.codec)
        for chunk in _chain(rest, body):
            for frame in frames.feed(chunk):
                self._store(request, frame)

    def _store(self, request: Request, frame: Frame) -> None:
        if isinstance(frame, AttachmentFrame):
            part = self.parts.setdefault(frame.sha256, bytearray())
            if frame.sha256 in self.wanted and frame.offset <= len(part):
                part[frame.offset :] = frame.piece
            return
        assert isinstance(frame, EventFrame)
        if not frame.is_by(self._key(request.device), self.id, request.device):
            raise WireError("unauthorised")
        head = b"\0" * 32 if self.codec_fault and request.codec else frame.head
        with self.engine.begin() as conn:
            new = journal.append_received(conn, request.device, frame.first, frame.events, head)
        for event in new:
            self._enter(request.device, event.seq)

    def _feed_frames(self, request: Request) -> list[Frame]:
        n, f = request.feed
        if n > len(self.feed) or self.feed_hashes[n] != f:
            return []
        stop = min(len(self.feed), n + self.entries_per_answer)
        frames: list[Frame] = []
        for first in range(n + 1, stop + 1, 3):
            last = min(first + 2, stop)
            entries = [self._entry(place, request.device) for place in range(first, last + 1)]
            frames.append(feed_frame(self.keys, self.id, STATION, first, entries, self.feed_hashes[last]))
        return frames

    def _entry(self, n: int, reader: str) -> FeedEntry:
        device, seq = self.feed[n - 1]
        with self.engine.begin() as conn:
            row = next(journal.rows(conn, device, seq - 1, seq))
        if device == reader:
            return OwnRange(seq, seq, row.h)
        return feed.whole_event(device, seq, row.public, row.c, row.private, row.e)

    def _held(self, sha256: bytes) -> tuple[bytes, int, str]:
        part = bytes(self.parts.get(sha256, b""))
        if sha256 not in self.wanted:
            return sha256, 0, UNKNOWN
        return sha256, len(part), WHOLE if hashlib.sha256(part).digest() == sha256 else PART

    def _answer(self, request: Request, error: ErrorNote | None, frames: list[Frame]) -> bytes:
        known = request.device in self.devices
        received = self.head(request.device) if known else (0, bytes(32))
        feed_to = max([frame.last for frame in frames if not error], default=request.feed[0])
        recognised = request.feed[0] <= len(self.feed) and self.feed_hashes[request.feed[0]] == request.feed[1]
        answer = Answer(
            self.id, request.device, request.x, self.generation, CLOCK.wall_ms + 500, received, received[0],
            self.exceptions, (len(self.feed), self.feed_hashes[-1]), feed_to, recognised and feed_to < len(self.feed),
            [self._held(sha256) for sha256 in request.attachments], request.codec, error,
        )  # fmt: skip
        writer = FrameWriter(request.codec)
        packed = b"".join([writer.write(frame) for frame in frames])
        return wire.signed(answer, wire.ANSWER, self.keys) + packed + writer.end()


def _fields(answer: EnrolAnswer) -> tuple[object, ...]:
    return tuple(getattr(answer, name) for name in answer.__struct_fields__)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


@dataclass(frozen=True)
class Trouble:
    """What happens to one request: cut after so many bytes of it, or of its answer; another answer instead."""

    up: int | None = None
    down: int | None = None
    instead: bytes | None = None
    error: CounterError | None = None


@dataclass
class FakeLink:
    """A HallLink. Troubles come one a request, in order; then all is well."""

    hall: FakeHall
    troubles: list[Trouble] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    moved: Traffic = field(default_factory=lambda: Traffic(0, 0))
    chunk: int = 1000

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        trouble = self._next("exchange")
        return self._answered(self.hall.exchange(self._up(b"".join(body), trouble)), trouble)

    def head(self, query: bytes) -> Iterable[bytes]:
        trouble = self._next("head")
        return self._answered(self.hall.asked_head(b"".join(self._up(query, trouble))), trouble)

    def enrol(self, body: bytes) -> Iterable[bytes]:
        trouble = self._next("enrol")
        return self._answered(self.hall.enrol(b"".join(self._up(body, trouble))), trouble)

    def traffic(self) -> Traffic:
        return self.moved

    def _next(self, call: str) -> Trouble:
        self.calls.append(call)
        trouble = self.troubles.pop(0) if self.troubles else Trouble()
        if trouble.error:
            raise trouble.error
        return trouble

    def _up(self, body: bytes, trouble: Trouble) -> Iterator[bytes]:
        end = len(body) if trouble.up is None else min(trouble.up, len(body))
        self.moved = replace_up(self.moved, end)
        for start in range(0, end, self.chunk):
            yield body[start : min(start + self.chunk, end)]

    def _answered(self, answer: bytes, trouble: Trouble) -> Iterator[bytes]:
        if trouble.up is not None:
            raise LinkCut("request")
        whole = answer if trouble.instead is None else trouble.instead
        end = len(whole) if trouble.down is None else min(trouble.down, len(whole))
        for start in range(0, end, self.chunk):
            self.moved = Traffic(self.moved.up, self.moved.down + self.chunk)
            yield whole[start : min(start + self.chunk, end)]
        if trouble.down is not None:
            raise LinkCut("answer")


def replace_up(moved: Traffic, more: int) -> Traffic:
    return Traffic(moved.up + more, moved.down)


