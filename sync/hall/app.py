"""The hall over HTTP: three endpoints, bodies read as they arrive (PROTOCOL.md section 2).

A bare ASGI program: a refusal must be answered first and the rest of the body
drained afterwards, which a framework's request and response hide.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from counter_app.domain.errors import CounterError
from sync.envelope import EnrolRequest, ErrorNote
from sync.hall import apply, conversation, enrolment
from sync.hall.conversation import BUSY_RETRY_S, Answered, Conversation, note_of
from sync.hall.home import Hall
from sync.wire import CONTENT_TYPE, ENROLLED, HTTP_STATUS, EnvelopeReader, SignedEnvelope, WireError, signed

DRAIN_BYTES, DRAIN_S = 256 * 1024, 5.0  # after a refusal, so that the client comes to read it
SLOW_S = 0.5  # a body that was waited for so long in all comes over a slow line
SLICE_S = 0.1  # about how long is applied then, before the line is looked at again
QUIET_S = 0.5  # after an answer, before what it did not wait for is applied
SILENCE_S = 60.0  # a body that stands still so long is given up

log = logging.getLogger(__name__)
T = TypeVar("T")


class HallApp:
    """One hall as an ASGI program; what it keeps between requests is only who has just been here."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._visits: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, lambda: apply.catch_up(self._hall))
            return
        if scope["type"] != "http":
            return
        body = _Body(receive)
        match scope["method"], scope["path"]:
            case "POST", "/v1/exchange":
                exchange = _Exchange(self._hall, body, self._visits)
                await _respond(send, body, *await exchange.run())
                await self._go_on(exchange.conversation)
                return
            case "POST", "/v1/enrol":
                status, answer = await self._enrol(body)
            case "GET", "/v1/head":
                status, answer = await run_in_threadpool(self._head, scope["query_string"])
            case _:
                status, answer = HTTPStatus.NOT_FOUND, b""
        await _respond(send, body, status, answer)

    async def _go_on(self, conversation: Conversation) -> None:
        """Once the answer has gone: apply what it did not wait for, unless the device comes again at once. Receiving
        its next request must not wait for that; the last one of them is applied."""
        device = conversation.device
        if device is None or not conversation.is_left:
            return
        visit = self._visits[device]
        await asyncio.sleep(QUIET_S)
        with suppress(CounterError):  # the next request begins with it
            while visit == self._visits[device] and await run_in_threadpool(conversation.apply_meanwhile, SLICE_S):
                pass

    async def _enrol(self, body: _Body) -> Answered:
        message: SignedEnvelope | None = None
        try:
            message = await _envelope(EnvelopeReader(), body)
        except WireError as refused:
            return await run_in_threadpool(self._enrolled, None, refused)
        return await run_in_threadpool(self._enrolled, message, None)

    def _enrolled(self, message: SignedEnvelope | None, refused: CounterError | None) -> Answered:
        request: EnrolRequest | None = None
        try:
            if message is None:
                raise refused or WireError("malformed", part="body")
            request = message.decode(EnrolRequest)
            return HTTPStatus.OK, signed(enrolment.enrol(self._hall, message), ENROLLED, self._hall.keys)
        except CounterError as error:
            note = note_of(error)
        answer = enrolment.refusal(self._hall, request, note)
        return HTTP_STATUS[note.code], signed(answer, ENROLLED, self._hall.keys)

    def _head(self, query_string: bytes) -> Answered:
        try:
            message = _message_in(query_string)
        except WireError as refused:
            return conversation.answered(self._hall, None, note_of(refused))
        return conversation.asked_head(self._hall, message)


class _Exchange:
    """One request to /v1/exchange: its bytes as they come, off the loop, then the answer."""

    def __init__(self, hall: Hall, body: _Body, visits: Counter[str]) -> None:
        self._hall = hall
        self._body = body
        self._visits = visits
        self.conversation = Conversation(hall)

    async def run(self) -> Answered:
        """Status and whole answer; what was received stays received, whatever ends the reading."""
        note: ErrorNote | None = None
        try:
            async for chunk in self._body.chunks(self._meanwhile):
                is_new = self.conversation.device is None
                await run_in_threadpool(self.conversation.take, chunk)
                if is_new and self.conversation.device is not None:
                    self._visits[self.conversation.device] += 1
            self.conversation.end()
        except CounterError as error:
            note = note_of(error)
        return await run_in_threadpool(self._finish, note)

    async def _meanwhile(self) -> bool:
        """While the line is silent: apply a little of what came. Whether there is more of that to do."""
        if self.conversation.is_all_here:
            return False
        try:
            return await run_in_threadpool(self.conversation.apply_meanwhile, SLICE_S)
        except CounterError:
            return False  # the same again when the body has ended

    def _finish(self, note: ErrorNote | None) -> Answered:
        try:
            self.conversation.apply()
            if self.conversation.device is not None:
                enrolment.renew_leases(self._hall, self.conversation.device)
        except CounterError as error:
            note = note or note_of(error)
        return self.conversation.answer(note)


class _Body:
    """A request's body as it arrives, and what is left of it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False

    async def chunks(self, meanwhile: Callable[[], Awaitable[bool]] | None = None) -> AsyncIterator[bytes]:
        """The pieces until the end, the client's leaving, or a long silence: all three end it alike.

        meanwhile: done in the pauses between them, again and again while it says that there is more to do, once the
        line has shown that it is slow.
        """
        waited_s = 0.0
        while not self.ended:
            coming, began = asyncio.ensure_future(self._receive()), time.monotonic()
            if waited_s < SLOW_S:
                await asyncio.wait({coming}, timeout=SLOW_S)
                waited_s += time.monotonic() - began
            while meanwhile is not None and waited_s >= SLOW_S and not coming.done():
                if not await meanwhile():
                    break
            try:
                message: Message = await asyncio.wait_for(coming, SILENCE_S)
            except TimeoutError:
                return
            self.ended = message["type"] == "http.disconnect" or not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def drain(self) -> None:
        """Take in a little more of it, so that the client comes to read the answer."""
        taken = 0
        async for chunk in self.chunks():
            taken += len(chunk)
            if taken > DRAIN_BYTES:
                return


async def _envelope(reader: EnvelopeReader, body: _Body) -> SignedEnvelope:
    """The signed beginning of the body. WireError malformed if it ends before."""
    async for chunk in body.chunks():
        found = reader.feed(chunk)
        if found is not None:
            return found
    raise WireError("malformed", part="envelope")


async def _respond(send: Send, body: _Body, status: HTTPStatus, answer: bytes) -> None:
    """Answer, then drain what the client is still sending, then close."""
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(answer)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", str(BUSY_RETRY_S).encode()))
    if not body.ended:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": answer, "more_body": True})
    if not body.ended:
        try:
            await asyncio.wait_for(body.drain(), DRAIN_S)
        except TimeoutError:
            log.info("a refused body was not drained to its end")
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _lifespan(receive: Receive, send: Send, at_start: Callable[[], None]) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await run_in_threadpool(at_start)
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


def _message_in(query_string: bytes) -> SignedEnvelope:
    """The message of a head query, from its base64url."""
    try:
        [packed] = parse_qs(query_string.decode("ascii"))["q"]
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    except (KeyError, ValueError, binascii.Error):
        raise WireError("malformed", part="query") from None
    found = EnvelopeReader().feed(raw)
    if found is None:
        raise WireError("malformed", part="query")
    return found
