"""Where a benchmark's programs run, and one program there: server and clients in a folder of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
sys.path.insert(0, str(PEERS))

import gen  # noqa: E402, F401 - beside the harness
from net import KINDS, SERVER, Link  # noqa: E402, F401

OURS, NAIVE = [str(HERE / "counter_peer.py")], [str(PEERS / "naive.py"), "batch"]
PORT = 8000
READY_S = 60
CALL_S = 3600
_BEGAN = time.monotonic()


def say(words: str) -> None:
    """One line of progress on stderr, with the seconds since the start and the load of the machine."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:7.0f} s  load {os.getloadavg()[0]:.1f}  {words}\n")
    sys.stderr.flush()


@dataclass
class Place:
    """Where client and server run: this machine's loopback, or two namespaces with a link between."""

    kind: str
    link: Any = None
    secure: bool = False  # by TLS, with a certificate made for the run
    port: int = PORT

    @property
    def url(self) -> str:
        scheme = "https" if self.secure else "http"
        return f"{scheme}://{'127.0.0.1' if self.link is None else SERVER}:{self.port}"

    def start(self, side: str, command: list[str], **options: Any) -> subprocess.Popen[str]:
        words = [sys.executable, *command]
        if self.link is None:
            return subprocess.Popen(words, **options)
        process: subprocess.Popen[str] = self.link.at(side, words, **options)
        return process


@dataclass
class Peer:
    """One program with its server and clients in a folder of its own."""

    place: Place
    program: list[str]
    folder: Path
    server: subprocess.Popen[str] | None = None
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        self.folder.mkdir(parents=True)
        with (self.folder / "server.log").open("w") as log:
            words = [*self.program, "server", str(self.folder / "server"), str(self.place.port), *self._certified()]
            self.server = self.place.start("server", words, stdout=log, stderr=log, env=self.environment)
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            listening = ["ss", "-ltn"]
            if self.place.link is not None:
                listening = ["ip", "netns", "exec", self.place.link.s, *listening]
            if f":{self.place.port} " in subprocess.run(listening, capture_output=True, text=True, check=True).stdout:
                return
            time.sleep(0.1)
        raise SystemExit((self.folder / "server.log").read_text())

    def call(self, verb: str, *arguments: str) -> dict[str, Any]:
        """One client call; the seconds and what it said of its bytes."""
        words = [*self.program, verb, *arguments]
        process = self.place.start(
            "client", words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment
        )
        out, err = process.communicate(timeout=CALL_S)
        if process.returncode:
            raise SystemExit(f"{verb} failed:\n{out}{err}")
        told = [json.loads(line) for line in (*out.splitlines(), *err.splitlines()) if line.startswith("{")]
        return {key: value for row in told for key, value in row.items()}

    def _certified(self) -> list[str]:
        """The server's options for TLS, the client trusting the same certificate as it would the system's."""
        if not self.place.secure:
            return []
        cert, key = str(self.folder / "hall.pem"), str(self.folder / "hall.key")
        names = ["-subj", "/CN=hall", "-addext", f"subjectAltName=IP:{SERVER},IP:127.0.0.1"]
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        words = ["openssl", "req", "-x509", *kind, *names, "-keyout", key, "-out", cert]
        subprocess.run(words, check=True, capture_output=True)
        self.environment["SSL_CERT_FILE"] = cert
        return ["--cert", cert, "--key", key]

    def client(self, name: str) -> str:
        return str(self.folder / name)

    def stored(self, name: str) -> list[dict[str, Any]]:
        """The records that a side holds."""
        self.call("dump", self.client(name), str(self.folder / f"{name}.jsonl"))
        return [json.loads(line) for line in (self.folder / f"{name}.jsonl").read_text().splitlines()]

    def stop(self) -> None:
        """By SIGKILL: what counts as kept must be on the disk."""
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()


@contextmanager
def place_of(kind: str, folder: Path, *, secure: bool = False) -> Iterator[Place]:
    """The link while the block lasts."""
    if kind == "loopback":
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        yield Place(kind, secure=secure, port=port)
        return
    with Link(kind, f"b{os.getpid() % 100_000}", folder) as link:
        yield Place(kind, link, secure)
