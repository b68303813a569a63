"""The link to the hall over HTTP: `ports.HallLink` by requests, patient with slow lines (PROTOCOL.md section 2)."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from io import BytesIO
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.hall_address import hall_address
from sync.ports import LinkCut, LinkDown, NotTheHall, Traffic
from sync.wire import CONTENT_TYPE

CONNECT_S, SILENCE_S = 3.0, 60.0
"""Seconds until a connection must stand, and that either side may then be silent."""
LEAST_BUFFER, FIRST_BUFFER, MOST_BUFFER = 16 * 1024, 32 * 1024, 112 * 1024
"""What the system may hold back of a request: at 2 KiB/s the most must still be gone within SILENCE_S."""
BUFFERED_S, ROUND_TRIPS = 0.25, 2  # the longer one: half of it would not keep the line busy, and a rate that was
# halved by a cut would then be measured as the line's own
PIECE = 16 * 1024
MAX_ANSWER = 8 * 1024 * 1024  # of anything that answers; a hall's message is never near it

_NO_CONNECTION = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
    urllib3.exceptions.ProxyError,
)


class HttpLink:
    """One hall at one address, over one kept connection.

    https with the system's trust, or with pin (SHA-256 of the certificate, hex) trusting that one only.
    rate gives the bytes a second that the line was seen to carry up, None while that is not known.
    InvalidInput as `hall_address`.
    """

    def __init__(
        self,
        url: str,
        *,
        plain: bool = False,
        pin: str | None = None,
        rate: Callable[[], int | None] = lambda: None,
    ) -> None:
        address = hall_address(url, plain=plain, pin=pin)
        self._url, pinned, self._rate = address.url, address.pin or None, rate
        self._counter = _Counter()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = pinned is None
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": "counter", "Accept-Encoding": "identity"})
        scheme = self._url.partition(":")[0].lower()
        self._session.adapters.clear()
        tls = _tls(pinned) if scheme == "https" else None
        self._session.mount(f"{scheme}://", _Adapter(self._counter, tls, pinned))

    def begin(self) -> None:
        """Start to connect, so that the line is not waited for once the first request has been made.

        A failure comes out of that request. One who begins sends something soon: a hall waits for it.
        """
        adapter = self._session.get_adapter(self._url)
        assert isinstance(adapter, _Adapter)
        connection = adapter.poolmanager.connection_from_url(self._url)._new_conn()
        connection.timeout = CONNECT_S
        self._counter.early = connection.connected_early()

    def exchange(self, body: Iterable[bytes]) -> Iterator[bytes]:
        return self._send("POST", "/v1/exchange", body)

    def head(self, query: bytes) -> Iterator[bytes]:
        return self._send("GET", "/v1/head?q=" + urlsafe_b64encode(query).rstrip(b"=").decode(), None)

    def enrol(self, body: bytes) -> Iterator[bytes]:
        return self._send("POST", "/v1/enrol", [body])

    def traffic(self) -> Traffic:
        return Traffic(self._counter.up, self._counter.down, self._counter.round_trip_ms)

    def close(self) -> None:
        self._session.close()
        if self._counter.early is not None:
            self._counter.early.add_done_callback(_closed)

    def _send(self, method: str, path: str, body: Iterable[bytes] | None) -> Iterator[bytes]:
        """The answer's bytes, whatever its status: only the hall's signature says whether it is one."""
        self._counter.buffer = send_buffer(self._rate(), self._counter.round_trip_ms)
        try:
            response = self._session.request(
                method,
                self._url + path,
                # A known length is said, else it goes in chunks; as bytes it would have to be through in CONNECT_S.
                data=BytesIO(b"".join(body)) if isinstance(body, Sequence) else body,
                headers=None if body is None else {"Content-Type": CONTENT_TYPE},
                timeout=(CONNECT_S, SILENCE_S),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise _link_error(error) from error
        with response:
            self._counter.down += _head_bytes(response)
            yield from self._body(response.raw)

    def _body(self, raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        room = MAX_ANSWER
        try:
            while room > 0 and (piece := raw.read1(PIECE, decode_content=False)):
                self._counter.down += len(piece)
                room -= len(piece)
                yield piece
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise LinkCut(type(error).__name__) from error


def send_buffer(bytes_per_s: int | None, round_trip_ms: int | None) -> int:
    """Bytes that the system may hold back of a request on such a line. Too few and the line stands still between two
    acknowledgements; what is held is lost with a cut, and hides from the program how slow the line is."""
    if bytes_per_s is None or round_trip_ms is None:
        return FIRST_BUFFER
    return max(LEAST_BUFFER, min(MOST_BUFFER, int(bytes_per_s * max(BUFFERED_S, ROUND_TRIPS * round_trip_ms / 1000))))


class _Counter:
    """HTTP bytes of both directions, how long the connection took, what may be held back of a request, and a socket
    that is being connected already."""

    def __init__(self) -> None:
        self.up = 0
        self.down = 0
        self.round_trip_ms: int | None = None
        self.buffer = FIRST_BUFFER
        self.early: Future[socket.socket] | None = None


class _Patient:
    """For a connection: counts what it sends, and once connected gives each send SILENCE_S instead of CONNECT_S."""

    counter: _Counter
    sock: Any
    buffer = FIRST_BUFFER

    def connected_early(self) -> Future[socket.socket]:
        """The socket of the next connection, or why there is none, by a thread of its own."""
        coming: Future[socket.socket] = Future()

        def connect() -> None:
            try:
                coming.set_result(self._timed())
            except (OSError, urllib3.exceptions.HTTPError) as error:
                coming.set_exception(error)

        threading.Thread(target=connect, name="connecting", daemon=True).start()
        return coming

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.buffer = FIRST_BUFFER
        self.sock.settimeout(SILENCE_S)

    def _new_conn(self) -> socket.socket:
        early, self.counter.early = self.counter.early, None
        return self._timed() if early is None else early.result()

    def _timed(self) -> socket.socket:
        began = time.monotonic()
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.counter.round_trip_ms = round((time.monotonic() - began) * 1000)
        return connected

    def send(self, data: bytes) -> None:
        if self.buffer != self.counter.buffer and self.sock is not None:
            self.buffer = self.counter.buffer
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.buffer)
        super().send(data)  # type: ignore[misc]
        self.counter.up += len(data)


class _Adapter(HTTPAdapter):
    """No retries; own connections; the system's certificates instead of a bundled list, or one pinned certificate."""

    def __init__(self, counter: _Counter, tls: ssl.SSLContext | None, pin: str | None) -> None:
        self._counter = counter
        self._tls = tls
        self._pin = pin
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        options = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_SNDBUF, FIRST_BUFFER)]
        kwargs |= {"ssl_context": self._tls, "assert_fingerprint": self._pin, "socket_options": options}
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self._counter),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self._counter),
        }

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context already says whom to trust."""
        conn.cert_reqs = "CERT_NONE" if self._pin else "CERT_REQUIRED"


def _closed(early: Future[socket.socket]) -> None:
    """Nobody sends anything over it any more."""
    if early.exception() is None:
        early.result().close()


def _pool(pool: type, connection: type, counter: _Counter) -> Any:
    patient = type("PatientConnection", (_Patient, connection), {"counter": counter})
    return type("PatientPool", (pool,), {"ConnectionCls": patient})


def _tls(pin: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if pin is not None:  # the certificate itself is compared after the handshake
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _link_error(error: requests.RequestException) -> LinkDown | LinkCut | NotTheHall:
    """What a failed request means: nothing sent, broken on the way, or somebody else's certificate."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        return NotTheHall("certificate")
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, _NO_CONNECTION):
        return LinkDown(type(reason or error).__name__)
    return LinkCut(type(error).__name__)


def _head_bytes(response: requests.Response) -> int:
    """Bytes of the status line and the headers."""
    status = len(f"HTTP/1.1 {response.status_code} {response.reason}\r\n")
    return status + sum(len(name) + len(value) + 4 for name, value in response.raw.headers.items()) + 2
