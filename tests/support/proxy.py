"""A slow line between a station and its hall: TCP passed on at a bounded rate, counted byte by byte."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE = 1024


class SlowLine:
    """Listens on loopback and passes on to the target. rate is bytes a second upwards, None as fast as it goes."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self.rate: int | None = None
        self.up = 0
        self.url = ""
        self._moved = threading.Condition()

    def wait_until(self, up: int, timeout_s: float) -> bool:
        """Until so many bytes went up in all; False if they did not in that time."""
        with self._moved:
            return self._moved.wait_for(lambda: self.up >= up, timeout_s)

    async def serve(self, ready: threading.Event, over: asyncio.Event) -> None:
        """Pass on until over."""
        server = await asyncio.start_server(self._passed_on, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await over.wait()
        server.close()

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hall_reader, hall_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._up(reader, hall_writer), self._down(hall_reader, writer))

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                if self.rate is not None:
                    await asyncio.sleep(len(piece) / self.rate)
                writer.write(piece)
                await writer.drain()
                with self._moved:
                    self.up += len(piece)
                    self._moved.notify_all()
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                writer.write(piece)
                await writer.drain()
        writer.close()


@contextmanager
def slow_line(target: str) -> Iterator[SlowLine]:
    """A line in a thread of its own."""
    line, ready = SlowLine(target), threading.Event()
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(line.serve(ready, over)), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()
