"""`counter` in this process: the whole program but for the interpreter's start, which takes longest."""

from __future__ import annotations

import io
import json
import os
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer

from counter_app.__main__ import Program
from counter_app.cli import program
from counter_app.services.ports import SystemClock
from resources.texts import text
from sync.hall.__main__ import app as hall_app
from sync.hall.__main__ import main as run_hall
from tests.support.programs import CLERK, PIN, HallProgram, Ran

# All commands are made out of their functions once: that takes as long as a short command.
_HALL_COMMANDS = typer.main.get_command(hall_app)
_make_commands = program._program


def _commands() -> Any:
    return _commands_in(text("cli.help.counter"))


@cache
def _commands_in(language: str) -> Any:
    return typer.main.get_command(_make_commands())


@dataclass
class Counter:
    """Commands on a home, each as if typed anew."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    clock: SystemClock | None = None  # the machine's, unless a test brings its own

    def run(self, *arguments: str, **settings: str) -> Ran:
        """Run it to its end with --json."""
        out, err = io.StringIO(), io.StringIO()
        own = {"COUNTER_PASSPHRASE": "station words", "COUNTER_PIN": PIN, "COUNTER_NEW_PIN": PIN}
        own |= {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
        environment = {**own, **self.settings, **settings}
        its_clock = patch("counter_app.bootstrap.MachineClock", lambda: self.clock) if self.clock else nullcontext()
        made_once = patch.object(program, "_program", _commands)
        with patch.dict(os.environ, environment), redirect_stdout(out), redirect_stderr(err), its_clock, made_once:
            code = program.run([*arguments, "--json", "--home", str(self.home)], Program())
        return Ran(code, out.getvalue(), err.getvalue())

    def by_clerk(self, *arguments: str, **settings: str) -> Ran:
        """A command that the person answers for."""
        return self.run(*arguments, "--user", CLERK, **settings)

    def intake(self, *lines: dict[str, Any] | bytes, **settings: str) -> Ran:
        """`intake` of a file of the lines; bytes are taken as they are."""
        raw = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
        file = self.home.parent / "lines.jsonl"
        file.write_bytes(b"".join(row + b"\n" for row in raw))
        return self.by_clerk("intake", str(file), **settings)

    def cases(self) -> list[str]:
        """All cases, newest first."""
        return [row["case"] for row in self.run("cases", "--limit", "100000").done().lines]

    def refused(self, *arguments: str, **settings: str) -> str:
        """The code of the error that the command must end with; it is said in three parts."""
        ran = self.by_clerk(*arguments, **settings)
        assert ran.code == 1, ran
        assert set(ran.json["error"]) == {"code", "message", "remedy"}
        assert ran.json["error"]["message"]
        assert ran.json["error"]["remedy"]
        return ran.error

    def is_whole(self) -> bool:
        """Whether `verify` finds everything as it was."""
        return bool(self.run("verify").done().json["ok"])


def hall_command(hall: HallProgram, *arguments: str) -> Ran:
    """A command of `hall` in this process, on the home of that program, whose server may run beside it."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    own = {**hall.settings, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    made_once = patch("sync.hall.__main__.app", _HALL_COMMANDS)
    with patch.dict(os.environ, own), redirect_stdout(out), redirect_stderr(err), made_once:
        try:
            run_hall([*arguments, "--json", "--home", str(hall.home)])
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())
