"""One request to /v1/exchange from its first byte to its answer, whatever brings the bytes (PROTOCOL.md section 5)."""

from __future__ import annotations

import logging
from http import HTTPStatus

from counter_app.domain.errors import CounterError
from sync.envelope import Claim, ErrorNote, HeadQuery, Request
from sync.frame_stream import FrameReader
from sync.frames import EventFrame
from sync.hall import answers, apply, claims, receive
from sync.hall.ports import ExchangeHall
from sync.hall.receive import Caller
from sync.wire import HTTP_STATUS, EnvelopeReader, SignedEnvelope, WireError

BUSY_RETRY_S = 5
APPLY_AT_ONCE_S = 0.5  # for who sends: what is received is told soon
APPLIED_AT_ONCE = 1000  # events; who sends more is answered before
APPLY_S = 8.0  # what is not applied by then is said to be `more`: an answer must not be late

log = logging.getLogger(__name__)

Answered = tuple[HTTPStatus, bytes]


class Conversation:
    """Takes the body as it comes; what was received stays received, whatever ends the reading."""

    def __init__(self, hall: ExchangeHall) -> None:
        self._hall = hall
        self._start = EnvelopeReader()
        self._frames: FrameReader | None = None
        self._caller: Caller | None = None
        self._admitted = self._ended_well = False
        self._last = 0  # seq of the newest event that came by this request
        self._events = 0
        self._with_feed = False
        self.is_left = False  # whether the answer did not wait until all was applied

    @property
    def device(self) -> str | None:
        """Who asks, once it may; None before."""
        return self._caller.device if self._caller is not None and self._admitted else None

    def take(self, chunk: bytes) -> None:
        """The next bytes. After an error nothing more is to be taken: WireError, or what the store cannot do now."""
        if self._frames is None:
            message = self._start.feed(chunk)
            if message is None:
                return
            self._frames, chunk = self._admit(message), self._start.rest()
        assert self._caller is not None, "frames are read of somebody who is known"
        for frame in self._frames.feed(chunk):
            receive.take_frame(self._hall, self._caller, frame)
            if isinstance(frame, EventFrame):
                self._last = frame.last
                self._events += len(frame.events)

    def end(self) -> None:
        """No more bytes come. WireError malformed if nobody can be answered."""
        if self._frames is None:
            raise WireError("malformed", part="envelope")
        self._ended_well = True

    def apply(self) -> None:
        """Apply what came, however the reading ended, but for what a client that has more to send would wait for, or
        one that sent so much: it is told at once that all was received, and asks again for what became of it."""
        if self.device is None:
            return
        self.is_left = self._more_comes or self._events > APPLIED_AT_ONCE
        if not self.is_left:
            self.is_left = apply.apply_received(self._hall, self.device, APPLY_AT_ONCE_S if self._last else APPLY_S)
            self._with_feed = True
            if self._ended_well:  # after the hand-overs that came with them
                claims.grant(self._hall, self.device, self._claims)

    def apply_meanwhile(self, within_s: float) -> bool:
        """Apply what came while more is on its way, or once the answer has gone. Whether more can be applied."""
        if self.device is None or not self._last:
            return False
        return apply.apply_received(self._hall, self.device, within_s)

    @property
    def is_all_here(self) -> bool:
        """Whether nothing but the end of the body is to come: what was received is to be answered then, not applied."""
        asked = None if self._caller is None else self._caller.asked
        if not isinstance(asked, Request) or self._last < asked.head[0]:
            return False
        return asked.events_only or not asked.attachments

    @property
    def _claims(self) -> list[Claim]:
        asked = None if self._caller is None else self._caller.asked
        return asked.claims if isinstance(asked, Request) else []

    @property
    def _more_comes(self) -> bool:
        asked = None if self._caller is None else self._caller.asked
        return isinstance(asked, Request) and 0 < self._last < asked.head[0]

    def answer(self, note: ErrorNote | None) -> Answered:
        """Status and signed answer; note: why the reading ended, if not well."""
        return answered(self._hall, self._caller, note, with_feed=self._with_feed)

    def _admit(self, message: SignedEnvelope) -> FrameReader:
        asked = message.decode(Request)
        self._caller = caller = receive.identify(self._hall, message, asked)
        receive.admit(self._hall, caller)
        self._admitted = True
        frames = FrameReader(asked.codec)
        receive.check_start(self._hall, caller)
        return frames


def asked_head(hall: ExchangeHall, message: SignedEnvelope) -> Answered:
    """A head query and its answer."""
    caller: Caller | None = None
    note: ErrorNote | None = None
    try:
        caller = receive.identify(hall, message, message.decode(HeadQuery))
        receive.admit(hall, caller)
        apply.apply_received(hall, caller.device, APPLY_S)
    except CounterError as error:
        note = note_of(error)
    return answered(hall, caller, note)


def answered(
    hall: ExchangeHall, caller: Caller | None, note: ErrorNote | None, *, with_feed: bool = True
) -> Answered:
    """To a device that is known, the truth about it; to anybody else only the reason."""
    if caller is not None:
        try:
            status = HTTP_STATUS[note.code] if note else HTTPStatus.OK
            return status, answers.answer(hall, caller, note, with_feed=with_feed)
        except CounterError as error:  # the store cannot even be read now
            note = note_of(error)
    assert note is not None, "nobody is answered without a reason who is not known"
    return HTTP_STATUS[note.code], answers.refusal(hall, note)


def note_of(error: CounterError) -> ErrorNote:
    """The error as the answer carries it; what the store cannot do now is `busy` for the client."""
    if isinstance(error, WireError):
        last_x = error.params.get("last_x")
        return ErrorNote(error.code, None, last_x if isinstance(last_x, int) else None)
    log.error("request failed: %s", error)
    return ErrorNote("busy", BUSY_RETRY_S, None)
