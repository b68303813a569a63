"""`counter` and `hall` as real processes, each with a home of its own, on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counter_app import bootstrap
from sync.hall import home as hall_home
from tests.support import forks
from tests.support.forks import Running
from tests.support.key_files import make_quick_key_file

ROOT = Path(__file__).parents[2]
PIN = "240817"
CLERK = "王芳"


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The code of the error on stdout, "" if there is none."""
        found = self.json.get("error")
        return str(found["code"]) if found else ""

    def done(self) -> Ran:
        """The same, if the command did what it should."""
        assert self.code == 0, self
        return self


@dataclass
class Program:
    """One of the two programs with its environment. temp is its only folder for temporary files."""

    module: str
    home: Path
    temp: Path
    settings: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # a command that runs the program, such as faketime

    def run(self, *arguments: str, stdin: bytes = b"", fresh: bool = False, **settings: str) -> Ran:
        """Run it to its end with --json; fresh: from an interpreter's start on."""
        environment = self.environment(settings)
        moved_by_a_span = self.before[:2] == ("faketime", "-f")  # a moment would go on while others run
        if not fresh and (not self.before or moved_by_a_span):
            given = [*arguments, "--json", "--home", str(self.home)]
            code, out, err = forks.run(self.module, given, environment, stdin, self.before)
            return Ran(code, out.decode(), err.decode())
        line = self._line(*arguments, "--json")
        done = subprocess.run(line, input=stdin, env=environment, capture_output=True, timeout=300, check=False)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def python(self, script: str) -> Ran:
        """Python in the program's surroundings, for faults that no argument brings about."""
        done = subprocess.run(
            [sys.executable, "-c", script], env=self.environment(), capture_output=True, timeout=60, check=False
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        """Run it beside the test."""
        return subprocess.Popen(
            self._line(*arguments), env=self.environment(settings), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Nothing of the machine that runs the tests but its path: no keyring, no locale, no temp folder."""
        self.temp.mkdir(parents=True, exist_ok=True)
        names = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C", "HOME": str(self.temp)}
        own = {"TMPDIR": str(self.temp), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
        return {**names, **own, **self.settings, **(more or {})}

    def _line(self, *arguments: str) -> list[str]:
        return [*self.before, sys.executable, "-m", self.module, *arguments, "--home", str(self.home)]


class HallProgram(Program):
    """`hall`, with its server."""

    server: Running | subprocess.Popen[bytes] | None = None
    url: str = ""

    @classmethod
    def at(cls, folder: Path, db: str = "") -> HallProgram:
        """A hall with the sample county; db: the URL of its database, else SQLite in its home."""
        passphrase = "hall words"
        made = cls("sync.hall", folder / "hall", folder / "hall-temp", {hall_home.PASSPHRASE_VARIABLE: passphrase})
        make_quick_key_file(made.home, hall_home.SERVICE, hall_home.PASSPHRASE_VARIABLE, passphrase)
        made.run("init", "--sample", *(("--db", db) if db else ())).done()
        return made

    def serve(self) -> HallProgram:
        """Start the server, at the address of before if there was one."""
        port = self.url.rsplit(":", 1)[-1] if self.url else "0"
        given = ("serve", "--listen", f"127.0.0.1:{port}")
        self.server = self.start(*given) if self._is_special() else self._forked(given)
        assert self.server.stdout is not None
        line = self.server.stdout.readline().decode()
        assert line.startswith("hall ready on http"), line
        self.url = line.split()[-1]
        return self

    def _is_special(self) -> bool:
        return bool(self.before) or "LD_PRELOAD" in self.settings

    def _forked(self, given: tuple[str, ...]) -> Running:
        return forks.start(self.module, [*given, "--home", str(self.home)], self.environment())

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """End the server, if it runs."""
        if self.server is not None:
            self.server.send_signal(by)
            self.server.wait(timeout=120)
            if isinstance(self.server, Running):
                self.server.close()
            self.server = None

    def code(self, station: str = "QX03", *options: str) -> str:
        """A new enrolment code of the station."""
        return str(self.run("station", "add", station, "清溪村便民服务站", *options).done().json["code"])

    def head_of(self, device: str) -> tuple[int, str]:
        """(seq, head) of a device's journal as the hall has it, verified."""
        found = self.run("verify").done().json
        assert found["ok"], found
        return next((row["seq"], row["head"]) for row in found["devices"] if row["device"] == device)


class StationProgram(Program):
    """`counter`, with one person who is everything."""

    @classmethod
    def at(cls, folder: Path, *, slow_key_file: bool = False) -> StationProgram:
        """A machine that is not enrolled. slow_key_file: `enrol` makes the key file as it does at a real station."""
        passphrase = "station words"
        passwords = {bootstrap.PASSPHRASE: passphrase, "COUNTER_PIN": PIN, "COUNTER_NEW_PIN": PIN}
        made = cls("counter_app", folder / "home", folder / "temp", passwords)
        if not slow_key_file:
            make_quick_key_file(made.home, bootstrap.KEY_SERVICE, bootstrap.PASSPHRASE, passphrase)
        return made

    def enrol(self, hall: HallProgram, code: str = "", url: str = "") -> StationProgram:
        """Enrolled at the hall, with its first person."""
        where = ("--hall", url or hall.url, "--code", code or hall.code(), "--plain")
        self.run("enrol", *where).done()
        self.run("user", "add", CLERK, "--role", "clerk,agent,chief").done()
        return self

    def by_clerk(self, *arguments: str, stdin: bytes = b"", fresh: bool = False, **settings: str) -> Ran:
        """A command that the person answers for."""
        return self.run(*arguments, "--user", CLERK, stdin=stdin, fresh=fresh, **settings)

    def intake(self, *lines: dict[str, Any] | bytes, **settings: str) -> Ran:
        """`intake -` of the lines; bytes are taken as they are."""
        raw = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
        return self.by_clerk("intake", "-", stdin=b"".join(row + b"\n" for row in raw), **settings)

    def verified(self) -> dict[str, Any]:
        """What `counter verify` says, and it is all right."""
        found: dict[str, Any] = self.run("verify").done().json
        assert found["ok"], found
        return found


@contextmanager
def running(hall: HallProgram) -> Iterator[HallProgram]:
    """The hall's server, ended afterwards whatever happened."""
    try:
        yield hall.serve()
    finally:
        hall.stop(signal.SIGKILL)
