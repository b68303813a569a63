"""A real hall: its home, its commands and its server as a process of its own on loopback.

Every test that asks for one runs with the store in SQLite and, with COUNTER_HALL_DATABASES=both, in PostgreSQL as well.
Without it PostgreSQL has the modules whose tests are about several at once: workers, claims.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import typer
from sqlalchemy import create_engine, make_url

from counter_app.domain.events import ClockReading
from counter_app.domain.moments import to_ms
from sync.hall.__main__ import app, main
from sync.hall.home import Hall, open_hall
from tests.support import forks
from tests.support.forks import Running
from tests.support.key_files import quick_key_files
from tests.support.postgres import Cluster, postgres
from tests.sync.hall.village import Village, enrolled_village

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
ALWAYS_ON_BOTH = {f"test_hall_{name}" for name in ("workers", "claims")}
_COUNT = count(1)
_APP = typer.main.get_command(app)  # made once: that takes as long as a short command
_NO_KEYRING = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only `make test-databases` runs."""
    if os.environ.get("COUNTER_HALL_DATABASES") == "both":
        return
    here = Path(__file__).parent
    left_out = [
        item
        for item in items
        if item.path.parent == here and POSTGRESQL in item.name and item.path.stem not in ALWAYS_ON_BOTH
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


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
    server: Running | subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)
    db: str = ""  # "": SQLite in the home

    @property
    def store_url(self) -> str:
        """Where its store is."""
        return self.db or f"sqlite:///{self.home / 'hall.db'}"

    def change(self, statement: str) -> int:
        """One statement past the program and every trigger; how many rows it changed."""
        engine = create_engine(self.store_url)
        with engine.begin() as conn:
            if self.db:
                conn.exec_driver_sql("SET session_replication_role = replica")  # triggers are silent
            else:
                found = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
                for trigger in found:
                    conn.exec_driver_sql(f"DROP TRIGGER {trigger}")
            changed = conn.exec_driver_sql(statement).rowcount
        engine.dispose()
        return changed

    def command(self, *arguments: str) -> Outcome:
        """Run a `hall` command with --json, in this process (`test_commands.py` runs them as programs)."""
        out, err = io.StringIO(), io.StringIO()
        environment, its_app = patch.dict(os.environ, self._environment()), patch("sync.hall.__main__.app", _APP)
        with environment, its_app, redirect_stdout(out), redirect_stderr(err):
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
        given = ["serve", "--listen", f"127.0.0.1:{port}", "--home", str(self.home), *options]
        if "--workers" in options:  # each worker is an interpreter of its own
            self.server = subprocess.Popen(
                [sys.executable, "-m", "sync.hall", *given],
                env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
            )
        else:
            self.server = forks.start("sync.hall", given, self._environment())
        assert self.server.stdout is not None
        line = self.server.stdout.readline().decode()
        assert line.startswith("hall ready on http"), line
        self.url = line.split()[-1]

    def stop(self, by: int = signal.SIGTERM) -> int:
        """End the server; its exit code."""
        assert self.server is not None
        self.server.send_signal(by)
        code = self.server.wait(timeout=120)
        assert self.server.stdout is not None
        self.server.stdout.close()
        if isinstance(self.server, Running):
            self.server.close()
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


class HallMaker:
    """Makes halls with the sample county on either database; on PostgreSQL they are copies of one, keys and all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()
        self._pattern: RealHall | None = None

    @cached_property
    def cluster(self) -> Cluster:
        return self._open.enter_context(postgres())

    def make(self, home: Path, folder: Path, database: str, *, of_its_own: bool = False) -> RealHall:
        """of_its_own: with keys that no other hall of the tests has."""
        if database == SQLITE:
            return _initialised(RealHall(home, folder))
        if of_its_own:
            return _initialised(RealHall(home, folder, db=self.cluster.url(self.cluster.new_database())))
        if self._pattern is None:
            self._pattern = self.make(self._folder / "pattern", self._folder, database, of_its_own=True)
        return self.copied(self._pattern, home, folder)

    def copied(self, hall: RealHall, home: Path, folder: Path) -> RealHall:
        """The same hall, which must not be serving, once more."""
        shutil.copytree(hall.home, home)
        if not hall.db:
            return RealHall(home, folder)
        like = make_url(hall.db).database or ""
        copy = RealHall(home, folder, db=self.cluster.url(self.cluster.new_database(like)))
        record = home / "hall.json"
        record.write_text(json.dumps({**json.loads(record.read_text("utf-8")), "db": copy.db}), encoding="utf-8")
        return copy

    def end(self, hall: RealHall) -> None:
        """Stop what runs of it; its database goes with it."""
        if hall.server is not None:
            os.killpg(hall.server.pid, signal.SIGKILL)
            hall.stop(signal.SIGKILL)
        if hall.db:
            self.cluster.drop(make_url(hall.db).database or "")

    def close(self) -> None:
        self._open.close()


@pytest.fixture(scope="session")
def hall_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallMaker]:
    maker = HallMaker(tmp_path_factory.mktemp("halls"))
    yield maker
    maker.close()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Where the halls of this test keep their stores."""
    return str(request.param)


@pytest.fixture
def make_hall(tmp_path: Path, hall_maker: HallMaker, database: str) -> Iterator[Callable[..., RealHall]]:
    """Makes halls with the sample county, not yet serving; of_its_own: with keys that no other hall has."""
    made: list[RealHall] = []

    def make(name: str, *, of_its_own: bool = False) -> RealHall:
        made.append(hall_maker.make(tmp_path / name, tmp_path, database, of_its_own=of_its_own))
        return made[-1]

    yield make
    for hall in made:
        hall_maker.end(hall)


@pytest.fixture
def own_hall(make_hall: Callable[..., RealHall]) -> RealHall:
    """A serving hall that the test may stop, break or look at as a whole."""
    made = make_hall("hall")
    made.start()
    return made


@pytest.fixture(scope="session")
def serving_halls(tmp_path_factory: pytest.TempPathFactory, hall_maker: HallMaker) -> Iterator[dict[str, RealHall]]:
    """The halls for all tests that only need stations of their own: one on each database, from when it is asked for."""
    made: dict[str, RealHall] = {}
    yield made
    for hall in made.values():
        hall_maker.end(hall)


@pytest.fixture
def hall(
    serving_halls: dict[str, RealHall], database: str, tmp_path_factory: pytest.TempPathFactory, hall_maker: HallMaker
) -> RealHall:
    """The serving hall on this test's database."""
    if database not in serving_halls:
        folder = tmp_path_factory.mktemp("hall")
        serving_halls[database] = hall_maker.make(folder / "home", folder, database)
        serving_halls[database].start()
    return serving_halls[database]


def _initialised(hall: RealHall) -> RealHall:
    with quick_key_files():
        outcome = hall.command("init", "--sample", *(("--db", hall.db) if hall.db else ()))
    assert outcome.code == 0, outcome
    return hall
