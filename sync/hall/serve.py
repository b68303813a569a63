"""`hall serve`: the HTTP server around the hall, in one process or several."""

from __future__ import annotations

import gc
import ipaddress
import multiprocessing
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import uvicorn
from uvicorn.supervisors import Multiprocess

from counter_app.domain.errors import CounterError, InvalidInput
from sync.hall import home as hall_home
from sync.hall.app import HallApp
from sync.hall.http_head import BoundedHead

STARTUP_S = 60.0  # a worker that does not serve by then is given up
GRACE_S = 3  # requests under way at a stop get so long to end
KEEP_S = 60  # an idle connection is kept so long: a new one costs a slow link several round trips


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen and how; port 0 takes a free one."""

    host: str
    port: int
    workers: int = 1
    plain: bool = False
    cert: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        return "https" if self.cert else "http"


def listen_on(text: str, workers: int, plain: bool, cert: Path | None, key: Path | None) -> Listen:
    """The address HOST:PORT. InvalidInput `listen_address`, `tls_needed`, `tls_files`, `tls_unusable`."""
    host, colon, port = text.rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise InvalidInput("listen_address", given=text[:60])
    if (cert is None) != (key is None) or any(file is not None and not file.is_file() for file in (cert, key)):
        raise InvalidInput("tls_files")
    if cert is not None:
        _check_chain(cert, key)
    if cert is None and not plain and not _is_loopback(host):
        raise InvalidInput("tls_needed", host=host)
    return Listen(host, int(port), max(1, workers), plain, cert, key)


def serve(home: Path, listen: Listen, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ready gets the address once requests are answered. CounterError `listen_refused`.

    The hall of that home must be openable: whoever calls has opened it once.
    """
    bound = _bound(listen)
    port = bound.getsockname()[1]
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    address = f"{listen.scheme}://{host}:{port}"
    os.environ["HALL_HOME"] = str(home)  # for the workers
    config = uvicorn.Config(
        "sync.hall.serve:app_of_environment",
        factory=True,
        workers=listen.workers,
        http=BoundedHead,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_S,
        ssl_certfile=listen.cert,
        ssl_keyfile=listen.key,
    )
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _nothing_more)  # what uvicorn hands back to after a clean stop
    with bound:
        if listen.workers == 1:
            _Server(config, lambda: ready(address)).run([bound])
        else:
            _Workers(config, [bound], lambda: ready(address)).run()


def app_of_environment() -> HallApp:
    """The hall of HALL_HOME, for a worker; it ends when the server that started it is gone, however that came."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()
    app = HallApp(hall_home.open_hall(Path(os.environ["HALL_HOME"])))
    gc.freeze()  # what was loaded is no garbage: to look through it again and again is a tenth of receiving
    return app


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


class _Workers(Multiprocess):
    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._ready = ready

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(STARTUP_S, self.should_exit) for process in self.processes):
            self._ready()
        else:
            self.should_exit.set()


def _check_chain(cert: Path, key: Path | None) -> None:
    try:
        # Without a passphrase given, OpenSSL would ask for it on the terminal of a server that has none.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password=lambda: b"")
    except (OSError, ValueError):
        raise InvalidInput("tls_unusable") from None


def _bound(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    # With its protocol said, or asyncio leaves Nagle's delay on: each answer then waits one round trip more.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((listen.host, listen.port))
    except (OSError, socket.gaierror) as error:
        found.close()
        raise CounterError("listen_refused", address=f"{listen.host}:{listen.port}", why=error.strerror) from None
    found.set_inheritable(True)
    return found


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _nothing_more(number: int, frame: object) -> None:
    """The server has ended by itself; the signal has no more to do."""
