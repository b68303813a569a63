"""A head that does not end costs the hall a few kilobytes and half a minute, and nobody else anything."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest
import uvicorn

from sync.hall import http_head
from sync.hall.http_head import MOST_HEAD, BoundedHead
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.test_hall_faults import post


@pytest.mark.parametrize("piece", [b"X-A: " + b"a" * 65_000 + b"\r\n", b"X" * 65_000])
def test_a_head_that_is_too_long_is_refused(hall: RealHall, piece: bytes) -> None:
    address = urlsplit(hall.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as raw:
        raw.sendall(b"GET /v1/head HTTP/1.1\r\nHost: h\r\n")
        sent = 0
        try:
            while sent < 64 * MOST_HEAD:
                sent += raw.send(piece)
        except OSError:
            pass
    assert sent < 32 * MOST_HEAD  # what the system buffers on the way is not the hall's
    assert post(hall.url, b"", "/")[0] == 404


@pytest.mark.parametrize("beginning", [b"", b"POST /v1/exch", b"POST /v1/exchange HTTP/1.1\r\nHost: h\r\n"])
def test_a_head_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch, beginning: bytes) -> None:
    monkeypatch.setattr(http_head, "HEAD_S", 0.05)

    async def held_open() -> bytes:
        server = uvicorn.Server(uvicorn.Config(_nothing, http=BoundedHead, lifespan="off", log_level="error"))
        with socket.create_server(("127.0.0.1", 0)) as bound:
            serving = asyncio.create_task(server.serve([bound]))
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            writer.write(beginning)
            rest = await asyncio.wait_for(reader.read(), 20)
            server.should_exit = True
            await serving
        return rest

    assert asyncio.run(held_open()) == b""


async def _nothing(scope: object, receive: object, send: object) -> None:
    raise AssertionError("no request was made")
