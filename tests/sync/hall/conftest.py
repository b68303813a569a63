"""A real hall: its home, its commands and its server as a process of its own on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.sync.hall.village import Village, enrolled_village

_NO_KEYRING = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}


@dataclass
class Outcome:
    """What a command left: its exit code and the JSON it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class RealHall:
    """The hall's home and whatever runs on it."""

    home: Path
    folder: Path
    url: str = ""
    server: subprocess.Popen[str] | None = None
    more: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> Outcome:
        """Run a `hall` command with --json."""
        done = subprocess.run(
            [sys.executable, "-m", "sync.hall", "--home", str(self.home), *arguments, "--json"],
            env=self._environment(), capture_output=True, text=True, timeout=60, check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self, *options: str) -> None:
        """Serve, on the port of before if there was one."""
        port = self.url.rsplit(":", 1)[-1] if self.url else "0"
        self.server = subprocess.Popen(
            [sys.executable, "-m", "sync.hall", "serve", "--listen", f"127.0.0.1:{port}", "--home", str(self.home),
             *options],
            env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        assert line.startswith("hall ready on http"), line
        self.url = line.split()[-1]

    def stop(self, by: int = signal.SIGTERM) -> int:
        """End the server; its exit code."""
        assert self.server is not None
        self.server.send_signal(by)
        code = self.server.wait(timeout=30)
        assert self.server.stdout is not None
        self.server.stdout.close()
        self.server = None
        return code

    def code_for(self, station: str = "QX03", *options: str) -> str:
        added = self.command("station", "add", station, "清溪村便民服务站", *options)
        assert added.code == 0, added
        return str(added.json["code"])

    def village(self, station: str = "QX03", *options: str) -> Village:
        """A new machine at that station."""
        return enrolled_village(self.folder, self.url, self.code_for(station, *options))

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ, **_NO_KEYRING, "HALL_PASSPHRASE": "a passphrase for tests", "PYTHONPATH": os.getcwd(),
            "COUNTER_LANGUAGE": "zh_CN", **self.more,
        }


@pytest.fixture
def make_hall(tmp_path: Path) -> Iterator[Callable[[str], RealHall]]:
    """Makes halls with the sample county, not yet serving."""
    made: list[RealHall] = []

    def make(name: str) -> RealHall:
        hall = RealHall(tmp_path / name, tmp_path)
        outcome = hall.command("init", "--sample")
        assert outcome.code == 0, outcome
        made.append(hall)
        return hall

    yield make
    for hall in made:
        if hall.server is not None:
            hall.stop(signal.SIGKILL)


@pytest.fixture
def hall(make_hall: Callable[[str], RealHall]) -> RealHall:
    """A serving hall."""
    made = make_hall("hall")
    made.start()
    return made
