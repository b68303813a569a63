"""A PostgreSQL of the tests' own: a temporary cluster, started once a session, with a database for each hall.

Passwords travel by SCRAM over a socket in the cluster's folder: no port of the machine is taken, and nobody
else's server is touched. The server refuses to run as root and is then run as the user postgres.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from urllib.parse import quote

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

MISSING = "PostgreSQL is not installed: sudo apt-get install -y --no-install-recommends postgresql"
_PASSWORD = "words of the tests"
_STARTS_S = 60
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # what dies here is never the machine
_SMALL = ("shared_buffers=32MB", "max_wal_size=64MB", "max_connections=200", "log_min_messages=fatal")
_UNHEARD = "listen_addresses="
_COUNT = count(1)


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    folder: Path

    def url(self, database: str) -> str:
        """What `hall --db` takes."""
        return f"postgresql+psycopg://postgres:{quote(_PASSWORD)}@/{database}?host={quote(str(self.folder))}"

    def new_database(self, like: str = "template0") -> str:
        """The name of a new database, a copy of another one that nobody is connected to."""
        name = f"hall_{next(_COUNT)}"
        self.run(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(like)))
        return name

    def drop(self, database: str) -> None:
        """Remove it, whoever is still connected."""
        self.run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))

    def run(self, statement: SQL | str, database: str = "postgres") -> int:
        """One statement of the superuser outside any transaction; how many rows it changed."""
        with self.connected(database) as connection:
            return connection.execute(statement).rowcount  # type: ignore[arg-type]

    def connected(self, database: str) -> psycopg.Connection:
        """A connection of the superuser, each statement its own transaction."""
        return psycopg.connect(
            host=str(self.folder), user="postgres", password=_PASSWORD, dbname=database, autocommit=True
        )


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Cluster]:
    """A server for as long as the block runs. durable: it waits for the disk, as one at work does."""
    folder = Path(tempfile.mkdtemp(prefix="counter-pg-"))
    account = _account()
    os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        _make(folder)
        settings = [f"unix_socket_directories={folder}", _UNHEARD, *_SMALL, *(() if durable else _QUICK)]
        line = [_program("postgres"), "-D", str(folder / "data"), *(word for each in settings for word in ("-c", each))]
        server = subprocess.Popen(_as_owner(*line), cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            cluster = Cluster(folder)
            _wait_for(cluster, server)
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, nothing is kept
            server.wait(60)
    finally:
        shutil.rmtree(folder)


def _make(folder: Path) -> None:
    password = folder / "password"
    password.write_text(_PASSWORD)
    password.chmod(0o644)
    line = (_program("initdb"), "-D", str(folder / "data"), "-U", "postgres", "--auth=scram-sha-256", "--no-sync",
            f"--pwfile={password}", "--encoding=UTF8", "--locale=C.UTF-8")
    done = subprocess.run(_as_owner(*line), cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _wait_for(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    pause = Event()
    for _ in range(_STARTS_S * 50):
        assert server.poll() is None, f"postgres ended by itself: {server.returncode}"
        try:
            cluster.connected("postgres").close()
        except psycopg.OperationalError:
            pause.wait(0.02)
        else:
            return
    raise AssertionError("postgres does not answer")


def _as_owner(*line: str) -> list[str]:
    """The line as whoever may run a server, ended when this process ends however that comes."""
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig", "QUIT", *line]
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--pdeathsig", "QUIT", *line]


def _account() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        pytest.fail(MISSING, pytrace=False)


def _program(name: str) -> str:
    """Debian keeps the server's programs out of the path."""
    by_version = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda file: int(file.parts[-3]))
    found = str(by_version[-1]) if by_version else shutil.which(name)
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found
