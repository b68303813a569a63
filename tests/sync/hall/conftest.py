"""A real hall: its home, its commands and its server as a process of its own on loopback."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from counter_app.domain.events import ClockReading
from counter_app.domain.moments import to_ms
from sync.hall.__main__ import main
from sync.hall.home import Hall, open_hall
from tests.support.key_files import quick_key_files
from tests.sync.hall.village import Village, enrolled_village

_COUNT = count(1)
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
        """Run a `hall` command with --json, in this process (`test_commands.py` runs them as programs)."""
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, self._environment()), redirect_stdout(out), redirect_stderr(err):
            try:
                main(["--home", str(self.home), *arguments, "--json"])
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Outcome(code, out.getvalue(), err.getvalue())

    def program(self, *arguments: str) -> Outcome:
        """Run `hall` as a program of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "sync.hall", *arguments],
            env=self._environment(), capture_output=True, text=True, timeout=60, check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def opened(self, at: datetime | None = None) -> Iterator[Hall]:
        """The hall as its own programs open it; at: what its clock says."""
        with patch.dict(os.environ, self._environment()):
            hall = open_hall(self.home)
        if at is not None:
            hall = replace(hall, clock=lambda: ClockReading(to_ms(at), "test", 0, 0))
        yield hall
        hall.store.close()

    def start(self, *options: str) -> None:
        """Serve, on the port of before if there was one."""
        port = self.url.rsplit(":", 1)[-1] if self.url else "0"
        self.server = subprocess.Popen(
            [sys.executable, "-m", "sync.hall", "serve", "--listen", f"127.0.0.1:{port}", "--home", str(self.home),
             *options],
            env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True,
        )
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        assert line.startswith("hall ready on http"), line
        self.url = line.split()[-1]

    def stop(self, by: int = signal.SIGTERM) -> int:
        """End the server; its exit code."""
        assert self.server is not None
        self.server.send_signal(by)
        code = self.server.wait(timeout=120)
        assert self.server.stdout is not None
        self.server.stdout.close()
        self.server = None
        return code

    def new_station(self) -> str:
        """The code of a station that no other test uses."""
        return f"T{next(_COUNT):03d}"

    def code_for(self, station: str, *options: str) -> str:
        added = self.command("station", "add", station, "清溪村便民服务站", *options)
        assert added.code == 0, added
        return str(added.json["code"])

    def village(self, station: str | None = None, *options: str) -> Village:
        """A new machine at that station, else at a new one."""
        return enrolled_village(self.folder, self.url, self.code_for(station or self.new_station(), *options))

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
        made.append(_made(tmp_path / name, tmp_path))
        return made[-1]

    yield make
    for hall in made:
        _ended(hall)


@pytest.fixture
def own_hall(make_hall: Callable[[str], RealHall]) -> RealHall:
    """A serving hall that the test may stop, break or look at as a whole."""
    made = make_hall("hall")
    made.start()
    return made


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHall]:
    """One serving hall for all tests that only need stations of their own."""
    folder = tmp_path_factory.mktemp("hall")
    made = _made(folder / "home", folder)
    made.start()
    yield made
    _ended(made)


def _made(home: Path, folder: Path) -> RealHall:
    hall = RealHall(home, folder)
    with quick_key_files():
        outcome = hall.command("init", "--sample")
    assert outcome.code == 0, outcome
    return hall


def _ended(hall: RealHall) -> None:
    if hall.server is not None:
        os.killpg(hall.server.pid, signal.SIGKILL)  # workers live on without the server that started them
        hall.stop(signal.SIGKILL)
