"""HTTP as uvicorn reads it, with an end to what the head of a request may cost: bytes and seconds.

uvicorn keeps headers for as long and as many as they come; bodies it already
holds back, and `app.py` gives them their limits.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 512 * 1024  # a head query carries its envelope (256 KiB at most) in the address
HEAD_S = 30.0  # from the connection, or a head's first byte, to its last

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHead(HttpToolsProtocol):
    """One connection. A head that is too long is refused, one that does not end is given up."""

    _begun = False
    _size = 0
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._begun:
            return
        self._size += len(data)
        if self._size > MOST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun, self._size = True, 0
        if self._end is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._begun = False
        self._stop_waiting()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._end = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
