"""Devices that mean harm, or have lost their mind: the hall stays small, gives a reason, and serves the others."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import uvicorn

from counter_app.domain.events import NewEvent
from sync import wire
from sync.envelope import CODECS, PLAIN, Request
from sync.frames import AttachmentFrame, encoded
from sync.hall import app
from sync.hall.app import HallApp
from sync.hall.http_head import BoundedHead
from sync.wire import signed
from tests.sync import strange
from tests.sync.hall.conftest import SQLITE, RealHall
from tests.sync.hall.test_hall_faults import answer_in, body_of_next_try, post
from tests.sync.hall.test_hall_workers import together
from tests.sync.hall.village import Village

MIB = 1024 * 1024
MOST_GROWN = 512 * MIB  # of the whole process, with two such requests at once
MANY = 60  # more than the hall has threads and connections to its store
only_sqlite = pytest.mark.parametrize("database", [SQLITE], indirect=True)  # the store sees nothing of it


def envelope_of_next_try(village: Village, codec: int) -> bytes:
    """The signed beginning of a request that is in order so far."""
    x, standing, me = village.station.next_try(), village.station.standing(), village.station.me
    request = Request(me.hall, me.device, x, 1, standing.head, standing.head, standing.feed, codec, 65_536, 0)
    return signed(request, wire.EXCHANGE, me.keys)


@cache
def bombs(codec: int) -> dict[str, bytes]:
    """Few bytes that unpack to many, or would make many values."""
    lists = {kind: strange.length_and(frame) for kind, frame in strange.long_lists(20_000).items()}
    raw = {
        **{kind: frame * (4 * MIB // len(frame) + 1) for kind, frame in lists.items()},
        "zeros": bytes(16 * MIB),
        "deep": strange.length_and(strange.nested(1_000_000)),
        "pieces": strange.length_and(encoded(AttachmentFrame(strange.H, 9, 0, b"x"))) * 90_000,
        "long": (wire.MAX_FRAME + 1).to_bytes(4, "big"),
        "huge": strange.length_and(bytes(wire.MAX_FRAME))[:-1],
        "window": b"".join(strange.length_and(bytes([n]) * 60_000) for n in range(200)),
    }
    window_log = {"window": 27}
    return {  # of more than is drained, the connection would end before the answer
        kind: strange.in_one_stream(codec, what, window_log=window_log.get(kind, 20))[: app.DRAIN_BYTES]
        for kind, what in raw.items()
    }


@only_sqlite
def test_bombs_of_every_codec_are_refused_and_the_hall_stays_small(own_hall: RealHall) -> None:
    villages = [own_hall.village(station) for station in ("QX03", "QX04")]
    assert own_hall.server is not None
    before = _most_held(own_hall.server.pid)
    said: set[tuple[int, str]] = set()

    def throw(village: Village) -> None:
        for codec in CODECS:
            for what in bombs(codec).values():
                status, raw = post(own_hall.url, envelope_of_next_try(village, codec) + what)
                error = answer_in(raw).error
                said.add((status, error.code if error else ""))

    together(*(lambda village=village: throw(village) for village in villages))
    # "": what ends in the middle of a frame; unauthorised: a whole frame that nobody signed
    assert said <= {(400, "malformed"), (401, "unauthorised"), (413, "too_big"), (200, "")}
    assert (413, "too_big") in said
    grown = _most_held(own_hall.server.pid) - before
    assert grown < MOST_GROWN, grown
    assert villages[0].sync().error is None


@only_sqlite
def test_a_body_without_an_end_is_answered_and_cut_off(hall: RealHall) -> None:
    village, address = hall.village(), urlsplit(hall.url)
    piece = strange.in_one_stream(PLAIN, strange.length_and(b"\xc0" * 1000)) * 60
    with socket.create_connection((address.hostname, address.port), timeout=60) as raw:
        raw.sendall(b"POST /v1/exchange HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        _send_chunk(raw, envelope_of_next_try(village, PLAIN))
        sent = 0
        try:
            while sent < 64 * MIB:
                _send_chunk(raw, piece)
                sent += len(piece)
        except OSError:
            pass
    assert sent < 64 * MIB
    assert village.sync().error is None


@only_sqlite
def test_many_bodies_that_stand_still_keep_nobody_waiting(hall: RealHall) -> None:
    silent, good = hall.village(), hall.village()
    for _ in range(30):
        silent.receive()
    address = urlsplit(hall.url)
    with ExitStack() as connections:
        for _ in range(MANY):
            body = body_of_next_try(silent)
            raw = connections.enter_context(socket.create_connection((address.hostname, address.port), timeout=60))
            head = f"POST /v1/exchange HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n"
            raw.sendall(head.encode() + body[:-20])
        good.receive()
        assert good.sync().error is None
    assert silent.sync().error is None
    assert silent.sync().acknowledged == 30


@only_sqlite
def test_a_body_that_stands_still_is_given_up_and_answered_with_what_came(
    hall: RealHall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(app, "SILENCE_S", 0.2)
    village = hall.village()
    case = village.receive()
    village.save_raw(*(NewEvent("annotated", case, 0, "u", {}, {"note": "x"}) for _ in range(5)))
    body = body_of_next_try(village, PLAIN)

    async def answered(program: HallApp) -> bytes:
        server = uvicorn.Server(uvicorn.Config(program, http=BoundedHead, lifespan="off", log_level="error"))
        with socket.create_server(("127.0.0.1", 0)) as bound:
            serving = asyncio.create_task(server.serve([bound]))
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            head = f"POST /v1/exchange HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body) + 10_000}\r\n\r\n"
            writer.write(head.encode() + body)
            whole = await asyncio.wait_for(reader.read(), 60)
            server.should_exit = True
            await serving
        return whole

    with hall.opened() as opened:
        head, _, rest = asyncio.run(answered(HallApp(opened))).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert answer_in(rest).received[0] == 6


def _send_chunk(raw: socket.socket, piece: bytes) -> None:
    raw.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))


def _most_held(process: int) -> int:
    """The most memory, in bytes, that the process and those that it started ever had."""
    family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    lines = (Path(f"/proc/{each.pid}/status").read_text() for each in family)
    return sum(int(line.split("VmHWM:")[1].split()[0]) * 1024 for line in lines)
